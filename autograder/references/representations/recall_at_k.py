"""`recall_at_k`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import (
    _recall_at_k_mistakes,  # noqa: F401  (they register themselves)
    _recall_at_k_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._recall_at_k import mean, recall_at_k, sets


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


@mistake(
    recall_at_k,
    "−1 counts as one of the wanted, once for each query that has it, and a −1 among the found meets it. Both mean "
    "nobody.",
)
def nobody_in_a_set(found, wanted, k):
    sets(found, wanted, k)
    pairs = zip(found.tolist(), wanted.tolist(), strict=True)
    return mean([len(set(row[:k]) & set(want)) / len(set(want)) for row, want in pairs])


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
