"""`sample_categorical`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


def sample_categorical(weights, count, generator):
    """The library's, for any leading dimensions."""
    rows = weights.reshape(-1, weights.shape[-1])
    if not rows.shape[0] or not count:
        return torch.zeros(*weights.shape[:-1], count, dtype=torch.int64, device=weights.device)
    drawn = torch.multinomial(rows, count, replacement=True, generator=generator)
    return drawn.reshape(*weights.shape[:-1], count)


def throws(weights, count, generator):
    shape = *weights.shape[:-1], count
    return torch.rand(shape, generator=generator, dtype=weights.dtype, device=weights.device)


def found(weights, thrown):
    """Where between the edges the throws fall, these being between 0 and 1."""
    edges = weights.cumsum(-1)
    return (thrown.unsqueeze(-1) * edges[..., None, -1:] >= edges.unsqueeze(-2)).sum(-1)


def one_of(weights, thrown):
    return found(weights, thrown).clamp(max=weights.shape[-1] - 1)


@mistake(
    sample_categorical,
    "The random numbers do not come from the generator: the global stream moves instead, and the same seed gives "
    "other draws. Hand it on, `torch.rand(…, generator=generator)`.",
)
def from_the_global_stream(weights, count, generator):
    return found(weights, torch.rand(*weights.shape[:-1], count, dtype=weights.dtype, device=weights.device))


@mistake(
    sample_categorical,
    "In bfloat16 an index without weight is drawn: as when a throw of exactly 0 stays in front of the first edge. "
    "There are only 256 throws in bfloat16, so that happens often; an edge counts if it lies at or before the throw.",
    keeps=0.96,
)
def on_the_edge(weights, count, generator):
    edges = weights.cumsum(-1)
    thrown = throws(weights, count, generator) * edges[..., -1:]
    return (thrown.unsqueeze(-1) > edges.unsqueeze(-2)).sum(-1)


NOT_TO_THE_SUM = (
    "Weights that do not add up to 1 are drawn with the wrong shares: throws between 0 and 1 do not reach the upper "
    "end, or fall beyond it. Multiply them by the sum of the weights."
)


@mistake(sample_categorical, NOT_TO_THE_SUM)
def throws_up_to_one(weights, count, generator):
    edges = weights.cumsum(-1)
    index = (throws(weights, count, generator).unsqueeze(-1) >= edges.unsqueeze(-2)).sum(-1)
    return index.clamp(max=weights.shape[-1] - 1)


@mistake(sample_categorical, NOT_TO_THE_SUM)
def throws_up_to_one_and_beyond(weights, count, generator):
    return (throws(weights, count, generator).unsqueeze(-1) >= weights.cumsum(-1).unsqueeze(-2)).sum(-1)


@mistake(sample_categorical, NOT_TO_THE_SUM)
def exact_throws_up_to_one_and_beyond(weights, count, generator):
    return throws_up_to_one_and_beyond(weights.double(), count, generator)


@mistake(
    sample_categorical,
    "The weights went through a softmax. They are weights already: twice as large means drawn twice as often, and 0 "
    "means never.",
)
def weights_as_scores(weights, count, generator):
    return found(weights.softmax(-1), throws(weights, count, generator))


@mistake(
    sample_categorical,
    "All indices are drawn equally often; the weights play no part.",
)
def equally_often(weights, count, generator):
    return found(torch.ones_like(weights), throws(weights, count, generator))


@mistake(
    sample_categorical,
    "All indices that have some weight are drawn equally often, however much it is.",
)
def equally_often_where_any(weights, count, generator):
    return found((weights > 0).to(weights.dtype), throws(weights, count, generator))


@mistake(sample_categorical, "The index with the largest weight comes out each time. By weight, others come, too.")
def the_largest(weights, count, generator):
    return weights.argmax(-1, keepdim=True).repeat_interleave(count, dim=-1)


@mistake(
    sample_categorical,
    "The weights of the neighbours are taken: the indices come out one too high or too low. The first edge that lies "
    "above the throw is the index.",
)
def one_too_low(weights, count, generator):
    return (found(weights, throws(weights, count, generator)) - 1).clamp(min=0)


@mistake(
    sample_categorical,
    "The weights of the neighbours are taken: the indices come out one too high or too low. The first edge that lies "
    "above the throw is the index.",
)
def one_too_high(weights, count, generator):
    return (found(weights, throws(weights, count, generator)) + 1).clamp(max=weights.shape[-1] - 1)


@mistake(
    sample_categorical,
    "One throw serves all draws of a row: each row repeats one index. Each draw needs a random number of its own.",
)
def one_throw_for_a_row(weights, count, generator):
    return found(weights, throws(weights, 1, generator)).repeat_interleave(count, dim=-1)


SHARED = (
    "The rows share their throws: what is drawn in one row says what is drawn in the next. The throws need the "
    "leading dimensions of the weights, too."
)


@mistake(sample_categorical, SHARED)
def one_exact_throw_for_all_rows(weights, count, generator):
    thrown = torch.rand(count, generator=generator, dtype=torch.float64, device=weights.device)
    return found(weights.double(), thrown.expand(*weights.shape[:-1], count))


@mistake(sample_categorical, SHARED)
def one_throw_for_all_rows(weights, count, generator):
    thrown = torch.rand(count, generator=generator, dtype=weights.dtype, device=weights.device)
    return found(weights, thrown.expand(*weights.shape[:-1], count))


@mistake(
    sample_categorical,
    "Draws beside each other are not independent: their shares are right, but they come sorted or evenly spread.",
)
def evenly_spread(weights, count, generator):
    ladder = torch.arange(count, device=weights.device, dtype=weights.dtype)
    thrown = (ladder + throws(weights, 1, generator)) / max(count, 1)
    return one_of(weights, thrown)


