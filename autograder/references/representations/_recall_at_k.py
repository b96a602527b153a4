"""`recall_at_k`: what is right, and what answers are made of."""


def sets(found, wanted, k):
    """For each query whom it has found among the first k, and whom it wants."""
    if k < 1:
        raise ValueError("k should be 1 or more")
    pairs = zip(found.tolist(), wanted.tolist(), strict=True)
    return [({one for one in row[:k] if one != -1}, {one for one in want if one != -1}) for row, want in pairs]


def mean(shares):
    if not shares:
        raise ValueError("nobody is wanted")
    return sum(shares) / len(shares)


def recall_at_k(found, wanted, k):
    return mean([len(got & want) / len(want) for got, want in sets(found, wanted, k) if want])
