"""What is right in `05_autograd_from_scratch`, and what goes wrong."""
