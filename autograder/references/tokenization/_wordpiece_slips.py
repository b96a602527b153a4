"""More mistakes of `wordpiece`: a number or a character that is another one."""

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


@mistake(wordpiece, "The pieces have fallen apart into single characters, as with `tokens += piece`. Use `append`.")
def falls_apart(word, vocabulary, limit=100):
    found = greedy(word, vocabulary, limit)
    return found if found == ["[UNK]"] else list("".join(found))
