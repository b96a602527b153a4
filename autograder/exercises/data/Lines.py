"""What `Lines` must show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.data._shared import text_of

ITEMS = Idea("item i is text i, as a tensor of whole numbers", weight=2, point=True)
LAZY = Idea("a text is read and encoded when it is asked for", weight=2, point=True)
EXACT = Idea("large numbers stay what they are", weight=1)
ENDS = Idea("indices at the ends, and beyond them", weight=3)


class Shelf(Sequence[str]):
    """A sequence of texts that notes which of them is taken out, and hands out no slices."""

    def __init__(self, texts: list[str]) -> None:
        self.texts, self.taken = texts, []  # type: ignore[var-annotated]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: Any) -> Any:
        text = self.texts[index]
        self.taken.append(text)
        return text


def encode(text: str) -> list[int]:
    """The first word is 0, so that a number may be falsy."""
    return [ord(word[0]) - ord("a") for word in text.split()]


def encode_far(text: str) -> list[int]:
    """Odd numbers that no floating-point number can hold."""
    return [2**53 + 1 + 2 * number for number in encode(text)]


@exercise(points=1)
def Lines(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Texts, each encoded when it is asked for."""
    count, other = draw.sizes(2, 4, 9)
    yield "every item", lambda: _items(draw, candidate(_texts(draw, count), encode), draw.shuffled(range(count))), ITEMS
    yield "how many", lambda: [len(candidate(_texts(draw, n), encode)) for n in (count, other, 0)], ITEMS
    yield "texts without words, and of one", lambda: _short(candidate, draw), ITEMS
    yield "two datasets at once", lambda: _interleaved(candidate, draw, count, other), ITEMS
    yield "counted from the end", lambda: _items(draw, candidate(_texts(draw, count), encode), range(-count, 0)), ENDS
    yield "beyond the ends", lambda: _beyond(candidate, draw, count), ENDS
    yield "a for loop ends", lambda: _looped(candidate, draw, count), ENDS
    yield "read when asked for", lambda: _read(candidate, draw, count), LAZY
    yield "encoded when asked for", lambda: _encoded(candidate, draw, count), LAZY
    yield "large numbers", lambda: _items(draw, candidate(_texts(draw, count), encode_far), range(count)), EXACT
    yield "in a DataLoader", lambda: _loaded(candidate, draw, count)
    yield "called by names", lambda: _by_names(candidate, draw, count)
    yield "the docstring's example", lambda: _example(candidate, draw)


def _texts(draw: Draw, count: int) -> list[str]:
    return [text_of(draw, draw.integer(1, 7)) for _ in range(count)]


def _items(draw: Draw, dataset: Any, indices: Iterable[int]) -> list[Any]:
    return _at_home(draw, (dataset[index] for index in indices))


def _at_home(draw: Draw, items: Iterable[Any]) -> list[Any]:
    """A dataset makes its items on the CPU, wherever the draws are; there they are compared."""
    return [item.to(draw.device) if isinstance(item, Tensor) else item for item in items]


def _looped(candidate: Any, draw: Draw, count: int) -> list[Any]:
    return _at_home(draw, islice(iter(candidate(_texts(draw, count), encode)), 2 * count))


def _loaded(candidate: Any, draw: Draw, count: int) -> list[Any]:
    return _at_home(draw, DataLoader(candidate(_texts(draw, count), encode), batch_size=None))


def _by_names(candidate: Any, draw: Draw, count: int) -> list[Any]:
    return _items(draw, candidate(encode=encode, texts=tuple(_texts(draw, count))), [1])


def _short(candidate: Any, draw: Draw) -> list[Any]:
    texts = draw.shuffled(["", text_of(draw, 1), "", text_of(draw, 3), "apple"])
    return _items(draw, candidate(texts, encode), range(5))


def _interleaved(candidate: Any, draw: Draw, count: int, other: int) -> list[Any]:
    one, two = candidate(_texts(draw, count), encode), candidate(_texts(draw, other), encode)
    return _at_home(draw, [one[1], two[1], len(one), len(two), one[2], two[0]])


def _beyond(candidate: Any, draw: Draw, count: int) -> dict[str, Any]:
    dataset = candidate(_texts(draw, count), encode)
    places = {"the number of texts": count, "one more": count + 1, "too far from the end": -count - 1}
    shown = {name: refusal(IndexError, dataset.__getitem__, place) for name, place in places.items()}
    return shown | {"the last one": _items(draw, dataset, [count - 1])}


def _read(candidate: Any, draw: Draw, count: int) -> dict[str, Any]:
    """Which texts were taken from a shelf, after the dataset was made and after two were asked for."""
    shelf = Shelf(_texts(draw, count))
    dataset = candidate(shelf, encode)
    made = list(shelf.taken)
    size = len(dataset)
    asked = _items(draw, dataset, draw.shuffled(range(count))[:2])
    return {"texts read to make it": made, "how many": size, "items": asked, "texts read for two": list(shelf.taken)}


def _encoded(candidate: Any, draw: Draw, count: int) -> dict[str, Any]:
    """How often each text is encoded, by an encoder that never gives the same twice, as one that augments."""
    calls: list[str] = []

    def augmenting(text: str) -> list[int]:
        calls.append(text)
        return [len(calls), *encode(text)]

    dataset = candidate(_texts(draw, count), augmenting)
    place = draw.integer(0, count)
    items = _items(draw, dataset, [place, place - count, place])
    return {"items": items, "texts encoded": calls}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other texts."""
    shown = []
    for texts in (["a cat", "a"], [text_of(draw, 4), text_of(draw, 2)]):
        lines = candidate(texts, lambda text: [len(word) for word in text.split()])
        shown.append([len(lines), *_items(draw, lines, [0, -1])])
    return shown
