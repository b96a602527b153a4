"""What the exercises of `04_autograd` must show: derivatives, and what is left behind by whoever asks for one.

A right answer gives the derivative and nothing else: no `.grad` is filled that nobody asked to fill, no caller's tensor
begins to need a gradient, no graph hangs on the result. Dimensions are distinct throughout.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import BackwardCFunction

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, largest_tensor, with_arguments

FUNCTIONAL = torch.autograd.functional
READY_MADE = [
    torch.func.vjp, torch.func.jvp, torch.func.grad, torch.func.jacrev, torch.func.jacfwd, torch.func.hessian,
    FUNCTIONAL.vjp, FUNCTIONAL.jvp, FUNCTIONAL.jacobian, FUNCTIONAL.hessian, FUNCTIONAL.hvp, FUNCTIONAL.vhp,
]  # fmt: skip
DEEP = 3500  # operations in a row; deeper than Python and Jupyter let functions call themselves


class Thrice(Function):
    """A node that Python made."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return 3 * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 3 * grad


def refusal(run: Callable[[], object]) -> str:
    """What kind of error says no; a blank's own comes through."""
    try:
        run()
    except NotImplementedError:
        raise
    except RuntimeError:
        return "RuntimeError"
    return "accepted"


def learning(tensor: Tensor) -> Tensor:
    """A leaf with a gradient from before: seven everywhere."""
    tensor.requires_grad_().grad = torch.full_like(tensor, 7)
    return tensor


