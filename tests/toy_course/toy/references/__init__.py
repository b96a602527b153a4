"""Of the toy course."""
