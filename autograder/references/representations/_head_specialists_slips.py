"""`head_specialists`: what goes wrong, slips in one of the four."""

from autograder.references import mistake
from autograder.references.representations._head_specialists import head_specialists, means, otherwise, targets


def with_lists(weights, tokens, mark, /, **changed):
    """The right ones, but with other targets for some kinds."""
    return means(weights, {**targets(tokens, mark), **changed})


def renamed(weights, tokens, mark, name, to):
    return {to if key == name else key: value for key, value in head_specialists(weights, tokens, mark).items()}


@mistake(
    head_specialists,
    '"previous" holds the share of the token behind. In row i, the weights of token i, the token before is column '
    "i − 1.",
    keeps=0.8,
)
def previous_is_next(weights, tokens, mark):
    return otherwise(weights, tokens, mark, previous=head_specialists(weights, tokens, mark)["next"])


@mistake(
    head_specialists,
    '"next" holds the share of the token before. In row i, the weights of token i, the one behind is column i + 1.',
    keeps=0.8,
)
def next_is_previous(weights, tokens, mark):
    return otherwise(weights, tokens, mark, next=head_specialists(weights, tokens, mark)["previous"])


@mistake(
    head_specialists,
    'For "previous" all earlier tokens count. Wanted is the one right before.',
    keeps=0.8,
)
def all_before(weights, tokens, mark):
    return with_lists(weights, tokens, mark, previous=[list(range(i)) for i in range(len(tokens))])


@mistake(
    head_specialists,
    'For "next" all later tokens count. Wanted is the one right behind.',
    keeps=0.8,
)
def all_behind(weights, tokens, mark):
    many = len(tokens)
    return with_lists(weights, tokens, mark, next=[list(range(i + 1, many)) for i in range(many)])


@mistake(
    head_specialists,
    "The first token's neighbour before it is the last token: a place of −1 counts from the end. Nobody stands "
    "before the first.",
    keeps=0.9,
)
def previous_goes_round(weights, tokens, mark):
    many = len(tokens)
    return with_lists(weights, tokens, mark, previous=[[(i - 1) % many] for i in range(many)])


@mistake(
    head_specialists,
    "The last token's neighbour behind it is the first token, as where a place goes round. Nobody stands behind "
    "the last.",
    keeps=0.9,
)
def next_goes_round(weights, tokens, mark):
    many = len(tokens)
    return with_lists(weights, tokens, mark, next=[[(i + 1) % many] for i in range(many)])


@mistake(
    head_specialists,
    'For "same word" all other places count as well, whatever stands there. Both have to hold: the same token, '
    "and another place.",
    keeps=0.8,
)
def same_or_elsewhere(weights, tokens, mark):
    return with_lists(weights, tokens, mark, **{"same word": [list(range(len(tokens)))] * len(tokens)})


@mistake(
    head_specialists,
    'For "mark", what the marks give to others is added up, rows instead of columns, and divided by how many '
    "marks there are.",
    keeps=0.8,
)
def rows_of_the_marks(weights, tokens, mark):
    many = range(len(tokens))
    return with_lists(weights, tokens, mark, mark=[list(many) if tokens[i] == mark else [] for i in many])


@mistake(
    head_specialists,
    "What a mark gives to itself does not count. All places of `mark` do, also for a mark itself.",
    keeps=0.8,
)
def marks_not_for_themselves(weights, tokens, mark):
    many = range(len(tokens))
    return with_lists(weights, tokens, mark, mark=[[j for j in many if tokens[j] == mark and j != i] for i in many])


@mistake(
    head_specialists,
    "`mark` is taken for a place. It is a token, which may stand in several places, or nowhere: `tokens == mark`.",
    keeps=0.8,
)
def mark_as_a_place(weights, tokens, mark):
    return with_lists(weights, tokens, mark, mark=[[mark] if mark < len(tokens) else []] * len(tokens))


@mistake(
    head_specialists,
    "It is divided by the number of pairs of tokens, for every kind, as with `mean(dim=(-2, -1))`. Add up over "
    "the keys, and take the mean over the tokens that have such a target.",
    keeps=0.6,
)
def mean_over_everything(weights, tokens, mark):
    right, lists, many = head_specialists(weights, tokens, mark), targets(tokens, mark), len(tokens)
    return {name: right[name] * (sum(map(bool, lists[name])) / many**2) for name in right}


@mistake(
    head_specialists,
    'For "mark" it is divided by how many marks there are, not by how many tokens look at them.',
    keeps=0.8,
)
def divided_by_the_marks(weights, tokens, mark):
    many = int((tokens == mark).sum())
    share = head_specialists(weights, tokens, mark)["mark"] * (len(tokens) / max(1, many))
    return otherwise(weights, tokens, mark, mark=share)


@mistake(
    head_specialists,
    'The name "same word" is missing, or another one stands for it: two words, with a space.',
    keeps=0.8,
)
def same_word_renamed(weights, tokens, mark):
    return renamed(weights, tokens, mark, "same word", "same_word")
