"""What is right in `03_products_and_masks`, and what goes wrong."""
