"""How legible handwriting is: a recogniser reads it, and its errors are counted."""
