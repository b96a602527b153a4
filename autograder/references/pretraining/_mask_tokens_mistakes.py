"""What goes wrong with fates and throws in `mask_tokens`."""

import torch

from autograder.references import mistake
from autograder.references.pretraining._mask_tokens import IGNORED, any_token, by_chance, mask_tokens, steps, throws

NEVER_STAYS = (
    "No chosen token stays as it is, but for one in a vocabulary that is drawn again. A tenth of the chosen should "
    "stay: the model is asked about them all the same."
)


@mistake(mask_tokens, NEVER_STAYS)
def never_stays(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(input_ids, special, mask_id, vocab_size, generator, probability, shares=(0.8, 1.0))


@mistake(mask_tokens, "No chosen token becomes a random one: a fifth stays as it is. Half of this fifth should change.")
def never_random(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(input_ids, special, mask_id, vocab_size, generator, probability, shares=(0.8, 0.8))


@mistake(
    mask_tokens,
    "Too few of the chosen become [MASK], and too many a random token: half of all, as when the second throw takes "
    "from "
    "those that are [MASK] already. It is for the others only, `& ~replaced`.",
)
def half_of_all(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return _one_after_the_other(input_ids, special, mask_id, vocab_size, generator, probability, 0.5, again=True)


@mistake(
    mask_tokens,
    "A little too few of the chosen become [MASK], 72 % instead of 80 %: the throw for a random token takes a tenth of "
    "those that are [MASK] already. Let one throw decide about all three fates.",
)
def a_tenth_of_all(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return _one_after_the_other(input_ids, special, mask_id, vocab_size, generator, probability, 0.1, again=True)


@mistake(
    mask_tokens,
    "Only about 2 % of the chosen become a random token, and 18 % stay: a tenth is taken of those that the first throw "
    "has left. They are a fifth, so half of them makes a tenth of all.",
)
def a_tenth_of_the_rest(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return _one_after_the_other(input_ids, special, mask_id, vocab_size, generator, probability, 0.1, again=False)


def _one_after_the_other(input_ids, special, mask_id, vocab_size, generator, probability, second, again):
    chosen = by_chance(input_ids, probability, generator) & ~special
    replaced = by_chance(input_ids, 0.8, generator) & chosen
    swapped = by_chance(input_ids, second, generator) & chosen
    swapped = swapped if again else swapped & ~replaced
    result = torch.where(swapped, any_token(input_ids, vocab_size, generator), input_ids.masked_fill(replaced, mask_id))
    return result, torch.where(chosen, input_ids, IGNORED)


@mistake(
    mask_tokens,
    "The shares of the three fates are exchanged: most of the chosen stay, or become a random token. 80 % should "
    "become "
    "[MASK].",
)
def mostly_stays(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(input_ids, special, mask_id, vocab_size, generator, probability, shares=(0.1, 0.2))


@mistake(
    mask_tokens,
    "The shares of the three fates are exchanged: most of the chosen stay, or become a random token. 80 % should "
    "become "
    "[MASK].",
)
def mostly_random(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(input_ids, special, mask_id, vocab_size, generator, probability, shares=(0.1, 0.9))


NOT_ALL = (
    "Some tokens of the vocabulary never come up as the random one, or some that it does not have do: "
    "`torch.randint(vocab_size, …)` draws from 0 to vocab_size − 1."
)


@mistake(mask_tokens, NOT_ALL)
def never_token_zero(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def noise(like, vocab_size, generator):
        return torch.randint(1, vocab_size, like.shape, generator=generator, device=like.device)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, noise=noise)


@mistake(mask_tokens, NOT_ALL)
def never_the_last_token(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def noise(like, vocab_size, generator):
        return torch.randint(0, vocab_size - 1, like.shape, generator=generator, device=like.device)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, noise=noise)


@mistake(mask_tokens, NOT_ALL)
def one_token_too_many(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def noise(like, vocab_size, generator):
        return torch.randint(0, vocab_size + 1, like.shape, generator=generator, device=like.device)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, noise=noise)


@mistake(mask_tokens, NOT_ALL)
def never_the_special_five(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def noise(like, vocab_size, generator):
        return torch.randint(5, vocab_size, like.shape, generator=generator, device=like.device)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, noise=noise)


@mistake(
    mask_tokens,
    "The random tokens are all the same one: a single number is drawn for the whole batch. Draw one for each place, "
    "`torch.randint(vocab_size, input_ids.shape, …)`.",
)
def one_random_token(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def noise(like, vocab_size, generator):
        return torch.randint(vocab_size, (1,), generator=generator, device=like.device).expand(like.shape)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, noise=noise)


@mistake(
    mask_tokens,
    "All chosen tokens of a call share one fate: 80 times in a hundred all of them become [MASK]. Each needs a throw "
    "of "
    "its own.",
)
def one_fate_for_all(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def fate(like, generator):
        return throws(like, generator, (1,)).expand(like.shape)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, fate=fate)


@mistake(
    mask_tokens,
    "The rows of a batch are chosen at the same places: one throw serves a whole column. The throws need the shape of "
    "`input_ids`.",
)
def one_throw_for_a_column(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    thrown = throws(input_ids, generator, input_ids.shape[-1:]).expand(input_ids.shape)
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        choose=lambda _, p, special: (thrown < p) & ~special,
    )  # fmt: skip


@mistake(
    mask_tokens,
    "Whole rows are chosen or left out: one throw serves all tokens of a row. The throws need the shape of "
    "`input_ids`.",
)
def one_throw_for_a_row(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    thrown = throws(input_ids, generator, (*input_ids.shape[:-1], 1)).expand(input_ids.shape)
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        choose=lambda _, p, special: (thrown < p) & ~special,
    )  # fmt: skip


@mistake(
    mask_tokens,
    "Each row has the same number of chosen tokens. By itself, each token is chosen or not, so that one row has more "
    "and another none.",
)
def as_many_in_each_row(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def choose(thrown, p, special):
        ranks = thrown.argsort(-1).argsort(-1)
        return (ranks < p * thrown.shape[-1]) & ~special

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, choose=choose)


@mistake(
    mask_tokens,
    "The throw that chose a token decides about its fate as well. What was chosen lies below the probability, and so "
    "below 0.8: each becomes [MASK]. Throw anew.",
)
def the_same_throw(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    kept = []

    def choose(thrown, p, special):
        kept.append(thrown)
        return (thrown < p) & ~special

    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability, choose=choose, fate=lambda *_: kept[0]
    )
