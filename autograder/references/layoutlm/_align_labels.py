"""`align_labels`: the oracle, and what answers are made of."""


def align_labels(labels, word_ids):
    """By the definition: a piece is labelled where it is the earliest one of its word."""
    ids = list(word_ids)
    return [labels[word] if word is not None and ids.index(word) == place else -100 for place, word in enumerate(ids)]


def aligned(labels, word_ids, first=lambda label: label, later=lambda label: -100, special=-100):
    found, before = [], None
    for word in word_ids:
        if word is None:
            found.append(special)
        else:
            found.append(later(labels[word]) if word == before else first(labels[word]))
        before = word
    return found
