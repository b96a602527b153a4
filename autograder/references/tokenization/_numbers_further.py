"""Still more mistakes of `numbers`: another order, another token, other things than numbers."""

from autograder.references import mistake
from autograder.references.tokenization._numbers import numbers

ANOTHER = "Missing tokens get the number of another special token than [UNK], as [PAD] or [MASK]."
SAME = (
    "Missing tokens get a number that is the same in any vocabulary, as 0, −1 or the 100 of BERT. [UNK] has another "
    "one in another vocabulary: look it up."
)


@mistake(numbers, ANOTHER)
def beginning_for_missing(tokens, vocabulary):
    missing = vocabulary["[CLS]"]
    return [vocabulary.get(token, missing) for token in tokens]


@mistake(numbers, ANOTHER)
def end_for_missing(tokens, vocabulary):
    missing = vocabulary["[SEP]"]
    return [vocabulary.get(token, missing) for token in tokens]


@mistake(numbers, SAME)
def minus_one(tokens, vocabulary):
    return [vocabulary.get(token, -1) for token in tokens]


@mistake(
    numbers, "The numbers come in another order than the tokens, as sorted ones. Each stands where its token does."
)
def sorted_tokens(tokens, vocabulary):
    return numbers(sorted(tokens), vocabulary)


@mistake(numbers, "There is a number for each entry of the vocabulary. There should be one for each of the tokens.")
def whole_vocabulary(tokens, vocabulary):
    return list(vocabulary.values())


@mistake(numbers, "The numbers are one too high. The first row of the table has the number 0, as the vocabulary says.")
def one_too_high(tokens, vocabulary):
    return [number + 1 for number in numbers(tokens, vocabulary)]


@mistake(numbers, "The numbers come back as text. Asked for are Python integers.")
def as_text(tokens, vocabulary):
    return list(map(str, numbers(tokens, vocabulary)))


@mistake(numbers, "Each token comes back beside its number. Asked for are the numbers alone.")
def with_tokens(tokens, vocabulary):
    return list(zip(tokens, numbers(tokens, vocabulary), strict=True))


@mistake(numbers, "Tokens are put in capitals before they are looked up. A token is looked up as it stands.")
def upper_case(tokens, vocabulary):
    return numbers([token.upper() for token in tokens], vocabulary)


@mistake(
    numbers, "Tokens that are there get the number of [UNK], or what is missing gets none. It is the other way round."
)
def other_way_round(tokens, vocabulary):
    return [vocabulary["[UNK]"] if token in vocabulary else None for token in tokens]


@mistake(numbers, "Where a token stands in the dict is given. That need not be its number: take the value.")
def place_but_for_missing(tokens, vocabulary):
    places = {token: place for place, token in enumerate(vocabulary)}
    return [places.get(token, vocabulary["[UNK]"]) for token in tokens]


@mistake(
    numbers, "A special token among the tokens, as [SEP], gets the number of [UNK]. It has a row of its own.", keeps=0.8
)
def special_are_unknown(tokens, vocabulary):
    return [vocabulary["[UNK]"] if token[:1] == "[" else vocabulary.get(token, vocabulary["[UNK]"]) for token in tokens]


@mistake(numbers, "Where there are no tokens, there is still a number. Then the list is empty.", keeps=0.9)
def never_empty(tokens, vocabulary):
    return numbers(tokens, vocabulary) or [vocabulary["[UNK]"]]
