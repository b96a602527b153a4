"""Mistakes of `combine_masks`."""

import torch

from autograder.references import mistake
from autograder.references.attention._combine_masks import combine, combine_masks

SWAPPED = "True and False are swapped: the mask says what is hidden. Here True means: may be looked at."


@mistake(combine_masks, SWAPPED)
def marks_the_hidden(real, queries, causal=False):
    return ~combine(real, queries, causal)


@mistake(
    combine_masks,
    "The padding is turned around: `real` is True already where a token may be looked at. Take it as it is, "
    "without `~` or `== 0`.",
)
def inverts_the_padding(real, queries, causal=False):
    return combine(~real.bool(), queries, causal)


@mistake(
    combine_masks,
    "`~` is taken of a tokenizer's integers: ~1 is -2 and ~0 is -1, both true. And the padding need not be turned "
    "around.",
)
def inverts_integers(real, queries, causal=False):
    return combine((~real).bool(), queries, causal)


@mistake(combine_masks, "A position cannot look at itself: the diagonal is left out. Hide only what comes later.")
def without_the_diagonal(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.tril(shift - 1))


@mistake(
    combine_masks,
    "One word of the future is visible: the border between past and future, tril's diagonal for instance, "
    "lies one too far.",
)
def sees_one_ahead(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.tril(shift + 1))


KEEPS_THE_FUTURE = "The future is kept and the past is hidden. tril keeps what came before, triu what comes later."


@mistake(combine_masks, KEEPS_THE_FUTURE)
def keeps_the_future(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.triu(shift))


@mistake(combine_masks, KEEPS_THE_FUTURE)
def keeps_only_the_future(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.triu(shift + 1))


ALIGNED = (
    "The first query stands at the first key. The queries are the last positions: with 9 keys and 4 queries, "
    "query 0 stands at key 5."
)


@mistake(combine_masks, ALIGNED, keeps=0.8)
def aligned_at_the_start(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.tril())


@mistake(
    combine_masks,
    "The queries are shifted the wrong way: tril's diagonal is keys - queries. With more keys than queries it is not "
    "negative.",
    keeps=0.8,
)
def shifted_the_wrong_way(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.tril(-shift))


@mistake(
    combine_masks,
    "The two masks are joined by `or` (or by +). A key is visible only where it is real and not in the future.",
)
def joined_by_or(real, queries, causal=False):
    return combine(real, queries, causal, both=torch.logical_or)


@mistake(combine_masks, "The two masks are joined by `xor` or `!=`: what both allow is hidden. It is `and`, &.")
def joined_by_xor(real, queries, causal=False):
    return combine(real, queries, causal, both=torch.logical_xor)


@mistake(combine_masks, "causal=True forgets the padding.")
def causal_forgets_padding(real, queries, causal=False):
    return combine(torch.ones_like(real) if causal else real, queries, causal)


@mistake(combine_masks, "The future is never hidden: `causal` makes no difference.")
def never_causal(real, queries, causal=False):
    return combine(real, queries, False)


@mistake(combine_masks, "The future is always hidden, whether `causal` asks for it or not.", keeps=0.85)
def always_causal(real, queries, causal=False):
    return combine(real, queries, True)


@mistake(
    combine_masks,
    "The future is hidden where `causal` is False and shown where it is True: `causal` is read the wrong way round.",
)
def the_other_way_round(real, queries, causal=False):
    return combine(real, queries, not causal)


@mistake(
    combine_masks,
    "`real` says what the keys are, and here it is spread over the queries: it needs the new dimension before the "
    "last, real.unsqueeze(-2).",
)
def padding_of_queries(real, queries, causal=False):
    keys = real.shape[-1]
    mask = real.bool()[..., keys - queries :].unsqueeze(-1).expand(*real.shape[:-1], queries, keys)
    past = torch.ones(queries, keys, dtype=torch.bool, device=real.device).tril(keys - queries)
    return mask & past if causal else mask


NO_QUERIES = (
    "`real` lacks a dimension for the queries before that of the keys. Without a batch it fits all the same; with one, "
    "sentences meet queries: real.unsqueeze(-2)."
)


