"""What goes wrong in `mask_tokens` with the generator, with probabilities and with shapes."""

import torch

from autograder.references import mistake
from autograder.references.pretraining._mask_tokens import IGNORED, mask_tokens, steps


@mistake(
    mask_tokens,
    "The random numbers do not come from the generator: torch's own stream moves instead, and the same seed gives "
    "other "
    "masks. Hand it on, `torch.rand(…, generator=generator)`, in each of the draws.",
    keeps=0.9,
)
def from_the_global_stream(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    own = torch.Generator(input_ids.device).manual_seed(int(torch.randint(2**31, ())))
    return mask_tokens(input_ids, special, mask_id, vocab_size, own, probability)


@mistake(
    mask_tokens,
    "Each call masks the same places as the one before: the generator is set back, or another one is made inside, with "
    "a seed of its own. It is the caller's, and goes on from call to call.",
    keeps=0.95,
)
def set_back(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    again = torch.Generator(input_ids.device).manual_seed(generator.initial_seed())
    return mask_tokens(input_ids, special, mask_id, vocab_size, again, probability)


@mistake(
    mask_tokens,
    "A tensor of probabilities is not used place by place: perhaps its mean is, or its first number. Comparing the "
    "throws with it, `thrown < probability`, suits a number and a tensor alike.",
    keeps=0.8,
)
def one_probability_for_all(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    p = float(torch.as_tensor(probability, dtype=torch.float64).mean()) if input_ids.numel() else 0.0
    return mask_tokens(input_ids, special, mask_id, vocab_size, generator, p)


@mistake(
    mask_tokens,
    "A tensor of probabilities makes an error: it is handed to something that wants a single number, as `torch.full` "
    "does. Comparing the throws with it, `thrown < probability`, suits a number and a tensor alike.",
    keeps=0.8,
)
def numbers_only(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    chance = torch.full(input_ids.shape, probability, device=input_ids.device)
    return mask_tokens(input_ids, special, mask_id, vocab_size, generator, chance)


@mistake(
    mask_tokens,
    "The given probability plays no part: 15 % are chosen whatever it is.",
)
def always_fifteen(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return mask_tokens(input_ids, special, mask_id, vocab_size, generator, 0.15)


@mistake(
    mask_tokens,
    "One of the draws does not come from the generator: torch's own stream moves, and the same seed gives other "
    "inputs. Each of `rand`, `bernoulli` and `randint` has to be told, `generator=generator`.",
    keeps=0.95,
)
def random_tokens_from_the_global_stream(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    def noise(like, vocab_size, generator):
        return torch.randint(vocab_size, like.shape, device=like.device)

    return steps(input_ids, special, mask_id, vocab_size, generator, probability, noise=noise)


@mistake(
    mask_tokens,
    "The caller's probabilities are changed: special tokens were given 0 in the very tensor that was handed in. Work "
    "on a `clone()`, or join the choice with `& ~special` afterwards.",
    keeps=0.95,
)
def changes_the_probabilities(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    if isinstance(probability, torch.Tensor):
        probability.masked_fill_(special, 0.0)
    return mask_tokens(input_ids, special, mask_id, vocab_size, generator, probability)


@mistake(
    mask_tokens,
    "Another share of the tokens is chosen than the probability says: with 1.0 not all of them, or with 0.0 some. "
    "Throws that are spread evenly from 0 to 1 come from `torch.rand`; `randn` gives others.",
)
def throws_by_the_bell_curve(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    thrown = torch.randn(input_ids.shape, generator=generator, device=input_ids.device)
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        choose=lambda _, p, special: (thrown < p) & ~special,
    )  # fmt: skip


@mistake(
    mask_tokens,
    "Each chosen token becomes [MASK], and [MASK] is its label, too: the labels were taken when the tokens were gone. "
    "Keep them before anything is replaced; and a tenth should become a random token, a tenth stay.",
)
def masks_all_and_labels_the_mask(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability, shares=(1.0, 1.0),
        label=lambda ids, result, chosen: result.masked_fill(~chosen, IGNORED),
    )  # fmt: skip


@mistake(
    mask_tokens,
    "Only a batch of rows works: a single row, or more dimensions in front, make an error. `input_ids.shape` serves "
    "for any shape.",
    keeps=0.9,
)
def tables_only(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    _rows, _length = input_ids.shape
    return mask_tokens(input_ids, special, mask_id, vocab_size, generator, probability)
