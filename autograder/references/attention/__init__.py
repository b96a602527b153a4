"""What is right in `11_attention`, and what goes wrong."""
