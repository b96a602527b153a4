"""What goes wrong in `whole_word_mask`."""

import torch

from autograder.references import mistake
from autograder.references.pretraining._whole_word_mask import each_piece, numbers_of, whole_word_mask, yes


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
    "for each word.",
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
    for row in range(continues.shape[0]):
        decisions = yes(continues[row], probability, generator)
        result[row, : continues.shape[1]] = decisions[numbers_of(continues[row])] & ~special[row]
    return result


@mistake(
    whole_word_mask,
    "Of a chosen word only the first two pieces go: the third and those behind it are never chosen. All pieces of a "
    "word share one decision, however many there are.",
)
def never_the_third_piece(continues, special, probability, generator):
    begins = each_piece(continues, probability, generator) & ~continues
    behind = torch.zeros_like(begins)
    behind[..., 1:] = begins[..., :-1]
    return (begins | (behind & continues)) & ~special


@mistake(
    whole_word_mask,
    "The rest of a word with which a row begins fares as the word behind it does: both have the same number, and so "
    "one throw. It is a word by itself.",
    keeps=0.98,
)
def the_rest_joins_the_next_word(continues, special, probability, generator):
    word = (numbers_of(continues) - 1).clamp(min=0)
    return yes(continues, probability, generator, continues.shape).gather(-1, word) & ~special


@mistake(
    whole_word_mask,
    "The rest of a word with which a row begins is never chosen. It is a word like any other.",
    keeps=0.98,
)
def the_rest_is_left_out(continues, special, probability, generator):
    return whole_word_mask(continues, special, probability, generator) & (numbers_of(continues) > 0)


@mistake(
    whole_word_mask,
    "All words of a call fare alike: one throw decides for all. Each word needs a throw of its own.",
)
def one_throw_for_all(continues, special, probability, generator):
    return yes(continues, probability, generator, (1,)).expand(continues.shape) & ~special
