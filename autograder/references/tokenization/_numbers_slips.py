"""More mistakes of `numbers`: other containers, other numbers."""

import torch

from autograder.references import mistake
from autograder.references.tokenization._numbers import numbers

NO_LIST = "What comes back is not a list, but a tensor, a dict or a generator, perhaps. Asked for is a list of numbers."


@mistake(numbers, NO_LIST)
def a_tensor(tokens, vocabulary):
    return torch.tensor(numbers(tokens, vocabulary))


@mistake(numbers, NO_LIST)
def a_dict(tokens, vocabulary):
    return dict(zip(tokens, numbers(tokens, vocabulary), strict=True))


@mistake(numbers, "Tokens have vanished from the vocabulary once they were looked up. It stays as it is.", keeps=0.9)
def takes_them_out(tokens, vocabulary):
    unknown = vocabulary["[UNK]"]
    return [vocabulary.pop(token) if token in vocabulary else unknown for token in tokens]


@mistake(
    numbers,
    "Missing tokens get a number that no row has, as the size of the vocabulary. They get that of [UNK].",
)
def behind_the_end(tokens, vocabulary):
    return [vocabulary[token] if token in vocabulary else len(vocabulary) for token in tokens]


@mistake(
    numbers,
    "Where a token stands in the dict is given. That need not be its number: take the value.",
)
def place_in_the_dict(tokens, vocabulary):
    names = list(vocabulary)
    return [names.index(token if token in names else "[UNK]") for token in tokens]
