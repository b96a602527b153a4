"""`labels_of_words`: the oracle, and what answers are made of."""


def labels_of_words(predicted, word_ids, words):
    """By the definition: of each word the earliest piece, and 0 where there is none."""
    ids = list(word_ids)
    return [predicted[ids.index(word)] if word in ids else 0 for word in range(words)]


def gathered(predicted, word_ids, words, choose, missing=0):
    """What most mistakes do: of all that the pieces of a word say, they choose otherwise."""
    said = {word: [] for word in range(words)}
    for label, word in zip(predicted, word_ids, strict=True):
        if word is not None:
            said[word].append(label)
    return [choose(each) if each else missing for each in said.values()]
