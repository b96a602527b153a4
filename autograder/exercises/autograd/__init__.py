"""What the exercises of `04_autograd` must show: derivatives, and what is left behind by whoever asks for one.

A right answer gives the derivative and nothing else: no `.grad` is filled that nobody asked to fill, no caller's tensor
begins to need a gradient, no graph hangs on the result. Dimensions are distinct throughout.
"""
