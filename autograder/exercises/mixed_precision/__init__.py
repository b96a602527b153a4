"""What the exercises of `22_mixed_precision` must show.

Where a format is at stake, bits are compared and not only values: a tolerance would not tell -0 from 0, nor one number
of a format from its neighbour. Scales and learning rates are powers of two, so that right answers agree exactly.
"""
