"""`attention_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def attention_counterexample():
    query = torch.tensor([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    key = torch.tensor([[100.0, 0.0, 0.0], [30_000.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    mask = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 0, 0, 0], [0, 0, 1, 1, 1]], dtype=torch.bool)
    return query, key, torch.eye(5)[:, :4] + torch.arange(5.0)[:, None], mask


@mistake(
    attention_counterexample,
    "Both suspects that hide wrongly do well here. One fails only where a hidden score leads so far that "
    "next to nothing is left for the visible ones; the other where all visible scores of a query lie near "
    "−10,000 or below.",
    keeps=0.6,
)
def ordinary_scores():
    generator = torch.Generator().manual_seed(4)
    query, key, value = (torch.randn(rows, 4, generator=generator) for rows in (3, 5, 5))
    return query, key, value, torch.arange(5) < torch.tensor([[2], [3], [4]])


@mistake(
    attention_counterexample,
    "Here the scores hardly matter: for each query they are alike, or one key has all the weight (the only "
    "visible one, or the best by far), or all values are the same. Let several keys share, with different "
    "values.",
)
def equal_keys():
    return torch.ones(3, 4), torch.ones(5, 4), torch.arange(10.0).reshape(5, 2), torch.ones(3, 5, dtype=torch.bool)


@mistake(
    attention_counterexample,
    "How the scores are scaled makes no difference here: the values are alike, or each query's visible scores are, or "
    "one key takes nearly all of the weight. Let the values differ, and the visible scores by a little.",
)
def equal_values():
    query, key, value, mask = attention_counterexample()
    return query, key, torch.full_like(value, 2.0), mask


@mistake(
    attention_counterexample,
    "The suspect that hides by a score of −10,000 goes unseen. It is wrong only where all visible scores of "
    "a query lie near −10,000 or below, and a hidden one is there.",
    keeps=0.8,
)
def nothing_so_low():
    query, key, value, mask = attention_counterexample()
    return query[[0, 2]], key, value, mask[[0, 2]]


@mistake(
    attention_counterexample,
    "The suspect that hides after the softmax goes unseen. It is wrong only where a hidden key takes so much that next "
    "to nothing is left to share out.",
    keeps=0.8,
)
def no_hidden_winner():
    query = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    key = torch.tensor([[float(at), -30_000.0 - at, 0.0] for at in range(5)])
    mask = torch.tensor([[1, 1, 1, 0, 0], [0, 0, 0, 1, 1]]).bool()
    return query, key, torch.arange(10.0).reshape(5, 2), mask


@mistake(
    attention_counterexample,
    "The suspect that takes the root of the number of keys goes unseen. With as many keys as numbers in a "
    "query that root is √d_k: let the two differ.",
    keeps=0.8,
)
def square():
    query, key, value, mask = attention_counterexample()
    return torch.cat([query, torch.zeros(3, 2)], 1), torch.cat([key, torch.zeros(5, 2)], 1), value, mask


@alternative(attention_counterexample)
def far_scores():
    query = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    key = torch.tensor([[1.0, 0.0], [2.0, 0.0], [40_000.0, 0.0]])
    mask = torch.tensor([[True, True, False], [False, False, True]])
    return query, key, torch.tensor([[1.0], [5.0], [-2.0]]), mask


@alternative(attention_counterexample)
def more_queries():
    query, key, value, mask = attention_counterexample()
    return torch.cat([query, query]), key, -value, torch.cat([mask, mask])


promised(
    attention_counterexample,
    "One input on which each of the suspects is seen to be wrong.",
    by=["divides by d_k", "softmax over the queries"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "query of shape (query, d_k), key (key, d_k) and value (key, d_v), float32 and finite; and mask (query, key), "
    "boolean, True where a query may look at a key, and at least once for each query.",
    "At most 1,000 numbers.",
):
    promised(attention_counterexample, sentence, by=ACCEPTED)
