"""What is right in `12_transformer`, and what goes wrong."""
