# exercise: double
from IPython.display import display

nest = []
for _ in range(300):
    nest = [nest]
display({"application/json": {"a": nest}, "text/plain": "x"}, raw=True)


def double(x):
    return 2 * x
