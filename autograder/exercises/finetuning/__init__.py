"""What the exercises of `18_finetuning` must show."""
