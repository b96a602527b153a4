"""`next_sentence_pairs`: what is right, and what goes wrong."""

from itertools import pairwise

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.pretraining import _next_sentence_pairs_mistakes  # noqa: F401 - they register themselves
from autograder.references.pretraining._next_sentence_pairs import elsewhere, full, next_sentence_pairs, steps, toss


@mistake(
    next_sentence_pairs,
    "Some that are called 1 come from the same document: it was drawn from all of them. Then the right answer may be "
    "called wrong. Draw among the others.",
)
def of_any_document(documents, generator):
    return steps(
        documents, generator, other=lambda texts, own, stream: stream.choice(texts[stream.choice(full(texts))])
    )


@mistake(
    next_sentence_pairs,
    "Some that are called 1 come from the same document: only the sentence that follows is avoided, or the first one.",
)
def of_the_same_document_too(documents, generator):
    def other(texts, own, stream):
        return stream.choice(texts[own] if toss(stream) else elsewhere(texts, own, stream).split("|"))

    return steps(documents, generator, other=other)


@mistake(
    next_sentence_pairs,
    "The labels are the wrong way round. 0 is for the sentence that follows, 1 for another one; BERT counts so.",
)
def labels_turned_round(documents, generator):
    return steps(documents, generator, labels=(1, 0))


@mistake(next_sentence_pairs, "All pairs follow. Half of them should not.")
def all_follow(documents, generator):
    return steps(documents, generator, tosses=lambda stream: False)


@mistake(next_sentence_pairs, "No pair follows. Half of them should.")
def none_follows(documents, generator):
    return steps(documents, generator, tosses=lambda stream: True)


@mistake(
    next_sentence_pairs,
    "Whether a pair follows is not a toss: they take turns, or another share than half does not follow.",
    keeps=0.9,
)
def turn_by_turn(documents, generator):
    turns = iter(range(10**9))
    return steps(documents, generator, tosses=lambda stream: next(turns) % 2 == 1)


@mistake(
    next_sentence_pairs,
    "Whether a pair follows is not a toss: they take turns, or another share than half does not follow.",
    keeps=0.9,
)
def a_third(documents, generator):
    return steps(documents, generator, tosses=lambda stream: stream.random() < 1 / 3)


@mistake(
    next_sentence_pairs,
    "Long documents are drawn more often: it was drawn among all sentences. First one of the other documents, each "
    "alike, then one of its sentences.",
    keeps=0.92,
)
def among_all_sentences(documents, generator):
    def other(texts, own, stream):
        return stream.choice([line for number, text in enumerate(texts) if number != own for line in text])

    return steps(documents, generator, other=other)


@mistake(
    next_sentence_pairs,
    "From another document, always the same sentence is taken, its first or its last. Each should come alike.",
    keeps=0.92,
)
def its_first_sentence(documents, generator):
    def other(texts, own, stream):
        return texts[stream.choice([number for number in full(texts) if number != own])][0]

    return steps(documents, generator, other=other)


@mistake(
    next_sentence_pairs,
    "The second part always comes from the document behind, or from one fixed other: draw among all others.",
    keeps=0.92,
)
def the_next_document(documents, generator):
    def other(texts, own, stream):
        following = [number for number in full(texts) if number > own] or full(texts)
        return stream.choice(texts[following[0]])

    return steps(documents, generator, other=other)


@alternative(next_sentence_pairs)
def until_it_is_another(documents, generator):
    """Draws again where it hits its own document."""
    filled = [number for number, text in enumerate(documents) if len(text)]
    if len(filled) < 2:
        raise ValueError("at least two documents need a sentence")
    found = []
    for own, text in enumerate(documents):
        for first, second in pairwise(text):
            follows = generator.random() >= 0.5
            while not follows and (drawn := generator.choice(filled)) == own:
                pass
            found.append((first, second if follows else generator.choice(documents[drawn]), 0 if follows else 1))
    return found


@alternative(next_sentence_pairs)
def by_shifting(documents, generator):
    places = full(documents)
    if len(places) < 2:
        raise ValueError("at least two documents need a sentence")
    found = []
    for place, own in enumerate(places):
        for number in range(1, len(documents[own])):
            label = generator.randrange(2)
            far = documents[places[(place + generator.randrange(1, len(places))) % len(places)]]
            second = far[generator.randrange(len(far))] if label else documents[own][number]
            found.append((documents[own][number - 1], second, label))
    return found


promised(
    next_sentence_pairs,
    "A pair of sentences for each sentence that another one follows in its document, in the order of the text.",
    by=[
        "the first parts of the pairs",
        "documents of one sentence, and of none",
        "a sentence that occurs twice in a document",
    ],
)
promised(
    next_sentence_pairs,
    "For half of them, by a toss for each, the second is the one that follows, and the label 0.",
    by=["pairs that follow", "how many do not follow", "two pairs in a row", "what never happens, in a large draw"],
)
promised(
    next_sentence_pairs,
    "For the others one of the other documents is drawn, each alike, then one of its sentences, each alike, and the "
    "label is 1.",
    by=[
        "what never happens, in a large draw",
        "two documents alone",
        "which document is drawn",
        "which sentence of it",
    ],
)
promised(
    next_sentence_pairs,
    "documents: each a sequence of sentences; some may be empty, and are never drawn, and two may say the same.",
    by=[
        "documents of one sentence, and of none",
        "documents as tuples, by names",
        "nobody to draw from",
        "documents that say the same",
    ],
)
promised(
    next_sentence_pairs,
    "generator: a `random.Random`, the only source of random numbers; it goes on from call to call.",
    by=["the same seed, and another one", "two calls with one generator", "Python's own stream, and torch's"],
)
promised(
    next_sentence_pairs,
    "A list of triples: first sentence, second sentence, label.",
    by=["kinds, and the documents afterwards", "the first parts of the pairs"],
)
promised(
    next_sentence_pairs,
    "ValueError: fewer than two documents hold a sentence, whether or not there would be a pair.",
    by=["nobody to draw from", "nobody to draw from, and hardly a pair"],
)
equivalent(next_sentence_pairs, "if label == 1:", "if label >= 1:", "a label is 0 or 1")
equivalent(
    next_sentence_pairs,
    "others = [other for other in filled if other != number]",
    "others = [other for other in filled if other is not number]",
    "both come out of the same list, so that the same number is the same object",
)
