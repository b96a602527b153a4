"""What is right in `01_tensors`, and what goes wrong."""
