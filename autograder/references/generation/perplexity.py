"""`perplexity`: what is right, and what goes wrong."""

import math

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.generation import (  # they register themselves
    _perplexity_mistakes,  # noqa: F401
    _perplexity_slips,  # noqa: F401
)
from autograder.references.generation._perplexity import over_all, perplexity, surprises


@mistake(perplexity, "What comes back is the mean surprise. Perplexity is exp of it.")
def without_exp(model, texts):
    return math.log(over_all(surprises(model, texts)))


@mistake(
    perplexity,
    "The result is below 1, as with exp of the mean logarithm without its minus sign. A model that is never surprised "
    "has 1, and every other one more.",
)
def without_the_sign(model, texts):
    return 1 / over_all(surprises(model, texts))


@mistake(
    perplexity,
    "A power of 2 is taken of a surprise that was counted with natural logarithms. They belong together: exp, or 2 to "
    "the power of bits.",
)
def powers_of_two(model, texts):
    return 2 ** math.log(over_all(surprises(model, texts)))


@mistake(
    perplexity,
    "It is divided by the number of all tokens. The first one of each text was not predicted by anything, so it has "
    "cost nothing and must not count.",
)
def counts_the_first(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return math.exp(sum(cost.sum().item() for cost in costs) / sum(map(len, texts)))


@mistake(
    perplexity,
    "It is divided by another number than that of the predicted tokens, or not at all. A mean is wanted.",
)
def divides_by_nothing(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return math.exp(min(700, sum(cost.sum().item() for cost in costs)))


@mistake(
    perplexity,
    "It is divided by another number than that of the predicted tokens, or not at all. A mean is wanted.",
)
def divides_by_the_texts(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return math.exp(min(700, sum(cost.sum().item() for cost in costs) / len(texts)))


@mistake(
    perplexity,
    "For a long text the product of all probabilities has become 0, and its root is 0 or infinite. Add up logarithms.",
    keeps=0.7,
)
def by_a_product(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    product = torch.cat(costs).neg().exp().float().prod()
    return (product ** (-1 / sum(map(len, costs)))).item()


@mistake(
    perplexity,
    "Only one of the tokens is looked at, such as the last one. Every token after the first was predicted.",
)
def only_the_last(model, texts):
    return over_all([cost[-1:] for cost in surprises(model, texts)])


@mistake(
    perplexity,
    "A text of one token spoils the result, or raises. It predicts nothing, so it adds nothing.",
    keeps=0.9,
)
def stumbles_over_one_token(model, texts):
    if any(len(text) < 2 for text in texts):
        raise ValueError("too short")
    return over_all(surprises(model, texts))


@mistake(
    perplexity,
    "Where nothing is predicted no ValueError comes: the result is 1 or NaN, as if somebody had measured something.",
    keeps=0.9,
)
def one_for_nothing(model, texts):
    costs = surprises(model, texts)
    return over_all(costs) if sum(map(len, costs)) else 1.0


@mistake(
    perplexity,
    "Where nothing is predicted no ValueError comes: the result is 1 or NaN, as if somebody had measured something.",
    keeps=0.9,
)
def nan_for_nothing(model, texts):
    costs = surprises(model, texts)
    return over_all(costs) if sum(map(len, costs)) else math.nan


@mistake(
    perplexity,
    "A mean over the tokens of each text is taken, and the sum of these is divided by the number of tokens once more: "
    "far too small. In each text it is the sum that is wanted.",
)
def divides_twice(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return math.exp(sum(cost.mean().item() for cost in costs) / sum(map(len, costs)))


@mistake(
    perplexity,
    "exp is taken of the sum, and divided afterwards. The mean comes first: exp of the sum divided by the count.",
)
def exp_before_the_mean(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return math.exp(sum(cost.sum().item() for cost in costs)) / sum(map(len, costs))


@mistake(
    perplexity,
    "The model is given a text without a dimension for the batch. It takes (1, length): `text[None]`.",
)
def without_a_batch(model, texts):
    total = count = 0
    for text in texts:
        scores = model(text)[0]
        total += F.cross_entropy(scores[0, :-1], text[1:], reduction="sum").item()
        count += len(text) - 1
    return math.exp(total / count)


@mistake(perplexity, "What comes back is a tensor. Promised is a Python number: `.item()`.", keeps=0.5)
def returns_a_tensor(model, texts):
    return torch.tensor(over_all(surprises(model, texts)), dtype=torch.float64)


@mistake(
    perplexity,
    "The model is called with a graph, which keeps all activations for a gradient that nobody wants. Use "
    "`torch.no_grad()`.",
    keeps=0.95,
)
def keeps_a_graph(model, texts):
    return over_all(surprises(model, texts, graph=True))


@alternative(perplexity)
def with_cross_entropy(model, texts):
    cost = count = 0
    for text in texts:
        with torch.no_grad():
            scores = model(text.unsqueeze(0))[0].squeeze(0)
        cost += F.cross_entropy(scores[:-1], text[1:], reduction="sum").item()
        count += len(text) - 1
    if count == 0:
        raise ValueError("no token was predicted")
    return math.exp(cost / count)


@alternative(perplexity)
def with_gather(model, texts):
    logs = []
    with torch.inference_mode():
        for text in texts:
            table = model(text[None, :])[0].log_softmax(-1)[0, :-1]
            logs.append(table.gather(1, text[1:, None]).flatten())
    flat = torch.cat(logs) if logs else torch.empty(0)
    if not len(flat):
        raise ValueError("nothing to measure")
    return float((-flat.mean()).exp())


promised(
    perplexity,
    "exp of the mean surprise at a token, −log of its probability, over all predicted tokens of all texts.",
    by=["one text", "texts of several lengths", "a short text that is hard", "a long text"],
)
promised(
    perplexity,
    "model: gives for tokens (1, length) scores (1, length, vocabulary), and a cache that you may drop.",
    by=["one text"],
)
promised(perplexity, "It is called without a graph.", by=["while it runs"])
promised(
    perplexity,
    "texts: each of shape (length,), int64, of one token or more.",
    by=["texts of several lengths", "a text of two tokens", "a text of one token among others"],
)
promised(
    perplexity,
    "The first token of a text is predicted by nothing and does not count.",
    by=["a text of two tokens", "a text of one token among others"],
)
promised(perplexity, "A Python float.", by=["while it runs"])
promised(perplexity, "ValueError: no token is predicted.", by=["nothing is predicted"])

equivalent(perplexity, "if count == 0:", "if count <= 0:", "texts of one token or more predict 0 or more")
equivalent(
    perplexity,
    'surprise += F.cross_entropy(scores[0, :-1], text[1:], reduction="sum").item()',
    'surprise += F.cross_entropy(scores[ -1, :-1], text[1:], reduction="sum").item()',
    "the batch holds one text",
)
