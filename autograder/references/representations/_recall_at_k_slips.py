"""`recall_at_k`: what goes wrong, slips."""

from autograder.references import mistake
from autograder.references.representations._recall_at_k import mean, recall_at_k, sets


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
    "Queries that want fewer than others are left out. Only those that want nobody are.",
    keeps=0.9,
)
def full_rows_only(found, wanted, k):
    full = [row for row, want in enumerate(wanted.tolist()) if -1 not in want]
    return recall_at_k(found[full], wanted[full], k)


@mistake(
    recall_at_k,
    "What is counted stands behind the first k, and not among them: `found[:, :k]`.",
    keeps=0.8,
)
def behind_the_first(found, wanted, k):
    recall_at_k(found, wanted, k)
    return recall_at_k(found[:, k:], wanted, found.shape[1])
