"""What the exercises of `14_generation` must show."""
