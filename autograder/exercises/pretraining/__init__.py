"""What the exercises of `17_pretraining` must show."""
