"""What is right in `08_layers`, and what goes wrong."""
