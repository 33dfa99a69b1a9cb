"""What a network is worth: measures on whole lines, the state carried, beside the published."""
