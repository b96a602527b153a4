"""Mistakes of `wordpiece`: what is left out, exchanged, or known from another tokenizer."""

from functools import cache

from autograder.references import mistake
from autograder.references.tokenization._wordpiece import greedy, wordpiece

ANOTHER_CUT = (
    "A word is cut where the rest after its longest piece does not fit: another way through it was found. WordPiece "
    "never goes back. It takes the longest piece, and if the rest cannot be cut, the word is [UNK]."
)
SOME_LEFT = (
    "Where nothing fits, a part of the word is kept, and [UNK] or nothing stands for the rest. The whole word becomes "
    "a single [UNK]."
)


@mistake(wordpiece, "The shortest piece is taken that fits, often a single character. Take the longest one.")
def shortest_first(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, ends=lambda start, length: range(start + 1, length + 1))


@mistake(
    wordpiece,
    "Pieces after the first are looked up, and come back, without ##. Inside a word a piece is another token than at "
    "its beginning: it is called ##ize there.",
)
def without_marks(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, mark=lambda piece, start: piece)


@mistake(
    wordpiece,
    "The pieces are found with ##, but come back without it. They come back under the names that they have in the "
    "vocabulary.",
)
def marks_lost(word, vocabulary, limit=100):
    found = greedy(word, vocabulary, limit)
    return [token.removeprefix("##") for token in found]


@mistake(
    wordpiece,
    "Pieces after the first are looked up without ##, and get it afterwards. It is part of the name that stands in the "
    "vocabulary.",
)
def marked_afterwards(word, vocabulary, limit=100):
    found = greedy(word, vocabulary, limit, mark=lambda piece, start: piece)
    return [token if at == 0 or token == "[UNK]" else f"##{token}" for at, token in enumerate(found)]


@mistake(wordpiece, "The first piece is looked up with ## as well. Only what goes on with a word has it.")
def all_marked(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, mark=lambda piece, start: f"##{piece}")


@mistake(wordpiece, "The last character of the word is never part of a piece that is tried, so the end is off by one.")
def one_short(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, ends=lambda start, length: range(length - 1, start, -1))


@mistake(
    wordpiece,
    "Pieces of a single character are never tried. The shortest piece of the rest is its first character.",
)
def no_single_characters(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, ends=lambda start, length: range(length, start + 1, -1))


@mistake(wordpiece, SOME_LEFT)
def unknown_for_the_rest(word, vocabulary, limit=100):
    return _partly(word, vocabulary, limit, lambda tokens, rest: [*tokens, "[UNK]"])


@mistake(wordpiece, SOME_LEFT)
def the_rest_is_dropped(word, vocabulary, limit=100):
    return _partly(word, vocabulary, limit, lambda tokens, rest: tokens or ["[UNK]"])


def _partly(word, vocabulary, limit, rest):
    if len(word) > limit:
        return ["[UNK]"]
    for end in range(len(word), 0, -1):
        tokens = greedy(word[:end], vocabulary, limit)
        if tokens != ["[UNK]"] and greedy(word, vocabulary, limit) == ["[UNK]"]:
            kept = [
                token for token, other in zip(tokens, greedy_names(word, vocabulary), strict=False) if token == other
            ]
            return rest(kept, word[end:])
    return greedy(word, vocabulary, limit) if greedy(word, vocabulary, limit) != ["[UNK]"] else rest([], word)


def greedy_names(word, vocabulary):
    """The pieces that are found before nothing fits."""
    tokens, start = [], 0
    while start < len(word):
        names = [("##" if start else "") + word[start:end] for end in range(len(word), start, -1)]
        name = next((each for each in names if each in vocabulary), None)
        if name is None:
            break
        tokens.append(name)
        start += len(name) - 2 * (start > 0)
    return tokens


