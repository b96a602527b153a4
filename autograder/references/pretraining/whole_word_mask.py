"""`whole_word_mask`: what is right, and what goes wrong."""

import numpy as np
import torch

from autograder.references import alternative, equivalent, mistake, promised


def numbers_of(continues):
    """The number of each piece's word in its row, counted by numpy."""
    begins = np.logical_not(continues.cpu().numpy())
    return torch.as_tensor(np.add.accumulate(begins, axis=-1, dtype=np.int64), device=continues.device)


def yes(continues, probability, generator, shape=None):
    """One decision for each word that a row may have, and one more for what it begins with."""
    wide = (*continues.shape[:-1], continues.shape[-1] + 1) if shape is None else shape
    chance = torch.full(wide, float(probability), dtype=torch.float64, device=continues.device)
    return torch.bernoulli(chance, generator=generator).bool()


def whole_word_mask(continues, special, probability, generator):
    chosen = yes(continues, probability, generator).gather(-1, numbers_of(continues))
    return chosen & ~special


def each_piece(continues, probability, generator):
    return yes(continues, probability, generator, continues.shape)


def spread(chosen, continues):
    """Each piece fares as the last one before it that begins a word."""
    result = chosen.clone()
    for place in range(1, result.shape[-1]):
        result[..., place] = torch.where(continues[..., place], result[..., place - 1], result[..., place])
    return result


@mistake(
    whole_word_mask,
    "Each piece is chosen by itself, so that words are cut in two. One decision for a word goes for all its pieces.",
)
def by_pieces(continues, special, probability, generator):
    return each_piece(continues, probability, generator) & ~special


LONGER = (
    "Long words are chosen more often than short ones: a word goes as soon as any of its pieces is chosen, and many "
    "pieces have many chances. Decide once for each word."
)


@mistake(whole_word_mask, LONGER)
def any_piece(continues, special, probability, generator):
    numbers, wide = numbers_of(continues), (*continues.shape[:-1], continues.shape[-1] + 1)
    hit = torch.zeros(wide, dtype=torch.int64, device=continues.device)
    hit = hit.scatter_add(-1, numbers, each_piece(continues, probability, generator).long())
    return (hit > 0).gather(-1, numbers) & ~special


@mistake(
    whole_word_mask,
    "Long words are chosen less often than short ones: a word only goes where all its pieces are chosen. Decide once "
    "for "
    "each word.",
)
def all_pieces(continues, special, probability, generator):
    numbers, wide = numbers_of(continues), (*continues.shape[:-1], continues.shape[-1] + 1)
    missed = torch.zeros(wide, dtype=torch.int64, device=continues.device)
    missed = missed.scatter_add(-1, numbers, (~each_piece(continues, probability, generator)).long())
    return (missed == 0).gather(-1, numbers) & ~special


@mistake(
    whole_word_mask,
    "A piece follows the piece before it, but only one step far: words of three pieces or more are cut. All pieces of "
    "a "
    "word share one decision.",
)
def one_step(continues, special, probability, generator):
    chosen = each_piece(continues, probability, generator)
    before = torch.zeros_like(chosen)
    before[..., 1:] = chosen[..., :-1]
    return torch.where(continues, before, chosen) & ~special


@mistake(
    whole_word_mask,
    "The pieces that go on with a word are never chosen, only its first one. The whole word should go.",
)
def first_piece_only(continues, special, probability, generator):
    return each_piece(continues, probability, generator) & ~continues & ~special


@mistake(
    whole_word_mask,
    "Words are joined the wrong way round: a piece that begins a word is taken for one that goes on. `continues` is "
    "True "
    "where no new word begins, so it is `~continues` that counts up.",
)
def counts_the_pieces_that_go_on(continues, special, probability, generator):
    chosen = yes(continues, probability, generator).gather(-1, numbers_of(~continues))
    return chosen & ~special


@mistake(whole_word_mask, "Special tokens are chosen. `& ~special` leaves them out.")
def with_special_tokens(continues, special, probability, generator):
    return yes(continues, probability, generator).gather(-1, numbers_of(continues))


@mistake(whole_word_mask, "Only special tokens are chosen: `special` is True where nothing may be chosen.")
def only_special_tokens(continues, special, probability, generator):
    return yes(continues, probability, generator).gather(-1, numbers_of(continues)) & special


