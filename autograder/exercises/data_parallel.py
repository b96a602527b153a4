"""What the exercises of `23_data_parallel` must show: values on every rank, what is sent, and when.

Where an answer talks to others it runs on real ranks. Starting them costs a tenth of a second, so one run shows several
things: `OnRanks` starts it when the first observation asks for it and remembers what came of it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data import DistributedSampler as TorchSampler

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments, with_random_state
from autograder.engine.ranks import RankFailed, counted_traffic, run_on_ranks

SECONDS = 10.0  # for one run of ranks; the right answers need a tenth of a second, on a busy machine a few
PATIENCE = timedelta(seconds=4)  # how long one rank waits for a word of another that may never come

WRAPPERS = (DistributedDataParallel, DataParallel)
USED = "torch's own wrappers"

Case = Callable[..., dict[str, Any]]


class OnRanks:
    """One run of ranks, started by the first observation that looks at it; an error is remembered too."""

    def __init__(self, draw: Draw, ranks: int, case: Case, candidate: Any, *arguments: Any) -> None:
        self.device, self.ranks = draw.device, ranks
        self.call = (case, candidate, *(placed(item, torch.device("cpu")) for item in arguments))
        self.values: list[dict[str, Any]] | None = None
        self.error: Exception | None = None

    def shown(self, *names: str) -> list[Any]:
        """What each rank shows under this name, rank 0 first; under several, a dict for each rank."""
        if self.values is None and self.error is None:
            self._run()
        if self.values is None:
            assert self.error is not None
            raise self.error
        found = [{name: value[name] for name in names} for value in self.values]
        return [placed(item if len(names) > 1 else item[names[0]], self.device) for item in found]

    def _run(self) -> None:
        try:
            self.values = [rank.value for rank in run_on_ranks(watched, *self.call, ranks=self.ranks, seconds=SECONDS)]
            for value in self.values:
                tell_watch(value.pop(USED))
        except RankFailed as error:
            self.error = told_apart(error)


def told_apart(error: RankFailed) -> Exception:
    """A blank is a blank on ranks too; and who waits for ever has another trouble than who raises."""
    if isinstance(error, NotImplementedError):
        return NotImplementedError()
    return TimeoutError(str(error)) if "did not end within" in str(error) else error


def watched(case: Case, *arguments: Any) -> dict[str, Any]:
    """On a rank: what the case shows, and which of torch's own wrappers have run in it."""
    used: list[type] = []

    def note(module: nn.Module, inputs: Any) -> None:
        used.extend(kind for kind in WRAPPERS if isinstance(module, kind) and kind not in used)

    handle = register_module_forward_pre_hook(note)
    shown = case(*arguments)
    handle.remove()
    return {**shown, USED: used}


def tell_watch(kinds: list[type]) -> None:
    """The watch over forbidden modules stands here, and not on the ranks: it sees an empty one of each kind run."""
    for kind in kinds:
        ghost: Any = nn.Module.__new__(kind)
        nn.Module.__init__(ghost)
        with suppress(AttributeError):
            ghost()


