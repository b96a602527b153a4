"""Texts in the colours of their tokens."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from helpers.marked import Marked
from helpers.style import RED, SKY, YELLOW
from helpers.suspects import lineup_of
from helpers.vocabularies import tokenizer_of

Span = tuple[str, int, int]
"""A token, and the first character of the text that it stands for, and the first one behind it."""

COLOURS = (SKY, YELLOW)  # by turns; dark letters can be read on all of them
UNKNOWN = RED
TWINS = ("caf\u00e9", "cafe\u0301")  # they look the same


def library_spans(name: str) -> Callable[[str], list[Span]]:
    """For a text the tokens of the library's tokenizer, without special ones, and where they come from."""

    def spans(text: str) -> list[Span]:
        made = tokenizer_of(name)(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        tokens = tokenizer_of(name).convert_ids_to_tokens(made["input_ids"])
        return [(token, *place) for token, place in zip(tokens, made["offset_mapping"], strict=True)]

    return spans


def in_colours(texts: Sequence[str], ways: Mapping[str, Callable[[str], Iterable[Span]]]) -> Marked:
    """Each text in the colours of its tokens, once for each way of cutting it; [UNK] is red."""
    lines = []
    for text in texts:
        for name, way in ways.items():
            spans = list(way(text))
            lines.append(([name, *counts(spans)], coloured(text, spans)))
    return Marked(lines)


def code_in_colours(code: str, spans: Iterable[Span], name: str) -> Marked:
    """Lines of code in the colours of its tokens."""
    pieces = coloured(code, list(spans))
    rows: list[list[tuple[str, str]]] = [[]]
    for text, colour in pieces:
        first, *others = text.split("\n")
        rows[-1].append((first, colour))
        rows += [[(other, colour)] for other in others]
    return Marked([([], row) for row in rows if any(text for text, _ in row)], f"{name}: {', '.join(counts(spans))}")


def body_of(function: Callable[..., Any]) -> str:
    """The code of a function below its docstring, without the marks of a solved notebook."""
    _, begun, body = inspect.getsource(function).partition('"""')
    code = body.partition('"""')[2] if begun else inspect.getsource(function)
    return "\n".join(line for line in code.split("\n") if line.strip() and not line.endswith(" SOLUTION"))


def counts(spans: Iterable[Span]) -> tuple[str, str]:
    """How many tokens there are, and how many of them are [UNK]."""
    tokens = [token for token, *_ in spans]
    return f"{len(tokens)} tokens", f"{tokens.count('[UNK]')} unknown"


def coloured(text: str, spans: Sequence[Span]) -> list[tuple[str, str]]:
    """The text in pieces with a colour each, none for what belongs to no token.

    Where two tokens come from the same character, it is drawn once.
    """
    pieces, at = [], 0
    for number, (token, start, end) in enumerate(spans):
        start = max(start, at)
        if end <= start:
            continue
        pieces.append((text[at:start], ""))
        pieces.append((text[start:end], UNKNOWN if token == "[UNK]" else COLOURS[number % 2]))
        at = end
    return [piece for piece in [*pieces, (text[at:], "")] if piece[0]]


def as_tokens(tokens: Sequence[str], numbers: Sequence[int]) -> Marked:
    """Tokens in a row, each with a colour, and below it their numbers."""
    shown = [(token, UNKNOWN if token == "[UNK]" else COLOURS[place % 2]) for place, token in enumerate(tokens)]
    row = [piece for each in shown for piece in (each, (" ", ""))]
    unknown = list(tokens).count("[UNK]")
    return Marked([(["tokens"], row), (["numbers"], [(" ".join(map(str, numbers)), "")])],
        f"{len(tokens)} tokens, {unknown} unknown")  # fmt: skip


def lineup(texts: tuple[str, str]) -> Marked:
    """What the library makes of two texts, and below it what each suspect makes of them."""
    made = {name: make(*texts) for name, make in lineup_of("tokenizer_counterexample").items()}
    right = made["the library"]
    return Marked([([name], _against(tokens, right)) for name, tokens in made.items()])


def _against(tokens: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Tokens of the second type in brackets; red: the library has another one at this place, or one more (a dash)."""
    pieces: list[tuple[str, str]] = []
    for place, (token, kind) in enumerate(tokens):
        same = place < len(right) and list(right[place]) == [token, kind]
        pieces += [(token if kind == "0" else f"({token})", "" if same else UNKNOWN), (" ", "")]
    return pieces + [("–", UNKNOWN), (" ", "")] * (len(right) - len(tokens))
