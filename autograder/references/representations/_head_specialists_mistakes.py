"""`head_specialists`: what goes wrong, the first part."""

import torch

from autograder.references import mistake
from autograder.references.representations._head_specialists import head_specialists, means, otherwise, targets


@mistake(
    head_specialists,
    "Queries and keys are exchanged: what is added up is how much a token is looked at from its neighbours, not how "
    "much it "
    "looks at them. The last dimension is the key.",
)
def turned_round(weights, tokens, mark):
    return head_specialists(weights.transpose(-2, -1), tokens, mark)


@mistake(
    head_specialists,
    "The token before and the one behind are exchanged. In row i, the weights of token i, the token before is "
    "column i − 1.",
)
def previous_for_next(weights, tokens, mark):
    right = head_specialists(weights, tokens, mark)
    return otherwise(weights, tokens, mark, previous=right["next"], next=right["previous"])


ALL = (
    "It is divided by the number of all tokens. The first one has nobody before it and the last one nobody behind "
    "it, so "
    "they do not count there."
)


@mistake(head_specialists, ALL)
def neighbours_over_all(weights, tokens, mark):
    right, many = head_specialists(weights, tokens, mark), len(tokens)
    less = {name: right[name] * ((many - 1) / many) for name in ("previous", "next")}
    return otherwise(weights, tokens, mark, **less)


@mistake(
    head_specialists,
    "It is divided by the number of all tokens, for every kind. Only those that have such a target count.",
)
def everything_over_all(weights, tokens, mark):
    right, many = head_specialists(weights, tokens, mark), len(tokens)
    return {name: right[name] * (sum(map(bool, rows)) / many) for name, rows in targets(tokens, mark).items()}


@mistake(
    head_specialists,
    "A token counts as another place of its own word: the diagonal is among the same words. Wanted are the other "
    "places.",
)
def itself_is_the_same_word(weights, tokens, mark):
    same = [[j for j, word in enumerate(tokens.tolist()) if word == mine] for mine in tokens.tolist()]
    return otherwise(weights, tokens, mark, **{"same word": means(weights, {"s": same})["s"]})


@mistake(
    head_specialists,
    "For the same word, it is divided by the number of all tokens. Those whose word stands nowhere else do not count.",
)
def words_over_all(weights, tokens, mark):
    rows = targets(tokens, mark)["same word"]
    share = head_specialists(weights, tokens, mark)["same word"] * (sum(map(bool, rows)) / len(tokens))
    return otherwise(weights, tokens, mark, **{"same word": share})


EVERY_PAIR = (
    "For the same word, the mean goes over pairs of places. A token that has two of its kind adds both up, and counts "
    "once."
)


@mistake(head_specialists, EVERY_PAIR)
def mean_over_pairs(weights, tokens, mark):
    rows = targets(tokens, mark)["same word"]
    pairs = [weights[:, :, row, place].double() for row, places in enumerate(rows) for place in places]
    share = torch.stack(pairs).mean(0) if pairs else torch.zeros(weights.shape[:2])
    return otherwise(weights, tokens, mark, **{"same word": share.to(weights)})


@mistake(
    head_specialists,
    "For the same word, only one of the other places counts. They are added up.",
)
def first_of_the_same(weights, tokens, mark):
    rows = [places[:1] for places in targets(tokens, mark)["same word"]]
    return otherwise(weights, tokens, mark, **{"same word": means(weights, {"s": rows})["s"]})


@mistake(
    head_specialists,
    "Only earlier places of the same word count. Those behind do as well.",
)
def earlier_only(weights, tokens, mark):
    rows = [[place for place in places if place < row] for row, places in enumerate(targets(tokens, mark)["same word"])]
    return otherwise(weights, tokens, mark, **{"same word": means(weights, {"s": rows})["s"]})


@mistake(
    head_specialists,
    "Marks are left out among the same words. A mark that stands in several places is a repeated token like any other.",
    keeps=0.7,
)
def marks_are_not_words(weights, tokens, mark):
    words = tokens.tolist()
    rows = [places if words[row] != mark else [] for row, places in enumerate(targets(tokens, mark)["same word"])]
    return otherwise(weights, tokens, mark, **{"same word": means(weights, {"s": rows})["s"]})


@mistake(
    head_specialists,
    "For the marks, the mean goes over the marks as well: two marks count half each. What a token gives to all of "
    "them is "
    "added up.",
)
def mean_over_the_marks(weights, tokens, mark):
    many = int((tokens == mark).sum())
    return otherwise(weights, tokens, mark, mark=head_specialists(weights, tokens, mark)["mark"] / max(1, many))


@mistake(
    head_specialists,
    "A mark does not count among those who look at marks. Every token does, a mark as well.",
    keeps=0.7,
)
def marks_do_not_look(weights, tokens, mark):
    words = tokens.tolist()
    rows = [places if words[row] != mark else [] for row, places in enumerate(targets(tokens, mark)["mark"])]
    return otherwise(weights, tokens, mark, mark=means(weights, {"m": rows})["m"])


@mistake(
    head_specialists,
    "It is added up how much the marks look at others, rows instead of columns. Wanted is how much is given to the "
    "marks.",
)
def what_marks_look_at(weights, tokens, mark):
    chosen = (tokens == mark).nonzero().flatten()
    given = weights[:, :, chosen].double().sum(dim=(-2, -1)) / max(1, len(tokens))
    return otherwise(weights, tokens, mark, mark=given.to(weights.dtype))


@mistake(
    head_specialists,
    "Only one of the marks counts, the first or the last. All places of the mark do, together.",
)
def the_last_mark(weights, tokens, mark):
    rows = [places[-1:] for places in targets(tokens, mark)["mark"]]
    return otherwise(weights, tokens, mark, mark=means(weights, {"m": rows})["m"])