@exercise(points=2)
def graph_of(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The nodes of a graph, and where each sends its gradient."""
    x, w, b = (draw.normal(3).requires_grad_() for _ in range(3))
    frozen = draw.normal(3)

    def doubled(times: int, y: Tensor) -> Tensor:
        for _ in range(times):
            y = y + y
        return y

    def nothing() -> Any:
        with torch.no_grad():
            y = x * w
        return {"a leaf": candidate(x), "no_grad": candidate(y), "a sum": candidate(x + w), "plain": candidate(frozen)}

    def deep() -> Any:
        y = x
        for _ in range(DEEP):
            y = y.neg()
        lines = candidate(y)
        return {"lines": len(lines), "the last two": lines[-2:]}

    def afterwards() -> Any:
        leaf = draw.normal(4).requires_grad_()
        result = (leaf.tanh() * leaf).sum()
        lines = candidate(result)
        result.backward()
        return {"lines": lines, "the gradient, afterwards": leaf.grad}

    first, _, third = draw.normal(3, 2).requires_grad_().unbind()
    yield "a product and a sum", lambda: candidate((x * w).sum())
    yield "numbers, and a tensor that needs no gradient", lambda: candidate((2 * x + frozen).exp())
    yield "one tensor twice", lambda: candidate(x * x)
    yield "two sums of one kind", lambda: candidate((x + w) * (w + b))
    yield "a long way and a short one", lambda: candidate(x.exp().tanh() * x)
    yield "eight doublings: 256 ways, ten nodes", lambda: candidate(doubled(8, x))
    yield "two outputs of one node", lambda: candidate(first * third)
    yield "a branch that was detached", lambda: candidate((x.exp().detach() * w).sum())
    yield "a node that Python made", lambda: candidate(Thrice.apply(x) + w)
    yield "no graph, and one beside it", nothing
    yield f"{DEEP} operations in a row", deep
    yield "the graph still serves", afterwards


@exercise(points=2, without=READY_MADE)
def vjp(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A vector times a Jacobian, for every input."""
    a, b, v = draw.normal(3, 4), draw.normal(4, 5), draw.normal(3, 5)
    weight = draw.normal(3)

    def own(kinds: Sequence[Tensor]) -> dict[str, Any]:
        """What the call left on the tensors that it was given."""
        return {"need a gradient": [item.requires_grad for item in kinds], "grads": [item.grad for item in kinds]}

    def with_weights() -> Any:
        w = learning(weight.clone())
        found = candidate(lambda x: (w * x).tanh(), (draw.normal(2, 3),), draw.normal(2, 3))
        return {"vjp": found, "graph left": [item.requires_grad for item in found], "the weight's grad": w.grad}

    def learners() -> Any:
        leaf, plain = learning(draw.normal(3)), draw.normal(3)
        middle = leaf.exp()
        given = (leaf, middle, plain)
        found = candidate(lambda x, y, z: x * y + z.square(), given, draw.normal(3))
        leaves = {"need a gradient": [item.requires_grad for item in given], "grads": [leaf.grad, plain.grad]}
        return {"vjp": found, "graph left": [item.requires_grad for item in found], **leaves}

    def twice() -> Any:
        x, u = draw.normal(4), draw.normal(4)
        return {"two calls": [candidate(torch.sin, (x,), u) for _ in range(2)], **own([x, u])}

    def refused() -> Any:
        whole, short, u = draw.integers(4, high=9), draw.normal(5), draw.normal(4)
        return {
            "the right shape": candidate(torch.matmul, (a, b), v),
            "a vector of another shape": refusal(lambda: candidate(torch.matmul, (a, b), short)),
            "whole numbers": refusal(lambda: candidate(lambda x: 0.5 * x, (whole,), u)),
        }

    yield "a matrix product", lambda: candidate(torch.matmul, (a, b), v)
    yield "a number comes out", lambda: candidate(lambda x: x.square().sum(), (a,), draw.normal())
    yield "a number goes in", lambda: candidate(lambda x: x * b[0], (draw.normal(),), draw.normal(5))
    yield "a broadcast input", lambda: candidate(lambda x, y: x * y, (a, draw.normal(4)), draw.normal(3, 4))
    yield "as many results as inputs", lambda: candidate(lambda x: x.cumsum(0).exp(), (draw.normal(5),), v[0])
    yield "one of three plays no part", lambda: candidate(lambda x, y, z: x * z, (a, b, a + 1), draw.normal(3, 4))
    yield "the same tensor twice", lambda: candidate(lambda x, y: x * x * y, (a, a), draw.normal(3, 4))
    yield "float64", lambda: candidate(torch.matmul, (a.double(), b.double()), v.double())
    yield "not contiguous", lambda: candidate(torch.matmul, (draw.normal(4, 3).mT, draw.normal(4, 10)[:, ::2]), v)
    yield "two calls leave nothing on the inputs", twice
    yield "weights of the function", with_weights
    yield "inputs that learn already", learners
    yield "an empty batch", lambda: candidate(torch.matmul, (a[:0], b), v[:0])
    yield "what is refused", refused


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.function(x)


@exercise(points=3, without=READY_MADE)
def jacobian(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Every derivative of every result."""
    w = draw.normal(3, 4)

    def once() -> Any:
        function = Counted(lambda x: (w @ x).sigmoid())
        return {"jacobian": candidate(function, draw.normal(4)), "calls of the function": function.calls}

    def left_alone() -> Any:
        x, weight = draw.normal(4), learning(w.clone())
        found = candidate(lambda x: (weight @ x).tanh(), x)
        left = {"x needs a gradient": x.requires_grad, "x.grad": x.grad, "the weight's grad": weight.grad}
        return {"jacobian": found, "graph left": found.requires_grad, **left}

    def learner() -> Any:
        x = learning(draw.normal(4))
        found = candidate(lambda x: w @ x.exp(), x)
        return {"jacobian": found, "graph left": found.requires_grad, "x.grad": x.grad}

    def refused() -> Any:
        numbers = [draw.normal(4), draw.integers(4, high=9)]
        real = candidate(lambda x: 0.5 * x, numbers[0])
        return {"real numbers": real, "whole": refusal(lambda: candidate(lambda x: 0.5 * x, numbers[1]))}

    def partly(x: Tensor) -> Tensor:
        return torch.cat([x[1:2], torch.ones_like(x[:2]), x[:1] * x[3:]])

    yield "four numbers to three", lambda: candidate(lambda x: (w @ x).tanh(), draw.normal(4))
    yield "as many results as inputs", lambda: candidate(lambda x: x.cumsum(0).sin(), draw.normal(5))
    yield "a matrix to a vector", lambda: candidate(lambda x: (w * x).exp().sum(1), draw.normal(3, 4))
    yield "a vector to a matrix", lambda: candidate(lambda x: w * x.square(), draw.normal(4))
    yield "two dimensions to three", lambda: candidate(lambda x: x.unsqueeze(-1) * w[0, :2], draw.normal(2, 3))
    yield "a number comes out", lambda: candidate(lambda x: (w @ x).square().sum(), draw.normal(4))
    yield "a number goes in", lambda: candidate(lambda x: w * x.exp(), draw.normal())
    yield "one number to one", lambda: candidate(lambda x: x.square(), draw.normal(1))
    yield "results that do not depend on x", lambda: candidate(partly, draw.normal(4))
    yield "float64", lambda: candidate(lambda x: (w.double() @ x).tanh(), draw.normal(4, dtype=torch.float64))
    yield "not contiguous", lambda: candidate(lambda x: x.reshape(-1).sin()[:5], draw.normal(4, 6).mT[::2])
    yield "the function is called once", once
    yield "nothing is left behind", left_alone
    yield "an x that learns already", learner
    yield "whole numbers are refused", refused


@exercise(points=3, without=READY_MADE)
def hessian_vector_product(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How the gradient changes along a direction."""
    w, bent = draw.normal(5, 4), draw.normal(4, 4)

    def coupled(x: Tensor) -> Tensor:
        return (w @ x).tanh().square().sum()

    def quartic(x: Tensor) -> Tensor:
        return (x**4).sum() * x[0].sum()

    def pair(*shape: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        return draw.normal(*shape, dtype=dtype), draw.normal(*shape, dtype=dtype)

    def left_alone() -> Any:
        x, v, weight = draw.normal(4), draw.normal(4), learning(w.clone())
        found = candidate(lambda x: (weight @ x).tanh().square().sum(), x, v)
        left = {"need a gradient": [x.requires_grad, v.requires_grad], "grads": [x.grad, v.grad, weight.grad]}
        return {"product": found, "graph left": found.requires_grad, **left}

    def learner() -> Any:
        x, v = learning(draw.normal(4)), learning(draw.normal(4))
        found = candidate(coupled, x, v)
        return {"product": found, "graph left": found.requires_grad, "grads": [x.grad, v.grad]}

    def along() -> Any:
        x = draw.normal(4)
        return [candidate(coupled, x, v) for v in (torch.zeros_like(x), w[0])]

    def frugal() -> Any:
        """Sixty numbers: the whole matrix would hold 3600."""
        x, v = pair(60)

        def run(x: Tensor, v: Tensor) -> Tensor:
            with torch.enable_grad():
                return candidate(lambda x: (x.sin() * x.roll(1)).sum(), x, v)

        return {"product": run(x, v), "a tensor of more than 120 numbers": largest_tensor(run, x, v) > 120}

    def straight() -> Any:
        weight = draw.normal(4).requires_grad_()
        functions = [lambda x: (w @ x).sum(), lambda x: (weight * x).sum(), lambda x: (w @ x).sum() + x[0] ** 2]
        x, v = pair(4)
        return [candidate(function, x, v) for function in functions]

    yield "coupled numbers", lambda: candidate(coupled, *pair(4))
    yield "a quadratic form", lambda: candidate(lambda x: x @ bent @ x, *pair(4))
    yield "a matrix", lambda: candidate(quartic, *pair(3, 2))
    yield "one number", lambda: candidate(lambda x: x.exp() * x.square(), *pair())
    yield "a batch of one", lambda: candidate(quartic, *pair(1, 5))
    yield "along nothing, and along a row", along
    yield "float64", lambda: candidate(quartic, *pair(3, 2, dtype=torch.float64))
    yield "not contiguous", lambda: candidate(quartic, draw.normal(2, 3).mT, draw.normal(3, 4)[:, ::2])
    yield "a linear function has no second derivative", straight
    yield "nothing is left behind", left_alone
    yield "an x that learns already", learner
    yield "60 numbers: memory", frugal


@exercise(points=2, without=[torch.optim.SGD])
def sgd_step(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One step downhill, in place, unseen by the graph but not by its version counters."""

    def weights(*shapes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> list[Tensor]:
        made = [draw.normal(*shape, dtype=dtype).requires_grad_() for shape in shapes]
        for item in made:
            item.grad = draw.normal(*item.shape, dtype=dtype)
        return made

    def stepped(made: list[Tensor], rate: float) -> Any:
        returned = candidate(made, rate)
        leaves = [item.is_leaf and item.requires_grad for item in made]
        return {"weights": made, "still leaves that learn": leaves, "returned": returned}

    def graphless() -> Any:
        made = weights((3,), (2, 2), (4,))
        made[1].grad = None
        made[2].grad = torch.zeros_like(made[2])
        return stepped(made, 0.5)

    def in_place() -> Any:
        (w,) = weights((3, 4))
        view, place = w.detach()[1], w.data_ptr()
        candidate([w], 0.25)
        return {"weight": w, "a view that somebody holds": view, "the same memory": w.data_ptr() == place}

    def generator() -> Any:
        layer = draw.fill_(nn.Linear(4, 3))
        layer(draw.normal(2, 4)).square().sum().backward()
        candidate(layer.parameters(), 0.1)
        return dict(layer.state_dict())

    def late() -> Any:
        """The loss was computed with the weights of before: its way back has to be refused."""
        (w,) = weights((4,))
        loss = (w * w * draw.normal(4)).sum()
        candidate([w], 0.5)
        try:
            (found,) = torch.autograd.grad(loss, w)
        except RuntimeError:
            return {"weight": w, "a gradient through the old weights": "refused"}
        return {"weight": w, "a gradient through the old weights": found}

    def modes() -> Any:
        w = weights((3,))
        try:
            candidate(w, 0.5)
            return {"weights": w, "gradients are recorded afterwards": torch.is_grad_enabled()}
        finally:
            torch.set_grad_enabled(True)

    def kept() -> Any:
        made = weights((3,), (2, 2))
        candidate(made, 0.5)
        candidate(made, 0.5)
        return {"after two steps": made}

    yield "one weight", lambda: stepped(weights((3,)), 0.1)
    yield "three weights, one of them a number", lambda: stepped(weights((2, 3), (3,), ()), 0.5)
    yield "a weight without a gradient", graphless
    yield "float64", lambda: stepped(weights((3, 2), dtype=torch.float64), 0.01)
    yield "in place", in_place
    yield "the parameters of a layer", generator
    yield "the gradients stay for whoever comes next", kept
    yield "a backward pass that comes too late", late
    yield "gradients are on again afterwards", modes


@exercise(points=2)
def accumulated_gradient(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One step for several batches: the mended loop."""

    def learn(
        batches: int, every: int, dtype: torch.dtype = torch.float32, stale: bool = False, **options: Any
    ) -> dict[str, Any]:
        w = draw.normal(4, dtype=dtype).requires_grad_()
        data = [(draw.normal(3, 4, dtype=dtype), draw.normal(3, dtype=dtype)) for _ in range(batches)]
        if stale:
            w.grad = torch.full_like(w, 5)
        steps: list[int] = []
        optimizer = torch.optim.SGD([w], lr=0.1, **options)
        optimizer.register_step_post_hook(lambda *_: steps.append(1))
        losses = candidate(lambda batch: (batch[0] @ w - batch[1]).square().mean(), data, optimizer, every)
        left = 0.0 if w.grad is None else float(w.grad.abs().sum())
        return {"losses": losses, "weights": w, "steps": len(steps), "left in .grad": left}

    yield "six batches, two a step", lambda: learn(6, 2)
    yield "a step for each batch", lambda: learn(3, 1)
    yield "seven batches, three a step: one is left over", lambda: learn(7, 3)
    yield "five batches, three a step: two are left over", lambda: learn(5, 3)
    yield "fewer batches than a step takes", lambda: learn(2, 4)
    yield "one batch", lambda: learn(1, 1)
    yield "an optimizer with a memory", lambda: learn(6, 3, momentum=0.9)
    yield "float64", lambda: learn(4, 2, dtype=torch.float64)
    yield "gradients from before do not count", lambda: learn(4, 2, stale=True)
    yield "one graph at a time", lambda: _graphs_alive(candidate, draw)


class Token:
    """Stands for a saved tensor; can be counted while it lives."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor.detach()


def _graphs_alive(candidate: Any, draw: Draw) -> dict[str, Any]:
    """How many tensors older graphs still hold when the next batch begins."""
    w, alive = draw.normal(4).requires_grad_(), weakref.WeakSet()  # type: ignore[var-annotated]
    held = []

    def pack(tensor: Tensor) -> Token:
        alive.add(token := Token(tensor))
        return token

    def loss_of(batch: Tensor) -> Tensor:
        held.append(len(alive))
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda token: token.tensor):
            return (batch @ w).exp().mean()

    losses = candidate(loss_of, [draw.normal(3, 4) for _ in range(4)], torch.optim.SGD([w], lr=0.1), 4)
    return {"losses": losses, "weights": w, "tensors held when a batch begins": held}


@exercise(points=3, without=[torch.sigmoid, torch.Tensor.sigmoid, nn.functional.sigmoid, torch.special.expit])
def Sigmoid(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """An operation with a derivative of its own."""
    far = torch.tensor([-1000.0, -100.0, -30.0, 0.0, 30.0, 100.0, 1000.0], device=draw.device)

    def second() -> Any:
        x, u, v = draw.normal(4).requires_grad_(), draw.normal(4), draw.normal(4)
        (first,) = torch.autograd.grad((candidate.apply(x) ** 2 * u).sum(), x, create_graph=True)
        return {"first": first, "second": torch.autograd.grad((first * v).sum(), x)[0]}

    def node() -> Any:
        y = candidate.apply(draw.normal(2).requires_grad_())
        return {"result": y, "its node is a Function of yours": isinstance(y.grad_fn, BackwardCFunction)}

    def unneeded() -> Any:
        y = candidate.apply(draw.normal(3))
        return {"result": y, "needs a gradient": y.requires_grad}

    def beside() -> Any:
        """The gradient that arrives belongs to another branch, too."""
        x, v = draw.normal(4).requires_grad_(), draw.normal(4)
        (found,) = torch.autograd.grad(3 * x + candidate.apply(x), x, v)
        return {"gradient": found, "what arrived, afterwards": v}

    yield "values", lambda: candidate.apply(draw.normal(3, 4))
    yield "one number", lambda: gradients(candidate.apply, draw.normal())
    yield "a gradient", lambda: gradients(candidate.apply, draw.normal(2, 5))
    yield "float64", lambda: gradients(candidate.apply, draw.normal(3, dtype=torch.float64))
    yield "bfloat16", lambda: candidate.apply(draw.normal(6, dtype=torch.bfloat16))
    yield "not contiguous", lambda: gradients(lambda x: candidate.apply(x.mT[::2]), draw.normal(3, 4))
    yield "far from zero", lambda: candidate.apply(far)
    yield "a gradient far from zero", lambda: gradients(candidate.apply, far)
    yield "the second derivative", second
    yield "the node", node
    yield "nobody needs a gradient", unneeded
    yield "the input is left alone", lambda: with_arguments(candidate.apply, draw.normal(4))
    yield "the gradient that arrives is left alone", beside
    yield "the result is changed before the way back", lambda: _changed(candidate, draw, "result")
    yield "the input is changed before the way back", lambda: _changed(candidate, draw, "input")
    yield "memory is given back", lambda: _freed(candidate.apply, draw.normal(4).requires_grad_())


def _changed(candidate: Any, draw: Draw, what: str, *others: Tensor) -> dict[str, Any]:
    """Somebody writes into a tensor that the way back may need. A refusal is right, and so is the same gradient."""
    start, change = draw.normal(5).requires_grad_(), draw.normal(5)

    def gradient(changed: bool) -> Tensor:
        x = start.clone()
        y = candidate.apply(x, *others)
        if changed:
            (y if what == "result" else x).mul_(change)
        kept = y * change if what == "input" or not changed else y
        return torch.autograd.grad(kept.sum(), start)[0]

    right = gradient(False)
    try:
        same = bool(torch.allclose(gradient(True), right, rtol=1e-4, atol=1e-6))
    except RuntimeError:
        same = True
    return {"gradient": right, f"a wrong gradient after the {what} was changed": not same}


def _freed(apply: Callable[..., Tensor], *inputs: Tensor) -> dict[str, Any]:
    """Whether a result that nobody holds is gone at once: a circle of references would keep it."""
    gc.disable()
    try:
        result = apply(*inputs)
        values, watch = result.detach().clone(), weakref.ref(result)
        del result
        return {"result": values, "gone when nobody holds it": watch() is None}
    finally:
        gc.enable()


@exercise(points=4)
def StraightThroughRound(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Rounding that lets gradients through."""
    x, half = draw.normal(3, 4), draw.integers(9, low=-7, high=8) / 4

    def step(value: float, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.tensor(value, device=draw.device, dtype=dtype)

    def returned(x_learns: bool, step_learns: bool) -> Any:
        """What `backward` hands to the engine, and what arrives."""
        one, other = draw.normal(4).requires_grad_(x_learns), step(0.3).requires_grad_(step_learns)
        u, v = draw.normal(4), draw.normal(4)
        y = candidate.apply(one, other)
        handed = y.grad_fn.apply(u)
        y.backward(v)
        return {"is None": [item is None for item in handed], "grads": [one.grad, other.grad]}

    def scaled(x: Tensor, size: Tensor) -> Tensor:
        return candidate.apply(x, size) * torch.arange(1, x.numel() + 1, device=x.device).view_as(x)

    def trained() -> Any:
        w, size, data, target = draw.normal(4).requires_grad_(), step(0.4), draw.normal(5, 4), draw.normal(5)
        loss = ((data @ candidate.apply(w, size.requires_grad_())) - target).square().mean()
        return [loss, *torch.autograd.grad(loss, [w, size])]

    def beside() -> Any:
        leaf, v = draw.normal(4).requires_grad_(), draw.normal(4)
        found = torch.autograd.grad(3 * leaf + candidate.apply(leaf, step(0.5)), leaf, v)
        return {"gradient": found, "what arrived, afterwards": v}

    yield "steps of a quarter", lambda: candidate.apply(x, step(0.25))
    yield "steps of 0.3", lambda: candidate.apply(3 * x, step(0.3))
    yield "halfway between two steps", lambda: candidate.apply(half, step(0.5))
    yield "one number", lambda: gradients(scaled, draw.normal(), step(0.3))
    yield "both gradients", lambda: gradients(scaled, x, step(0.3))
    yield "float64", lambda: gradients(scaled, x.double(), step(0.3, torch.float64))
    yield "not contiguous", lambda: gradients(lambda a, s: scaled(a.mT[::2], s), x, step(0.7))
    yield "only x learns", lambda: returned(True, False)
    yield "only the step learns", lambda: returned(False, True)
    yield "in a loss", trained
    yield "the inputs are left alone", lambda: with_arguments(candidate.apply, draw.normal(4), step(0.2))
    yield "the gradient that arrives is left alone", beside
    yield "the input is changed before the way back", lambda: _rounded_then_changed(candidate, draw, step(0.3))


def _rounded_then_changed(candidate: Any, draw: Draw, size: Tensor) -> dict[str, Any]:
    """The step's gradient, when somebody writes into `x` after the way there. A refusal is right too."""
    start, change, v = draw.normal(5), draw.normal(5), draw.normal(5)

    def gradient(changed: bool) -> Tensor:
        x, learned = start.clone(), size.clone().requires_grad_()
        y = candidate.apply(x, learned)
        if changed:
            x.mul_(change)
        return torch.autograd.grad(y, learned, v)[0]

    right = gradient(False)
    try:
        same = bool(torch.allclose(gradient(True), right, rtol=1e-4, atol=1e-6))
    except RuntimeError:
        same = True
    return {"gradient": right, "a wrong gradient after x was changed": not same}
