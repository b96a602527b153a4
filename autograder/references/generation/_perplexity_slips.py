"""More mistakes of `perplexity`: a line left out, or one that does not add up."""

import math

from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.generation._perplexity import over_all, perplexity, surprises

FORGOTTEN = (
    "With several texts, what was added up for the earlier ones is forgotten, of the surprise, the count or both: as "
    "by `=` where `+=` belongs. Both sums run over all texts."
)


def quotient(costs, surprise, count):
    over_all(costs)
    return math.exp(surprise / count) if count else math.inf


@mistake(perplexity, FORGOTTEN)
def surprise_of_the_last_text(model, texts):
    costs = surprises(model, texts)
    return quotient(costs, costs[-1].sum().item() if costs else 0, sum(map(len, costs)))


@mistake(perplexity, FORGOTTEN)
def count_of_the_last_text(model, texts):
    costs = surprises(model, texts)
    return quotient(costs, sum(cost.sum().item() for cost in costs), len(costs[-1]) if costs else 0)


@mistake(perplexity, FORGOTTEN)
def the_last_text_alone(model, texts):
    costs = surprises(model, texts)
    return over_all(costs[-1:])


@mistake(
    perplexity,
    "The scores of each place are compared with the token at that place. They predict the one after it: `text[1:]`.",
)
def compares_with_itself_but_the_last(model, texts):
    return over_all(surprises(model, texts, lambda scores, text: (scores[:-1], text[:-1])))


@mistake(
    perplexity,
    "The scores are compared with the token after the next one, and a text of two tokens predicts nothing. They "
    "predict the very next one.",
)
def one_too_far(model, texts):
    return over_all(surprises(model, texts, lambda scores, text: (scores[:-2], text[2:])))


@mistake(
    perplexity,
    "The softmax is taken twice: `F.cross_entropy` wants scores, and takes it by itself. Given probabilities, nothing "
    "can be far from the mean, and a bad model looks good.",
)
def softmax_twice(model, texts):
    costs = surprises(model, texts, lambda scores, text: (scores[:-1].double().softmax(dim=-1), text[1:]))
    return over_all(costs)


@mistake(
    perplexity,
    "A ValueError comes in any case, as when nothing is ever counted. Count the tokens that are predicted: one less "
    "than a text has.",
)
def counts_nothing(model, texts):
    surprise = sum(F.relu(cost).sum().item() for cost in surprises(model, texts))
    raise ValueError(f"no token is predicted, and {surprise:.0f} is lost")


@mistake(
    perplexity,
    "The scores are compared with the token after the next one. They predict the very next one, and every token but "
    "the first counts.",
)
def one_too_far_and_all_count(model, texts):
    costs = surprises(model, texts, lambda scores, text: (scores[:-2], text[2:]))
    count = sum(len(text) - 1 for text in texts)
    if not count:
        raise ValueError("nothing is predicted")
    return math.exp(sum(cost.sum().item() for cost in costs) / count)


@mistake(
    perplexity,
    "The model's answer is used as if it were the scores alone. It is a pair: the scores, and a cache that may be "
    "dropped.",
)
def takes_the_pair_for_scores(model, texts):
    pairs = [model(text[None]) for text in texts]
    costs = [F.cross_entropy(pair[0, :-1], text[1:], reduction="none") for pair, text in zip(pairs, texts, strict=True)]
    return over_all(costs)
