"""What the exercises of `09_data` must show."""
