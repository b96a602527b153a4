"""What is right in `09_data`, and what goes wrong."""
