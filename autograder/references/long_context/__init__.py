"""What is right in `13_long_context`, and what goes wrong."""
