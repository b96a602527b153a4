# exercise: double
def double(x):
    return 2 * x


raise ValueError("\n".join(["x" * 800] * 100_000))
