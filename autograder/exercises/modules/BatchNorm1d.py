"""What `BatchNorm1d` must show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import replica, shares_storage, with_arguments
from autograder.exercises.modules._shared import (
    FEATURES,
    freshly_loaded,
    given,
    parameter_gradients,
    parameters_of,
    result_and,
    shapes_in_state,
)

NORMS = [
    nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LazyBatchNorm1d, nn.SyncBatchNorm, nn.InstanceNorm1d,
    F.batch_norm, F.instance_norm, torch.batch_norm, torch.native_batch_norm, torch.instance_norm,
]  # fmt: skip


@exercise(points=4, without=NORMS)
def BatchNorm1d(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Normalises each feature over the batch, and remembers statistics for evaluation."""
    weight, bias = draw.uniform(FEATURES, low=0.5, high=2.0), draw.normal(FEATURES)
    batches = [2 + 3 * draw.normal(rows, FEATURES) for rows in (6, 4, 9)]
    x, single, series = batches[0], draw.normal(1, FEATURES), 1 + 2 * draw.normal(3, FEATURES, 7)
    whole = 1024 + draw.integers(8, FEATURES, low=-9, high=10).float()  # sums and differences are exact in float32
    level = torch.zeros(4, FEATURES, device=draw.device)

    def norm(**options: Any) -> Any:
        return given(candidate(FEATURES, **options), weight=weight, bias=bias)

    def trained(count: int = 3, **options: Any) -> Any:
        module = norm(**options)
        for batch in batches[:count]:
            module(batch.clone())
        return module

    yield "names and shapes in the state_dict", lambda: shapes_in_state(norm())
    yield "what is a parameter", lambda: parameters_of(norm())
    yield "training: a batch", lambda: norm()(x.clone())
    yield "training: features with a length", lambda: result_and(norm(), series.clone(), _statistics)
    yield "training: a variance far below eps", lambda: norm()(x / 3000)
    yield "training: a feature that never changes", lambda: norm()(level)
    yield "training: a large eps", lambda: norm(eps=0.7)(x.clone())
    yield "training: far from zero", lambda: candidate(FEATURES).to(draw.device)(whole.clone())
    yield "statistics after one batch", lambda: _statistics(trained(1))
    yield "statistics after three, momentum 0.3", lambda: _statistics(trained(momentum=0.3))
    yield "statistics after three, momentum None", lambda: _statistics(trained(momentum=None))
    yield "batches are counted", lambda: trained().num_batches_tracked
    yield "evaluation after training", lambda: result_and(trained().eval(), x.clone(), _statistics)
    yield "evaluation: features with a length", lambda: trained().eval()(series.clone())
    yield "evaluation: one row", lambda: trained().eval()(single.clone())
    yield "evaluation before any training", lambda: norm().eval()(x.clone())
    yield "training: one row", lambda: norm()(single.clone())
    yield "training: one row with a length", lambda: norm()(series[:1].clone())
    yield "a vector without a batch", lambda: norm()(single[0].clone())
    yield "affine=False", lambda: _plain(candidate(FEATURES, affine=False).to(draw.device), x)
    yield "gradients in training", lambda: parameter_gradients(norm(), x)
    yield "gradients in evaluation", lambda: parameter_gradients(trained().eval(), x)
    yield "statistics let the graph go", lambda: _free(norm(), x.clone())
    yield "float64", lambda: result_and(norm().double(), x.double(), _statistics)
    yield "saved and loaded", lambda: result_and(freshly_loaded(trained(), norm()).eval(), x.clone(), _statistics)
    yield "a deep copy", lambda: _grows_apart(trained(1), copy.deepcopy, x)
    yield "a replica", lambda: _grows_apart(trained(1), replica, x)
    yield "the input is left alone", lambda: with_arguments(norm(), x.clone())


def _statistics(module: Any) -> dict[str, Any]:
    return {"running_mean": module.running_mean, "running_var": module.running_var}


def _plain(module: Any, x: Tensor) -> dict[str, Any]:
    return {"parameters": parameters_of(module), "saved": sorted(module.state_dict()), "result": module(x.clone())}


def _free(module: Any, x: Tensor) -> dict[str, bool]:
    module(x.requires_grad_())
    return {name: value.requires_grad for name, value in _statistics(module).items()}


def _grows_apart(module: Any, twin_of: Callable[[Any], Any], x: Tensor) -> dict[str, Any]:
    twin = twin_of(module)
    own = {name: not shares_storage(value, getattr(twin, name)) for name, value in _statistics(module).items()}
    result = twin(x.clone())
    return {"own tensors": own, "result": result, "twin": _statistics(twin), "original": _statistics(module)}
