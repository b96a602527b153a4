"""What is right in `02_shapes_and_strides`, and what goes wrong."""
