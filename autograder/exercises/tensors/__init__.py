"""What the exercises of `01_tensors` must show."""
