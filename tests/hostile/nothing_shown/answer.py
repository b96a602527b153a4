# exercise: double
def double(x):
    print(2 * x)
