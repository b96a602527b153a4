"""`offsets`: letter by letter, and what most answers are made of."""


def offsets(text, normalize, split, pieces):
    """Each letter of the normalized text knows its character; the letters of the words are taken off one by one."""
    letters = [(letter, place) for place, character in enumerate(text) for letter in normalize(character)]
    waiting, found = iter(letters), []

    def places_of(word):
        taken = []
        for wanted in word:
            letter, place = next(waiting)
            while letter != wanted:
                letter, place = next(waiting)
            taken.append(place)
        return taken

    for word in split("".join(letter for letter, _ in letters)):
        places = places_of(word)
        for number, token in enumerate(pieces(word)):
            size = len(word) if token == "[UNK]" else len(token) if number == 0 else len(token) - len("##")
            mine, places = places[:size], places[size:]
            found.append((token, mine[0], mine[-1] + 1))
    return found


def walked(
    text,
    normalize,
    split,
    pieces,
    where=lambda letters, word, end: letters.index(word, end),
    size=lambda token, number, word: len(word) if token == "[UNK]" else len(token) - 2 * (number > 0),
    first=lambda places, start, size: places[start],
    last=lambda places, start, size: places[start + size - 1] + 1,
    step=lambda size: size,
    made=None,
):
    """The frame of most answers; mistakes change one decision.

    `made`: from the text and the normalization to normalized letters, and for each its place.
    """
    pairs = [(each, place) for place, character in enumerate(text) for each in normalize(character)]
    letters, places = made(text, normalize) if made else ("".join(e for e, _ in pairs), [p for _, p in pairs])
    found, end = [], 0
    for word in split(letters):
        start = where(letters, word, end)
        end = start + len(word)
        for number, token in enumerate(pieces(word)):
            length = size(token, number, word)
            found.append((token, first(places, start, length), last(places, start, length)))
            start += step(length)
    return found
