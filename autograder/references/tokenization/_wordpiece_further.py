"""Still more mistakes of `wordpiece`: what stands for an unknown or a long word, and which pieces come back."""

from autograder.references import mistake
from autograder.references.tokenization._wordpiece import greedy, wordpiece

NO_ANSWER = "A word that cannot be cut gives an empty list, or None. It gives a list with [UNK]."
BARE = "A word that cannot be cut gives the text [UNK] by itself, not a list that holds it."
BEYOND = "A word beyond the limit gives something else than a list with [UNK] alone, as itself, nothing, or an error."


def otherwise(word, vocabulary, limit, unknown):
    """`unknown` stands for a word that cannot be cut; one that is too long is [UNK] as it should be."""
    found = greedy(word, vocabulary, limit)
    return unknown if found == ["[UNK]"] and len(word) <= limit else found


@mistake(wordpiece, NO_ANSWER)
def empty_within_the_limit(word, vocabulary, limit=100):
    return otherwise(word, vocabulary, limit, [])


@mistake(wordpiece, BARE)
def text_within_the_limit(word, vocabulary, limit=100):
    return otherwise(word, vocabulary, limit, "[UNK]")


@mistake(wordpiece, "A word that cannot be cut comes back as it is. It becomes [UNK].")
def itself_within_the_limit(word, vocabulary, limit=100):
    return otherwise(word, vocabulary, limit, [word])


@mistake(wordpiece, BEYOND, keeps=0.95)
def long_ones_as_they_are(word, vocabulary, limit=100):
    return [word] if len(word) > limit else greedy(word, vocabulary, limit)


@mistake(wordpiece, BEYOND, keeps=0.95)
def nothing_for_long_ones(word, vocabulary, limit=100):
    return [] if len(word) > limit else greedy(word, vocabulary, limit)


@mistake(wordpiece, "The comparison with the limit is turned round: short words are [UNK], and long ones are cut.")
def limit_turned_round(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, too_long=lambda word, limit: len(word) < limit)


@mistake(wordpiece, "## stands in front of the first piece, and not of the later ones. It is the other way round.")
def marks_exchanged(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, mark=lambda piece, start: piece if start else f"##{piece}")


@mistake(wordpiece, "What comes back are parts that the vocabulary does not hold. It should hold each of them.")
def what_is_not_there(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, there=lambda piece, vocabulary: piece not in vocabulary)


def far_on(word, vocabulary, limit, step):
    """`step`: from the start and the end of a piece, and its name, to where the next one begins."""
    tokens, start = [], 0
    while start < len(word) <= limit:
        names = {end: ("##" if start else "") + word[start:end] for end in range(len(word), start, -1)}
        end = next((each for each, name in names.items() if name in vocabulary), None)
        if end is None:
            return ["[UNK]"]
        tokens.append(names[end])
        start = step(start, end, names[end])
    return tokens or ["[UNK]"]


FURTHER = (
    "After the second piece letters of the word are passed over: the next piece begins too far on. It begins where the "
    "last one ended, at `end`."
)


@mistake(wordpiece, FURTHER)
def adds_the_end(word, vocabulary, limit=100):
    return far_on(word, vocabulary, limit, lambda start, end, name: start + end)


@mistake(wordpiece, FURTHER)
def adds_the_name(word, vocabulary, limit=100):
    return far_on(word, vocabulary, limit, lambda start, end, name: start + len(name))
