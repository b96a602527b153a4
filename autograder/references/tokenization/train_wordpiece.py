"""`train_wordpiece`: other ways that are right, and what is promised."""

from autograder.references import alternative, equivalent, promised
from autograder.references.tokenization import (  # they register themselves
    _train_wordpiece_further,  # noqa: F401
    _train_wordpiece_mistakes,  # noqa: F401
    _train_wordpiece_slips,  # noqa: F401
)
from autograder.references.tokenization._train_wordpiece import SPECIAL, joined_up, train_wordpiece, trained


@alternative(train_wordpiece)
def in_the_frame(counts, size):
    return trained(counts, size)


@alternative(train_wordpiece)
def with_lists(counts, size):
    names = [
        *SPECIAL,
        *sorted({c for word in counts for c in word}),
        *sorted({"##" + c for w in counts for c in w[1:]}),
    ]
    cuts = [([w[0]] + ["##" + c for c in w[1:]], n) for w, n in counts.items()]
    while len(names) < size:
        pairs = {}
        for pieces, n in cuts:
            for at in range(len(pieces) - 1):
                pairs[pieces[at], pieces[at + 1]] = pairs.get((pieces[at], pieces[at + 1]), 0) + n
        if not pairs:
            return dict(zip(names, range(len(names)), strict=True))
        one, other = sorted(pairs, key=lambda pair: (-pairs[pair], *pair))[0]
        names.append(one + other.removeprefix("##"))
        cuts = [(joined_up(pieces, one, other, names[-1]), n) for pieces, n in cuts]
    return dict(zip(names, range(len(names)), strict=True))


promised(
    train_wordpiece,
    "A vocabulary for words that occur so often.",
    by=["ten pieces", "one frequent word against many rare ones"],
)
promised(
    train_wordpiece,
    "First come the special tokens, in the order of `SPECIAL`, then all characters in order, including those that "
    "occur only inside words, then those that stand inside a word, with ##, in order.",
    by=["nothing but special tokens and characters", "the first characters occur inside, too, or do not"],
)
promised(
    train_wordpiece,
    "At first each word is cut into characters.",
    by=["the first piece", "beginnings and insides are different"],
)
promised(
    train_wordpiece,
    "Then the most frequent pair of neighbours becomes one piece in all words (`merged`) and the next entry, again and "
    "again.",
    by=["the first piece", "ten pieces", "forty pieces", "rare characters that only meet each other"],
)
promised(
    train_wordpiece,
    "Of equally frequent pairs it is the first in the order of Python's tuples.",
    by=["equally frequent pairs", "equally frequent, in two orders"],
)
promised(
    train_wordpiece,
    "counts: word → how often it occurs; it stays as it is.",
    by=["one frequent word against many rare ones", "the counts afterwards", "no words"],
)
promised(
    train_wordpiece,
    "size: entries of the vocabulary; it ends when there are so many, or when no word has two pieces.",
    by=[
        "just enough room for one more",
        "more room than pieces",
        "words of one character",
    ],
)
promised(
    train_wordpiece,
    "The special tokens and the characters are always there, even if they are more.",
    by=["less room than characters", "nothing but special tokens and characters"],
)
promised(
    train_wordpiece, "Token → number, counted from 0.", by=["nothing but special tokens and characters", "ten pieces"]
)

equivalent(
    train_wordpiece,
    "first, second = min(pairs, key=lambda pair: (-pairs[pair], pair))",
    "first, second = min(pairs, key=lambda pair: (~pairs[pair], pair))",
    "of integers the complement is the negative less one: the same order",
)
