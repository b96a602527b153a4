# exercise: double
from IPython.display import display

print("\ud800")
try:
    display({"text/plain": "\udfff"}, raw=True)
except UnicodeError:
    pass


def double(x):
    print("\ud800")
    if x.dim():
        return 2 * x
    raise ValueError("\ud800")
