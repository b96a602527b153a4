"""What a submission displays, made harmless."""
