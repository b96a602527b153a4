"""More mistakes of `wordpiece`: a number or a sign that is another one."""

from autograder.references import mistake
from autograder.references.tokenization._wordpiece import greedy, wordpiece

OTHER_MARK = (
    "Words of several pieces become [UNK] although their rest is there: it is looked up under another name, or other "
    "ends are tried than those of the rest. Its name is ## and word[start:end], with `end` from the end of the word "
    "down."
)


@mistake(wordpiece, OTHER_MARK)
def ends_from_zero(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, ends=lambda start, length: range(length - start, 0, -1))


@mistake(wordpiece, "Not every end is tried: some pieces are passed over. Take one character away at a time.")
def every_second_end(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, ends=lambda start, length: range(length, start, -2))


@mistake(wordpiece, OTHER_MARK)
def one_sign(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, mark=lambda piece, start: f"#{piece}" if start else piece)


@mistake(wordpiece, OTHER_MARK)
def signs_behind(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, mark=lambda piece, start: f"{piece}##" if start else piece)


def stepping(word, vocabulary, limit, step, stop=0):
    if len(word) > limit:
        return ["[UNK]"]
    tokens, start = [], 0
    while start < len(word) - stop:
        names = {end: ("##" if start else "") + word[start:end] for end in range(len(word), start, -1)}
        end = next((each for each, name in names.items() if name in vocabulary), None)
        if end is None:
            return ["[UNK]"]
        tokens.append(names[end])
        start = step(start, end)
    return tokens


@mistake(wordpiece, "After each piece a character is skipped. The next piece begins where the last one ended.")
def skips_one(word, vocabulary, limit=100):
    return stepping(word, vocabulary, limit, lambda start, end: end + 1)


@mistake(wordpiece, "Pieces overlap: the next one begins one character further on, not where the last one ended.")
def overlaps(word, vocabulary, limit=100):
    return stepping(word, vocabulary, limit, lambda start, end: start + 1)


@mistake(wordpiece, "A last piece of a single character is lost. It goes on as long as anything is left.")
def loses_the_last(word, vocabulary, limit=100):
    return stepping(word, vocabulary, limit, lambda start, end: end, stop=1)


@mistake(wordpiece, "The numbers of the pieces come back. Asked for are their names.")
def numbers_of_pieces(word, vocabulary, limit=100):
    return [vocabulary[token] if token != "[UNK]" else token for token in greedy(word, vocabulary, limit)]


@mistake(wordpiece, "The pieces have fallen apart into single characters, as with `tokens += piece`. Use `append`.")
def falls_apart(word, vocabulary, limit=100):
    found = greedy(word, vocabulary, limit)
    return found if found == ["[UNK]"] else list("".join(found))


@mistake(wordpiece, "The pieces come back in the opposite order. The first is that at the beginning of the word.")
def turned_round(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit)[::-1]


@mistake(
    wordpiece,
    "The limit is compared with something else than the number of characters, such as the number of bytes, or twice "
    "as many.",
    keeps=0.95,
)
def counts_bytes(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, too_long=lambda word, limit: len(word.encode()) > limit)


@mistake(
    wordpiece,
    "A word beyond the limit is cut all the same. It is not looked at, and becomes [UNK].",
    keeps=0.95,
)
def twice_the_limit(word, vocabulary, limit=100):
    return greedy(word, vocabulary, limit, too_long=lambda word, limit: len(word) > 2 * limit)
