"""What is right in `19_representations`, and what goes wrong."""