@mistake(
    sample_categorical,
    "Draws beside each other are not independent: their shares are right, but they come sorted or evenly spread.",
)
def sorted_draws(weights, count, generator):
    return found(weights, throws(weights, count, generator)).sort(-1).values


@mistake(
    sample_categorical,
    "Each call draws the same as the one before: the generator is set back, or another one is made inside, with a "
    "seed of its own. It is the caller's, and goes on from call to call.",
)
def set_back(weights, count, generator):
    again = torch.Generator(weights.device).manual_seed(generator.initial_seed())
    return found(weights, throws(weights, count, again))


@mistake(
    sample_categorical,
    "Each call draws the same as the one before: the generator is set back, or another one is made inside, with a "
    "seed of its own. It is the caller's, and goes on from call to call.",
)
def seed_of_its_own(weights, count, generator):
    return found(weights, throws(weights, count, torch.Generator(weights.device).manual_seed(0)))


@mistake(
    sample_categorical,
    "Nothing is drawn twice: this is drawing without replacement, and it fails where more draws than indices are "
    "asked for. What has been drawn goes back.",
)
def without_replacement(weights, count, generator):
    times = torch.empty_like(weights).exponential_(generator=generator)
    return (weights / times).topk(count, dim=-1).indices


@mistake(
    sample_categorical,
    "Only plain vectors or tables of weights work. Any leading dimensions should: the throws have shape "
    "`(*weights.shape[:-1], count)`.",
    keeps=0.8,
)
def tables_only(weights, count, generator):
    rows = torch.atleast_2d(weights)
    thrown = torch.rand(rows.shape[0], count, generator=generator, dtype=weights.dtype, device=weights.device)
    drawn = found(rows, thrown)
    return drawn if weights.dim() > 1 else drawn[0]


@mistake(
    sample_categorical,
    "Only a plain vector of weights works. Each row of a table has edges of its own, and a length of its own: "
    "`edges[..., -1:]`, and throws of shape `(*weights.shape[:-1], count)`.",
)
def one_vector_only(weights, count, generator):
    edges = weights.cumsum(-1)
    thrown = torch.rand(count, generator=generator, dtype=weights.dtype, device=weights.device) * edges[-1]
    return torch.searchsorted(edges, thrown)


@mistake(
    sample_categorical,
    "The throws reach as far as the weights of all rows together, so that most fall beyond the end of their own row. "
    "Each row has a length of its own, `edges[..., -1:]` or `sum(-1, keepdim=True)`.",
)
def length_of_all_rows(weights, count, generator):
    thrown = throws(weights, count, generator) * weights.sum()
    return (thrown.unsqueeze(-1) >= weights.cumsum(-1).unsqueeze(-2)).sum(-1)


@mistake(
    sample_categorical,
    "The edges above a throw are counted, not those at or below it: the indices run backwards, and reach n.",
)
def counts_the_edges_above(weights, count, generator):
    edges = weights.cumsum(-1)
    thrown = throws(weights, count, generator) * edges[..., -1:]
    return (thrown.unsqueeze(-1) < edges.unsqueeze(-2)).sum(-1)


@alternative(sample_categorical)
def by_searchsorted(weights, count, generator):
    edges = weights.double().cumsum(-1).contiguous()
    shape = *weights.shape[:-1], count
    thrown = torch.rand(shape, generator=generator, dtype=torch.float64, device=weights.device)
    return torch.searchsorted(edges, (thrown * edges[..., -1:]).contiguous(), right=True)


@alternative(sample_categorical)
def by_a_race(weights, count, generator):
    """Each index runs for an exponential time; the more weight, the faster."""
    times = torch.empty(*weights.shape[:-1], count, weights.shape[-1], device=weights.device)
    times.exponential_(generator=generator)
    return (weights.unsqueeze(-2) / times).argmax(-1)


@alternative(sample_categorical)
def by_shares(weights, count, generator):
    edges = (weights / weights.sum(-1, keepdim=True)).cumsum(-1)
    thrown = torch.rand(*weights.shape[:-1], count, 1, generator=generator, device=weights.device)
    last = weights.shape[-1] - 1 - weights.flip(-1).ne(0).long().argmax(-1, keepdim=True)
    return torch.minimum((edges.unsqueeze(-2) <= thrown).sum(-1), last)


promised(
    sample_categorical,
    "Indices, drawn with replacement: each as often as its weight says.",
    by=["shares that add up to 1", "pairs of draws in a row"],
)
promised(
    sample_categorical,
    "weights: shape (..., n), floating point, not negative, in each row at least one above 0.",
    by=["weights of a batch", "two leading dimensions", "weights of 0", "float64"],
)
promised(
    sample_categorical,
    "They need not add up to 1.",
    by=["weights that add up to less than 1", "weights that add up to hundreds", "tiny weights"],
)
promised(sample_categorical, "count: how many draws for each row of weights.", by=["one draw, and none"])
promised(
    sample_categorical,
    "generator: the only source of random numbers; it goes on from call to call.",
    by=["the global stream", "pairs of draws of two calls", "the same seed, and another one"],
)
promised(
    sample_categorical,
    "Shape (..., count), int64, from 0 to n − 1.",
    by=["one draw, and none", "no rows"],
)
promised(sample_categorical, "A weight of 0 is never drawn.", by=["weights of 0", "a single weight above 0"])
equivalent(
    sample_categorical,
    "return (darts.unsqueeze(-1) >= edges.unsqueeze(-2)).sum(-1)",
    "return (darts.unsqueeze(-1) > edges.unsqueeze(-2)).sum(-1)",
    "they differ for a dart that hits an edge exactly, which of 2⁵³ darts one does",
)
