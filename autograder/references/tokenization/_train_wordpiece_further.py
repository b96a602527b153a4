"""Still more mistakes of `train_wordpiece`: how pairs are counted, how they are joined, how it ends."""

from collections import Counter
from itertools import pairwise

from autograder.references import mistake
from autograder.references.tokenization._train_wordpiece import train_wordpiece, trained
from autograder.references.tokenization._train_wordpiece_slips import _counting

AT_THE_END = "It fails, or goes on for ever, when all words are whole and there is room left. Then it ends."
BEGINS_OTHERWISE = (
    "The vocabulary does not begin as it should: special tokens, then all characters in order, then those that stand "
    "inside a word, with ##, in order."
)
OTHER_NEIGHBOURS = (
    "Not all neighbours are counted, or others than neighbours: of a b c these are a b and b c, in this order."
)


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
fails(lambda: Counter().most_common(1)[0])


@mistake(train_wordpiece, "There is one entry too few. It goes on until there are `size` of them.", keeps=0.8)
def one_too_few(counts, size):
    return trained(counts, size, enough=lambda names, size: len(names) >= size - 1)


def begins(**decisions):
    def answer(counts, size):
        return trained(counts, size, **decisions)

    mistake(train_wordpiece, BEGINS_OTHERWISE, keeps=0.6)(answer)


begins(letters=lambda counts: [])
begins(inside=lambda counts: [])
begins(letters=lambda counts: sorted("".join(counts)))


@mistake(train_wordpiece, BEGINS_OTHERWISE, keeps=0.6)
def inside_comes_first(counts, size):
    found = list(trained(counts, size))
    start = len(trained(counts, 0))
    letters = [name for name in found[5:start] if name[:2] != "##" or len(name) < 3]
    inside = [name for name in found[5:start] if name not in letters]
    return {name: number for number, name in enumerate([*found[:5], *inside, *letters, *found[start:]])}


@mistake(train_wordpiece, OTHER_NEIGHBOURS)
def without_the_first_pair(counts, size):
    return _counting(counts, size, lambda pieces: pairwise(pieces[1:]))


@mistake(
    train_wordpiece,
    "The pair that comes first in the alphabet is taken, however rare it is. That decides only between equally "
    "frequent ones.",
)
def first_in_the_alphabet(counts, size):
    return trained(counts, size, best=lambda pairs, single: min(pairs))


@mistake(train_wordpiece, "Keys and values are exchanged: it is token → number.")
def number_to_token(counts, size):
    return {number: name for name, number in trained(counts, size).items()}
