"""What is right in `18_finetuning`, and what goes wrong."""
