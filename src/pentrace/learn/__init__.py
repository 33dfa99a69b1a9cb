"""The command `learn`: a network that writes in the hand of one person."""