def placed(value: Any, device: torch.device) -> Any:
    """The same with every tensor on `device`: ranks of gloo compute on the CPU wherever the draws are."""
    if isinstance(value, Tensor):
        # A parameter stays one, and so does its place among tied ones.
        return value if value.device == device else value.detach().to(device)
    if isinstance(value, nn.Module):
        return value.to(device)
    if isinstance(value, dict):
        return {key: placed(item, device) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(placed(item, device) for item in value)
    return value


# --- scatter and gather ---------------------------------------------------------------------------------------------


def kinds(value: Any) -> Any:
    """The types of a nested structure as text: a snapshot cannot tell a tuple from a list."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(kinds, value)]
    return type(value).__name__


@exercise(points=1)
def scatter(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Cuts whatever a model is called with into one piece for each replica."""
    six, seven, five = draw.normal(6, 3), draw.normal(7, 2), draw.integers(5, 2, high=9)
    x, ids, deep, mask = draw.normal(5, 3), draw.integers(5, high=9), draw.normal(5, 2, 2), draw.mask(5, 4)

    def nested() -> Any:
        shared = object()
        pieces = candidate({"x": x, "more": [ids, (deep, 0.5)], "train": True, "mask": None, "it": shared}, 2)
        same = [piece.pop("it") is shared for piece in pieces]
        return {"pieces": pieces, "types": kinds(pieces), "the same object for each": same}

    def pair() -> Any:
        pieces = candidate((x, ids), 2)
        return {"pieces": pieces, "types": kinds(pieces)}

    yield "six rows for three", lambda: candidate(six, 3)
    yield "seven rows for three", lambda: candidate(seven, 3)
    yield "five rows for four: one goes without", lambda: candidate(five, 4)
    yield "one row for two", lambda: candidate(six[:1], 2)
    yield "a pair", pair
    yield "a dict with more inside", nested
    yield "settings only", lambda: candidate({"scale": 2.0, "empty": [], "name": "a"}, 3)
    yield "few rows and a setting", lambda: [candidate([mask, "a"], 4), candidate({"mask": mask, "name": "a"}, 4)]
    yield "a transposed batch", lambda: candidate(draw.normal(3, 4).T, 3)
    yield "gradients find the way back", lambda: gradients(lambda x: torch.cat([*candidate(x, 2)][::-1]), x)
    yield "what is cut stays whole", lambda: with_arguments(candidate, [x, {"ids": ids}], 2)


@exercise(points=1)
def gather(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Lays together what the replicas return."""
    parts = [draw.normal(size, 3) for size in (3, 3, 1)]
    losses = [draw.normal() for _ in parts]
    ids = [draw.integers(size, high=9) for size in (3, 3, 1)]

    def nested() -> Any:
        outputs = [
            {"logits": part, "loss": loss, "layers": (part * 2, [part + 1]), "cache": None}
            for part, loss in zip(parts, losses, strict=True)
        ]
        whole = candidate(outputs)
        return {"whole": whole, "types": kinds(whole)}

    def pair() -> Any:
        whole = candidate(list(zip(parts, ids, strict=True)))
        return {"whole": whole, "types": kinds(whole)}

    yield "three parts of unequal length", lambda: candidate(parts)
    yield "one part", lambda: candidate(parts[:1])
    yield "whole numbers", lambda: candidate(ids)
    yield "double precision", lambda: candidate([draw.normal(size, 2, dtype=torch.float64) for size in (2, 1)])
    yield "a loss each", lambda: candidate(losses)
    yield "pairs", pair
    yield "a dict with more inside", nested
    yield "gradients find the way back", lambda: gradients(lambda *parts: candidate(list(parts)), *parts)
    yield "to each its own loss's gradient", lambda: gradients(lambda *parts: candidate(list(parts)), *losses)
    yield "the parts stay as they are", lambda: with_arguments(candidate, [{"x": part} for part in parts])


# --- collectives ----------------------------------------------------------------------------------------------------


def _reduced(candidate: Any, inputs: dict[str, list[Tensor]]) -> dict[str, Any]:
    """The sum of each input, and what was sent for it."""
    shown: dict[str, Any] = {}
    for name, tensors in inputs.items():
        mine = tensors[dist.get_rank()]
        with counted_traffic() as traffic:
            candidate(mine)
        calls = [call for call in traffic.calls if call.name != "recv"]
        # One observation: the sum is worth nothing where a collective has made it.
        shown[name] = {"sum": mine, "made of": sorted({call.name for call in calls})}
        shown[f"{name}: traffic"] = {"calls": len(calls), "bytes": traffic.sent}
        shown[f"{name}: neighbours"] = len({call.peer for call in calls})
        shown[f"{name}: numbers sent"] = traffic.sent // mine.element_size()
    return shown


@exercise(
    points=3,
    seconds=30,
    without=[
        dist.all_reduce, dist.reduce, dist.reduce_scatter, dist.reduce_scatter_tensor, dist.all_gather,
        dist.all_gather_into_tensor, dist.gather, dist.broadcast, dist.all_to_all, dist.all_gather_object,
    ],
)  # fmt: skip
def ring_all_reduce(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The sum over all ranks, of which each sends 2(n-1)/n."""

    def each(ranks: int, *shape: int, **options: Any) -> list[Tensor]:
        return [draw.normal(*shape, **options) for _ in range(ranks)]

    four = OnRanks(draw, 4, _reduced, candidate, {
        "twelve": each(4, 12), "seven": each(4, 7), "matrix": each(4, 2, 3, 4), "two": each(4, 2), "one": each(4, 1),
        "transposed": [item.T for item in each(4, 4, 3)], "whole": [draw.integers(9, high=99) for _ in range(4)],
        "double": each(4, 5, dtype=torch.float64), "half": each(4, 6, dtype=torch.bfloat16),
    })  # fmt: skip
    alone = OnRanks(draw, 1, _reduced, candidate, {"alone": each(1, 5)})

    yield "twelve numbers on four ranks", lambda: four.shown("twelve")
    yield (
        "each rank sends 2(n-1)/n of the data, to one neighbour",
        lambda: four.shown("twelve: traffic", "twelve: neighbours", "matrix: traffic"),
    )
    yield "seven numbers on four ranks", lambda: four.shown("seven")
    yield "a block of three dimensions", lambda: four.shown("matrix")
    yield "fewer numbers than ranks", lambda: four.shown("two", "one")
    yield "a transposed matrix", lambda: four.shown("transposed")
    yield "whole numbers", lambda: four.shown("whole")
    yield "double precision", lambda: four.shown("double")
    yield "bfloat16", lambda: four.shown("half")
    yield "a rank alone, too", lambda: [*four.shown("twelve"), *alone.shown("alone", "alone: traffic")]
    yield "no padding travels", lambda: {
        "all ranks together": sum(four.shown("seven: numbers sent")), "sums": four.shown("seven")
    }  # fmt: skip


class Tied(nn.Module):
    """Embedding and decoder share their weight; a buffer that is saved, one that is not, and whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(7, 4)
        self.body = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.decoder = nn.Linear(4, 7)
        self.decoder.weight = self.table.weight
        self.register_buffer("clock", torch.zeros(3), persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        return self.decoder(self.body(self.table(ids)))


def state_of(model: nn.Module) -> dict[str, Tensor]:
    """Every parameter and buffer, those that are not saved too; copies."""
    named = [*model.named_parameters(remove_duplicate=False), *model.named_buffers()]
    return {name: item.detach().clone() for name, item in named}


def start_elsewhere(model: nn.Module) -> None:
    """What a seed of its own does to a rank: every parameter and buffer is another one."""
    with torch.no_grad():
        for item in [*model.parameters(), *model.buffers()]:
            item.add_(dist.get_rank() + 1)


def _broadcast(candidate: Any, models: dict[str, tuple[nn.Module, dict[str, Any]]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, (model, options) in models.items():
        start_elsewhere(model)
        objects = {key: id(item) for key, item in model.named_parameters(remove_duplicate=False)}
        candidate(model, **options)
        after = dict(model.named_parameters(remove_duplicate=False))
        shown[name] = state_of(model)
        shown[f"{name}: objects"] = {
            "the same parameters": [id(after.get(key)) == before for key, before in objects.items()],
            "learning": [item.requires_grad for item in after.values()],
            "leaves": [item.is_leaf for item in after.values()],
            "training": model.training,
        }
    return shown


@exercise(points=1, seconds=30)
def broadcast_parameters(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Every rank starts from one rank's model."""
    frozen, double = draw.fill_(Tied()), draw.fill_(nn.Linear(3, 2).double())
    frozen.body.requires_grad_(False)
    models: dict[str, Any] = {
        "plain": (draw.fill_(nn.Linear(4, 3)), {}),
        "tied": (draw.fill_(Tied()), {}),
        "other": (draw.fill_(Tied()).eval(), {"source": 1}),
        "frozen": (frozen, {"source": 2}),
        "double": (double, {}),
    }
    run = OnRanks(draw, 3, _broadcast, candidate, models)

    def part(name: str, *keys: str) -> list[Any]:
        return [{key: state[key] for key in keys} for state in run.shown(name)]

    yield "a linear layer", lambda: run.shown("plain")
    yield "parameters, two of them tied", lambda: part("tied", "table.weight", "decoder.weight", "body.1.weight")
    yield "buffers", lambda: part("tied", "body.1.running_mean", "body.1.num_batches_tracked")
    yield "a buffer that is not saved", lambda: part("tied", "clock")
    yield "another source", lambda: run.shown("other")
    yield "frozen layers", lambda: part("frozen", "body.0.weight", "body.1.bias", "decoder.bias")
    yield "double precision", lambda: run.shown("double")
    yield "the parameters stay the same objects", lambda: [
        run.shown("tied", "tied: objects"), run.shown("frozen: objects", "other: objects"),
    ]  # fmt: skip


# --- replicas that learn together -----------------------------------------------------------------------------------


class Net(nn.Module):
    """Two layers and batch statistics; `scale` comes by name."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(5, 4)
        self.norm = nn.BatchNorm1d(4)
        self.last = nn.Linear(4, 2)

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        return scale * self.last(torch.tanh(self.norm(self.first(x))))


class Heads(nn.Module):
    """Three heads of equal size, of which each call uses one; written in another order than they run in."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(4, 2) for _ in range(3)])
        self.body = nn.Linear(5, 4)

    def forward(self, x: Tensor, head: int) -> Tensor:
        return self.heads[head](torch.tanh(self.body(x)))


def _learn(wrap: Callable[[nn.Module], Any], model: nn.Module, batches: list[Any], loss_of: Any) -> dict[str, Any]:
    """Trains on this rank's batches; what the model holds at first and after every step."""
    start_elsewhere(model)
    wrapped = wrap(model)
    start, steps = state_of(model), []
    learning = [item for item in model.parameters() if item.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.1, momentum=0.9, weight_decay=0.1)
    for batch in batches:
        optimizer.zero_grad()
        loss_of(wrapped, *batch).backward()
        wrapped.sync()
        optimizer.step()
        steps.append({name: item.detach().clone() for name, item in model.named_parameters()})
    grads = {name: item.grad for name, item in model.named_parameters()}
    return {"start": start, "steps": steps, "gradients of the last step": grads}


def mean_loss(model: Any, x: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(model(x, scale=0.5), y)


def weighted_loss(model: Any, x: Tensor, y: Tensor, share: float) -> Tensor:
    """Its mean over the ranks is the mean over all rows, however many this rank has."""
    return F.mse_loss(model(x), y) * share


def token_loss(model: Any, ids: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(model(ids), y)


def head_loss(model: Any, x: Tensor, y: Tensor, head: int) -> Tensor:
    return F.mse_loss(model(x, head), y)


LOSSES = {"plain": mean_loss, "uneven": weighted_loss, "tied": token_loss, "frozen": mean_loss, "heads": head_loss}


def _learns(candidate: Any, cases: dict[str, tuple[nn.Module, list[Any]]], *options: Any) -> dict[str, Any]:
    return {
        name: _learn(lambda model: candidate(model, *options), model, batches[dist.get_rank()], LOSSES[name])
        for name, (model, batches) in cases.items()
    }


def plain_cases(draw: Draw, ranks: int = 3) -> dict[str, Any]:
    """A model that learns three steps, and one whose ranks get 3, 2 and 4 rows."""
    double = {"dtype": torch.float64}
    batches = [[(draw.normal(4, 5, **double), draw.normal(4, 2, **double)) for _ in range(3)] for _ in range(ranks)]
    rows = [3, 2, 4][:ranks]
    uneven = [
        [(draw.normal(size, 5, **double), draw.normal(size, 2, **double), size * ranks / sum(rows)) for _ in range(2)]
        for size in rows
    ]
    return {
        "plain": (draw.fill_(Net().double()), batches),
        "uneven": (draw.fill_(nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)).double()), uneven),
    }


def odd_cases(draw: Draw, ranks: int = 2) -> dict[str, Any]:
    """Tied weights, a frozen layer, and heads of which a rank uses one."""
    frozen = draw.fill_(Net())
    frozen.first.requires_grad_(False)
    ids = [[(draw.integers(6, high=7), draw.integers(6, high=7)) for _ in range(2)] for _ in range(ranks)]
    rows = [[(draw.normal(4, 5), draw.normal(4, 2)) for _ in range(2)] for _ in range(ranks)]
    heads = [[(draw.normal(4, 5), draw.normal(4, 2), head) for head in (rank, 1)] for rank in range(ranks)]
    return {
        "tied": (draw.fill_(Tied()), ids),
        "frozen": (frozen, rows),
        "heads": (draw.fill_(Heads()), heads),
    }


def _outside(candidate: Any, model: nn.Module, x: Tensor, *options: Any) -> dict[str, Any]:
    """What the wrapper is as a module."""
    wrapped = candidate(model, *options)
    modes = [wrapped.eval().training, model.training, wrapped.train().training, model.training]
    return {
        "outside": {
            "is a module": isinstance(wrapped, nn.Module),
            "holds the model itself": wrapped.module is model,
            "modes": modes,
            "parameters": sorted(name for name, _ in wrapped.named_parameters()),
            "result": wrapped(x, scale=3.0),
        }
    }


def _odd(candidate: Any, cases: Any, model: nn.Module, x: Tensor, *options: Any) -> dict[str, Any]:
    return {**_learns(candidate, cases, *options), **_outside(candidate, model, x, *options)}


def _observed(plain: OnRanks, odd: OnRanks) -> Iterator[tuple[str, Thunk]]:
    """What both wrappers must show."""

    def steps(run: OnRanks, name: str, key: str = "steps") -> list[Any]:
        return [value[key] for value in run.shown(name)]

    def heads(step: int, *names: str) -> list[Any]:
        return [{name: value[step][f"{name}.weight"] for name in names} for value in steps(odd, "heads")]

    yield (
        "all ranks start from rank 0, buffers too",
        lambda: [steps(plain, "plain", "start"), steps(odd, "tied", "start")],
    )
    yield "every parameter after each of three steps", lambda: steps(plain, "plain")
    yield "ranks with 3, 2 and 4 rows", lambda: steps(plain, "uneven")
    yield "tied weights", lambda: steps(odd, "tied")
    yield (
        "a frozen layer",
        lambda: [
            {"steps": value["steps"], "gradients": value["gradients of the last step"]} for value in odd.shown("frozen")
        ],
    )
    yield "heads that one rank uses", lambda: heads(0, "heads.0", "heads.1", "body")
    yield "a head that no rank uses", lambda: [heads(1, "heads.2"), steps(odd, "heads", "gradients of the last step")]


@exercise(points=2, without=WRAPPERS, seconds=60)
def NaiveDDP(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A wrapper whose `sync` gives every rank the mean gradient."""
    plain = OnRanks(draw, 3, _learns, candidate, plain_cases(draw))
    odd = OnRanks(draw, 2, _odd, candidate, odd_cases(draw), draw.fill_(Net()), draw.normal(4, 5))
    yield from _observed(plain, odd)
    yield "outside it is a module like any other", lambda: odd.shown("outside")


def _overlap(candidate: Any, model: nn.Sequential, x: Tensor, bucket_bytes: Sequence[int]) -> dict[str, Any]:
    """How many bytes each all-reduce has taken when the gradient has arrived at each layer's output."""
    models = {limit: copy.deepcopy(model) for limit in bucket_bytes}
    return {str(limit): _launched(candidate(own, limit), own, x) for limit, own in models.items()}


def _launched(wrapped: Any, model: nn.Sequential, x: Tensor) -> dict[str, Any]:
    seen: list[Any] = []
    with counted_traffic() as traffic:

        def look(*_: Any) -> None:
            seen.append([call.sent for call in traffic.of("all_reduce")])

        def watch(layer: nn.Module, inputs: Any, output: Tensor) -> None:
            output.register_hook(look)

        for layer in model.children():
            if isinstance(layer, nn.Linear):
                layer.register_forward_hook(watch)
        wrapped(x).square().mean().backward()
        left = sum(call.sent for call in traffic.of("all_reduce"))
        wrapped.sync()
    return {"layer by layer": seen, "all before sync": left >= sum(item.nbytes for item in model.parameters())}


def _late(candidate: Any, model: nn.Sequential, x: Tensor, bucket_bytes: int) -> dict[str, Any]:
    """Whether rank 0 gets through its layers while rank 1 has not begun its backward pass."""
    store, first = dist.distributed_c10d._get_default_store(), dist.get_rank() == 0
    wrapped = candidate(model, bucket_bytes)
    if first:
        # The gradient at the first layer's output: by then the other layers' buckets are on their way.
        model[0].register_full_backward_pre_hook(lambda *_: store.set("through", "yes"))
    result = wrapped(x)
    heard = first or _heard(store)
    result.square().mean().backward()
    wrapped.sync()
    return {"late": {"heard": heard, "gradients": [item.grad for item in model.parameters()]}}


def _heard(store: dist.Store) -> bool:
    """Whether rank 0 says in time that it got through: a wait that ends, where an exchange would hang."""
    try:
        store.wait(["through"], PATIENCE)
    except RuntimeError:  # what a store says when the time is up
        return False
    return True


def _in_time(candidate: Any, model: nn.Sequential, x: Tensor, bucket_bytes: Sequence[int]) -> dict[str, Any]:
    return {
        **_overlap(candidate, model, x, bucket_bytes),
        **_late(candidate, model, x, 50),
    }


@exercise(points=3, without=WRAPPERS, seconds=60)
def BucketedDDP(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Gradients travel in buckets while the backward pass goes on."""
    plain = OnRanks(draw, 3, _learns, candidate, plain_cases(draw), 100)
    odd = OnRanks(draw, 2, _odd, candidate, odd_cases(draw), draw.fill_(Net()), draw.normal(4, 5), 40)
    deep = nn.Sequential(
        nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2)
    )
    x = draw.normal(3, 4)
    when = OnRanks(draw, 2, _in_time, candidate, draw.fill_(deep), x, [1, 50, 85, 96, 97, 10_000])

    yield from _observed(plain, odd)
    yield "what has left when the gradient reaches each layer: 50 bytes a bucket", lambda: when.shown("50")
    yield "a bucket for every parameter, and one for all", lambda: when.shown("1", "10000")
    yield "buckets that are full to the byte", lambda: when.shown("85", "96", "97")
    yield "the backward pass does not wait for late ranks", lambda: when.shown("late")
    yield "outside it is a module like any other", lambda: odd.shown("outside")


# --- data and numbers -----------------------------------------------------------------------------------------------


@exercise(points=2, without=[TorchSampler])
def DistributedSampler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Which examples each rank reads in each epoch."""

    def read(length: int, ranks: int, epochs: int = 1, **options: Any) -> Any:
        samplers = [candidate(range(length), ranks, rank, **options) for rank in range(ranks)]
        found = []
        for epoch in range(epochs):
            for sampler in samplers:
                sampler.set_epoch(epoch)
            found.append([list(map(int, sampler)) for sampler in samplers])
        return {"examples": found, "lengths": [len(sampler) for sampler in samplers]}

    seed = draw.integer(1, 1000)
    yield "twelve examples in order", lambda: read(12, 3, shuffle=False)
    yield "ten examples in order: two are read twice", lambda: read(10, 3, shuffle=False)
    yield "ten examples, the rest dropped", lambda: read(10, 4, shuffle=False, drop_last=True)
    yield "two examples for five ranks", lambda: read(2, 5, shuffle=False)
    yield "shuffled, three epochs", lambda: read(11, 3, epochs=3)
    yield "shuffled, the rest dropped", lambda: read(11, 4, epochs=2, drop_last=True)
    yield "two seeds", lambda: [read(9, 2, epochs=2, seed=seed), read(9, 2, epochs=2, seed=seed + 1)]

    def twice() -> Any:
        sampler = candidate(list("abcdefg"), 2, 1)
        return [list(sampler), list(sampler), sampler.set_epoch(5), list(sampler)]

    def loader() -> Any:
        examples = draw.normal(7, 2)
        sampler = candidate(examples, 2, 0, drop_last=True)
        return [batch for _ in range(2) for batch in DataLoader(TensorDataset(examples), batch_size=2, sampler=sampler)]

    yield "the same epoch is the same order", twice
    yield "in a DataLoader", loader
    yield "the random stream is left alone", lambda: with_random_state(lambda: list(candidate(range(8), 2, 1)))


def two_layers() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))


def _accumulated(candidate: Any, model: nn.Module, cases: dict[str, list[Any]]) -> dict[str, Any]:
    """Gradients, traffic and forward passes of one call for each case."""
    wrapped = DistributedDataParallel(model)
    shown: dict[str, Any] = {}
    rows: list[int] = []
    model.register_forward_pre_hook(lambda module, inputs: rows.append(len(inputs[0])))
    for name, batches in cases.items():
        rows.clear()
        with counted_traffic() as traffic:
            loss = candidate(wrapped, batches[dist.get_rank()], F.mse_loss)
        shown[name] = {
            "gradients": [item.grad.clone() for item in model.parameters() if item.grad is not None],
            "forward passes": list(rows),
        }
        shown[f"{name}: loss"] = float(loss)
        calls = traffic.of("all_reduce")
        shown[f"{name}: traffic"] = {"all-reduces": len(calls), "bytes": sum(call.sent for call in calls)}
        shown[f"{name}: afterwards"] = wrapped.require_backward_grad_sync
    return shown


@exercise(points=2, seconds=30)
def accumulate_gradients(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Many small batches, one exchange."""

    def batches(*rows: int) -> list[Any]:
        return [[(draw.normal(size, 4), draw.normal(size, 2)) for size in rows] for _ in range(2)]

    cases = {"four": batches(3, 3, 3, 3), "one": batches(5), "uneven": batches(4, 4, 1), "again": batches(2, 2)}
    run = OnRanks(draw, 2, _accumulated, candidate, draw.fill_(two_layers()), cases)
    yield "four batches of three rows", lambda: run.shown("four")
    yield "the ranks exchange gradients once", lambda: run.shown("four: traffic", "uneven: traffic")
    yield "a single batch", lambda: run.shown("one", "one: traffic")
    yield "a last batch of one row", lambda: run.shown("uneven")
    yield "each rank's own mean loss", lambda: run.shown("four: loss", "one: loss", "uneven: loss")
    yield "gradients of an earlier step do not count", lambda: run.shown("again")
    yield "afterwards every backward pass exchanges again", lambda: run.shown("four", "four: afterwards")


def _metrics(candidate: Any, cases: dict[str, list[tuple[dict[str, float], int]]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, given in cases.items():
        metrics, count = given[dist.get_rank()]
        before = dict(metrics)
        with counted_traffic() as traffic:
            result = candidate(metrics, count)
        kinds = {type(value).__name__ for value in result.values()}
        shown[name] = {"result": dict(sorted(result.items())), "types": sorted(kinds)}
        shown[f"{name}: calls"] = len(traffic.calls)
        shown[f"{name}: left alone"] = list(before) == list(metrics)
    return shown


@exercise(points=1, seconds=30)
def all_reduce_metrics(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Means over all examples of all ranks."""
    losses = [round(draw.integer(1, 1000) / 100, 2) for _ in range(9)]
    hits = [draw.integer(1, 100) / 128 for _ in range(9)]

    def given(counts: Sequence[int], at: int = 0) -> list[tuple[dict[str, float], int]]:
        return [({"loss": losses[at + i], "accuracy": hits[at + i]}, count) for i, count in enumerate(counts)]

    swapped = [({"b": losses[0], "a": hits[0], "c": 1.0}, 4), ({"a": hits[1], "c": 2.0, "b": losses[1]}, 2)]
    swapped.append(({"c": 3.0, "b": losses[2], "a": hits[2]}, 3))
    empty = [({"loss": losses[3]}, 5), ({"loss": float("nan")}, 0), ({"loss": losses[4]}, 3)]
    run = OnRanks(draw, 3, _metrics, candidate, {
        "even": given((8, 8, 8)), "uneven": given((8, 8, 1), 3), "swapped": swapped, "empty": empty,
        "many": [({"rate": value}, count) for value, count in ((1.0, 2**24), (0.0, 1), (1.0, 2**24))],
    })  # fmt: skip
    nobody = OnRanks(draw, 2, _metrics, candidate, {
        "nobody": [({"loss": float("nan")}, 0)] * 2, "one": [({"loss": loss}, 3) for loss in losses[:2]],
    })  # fmt: skip
    yield "ranks with equally many examples", lambda: run.shown("even")
    yield "a rank with a single example", lambda: run.shown("uneven")
    yield "names in another order", lambda: run.shown("swapped")
    yield "a rank without examples", lambda: run.shown("empty")
    yield "no examples at all", lambda: nobody.shown("nobody", "one")
    yield (
        "tens of millions of examples",
        lambda: [{"errors": round(2**25 * (1 - value["result"]["rate"]), 3)} for value in run.shown("many")],
    )
    yield (
        "one exchange, and the metrics stay as they are",
        lambda: run.shown("uneven", "even: calls", "uneven: calls", "uneven: left alone"),
    )
