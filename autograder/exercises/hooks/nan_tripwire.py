"""What `nan_tripwire` must show."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.hooks._shared import Breaks, after_error, left_on, with_others


class Rooted(nn.Module):
    """Makes NaN by its own arithmetic where an input is negative, after a layer that is well."""

    def __init__(self) -> None:
        super().__init__()
        self.act = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(x).sqrt()


class Paired(nn.Module):
    """Returns a tuple whose second tensor may be NaN."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x.log()


class Takes(nn.Module):
    """Uses the first of a pair."""

    def forward(self, pair: tuple[Tensor, Tensor]) -> Tensor:
        return pair[0]


class Fill(nn.Module):
    """Hides half of the values, as attention hides what comes later."""

    def forward(self, x: Tensor) -> Tensor:
        return x.masked_fill(torch.arange(x.shape[-1], device=x.device) % 2 == 0, -torch.inf)


@exercise(points=2)
def nan_tripwire(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """An alarm that names the module where NaN is born."""

    def alarm(model: nn.Module, x: Tensor) -> dict[str, Any]:
        """Which modules the alarm names, and what it leaves behind."""
        names = {name for name, _ in model.named_modules() if name}
        try:
            with candidate(model):
                result = model(x)
        except FloatingPointError as error:
            words = {word.strip(".") for word in re.findall(r"[\w.]+", str(error))}
            named = ", ".join(sorted(names & words)) or "names no module"
            return {"the alarm": named, "output": None, **left_on(model)}
        return {"the alarm": "there is none", "output": result, **left_on(model)}

    def chain(*parts: nn.Module) -> nn.Module:
        """A model whose parts have names that no other word of an alarm is mistaken for."""
        named = OrderedDict((f"part_{letter}", part) for letter, part in zip("abcdef", parts, strict=False))
        return draw.fill_(nn.Sequential(OrderedDict(body=nn.Sequential(named))))

    x = draw.normal(3, 4).abs() + 0.1
    one_bad = x.clone()
    one_bad[1, 2] = -1.0
    yield "all is well", lambda: alarm(chain(nn.Linear(4, 3), nn.Tanh()), x)
    yield (
        "a layer among others",
        lambda: alarm(chain(nn.Identity(), nn.Linear(4, 3), _nan(nn.Linear(3, 3)), nn.Tanh()), x),
    )
    yield "one bad value of twelve", lambda: alarm(chain(nn.Identity(), nn.Sequential(Rooted()), nn.Tanh()), one_bad)
    yield "a module's own arithmetic", lambda: alarm(chain(nn.Identity(), Rooted(), nn.Identity()), -x)
    yield "the second of a tuple", lambda: alarm(chain(nn.Identity(), Paired(), Takes()), -x)
    yield "minus infinity is no alarm", lambda: alarm(chain(Fill(), nn.Softmax(dim=-1)), x)
    yield (
        "whole numbers are no alarm",
        lambda: alarm(chain(nn.Identity(), nn.Embedding(9, 4)), draw.integers(3, high=9)),
    )

    def outside() -> Any:
        model = chain(nn.Identity(), Rooted())
        with candidate(model):
            pass
        return model(one_bad)

    def broken() -> Any:
        model, x = draw.fill_(Breaks()), draw.normal(2, 4)

        def run() -> None:
            with candidate(model):
                model(x)

        return after_error(run, model)

    yield "after the block there is no alarm", outside
    yield "another error comes through", broken
    yield "other people's hooks stay", lambda: with_others(candidate, draw)


def _nan(layer: nn.Linear) -> nn.Linear:
    """The layer with a NaN bias. It is a buffer: `draw.fill_` would overwrite a parameter."""
    del layer.bias
    layer.register_buffer("bias", torch.full((layer.out_features,), torch.nan))
    return layer
