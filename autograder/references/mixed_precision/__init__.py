"""What is right in `22_mixed_precision`, and what goes wrong."""
