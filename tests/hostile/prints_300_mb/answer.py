# exercise: double
def double(x):
    for _ in range(300):
        print("x" * 1_000_000)
    return x
