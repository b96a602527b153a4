"""What is right in `15_tokenization`, and what goes wrong."""
