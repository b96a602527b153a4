"""What goes wrong with the sentences, and with chance, in `next_sentence_pairs`."""

import random
from itertools import pairwise

from autograder.references import mistake
from autograder.references.pretraining._next_sentence_pairs import elsewhere, full, next_sentence_pairs, steps, toss


@mistake(
    next_sentence_pairs,
    "Each document gives one pair, from its first two sentences. Every sentence that another one follows begins a "
    "pair.",
)
def one_pair_for_a_document(documents, generator):
    return steps(documents, generator, firsts=lambda text: range(min(1, len(text) - 1)) if text else [])


@mistake(
    next_sentence_pairs,
    "A sentence is paired with itself and called 0. Its second part is the one that follows.",
)
def paired_with_itself(documents, generator):
    pairs = steps(documents, generator)
    return [(first, second if label else first, label) for first, second, label in pairs]


@mistake(
    next_sentence_pairs,
    "Sentences are paired off, the first with the second, the third with the fourth. Every sentence that another one "
    "follows begins a pair.",
)
def two_by_two(documents, generator):
    return steps(documents, generator, firsts=lambda text: range(0, len(text) - 1, 2))


@mistake(
    next_sentence_pairs,
    "Last sentences, which nothing follows, begin pairs as well. They should not.",
)
def last_sentences_too(documents, generator):
    def lengthened(text):
        return [*text, text[0]] if text else []

    if len(full(documents)) < 2:
        raise ValueError("there is nobody to draw from")
    pairs = []
    for own, text in enumerate(documents):
        for first, second in zip(text, lengthened(text)[1:], strict=False):
            far = toss(generator)
            pairs.append((first, elsewhere(documents, own, generator) if far else second, int(far)))
    return pairs


@mistake(
    next_sentence_pairs,
    "Two sentences of neighbouring documents are taken for a pair that follows: all sentences were joined into one "
    "list. A document ends where it ends.",
)
def across_documents(documents, generator):
    if len(full(documents)) < 2:
        raise ValueError("there is nobody to draw from")
    lines = [(own, line) for own, text in enumerate(documents) for line in text]
    pairs = []
    for (own, first), (_, second) in pairwise(lines):
        far = toss(generator)
        pairs.append((first, elsewhere(documents, own, generator) if far else second, int(far)))
    return pairs


@mistake(
    next_sentence_pairs,
    "A sentence is looked up by its text: where the same one occurs twice in a document, what follows the first of "
    "them is taken for both.",
    keeps=0.8,
)
def by_its_text(documents, generator):
    if len(full(documents)) < 2:
        raise ValueError("there is nobody to draw from")
    pairs = []
    for own, text in enumerate(documents):
        for sentence in text[:-1]:
            far = toss(generator)
            second = elsewhere(documents, own, generator) if far else text[text.index(sentence) + 1]
            pairs.append((sentence, second, int(far)))
    return pairs


@mistake(
    next_sentence_pairs,
    "The random numbers do not come from the generator: Python's own stream moves instead, and the same seed gives "
    "other pairs. `generator.random()` and `generator.choice(…)` draw from it.",
    keeps=0.93,
)
def from_pythons_stream(documents, generator):
    return steps(documents, random)


@mistake(
    next_sentence_pairs,
    "Each call draws the same pairs as the one before: another generator is made inside, with a seed of its own.",
    keeps=0.93,
)
def a_seed_of_its_own(documents, generator):
    return steps(documents, random.Random(0))


@mistake(
    next_sentence_pairs,
    "A single document is not refused with a `ValueError`: there is no other to draw from. Documents without a "
    "sentence do not count.",
    keeps=0.97,
)
def never_refuses(documents, generator):
    if len(full(documents)) < 2:
        return steps(documents, generator, tosses=lambda stream: False, needs=0)
    return steps(documents, generator)


@mistake(
    next_sentence_pairs,
    "Documents without a sentence are drawn, and there is nothing in them to take, or they count where it is asked "
    "whether there is another one.",
    keeps=0.97,
)
def draws_empty_documents(documents, generator):
    def other(texts, own, stream):
        return stream.choice(texts[stream.choice([number for number in range(len(texts)) if number != own])])

    return steps(documents, generator, other=other)


@mistake(
    next_sentence_pairs,
    "With a single document, Python's own error comes up, that there is nothing to choose from. Look first, and raise "
    "a `ValueError`.",
    keeps=0.97,
)
def chooses_from_nothing(documents, generator):
    return steps(documents, generator, tosses=lambda stream: len(full(documents)) < 2 or toss(stream), needs=0)


@mistake(
    next_sentence_pairs,
    "The labels are True and False. They should be whole numbers, 1 and 0, as the loss wants them.",
    keeps=0.6,
)
def labels_are_booleans(documents, generator):
    return steps(documents, generator, labels=(False, True))


@mistake(
    next_sentence_pairs,
    "Whether there is another document is only asked when a sentence of it is wanted: where no pair comes about, or "
    "all of them follow, nothing is refused. Look before the first pair is made.",
    keeps=0.97,
)
def refuses_late(documents, generator):
    def other(texts, own, stream):
        if len(full(texts)) < 2:
            raise ValueError("there is nobody to draw from")
        return elsewhere(texts, own, stream)

    return steps(documents, generator, other=other, needs=0)


def _of_other_texts(texts, own, stream):
    return stream.choice(stream.choice([text for text in texts if text and text != texts[own]]))


@mistake(
    next_sentence_pairs,
    "Documents are told apart by what they say: of two that say the same, neither is drawn for the other, and alone "
    "they leave nothing to draw from. Compare their numbers.",
    keeps=0.92,
)
def other_texts(documents, generator):
    return steps(documents, generator, other=_of_other_texts)


@mistake(
    next_sentence_pairs,
    "All pairs of a document fare alike: one toss decides for the whole of it. Each pair has a toss of its own.",
    keeps=0.9,
)
def one_toss_for_a_document(documents, generator):
    tosses = [far for text in documents for far in [toss(generator)] for _ in text[1:]]
    return steps(documents, generator, tosses=lambda stream: tosses.pop(0))
