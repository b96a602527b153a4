"""`unbind`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def unbind(x, dim=0):
    return torch.unbind(x, dim)


@mistake(
    unbind,
    "The slices are copies: what is written to them does not reach x. An index tensor or a list copies, and so do "
    "`clone` and `torch.tensor`; a number as an index, `select` and `narrow` give views.",
)
def copies(x, dim=0):
    return tuple(x.select(dim, number).clone() for number in range(x.shape[dim]))


@mistake(
    unbind,
    "Each slice still has the dimension, with size 1, as from `split(1, dim)`, `chunk` or a slice `i:i+1`. It should "
    "be gone: `select`, a number as an index, or `squeeze(dim)` afterwards.",
)
def keeps_the_dimension(x, dim=0):
    if not x.shape[dim]:
        return ()
    return tuple(x.split(1, dim))


@mistake(
    unbind,
    "The slices are cut along the first dimension, whatever `dim` says.",
)
def always_rows(x, dim=0):
    return tuple(x[number] for number in range(x.shape[0]))


@mistake(
    unbind,
    "There are as many slices as the first dimension is long, or an index is out of range. Count along `dim`: "
    "`x.shape[dim]`.",
)
def counts_the_rows(x, dim=0):
    return tuple(x.select(dim, number) for number in range(len(x)))


@mistake(
    unbind,
    "A dimension counted from the end gives the slices of the first one: `(slice(None),) * dim` is empty for a "
    "negative `dim`. Take `select`, or `dim % x.dim()`.",
)
def negative_is_the_first(x, dim=0):
    _ = x.shape[dim]
    return tuple(x[(slice(None),) * dim + (number,)] for number in range(x.shape[dim]))


@mistake(
    unbind,
    "Other dimensions of size one disappear too: `squeeze()` without a number drops them all. Name the one: "
    "`squeeze(dim)`.",
    keeps=0.97,
)
def squeezes_all(x, dim=0):
    return tuple(x.narrow(dim, number, 1).squeeze() for number in range(x.shape[dim]))


@mistake(
    unbind,
    "A dimension of size 0 gives one slice. There is none to give: `split` hands back the empty tensor itself.",
    keeps=0.97,
)
def splits(x, dim=0):
    return tuple(part.squeeze(dim) for part in x.split(1, dim))


@mistake(
    unbind,
    "No gradient flows back through the slices, as after `detach()` or `.data`: they lie in the memory of x, but "
    "autograd does not know that.",
    keeps=0.9,
)
def detaches(x, dim=0):
    return tuple(x.detach().select(dim, number) for number in range(x.shape[dim]))


@mistake(unbind, "A list comes back, where a tuple is promised.", keeps=0.98)
def as_a_list(x, dim=0):
    return [x.select(dim, number) for number in range(x.shape[dim])]


@mistake(
    unbind,
    "The slices come back as one tensor, with `dim` moved to the front. Several tensors are asked for, in a tuple.",
)
def one_tensor(x, dim=0):
    return x.movedim(dim, 0)


@mistake(
    unbind,
    "Other dimensions of size one disappear too, as `squeeze()` without a number drops them all, and a dimension of "
    "size 0 raises: `chunk` cannot make no pieces. Name the dimension, and count with `range`.",
    keeps=0.97,
)
def chunks_and_squeezes(x, dim=0):
    return tuple(part.squeeze() for part in x.chunk(x.shape[dim], dim))


@alternative(unbind)
def by_moving(x, dim=0):
    turned = x.movedim(dim, 0)
    return tuple(turned[number] for number in range(turned.shape[0]))


@alternative(unbind)
def by_narrow(x, dim=0):
    return tuple(x.narrow(dim, number, 1).squeeze(dim) for number in range(x.shape[dim]))


@alternative(unbind)
def by_index(x, dim=0):
    if not -x.dim() <= dim < x.dim():
        raise IndexError(f"no dimension {dim}")
    front = (slice(None),) * (dim % x.dim())
    return tuple(x[(*front, number)] for number in range(x.size(dim)))


promised(
    unbind,
    "The slices of x along one dimension, which is gone in them.",
    by=["the rows of a table", "each of three dimensions", "numbers from a vector"],
)
promised(unbind, "x: at least one dimension, any dtype.", by=["numbers from a vector", "dtypes"])
promised(
    unbind,
    "dim: which one, from -x.dim() to x.dim() - 1.",
    by=["each of three dimensions", "dimensions counted from the end", "without a dimension"],
)
promised(
    unbind,
    "A tuple of x.shape[dim] tensors.",
    by=["what comes back", "no slice", "a single slice"],
)
promised(
    unbind,
    "Each is a view: what is written to it is written to x.",
    by=["what is written to a slice", "transposed, written to"],
)
promised(unbind, "IndexError: x has no such dimension.", by=["no such dimension"])
