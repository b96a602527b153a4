# exercise: double
from IPython.display import display

for number in range(400):
    display({"image/png": "x" * 100_000}, raw=True)


def double(x):
    return 2 * x
