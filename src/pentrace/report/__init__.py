"""One self-contained page of everything a run has made."""
