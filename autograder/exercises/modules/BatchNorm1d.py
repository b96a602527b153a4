"""What `BatchNorm1d` must show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, replica, shares_storage, with_arguments
from autograder.exercises.modules._shared import (
    freshly_loaded,
    given,
    parameter_gradients,
    parameters_of,
    result_and,
)

NORMS = [
    nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LazyBatchNorm1d, nn.SyncBatchNorm, nn.InstanceNorm1d,
    F.batch_norm, F.instance_norm, torch.batch_norm, torch.native_batch_norm, torch.instance_norm,
]  # fmt: skip
MODES = Idea("the batch's statistics in training, the running ones in evaluation", weight=2, point=True)
MEMORY = Idea("what the running statistics remember, also on disk", weight=2, point=True)
STATE = Idea("what the module is made of goes where the module goes")
SOUND = Idea("eps stands inside the root, and differences are taken before squares", weight=2)
GRADIENT = Idea("the gradient flows through the batch's statistics", weight=1.5)
PAST = Idea("no gradient flows into the past")
REFUSES = Idea("a single row cannot be normalised in training")


class _Bench:
    """The candidate, and all that is drawn for it, before it is called for the first time."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.device = candidate, draw.device
        self.features, self.others, *rows = draw.sizes(5, 3, 9)
        self.affine = {"weight": draw.uniform(self.features, low=0.5, high=2.0), "bias": draw.normal(self.features)}
        self.past = {
            "running_mean": draw.normal(self.features),
            "running_var": draw.uniform(self.features, low=0.3, high=3.0),
        }
        self.batches = [2 + 3 * draw.normal(count, self.features) for count in rows]
        self.x, self.single = self.batches[0], draw.normal(1, self.features)
        self.square, self.two = draw.normal(self.features, self.features), 1 + draw.normal(2, self.features)
        self.momentum = draw.uniform(1, low=0.15, high=0.4).item()
        self.eps = draw.uniform(1, low=0.5, high=0.9).item()
        self.calls = [draw.integer(2, 9) for _ in range(3)]
        # Eight whole numbers: their sums and differences are exact in float32, in any order.
        self.far = draw.choice((1024, 2048, -1024)) + draw.integers(8, self.features, low=-9, high=10).float()
        self.small = 1e-3 * draw.normal(4, 1)

    def norm(self, **options: Any) -> Any:
        return given(self.candidate(self.features, **options), **self.affine)

    def experienced(self, **options: Any) -> Any:
        """One that remembers statistics which it need not have gathered itself."""
        return given(self.norm(**options), **self.past)

    def trained(self, *batches: Tensor, **options: Any) -> Any:
        module = self.norm(**options)
        for batch in batches:
            module(batch.clone())
        return module


