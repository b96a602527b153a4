"""`attention_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

from itertools import product

import torch

from autograder.references import alternative, mistake, promised


def attention_counterexample():
    query = torch.tensor([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    key = torch.tensor([[100.0, 0.0, 0.0], [30_000.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    mask = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 0, 0, 0], [0, 0, 1, 1, 1]], dtype=torch.bool)
    return query, key, torch.eye(5)[:, :4] + torch.arange(5.0)[:, None], mask


KEYS = (
    "The suspect that takes the root of the number of keys goes unseen. With as many keys as numbers in a query that "
    "root is √d_k: let the two differ."
)
D_K = (
    "The suspect that divides by d_k goes unseen. With one number in a query d_k is 1, and its root as well: take more "
    "numbers."
)
LOW = (
    "The suspect that hides by a score of −10,000 goes unseen. It is wrong only where all visible scores of a query "
    "lie near −10,000 or below; and it shows only where what is hidden has another value."
)
LATE = (
    "The suspect that hides after the softmax goes unseen. It is wrong only where a hidden key takes so much that next "
    "to nothing is left to share out."
)
SCALE = (
    "How the scores are scaled makes no difference here: the values are alike, or each query's visible scores are, or "
    "one key takes nearly all of the weight. Let the values differ, and the visible scores by a little."
)


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
    SCALE,
)
def equal_values():
    query, key, value, mask = attention_counterexample()
    return query, key, torch.full_like(value, 2.0), mask


@mistake(
    attention_counterexample,
    LOW,
    keeps=0.8,
)
def nothing_so_low():
    query, key, value, mask = attention_counterexample()
    return query[[0, 2]], key, value, mask[[0, 2]]


@mistake(
    attention_counterexample,
    LATE,
    keeps=0.8,
)
def no_hidden_winner():
    query = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    key = torch.tensor([[float(at), -30_000.0 - at, 0.0] for at in range(5)])
    mask = torch.tensor([[1, 1, 1, 0, 0], [0, 0, 0, 1, 1]]).bool()
    return query, key, torch.arange(10.0).reshape(5, 2), mask


@mistake(
    attention_counterexample,
    KEYS,
    keeps=0.8,
)
def square():
    query, key, value, mask = attention_counterexample()
    return torch.cat([query, torch.zeros(3, 2)], 1), torch.cat([key, torch.zeros(5, 2)], 1), value, mask


def _row(low, late, steps=(2.0, 1.0, 0.0)):
    """The scores of one query for four keys, the last of which is hidden.

    Args:
        low: whether all visible scores lie far below −10,000.
        late: whether the hidden one leads by far.
        steps: the visible ones, over the level of the row.
    """
    level = -30_000.0 if low else 0.0
    return [*(level + step for step in steps), level + (20_000.0 if late else -10.0)]


def _unseen(name, sentences, scores, visible, width=4):
    """An input with these scores, on which the suspects of these sentences go unseen."""

    def answer():
        rows, seen = torch.tensor(scores), torch.tensor(visible).bool()
        query = torch.eye(len(rows), width) * width**0.5
        key = torch.zeros(rows.shape[1], width)
        key[:, : len(rows)] = rows.T
        return query, key, torch.tensor([[1.0], [5.0], [-2.0], [9.0], [4.0]])[: len(key)], seen

    answer.__name__ = name
    mistake(attention_counterexample, " ".join(sentences), keeps=1 - 0.15 * len(sentences))(answer)


for low, late in product((True, False), repeat=2):
    missing = [*([] if low else [LOW]), *([] if late else [LATE])]
    name = f"low_{low}_late_{late}"
    row, last = _row(low, late), [1, 1, 1, 0]
    _unseen(f"as_many_keys_as_numbers_{name}", [KEYS, *missing], [row], [last])
    _unseen(f"one_number_{name}", [D_K, *missing], [row], [last], width=1)
    if low:
        alike = [*_row(low, late, (0.0, 0.0, 0.0)), -90_000.0]
        _unseen(f"scores_alike_{name}", [SCALE, *missing], [alike], [[*last, 0]])


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
