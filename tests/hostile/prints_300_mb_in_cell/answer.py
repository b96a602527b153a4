# exercise: double
for _ in range(300):
    print("x" * 1_000_000)


def double(x):
    return x
