"""`head_specialists`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import (
    _head_specialists_mistakes,  # noqa: F401  (they register themselves)
    _head_specialists_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._head_specialists import head_specialists, means, otherwise, targets


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


@mistake(
    head_specialists,
    "All earlier tokens count as previous, and all later ones as next. Wanted are the direct neighbours alone.",
)
def anybody_before(weights, tokens, mark):
    many = len(tokens)
    sides = {"previous": [list(range(i)) for i in range(many)], "next": [list(range(i + 1, many)) for i in range(many)]}
    return otherwise(weights, tokens, mark, **means(weights, sides))


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
