"""`recall_at_k`: what goes wrong, the first part."""

from autograder.references import mistake
from autograder.references.representations._recall_at_k import mean, recall_at_k, sets


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
