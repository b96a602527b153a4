"""More mistakes of `train_wordpiece`: a name, an order or a step that is another one."""

from collections import Counter
from itertools import combinations

from autograder.references import mistake
from autograder.references.tokenization._train_wordpiece import joined_up, train_wordpiece, trained

NAMES = (
    "An entry has another name than the piece in the words: a ## too many, or one that is missing. The second part "
    "loses its ##, the first keeps what it has."
)
NOT_JOINED = (
    "The words are still cut as they were after a pair was chosen, so that the same pair is chosen again. It becomes "
    "one piece in all words before the pairs are counted anew."
)


def true_name(first, second):
    return first + second[2:]


def joined_rightly(pieces, first, second, name):
    return joined_up(pieces, first, second, true_name(first, second))


@mistake(train_wordpiece, NAMES)
def entry_with_a_mark(counts, size):
    return trained(counts, size, name=lambda first, second: first + second, join=joined_rightly)


@mistake(train_wordpiece, NAMES)
def entry_without_a_mark(counts, size):
    return trained(counts, size, name=lambda first, second: (first + second).replace("##", ""), join=joined_rightly)


@mistake(
    train_wordpiece,
    "A # in the text itself is taken for a part of the mark, as with `lstrip('#')`. Two are taken off, no more.",
    keeps=0.9,
)
def strips_all_signs(counts, size):
    return trained(counts, size, name=lambda first, second: first + second.lstrip("#"), join=joined_rightly)


@mistake(train_wordpiece, NOT_JOINED)
def nothing_is_joined(counts, size):
    return trained(counts, size, join=lambda pieces, first, second, name: pieces)


@mistake(
    train_wordpiece,
    "Of equally frequent pairs another one is taken than the first in the alphabet, as the one that was met first. "
    "Compare the pairs themselves where their counts are equal.",
    keeps=0.95,
)
def by_the_second_part(counts, size):
    return trained(counts, size, best=lambda pairs, single: min(pairs, key=lambda p: (-pairs[p], p[1], p[0])))


@mistake(
    train_wordpiece,
    "Not only neighbours are counted: a pair whose parts stand further apart, or in another order, cannot be joined.",
)
def not_only_neighbours(counts, size):
    return _counting(counts, size, lambda pieces: combinations(pieces, 2))


@mistake(
    train_wordpiece,
    "The pairs of the last round are still counted in the next one. Begin with an empty counter each time.",
)
def counts_pile_up(counts, size):
    total = Counter()

    def best(pairs, single):
        total.update(pairs)
        return min(total, key=lambda pair: (-total[pair], pair))

    return trained(counts, size, best=best)


def _counting(counts, size, neighbours):
    names = list(trained(counts, 0))
    cuts = {word: [word[0], *(f"##{letter}" for letter in word[1:])] for word in counts}
    while len(names) < size:
        pairs = Counter()
        for word, pieces in cuts.items():
            for pair in neighbours(pieces):
                pairs[pair] += counts[word]
        if not pairs:
            break
        first, second = min(pairs, key=lambda pair: (-pairs[pair], pair))
        names.append(true_name(first, second))
        after = {word: joined_up(pieces, first, second, names[-1]) for word, pieces in cuts.items()}
        cuts = after
        if len(names) > 3 * size:
            break
    return {name: number for number, name in enumerate(names)}


@mistake(
    train_wordpiece, "The vocabulary is sorted, and the numbers follow that. Entries are numbered as they are made."
)
def all_sorted(counts, size):
    return {name: number for number, name in enumerate(sorted(trained(counts, size)))}


@mistake(
    train_wordpiece,
    "The vocabulary does not begin as it should: special tokens, then all characters in order, then those that stand "
    "inside a word, with ##, in order.",
)
def inside_without_marks(counts, size):
    return trained(counts, size, inside=lambda counts: sorted({letter for word in counts for letter in word[1:]}))


@mistake(
    train_wordpiece,
    "Words are cut into characters without ##, while the vocabulary has both. Inside a word a character is another "
    "token.",
)
def cut_without_marks(counts, size):
    return trained(counts, size, cut=list, name=lambda first, second: first + second.removeprefix("##"))
