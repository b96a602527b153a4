"""What the toy lessons import."""
