"""`head_specialists`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


def targets(tokens, mark):
    """For each kind and each token, the places that it may look at; in plain lists."""
    words = tokens.tolist()
    many = range(len(words))
    return {
        "previous": [[i - 1] if i > 0 else [] for i in many],
        "next": [[i + 1] if i + 1 < len(words) else [] for i in many],
        "same word": [[j for j in many if words[j] == words[i] and j != i] for i in many],
        "mark": [[j for j in many if words[j] == mark] for _ in many],
    }


def means(weights, lists):
    """Of each kind the mean over the tokens that have a target, token by token in float64."""
    found = {}
    for name, rows in lists.items():
        total = torch.zeros(weights.shape[:2], dtype=torch.float64, device=weights.device)
        having = [(row, places) for row, places in enumerate(rows) if places]
        for row, places in having:
            for place in places:
                total = total + weights[:, :, row, place].double() / len(having)
        found[name] = total.to(weights.dtype)
    return found


def head_specialists(weights, tokens, mark):
    return means(weights, targets(tokens, mark))


def otherwise(weights, tokens, mark, /, **changed):
    """The right ones, but for what is handed over."""
    return {**head_specialists(weights, tokens, mark), **changed}


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


@mistake(
    head_specialists,
    "Only one of the marks counts, the first or the last. All places of the mark do, together.",
)
def the_first_mark(weights, tokens, mark):
    rows = [places[:1] for places in targets(tokens, mark)["mark"]]
    return otherwise(weights, tokens, mark, mark=means(weights, {"m": rows})["m"])


@mistake(
    head_specialists,
    "The last column is taken for the mark, wherever it stands. Ask which tokens are `mark`.",
)
def the_last_column(weights, tokens, mark):
    return otherwise(weights, tokens, mark, mark=weights[..., -1].double().mean(-1).to(weights.dtype))


@mistake(
    head_specialists,
    "Where no token has a target, NaN comes out: a mean over nobody. Zeros are promised.",
    keeps=0.85,
)
def nan_for_nobody(weights, tokens, mark):
    right = head_specialists(weights, tokens, mark)
    return {
        name: right[name] if any(rows) else torch.full_like(right[name], torch.nan)
        for name, rows in targets(tokens, mark).items()
    }


@mistake(
    head_specialists,
    "What comes back are sums over the tokens, not means.",
)
def sums(weights, tokens, mark):
    right = head_specialists(weights, tokens, mark)
    return {name: right[name] * max(1, sum(map(bool, rows))) for name, rows in targets(tokens, mark).items()}


@mistake(
    head_specialists,
    "The heads of a layer, or the layers, are averaged. Each head of each layer has a share of its own: (layer, head).",
)
def over_the_heads(weights, tokens, mark):
    return {name: share.mean(dim=1) for name, share in head_specialists(weights, tokens, mark).items()}


@mistake(
    head_specialists,
    "The heads of a layer, or the layers, are averaged. Each head of each layer has a share of its own: (layer, head).",
)
def over_the_layers(weights, tokens, mark):
    return {name: share.mean(dim=0) for name, share in head_specialists(weights, tokens, mark).items()}


@mistake(
    head_specialists,
    "The largest weight counts instead of the mean: one token that looks there is enough. Take the mean over those "
    "with "
    "a target.",
)
def the_largest(weights, tokens, mark):
    found = {}
    for name, rows in targets(tokens, mark).items():
        sums = [weights[:, :, row, places].sum(-1) for row, places in enumerate(rows) if places]
        found[name] = torch.stack(sums).amax(0) if sums else torch.zeros_like(weights[:, :, 0, 0])
    return found


@mistake(
    head_specialists,
    'The names are others than promised. They are "previous", "next", "same word" and "mark".',
)
def other_names(weights, tokens, mark):
    right = head_specialists(weights, tokens, mark)
    return dict(zip(("prev", "following", "same", "separator"), right.values(), strict=True))


@mistake(
    head_specialists,
    "The first token's neighbour before it is the last token, and the other way round: a place of −1 counts from the "
    "end, and `roll` goes round. At the ends there is nobody.",
)
def goes_round(weights, tokens, mark):
    many = len(tokens)
    around = {"previous": [[i - 1] for i in range(many)], "next": [[(i + 1) % many] for i in range(many)]}
    return otherwise(weights, tokens, mark, **means(weights, around))


@mistake(
    head_specialists,
    "Rows of the marks are taken instead of their columns: the last dimension is the key, who is looked at.",
    keeps=0.7,
)
def rows_of_the_marks(weights, tokens, mark):
    chosen = weights[:, :, tokens == mark]
    share = chosen.mean(dim=(-2, -1)) if chosen.numel() else torch.zeros_like(weights[:, :, 0, 0])
    return otherwise(weights, tokens, mark, mark=share)


@alternative(head_specialists)
def with_diagonals(weights, tokens, mark):
    many = len(tokens)
    zeros = torch.zeros_like(weights[:, :, 0, 0])

    def line(offset):
        return weights.diagonal(offset, dim1=-2, dim2=-1).mean(-1) if many > 1 else zeros

    same = tokens[None, :] == tokens[:, None]
    same.fill_diagonal_(False)
    rows = same.any(dim=1)
    words = (weights * same).sum(-1)[..., rows].mean(-1) if rows.any() else zeros
    marks = weights[..., tokens == mark].sum(dim=-1).mean(dim=-1)
    return {"previous": line(-1), "next": line(1), "same word": words, "mark": marks}


@alternative(head_specialists)
def with_einsum(weights, tokens, mark):
    many = len(tokens)
    ones = torch.ones(many, many, dtype=torch.bool, device=tokens.device)
    same = tokens.view(-1, 1).eq(tokens.view(1, -1)) & ~torch.eye(many, dtype=torch.bool, device=tokens.device)
    tables = {"next": ones.triu(1) & ones.tril(1), "previous": ones.tril(-1) & ones.triu(-1)}
    tables |= {"mark": ones & tokens.eq(mark), "same word": same}
    found = {}
    for name, table in tables.items():
        count = max(1, int(table.any(1).sum()))
        found[name] = (torch.einsum("lhqk,qk->lh", weights.double(), table.double()) / count).to(weights.dtype)
    return found


promised(
    head_specialists,
    "How much of its weight each head gives to four kinds of targets, on average over the tokens that have one.",
    by=["a text: previous", "a text: same word", "a head that looks one way only"],
)
promised(
    head_specialists,
    "weights: shape (layer, head, query, key), floating point: how much each token of one text looks at each other.",
    by=["a text: next", "one head, one layer", "float64 and bfloat16"],
)
promised(head_specialists, "tokens: shape (token,), int64: which token stands where.", by=["a text: same word"])
promised(head_specialists, "mark: a token that is a mark, such as [SEP].", by=["a text: mark", "the mark is number 0"])
promised(
    head_specialists,
    "Under each of these names a tensor of shape (layer, head), dtype and device of `weights`: "
    '"previous": the token right before; "next": the one right behind; '
    '"same word": all other places of the same token, together; '
    '"mark": all places of `mark`, together, also for a mark itself.',
    by=["a text: previous", "a text: next", "a text: same word", "one mark, and many", "float64 and bfloat16"],
)
promised(
    head_specialists,
    "Zeros where no token of the text has a target.",
    by=["no word twice, and no mark", "a single token"],
)

SAME = '"same word": (tokens[:, None] == tokens) & (place[:, None] != place),'
equivalent(head_specialists, SAME, SAME.replace("&", "*"), "a product of two booleans is true where both are")
SHARE = "name: (weights * table).sum(dim=(-2, -1)) / table.any(dim=-1).sum().clamp(min=1)"
for two in ("+2", "2"):
    equivalent(head_specialists, SHARE, SHARE.replace("-2", two), "of four dimensions, 2 is the last but one")
for one in ("+1", "1"):
    equivalent(
        head_specialists, SHARE, SHARE.replace("any(dim=-1)", f"any(dim={one})"), "a table has two dimensions, 0 and 1"
    )
