"""What is right in `00_start_here`, and what goes wrong."""
