"""`update_memory`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def update_memory(memory, hidden, length):
    """Line by line: a list that loses its oldest entry whenever it is too long."""
    kept = [] if memory is None else [line.detach() for line in memory.unbind(-2)]
    for line in hidden.unbind(-2):
        kept.append(line.detach())
    while len(kept) > length:
        kept.pop(0)
    return torch.stack(kept, dim=-2) if kept else hidden.detach()[..., :0, :].clone()


def joined(memory, hidden, dim=-2):
    return hidden if memory is None else torch.cat([memory, hidden], dim=dim)


def newest(seen, length):
    return seen[..., max(0, seen.shape[-2] - length) :, :]


@mistake(
    update_memory,
    "What was remembered before is gone: only the page just read stays. The memory comes first, then the page, and of "
    "both together the newest stay.",
)
def forgets_the_old(memory, hidden, length):
    return newest(hidden, length).detach().clone()


@mistake(
    update_memory,
    "What is remembered still has a graph. The next page's backward would go on through it, back into this page, and "
    "from there to the beginning of the book: `.detach()`.",
)
def keeps_the_graph(memory, hidden, length):
    return newest(joined(memory, hidden), length).clone()


@mistake(
    update_memory,
    "The graph of the old memory is still there. Whatever is remembered should be cut off from it: detach both "
    "together, after they have been joined.",
)
def detaches_the_page_only(memory, hidden, length):
    return newest(joined(memory, hidden.detach()), length).clone()


@mistake(
    update_memory,
    "The graph of the page is still there, where that of the old memory is cut off. The page is what has to be "
    "detached above all: it was just computed.",
)
def detaches_the_memory_only(memory, hidden, length):
    return newest(joined(None if memory is None else memory.detach(), hidden), length).clone()


@mistake(
    update_memory,
    "With a length of 0 everything stays: −0 is 0, and `seen[..., -0:, :]` begins at the first line. Count from the "
    "front, `seen.shape[-2] - length`, or ask for 0 first.",
    keeps=0.95,
)
def minus_nothing(memory, hidden, length):
    return joined(memory, hidden)[..., -length:, :].detach().clone()


@mistake(
    update_memory,
    "The page comes before the memory. What was read earlier stands first: the order of the lines is that of the log.",
)
def page_first(memory, hidden, length):
    seen = hidden if memory is None else torch.cat([hidden, memory], dim=-2)
    return newest(seen, length).detach().clone()


@mistake(update_memory, "The oldest hidden states stay and the newest are dropped. It should be the other way round.")
def keeps_the_oldest(memory, hidden, length):
    return joined(memory, hidden)[..., :length, :].detach().clone()


@mistake(
    update_memory,
    "The memory grows with each page: nothing is ever dropped. Of both together only the newest `length` stay.",
)
def never_forgets(memory, hidden, length):
    return joined(memory, hidden).detach().clone()


@mistake(
    update_memory,
    "Lines are joined or counted along the wrong dimension when there is no batch, or one dimension more. They lie "
    "along the last but one: −2, whatever comes before it.",
)
def dimension_one(memory, hidden, length):
    seen = joined(memory, hidden, dim=1)
    return seen[:, max(0, seen.shape[1] - length) :].detach().clone()


@mistake(
    update_memory,
    "Memory and page are joined along the first dimension, which is that of the logs if there are several. Lines lie "
    "along the last but one: −2.",
)
def along_the_batch(memory, hidden, length):
    seen = joined(memory, hidden, dim=0)
    return seen[max(0, seen.shape[0] - length) :].detach().clone()


@mistake(
    update_memory,
    "It is right with one log of shape (lines, width), or so it seems: the slice is taken along the first dimension. "
    "Lines lie along the last but one, `seen[..., start:, :]`.",
)
def slices_the_batch(memory, hidden, length):
    seen = joined(memory, hidden)
    return seen[max(0, len(seen) - length) :].detach().clone()


@mistake(
    update_memory,
    "Memory and page are joined along their width. They belong one behind the other, as lines: dimension −2.",
)
def along_the_width(memory, hidden, length):
    return newest(joined(memory, hidden, dim=-1), length).detach().clone()


@mistake(update_memory, "On the first page there is no memory yet: it is None, and cannot be joined to anything.")
def needs_a_memory(memory, hidden, length):
    return newest(torch.cat([memory, hidden], dim=-2), length).detach().clone()


@mistake(
    update_memory,
    "After the first page the memory shares its numbers with `hidden`: `.detach()` and slices are views. Who writes "
    "into `hidden` later rewrites the past: `.clone()`.",
    keeps=0.95,
)
def a_view(memory, hidden, length):
    return newest(joined(memory, hidden), length).detach()


@mistake(
    update_memory,
    "The hidden states themselves lose their graph, as with `detach_()`, so that this page cannot be learned from any "
    "more. `.detach()` makes a tensor without a graph and leaves the old one as it is.",
)
def in_place(memory, hidden, length):
    return newest(joined(memory, hidden.detach_()), length).detach().clone()


@mistake(
    update_memory,
    "One line too few stays.",
)
def one_too_few(memory, hidden, length):
    return newest(joined(memory, hidden), max(0, length - 1)).detach().clone()


@mistake(update_memory, "One line too many stays.")
def one_too_many(memory, hidden, length):
    return newest(joined(memory, hidden), length + 1).detach().clone()


@mistake(
    update_memory,
    "While there are fewer hidden states than `length`, the memory is filled up with zeros. To attention a line of "
    "zeros is a line like any other; keep what there is.",
    keeps=0.8,
)
def fills_up(memory, hidden, length):
    kept = newest(joined(memory, hidden), length).detach().clone()
    empty = kept.new_zeros(*kept.shape[:-2], length - kept.shape[-2], kept.shape[-1])
    return torch.cat([empty, kept], dim=-2)


@mistake(
    update_memory,
    "`length` lines of the old memory stay, and the whole page beside them, so it becomes longer than `length`. Join "
    "first, then cut.",
)
def cuts_the_old_only(memory, hidden, length):
    return joined(None if memory is None else newest(memory, length), hidden).detach().clone()


@mistake(
    update_memory,
    "While there are fewer hidden states than `length`, some of them are lost: the slice begins below 0, and Python "
    "counts that from the end. Begin at 0 at least, `max(0, …)`.",
)
def begins_below_zero(memory, hidden, length):
    seen = joined(memory, hidden)
    return seen[..., seen.shape[-2] - length :, :].detach().clone()


@mistake(
    update_memory,
    "With no batch, or with one dimension more, the wrong lines stay: how many there are is read off dimension 1, "
    "which is the width then, or the heads. It is `shape[-2]`.",
)
def counts_dimension_one(memory, hidden, length):
    seen = joined(memory, hidden)
    return seen[..., max(0, seen.shape[1] - length) :, :].detach().clone()


@alternative(update_memory)
def under_no_grad(memory, hidden, length):
    with torch.no_grad():
        seen = hidden.clone() if memory is None else torch.cat([memory, hidden], dim=-2)
        return seen.narrow(-2, max(0, seen.shape[-2] - length), min(length, seen.shape[-2])).clone()


@alternative(update_memory)
def asks_for_zero(memory, hidden, length):
    parts = [part.detach() for part in (memory, hidden) if part is not None]
    seen = torch.cat(parts, dim=-2)
    return seen[..., seen.shape[-2] :, :] if length == 0 else seen[..., -length:, :]


for sentence, by in {
    "What a layer remembers: the newest hidden states of all that it has read, without their graph.": [
        "page after page",
        "hidden states with a graph",
    ],
    "memory: what it has remembered so far, shape (..., kept, width), dtype of `hidden`; None before the first page.": [
        "the first page",
        "no batch",
        "logs and heads",
    ],
    "hidden: the hidden states of the page just read, shape (..., lines, width).": ["no batch", "logs and heads"],
    "length: how many to keep, 0 or more.": ["nothing is to be remembered", "a memory that has become too long"],
    "The newest of both, oldest first, shape (..., min(length, kept + lines), width), dtype of `hidden`.": [
        "a memory longer than a page",
        "two pages do not fill it",
        "float64 and bfloat16",
    ],
    "A tensor of its own: what is written into `hidden` later does not reach it.": [
        "what is written into the page later",
    ],
}.items():
    promised(update_memory, sentence, by=by)
