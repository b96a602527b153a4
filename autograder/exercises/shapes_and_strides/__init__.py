"""What the exercises of `02_shapes_and_strides` must show."""
