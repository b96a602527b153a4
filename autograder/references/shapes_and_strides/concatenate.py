"""`concatenate`: what is right, and what goes wrong."""

from functools import reduce

import torch

from autograder.references import alternative, equivalent, mistake, promised


def _refuse(tensors, dim):
    if not len(tensors):
        raise ValueError("nothing to concatenate")
    first = tensors[0]
    if not -first.dim() <= dim < first.dim():
        raise IndexError(f"no dimension {dim}")
    for one in tensors:
        sizes = [
            (mine, other)
            for at, (mine, other) in enumerate(zip(one.shape, first.shape, strict=False))
            if at != dim % first.dim()
        ]
        if one.dim() != first.dim() or any(mine != other for mine, other in sizes):
            raise ValueError(f"{tuple(one.shape)} does not fit {tuple(first.shape)}")


def concatenate(tensors, dim=0):
    _refuse(tensors, dim)
    return torch.cat(tuple(tensors), dim)


def _copied(tensors, dim, kind):
    """Without looking at the sizes."""
    first = tensors[0]
    size = list(first.shape)
    size[dim] = sum(one.shape[dim] for one in tensors)
    result, at = first.new_empty(size, dtype=kind), 0
    for one in tensors:
        result.narrow(dim, at, one.shape[dim]).copy_(one)
        at += one.shape[dim]
    return result


def _kind(tensors):
    return reduce(torch.promote_types, [one.dtype for one in tensors])


def _right(tensors, dim=0):
    _refuse(tensors, dim)
    return _copied(tensors, dim, _kind(tensors))


@mistake(
    concatenate,
    "The tensors stand one below the other, whatever `dim` says.",
)
def always_rows(tensors, dim=0):
    return _right(tensors, 0)


@mistake(
    concatenate,
    "A new dimension appears: this is what `torch.stack` does. Concatenating makes an existing dimension longer.",
)
def stacks(tensors, dim=0):
    _refuse(tensors, dim)
    return _right([one.unsqueeze(dim) for one in tensors], dim)


@mistake(
    concatenate,
    "The result has the dtype of the first tensor, and what it cannot hold is cut off, as fractions among whole "
    "numbers. The dtype is the one that all of them promote to: `torch.promote_types`.",
    keeps=0.8,
)
def dtype_of_the_first(tensors, dim=0):
    return _right([one.to(tensors[0].dtype) for one in tensors], dim)


@mistake(
    concatenate,
    "The result is always float32. Whole numbers stay whole, float64 stays float64: `torch.promote_types` says what "
    "all of them promote to.",
    keeps=0.9,
)
def always_float(tensors, dim=0):
    return _right(tensors, dim).float()


@mistake(
    concatenate,
    "Where `dim` is counted from the end, the wrong dimension grows, or a slice goes astray. `dim % x.dim()` makes it "
    "count from the front.",
)
def negative_goes_astray(tensors, dim=0):
    _refuse(tensors, dim)
    size = list(tensors[0].shape)
    size[dim] = sum(one.shape[dim] for one in tensors)
    result, at = tensors[0].new_zeros(size, dtype=_kind(tensors)), 0
    for one in tensors:
        result[(slice(None),) * dim + (slice(at, at + one.shape[dim]),)] = one
        at += one.shape[dim]
    return result


@mistake(
    concatenate,
    "A tensor alone comes back as itself, in its own memory: writing to the result changes it. The result should be "
    "new.",
    keeps=0.97,
)
def one_is_itself(tensors, dim=0):
    return tensors[0] if len(tensors) == 1 else _right(tensors, dim)


@mistake(
    concatenate,
    "No gradient flows back to the tensors, as when the values are copied under `no_grad`, through `.data` or a new "
    "`torch.tensor`. `copy_` and an assignment to a slice are recorded by autograd.",
    keeps=0.97,
)
def without_gradients(tensors, dim=0):
    return _right([one.detach() for one in tensors], dim).requires_grad_()


@mistake(
    concatenate,
    "A tensor of size 1, or with a dimension less, is spread out over the room it is copied to, without a word: an "
    "assignment and `copy_` broadcast. Sizes that differ have to be refused before.",
    keeps=0.95,
)
def broadcasts(tensors, dim=0):
    if not tensors:
        raise ValueError("nothing to concatenate")
    return _copied(tensors, dim, _kind(tensors))


@mistake(
    concatenate,
    "What does not fit is not refused with a ValueError: it raises whatever torch or Python raises later, or is spread "
    "out without a word where a size is 1, and an empty list fails at its first item. Look at the sizes before you "
    "copy.",
    keeps=0.95,
)
def refuses_nothing(tensors, dim=0):
    return _copied(tensors, dim, tensors[0].dtype if len(tensors) == 1 else _kind(tensors))


@alternative(concatenate)
def by_narrow(tensors, dim=0):
    return _right(tensors, dim)


@alternative(concatenate)
def by_slices(tensors, dim=0):
    _refuse(tensors, dim)
    turned = [one.movedim(dim, 0) for one in tensors]
    result = turned[0].new_zeros(sum(map(len, turned)), *turned[0].shape[1:], dtype=_kind(tensors))
    start = 0
    for one in turned:
        result[start : start + len(one)] = one
        start += len(one)
    return result.movedim(0, dim)


promised(
    concatenate,
    "The tensors one after the other along `dim`, in new memory.",
    by=["rows below rows", "columns beside columns", "a tuple of one", "new memory"],
)
promised(
    concatenate,
    "tensors: at least one, in a list or a tuple, with the same number of dimensions (one or more) and the same sizes "
    "but for `dim`, where a size may be 0.",
    by=["a tuple of one", "one of them has nothing", "however they lie in memory"],
)
promised(
    concatenate,
    "dim: from -n to n - 1, where n is the number of dimensions.",
    by=["each of three dimensions", "dimensions counted from the end"],
)
promised(
    concatenate,
    "A tensor of the dtype that all of them promote to.",
    by=["whole numbers and fractions", "two halves make a float32"],
)
promised(concatenate, "Gradients flow back to each.", by=["gradients"])
promised(
    concatenate,
    "ValueError: there is no tensor, or sizes differ elsewhere.",
    by=["sizes that do not fit", "no tensor, no such dimension"],
)
promised(concatenate, "IndexError: there is no such dimension.", by=["no tensor, no such dimension"])

equivalent(
    concatenate, "dtype = turned[0].dtype", "dtype = turned[ -1].dtype", "every dtype joins in the loop after it"
)
NEW_EMPTY = "result = turned[0].new_empty((sum(map(len, turned)), *turned[0].shape[1:]), dtype=dtype)"
equivalent(
    concatenate,
    NEW_EMPTY,
    "result = turned[ -1].new_empty((sum(map(len, turned)), *turned[0].shape[1:]), dtype=dtype)",
    "all tensors lie on one device, and the dtype is said",
)
equivalent(
    concatenate,
    NEW_EMPTY,
    "result = turned[0].new_empty((sum(map(len, turned)), *turned[ -1].shape[1:]), dtype=dtype)",
    "other sizes than those of the first have been refused",
)
