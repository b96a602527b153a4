# exercise: double
def double(x):
    return {f"{number} " * 30: number for number in range(9_000)}
