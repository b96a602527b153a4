"""What the exercises of `12_transformer` must show."""
