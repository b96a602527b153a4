"""What the exercises of `20_layoutlm` must show."""
