"""`greedy_translate`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.transformer._greedy_translate import Greedy, greedy_translate


def _wrong(name, sentence, keeps=0.5, **steps):
    """A mistake in one of the steps."""
    kind = type(name, (Greedy,), steps)

    def answer(model, source, length, start=1, end=None):
        return kind()(model, source, length, start, end)

    answer.__name__ = name
    mistake(greedy_translate, sentence, keeps)(answer)


_wrong(
    "first_place",
    "The scores are taken from the first place, so that they follow the mark every time. What comes next follows the "
    "last word: [:, -1].",
    word=lambda self, *inputs: self.scores(*inputs)[:, 0].argmax(-1),
)
_wrong(
    "last_word_alone",
    "Only the last word is handed to the decoder, and not all that has been written so far.",
    scores=lambda self, model, target, memory, source: model.decode(target[:, -1:], memory, source),
)
_wrong(
    "the_worst",
    "It is the word with the lowest score that is taken.",
    word=lambda self, *inputs: self.scores(*inputs)[:, -1].argmin(-1),
)
_wrong(
    "never_ends",
    "Rows that have written `end` go on talking. They should get 0 from then on.",
    keeps=0.9,
    end=lambda self, word, ended, end: (word, ended),
)
_wrong(
    "repeats_the_end",
    "Rows that have written `end` get it again and again. It comes once, and then 0.",
    keeps=0.9,
    end=lambda self, word, ended, end: (torch.where(ended, end or 0, word), ended | (word == end)),
)
_wrong(
    "loses_the_end",
    "The word `end` itself is lost: 0 stands in its place. A row is silent only after it.",
    keeps=0.9,
    end=lambda self, word, ended, end: (word.masked_fill(ended | (word == end), 0), ended | (word == end)),
)
_wrong(
    "one_too_long",
    "A row goes on for one word after `end`, before it is silent.",
    keeps=0.9,
    end=lambda self, word, ended, end: (
        word.masked_fill(ended == 2, 0),
        (ended.int() + ((word == end) | (ended > 0)).int()).clamp(max=2),
    ),
)
_wrong(
    "ends_all_at_once",
    "As soon as one row has written `end`, all are silent. Each row ends by itself.",
    keeps=0.9,
    end=lambda self, word, ended, end: (
        word.masked_fill(ended, 0),
        ended | bool((word.masked_fill(ended, 0) == end).any()),
    ),
)
_wrong(
    "stays_in_training",
    "A model that is training writes in that mode, so that numbers are dropped while it writes: model.eval() first.",
    prepare=lambda self, model: None,
)
_wrong(
    "never_put_back",
    "The model is left in evaluation mode, where it was in training. Put it back with model.train(…).",
    keeps=0.95,
    put_back=lambda self, model, training: None,
)
_wrong(
    "always_training",
    "The model is in training afterwards, although it was not before. Note its mode first, and put that back.",
    keeps=0.95,
    put_back=lambda self, model, training: model.train(),
)
_wrong(
    "without_the_mark",
    "The word that each row begins with is missing from the result.",
    result=lambda self, target: target[:, 1:],
)


@mistake(
    greedy_translate,
    "The word that each row begins with is always 1, whatever `start` says.",
    keeps=0.75,
)
def always_one(model, source, length, start=1, end=None):
    return Greedy()(model, source, length, 1, end)


@mistake(
    greedy_translate,
    "There is one word too few or too many: `length` words should come after the first one.",
)
def one_short(model, source, length, start=1, end=None):
    return Greedy()(model, source, max(0, length - 1), start, end)


@mistake(greedy_translate, "There is one word too many: `length` words should come after the first one.")
def one_long(model, source, length, start=1, end=None):
    return Greedy()(model, source, length + 1, start, end)


def _read_anew(self, model, target, memory, source):
    with torch.no_grad():
        return model.decode(target, model.encode(source), source)


_wrong(
    "reads_each_time",
    "The source is read anew for each word. It does not change: `encode` once, before the loop.",
    keeps=0.98,
    read=lambda self, model, source: None,
    scores=_read_anew,
)
_wrong(
    "reads_once_more",
    "The source is read before the first word, and then anew for each word. It does not "
    "change: `encode` once, before the loop.",
    keeps=0.98,
    scores=_read_anew,
)


@mistake(
    greedy_translate,
    "A graph is recorded while the model writes. With torch.no_grad() nothing is kept that nobody needs.",
    keeps=0.95,
)
def with_a_graph(model, source, length, start=1, end=None):
    class Recorded(Greedy):
        def read(self, model, source):
            return model.encode(source)

        def scores(self, model, target, memory, source):
            return model.decode(target, memory, source)

    return Recorded()(model, source, length, start, end)


@mistake(
    greedy_translate,
    "The words are drawn by their probabilities. Greedy decoding takes the one with the highest score.",
)
def sampled(model, source, length, start=1, end=None):
    class Drawn(Greedy):
        def word(self, *inputs):
            return torch.multinomial(self.scores(*inputs)[:, -1].softmax(-1), 1)[:, 0]

    return Drawn()(model, source, length, start, end)


@mistake(
    greedy_translate,
    "The loop stops when all rows have ended, and what comes back is shorter than 1 + length. Fill it up with 0.",
    keeps=0.95,
)
def stops_early(model, source, length, start=1, end=None):
    found = Greedy()(model, source, length, start, end)
    if end is None:
        return found
    last = max([row.index(end, 1) if end in row[1:] else length for row in found.tolist()], default=length)
    return found[:, : last + 1]


@mistake(
    greedy_translate,
    "A row that begins with `end` is silent at once. Only what has been written ends a row, not the word that it "
    "begins with.",
    keeps=0.95,
)
def ended_before_it_began(model, source, length, start=1, end=None):
    found = Greedy()(model, source, length, start, end)
    if start == end:
        found[:, 1:] = 0
    return found


@alternative(greedy_translate)
def all_words_again(model, source, length, start=1, end=None):
    """Into a table that is there from the beginning, and stops when all have ended."""
    mode = model.training
    model.eval()
    with torch.inference_mode():
        memory = model.encode(source)
        target = torch.zeros(len(source), 1 + length, dtype=torch.int64, device=source.device)
        target[:, 0] = start
        going = torch.ones(len(source), dtype=torch.bool, device=source.device)
        for place in range(1, 1 + length):
            best = model.decode(target[:, :place], memory, source)[:, -1].max(-1).indices
            target[going, place] = best[going]
            if end is not None:
                going = going & (best != end)
            if not bool(going.any()):
                break
    model.train(mode)
    return target.clone()


@alternative(greedy_translate)
def with_a_try(model, source, length, start=1, end=None):
    training = model.training
    try:
        return Greedy()(model.eval(), source, length, start, end)
    finally:
        model.train(training)


TWO = "the scores of the last place have two dimensions: the last one is number 1"
WORD = "word = model.decode(target, memory, source)[:, -1].argmax(-1).masked_fill(ended, 0)"
for after in ("argmax(+1)", "argmax(1)"):
    equivalent(greedy_translate, WORD, WORD.replace("argmax(-1)", after), TWO)
ONE = "the words have one dimension, so that the last new one is number 1"
APPENDED = "target = torch.cat([target, word.unsqueeze(-1)], dim=1)"
for after in ("unsqueeze(+1)", "unsqueeze(1)"):
    equivalent(greedy_translate, APPENDED, APPENDED.replace("unsqueeze(-1)", after), ONE)
equivalent(
    greedy_translate,
    "ended = ended | (word == end)",
    "ended = ended + (word == end)",
    "the sum of two booleans is True where one of them is",
)

for sentence, by in {
    "Lets a model write: each time the word with the highest score, with nothing but its own words to go on from.": [
        "a batch",
        "one text",
    ],
    "model: has `encode(source)`, which gives the memory, and `decode(target, memory, source)`, which gives scores, "
    "shape (batch, target, words).": ["a batch"],
    "It may be training; it writes in evaluation mode, and is put back.": [
        "a model in training",
        "a model that was evaluating",
        "while it writes",
    ],
    "source: shape (batch, source), int64.": ["a batch", "one text"],
    "length: how many words are written after the first one.": ["one word", "no word at all"],
    "start: the word that each row begins with.": ["another beginning"],
    "end: a row that has written it gets 0 from then on.": ["some have ended", "the beginning is the end"],
    "None: there is no such word.": ["a batch"],
    "What is written, shape (batch, 1 + length), int64.": ["a batch", "some have ended"],
    "`encode` is called once.": ["how often it reads"],
}.items():
    promised(greedy_translate, sentence, by=by)
