# exercise: double
from IPython.display import display

display({"text/plain": "x" * 100_000_000}, raw=True)


def double(x):
    return 2 * x
