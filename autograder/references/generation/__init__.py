"""What is right in `14_generation`, and what goes wrong."""
