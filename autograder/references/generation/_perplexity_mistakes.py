"""More mistakes of `perplexity`: what is compared with what, and means of means."""

import math

from autograder.references import mistake
from autograder.references.generation._perplexity import over_all, perplexity, surprises


@mistake(
    perplexity,
    "Each token is compared with the scores at its own place, which the model gave when it had read it. What was "
    "predicted about it stands one place before: `scores[:-1]` beside `text[1:]`.",
)
def compares_with_itself(model, texts):
    return over_all(surprises(model, texts, lambda scores, text: (scores, text)))


@mistake(
    perplexity,
    "Each token is compared with the scores at its own place, which the model gave when it had read it. What was "
    "predicted about it stands one place before: `scores[:-1]` beside `text[1:]`.",
)
def compares_with_itself_but_the_first(model, texts):
    return over_all(surprises(model, texts, lambda scores, text: (scores[1:], text[1:])))


@mistake(
    perplexity,
    "Each token is compared with the scores at its own place, which the model gave when it had read it. What was "
    "predicted about it stands one place before: `scores[:-1]` beside `text[1:]`.",
)
def compares_with_itself_and_divides_by_fewer(model, texts):
    costs = surprises(model, texts, lambda scores, text: (scores, text))
    count = sum(len(text) - 1 for text in texts)
    if not count:
        raise ValueError("nothing is predicted")
    return math.exp(sum(cost.sum().item() for cost in costs) / count)


@mistake(
    perplexity,
    "The scores are moved the wrong way: those of a place are compared with the token before it. They predict the one "
    "after it.",
)
def the_wrong_way(model, texts):
    return over_all(surprises(model, texts, lambda scores, text: (scores[1:], text[:-1])))


@mistake(
    perplexity,
    "A mean over texts is taken, of their perplexities: a text of two tokens counts as much as one of twenty, and a "
    "single hard one is all that one sees. Add up the surprise of all tokens first, and take exp once.",
)
def mean_of_perplexities(model, texts):
    costs = [cost for cost in surprises(model, texts) if len(cost)]
    over_all(costs)
    return sum(cost.mean().exp().item() for cost in costs) / len(costs)


@mistake(
    perplexity,
    "A mean over texts is taken, of their perplexities, and a text of one token makes it NaN or 0 / 0. Add up the "
    "surprise of all tokens first, and divide once.",
)
def mean_of_perplexities_with_nan(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return sum(cost.mean().exp().item() for cost in costs) / len(costs)


@mistake(
    perplexity,
    "The mean surprise is taken text by text, and then over the texts: a token in a short text counts more than one "
    "in a long text. Divide the sum of all by the number of all.",
)
def mean_of_means(model, texts):
    costs = [cost for cost in surprises(model, texts) if len(cost)]
    over_all(costs)
    return math.exp(sum(cost.mean().item() for cost in costs) / len(costs))


@mistake(
    perplexity,
    "The mean surprise is taken text by text, and then over the texts; for a text of one token that is NaN. Divide the "
    "sum of all by the number of all.",
)
def mean_of_means_with_nan(model, texts):
    costs = surprises(model, texts)
    over_all(costs)
    return math.exp(sum(cost.mean().item() for cost in costs) / len(costs))
