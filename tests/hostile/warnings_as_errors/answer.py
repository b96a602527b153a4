# exercise: double
import warnings

warnings.simplefilter("error")


def double(x):
    return x + x
