"""`offsets`: what is right, and what goes wrong."""

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.tokenization import _offsets_slips  # noqa: F401  (they register themselves)
from autograder.references.tokenization._offsets import offsets, walked

IN_THE_NORMALIZED = (
    "The places are those in the normalized text. Where that is longer or shorter, as after Chinese, or an accent that "
    "has vanished, they belong to other characters of the text. Note for each normalized letter which character it is "
    "from."
)
BY_LOOKING = (
    "A token is looked for in the text itself, where it may be written otherwise, or occur earlier. Keep count of the "
    "letters instead."
)


@mistake(offsets, IN_THE_NORMALIZED)
def places_in_the_normalized(text, normalize, split, pieces):
    return walked(
        text,
        normalize,
        split,
        pieces,
        made=lambda text, normalize: (normalize(text), list(range(len(normalize(text)) + 1))),
    )


@mistake(offsets, BY_LOOKING)
def looks_in_the_text(text, normalize, split, pieces):
    found, at = [], 0
    for word in split(normalize(text)):
        for number, token in enumerate(pieces(word)):
            name = word if token == "[UNK]" else token[2 * (number > 0) :]
            at = text.lower().find(name, at)
            found.append((token, at, at + len(name)))
            at += len(name)
    return found


@mistake(offsets, BY_LOOKING)
def looks_from_the_beginning(text, normalize, split, pieces):
    found = []
    for word in split(normalize(text)):
        for number, token in enumerate(pieces(word)):
            name = word if token == "[UNK]" else token[2 * (number > 0) :]
            at = text.lower().find(name)
            found.append((token, at, at + len(name)))
    return found


@mistake(offsets, "[UNK] has no characters here. It stands for its whole word.")
def unknown_is_nowhere(text, normalize, split, pieces):
    found = walked(text, normalize, split, pieces)
    return [(token, start, start if token == "[UNK]" else end) for token, start, end in found]


@mistake(offsets, "The end is the last character itself. It is the one behind it, so that text[start:end] is the part.")
def ends_at_the_last(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, last=lambda places, start, size: places[start + size - 1])


@mistake(
    offsets,
    "A token is as long in the text as its name. Where characters have vanished inside it, or one has become several, "
    "it is longer or shorter there.",
    keeps=0.8,
)
def as_long_as_its_name(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, last=lambda places, start, size: places[start] + size)


@mistake(
    offsets,
    "The second number is how many characters there are. It should be where the token ends.",
)
def start_and_length(text, normalize, split, pieces):
    return [(token, start, end - start) for token, start, end in walked(text, normalize, split, pieces)]


@mistake(offsets, "All pieces of a word have its beginning. Each begins where the one before it ends.")
def pieces_all_begin_alike(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces, step=lambda size: 0)


@mistake(offsets, "Every piece has the place of its whole word. Each has a place of its own.")
def places_of_words(text, normalize, split, pieces):
    words = walked(text, normalize, split, lambda word: [word])
    return [(token, start, end) for word, start, end in words for token in pieces(word)]


@mistake(offsets, "There is one entry for each word. Each of its pieces has one.")
def words_only(text, normalize, split, pieces):
    return walked(text, normalize, split, lambda word: [word])


@mistake(offsets, "The places come back without the tokens. Each entry is a token, its beginning and its end.")
def places_only(text, normalize, split, pieces):
    return [(start, end) for _, start, end in walked(text, normalize, split, pieces)]


@mistake(offsets, "A token comes back without its ##. Its name is the one that the vocabulary has.")
def without_the_marks(text, normalize, split, pieces):
    return [(token.removeprefix("##"), *place) for token, *place in walked(text, normalize, split, pieces)]


@mistake(
    offsets,
    "The characters are taken as they are: capitals, accents and what cannot be seen are still there, and spaces that "
    "the normalization makes are missing. Each character is normalized first.",
)
def not_normalized_at_all(text, normalize, split, pieces):
    return walked(text, lambda character: character, split, pieces)


@mistake(offsets, "Each word counts its places from 0. They are places in the whole text.")
def places_in_the_word(text, normalize, split, pieces):
    found, begin = [], 0
    for token, start, end in walked(text, normalize, split, pieces):
        begin = begin if token.startswith("##") else start
        found.append((token, start - begin, end - begin))
    return found


@alternative(offsets)
def walking(text, normalize, split, pieces):
    return walked(text, normalize, split, pieces)


@alternative(offsets)
def with_lists(text, normalize, split, pieces):
    places, letters = [], ""
    for place, character in enumerate(text):
        made = normalize(character)
        letters += made
        places += [place] * len(made)
    found, at = [], 0
    for word in split(letters):
        while not letters.startswith(word, at):
            at += 1
        begin = at
        for token in pieces(word):
            size = len(word) if token == "[UNK]" else len(token) if at == begin else len(token) - 2
            found.append((token, places[at], places[at + size - 1] + 1))
            at += size
    return found


promised(
    offsets,
    "The tokens of a text, each with its place: the first character that it comes from, and the one behind the last.",
    by=["words", "punctuation", "long words in pieces", "several spaces, in front and behind"],
)
promised(
    offsets,
    "The places are those of the text as it was written, whatever the normalization does to it.",
    by=[
        "Chinese",
        "letters with accents",
        "accents that stand by themselves",
        "invisible characters",
        "Korean, where one character becomes several",
        "a normalization that makes two of one",
    ],
)
promised(
    offsets,
    "A token [UNK] has the place of its whole word.",
    by=["unknown words", "nothing but unknown words"],
)
promised(offsets, "text: any text; it may be empty.", by=["no text, and nothing in it"])
promised(
    offsets,
    "normalize: from a text to a normalized one; normalizing character by character and joining gives the same as "
    "normalizing the whole text.",
    by=["a normalization that makes two of one", "called by names"],
)
promised(
    offsets,
    "split: from a normalized text to its words, in order; what it leaves out lies between them.",
    by=["punctuation", "called by names", "the same word again"],
)
promised(
    offsets,
    "pieces: from a word to its tokens, where those after the first begin with ##, or to a list with [UNK] alone.",
    by=["long words in pieces", "a word that begins with ## itself", "unknown words"],
)
promised(
    offsets,
    "A list of tuples (token, start, end), so that `text[start:end]` is what the token comes from.",
    by=["words", "Chinese"],
)

equivalent(
    offsets,
    'size = len(word) if token == "[UNK]" else len(token) - 2 * (number > 0)',
    'size = len(word) if token == "[UNK]" else len(token) - 2 * (number != 0)',
    "it counts from 0",
)
