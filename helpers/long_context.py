"""The log of a lighthouse, readers that see it page by page, and pictures of what they remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

import torch
from matplotlib.patches import Rectangle
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.style import CYCLE, GREEN, GREY, INK, RED, WIDTH, Picture, style

KEEPERS = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")
REMARKS = ("fog", "calm", "rain", "gale", "ship", "gulls", "tide", "snow", "clear", "lamp")
WORDS = (*KEEPERS, *REMARKS)
PAGE = 8  # lines
LONGEST_WATCH = 48  # lines, the name among them
PAGES = 6  # of a log that is learned from
SIZE, HEADS, INNER = 32, 2, 64
WIDER = 16  # hidden numbers more for a reader without relative distances, so that both have equally many weights
RATE, BATCH, LOGS = 4e-3, 32, 384
Attend = Callable[..., Tensor]
Remember = Callable[[Tensor | None, Tensor, int], Tensor]
Memory = list[Tensor] | None


class Log(NamedTuple):
    """Some logs, each of shape (log, line)."""

    words: Tensor
    keeper: Tensor
    """Who has the watch: an index of `KEEPERS`."""
    ago: Tensor
    """How many lines ago that was written."""


def logs(count: int, lines: int, seed: int) -> Log:
    """Watches of 1 to 48 lines. Each begins with the keeper's name, and then come remarks."""
    stream = torch.Generator().manual_seed(seed)
    words = torch.randint(len(KEEPERS), len(WORDS), (count, lines), generator=stream)
    keeper, ago = torch.zeros_like(words), torch.zeros_like(words)
    for row in range(count):
        at = 0
        while at < lines:
            until = min(lines, at + int(torch.randint(1, LONGEST_WATCH + 1, (), generator=stream)))
            name = torch.randint(len(KEEPERS), (), generator=stream)
            words[row, at] = keeper[row, at:until] = name
            ago[row, at:until] = torch.arange(until - at)
            at = until
    return Log(words, keeper, ago)


def from_far_to_near(keys: int, width: int, like: Tensor) -> Tensor:
    """Sinusoids for the distances keys − 1, …, 1, 0, shape (keys, width)."""
    distance = torch.arange(keys - 1, -1, -1, device=like.device, dtype=like.dtype)[:, None]
    turned = distance * 10_000 ** (-torch.arange(0, width, 2, device=like.device, dtype=like.dtype) / width)
    return torch.stack([turned.sin(), turned.cos()], dim=-1).flatten(1)


def _heads(x: Tensor) -> Tensor:
    """From (..., line, width) to (..., head, line, width / heads)."""
    return x.unflatten(-1, (HEADS, -1)).transpose(-2, -3)


