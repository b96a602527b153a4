"""`bilinear`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def bilinear(x, w, y):
    return F.bilinear(x, y, w)


@mistake(
    bilinear,
    "Each matrix is turned round: w[o, j, i] meets x[i] and y[j], or x and y have changed places. The rows of w "
    "belong to x, its columns to y.",
)
def turned(x, w, y):
    return torch.einsum("...i,oij,...j->...o", y, w, x)


@mistake(
    bilinear,
    "The dimensions of w are taken in another order: its last one runs over the results here. It is the first one "
    "that does.",
)
def results_last(x, w, y):
    return torch.einsum("...i,ijo,...j->...o", x, w, y)


BATCH_TAKEN = (
    'Right for a batch, but without one, or with two leading dimensions, it fails: "bi,oij,bj->bo" names exactly one. '
    "Three dots stand for any number of them."
)


@mistake(bilinear, BATCH_TAKEN)
def one_batch_dimension(x, w, y):
    return torch.einsum("bi,oij,bj->bo", x, w, y)


PLAIN = (
    'Right for two plain vectors, but on a batch it fails, or the results stand where the batch should: "i,oij,j->o" '
    "lacks its dots, and in `x @ w` a whole batch meets each matrix. `x[..., None, None, :] @ w` keeps them apart."
)


@mistake(bilinear, PLAIN)
def no_batch(x, w, y):
    return torch.einsum("i,oij,j->o", x, w, y)


@mistake(bilinear, PLAIN)
def by_two_products(x, w, y):
    return x @ w @ y


@mistake(bilinear, PLAIN)
def results_before_the_batch(x, w, y):
    return ((x @ w) * y).sum(-1)


@mistake(
    bilinear,
    'The results of the whole batch are added up: one row comes out, as by "...i,oij,...j->o". What is missing behind '
    "the arrow is summed over, the dots too.",
    keeps=0.5,
)
def no_dots_behind_the_arrow(x, w, y):
    return torch.einsum("...i,oij,...j->o", x, w, y)


@mistake(
    bilinear,
    "Each x meets every y of the batch, and the products are added up. The batch dimension is the same for both, and "
    "stays.",
)
def added_over_the_batch(x, w, y):
    flat = [each.reshape(-1, each.shape[-1]) for each in (x, y)]
    return torch.einsum("bi,oij,cj->bo", flat[0], w, flat[1]).reshape(*x.shape[:-1], -1)


@mistake(
    bilinear,
    "The sum over the numbers of x is missing: a whole vector is left for each result. Both i and j disappear.",
)
def still_a_vector(x, w, y):
    return torch.einsum("...i,oij,...j->...oi", x, w, y)


@mistake(bilinear, "The results of all matrices are added up. There is one for each of them: o stays in the result.")
def added_over_the_matrices(x, w, y):
    return torch.einsum("...i,oij,...j->...", x, w, y)


@mistake(
    bilinear,
    "The y's part is missing: each matrix meets x alone, and its columns are added up.",
)
def without_y(x, w, y):
    return torch.einsum("...i,oij->...o", x, w)


@alternative(bilinear)
def by_matmul(x, w, y):
    left = torch.einsum("...i,oij->...oj", x, w)
    return (left @ y.unsqueeze(-1)).squeeze(-1)


@alternative(bilinear)
def by_products(x, w, y):
    pairs = x[..., :, None] * y[..., None, :]
    return (pairs.unsqueeze(-3) * w).sum((-2, -1))


promised(bilinear, "x, times a matrix, times y: one number for each matrix in `w`.", by=["two vectors"])
promised(bilinear, "x: shape (..., n).", by=["two leading dimensions", "an empty batch"])
promised(bilinear, "w: shape (out, n, m).", by=["square matrices", "a single matrix"])
promised(bilinear, "y: shape (..., m), with the same leading dimensions as `x`.", by=["a batch", "two vectors"])
promised(
    bilinear,
    "Shape (..., out), dtype of `x`: at [..., o] the sum of x[..., i] * w[o, i, j] * y[..., j] over all i and j.",
    by=["as many matrices as rows and columns", "float64"],
)
