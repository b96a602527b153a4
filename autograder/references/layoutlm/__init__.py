"""What is right in `20_layoutlm`, and what goes wrong."""
