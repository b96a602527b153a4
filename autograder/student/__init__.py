"""What a student meets: `check`, the card, and the progress kept on their disk."""
