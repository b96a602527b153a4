# exercise: double
def double(x):
    return "x" * 200_000_000 if x.dim() else 10**1_000_000
