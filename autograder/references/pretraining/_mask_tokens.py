"""Masking in small steps, each of which a wrong answer may take otherwise."""

import torch

IGNORED = -100


def throws(like, generator, shape=None):
    """Numbers from 0 to 1."""
    return torch.rand(like.shape if shape is None else shape, generator=generator, device=like.device)


def any_token(like, vocab_size, generator):
    return torch.randint(vocab_size, like.shape, generator=generator, device=like.device)


def by_chance(like, probability, generator):
    """Each place by itself."""
    chance = torch.as_tensor(probability, dtype=torch.float64, device=like.device).expand(like.shape)
    return torch.bernoulli(chance, generator=generator).bool()


def mask_tokens(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    """As transformers' collator does it: three drawings of yes or no, one after the other."""
    chosen = by_chance(input_ids, probability, generator) & ~special
    replaced = by_chance(input_ids, 0.8, generator) & chosen
    swapped = by_chance(input_ids, 0.5, generator) & chosen & ~replaced
    result, labels = input_ids.clone(), input_ids.clone()
    result[replaced] = mask_id
    result[swapped] = any_token(input_ids, vocab_size, generator)[swapped]
    labels[~chosen] = IGNORED
    return result, labels


def steps(
    input_ids, special, mask_id, vocab_size, generator, probability, *,
    choose=None, fate=None, noise=None, shares=(0.8, 0.9), label=None, where=None,
):  # fmt: skip
    """The same by one throw for the fate of each token; each step may be another.

    Args:
        choose: (throws, probability, special) → who is chosen.
        fate: (input_ids, generator) → throws that decide what becomes of the chosen.
        noise: (input_ids, vocab_size, generator) → random tokens.
        shares: below the first a token becomes [MASK], below the second a random one.
        label: (input_ids, result, chosen) → labels.
        where: chosen → whose token may change.
    """
    thrown = throws(input_ids, generator)
    chosen = (thrown < probability) & ~special if choose is None else choose(thrown, probability, special)
    fates = throws(input_ids, generator) if fate is None else fate(input_ids, generator)
    others = (noise or any_token)(input_ids, vocab_size, generator)
    changed = chosen if where is None else where(chosen)
    result = torch.where(changed & (fates < shares[1]), others, input_ids)
    result = torch.where(changed & (fates < shares[0]), mask_id, result)
    labels = torch.where(chosen, input_ids, IGNORED) if label is None else label(input_ids, result, chosen)
    return result, labels