@mistake(
    whole_word_mask,
    "Chosen are the words that should not be: with a probability of 0.2, four of five. A throw between 0 and 1 lies "
    "below "
    "p with the chance p.",
)
def the_other_words(continues, special, probability, generator):
    return whole_word_mask(continues, special, 1 - probability, generator)


SHARED = (
    "The rows of a batch share their throws: the third word of one row fares as the third word of the next. Each row "
    "needs throws of its own."
)


@mistake(whole_word_mask, SHARED)
def one_throw_for_all_rows(continues, special, probability, generator):
    shared = yes(continues, probability, generator, (continues.shape[-1] + 1,))
    return shared[numbers_of(continues)] & ~special


@mistake(
    whole_word_mask,
    "All words of a row fare alike: one throw decides for the whole row. Each word needs a throw of its own.",
)
def one_throw_for_a_row(continues, special, probability, generator):
    chosen = yes(continues, probability, generator, (*continues.shape[:-1], 1))
    return chosen.expand(continues.shape) & ~special


@mistake(
    whole_word_mask,
    "Each row has about the same number of chosen words. By itself, each word is chosen or not, so that one row has "
    "more "
    "and another none.",
)
def as_many_in_each_row(continues, special, probability, generator):
    numbers = numbers_of(continues)
    wide = (*continues.shape[:-1], continues.shape[-1] + 1)
    thrown = torch.rand(wide, generator=generator, device=continues.device)
    if not continues.shape[-1]:
        return torch.zeros_like(special)
    last = numbers[..., -1:]
    thrown = thrown.masked_fill(torch.arange(wide[-1], device=thrown.device) > last, 2.0)
    thrown[..., 0] = torch.where(continues[..., 0], thrown[..., 0], 2.0)
    ranks = thrown.argsort(-1).argsort(-1)
    return (ranks < (probability * last).round()).gather(-1, numbers) & ~special


@mistake(
    whole_word_mask,
    "The random numbers do not come from the generator: torch's own stream moves instead, and the same seed gives "
    "other "
    "masks. Hand it on, `torch.rand(…, generator=generator)`.",
    keeps=0.9,
)
def from_the_global_stream(continues, special, probability, generator):
    own = torch.Generator(continues.device).manual_seed(int(torch.randint(2**31, ())))
    return whole_word_mask(continues, special, probability, own)


@mistake(
    whole_word_mask,
    "Each call chooses the same words as the one before: the generator is set back, or another one is made inside, "
    "with "
    "a seed of its own. It is the caller's, and goes on from call to call.",
    keeps=0.95,
)
def set_back(continues, special, probability, generator):
    again = torch.Generator(continues.device).manual_seed(generator.initial_seed())
    return whole_word_mask(continues, special, probability, again)


@mistake(
    whole_word_mask,
    "The mask does not come back as booleans, but as numbers. Nothing is compared at the end, or it was converted.",
    keeps=0.7,
)
def as_numbers(continues, special, probability, generator):
    return whole_word_mask(continues, special, probability, generator).float()


@mistake(
    whole_word_mask,
    "A row that begins with the rest of a word makes an error: that rest has the number −1, and nothing was thrown "
    "for it. Count from 1, or throw once more.",
    keeps=0.98,
)
def counts_from_minus_one(continues, special, probability, generator):
    word = numbers_of(continues) - 1
    return yes(continues, probability, generator, continues.shape).gather(-1, word) & ~special


@mistake(
    whole_word_mask,
    "Only a batch of rows works: a single row, or more dimensions in front, make an error. Operations along the last "
    "dimension, `dim=-1`, serve for any shape.",
    keeps=0.8,
)
def tables_only(continues, special, probability, generator):
    _rows, _length = continues.shape
    return whole_word_mask(continues, special, probability, generator)


@mistake(
    whole_word_mask,
    "Only a batch of rows works: a single row, or more dimensions in front, make an error. Operations along the last "
    "dimension, `dim=-1`, serve for any shape.",
    keeps=0.8,
)
def row_by_row_in_loops(continues, special, probability, generator):
    result = torch.zeros_like(special)
    for number in range(continues.shape[0]):
        row, decisions = numbers_of(continues[number]), yes(continues[number], probability, generator)
        for place in range(continues.shape[1]):
            result[number, place] = decisions[row[place]] & ~special[number, place]
    return result


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
    "A row may begin with such a piece, which then is the rest of a word.",
    by=["a row that begins with a piece that goes on"],
)
promised(
    whole_word_mask,
    "special: the same shape, boolean; True where nothing may be chosen.",
    by=["everybody is chosen", "pieces beside a special token"],
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