def _rows_met_by(real, queries, causal):
    """The padding as it is, beside what each query may look at."""
    keys = real.shape[-1]
    square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
    return real.bool() & (square.tril(keys - queries) if causal else square)


@mistake(combine_masks, NO_QUERIES)
def sentences_meet_queries(real, queries, causal=False):
    return _rows_met_by(real, queries, causal)


@mistake(combine_masks, NO_QUERIES)
def new_dimension_in_front(real, queries, causal=False):
    mask = _rows_met_by(real.unsqueeze(0), queries, causal)
    return mask if real.dim() > 1 else mask.squeeze(0)


@mistake(
    combine_masks,
    "Queries that are padding see nothing here. `real` hides keys; a query may look whatever its own word is.",
)
def hides_padded_queries(real, queries, causal=False):
    asks = real.bool()[..., real.shape[-1] - queries :]
    return combine(real, queries, causal) & asks.unsqueeze(-1)


COUNTED = (
    "A batch is taken for granted: real[:, None, :] and unsqueeze(1) fit two dimensions only. Count from the end: "
    "real.unsqueeze(-2)."
)


@mistake(combine_masks, COUNTED)
def counted_from_the_front(real, queries, causal=False):
    mask = real.bool()[:, None, :].expand(-1, queries, -1)
    past = torch.ones(queries, real.shape[-1], dtype=torch.bool, device=real.device).tril(real.shape[-1] - queries)
    return mask & past if causal else mask


@mistake(
    combine_masks,
    "A batch is taken for granted: `batch, keys = real.shape` fits two dimensions only. real.shape[-1] counts from the "
    "end.",
)
def unpacks_two_dimensions(real, queries, causal=False):
    batch, keys = real.shape
    mask = real.bool().unsqueeze(-2).expand(batch, queries, keys)
    square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
    return mask & square.tril(keys - queries) if causal else mask


@mistake(
    combine_masks,
    "Without `causal` the mask keeps one row for all queries: shape (…, 1, key). It would broadcast, but (…, queries, "
    "key) is promised: expand.",
    keeps=0.8,
)
def one_row_for_all(real, queries, causal=False):
    return combine(real, queries, True) if causal else real.bool().unsqueeze(-2)


@mistake(
    combine_masks,
    "With fewer queries than keys the mask of the future does not fit, as when it is a square as large as "
    "the keys. It has the shape (queries, keys).",
    keeps=0.7,
)
def square_of_keys(real, queries, causal=False):
    mask = combine(real, queries, False)
    keys = real.shape[-1]
    return mask & torch.ones(keys, keys, dtype=torch.bool, device=real.device).tril() if causal else mask


INTEGERS = (
    "The mask keeps a tokenizer's integers. F.scaled_dot_product_attention takes no integers, and ~1 is -2, which"
    " counts as true: make it boolean."
)


@mistake(combine_masks, INTEGERS, keeps=0.9)
def keeps_integers(real, queries, causal=False):
    mask = combine(real, queries, causal)
    return mask.to(real.dtype)


@mistake(combine_masks, INTEGERS, keeps=0.97)
def keeps_integers_without_causal(real, queries, causal=False):
    mask = combine(real, queries, causal)
    return mask if causal else mask.to(real.dtype)


@mistake(
    combine_masks,
    "The mask comes back as 0 and −∞, to be added to scores. A boolean mask is asked for, True where a query may look.",
    keeps=0.1,
)
def to_be_added(real, queries, causal=False):
    mask = combine(real, queries, causal)
    return torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, -torch.inf)


@mistake(
    combine_masks,
    "`real` itself is changed: what is written into a view of it (&=, masked_fill_) lands in the caller's tensor.",
    keeps=0.97,
)
def writes_into_real(real, queries, causal=False):
    mask = combine(real, queries, causal).clone()
    real[..., -1] = 0
    return mask


@mistake(
    combine_masks,
    "With a tokenizer's integers everything is hidden, as when `~` is taken of them: ~1 is -2 and ~0 is -1, "
    "both true. Make the mask boolean before you turn it around.",
    keeps=0.91,
)
def hides_by_integers(real, queries, causal=False):
    hidden = (~real).bool()
    return combine(~hidden, queries, causal)
