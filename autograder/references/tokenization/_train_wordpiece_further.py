"""Still more mistakes of `train_wordpiece`: how pairs are counted, how they are joined, how it ends."""

from collections import Counter
from itertools import pairwise, permutations

from autograder.references import mistake
from autograder.references.tokenization._train_wordpiece import SPECIAL, train_wordpiece, trained
from autograder.references.tokenization._train_wordpiece_slips import _counting

AT_THE_END = "It fails, or goes on for ever, when all words are whole and there is room left. Then it ends."
BEGINS_OTHERWISE = (
    "The vocabulary does not begin as it should: special tokens, then all characters in order, then those that stand "
    "inside a word, with ##, in order."
)
OTHER_TIES = (
    "Of equally frequent pairs another one is taken than the first in the alphabet, as the one that was met first. "
    "Compare the pairs themselves where their counts are equal."
)
OTHER_NEIGHBOURS = (
    "Not all neighbours are counted, or others than neighbours: of a b c these are a b and b c, in this order."
)
OTHER_NAME = "A joined piece has another name: it is the first part, and behind it the second without its ##."


@mistake(
    train_wordpiece,
    "A pair counts once for each word, although it may stand in it several times, as ##a ##n in banana. Each time "
    "counts.",
    keeps=0.95,
)
def once_for_each_word(counts, size):
    return _counting(counts, size, lambda pieces: set(pairwise(pieces)))


@mistake(
    train_wordpiece,
    "A pair is also joined where only a part of a name agrees: a ##b is found in ##a ##b, or in a ##bc, as with "
    "`replace` on a text. Whole pieces have to be the same.",
    keeps=0.95,
)
def replaced_in_a_text(counts, size):
    def join(pieces, first, second, name):
        return " ".join(pieces).replace(f"{first} {second}", name).split(" ")

    return trained(counts, size, join=join)


def fails(end):
    """What happens where no pair is left."""

    def answer(counts, size):
        found = trained(counts, size)
        return end() if len(found) < size else found

    mistake(train_wordpiece, AT_THE_END, keeps=0.9)(answer)


fails(lambda: min({}, key=len))
fails(lambda: max({}, key=len))
fails(lambda: max({}.values()))
fails(lambda: Counter().most_common(1)[0])
fails(lambda: sorted({})[0])
fails(lambda: None)


@mistake(train_wordpiece, "Where no pair is left, a list comes back. It is a dict then as well.", keeps=0.9)
def a_list_at_the_end(counts, size):
    found = trained(counts, size)
    return list(found) if len(found) < size else found


@mistake(train_wordpiece, "It ends as soon as one word is whole. It goes on while any word has two pieces.")
def ends_with_one_word(counts, size):
    whole = [len(trained({word: 1}, 500)) for word in counts if len(word) == 1]
    return trained(counts, 0 if whole else size, enough=lambda names, size: len(names) >= size or _whole(names, counts))


def _whole(names, counts):
    return any(word in names for word in counts)


@mistake(train_wordpiece, "There is one entry too few. It goes on until there are `size` of them.", keeps=0.8)
def one_too_few(counts, size):
    return trained(counts, size, enough=lambda names, size: len(names) >= size - 1)


def begins(**decisions):
    def answer(counts, size):
        return trained(counts, size, **decisions)

    mistake(train_wordpiece, BEGINS_OTHERWISE, keeps=0.6)(answer)


begins(special=tuple(sorted(SPECIAL)))
begins(letters=lambda counts: [])
begins(inside=lambda counts: [])
begins(letters=lambda counts: list(dict.fromkeys("".join(counts))))
begins(inside=lambda counts: sorted({f"##{word[0]}" for word in counts}))
begins(letters=lambda counts: sorted("".join(counts)))


@mistake(train_wordpiece, BEGINS_OTHERWISE, keeps=0.6)
def inside_comes_first(counts, size):
    found = list(trained(counts, size))
    start = len(trained(counts, 0))
    letters = [name for name in found[5:start] if name[:2] != "##" or len(name) < 3]
    inside = [name for name in found[5:start] if name not in letters]
    return {name: number for number, name in enumerate([*found[:5], *inside, *letters, *found[start:]])}


def counted(neighbours):
    def answer(counts, size):
        return _counting(counts, size, neighbours)

    mistake(train_wordpiece, OTHER_NEIGHBOURS)(answer)


counted(lambda pieces: list(pairwise(pieces))[:1])
counted(lambda pieces: pairwise(pieces[1:]))
counted(lambda pieces: pairwise(pieces[:-1]))
counted(lambda pieces: permutations(pieces, 2))


def weighed(weight, sentence):
    def answer(counts, size):
        return trained(counts, size, weight=weight)

    mistake(train_wordpiece, sentence)(answer)


weighed(
    lambda word, counts: counts[word] * len(word),
    "A pair counts more in a longer word, as if multiplied by its length. It counts as often as the word occurs.",
)


def chosen(key, sentence):
    def answer(counts, size):
        return trained(counts, size, best=lambda pairs, single: min(pairs, key=lambda pair: key(pairs, pair)))

    mistake(train_wordpiece, sentence, keeps=0.95)(answer)


chosen(lambda pairs, pair: (-pairs[pair], len(pair[0] + pair[1]), pair), OTHER_TIES)
chosen(lambda pairs, pair: (-pairs[pair], -len(pair[0] + pair[1]), pair), OTHER_TIES)
chosen(lambda pairs, pair: (-pairs[pair], pair[0].lstrip("#"), pair[1]), OTHER_TIES)
chosen(
    lambda pairs, pair: pair,
    "The pair that comes first in the alphabet is taken, however rare it is. That decides only between equally "
    "frequent ones.",
)


def named(name):
    def answer(counts, size):
        return trained(counts, size, name=name)

    mistake(train_wordpiece, OTHER_NAME)(answer)


named(lambda first, second: first.removeprefix("##") + second)
named(lambda first, second: first + second[1:])
named(lambda first, second: second + first)
named(lambda first, second: f"##{first}{second}")


@mistake(train_wordpiece, "Keys and values are exchanged: it is token → number.")
def number_to_token(counts, size):
    return {number: name for name, number in trained(counts, size).items()}
