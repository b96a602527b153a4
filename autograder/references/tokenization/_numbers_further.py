"""Still more mistakes of `numbers`: another order, another token, other things than numbers."""

from autograder.references import mistake
from autograder.references.tokenization._numbers import numbers

SAME = (
    "Missing tokens get a number that is the same in any vocabulary, as 0, −1 or the 100 of BERT. [UNK] has another "
    "one in another vocabulary: look it up."
)


@mistake(numbers, SAME)
def minus_one(tokens, vocabulary):
    return [vocabulary.get(token, -1) for token in tokens]


@mistake(
    numbers, "The numbers come in another order than the tokens, as sorted ones. Each stands where its token does."
)
def sorted_tokens(tokens, vocabulary):
    return numbers(sorted(tokens), vocabulary)


@mistake(
    numbers, "A special token among the tokens, as [SEP], gets the number of [UNK]. It has a row of its own.", keeps=0.8
)
def special_are_unknown(tokens, vocabulary):
    return [vocabulary["[UNK]"] if token[:1] == "[" else vocabulary.get(token, vocabulary["[UNK]"]) for token in tokens]
