"""`add_alibi`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def add_alibi(scores):
    """Number by number."""
    heads, queries, keys = scores.shape[-3:]
    result = torch.zeros_like(scores)
    for head in range(heads):
        for query in range(queries):
            for key in range(keys):
                distance = keys - queries + query - key
                charge = 2.0 ** (-8 * (head + 1) / heads) * distance
                place = (..., head, query, key)
                result[place] = scores[place] - charge if distance >= 0 else -torch.inf
    return result


def distances(scores):
    queries, keys = scores.shape[-2:]
    query = torch.arange(keys - queries, keys, device=scores.device)
    return query[:, None] - torch.arange(keys, device=scores.device)


def slopes(scores):
    heads = scores.shape[-3]
    return (2.0 ** (-8.0 / heads * torch.arange(1, heads + 1, device=scores.device, dtype=torch.float64)))[
        :, None, None
    ]


def charged(scores, slopes, distance, hidden=None, fill=-torch.inf):
    hidden = distances(scores) < 0 if hidden is None else hidden
    return (scores - (slopes * distance).to(scores.dtype)).masked_fill(hidden, fill)


@mistake(add_alibi, "The charge is added: what is far away wins. It is subtracted from the score.")
def adds(scores):
    return charged(scores, -slopes(scores), distances(scores))


@mistake(add_alibi, "Nothing is hidden: keys that come after the query have a score, and even gain by their distance.")
def hides_nothing(scores):
    return charged(scores, slopes(scores), distances(scores), hidden=distances(scores) < -10_000)


@mistake(add_alibi, "Nothing is charged: the later keys are hidden, and all other scores are what they were.")
def charges_nothing(scores):
    return scores.masked_fill(distances(scores) < 0, -torch.inf)


@mistake(
    add_alibi,
    "The slopes are those of heads counted from 0, so that the first one charges 1 for each place. The first head has "
    "2 ** (−8 / H).",
)
def heads_from_zero(scores):
    heads = scores.shape[-3]
    found = (2.0 ** (-8 * torch.arange(heads, device=scores.device, dtype=torch.float64) / heads))[:, None, None]
    return charged(scores, found, distances(scores))


@mistake(
    add_alibi,
    "The slopes halve from head to head, 2 ** (−h), however many heads there are. That is so with 8 heads; with H it "
    "is 2 ** (−8h / H).",
)
def as_with_eight(scores):
    found = (0.5 ** torch.arange(1, scores.shape[-3] + 1, device=scores.device, dtype=torch.float64))[:, None, None]
    return charged(scores, found, distances(scores))


@mistake(
    add_alibi,
    "The slopes run from 1/2 at most down to 1/2 only: the 8 of 2 ** (−8h / H) is missing.",
)
def without_the_eight(scores):
    heads = scores.shape[-3]
    found = (2.0 ** (-torch.arange(1, heads + 1, device=scores.device, dtype=torch.float64) / heads))[:, None, None]
    return charged(scores, found, distances(scores))


@mistake(add_alibi, "The slopes come in the reverse order: the first head is the one that charges most.")
def reversed_heads(scores):
    return charged(scores, slopes(scores).flip(0), distances(scores))


@mistake(
    add_alibi,
    "The slopes lie along the queries instead of the heads, or the shapes don't fit: `slopes[:, None, None]`.",
)
def along_the_queries(scores):
    return charged(scores, slopes(scores).reshape(-1, 1), distances(scores))


@mistake(
    add_alibi, "The slopes lie along the keys instead of the heads, or the shapes don't fit: `slopes[:, None, None]`."
)
def along_the_keys(scores):
    return charged(scores, slopes(scores).reshape(-1), distances(scores))


@mistake(add_alibi, "All heads charge the same. Head h of H, from 1 on, has a slope of its own, 2 ** (−8h / H).")
def one_slope(scores):
    return charged(scores, slopes(scores)[:1], distances(scores))


@mistake(
    add_alibi,
    "With a memory the distances are wrong, query − key, as if the page stood at the beginning: keys are hidden that "
    "have been read. The first query has keys − queries before it.",
)
def without_the_memory(scores):
    queries, keys = scores.shape[-2:]
    distance = torch.arange(queries, device=scores.device)[:, None] - torch.arange(keys, device=scores.device)
    return charged(scores, slopes(scores), distance, hidden=distance < 0)


@mistake(
    add_alibi,
    "Later keys get a large negative number, where −∞ was asked for. A score that is larger still comes through.",
    keeps=0.8,
)
def a_large_number(scores):
    low = torch.full_like(distances(scores), -10_000, dtype=scores.dtype)
    return charged(scores, slopes(scores), distances(scores)).where(distances(scores) >= 0, scores + low)


for number in (-1e4, -1e9, None):

    @mistake(
        add_alibi,
        "Later keys get a large negative number, where −∞ was asked for. It is not below everything, and not every "
        "dtype can hold it.",
        keeps=0.6,
    )
    def filled_with_a_number(scores, number=number):
        fill = torch.finfo(scores.dtype).min if number is None else number
        return charged(scores, slopes(scores), distances(scores), fill=fill)


@mistake(add_alibi, "A query does not see itself. Distance 0 is free of charge and is not hidden.")
def hides_itself(scores):
    return charged(scores, slopes(scores), distances(scores), hidden=distances(scores) <= 0)


@mistake(add_alibi, "A query sees the place after it. Everything with a distance below 0 is hidden.")
def one_ahead(scores):
    return charged(scores, slopes(scores), distances(scores), hidden=distances(scores) < -1)


@mistake(add_alibi, "A query's own place is charged as well: the distances are too large by one. They begin with 0.")
def pays_for_itself(scores):
    return charged(scores, slopes(scores), distances(scores) + 1)


@mistake(add_alibi, "The score is multiplied by the charge, or by a number made of it. The charge is subtracted.")
def multiplies(scores):
    return (scores * (1 - slopes(scores) * distances(scores)).to(scores.dtype)).masked_fill(
        distances(scores) < 0, -torch.inf
    )


@mistake(
    add_alibi,
    "Every score of a row is too large by the same amount: the slope times the place of the query. After a softmax "
    "that is all the same, and BLOOM does so, adding slope · place of the key. Here slope · distance is subtracted.",
    keeps=0.6,
)
def by_the_place_of_the_key(scores):
    keys = torch.arange(scores.shape[-1], device=scores.device)
    return charged(scores, -slopes(scores), keys)


@mistake(
    add_alibi,
    "Where the number of heads is no power of two, the slopes are others: perhaps those of the next lower power with "
    "some put between them, as in the authors' code. Here it is 2 ** (−8h / H) for every H.",
    keeps=0.95,
)
def slopes_of_the_authors(scores):
    def of(heads):
        if heads & (heads - 1) == 0:
            return [2.0 ** (-8 * head / heads) for head in range(1, heads + 1)]
        lower = 2 ** (heads.bit_length() - 1)
        return of(lower) + of(2 * lower)[::2][: heads - lower]

    found = torch.tensor(of(scores.shape[-3]), device=scores.device, dtype=torch.float64)
    return charged(scores, found[:, None, None], distances(scores))


@mistake(
    add_alibi,
    "NaN is left where the key comes later, if its score was infinite or NaN: ∞ − ∞ is NaN. Put −∞ in the place of the "
    "score, `masked_fill`, instead of adding it.",
    keeps=0.9,
)
def adds_the_mask(scores):
    distance = distances(scores)
    mask = torch.zeros_like(scores).masked_fill(distance < 0, -torch.inf)
    return charged(scores, slopes(scores), distance, hidden=distance < -10_000) + mask


@mistake(
    add_alibi,
    "What comes back is the charge alone, without the scores.",
)
def the_charge_alone(scores):
    return charged(torch.zeros_like(scores), slopes(scores), distances(scores))


@mistake(
    add_alibi,
    "The caller's scores are overwritten, as with `-=` or `masked_fill_`. Others may still need them; make a new "
    "tensor.",
    keeps=0.95,
)
def in_place(scores):
    return scores.sub_((slopes(scores) * distances(scores)).to(scores.dtype)).masked_fill_(
        distances(scores) < 0, -torch.inf
    )


@alternative(add_alibi)
def by_a_bias(scores):
    heads = scores.shape[-3]
    tables = [-(2.0 ** (-8 * (head + 1) / heads)) * distances(scores).double() for head in range(heads)]
    bias = torch.stack(tables).to(scores.dtype)
    return torch.where(distances(scores) < 0, torch.full_like(scores, -torch.inf), scores + bias)


@alternative(add_alibi)
def by_the_keys(scores):
    """As in BLOOM, with the distance put together from two rows."""
    queries, keys = scores.shape[-2:]
    wide = scores.double()
    behind = (
        torch.arange(keys, device=scores.device) - torch.arange(keys - queries, keys, device=scores.device)[:, None]
    )
    biased = wide + slopes(scores).double() * behind
    return biased.masked_fill(behind > 0, float("-inf")).to(scores.dtype)


for sentence, by in {
    "Charges each score for its distance, and hides what comes later.": [
        "a memory before the page",
        "what may be seen",
    ],
    "scores: shape (..., heads, query, key), floating point, divided by √d already.": [
        "several logs",
        "float16 and bfloat16",
    ],
    "The queries are the last of the keys.": ["a memory before the page", "one query and many keys"],
    "Shape and dtype of `scores`, a new tensor.": ["float16 and bfloat16", "the scores are left alone"],
    "Head h of H, from 1 on, loses 2 ** (−8h / H) for each place between query and key.": [
        "heads: 4",
        "heads that are no power of two",
    ],
    "Where the key comes after the query stands −∞, whatever stood there.": [
        "what may be seen",
        "a later score that would win",
        "later scores that are infinite",
    ],
}.items():
    promised(add_alibi, sentence, by=by)
