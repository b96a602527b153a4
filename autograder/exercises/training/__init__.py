"""What the exercises of `10_training` must show."""
