# exercise: double
def double(x):
    nest = []
    for _ in range(100_000):
        nest = [nest]
    return nest
