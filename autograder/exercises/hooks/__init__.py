"""What the exercises of `07_hooks` must show: what a hook sees and changes, and what it leaves behind."""
