"""What the exercises of `13_long_context` must show."""
