"""What the exercise of `00_start_here` must show."""
