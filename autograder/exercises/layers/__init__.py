"""What the exercises of `08_layers` must show."""
