"""What `ResumableLoader` must show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from torch.utils.data import default_collate

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream
from autograder.exercises.data._shared import Counted, drawn_between

ORDER = Idea("a new order in every epoch, from seed + epoch", weight=2, point=True)
RESUMED = Idea("after loading comes exactly what was left", weight=4, point=True)
STATE = Idea("the state is a few plain numbers, and stays what it was", weight=2)
ASKED = Idea("items are asked for by whole numbers", weight=0.5)
AGAIN = Idea("what could not be fetched comes in the next loop", weight=1)
MANY = 100  # characters of a state: a few numbers and their names stay below


class Failing(Counted):
    """The item that is fetched at this place cannot be read, and can a moment later."""

    def __init__(self, items: list[int], place: int) -> None:
        super().__init__(items)
        self.place = place

    def __getitem__(self, index: int) -> int:
        item = super().__getitem__(index)
        if len(self.fetched) == self.place + 1:
            raise OSError("the disk did not answer")
        return item


@exercise(points=3)
def ResumableLoader(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A loader that can be resumed in the middle of an epoch."""
    size, times, seed = draw.integer(2, 5), draw.integer(3, 6), draw.integer(1, 1000)
    whole, odd = size * times, size * times + draw.integer(1, size)
    stop = draw.integer(1, times - 1)

    def made(items: Any, **options: Any) -> Any:
        return candidate(items, size, **{"collate": list, "seed": seed} | options)

    def resumed(stop: int, n: int = odd, epoch: int = 0) -> list[Any]:
        """What a new loader gives, in this epoch and the next, after the state of one that was stopped."""
        items = _items(draw, n)
        first, second = made(items), made(items)
        for _ in range(epoch):
            _epoch(first)
        running = iter(first)
        begun = [next(running) for _ in range(stop)]
        second.load_state_dict(json.loads(json.dumps(first.state_dict())))
        return [begun, _epoch(second), _epoch(second)]

    def kept() -> list[Any]:
        """A state that was saved does not move while the loader goes on, nor while another loads it."""
        items = _items(draw, odd)
        loader, other = made(items), made(items)
        running = iter(loader)
        next(running)
        state = loader.state_dict()
        next(running)
        other.load_state_dict(state)
        rests = [_epoch(other)]
        other.load_state_dict(state)
        return [*rests, _epoch(other), list(running)]

    def used() -> list[Any]:
        """Into a loader that stands in the middle of another epoch by now, and back into the one that was saved."""
        items = _items(draw, odd)
        loader, other = made(items), made(items)
        for _ in range(2):
            _epoch(other)
        next(iter(other))
        next(iter(loader))
        state = loader.state_dict()
        for each in (other, loader):
            _epoch(each)
            next(iter(each))
            each.load_state_dict(state)
        return [_epoch(other), _epoch(loader)]

    def while_running() -> dict[str, Any]:
        """The state after each batch, as a loader resumes from it."""
        items = _items(draw, odd)
        loader, rests = made(items), []
        for _ in loader:
            other = made(items)
            other.load_state_dict(loader.state_dict())
            rests.append(next(iter(other)))
        return {"the next batch after each": rests}

    def plain() -> dict[str, Any]:
        items = _items(draw, 40 * size)
        loader = made(items)
        shown = _epoch(loader)[:2]
        next(iter(loader))
        return {"batches": shown, "its characters as JSON, in hundreds": len(json.dumps(loader.state_dict())) // MANY}

    def fetched() -> dict[str, Any]:
        """Which items are fetched for what is left."""
        items = Counted(_items(draw, odd))
        first, second = made(items), made(items)
        for _ in islice(first, stop):
            pass
        items.fetched.clear()
        second.load_state_dict(first.state_dict())
        return {"the rest": _epoch(second), "items fetched for it": items.fetched}

    def epochs(n: int, **options: Any) -> list[Any]:
        loader = made(_items(draw, n), **options)
        return [_epoch(loader) for _ in range(3)]

    def failed() -> list[Any]:
        """Of a dataset that cannot give one item the first time, until it fails; then on again."""
        loader, begun = made(Failing(_items(draw, odd), stop * size + draw.integer(0, size))), []
        with suppress(OSError):
            for batch in loader:
                begun.append(batch)
        return [begun, _epoch(loader), _epoch(loader)]

    def undisturbed() -> list[Any]:
        return drawn_between(made(_items(draw, odd)), odd)

    yield "an epoch", lambda: _epoch(made(_items(draw, whole))), ORDER
    yield "three epochs", lambda: epochs(odd), ORDER
    yield "two seeds", lambda: [epochs(odd, seed=0), epochs(odd, seed=seed + 1)], ORDER
    yield "resumed in the middle", lambda: resumed(stop), RESUMED
    yield "resumed in a later epoch", lambda: resumed(stop, epoch=2), RESUMED
    yield "resumed before the first batch", lambda: [resumed(0), resumed(0, epoch=1)], RESUMED
    yield "resumed before the last batch", lambda: resumed(times, epoch=1), RESUMED
    yield "resumed after the last batch", lambda: [resumed(times, whole), resumed(times + 1, odd, 1)], RESUMED
    yield "the state after each batch", while_running, RESUMED
    yield "into a loader that was used", used, RESUMED
    yield "a break, and on again", lambda: _broken(made(_items(draw, odd)), stop), RESUMED
    yield "a state stays what it was", kept, STATE
    yield "a few plain numbers", plain, STATE
    yield "nothing is fetched twice", fetched, STATE
    yield "an item that fails once", failed, AGAIN
    yield "items that lie in a dict", lambda: _epoch(made(dict(enumerate(_items(draw, odd))))), ASKED
    yield "collated", lambda: next(iter(candidate(draw.normal(odd, 2), size, default_collate)))
    yield "by names", lambda: _epoch(candidate(seed=seed, collate=sum, batch_size=size, dataset=_items(draw, odd)))
    yield "the random stream is left alone", lambda: beside_stream(undisturbed, seed)


def _items(draw: Draw, n: int) -> list[int]:
    return [int(item) for item in 100 + draw.permutation(n)]


def _epoch(loader: Any) -> list[Any]:
    """One `for` loop; it may go on without end."""
    return list(islice(loader, 500))


def _broken(loader: Any, stop: int) -> list[Any]:
    """A loop that is left early, and two more."""
    begun = []
    for batch in loader:
        begun.append(batch)
        if len(begun) == stop:
            break
    return [begun, _epoch(loader), _epoch(loader)]
