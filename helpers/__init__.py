"""What lessons import: the palette, plots, widgets, corpora, small models."""
