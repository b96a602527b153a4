"""`Lines`: what is right, and what goes wrong."""

import numpy as np
import torch
from torch.utils.data import Dataset

from autograder.references import alternative, mistake, promised


class Lines(Dataset):
    """The numbers go through NumPy, which knows the dtype of an empty list when it is told."""

    def __init__(self, texts, encode):
        self.shelf, self.code = texts, encode

    def __len__(self):
        return len(self.shelf)

    def __getitem__(self, index):
        return torch.from_numpy(np.asarray(self.code(self.shelf[index]), dtype=np.int64))


class Frame(Lines):
    """The frame of most answers; mistakes change one decision."""

    def __getitem__(self, index):
        return self.tensor(self.code(self.text(index)))

    def text(self, index):
        return self.shelf[index]

    def tensor(self, numbers):
        return torch.tensor(numbers, dtype=torch.int64)


@mistake(
    Lines,
    "A text without words comes out as float32: from an empty list `torch.tensor` cannot tell the dtype. Name it, "
    "`dtype=torch.int64`.",
    keeps=0.6,
)
class EmptyIsFloat(Frame):
    def tensor(self, numbers):
        return torch.tensor(numbers)


@mistake(
    Lines,
    "The words' numbers come out as a list. An item is a tensor of int64.",
)
class GivesLists(Frame):
    def tensor(self, numbers):
        return numbers


@mistake(Lines, "The item is the text itself. It should be the numbers that `encode` makes of it, as a tensor.")
class GivesTexts(Frame):
    def __getitem__(self, index):
        return self.shelf[index]


@mistake(
    Lines,
    "All texts are encoded when the dataset is made. With a hundred million of them that takes hours, and the results "
    "do not fit into memory. Encode a text in `__getitem__`, when it is asked for.",
)
class EncodesAtOnce(Frame):
    def __init__(self, texts, encode):
        super().__init__([encode(text) for text in texts], lambda numbers: numbers)


@mistake(
    Lines,
    "All texts are taken out of their sequence when the dataset is made, as by `list(texts)`. The sequence may read "
    "them from a disk: keep it as it is, and take out the one that is asked for.",
    keeps=0.6,
)
class CopiesTheTexts(Frame):
    def __init__(self, texts, encode):
        super().__init__(list(texts), encode)


@mistake(
    Lines,
    "An item is remembered: when it is asked for a second time, `encode` is not called again. An encoder may give "
    "something else each time, as one that leaves out words at random does.",
    keeps=0.6,
)
class Remembers(Frame):
    def __init__(self, texts, encode):
        super().__init__(texts, encode)
        self.known = {}

    def __getitem__(self, index):
        if index not in self.known:
            self.known[index] = super().__getitem__(index)
        return self.known[index]


@mistake(
    Lines,
    "An index beyond the end begins again at the first text. It should raise IndexError: that is how a `for` loop over "
    "the dataset ends.",
    keeps=0.8,
)
class WrapsAround(Frame):
    def text(self, index):
        return self.shelf[index % len(self.shelf)]


@mistake(
    Lines,
    "Negative indices are refused. They count from the end, as in a list.",
    keeps=0.8,
)
class RefusesNegative(Frame):
    def text(self, index):
        if not 0 <= index < len(self.shelf):
            raise IndexError(index)
        return self.shelf[index]


@mistake(
    Lines,
    "Beyond the ends another error comes than IndexError. A `for` loop ends at an IndexError and at no other one.",
    keeps=0.8,
)
class RaisesAnotherError(Frame):
    def text(self, index):
        if not -len(self.shelf) <= index < len(self.shelf):
            raise ValueError(f"there are {len(self.shelf)} texts")
        return self.shelf[index]


@mistake(
    Lines,
    "Beyond the ends nothing is raised, and None comes out. It should be an IndexError.",
    keeps=0.8,
)
class GivesNone(Frame):
    def __getitem__(self, index):
        return super().__getitem__(index) if -len(self.shelf) <= index < len(self.shelf) else None


@mistake(Lines, "The item is one later than it should be: indices count from 0.")
class CountsFromOne(Frame):
    def text(self, index):
        return self.shelf[index - 1]


@mistake(
    Lines,
    "All datasets share their texts, as when these are kept on the class: the one made last counts for all. Keep them "
    "on `self`.",
)
class OnTheClass(Frame):
    def __init__(self, texts, encode):
        type(self).shelf, type(self).code = texts, staticmethod(encode)


@mistake(
    Lines,
    "Each item is in a batch of its own: there is a dimension of size 1 in front. An item has shape (words,); batches "
    "are made elsewhere.",
)
class BatchesOfOne(Frame):
    def tensor(self, numbers):
        return torch.tensor([numbers], dtype=torch.int64)


@mistake(
    Lines,
    "`encode` is called twice for an item, perhaps once to look and once to use it. Once is enough, and an "
    "encoder may give something else the second time.",
    keeps=0.6,
)
class EncodesTwice(Frame):
    def __getitem__(self, index):
        if not self.code(self.shelf[index]):
            return torch.zeros(0, dtype=torch.int64)
        return super().__getitem__(index)


@alternative(Lines)
class ByLongTensor(Frame):
    def tensor(self, numbers):
        return torch.LongTensor(numbers)


@alternative(Lines)
class WithChecks(Frame):
    def text(self, index):
        n = len(self)
        if index < -n or index >= n:
            raise IndexError("no such text")
        return self.shelf[index if index >= 0 else index + n]


promised(Lines, "Texts as a dataset: item i is the i-th text, as the numbers of its words.", by=["every item"])
promised(Lines, "texts: any sequence of texts.", by=["read when asked for", "called by names"])
promised(Lines, "Only a text that is asked for is taken out of it.", by=["read when asked for"])
promised(Lines, "encode: from a text to a list of whole numbers.", by=["every item", "the docstring's example"])
promised(
    Lines,
    "It is called when an item is asked for, each time anew, and never before.",
    by=["encoded when asked for"],
)
promised(
    Lines,
    "An item is an int64 tensor of shape (words,), also for a text without words.",
    by=["every item", "texts without words, and of one", "large numbers"],
)
promised(Lines, "Negative indices count from the end.", by=["counted from the end"])
promised(
    Lines,
    "An index beyond either end raises IndexError, so that a `for` loop over the dataset ends.",
    by=["beyond the ends", "a for loop ends"],
)
