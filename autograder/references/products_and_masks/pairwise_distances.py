"""`pairwise_distances`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def pairwise_distances(a, b):
    """The library's, by differences in float64; a tensor of all differences is made where nobody looks."""
    return torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist").to(a.dtype)


def squared(a, b):
    return a.square().sum(-1, keepdim=True) + b.square().sum(-1).unsqueeze(-2) - 2 * a @ b.mT


@mistake(
    pairwise_distances,
    "NaN, where points coincide: rounding leaves the square a little below 0, and a negative number has no root. Cut "
    "off what is negative, `clamp(min=0)`, before the root.",
)
def root_of_less_than_zero(a, b):
    return squared(a, b).sqrt()


@mistake(pairwise_distances, "These are squares of distances; the root is missing.")
def without_root(a, b):
    return squared(a, b).clamp(min=0)


@mistake(
    pairwise_distances,
    "All differences are held at once, n · m · d numbers. The values are right; for all pixels of a large picture "
    "and many colours the memory will not do. |a|² + |b|² − 2 a·b needs n · m.",
    keeps=0.8,
)
def all_differences(a, b):
    return (a.unsqueeze(-2) - b.unsqueeze(-3)).square().sum(-1).sqrt()


@mistake(
    pairwise_distances,
    "The product of a and b counts once where it should count twice: |a − b|² = |a|² + |b|² − 2 a·b.",
)
def product_once(a, b):
    squares = a.square().sum(-1, keepdim=True) + b.square().sum(-1).unsqueeze(-2)
    return (squares - a @ b.mT).clamp(min=0).sqrt()


@mistake(
    pairwise_distances,
    "This is the distance of a from −b: the product is added. In |a − b|² it has a minus, − 2 a·b.",
)
def product_added(a, b):
    squares = a.square().sum(-1, keepdim=True) + b.square().sum(-1).unsqueeze(-2)
    return (squares + 2 * a @ b.mT).clamp(min=0).sqrt()


@mistake(
    pairwise_distances,
    "The squares of one of the two sets stand along the wrong dimension. |a|² belongs to the rows, shape (..., n, "
    "1); |b|² to the columns, shape (..., 1, m).",
)
def squares_turned(a, b):
    squares = a.square().sum(-1).unsqueeze(-2) + b.square().sum(-1, keepdim=True)
    return (squares - 2 * a @ b.mT).clamp(min=0).sqrt()


@mistake(
    pairwise_distances,
    "The squares of one of the two sets stand along the wrong dimension. |a|² belongs to the rows, shape (..., n, "
    "1); |b|² to the columns, shape (..., 1, m).",
)
def squares_without_dimension(a, b):
    squares = a.square().sum(-1) + b.square().sum(-1)
    return (squares - 2 * a @ b.mT).clamp(min=0).sqrt()


BATCHED = (
    "Right for two plain sets, but on a batch something has the wrong shape: |a|² should have (..., n, 1) there, |b|² "
    "(..., 1, m), and the product (..., n, m). Where a dimension is counted from the front, as by `unsqueeze(1)`, "
    "`sum(1)` or `transpose(0, 1)`, count from the end."
)


@mistake(pairwise_distances, BATCHED)
def squares_of_b_in_line(a, b):
    squares = a.square().sum(-1, keepdim=True) + b.square().sum(-1)
    return (squares - 2 * a @ b.mT).clamp(min=0).sqrt()


@mistake(pairwise_distances, BATCHED)
def sums_over_dimension_one(a, b):
    squares = a.square().sum(1, keepdim=True) + b.square().sum(1)
    return (squares - 2 * a @ b.mT).clamp(min=0).sqrt()


@mistake(pairwise_distances, BATCHED)
def product_from_the_front(a, b):
    product = a @ b.transpose(0, 1)
    squares = a.square().sum(-1, keepdim=True) + b.square().sum(-1).unsqueeze(-2)
    return (squares - 2 * product).clamp(min=0).sqrt()


@mistake(pairwise_distances, BATCHED)
def dimensions_from_the_front(a, b):
    squares = a.square().sum(-1)[:, None] + b.square().sum(-1)[None]
    return (squares - 2 * a @ b.mT).clamp(min=0).sqrt()


@mistake(
    pairwise_distances,
    "The squares of `a` and those of `b` both stand in a column, shape (..., n, 1) and (..., m, 1). Those of `b` "
    "belong to the columns of the result: (..., 1, m).",
)
def both_in_a_column(a, b):
    squares = a.square().sum(-1, keepdim=True) + b.square().sum(-1, keepdim=True)
    return (squares - 2 * a @ b.mT).clamp(min=0).sqrt()


EPSILON = (
    "Points that coincide are not 0 apart: what is added under the root, or set as its lower bound, shows. "
    "`clamp(min=0)` suffices."
)


@mistake(pairwise_distances, EPSILON, keeps=0.7)
def epsilon_under_the_root(a, b):
    return (squared(a, b).clamp(min=0) + 1e-6).sqrt()


@mistake(pairwise_distances, EPSILON, keeps=0.7)
def bound_above_zero(a, b):
    return squared(a, b).clamp(min=1e-4).sqrt()


@mistake(
    pairwise_distances,
    "Every point of `a` is compared with one point of `b`, not with all of them. The result has a row for each point "
    "of `a` and a column for each of `b`.",
)
def point_by_point(a, b):
    return (a - b).square().sum(-1).sqrt()


@mistake(
    pairwise_distances, "These are sums of absolute differences. Distances here are √ of the sum of their squares."
)
def city_blocks(a, b):
    return (a.unsqueeze(-2) - b.unsqueeze(-3)).abs().sum(-1)


@mistake(
    pairwise_distances,
    "Rows and columns have changed places: the rows are the points of `a`, the columns those of `b`.",
)
def turned(a, b):
    return squared(b, a).clamp(min=0).sqrt()


@mistake(
    pairwise_distances,
    "What a point and another one have in common stands here, a·b; distances need the squares, too.",
)
def products_alone(a, b):
    return a @ b.mT


@alternative(pairwise_distances)
def by_clamp(a, b):
    return torch.sqrt(torch.relu(squared(a, b)))


@alternative(pairwise_distances)
def by_absolute_value(a, b):
    lengths = [torch.einsum("...d,...d->...", each, each) for each in (a, b)]
    product = torch.einsum("...nd,...md->...nm", a, b)
    return (lengths[0][..., :, None] + lengths[1][..., None, :] - 2 * product).abs() ** 0.5


@alternative(pairwise_distances)
def column_by_column(a, b):
    columns = [(a - b[..., j : j + 1, :]).square().sum(-1).sqrt() for j in range(b.shape[-2])]
    return torch.stack(columns, dim=-1)


promised(
    pairwise_distances,
    "The distance of each point of `a` from each point of `b`, the root of the sum of squared differences.",
    by=["two sets of points", "as many points in both"],
)
promised(pairwise_distances, "a: shape (..., n, d), float32 or float64.", by=["a batch", "no points", "float64"])
promised(
    pairwise_distances,
    "b: shape (..., m, d), dtype of `a`; its leading dimensions broadcast with those of `a`.",
    by=["one palette for a whole batch"],
)
promised(pairwise_distances, "Shape (..., n, m), dtype of `a`.", by=["two leading dimensions", "float64"])
promised(
    pairwise_distances,
    "Never NaN: where points coincide, the distance is 0, give or take rounding.",
    by=["points against themselves", "points that nearly coincide"],
)
promised(pairwise_distances, "No tensor on the way holds n · m · d numbers.", by=["many numbers in a point"])
