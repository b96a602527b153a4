"""What the exercises of `03_products_and_masks` must show."""
