"""`continuing_pages`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def continuing_pages(words, batch, page):
    """Word by word."""
    text = words.tolist()
    pages = 0
    while batch * (pages + 1) * page + 1 <= len(text):
        pages += 1
    found = []
    for number in range(pages):
        starts = [strip * pages * page + number * page for strip in range(batch)]
        both = ([[text[start + step + later] for step in range(page)] for start in starts] for later in (0, 1))
        found.append(tuple(torch.tensor(rows, device=words.device) for rows in both))
    return found


def cut(inputs, targets, page):
    """Strips, (batch, words), into pages."""
    return [
        (inputs[:, at : at + page], targets[:, at : at + page]) for at in range(0, inputs.shape[1] - page + 1, page)
    ]


def count(words, batch, page):
    return (len(words) - 1) // (batch * page)


def strips(words, batch, page):
    """Strips of inputs and of targets."""
    pages = count(words, batch, page)
    size = batch * pages * page
    return words[:size].reshape(batch, pages * page), words[1 : size + 1].reshape(batch, pages * page)


@mistake(
    continuing_pages,
    "No row goes on where it ended: the pages are dealt out row by row, so that the next page of the text lies in the "
    "next row of the same batch. Cut the text into strips first, `reshape(batch, …)`.",
)
def deals_out(words, batch, page):
    pages = count(words, batch, page)
    size = batch * pages * page
    both = (part.reshape(pages, batch, page) for part in (words[:size], words[1 : size + 1]))
    return list(zip(*both, strict=True))


@mistake(
    continuing_pages,
    "The last target of each page is the first word of the same page, as `roll` brings it round. It is the first word "
    "of the page that comes next.",
)
def rolls_each_page(words, batch, page):
    inputs, _ = strips(words, batch, page)
    return [(each, each.roll(-1, dims=-1)) for each, _ in cut(inputs, inputs, page)]


@mistake(
    continuing_pages,
    "Neither bug is mended: rows do not go on where they ended, and the last target of a page is the page's own first "
    "word.",
)
def as_found(words, batch, page):
    size = count(words, batch, page) * batch * page
    return [(rows, rows.roll(-1, dims=-1)) for rows in words[:size].reshape(-1, batch, page)]


@mistake(
    continuing_pages,
    "The last target of each strip is the first word of the same strip, or of the text, as after `roll`. What follows "
    "the last word of a strip is the first word of the next one.",
)
def rolls_each_strip(words, batch, page):
    inputs, _ = strips(words, batch, page)
    return cut(inputs, inputs.roll(-1, dims=-1), page)


@mistake(
    continuing_pages,
    "The very last target is the first word of the text: nothing comes after the last word, so it cannot be an input. "
    "Count the pages from one word less.",
    keeps=0.9,
)
def rolls_the_text(words, batch, page):
    pages = len(words) // (batch * page)
    size = batch * pages * page
    inputs = words[:size].reshape(batch, pages * page)
    return cut(inputs, words.roll(-1)[:size].reshape(batch, pages * page), page)


@mistake(continuing_pages, "The targets are the inputs themselves. A target is the word that comes next.")
def targets_are_inputs(words, batch, page):
    inputs, _ = strips(words, batch, page)
    return cut(inputs, inputs, page)


@mistake(continuing_pages, "The targets are the words before. A target is the word that comes next.")
def the_word_before(words, batch, page):
    inputs, targets = strips(words, batch, page)
    return [(y, x) for x, y in cut(inputs, targets, page)]


@mistake(continuing_pages, "The targets are two words ahead. A target is the very next word.")
def two_ahead(words, batch, page):
    inputs, targets = strips(words, batch, page)
    return cut(inputs, words.roll(-2)[: targets.numel()].reshape(targets.shape), page)


@mistake(
    continuing_pages,
    "Neighbouring words lie in neighbouring rows, as when the text is laid out column by column: a row reads every so "
    "many words. Each row reads on without a gap.",
)
def column_by_column(words, batch, page):
    pages = count(words, batch, page)
    size = batch * pages * page
    both = (part.reshape(pages * page, batch).T for part in (words[:size], words[1 : size + 1]))
    return cut(*both, page)


@mistake(
    continuing_pages,
    "Batches have the shape (page, batch), as some older code has them. Here a row is a strip: (batch, page).",
)
def turned(words, batch, page):
    return [(x.T, y.T) for x, y in continuing_pages(words, batch, page)]


@mistake(
    continuing_pages,
    "Each strip is cut at its own last page, so the strips are longer than their pages, and what lies between them is "
    "never read. First count the pages that fit, then make the strips just so long.",
    keeps=0.9,
)
def longer_strips(words, batch, page):
    length = (len(words) - 1) // batch
    both = (words[later : batch * length + later].reshape(batch, length) for later in (0, 1))
    return cut(*both, page)


@mistake(
    continuing_pages,
    "A last page that is too short is handed out as well. All pages have the same number of words; what is left over "
    "is not used.",
    keeps=0.9,
)
def a_short_page(words, batch, page):
    length = (len(words) - 1) // batch
    inputs, targets = (words[later : batch * length + later].reshape(batch, length) for later in (0, 1))
    return [(inputs[:, at : at + page], targets[:, at : at + page]) for at in range(0, length, page)]


@mistake(continuing_pages, "The last page is missing.", keeps=0.8)
def loses_the_last(words, batch, page):
    return continuing_pages(words, batch, page)[:-1]


@mistake(
    continuing_pages,
    "Pages overlap: each begins one word after the one before it, and not where that ended.",
)
def overlap(words, batch, page):
    inputs, targets = strips(words, batch, page)
    return [(inputs[:, at : at + page], targets[:, at : at + page]) for at in range(max(0, inputs.shape[1] - page + 1))]


@mistake(
    continuing_pages,
    "Where the text ends exactly with a page, its last word has no word after it, and a target is missing. Count the "
    "pages that fit into one word less.",
    keeps=0.9,
)
def a_target_short(words, batch, page):
    pages = len(words) // (batch * page)
    size = batch * pages * page
    return cut(*(part.reshape(batch, pages * page) for part in (words[:size], words[1 : size + 1])), page)


@alternative(continuing_pages)
def by_split(words, batch, page):
    inputs, targets = strips(words, batch, page)
    if inputs.shape[1] == 0:
        return []
    return list(zip(inputs.split(page, dim=1), targets.split(page, dim=1), strict=True))


@alternative(continuing_pages)
def by_four_dimensions(words, batch, page):
    pages = (len(words) - 1) // (batch * page)
    size = batch * pages * page
    inputs, targets = (
        (words[later : size + later].view(batch, pages, page) for later in (0, 1))
        if (words.is_contiguous())
        else (words.clone()[later : size + later].view(batch, pages, page) for later in (0, 1))
    )
    return [(inputs[:, number], targets[:, number]) for number in range(pages)]


for sentence, by in {
    "Cuts one long text into batches that a memory can follow: each row goes on where it ended in the batch before.": [
        "one row down all batches",
        "the inputs of a text",
    ],
    "words: a text, shape (words,), int64.": ["every second word", "the inputs of a text"],
    "batch: into how many strips it is cut, one behind the other, all of the same length; row n is strip n.": [
        "one row down all batches",
        "a single strip",
    ],
    "page: words in each row of a batch.": ["pages of one word", "the inputs of a text"],
    "As many pages as possible, such that each word has a word after it; what is left over at the end of "
    "the text is not used.": [
        "a text of exactly so many words",
        "nearly another page",
        "and of one more",
    ],
    "For each page inputs and targets, both of shape (batch, page).": ["the inputs of a text", "the targets of a text"],
    "A target is the word that comes next in the text.": ["where one page ends", "the targets of a text"],
}.items():
    promised(continuing_pages, sentence, by=by)
