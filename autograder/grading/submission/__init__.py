"""From what a stranger handed in to the release with their answers in it."""