@mistake(
    wordpiece,
    "Where nothing fits, a character is skipped, or becomes an [UNK] of its own, and the cutting goes on behind it. "
    "The whole word becomes a single [UNK].",
)
def unknown_for_a_character(word, vocabulary, limit=100):
    return _skipping(word, vocabulary, limit, ["[UNK]"])


@mistake(
    wordpiece,
    "Where nothing fits, a character is skipped, or becomes an [UNK] of its own, and the cutting goes on behind it. "
    "The whole word becomes a single [UNK].",
)
def skips_a_character(word, vocabulary, limit=100):
    return _skipping(word, vocabulary, limit, [])


def _skipping(word, vocabulary, limit, instead):
    if len(word) > limit:
        return ["[UNK]"]
    tokens, start = [], 0
    while start < len(word):
        names = {end: ("##" if start else "") + word[start:end] for end in range(len(word), start, -1)}
        end = next((each for each, name in names.items() if name in vocabulary), None)
        tokens += instead if end is None else [names[end]]
        start = start + 1 if end is None else end
    return tokens


@mistake(wordpiece, ANOTHER_CUT)
def goes_back(word, vocabulary, limit=100):
    @cache
    def cut(start):
        if start == len(word):
            return ()
        for end in range(len(word), start, -1):
            name = ("##" if start else "") + word[start:end]
            rest = cut(end) if name in vocabulary else None
            if rest is not None:
                return (name, *rest)
        return None

    return list(cut(0) or ["[UNK]"]) if len(word) <= limit else ["[UNK]"]


@mistake(
    wordpiece,
    "The word is cut from its end: the longest piece at the end first. WordPiece begins at the beginning.",
)
def from_the_end(word, vocabulary, limit=100):
    tokens, end = [], len(word)
    while end > 0 and len(word) <= limit:
        names = {start: ("##" if start else "") + word[start:end] for start in range(end)}
        start = next((each for each, name in names.items() if name in vocabulary), None)
        if start is None:
            return ["[UNK]"]
        tokens.insert(0, names[start])
        end = start
    return tokens or ["[UNK]"]


@mistake(
    wordpiece,
    "A piece with the number 0 is taken for one that is missing: 0 is false to Python. Ask whether it is in the "
    "vocabulary.",
)
def zero_is_missing_here(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, there=lambda piece, known: bool(known.get(piece)))


@mistake(
    wordpiece,
    "A word beyond the limit is cut all the same. It is not looked at, and becomes [UNK].",
    keeps=0.9,
)
def no_limit(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, too_long=lambda word, limit: False)


@mistake(wordpiece, "A word that is exactly as long as the limit is refused. Only a longer one is.", keeps=0.9)
def limit_excluded(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, too_long=lambda word, limit: len(word) >= limit)


@mistake(wordpiece, "The limit is 100, whatever is asked for. It is an argument.", keeps=0.95)
def always_hundred(word, vocabulary, limit=100):
    return greedy(word, vocabulary, 100)


@mistake(
    wordpiece,
    "A word beyond the limit is shortened, and what is left is cut. The whole word becomes [UNK].",
    keeps=0.9,
)
def shortens(word, vocabulary, limit=100):
    return greedy(word[:limit], vocabulary, limit)


@mistake(
    wordpiece,
    "A long word that stands in the vocabulary comes back. Beyond the limit nothing is looked up.",
    keeps=0.95,
)
def whole_words_first(word, vocabulary, limit=100):
    return [word] if word in vocabulary else greedy(word, vocabulary, limit)


@mistake(wordpiece, "The numbers of the pieces come back. Asked for are their names.")
def gives_numbers(word, vocabulary, limit=100):
    return [vocabulary.get(token, 0) for token in greedy(word, vocabulary, limit)]


@mistake(wordpiece, "Only the first piece comes back. The rest of the word is cut as well.")
def first_piece_only(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit)[:1]


@mistake(wordpiece, "Each character is a piece, whatever longer ones there are. Take the longest piece that fits.")
def characters(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, ends=lambda start, length: [start + 1])
