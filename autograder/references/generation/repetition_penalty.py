"""`repetition_penalty`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.generation import _repetition_penalty_mistakes  # noqa: F401  (they register themselves)
from autograder.references.generation._repetition_penalty import (
    must_be_above_zero,
    occurred,
    punished,
    repetition_penalty,
)


@mistake(
    repetition_penalty,
    "A negative score that is divided comes nearer to zero: the token gets better for having occurred. Below zero, "
    "multiply.",
)
def divides_all(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens), scores / penalty, scores)


@mistake(
    repetition_penalty,
    "A positive score that is multiplied grows: the token gets better for having occurred. Above zero, divide.",
)
def multiplies_all(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens), scores * penalty, scores)


@mistake(
    repetition_penalty,
    "Tokens that have occurred get better, above zero and below it: multiplying and dividing are exchanged.",
)
def the_wrong_way_round(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens), punished(scores, 1 / penalty), scores)


@mistake(
    repetition_penalty,
    "The penalty is subtracted. Here scores are divided and multiplied; what subtracts is called presence or frequency "
    "penalty elsewhere.",
)
def subtracts(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens), scores - penalty, scores)


@mistake(repetition_penalty, "All tokens are punished, also those that have not occurred yet. Then nothing is gained.")
def punishes_all(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return punished(scores, penalty)


@mistake(repetition_penalty, "It is the tokens that have not occurred that are punished. Punish those in `tokens`.")
def punishes_the_new(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens), scores, punished(scores, penalty))


@mistake(
    repetition_penalty, "Only one of the tokens is punished, as the last one. Everything that has occurred should be."
)
def only_the_last(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return torch.where(occurred(scores, tokens[:, -1:]), punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    "A token that has occurred twice is punished twice. It should be punished once, however often it came.",
    keeps=0.6,
)
def for_each_time(scores, tokens, penalty):
    must_be_above_zero(penalty)
    scores = scores.clone()
    for row, seen in zip(scores, tokens.tolist(), strict=True):
        for token in seen:
            row[token] = punished(row[token], penalty)
    return scores


@mistake(
    repetition_penalty,
    "In a batch, a row is punished for what another row has said, as with `scores[:, tokens]`. Each row has its own "
    "tokens.",
    keeps=0.6,
)
def across_rows(scores, tokens, penalty):
    must_be_above_zero(penalty)
    anywhere = occurred(scores, tokens).any(dim=0, keepdim=True).expand_as(scores)
    return torch.where(anywhere, punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    'What has occurred is ruled out for good, with −∞. It should only get worse: sentences need "the" more than once.',
)
def rules_out(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return scores.masked_fill(occurred(scores, tokens), -torch.inf)


@mistake(
    repetition_penalty,
    "Probabilities are punished, or come back. It is the scores, and scores are returned.",
)
def punishes_probabilities(scores, tokens, penalty):
    must_be_above_zero(penalty)
    shares = scores.softmax(dim=-1)
    return torch.where(occurred(scores, tokens), shares / penalty, shares)


@mistake(
    repetition_penalty,
    "Token 0 is passed over. It is a token like the others: ask for its number, not whether it is true.",
    keeps=0.9,
)
def passes_over_zero(scores, tokens, penalty):
    must_be_above_zero(penalty)
    seen = occurred(scores, tokens)
    seen[:, 0] = False
    return torch.where(seen, punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    "A penalty of 0 or below is not refused with a ValueError: it would divide by zero, or turn signs round.",
    keeps=0.9,
)
def refuses_nothing(scores, tokens, penalty):
    return torch.where(occurred(scores, tokens), punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    "A penalty below 1 is refused or does nothing. It is allowed, and rewards what has occurred.",
    keeps=0.8,
)
def refuses_rewards(scores, tokens, penalty):
    if penalty < 1:
        raise ValueError("a penalty is 1 or more")
    return torch.where(occurred(scores, tokens), punished(scores, penalty), scores)


@mistake(
    repetition_penalty,
    "The table of what has occurred is filled along the rows of the batch instead of the vocabulary: a token's number "
    "is taken for that of a row, which does not exist. The tokens of a row are columns of it: dimension 1.",
)
def along_the_batch(scores, tokens, penalty):
    must_be_above_zero(penalty)
    seen = torch.zeros_like(scores, dtype=torch.bool).scatter(0, tokens, True)
    return torch.where(seen, punished(scores, penalty), scores)


@mistake(repetition_penalty, "The caller's scores are changed. Return a new tensor.", keeps=0.9)
def in_place(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return scores.copy_(torch.where(occurred(scores, tokens), punished(scores, penalty), scores))


@mistake(repetition_penalty, "The scores come back as they were. Those of tokens that have occurred should be lower.")
def does_nothing(scores, tokens, penalty):
    must_be_above_zero(penalty)
    return scores.clone()


@alternative(repetition_penalty)
def row_by_row(scores, tokens, penalty):
    if penalty <= 0:
        raise ValueError("above zero")
    result = scores.clone()
    for row, seen in zip(result, tokens.tolist(), strict=True):
        for token in set(seen):
            row[token] = row[token] / penalty if row[token] > 0 else row[token] * penalty
    return result


@alternative(repetition_penalty)
def by_gathering(scores, tokens, penalty):
    must_be_above_zero(penalty)
    mine = scores.gather(1, tokens)
    return scores.scatter(1, tokens, torch.where(mine < 0, mine * penalty, mine / penalty))


promised(
    repetition_penalty,
    "Makes the tokens that have occurred less likely: scores above zero are divided by the penalty, those below zero "
    "multiplied by it.",
    by=["above zero and below it", "a batch"],
)
promised(
    repetition_penalty,
    "Each is punished once, however often it occurred, and only in its own row.",
    by=["tokens that occur again and again", "each row has its own tokens"],
)
promised(
    repetition_penalty,
    "scores: shape (batch, vocabulary), floating point; 0 and −∞ stay.",
    by=["a batch", "float64", "scores of 0 and −∞"],
)
promised(
    repetition_penalty,
    "tokens: what has occurred, shape (batch, seen), int64; there may be none.",
    by=["a batch", "no token yet", "every token has occurred"],
)
promised(
    repetition_penalty,
    "penalty: above 0; 1 changes nothing, and below 1 repetition is rewarded.",
    by=["a penalty of one", "a penalty below one"],
)
promised(
    repetition_penalty,
    "A new tensor of the same shape and dtype.",
    by=["the arguments afterwards", "float64"],
)
promised(repetition_penalty, "ValueError: penalty is 0 or less.", by=["zero, and below it"])

equivalent(
    repetition_penalty,
    "punished = torch.where(scores < 0, scores * penalty, scores / penalty)",
    "punished = torch.where(scores <= 0, scores * penalty, scores / penalty)",
    "a score of 0 stays 0 either way",
)
