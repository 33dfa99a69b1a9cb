"""How readable handwriting is: a recognition network reads it, and its errors are counted."""
