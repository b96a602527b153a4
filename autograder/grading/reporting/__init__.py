"""What an instructor takes away: class report, gradebook exports, Gradescope."""
