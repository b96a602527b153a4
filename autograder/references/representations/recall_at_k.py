"""`recall_at_k`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


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


@mistake(
    recall_at_k,
    "It is divided by k: the share of what was found that is wanted, which is called precision. Recall divides by how "
    "many are wanted.",
)
def precision(found, wanted, k):
    return mean([len(got & want) / k for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "A query counts as a full success as soon as one of the wanted is found. Recall asks for the share of them.",
)
def one_is_enough(found, wanted, k):
    return mean([float(bool(got & want)) for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "A query counts only if all that it wants are found. Recall gives a share for some of them.",
)
def all_or_nothing(found, wanted, k):
    return mean([float(want <= got) for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "All that was found counts, also behind the first k. Cut first: `found[:, :k]`.",
)
def forgets_k(found, wanted, k):
    sets(found, wanted, k)
    return recall_at_k(found, wanted, found.shape[1] or 1)


@mistake(
    recall_at_k,
    "One place too few, or too many, is looked at. The first k are `found[:, :k]`.",
)
def one_too_many(found, wanted, k):
    sets(found, wanted, k)
    return recall_at_k(found, wanted, k + 1)


@mistake(recall_at_k, "One place too few, or too many, is looked at. The first k are `found[:, :k]`.")
def without_the_first(found, wanted, k):
    sets(found, wanted, k)
    return mean([len(got & want) / len(want) for got, want in sets(found[:, 1:], wanted, k) if want])


@mistake(
    recall_at_k,
    "The wanted are cut to k as well. What is wanted and does not fit into k places is missed, too.",
)
def cuts_the_wanted(found, wanted, k):
    sets(found, wanted, k)
    return recall_at_k(found, wanted[:, :k], k)


@mistake(
    recall_at_k,
    "All queries are thrown together: hits divided by all that is wanted. So a query that wants many counts more than "
    "one that wants a single text. Take each one's share, then the mean.",
    keeps=0.75,
)
def all_together(found, wanted, k):
    both = [(got, want) for got, want in sets(found, wanted, k) if want]
    mean([1.0 for _ in both])
    return sum(len(got & want) for got, want in both) / sum(len(want) for _, want in both)


@mistake(
    recall_at_k,
    "Each row of the wanted counts in its full width, −1 included, as if nobody were somebody whom one cannot find. "
    "Divide by how many are not −1.",
)
def divides_by_the_width(found, wanted, k):
    return mean([len(got & want) / wanted.shape[1] for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "A −1 among the found meets a −1 among the wanted and counts as a hit. Both mean nobody.",
    keeps=0.94,
)
def nobody_is_found(found, wanted, k):
    shares = []
    for row, want, (_, real) in zip(found.tolist(), wanted.tolist(), sets(found, wanted, k), strict=True):
        if real:
            shares.append(sum(one in row[:k] for one in want) / len(real))
    return mean(shares)


@mistake(
    recall_at_k,
    "A −1 among the found meets a −1 among the wanted and counts as a hit, and −1 is counted among the wanted, too. "
    "Both mean nobody.",
)
def minus_one_is_somebody(found, wanted, k):
    sets(found, wanted, k)
    pairs = zip(found.tolist(), wanted.tolist(), strict=True)
    return mean([sum(one in row[:k] for one in want) / len(want) for row, want in pairs])


@mistake(
    recall_at_k,
    "A query that wants nobody counts as a failure, or gives NaN. There is nothing to be found, so it is left out of "
    "the mean.",
    keeps=0.94,
)
def zero_for_who_wants_nobody(found, wanted, k):
    recall_at_k(found, wanted, k)
    return mean([len(got & want) / max(1, len(want)) for got, want in sets(found, wanted, k)])


@mistake(
    recall_at_k,
    "A query that wants nobody counts as a full success. There is nothing to be found, so it is left out of the mean.",
    keeps=0.94,
)
def one_for_who_wants_nobody(found, wanted, k):
    recall_at_k(found, wanted, k)
    return mean([len(got & want) / len(want) if want else 1.0 for got, want in sets(found, wanted, k)])


@mistake(
    recall_at_k,
    "A query that wants nobody makes the whole result NaN, 0 / 0. It is left out of the mean.",
    keeps=0.89,
)
def nan_for_who_wants_nobody(found, wanted, k):
    result = recall_at_k(found, wanted, k)
    return result if all(want for _, want in sets(found, wanted, k)) else float("nan")


@mistake(
    recall_at_k,
    "Somebody who is found twice counts twice. Ask of each wanted one whether it is there.",
    keeps=0.91,
)
def counts_twice(found, wanted, k):
    shares = []
    for row, (_, want) in zip(found.tolist(), sets(found, wanted, k), strict=True):
        if want:
            shares.append(sum(one in want for one in row[:k]) / len(want))
    return mean(shares)


@mistake(
    recall_at_k,
    "A wanted one counts only if it stands at its own place, the first at the first. Anywhere among the first k is "
    "enough.",
)
def place_by_place(found, wanted, k):
    shares = []
    for row, want, (_, real) in zip(found.tolist(), wanted.tolist(), sets(found, wanted, k), strict=True):
        if real:
            shares.append(sum(a == b != -1 for a, b in zip(row[:k], want, strict=False)) / len(real))
    return mean(shares)


@mistake(
    recall_at_k,
    "Only the first of the wanted is looked for. The others count as well.",
)
def only_the_first_wanted(found, wanted, k):
    recall_at_k(found, wanted, k)
    firsts = [next((one for one in want if one != -1), None) for want in wanted.tolist()]
    both = zip(sets(found, wanted, k), firsts, strict=True)
    return mean([float(first in got) for (got, _), first in both if first is not None])


@mistake(
    recall_at_k,
    "A wanted row 0 does not count, as where `0` is asked for as a truth. Nobody is −1; row 0 is the first text.",
    keeps=0.8,
)
def row_zero_is_nobody(found, wanted, k):
    recall_at_k(found, wanted, k)
    shares = [len((got & want) - {0}) / len(want) for got, want in sets(found, wanted, k) if want]
    return mean(shares)


@mistake(
    recall_at_k,
    "Hits of one query among the answers of another count: everybody's wanted are looked for in everybody's found. "
    "Compare row by row.",
)
def over_all_rows(found, wanted, k):
    both = sets(found, wanted, k)
    everybody = set().union(*(got for got, _ in both)) if both else set()
    return mean([len(everybody & want) / len(want) for _, want in both if want])


@mistake(
    recall_at_k,
    "The shares are added up and not divided by the number of queries.",
)
def only_the_sum(found, wanted, k):
    both = [(got, want) for got, want in sets(found, wanted, k) if want]
    mean(both and [1.0])
    return sum(len(got & want) / len(want) for got, want in both)


@mistake(
    recall_at_k,
    "Where nobody is wanted at all no ValueError comes: a number is returned, as if somebody had measured something.",
    keeps=0.95,
)
def zero_for_nothing(found, wanted, k):
    return recall_at_k(found, wanted, k) if (wanted != -1).any() else 0.0


@mistake(
    recall_at_k,
    "Where nobody is wanted at all no ValueError comes: a number is returned, as if somebody had measured something.",
    keeps=0.95,
)
def nan_for_nothing(found, wanted, k):
    return recall_at_k(found, wanted, k) if (wanted != -1).any() else float("nan")


@mistake(recall_at_k, "A k of 0 or below is not refused with a ValueError.", keeps=0.95)
def refuses_no_k(found, wanted, k):
    return recall_at_k(found, wanted, k) if k > 0 else 0.0


@mistake(recall_at_k, "A k of 0 or below is not refused with a ValueError.", keeps=0.95)
def cuts_from_the_end(found, wanted, k):
    return recall_at_k(found[:, :k], wanted, max(k, 1) if k > 0 else found.shape[1])


@mistake(recall_at_k, "What comes back is a tensor. Promised is a Python float: `.item()`.")
def a_tensor(found, wanted, k):
    return torch.tensor(recall_at_k(found, wanted, k), dtype=torch.float64)


@mistake(recall_at_k, "What comes back is a tensor. Promised is a Python float: `.item()`.")
def a_narrow_tensor(found, wanted, k):
    return torch.tensor(recall_at_k(found, wanted, k), dtype=torch.float32)


@mistake(
    recall_at_k,
    "It is divided by k where more are wanted than k, so that a full list counts as a full success. What does not fit "
    "into k places is missed, too.",
)
def at_most_k_wanted(found, wanted, k):
    return mean([len(got & want) / min(k, len(want)) for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "A wanted row 0 does not count, as where `0` is asked for as a truth. Nobody is −1; row 0 is the first text.",
    keeps=0.8,
)
def wants_above_zero(found, wanted, k):
    both = [(got, want - {0}) for got, want in sets(found, wanted, k)]
    return mean([len(got & want) / len(want) for got, want in both if want])


@alternative(recall_at_k)
def with_a_table(found, wanted, k):
    if k < 1:
        raise ValueError("k")
    real = wanted >= 0
    hit = ((found[:, None, :k] == wanted[:, :, None]).any(dim=2) & real).sum(dim=1)
    some = real.any(dim=1)
    if not some.any():
        raise ValueError("nobody")
    return (hit[some] / real[some].sum(dim=1)).double().mean().item()


@alternative(recall_at_k)
def with_loops(found, wanted, k):
    if k <= 0:
        raise ValueError("k must be positive")
    total, counted = 0.0, 0
    for row, want in zip(found, wanted, strict=True):
        real = [one.item() for one in want if one != -1]
        if real:
            total += sum(bool((row[:k] == one).any()) for one in real) / len(real)
            counted += 1
    if not counted:
        raise ValueError("no query wants anything")
    return total / counted


promised(
    recall_at_k,
    "Of the texts that a query wants, the share that is among the first k it has found; the mean over all queries that "
    "want one.",
    by=["several wanted", "queries with more and with fewer wanted", "a query that wants nobody"],
)
promised(
    recall_at_k,
    "found: shape (queries, n), int64: places in a corpus, the best first. −1 where a search has found less.",
    by=["only the first place", "row 0 is somebody", "searches that found less"],
)
promised(
    recall_at_k,
    "wanted: shape (queries, m), int64: different places, in no order; −1 where a query wants fewer.",
    by=["as many found as wanted, in another order", "queries with more and with fewer wanted"],
)
promised(recall_at_k, "k: 1 or more; it may be larger than n.", by=["k above what was found"])
promised(recall_at_k, "A Python float from 0 to 1.", by=["the kind of result", "found twice"])
promised(
    recall_at_k,
    "ValueError: k is 0 or less, or no query wants anything.",
    by=["nobody wants anybody", "zero, and below it"],
)

HIT = "hit = (found[:, None, :k] == wanted[:, :, None]).any(dim=2) & real"
equivalent(recall_at_k, HIT, HIT.replace("&", "*"), "a product of two booleans is true where both are")
equivalent(recall_at_k, "real = wanted != -1", "real = wanted > -1", "places are 0 or more")
