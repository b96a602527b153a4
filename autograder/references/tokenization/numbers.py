"""`numbers`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.tokenization import (  # they register themselves
    _numbers_further,  # noqa: F401
    _numbers_slips,  # noqa: F401
)
from autograder.references.tokenization._numbers import numbers


@mistake(
    numbers,
    "The token whose number is 0 is taken for one that is missing: 0 is false to Python. Ask whether the token is in "
    "the vocabulary, or hand the number for missing ones to `get`.",
)
def zero_is_missing(tokens, vocabulary):
    return [vocabulary.get(token) or vocabulary["[UNK]"] for token in tokens]


@mistake(numbers, "A token that is not in the vocabulary raises an error, or gives None. It gets the number of [UNK].")
def only_known_ones(tokens, vocabulary):
    return [vocabulary[token] for token in tokens]


@mistake(numbers, "A token that is not in the vocabulary raises an error, or gives None. It gets the number of [UNK].")
def none_for_missing(tokens, vocabulary):
    return [vocabulary.get(token) for token in tokens]


@mistake(
    numbers,
    "Tokens that are missing are left out, so that fewer numbers come back than there are tokens. Each gets one, if "
    "only that of [UNK].",
)
def leaves_out(tokens, vocabulary):
    return [vocabulary[token] for token in tokens if token in vocabulary]


@mistake(
    numbers,
    "The text [UNK] itself comes back among the numbers. Asked for is the number that the vocabulary has for it.",
)
def the_word_unknown(tokens, vocabulary):
    return [vocabulary.get(token, "[UNK]") for token in tokens]


@mistake(
    numbers,
    "Missing tokens get a number that is the same in any vocabulary, as 0, −1 or the 100 of BERT. [UNK] has another "
    "one in another vocabulary: look it up.",
)
def always_zero(tokens, vocabulary):
    return [vocabulary.get(token, 0) for token in tokens]


@mistake(
    numbers,
    "Missing tokens get a number that is the same in any vocabulary, as 0, −1 or the 100 of BERT. [UNK] has another "
    "one in another vocabulary: look it up.",
)
def always_a_hundred(tokens, vocabulary):
    return [vocabulary.get(token, 100) for token in tokens]


@mistake(
    numbers,
    "Missing tokens get the number of another special token than [UNK], as [PAD] or [MASK].",
)
def padding_for_missing(tokens, vocabulary):
    return [vocabulary.get(token, vocabulary["[PAD]"]) for token in tokens]


@mistake(
    numbers,
    "Missing tokens get new numbers at the end of the vocabulary. The table has no row for these: they get that of "
    "[UNK].",
)
def grows(tokens, vocabulary):
    grown = dict(vocabulary)
    return [grown.setdefault(token, len(grown)) for token in tokens]


@mistake(
    numbers,
    "The vocabulary has more entries afterwards than before: looking for a token made one. `setdefault`, and brackets "
    "on a `defaultdict`, do that; `get` does not.",
    keeps=0.9,
)
def set_default(tokens, vocabulary):
    return [vocabulary.setdefault(token, vocabulary["[UNK]"]) for token in tokens]


@mistake(
    numbers,
    "Tokens are put in lower case before they are looked up, so that one in capitals is found under another's number. "
    "A token is looked up as it stands.",
    keeps=0.8,
)
def lower_case(tokens, vocabulary):
    return [vocabulary.get(token.lower(), vocabulary["[UNK]"]) for token in tokens]


@mistake(
    numbers,
    "## is taken off before a token is looked up. A piece with ## has a row of its own.",
    keeps=0.8,
)
def without_the_mark(tokens, vocabulary):
    return [vocabulary.get(token.removeprefix("##"), vocabulary["[UNK]"]) for token in tokens]


@mistake(numbers, "Where the tokens stand is given, not which row of the table is theirs.")
def places(tokens, vocabulary):
    known = list(vocabulary)
    return [place if token in known else known.index("[UNK]") for place, token in enumerate(tokens)]


@alternative(numbers)
def with_in(tokens, vocabulary):
    return [vocabulary[token if token in vocabulary else "[UNK]"] for token in tokens]


@alternative(numbers)
def one_by_one(tokens, vocabulary):
    found = []
    for token in tokens:
        try:
            found.append(vocabulary[token] if token in vocabulary else vocabulary["[UNK]"])
        except KeyError:
            raise ValueError("no [UNK]") from None
    return found


promised(
    numbers, "The number of each token: its row in the table.", by=["all are there", "the token with the number 0"]
)
promised(
    numbers,
    "A token that the vocabulary does not hold gets the number of [UNK].",
    by=["some are not", "upper and lower case"],
)
promised(numbers, "tokens: looked up as they stand; there may be none.", by=["upper and lower case", "no tokens"])
promised(
    numbers,
    "vocabulary: token → number, with [UNK] among them; it stays as it is.",
    by=["the arguments afterwards", "a vocabulary that would grow"],
)
promised(numbers, "A list with one Python integer for each token.", by=["all are there", "some are not"])
