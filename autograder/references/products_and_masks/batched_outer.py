"""`batched_outer`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def batched_outer(a, b):
    """One column after the other."""
    shape = torch.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    a, b = a.expand(*shape, -1), b.expand(*shape, -1)
    if not b.shape[-1]:
        return a.new_zeros(*a.shape, 0)
    return torch.stack([a * b[..., j : j + 1] for j in range(b.shape[-1])], dim=-1)


@mistake(
    batched_outer,
    "Rows and columns have changed places: at [i, j] stands b[i] · a[j]. `a` runs down the rows, so it is `a` that "
    "gets the new last dimension.",
)
def turned(a, b):
    return b.unsqueeze(-1) * a.unsqueeze(-2)


COUNTED = (
    "On a batch this is not every number with every number of its own partner: the new dimensions stand at places "
    "counted from the front (`[:, None]`, `unsqueeze(0)`, `unsqueeze(1)`), which are the right ones for two plain "
    "vectors only. Count from the end, for both: a has its new dimension behind its numbers, b in front of them."
)


@mistake(batched_outer, COUNTED)
def counted_from_the_front(a, b):
    return a.unsqueeze(1) * b.unsqueeze(0)


@mistake(batched_outer, COUNTED)
def two_dimensions_only(a, b):
    return a[:, None] * b[None, :]


@mistake(
    batched_outer,
    'Plain vectors fail: a batch dimension is taken for granted, as by `bmm`, `[:, :, None]` or "bi,bj->bij". With '
    "`...`, `unsqueeze(-1)` and `unsqueeze(-2)` any leading dimensions do, none included.",
)
def one_batch_dimension_only(a, b):
    return torch.einsum("bi,bj->bij", a, b)


@mistake(
    batched_outer,
    'Plain vectors fail: a batch dimension is taken for granted, as by `bmm`, `[:, :, None]` or "bi,bj->bij". With '
    "`...`, `unsqueeze(-1)` and `unsqueeze(-2)` any leading dimensions do, none included.",
)
def by_bmm(a, b):
    return torch.bmm(a.unsqueeze(2), b.unsqueeze(1))


@mistake(
    batched_outer,
    "This is the element-wise product, number by number; where the lengths differ it fails. Every number of `a` has "
    "to meet every number of `b`: each needs a dimension of its own.",
)
def number_by_number(a, b):
    return a * b


@mistake(
    batched_outer,
    "The products are added up over the batch, and what comes out has no batch any more, as by `a.mT @ b`. Each "
    "vector of a batch has an outer product of its own.",
)
def added_over_the_batch(a, b):
    return torch.atleast_2d(a).mT @ torch.atleast_2d(b)


@mistake(
    batched_outer,
    "The products are added up: one number for each pair of vectors, as by `(a * b).sum(-1)` or `a @ b`. That is the "
    "inner product; the outer one keeps all of them.",
)
def inner(a, b):
    return (a * b).sum(-1)


@mistake(
    batched_outer,
    "Leading dimensions that are not the same in both do not broadcast, a single vector with a batch for instance: as "
    "when both are flattened by the shape of one. Let `*` or `@` do the broadcasting.",
    keeps=0.97,
)
def batch_of_the_first(a, b):
    lead = a.shape[:-1]
    columns, rows = a.reshape(lead.numel(), a.shape[-1], 1), b.reshape(lead.numel(), 1, b.shape[-1])
    return torch.bmm(columns, rows).reshape(*lead, a.shape[-1], b.shape[-1])


@mistake(
    batched_outer,
    "`a` has got a dimension of its own and `b` has not. Two plain vectors come out right; of a batch, the rows of `b` "
    "then stand where the numbers of `a` are. `b.unsqueeze(-2)` puts it in the columns, whatever stands in front.",
    keeps=0.5,
)
def leaves_b_as_it_is(a, b):
    return a.unsqueeze(-1) * b


@alternative(batched_outer)
def by_einsum(a, b):
    return torch.einsum("...i,...j->...ij", a, b)


@alternative(batched_outer)
def by_matmul(a, b):
    return a[..., :, None] @ b[..., None, :]


@alternative(batched_outer)
def by_indexing(a, b):
    return torch.mul(a[..., None], b[..., None, :])


promised(
    batched_outer,
    "Every number of `a` times every number of `b`, for each vector of a batch.",
    by=["two vectors", "a batch"],
)
promised(batched_outer, "a: shape (..., n).", by=["two leading dimensions", "an empty vector"])
promised(
    batched_outer,
    "b: shape (..., m), dtype of `a`; its leading dimensions broadcast with those of `a`.",
    by=["one vector for a whole batch", "leading dimensions that broadcast"],
)
promised(
    batched_outer,
    "Shape (..., n, m), dtype of `a`: at [..., i, j] stands a[..., i] * b[..., j].",
    by=["two vectors of one length", "whole numbers stay whole", "bfloat16"],
)
