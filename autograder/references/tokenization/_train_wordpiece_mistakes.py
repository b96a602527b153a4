"""Mistakes of `train_wordpiece`: what is counted, joined and kept."""

from autograder.references import mistake
from autograder.references.tokenization._train_wordpiece import SPECIAL, train_wordpiece, trained

OTHER_TIES = (
    "Of equally frequent pairs another one is taken than the first in the alphabet, as the one that was met first. "
    "Compare the pairs themselves where their counts are equal."
)
BEGINS_OTHERWISE = (
    "The vocabulary does not begin as it should: special tokens, then all characters in order, then those that stand "
    "inside a word, with ##, in order."
)


@mistake(
    train_wordpiece,
    "Pairs are scored by how often they occur, divided by how often their parts do. Many texts describe WordPiece so, "
    "but asked for is the most frequent pair.",
)
def by_likelihood(counts, size):
    return trained(
        counts,
        size,
        best=lambda pairs, single: min(
            pairs, key=lambda pair: (-pairs[pair] / (single[pair[0]] * single[pair[1]]), pair)
        ),
    )


@mistake(
    train_wordpiece,
    "Each word counts once, however often it occurs. A pair is as frequent as it is in the text.",
)
def each_word_once(counts, size):
    return trained(counts, size, weight=lambda word, counts: 1)


@mistake(train_wordpiece, "The rarest pair becomes a piece. It should be the most frequent one.")
def the_rarest(counts, size):
    return trained(counts, size, best=lambda pairs, single: min(pairs, key=lambda pair: (pairs[pair], pair)))


@mistake(train_wordpiece, OTHER_TIES, keeps=0.9)
def the_first_met(counts, size):
    return trained(counts, size, best=lambda pairs, single: max(pairs, key=pairs.__getitem__))


@mistake(train_wordpiece, OTHER_TIES, keeps=0.9)
def the_last_in_the_alphabet(counts, size):
    return trained(counts, size, best=lambda pairs, single: max(pairs, key=lambda pair: (pairs[pair], pair)))


@mistake(train_wordpiece, OTHER_TIES, keeps=0.98)
def by_the_joined_name(counts, size):
    return trained(
        counts,
        size,
        best=lambda pairs, single: min(pairs, key=lambda pair: (-pairs[pair], pair[0] + pair[1][2:], pair)),
    )


@mistake(
    train_wordpiece,
    "Characters inside a word have no ##, and so beginnings and insides are counted together. Inside a word a piece is "
    "another token.",
)
def no_marks(counts, size):
    return trained(counts, size, cut=list, inside=lambda counts: [], name=lambda first, second: first + second)


@mistake(
    train_wordpiece,
    "The pairs are counted once, at the beginning, and the most frequent ones are taken. After each piece the words "
    "are cut otherwise, and the pairs have to be counted again.",
)
def counted_once(counts, size):
    return trained(counts, size, best=_BestOfAll(), join=lambda pieces, first, second, name: pieces)


class _BestOfAll:
    """Goes down the list of pairs, one each time."""

    def __init__(self):
        self.names = set()

    def __call__(self, pairs, single):
        if len(self.names) >= len(pairs):
            self.names = set()
        left = [pair for pair in pairs if pair not in self.names]
        best = min(left, key=lambda pair: (-pairs[pair], pair))
        self.names.add(best)
        return best


@mistake(
    train_wordpiece,
    "A pair is joined once in a word, though it may stand in it several times. All of them become one, from left to "
    "right.",
)
def once_a_word(counts, size):
    def join(pieces, first, second, name):
        for at in range(len(pieces) - 1):
            if pieces[at : at + 2] == [first, second]:
                return [*pieces[:at], name, *pieces[at + 2 :]]
        return pieces

    return trained(counts, size, join=join)


@mistake(train_wordpiece, BEGINS_OTHERWISE)
def no_special_tokens_here(counts, size):
    return trained(counts, size, special=())


@mistake(train_wordpiece, BEGINS_OTHERWISE)
def another_order_of_special_tokens(counts, size):
    return trained(counts, size, special=("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"))


@mistake(train_wordpiece, BEGINS_OTHERWISE)
def first_characters_only(counts, size):
    return trained(counts, size, letters=lambda counts: sorted({word[0] for word in counts}))


@mistake(train_wordpiece, BEGINS_OTHERWISE)
def all_characters_inside(counts, size):
    return trained(counts, size, inside=lambda counts: sorted({f"##{letter}" for letter in "".join(counts)}))


@mistake(train_wordpiece, BEGINS_OTHERWISE)
def characters_as_they_come(counts, size):
    return trained(
        counts,
        size,
        letters=lambda counts: list(dict.fromkeys("".join(counts))),
        inside=lambda counts: list(dict.fromkeys(f"##{letter}" for word in counts for letter in word[1:])),
    )


@mistake(train_wordpiece, BEGINS_OTHERWISE)
def all_sorted_together(counts, size):
    return trained(
        counts,
        size,
        letters=lambda counts: sorted({*"".join(counts), *(f"##{c}" for word in counts for c in word[1:])}),
        inside=lambda counts: [],
    )


@mistake(
    train_wordpiece,
    "Special tokens, or characters, do not count towards `size`, so that the vocabulary is larger than asked for.",
)
def characters_do_not_count(counts, size):
    start = len(SPECIAL)
    return trained(counts, size, enough=lambda names, size: len(names) >= size + start)


@mistake(
    train_wordpiece,
    "`size` is taken for the number of joined pieces. It is that of all entries.",
)
def only_pieces_count(counts, size):
    start = len(trained(counts, 0))
    return trained(counts, size, enough=lambda names, size: len(names) >= size + start)


@mistake(train_wordpiece, "There is one entry too many. It ends as soon as there are `size` of them.", keeps=0.8)
def one_too_many(counts, size):
    return trained(counts, size, enough=lambda names, size: len(names) > size)


@mistake(
    train_wordpiece,
    "Where there is less room than characters, some of these are left out. They all stay, and no pair is joined.",
    keeps=0.95,
)
def cuts_the_characters(counts, size):
    return dict(list(trained(counts, size).items())[:size])


@mistake(
    train_wordpiece,
    "It fails, or goes on for ever, when all words are whole and there is room left. Then it ends.",
    keeps=0.9,
)
def fails_at_the_end(counts, size):
    found = trained(counts, size)
    if len(found) < size:
        raise ValueError("max() iterable argument is empty")
    return found


@mistake(
    train_wordpiece,
    "Pairs that occur only once are left alone. As long as there is room, they are joined, too.",
    keeps=0.9,
)
def at_least_twice(counts, size):
    return trained(counts, size, least=2)


@mistake(train_wordpiece, "A list comes back. Asked for is a dict: token → number.")
def a_list(counts, size):
    return list(trained(counts, size))


@mistake(train_wordpiece, "The numbers begin with 1. They begin with 0: they are rows of a table.")
def from_one(counts, size):
    return trained(counts, size, first_number=1)
