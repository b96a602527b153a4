"""What is right in `17_pretraining`, and what goes wrong."""
