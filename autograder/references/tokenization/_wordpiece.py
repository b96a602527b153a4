"""`wordpiece`: the library's, and what most answers are made of."""

from tokenizers import models


def wordpiece(word, vocabulary, limit=100):
    """The library's model."""
    known = {"[UNK]": len(vocabulary), **vocabulary}
    model = models.WordPiece(vocab=known, unk_token="[UNK]", max_input_chars_per_word=limit)
    return [token.value for token in model.tokenize(word)]


def greedy(
    word,
    vocabulary,
    limit=100,
    unknown=("[UNK]",),
    mark=lambda piece, start: piece if start == 0 else f"##{piece}",
    ends=lambda start, length: range(length, start, -1),
    there=lambda piece, vocabulary: piece in vocabulary,
    too_long=lambda word, limit: len(word) > limit,
):
    """The frame of most answers; mistakes change one decision."""
    if too_long(word, limit):
        return list(unknown)
    tokens, start = [], 0
    while start < len(word):
        fitting = [end for end in ends(start, len(word)) if there(mark(word[start:end], start), vocabulary)]
        if not fitting:
            return list(unknown)
        tokens.append(mark(word[start : fitting[0]], start))
        start = fitting[0]
    return tokens