class Layer(nn.Module):
    """One layer of a reader: attention to the page and to the memory, then a feed-forward network."""

    def __init__(self, attend: Attend | None) -> None:
        super().__init__()
        self.attend = attend
        inner = INNER + (WIDER if attend is None else 0)
        self.query, self.key, self.value, self.out = (nn.Linear(SIZE, SIZE, bias=False) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(SIZE), nn.LayerNorm(SIZE)
        self.feed = nn.Sequential(nn.Linear(SIZE, inner), nn.ReLU(), nn.Linear(inner, SIZE))
        if attend is not None:
            self.distance = nn.Linear(SIZE, SIZE, bias=False)
            self.content_bias, self.position_bias = (
                nn.Parameter(torch.zeros(HEADS, 1, SIZE // HEADS)) for _ in range(2)
            )

    def forward(self, x: Tensor, memory: Tensor | None) -> Tensor:
        seen = x if memory is None else torch.cat([memory, x], dim=1)
        query, key, value = _heads(self.query(x)), _heads(self.key(seen)), _heads(self.value(seen))
        if self.attend is None:
            lines = x.shape[1]
            allowed = torch.ones(lines, seen.shape[1], dtype=torch.bool).tril(seen.shape[1] - lines)
            found = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        else:
            far = _heads(self.distance(from_far_to_near(seen.shape[1], SIZE, x)))
            found = self.attend(query, key, value, far, self.content_bias, self.position_bias)
        x = self.norm1(x + self.out(found.transpose(-2, -3).flatten(-2)))
        return self.norm2(x + self.feed(x))


class Reader(nn.Module):
    """Says for each line of a page who has the watch.

    Args:
        layers: how many.
        memory: how many hidden states each layer remembers.
        attend: attention by distance. Without it, each line of a page has a vector of its own, added to the word's.
        remember: from a memory, hidden states and a length to the next memory.
        make: makes a layer that knows distances; without it, this file's own.
    """

    def __init__(
        self,
        layers: int,
        memory: int = 0,
        attend: Attend | None = None,
        remember: Remember | None = None,
        make: Callable[[], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        self.memory, self.remember = memory, remember
        self.table = nn.Embedding(len(WORDS), SIZE)
        self.lines = nn.Parameter(torch.randn(PAGE, SIZE)) if attend is None and make is None else None
        self.layers = nn.ModuleList([make() if make else Layer(attend) for _ in range(layers)])
        self.last = nn.Linear(SIZE, len(KEEPERS))

    def forward(self, words: Tensor, memories: Memory) -> tuple[Tensor, Memory]:
        """Scores, shape (log, line, keeper), and what each layer remembers from now on."""
        x = self.table(words)
        x = x if self.lines is None else x + self.lines[: words.shape[1]]
        after = []
        for number, layer in enumerate(self.layers):
            before = None if memories is None else memories[number]
            if self.remember is not None and self.memory:
                after.append(self.remember(before, x, self.memory))
            x = layer(x, before)
        return self.last(x), after or None


def read(reader: Reader, words: Tensor) -> Tensor:
    """The scores for whole logs, read page by page: shape (log, line, keeper)."""
    scores, memories = [], None
    for page in words.split(PAGE, dim=1):
        found, memories = reader(page, memories)
        scores.append(found)
    return torch.cat(scores, dim=1)


def train(reader: Reader, rounds: int = 60) -> Reader:
    """Learns from logs of six pages: after each page, one step of AdamW. The rate rises and falls again."""
    data, stream = logs(LOGS, PAGES * PAGE, seed=1), torch.Generator().manual_seed(2)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=rounds * PAGES)
    for _ in range(rounds):
        rows, memories = torch.randint(LOGS, (BATCH,), generator=stream), None
        for words, keeper in zip(data.words[rows].split(PAGE, 1), data.keeper[rows].split(PAGE, 1), strict=True):
            scores, memories = reader(words, memories)
            optimizer.zero_grad()
            F.cross_entropy(scores.flatten(0, 1), keeper.flatten()).backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return reader


@cache
def trained(layers: int, memory: int = 0, **parts: Any) -> Reader:
    """A reader that has learned; `parts` as of `Reader`, and who asks for the same again gets the same."""
    torch.manual_seed(0)
    return train(Reader(layers, memory, **parts))


@torch.no_grad()
def share_right(reader: Reader, log: Log, most: int = 44) -> list[float]:
    """The share of right answers, in %, for each number of lines since the name below `most`; longer ones are rare."""
    right = (read(reader, log.words).argmax(-1) == log.keeper).double()
    return [100 * float(right[log.ago == ago].mean()) for ago in range(most)]


def two_names(log: Log) -> Tensor:
    """The lines whose watch began on their page, while the page before has a name further down: shape (log, line)."""
    lines = torch.arange(log.words.shape[1])
    start = lines - log.ago  # where the name stands
    page, before = lines // PAGE * PAGE, torch.arange(-PAGE, 0)
    older = (page[:, None] + before).clamp(min=0)  # the lines of the page before
    further = older % PAGE > (start % PAGE).unsqueeze(-1)
    named = (log.words < len(KEEPERS))[:, older]
    return (start >= page) & (page > 0) & (named & further).any(-1)


@torch.no_grad()
def share_of(reader: Reader, log: Log, which: Tensor) -> float:
    """The share of right answers at the lines that are chosen, in %."""
    return 100 * float((read(reader, log.words).argmax(-1) == log.keeper)[which].double().mean())


def graph_sizes(remember: Remember, pages: int = 6) -> list[int]:
    """How many steps of a computation `backward` would go back through, for the loss of each page."""
    torch.manual_seed(0)
    log, reader, memories, sizes = logs(2, pages * PAGE, seed=4), Reader(2, PAGE, remember=remember), None, []
    for words, keeper in zip(log.words.split(PAGE, 1), log.keeper.split(PAGE, 1), strict=True):
        scores, memories = reader(words, memories)
        loss = F.cross_entropy(scores.flatten(0, 1), keeper.flatten())
        waiting, seen = [loss.grad_fn], set()
        while waiting:
            node = waiting.pop()
            if node is not None and node not in seen:
                seen.add(node)
                waiting += [before for before, _ in node.next_functions]
        sizes.append(len(seen))
    return sizes


@torch.no_grad()
def opening(reader: Reader, log: Log, which: int, lines: int = 32) -> Picture:
    """One log: what is written, whose watch it is, and what the reader says, line by line."""
    said = read(reader, log.words[which : which + 1, :lines]).argmax(-1)[0]
    with style():
        figure = Picture(figsize=(WIDTH, 2.5))
        axis = figure.subplots()
        for line in range(lines):
            true, guess = int(log.keeper[which, line]), int(said[line])
            axis.text(line, 2, WORDS[int(log.words[which, line])], rotation=60, ha="center", va="bottom", fontsize=9)
            for height, name in ((1, true), (0, guess)):
                axis.add_patch(Rectangle((line - 0.46, height), 0.92, 0.85, color=CYCLE[name], alpha=0.35))
                colour = INK if height else (GREEN if true == guess else RED)
                axis.text(line, height + 0.42, KEEPERS[name][0], ha="center", va="center", fontsize=8, color=colour)
        for edge in range(0, lines + 1, PAGE):
            axis.plot([edge - 0.5] * 2, [-0.2, 3.4], color=GREY, linewidth=1.5)
        axis.set(xlim=(-0.7, lines - 0.3), ylim=(-0.3, 3.5), xticks=[], yticks=[0.42, 1.42, 2.4])
        axis.set_yticklabels(["it says", "has the watch", "the log"])
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    return figure


def staircase(shares: Mapping[str, list[float]], beside: float = 100 / len(KEEPERS)) -> Picture:
    """The share of right answers over the lines since the name; one curve a reader, and a line for guessing."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.2))
        axis = figure.subplots()
        for number, (name, share) in enumerate(shares.items()):
            dash = ("-", "--", "-.", ":")[number % 4]
            axis.plot(range(len(share)), share, dash, color=CYCLE[number % len(CYCLE)], linewidth=2, label=name)
        axis.axhline(beside, color=GREY, linestyle=":")
        longest = max(map(len, shares.values()))
        axis.annotate("guessing", (longest - 1, beside - 9), color=INK, fontsize=9, ha="right")
        axis.set(xlabel="lines since the name was written", ylabel="right, %", ylim=(0, 105))
        axis.set_xticks(range(0, longest + 1, PAGE))
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    return figure


@torch.no_grad()
def reached(reader: Reader, lines: int) -> list[bool]:
    """For each line of a log, whether another word there changes anything about the answer at the last line."""
    words = (torch.arange(lines) % len(WORDS)).repeat(lines + 1, 1)  # the log, and a copy for each line
    words[1:].diagonal().add_(1).remainder_(len(WORDS))
    answers = read(deepcopy(reader).double(), words)[:, -1]
    return (answers[1:] != answers[0]).any(dim=-1).tolist()


def reach(layers: int, memory: int, line: int, attend: Attend, remember: Remember) -> Picture:
    """Which of 64 lines can change the answer at line `line` of the last page, with weights as they come."""
    torch.manual_seed(0)
    lines = 7 * PAGE + line
    found = reached(Reader(layers, memory, attend, remember), lines)
    far = found[::-1].index(False) - 1 if False in found else lines - 1
    with style():
        figure = Picture(figsize=(WIDTH, 1.5))
        axis = figure.subplots()
        for number, yes in enumerate(found):
            axis.add_patch(
                Rectangle((number - 0.45, 0), 0.9, 1, color=CYCLE[0] if yes else GREY, alpha=1 if yes else 0.25)
            )
        for edge in range(0, 8 * PAGE + 1, PAGE):
            axis.plot([edge - 0.5] * 2, [-0.3, 1.3], color=GREY, linewidth=1.5)
        axis.set(xlim=(-1, 8 * PAGE), ylim=(-0.4, 1.4), yticks=[], xlabel="line of the log")
        axis.set_title(f"the answer at the last line reaches {far} lines back")
        axis.spines[:].set_visible(False)
    return figure
