"""What the exercises of `15_tokenization` must show."""
