"""`wordpiece`: other ways that are right, and what is promised."""

from autograder.references import alternative, equivalent, promised
from autograder.references.tokenization import (  # they register themselves
    _wordpiece_further,  # noqa: F401
    _wordpiece_mistakes,  # noqa: F401
    _wordpiece_slips,  # noqa: F401
)
from autograder.references.tokenization._wordpiece import greedy, wordpiece


@alternative(wordpiece)
def in_the_frame(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit)


@alternative(wordpiece)
def by_recursion(word, vocabulary, limit=100):
    def rest_of(rest, mark):
        if not rest:
            return []
        sizes = [size for size in range(1, len(rest) + 1) if mark + rest[:size] in vocabulary]
        if not sizes or (after := rest_of(rest[max(sizes) :], "##")) is None:
            return None
        return [mark + rest[: max(sizes)], *after]

    found = rest_of(word, "") if len(word) <= limit else None
    return ["[UNK]"] if found is None else found


promised(
    wordpiece,
    "The pieces of a word: the longest at its beginning that the vocabulary holds, then the longest of the rest, and "
    "so on.",
    by=["short and long pieces fit", "words that can be cut", "a word that is a piece itself"],
)
promised(
    wordpiece,
    "Each piece after the first is looked up with ## in front of it, and comes back with it.",
    by=["only with ##, or only without", "words that can be cut", "a single character"],
)
promised(
    wordpiece,
    "Where no piece fits, the whole word becomes [UNK], also if another way of cutting would have fitted.",
    by=["nothing fits at the beginning, inside, at the end", "another cut would fit"],
)
promised(wordpiece, "word: one character or more.", by=["a single character", "Chinese and other letters"])
promised(
    wordpiece,
    "vocabulary: the tokens, each with its number; it stays as it is.",
    by=["the piece with the number 0", "the vocabulary afterwards"],
)
promised(
    wordpiece,
    "limit: a word of more characters is [UNK] and not looked up.",
    by=["as long as the limit, and longer", "a hundred characters, and more"],
)
promised(
    wordpiece,
    "The names of the pieces, or a list with [UNK] alone.",
    by=["words that can be cut", "words that can be cut and words that cannot"],
)

equivalent(
    wordpiece,
    'piece = word[start:end] if start == 0 else "##" + word[start:end]',
    'piece = word[start:end] if start <= 0 else "##" + word[start:end]',
    "no place in a word is below 0",
)
for other in ("while start != len(word):", "while start is not len(word):"):
    equivalent(wordpiece, "while start < len(word):", other, "no piece reaches over the end; lengths up to 256 are one")
