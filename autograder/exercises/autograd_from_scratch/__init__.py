"""What the exercises of `05_autograd_from_scratch` must show."""
