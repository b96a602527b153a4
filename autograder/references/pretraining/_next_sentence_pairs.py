"""Pairs in small steps, each of which a wrong answer may take otherwise."""


def full(documents):
    """The numbers of those with a sentence."""
    return [number for number, text in enumerate(documents) if text]


def elsewhere(documents, own, stream):
    """One of the others, then one of its sentences."""
    return stream.choice(documents[stream.choice([number for number in full(documents) if number != own])])


def toss(stream):
    return stream.random() < 0.5


def steps(documents, stream, *, other=elsewhere, tosses=toss, labels=(0, 1), firsts=None, needs=2):
    """Each step may be another.

    Args:
        other: (documents, own number, stream) → the second part where it does not follow.
        tosses: stream → whether it does not follow.
        labels: of what follows, and of what does not.
        firsts: a document → the numbers of the sentences that make a pair.
    """
    if len(full(documents)) < needs:
        raise ValueError("there is nobody to draw from")
    pairs = []
    for own, text in enumerate(documents):
        for number in range(len(text) - 1) if firsts is None else firsts(text):
            if tosses(stream):
                pairs.append((text[number], other(documents, own, stream), labels[1]))
            else:
                pairs.append((text[number], text[number + 1], labels[0]))
    return pairs


def next_sentence_pairs(documents, generator):
    return steps(documents, generator)
