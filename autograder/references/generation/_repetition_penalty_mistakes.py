"""More mistakes of `repetition_penalty`: no token yet, and the plainest slips."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.generation._repetition_penalty import (
    must_be_above_zero,
    occurred,
    punished,
    repetition_penalty,
)

NONE_YET = (
    "Where no token has occurred yet there is an error, as when the largest of no entries is asked for, or nothing is "
    "stacked. Nobody is punished then, and the scores come back in a new tensor."
)


@mistake(repetition_penalty, NONE_YET, keeps=0.95)
def largest_of_nothing(scores, tokens, penalty):
    must_be_above_zero(penalty)
    seen = F.one_hot(tokens, scores.shape[-1]).amax(dim=1).bool()
    return torch.where(seen, punished(scores, penalty), scores)


@mistake(repetition_penalty, NONE_YET, keeps=0.95)
def maximum_of_nothing(scores, tokens, penalty):
    must_be_above_zero(penalty)
    seen = F.one_hot(tokens, scores.shape[-1]).max(dim=1).values.bool()
    return torch.where(seen, punished(scores, penalty), scores)


@mistake(repetition_penalty, NONE_YET, keeps=0.95)
def stacks_nothing(scores, tokens, penalty):
    must_be_above_zero(penalty)
    seen = torch.stack([F.one_hot(each, scores.shape[-1]) for each in tokens.T]).any(dim=0)
    return torch.where(seen, punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    "Scores below zero stay as they are. They get worse, too: multiply them by the penalty.",
)
def spares_what_is_below_zero(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens) & (scores > 0), scores / penalty, scores)


@mistake(
    repetition_penalty,
    "Scores above zero stay as they are. They get worse, too: divide them by the penalty.",
)
def spares_what_is_above_zero(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens) & (scores < 0), scores * penalty, scores)


@mistake(
    repetition_penalty,
    "A penalty of 1 or below is refused. It is allowed: 1 changes nothing, and less rewards what has occurred.",
    keeps=0.8,
)
def refuses_one(scores, tokens, penalty):
    if penalty <= 1:
        raise ValueError("a penalty is above 1")
    return torch.where(occurred(scores, tokens), punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    "Numbers of tokens are taken for those of rows, as with `scores[tokens]`: there is an error about an index, or "
    "whole rows are punished. The first dimension is the batch.",
)
def tokens_taken_for_rows(scores, tokens, penalty):
    must_be_above_zero(penalty)
    scores = scores.clone()
    scores[tokens] = punished(scores, penalty)[tokens]
    return scores
