"""Slips of `combine_masks`: dimensions counted from the front, and masks of another size."""

import torch

from autograder.references import mistake
from autograder.references.attention._combine_masks import combine, combine_masks

DOES_NOT_FIT = (
    "The mask of the future does not fit where there are fewer queries than keys, as when it is (queries, queries) or"
    " (keys, keys) large. Its shape is (queries, keys)."
)


def _spread(real, queries):
    """The padding for each query, and a square of True to cut the future from."""
    keys = real.shape[-1]
    shown = real.bool().unsqueeze(-2).expand(*real.shape[:-1], queries, keys)
    return shown, torch.ones(queries, keys, dtype=torch.bool, device=real.device)


@mistake(
    combine_masks,
    "The new dimension of `real` stands at the end, unsqueeze(-1), and the padding of a key meets the queries: it "
    "belongs before the keys, unsqueeze(-2).",
)
def dimension_at_the_end(real, queries, causal=False):
    keys = real.shape[-1]
    shown = real.bool().unsqueeze(-1).expand(*real.shape[:-1], queries, keys)
    return shown & _spread(real, queries)[1].tril(keys - queries) if causal else shown


@mistake(
    combine_masks,
    "`real` gets its new dimension by unsqueeze(1), counted from the front: that is right for two dimensions only. "
    "Counted from the end it is unsqueeze(-2).",
)
def dimension_counted_from_the_front(real, queries, causal=False):
    keys = real.shape[-1]
    shown = real.bool().unsqueeze(1).expand(*real.shape[:-1], queries, keys)
    return shown & _spread(real, queries)[1].tril(keys - queries) if causal else shown


@mistake(
    combine_masks,
    "`real` is expanded without a new dimension for the queries. That works without a batch; with one it needs "
    "unsqueeze(-2) first.",
)
def expands_without_a_dimension(real, queries, causal=False):
    keys = real.shape[-1]
    shown = real.bool().expand(*real.shape[:-1], queries, keys)
    return shown & _spread(real, queries)[1].tril(keys - queries) if causal else shown


@mistake(
    combine_masks,
    "The keys are counted along the first dimension of `real`, as by len(real): with a batch that is how many "
    "sentences there are. It is real.shape[-1].",
)
def counts_the_sentences(real, queries, causal=False):
    keys = len(real)
    shown = real.bool().unsqueeze(-2).expand(*real.shape[:-1], queries, keys)
    square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
    return shown & square.tril(keys - queries) if causal else shown


@mistake(
    combine_masks,
    "With `causal` only the mask of the future comes back: the padding is forgotten, and with it the batch. Join the "
    "two.",
)
def only_the_future(real, queries, causal=False):
    shown, square = _spread(real, queries)
    return square.tril(real.shape[-1] - queries) if causal else shown


@mistake(combine_masks, "With `causal` everything is hidden, as when the past is cut from zeros instead of ones.")
def cut_from_zeros(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: torch.zeros_like(square))


@mistake(
    combine_masks,
    "The future is kept and the past hidden, and with fewer queries than keys from the wrong place. tril keeps what "
    "came before; its diagonal is keys - queries.",
)
def keeps_the_future_from_the_start(real, queries, causal=False):
    return combine(real, queries, causal, past=lambda square, shift: square.triu(1))


def _of_size(name, size, shift):
    def answer(real, queries, causal=False):
        shown, _ = _spread(real, queries)
        keys = real.shape[-1]
        past = torch.ones(size(queries, keys), dtype=torch.bool, device=real.device).tril(shift(queries, keys))
        return shown.logical_and(past) if causal else shown

    answer.__name__ = name
    mistake(combine_masks, DOES_NOT_FIT, keeps=0.75)(answer)


_of_size("as_large_as_the_keys", lambda queries, keys: (keys, keys), lambda queries, keys: keys - queries)
_of_size("as_large_as_the_queries", lambda queries, keys: (queries, queries), lambda queries, keys: keys - queries)
_of_size("as_large_as_the_queries_unshifted", lambda queries, keys: (queries, queries), lambda queries, keys: 0)


CASES = (
    "With two dimensions before the keys it fails: the shapes of `real` are told apart as cases, and this one is not "
    "among them. `unsqueeze(-2)` counts from the end and needs no cases."
)


def _by_cases(name, rows):
    """The padding for each query, made case by case, and what the queries may look at."""

    def answer(real, queries, causal=False):
        keys = real.shape[-1]
        square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
        return rows(real.bool(), queries) & (square.tril(keys - queries) if causal else square)

    answer.__name__ = name
    mistake(combine_masks, CASES, keeps=0.85)(answer)


_by_cases("one_dimension_or_two", lambda real, queries: real[None] if real.dim() == 1 else real[:, None, :])
_by_cases(
    "one_dimension_or_two_expanded",
    lambda real, queries: real if real.dim() == 1 else real.unsqueeze(1).expand(-1, queries, -1),
)
_by_cases(
    "each_of_the_first_dimension",
    lambda real, queries: (
        real if real.dim() == 1 else torch.stack([row.expand(queries, real.shape[-1]) for row in real])
    ),
)
_by_cases("two_dimensions_or_others", lambda real, queries: real.unsqueeze(1) if real.dim() == 2 else real)
