"""One submission's kernel, spoken to by messages that are bounded and not believed."""
