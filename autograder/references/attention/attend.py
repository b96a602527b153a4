"""`attend`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.attention import _attend_mistakes, _attend_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._attend import attend


@alternative(attend)
def with_a_loop(query, key, value):
    scores = torch.stack([query @ each for each in key])
    weights = torch.softmax(scores, dim=-1)
    heard = torch.zeros_like(value[0])
    for weight, each in zip(weights, value, strict=True):
        heard = heard + weight * each
    return heard


@alternative(attend)
def with_powers(query, key, value):
    scores = (key * query).sum(-1)
    powers = (scores - scores.max()).exp()
    return (powers[:, None] * value).sum(0) / powers.sum()


@alternative(attend)
def with_einsum(query, key, value):
    return torch.einsum("n,nv->v", torch.einsum("d,nd->n", query, key).softmax(0), value)


promised(
    attend,
    "What one word hears of others: the mean of their values, weighted by how well their keys fit its query.",
    by=["some words", "values as wide as keys"],
)
promised(
    attend,
    "A key's score is its dot product with the query, and a softmax makes weights of the scores.",
    by=["some words", "long vectors", "a query that fits nobody"],
)
promised(attend, "query: shape (d,), floating point.", by=["some words", "float64", "bfloat16", "float16"])
promised(attend, "key: shape (n, d), one row for each word, and at least one.", by=["some words", "one word"])
promised(attend, "value: shape (n, d_v).", by=["some words", "values as wide as keys"])
promised(
    attend,
    "Shape (d_v,), dtype and device of `value`, also where scores lie in the hundreds.",
    by=["some words", "bfloat16", "scores of several hundred", "scores of minus several hundred"],
)
promised(attend, "Gradients reach all three.", by=["gradients"])
equivalent(
    attend,
    "weights = torch.softmax(key @ query, dim=0)",
    "weights = torch.softmax(key @ query, dim= -1)",
    "the scores have one dimension: it is the first and the last",
)
