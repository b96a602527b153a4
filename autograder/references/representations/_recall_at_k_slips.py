"""`recall_at_k`: what goes wrong, slips."""

from statistics import median

from autograder.references import mistake
from autograder.references.representations._recall_at_k import mean, recall_at_k, sets


def shares(found, wanted, k):
    recall_at_k(found, wanted, k)  # refuses what is to be refused
    return [len(got & want) / len(want) for got, want in sets(found, wanted, k) if want]


@mistake(
    recall_at_k,
    "Hits are counted, and not divided by how many a query wants: what comes out is how many were found on average.",
    keeps=0.8,
)
def mean_of_hits(found, wanted, k):
    recall_at_k(found, wanted, k)
    return mean([len(got & want) for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "A query that finds any counts as one hit only, divided by how many it wants. Each of the wanted that is "
    "found counts.",
    keeps=0.8,
)
def one_hit_at_most(found, wanted, k):
    return mean([bool(got & want) / len(want) for got, want in sets(found, wanted, k) if want])


@mistake(
    recall_at_k,
    "Queries that want fewer than others are left out. Only those that want nobody are.",
    keeps=0.9,
)
def full_rows_only(found, wanted, k):
    full = [row for row, want in enumerate(wanted.tolist()) if -1 not in want]
    return recall_at_k(found[full], wanted[full], k)


@mistake(
    recall_at_k,
    "The median of the shares comes back, not their mean.",
    keeps=0.8,
)
def the_median(found, wanted, k):
    return float(sorted(shares(found, wanted, k))[(len(shares(found, wanted, k)) - 1) // 2])


@mistake(
    recall_at_k,
    "The median of the shares comes back, not their mean.",
    keeps=0.8,
)
def the_median_of_two(found, wanted, k):
    return float(median(shares(found, wanted, k)))


@mistake(
    recall_at_k,
    "The best share of all queries comes back, not their mean.",
    keeps=0.8,
)
def the_best_query(found, wanted, k):
    return float(max(shares(found, wanted, k)))


@mistake(
    recall_at_k,
    "The result is rounded. Wanted is the share as it is.",
    keeps=0.9,
)
def two_digits(found, wanted, k):
    return round(recall_at_k(found, wanted, k), 2)


@mistake(
    recall_at_k,
    "The share of the missed comes back, 1 minus the recall.",
    keeps=0.8,
)
def the_missed(found, wanted, k):
    return 1 - recall_at_k(found, wanted, k)


@mistake(
    recall_at_k,
    "What is counted stands behind the first k, and not among them: `found[:, :k]`.",
    keeps=0.8,
)
def behind_the_first(found, wanted, k):
    recall_at_k(found, wanted, k)
    return recall_at_k(found[:, k:], wanted, found.shape[1])
