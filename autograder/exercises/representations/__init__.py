"""What the exercises of `19_representations` must show."""