@exercise(points=4, without=NORMS)
def BatchNorm1d(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Normalises each feature over the batch, and remembers statistics for evaluation."""
    bench = _Bench(candidate, draw)
    yield from _modes(bench)
    yield from _memory(bench)
    yield from _edges(bench)
    yield from _state(bench, draw)


def _modes(bench: _Bench) -> Iterator[Step]:
    norm, experienced, x = bench.norm, bench.experienced, bench.x
    yield "training: a batch", lambda: norm()(x.clone()), MODES
    yield "training: statistics of earlier batches do not matter", lambda: experienced()(x.clone()), MODES
    yield "training without gradients", lambda: _without_gradients(bench), MODES
    yield "evaluation: a batch", lambda: experienced().eval()(x.clone()), MODES
    yield "evaluation: one row", lambda: refusal(ValueError, experienced().eval(), bench.single.clone()), MODES
    yield "evaluation before any training", lambda: norm().eval()(x.clone()), MODES
    yield "evaluation, training, evaluation", lambda: _to_and_fro(experienced(momentum=bench.momentum), bench), MODES


def _memory(bench: _Bench) -> Iterator[Step]:
    trained, batches, momentum = bench.trained, bench.batches, bench.momentum
    yield "statistics after one batch", lambda: _statistics(trained(bench.x)), MEMORY
    yield "statistics after three", lambda: _statistics(trained(*batches, momentum=momentum)), MEMORY
    yield "evaluation after training", lambda: trained(*batches, momentum=momentum).eval()(bench.x.clone()), MEMORY
    yield "evaluation remembers nothing", lambda: _evaluated(bench), MEMORY
    yield (
        "momentum 0 and momentum 1",
        lambda: [_statistics(trained(*batches, momentum=share)) for share in (0.0, 1.0)],
    )
    yield (
        "batches are counted",
        lambda: [trained(*[bench.x] * count).num_batches_tracked for count in bench.calls],
    )


def _edges(bench: _Bench) -> Iterator[Step]:
    norm, x = bench.norm, bench.x
    yield "training: a variance far below eps", lambda: norm()(x / 3000), SOUND
    yield "training: a feature that never changes", lambda: norm()(torch.zeros_like(x)), SOUND
    yield (
        "training: a large eps",
        lambda: result_and(norm(eps=bench.eps, momentum=bench.momentum), x.clone(), _statistics),
        SOUND,
    )
    yield "training: far from zero", lambda: bench.candidate(bench.features).to(bench.device)(bench.far.clone()), SOUND
    yield "as many rows as features", lambda: norm()(bench.square.clone()), MODES
    yield (
        "training: two rows",
        lambda: result_and(norm(momentum=bench.momentum), bench.two.clone(), _statistics),
        MEMORY,
    )
    yield "training: one row", lambda: _refused(norm(), bench.single, x), REFUSES
    yield "the docstring's example", lambda: _example(bench)
    yield "the input is left alone", lambda: with_arguments(norm(), x.clone())


def _state(bench: _Bench, draw: Draw) -> Iterator[Step]:
    x = bench.x
    front = given(nn.Linear(2, bench.features), weight=draw.normal(bench.features, 2), bias=draw.normal(bench.features))
    inputs = [draw.normal(count, 2) for count in (4, 5)]
    yield "what is there at first", lambda: [_at_first(bench, count) for count in (bench.features, bench.others)], STATE
    yield "gradients in training", lambda: parameter_gradients(bench.norm(), x), GRADIENT
    yield "gradients in evaluation", lambda: parameter_gradients(bench.experienced().eval(), x)
    yield "statistics let the graph go", lambda: _second_gradient(bench.norm(), front, inputs), PAST
    yield "float64", lambda: _in_dtype(bench, torch.float64), STATE
    yield "half precision", lambda: [_in_dtype(bench, dtype) for dtype in (torch.float16, torch.bfloat16)], STATE
    yield "saved and loaded", lambda: freshly_loaded(bench.experienced(), bench.norm()).eval()(x.clone()), MEMORY
    yield "a deep copy", lambda: _grows_apart(bench, copy.deepcopy), STATE
    yield "a replica", lambda: _grows_apart(bench, replica), STATE


def _statistics(module: Any) -> dict[str, Any]:
    return {"running_mean": module.running_mean, "running_var": module.running_var}


def _kept(module: Any) -> dict[str, Any]:
    """Copies of the three buffers: later calls may write into them."""
    values = {**_statistics(module), "num_batches_tracked": module.num_batches_tracked}
    return {k: v.detach().clone() if isinstance(v, Tensor) else v for k, v in values.items()}


def _without_gradients(bench: _Bench) -> dict[str, Any]:
    """`no_grad` is another thing than `eval()`."""
    with torch.no_grad():
        return result_and(bench.norm(momentum=bench.momentum), bench.x.clone(), _kept)


def _to_and_fro(module: Any, bench: _Bench) -> list[Any]:
    """What comes before and in the middle must not show in what comes after, except by what is remembered."""
    first = module.eval()(bench.x.clone())
    return [first, module.train()(bench.batches[1].clone()), module.train()(bench.x.clone())]


def _evaluated(bench: _Bench) -> dict[str, Any]:
    module = bench.experienced().eval()
    for batch in bench.batches:
        module(batch.clone())
    return result_and(module, bench.x.clone(), _statistics)


def _refused(module: Any, alone: Tensor, fine: Tensor) -> dict[str, Any]:
    """Before the refusal nothing has been remembered: a single row would leave NaN in the running variance."""
    found = {"refused": refusal(ValueError, module, alone.clone()), **_kept(module)}
    return {**found, "more of them": module(fine.clone())}


def _example(bench: _Bench) -> dict[str, Any]:
    def outcome(x: Tensor) -> Any:
        return bench.candidate(1, eps=0.0).to(bench.device)(x).flatten().tolist()

    x = torch.tensor([[1.0], [3.0]], device=bench.device)
    return {"the example": outcome(x), "other numbers, close together": outcome(bench.small.clone())}


def _at_first(bench: _Bench, features: int) -> dict[str, Any]:
    module = bench.candidate(features).to(bench.device)
    return {"parameters": parameters_of(module), "saved": dict(module.state_dict())}


def _second_gradient(module: Any, front: nn.Module, inputs: list[Tensor]) -> dict[str, Any]:
    """The gradient in evaluation, after training: it reaches the earlier batch where a graph was kept."""
    front.zero_grad()
    module(front(inputs[0]))
    module.eval()(front(inputs[1])).square().sum().backward()
    needs = {name: value.requires_grad for name, value in _statistics(module).items()}
    return {"needs a gradient": needs, "bias": module.bias.grad, "the layer in front": front.weight.grad}


def _in_dtype(bench: _Bench, dtype: torch.dtype) -> dict[str, Any]:
    module = bench.experienced(momentum=0.5).to(dtype)
    found = {"evaluation": module.eval()(bench.x.to(dtype)), "training": module.train()(bench.x.to(dtype))}
    return {**found, "running_mean": module.running_mean} if dtype == torch.float64 else found


def _grows_apart(bench: _Bench, twin_of: Callable[[Any], Any]) -> dict[str, Any]:
    module = bench.experienced(momentum=0.5)
    twin = twin_of(module)
    own = {name: not shares_storage(value, getattr(twin, name)) for name, value in _statistics(module).items()}
    twin(bench.x.clone())
    return {"own tensors": own, "twin": twin.running_mean, "original": _statistics(module)}
