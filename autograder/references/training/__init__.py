"""What is right in `10_training`, and what goes wrong."""
