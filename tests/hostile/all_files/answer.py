# exercise: double
KEPT = []


def double(x):
    for _ in range(100_000):
        KEPT.append(open("/dev/null"))
    return 2 * x
