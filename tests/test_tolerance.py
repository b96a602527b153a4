"""The claim of `autograder/engine/tolerance.py`: reordered right answers stay below a third of the bound, the nearest
known mistakes lie above it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.engine.tolerance import TABLE, Leeway, allowed

HALF = (torch.float16, torch.bfloat16)
SINGLE = (torch.float32, torch.float64)
DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
    ),
]
everywhere = pytest.mark.parametrize("device", DEVICES)
every_size = pytest.mark.parametrize("size", [10, 100, 1_000, 30_000, 1_000_000])
every_dtype = pytest.mark.parametrize("dtype", TABLE, ids=str)
Answers = Iterator[tuple[str, Tensor]]  # the expected value first


def used(expected: Tensor, shown: Tensor, size: int, leeway: Leeway | None = None) -> float:
    """The largest share of the bound that an answer uses; above 1 it is wrong."""
    bound = allowed(expected, size, expected.device.type, leeway or Leeway()).to(expected.device)
    return float(((expected.double() - shown.double()).abs() / bound).max())


def draw(*shape: int, dtype: torch.dtype, device: str, mean: float = 0.0) -> Tensor:
    return (torch.randn(*shape, dtype=torch.float64) + mean).to(device, dtype)


def sums(size: int, dtype: torch.dtype, device: str) -> Answers:
    x = draw(size, dtype=dtype, device=device)
    yield "sum", x.sum()
    yield "shuffled", x[torch.randperm(size, device=device)].sum()
    yield "in double precision", x.double().sum().to(dtype)
    if dtype in SINGLE:  # chunks rounded to half precision are a worse answer, not a reordered one
        yield "in chunks", torch.stack([part.sum() for part in x.split(max(size // 10, 1))]).sum()
        yield "one by one", x.cumsum(0)[-1]


def means(size: int, dtype: torch.dtype, device: str) -> Answers:
    x = draw(size, dtype=dtype, device=device, mean=3.0)
    yield "mean", x.mean()
    yield "shuffled", x[torch.randperm(size, device=device)].mean()
    yield "in double precision", x.double().mean().to(dtype)
    yield "each share added", (x.double() / size).sum().to(dtype)


def products(size: int, dtype: torch.dtype, device: str) -> Answers:
    inner = max(5, int((size / 3) ** 0.5))
    a, b = draw(size // inner, inner, dtype=dtype, device=device), draw(inner, 5, dtype=dtype, device=device)
    order, half = torch.randperm(inner, device=device), inner // 2
    yield "matmul", a @ b
    yield "shuffled", a[:, order] @ b[order]
    yield "in two blocks", a[:, :half] @ b[:half] + a[:, half:] @ b[half:]
    yield "broadcast", (a[:, :, None] * b).sum(1)
    yield "in double precision", (a.double() @ b.double()).to(dtype)


def softmaxes(size: int, dtype: torch.dtype, device: str) -> Answers:
    columns = max(5, int((size / 3) ** 0.5))
    x = draw(size // columns, columns, dtype=dtype, device=device)
    powers, shifted = x.exp(), (x - x.amax(-1, keepdim=True)).exp()
    yield "softmax", F.softmax(x, -1)
    yield "without the maximum", powers / powers.sum(-1, keepdim=True)
    yield "with the maximum", shifted / shifted.sum(-1, keepdim=True)
    yield "through logarithms", (x - x.logsumexp(-1, keepdim=True)).exp()
    yield "in double precision", x.double().softmax(-1).to(dtype)


def layer_norms(size: int, dtype: torch.dtype, device: str) -> Answers:
    columns = max(5, int((size / 3) ** 0.5))
    mean = 3.0 if dtype in SINGLE else 0.0
    x = draw(size // columns, columns, dtype=dtype, device=device, mean=mean)
    order = torch.randperm(columns, device=device)
    centred = x - x.mean(-1, keepdim=True)
    yield "layer_norm", F.layer_norm(x, (columns,))
    yield "by hand", centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    yield "with var", centred * torch.rsqrt(x.var(-1, correction=0, keepdim=True) + 1e-5)
    yield "shuffled", F.layer_norm(x[:, order], (columns,))[:, order.argsort()]
    yield "in double precision", F.layer_norm(x.double(), (columns,)).to(dtype)


def deviations(size: int, dtype: torch.dtype, device: str) -> Answers:
    x = draw(size, dtype=dtype, device=device, mean=3.0)
    yield "std", x.std()
    yield "by hand", ((x - x.mean()).square().mean() * (size / (size - 1))).sqrt()
    yield "shuffled", x[torch.randperm(size, device=device)].std()
    yield "in double precision", x.double().std().to(dtype)


def attentions(size: int, dtype: torch.dtype, device: str, scale: float = 1.0) -> Answers:
    keys = max(2, size // 16)
    q, k = scale * draw(2, 5, 8, dtype=dtype, device=device), draw(2, keys, 8, dtype=dtype, device=device)
    v = draw(2, keys, 6, dtype=dtype, device=device)
    yield "scaled_dot_product_attention", F.scaled_dot_product_attention(q, k, v)
    yield "scaled after", ((q @ k.mT) / 8**0.5).softmax(-1) @ v
    yield "scaled before", ((q / 8**0.5) @ k.mT).softmax(-1) @ v
    yield "in double precision", F.scaled_dot_product_attention(q.double(), k.double(), v.double()).to(dtype)


@everywhere
@every_size
@every_dtype
@pytest.mark.parametrize("answers", [sums, means, products, softmaxes, layer_norms, deviations, attentions])
def test_a_reordered_right_answer_stays_below_a_third_of_the_bound(
    answers: Callable[[int, torch.dtype, str], Answers], dtype: torch.dtype, size: int, device: str
) -> None:
    for _ in range(3 if size < 30_000 else 1):
        (_, expected), *others = answers(size, dtype, device)
        for way, shown in others:
            assert used(expected, shown, size) < 1 / 3, way


@everywhere
@pytest.mark.parametrize("dtype", SINGLE, ids=str)
def test_scores_around_a_hundred_stay_below_the_bound(dtype: torch.dtype, device: str) -> None:
    for _ in range(40):
        (_, expected), *others = attentions(112, dtype, device, scale=100.0)
        for way, shown in others:
            assert used(expected, shown, 112) < 1, way


def small_variance(dtype: torch.dtype, device: str, variance: float = 1e-3) -> Tensor:
    return draw(4, 10, dtype=dtype, device=device) * variance**0.5


def norm(x: Tensor, eps: float, inside: bool = True) -> Tensor:
    centred, variance = x - x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)
    return centred / ((variance + eps).sqrt() if inside else variance.sqrt() + eps)


def wrong_norms(dtype: torch.dtype, device: str) -> Answers:
    x = small_variance(dtype, device)
    yield "right", norm(x, 1e-5)
    yield "eps 1e-6 for 1e-5", norm(x, 1e-6)
    yield "eps outside the root", norm(x, 1e-5, inside=False)
    yield "no eps", norm(x, 0.0)


def wrong_deviations(dtype: torch.dtype, device: str) -> Answers:
    x = draw(50, dtype=dtype, device=device)
    yield "right", x.std()
    yield "divided by n", x.std(correction=0)


def wrong_sums(dtype: torch.dtype, device: str) -> Answers:
    x = draw(100, dtype=dtype, device=device, mean=3.0)
    yield "right", x.sum()
    yield "without the first", x[1:].sum()


def wrong_means(dtype: torch.dtype, device: str) -> Answers:
    x = draw(1000, dtype=dtype, device=device, mean=3.0)
    yield "right", x.mean()
    yield "divided by n - 1", x.sum() / 999


def wrong_attentions(dtype: torch.dtype, device: str) -> Answers:
    q, k, v = (draw(2, 7, 8, dtype=dtype, device=device) for _ in range(3))
    yield "right", F.scaled_dot_product_attention(q, k, v)
    yield "by d", ((q @ k.mT) / 8).softmax(-1) @ v
    yield "without scale", (q @ k.mT).softmax(-1) @ v
    yield "softmax over the queries", ((q @ k.mT) / 8**0.5).softmax(-2) @ v
    yield "zeros", torch.zeros_like(q)


def wrong_activations(dtype: torch.dtype, device: str) -> Answers:
    x = draw(40, dtype=dtype, device=device)
    yield "right", F.gelu(x)
    yield "its tanh approximation", F.gelu(x, approximate="tanh")


def wrong_updates(dtype: torch.dtype, device: str) -> Answers:
    start, gradient = draw(6, dtype=dtype, device=device), 1e-3 * draw(6, dtype=dtype, device=device)
    yield "right", start - 0.1 * gradient / (gradient.abs() + 1e-5)
    yield "eps inside the root", start - 0.1 * gradient / (gradient.square() + 1e-5).sqrt()
    yield "eps 1e-6 for 1e-5", start - 0.1 * gradient / (gradient.abs() + 1e-6)


NEAREST = [wrong_norms, wrong_deviations, wrong_sums, wrong_means, wrong_attentions, wrong_activations, wrong_updates]


@everywhere
@pytest.mark.parametrize("dtype", SINGLE, ids=str)
@pytest.mark.parametrize("answers", NEAREST)
def test_the_nearest_mistakes_lie_above_the_bound(
    answers: Callable[[torch.dtype, str], Answers], dtype: torch.dtype, device: str
) -> None:
    for _ in range(20):
        (_, expected), *mistakes = answers(dtype, device)
        for mistake, shown in mistakes:
            assert used(expected, shown, 1000) > 1, mistake


@everywhere
@pytest.mark.parametrize("dtype", HALF, ids=str)
def test_half_precision_still_tells_wrong_attentions(dtype: torch.dtype, device: str) -> None:
    for _ in range(20):
        (_, expected), *mistakes = wrong_attentions(dtype, device)
        for mistake, shown in mistakes:
            assert used(expected, shown, 1000) > 1, mistake


@every_dtype
@pytest.mark.parametrize("size", [10, 1_000, 1_000_000])
def test_zeros_never_pass_for_values_of_order_one(dtype: torch.dtype, size: int) -> None:
    expected = draw(10, dtype=dtype, device="cpu")
    assert used(expected, torch.zeros_like(expected), size) > 1


@every_dtype
def test_the_bound_grows_with_size_device_and_leeway(dtype: torch.dtype) -> None:
    expected, plain = torch.ones(3, dtype=dtype), Leeway()
    bound = allowed(expected, 100, "cpu", plain)
    assert bound.dtype is torch.float64
    assert bound.shape == expected.shape
    assert torch.all(allowed(expected, 10_000, "cpu", plain) > bound)
    assert torch.equal(allowed(expected, 100, "cuda", plain), 2 * bound)
    assert torch.equal(allowed(expected, 100, "cpu", Leeway(3.0, "why")), 3 * bound)


def test_an_element_near_zero_carries_the_rounding_of_the_largest() -> None:
    small, large = allowed(torch.tensor([0.0, 1e6]), 1, "cpu", Leeway()).tolist()
    assert math.isclose(small, large / 10, rel_tol=1e-6)


@pytest.mark.parametrize("expected", [torch.tensor([1, 2]), torch.tensor(True), torch.ones(0, dtype=torch.uint8)])
def test_whole_numbers_and_booleans_have_no_tolerance(expected: Tensor) -> None:
    assert torch.equal(allowed(expected, 10**6, "cpu", Leeway()), torch.zeros(expected.shape, dtype=torch.float64))


@every_dtype
@pytest.mark.parametrize("finite", [1.0, 1e-3])
def test_infinities_and_nan_do_not_widen_the_bound(dtype: torch.dtype, finite: float) -> None:
    plain = allowed(torch.tensor([finite], dtype=dtype), 10, "cpu", Leeway())
    special = allowed(torch.tensor([finite, math.inf, -math.inf, math.nan], dtype=dtype), 10, "cpu", Leeway())
    assert special[0] == plain[0]
    assert special.isfinite().all()


def test_an_empty_tensor_has_an_empty_bound() -> None:
    assert allowed(torch.ones(0, 3), 10, "cpu", Leeway()).shape == (0, 3)


def test_a_leeway_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="reason"):
        Leeway(2.0)
