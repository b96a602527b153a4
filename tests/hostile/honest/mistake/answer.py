# exercise: double
def double(x):
    return x**2
