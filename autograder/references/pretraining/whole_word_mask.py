"""`whole_word_mask`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.pretraining import _whole_word_mask_mistakes  # noqa: F401 - they register themselves
from autograder.references.pretraining._whole_word_mask import each_piece, spread, whole_word_mask


@alternative(whole_word_mask)
def by_spreading(continues, special, probability, generator):
    return spread(each_piece(continues, probability, generator), continues) & ~special


@alternative(whole_word_mask)
def by_places(continues, special, probability, generator):
    """Each piece looks up where its word began."""
    places = torch.arange(continues.shape[-1], device=continues.device).expand(continues.shape)
    begin = places.masked_fill(continues, 0)
    begin = begin.cummax(-1).values if continues.shape[-1] else begin
    thrown = torch.rand(continues.shape, generator=generator, device=continues.device)
    return (thrown.gather(-1, begin) < probability).logical_and(~special)


promised(
    whole_word_mask,
    "Chooses whole words: each with the given probability, by itself and however many pieces it has.",
    by=["how often, for words of one, two, three and four pieces", "how many of four words", "two words side by side",
        "the same word of two rows", "words that are cut in two"],
)  # fmt: skip
promised(
    whole_word_mask,
    "continues: shape (..., length), boolean; True where a piece goes on with the word of the piece to its left.",
    by=["words that are cut in two", "one row alone", "two leading dimensions"],
)
promised(
    whole_word_mask,
    "A row without [CLS] may begin with such a piece: the rest of a word, which is chosen as a word by itself.",
    by=["a row that begins with a piece that goes on"],
)
promised(
    whole_word_mask,
    "special: the same shape, boolean; True where nothing may be chosen.",
    by=["everybody is chosen", "pieces beside a special token"],
)
promised(
    whole_word_mask,
    "probability: of each word, from 0 to 1.",
    by=["everybody is chosen", "nobody is chosen", "how often, for words of one, two, three and four pieces"],
)
promised(
    whole_word_mask,
    "generator: the only source of random numbers; it goes on from call to call.",
    by=["two calls with one generator", "torch's own stream", "the same seed, and another one"],
)
promised(
    whole_word_mask,
    "The same shape, boolean: True for all pieces of the chosen words.",
    by=["everybody is chosen", "words that are cut in two", "nobody is chosen"],
)
DRAWS = "draws = (*continues.shape[:-1], continues.shape[-1] {})"
for more in ("<< 1", "+ 2"):
    equivalent(
        whole_word_mask, DRAWS.format("+ 1"), DRAWS.format(more), "throws that no piece looks up change no share"
    )
CHOSEN = "return (throws.gather(-1, word) {} probability) {} ~special"
equivalent(
    whole_word_mask, CHOSEN.format("<", "&"), CHOSEN.format("<", "*"), "for booleans, a product says the same as `&`"
)
equivalent(
    whole_word_mask, CHOSEN.format("<", "&"), CHOSEN.format("<=", "&"),
    "they differ for a throw that hits the border exactly, which one of 2²⁴ does",
)  # fmt: skip
