"""What is drawn by chance shows the same for all who draw alike, and another thing for those who do not."""

import math

import pytest
import torch
from scipy.stats import binom

from autograder.engine.chance import L, settled
from autograder.exercises.pretraining._masks import together

MANY = 20_000
RIGHT = torch.tensor([0.8, 0.1, 0.1], dtype=torch.float64)
WRONG = torch.tensor([0.8, 0.02, 0.18], dtype=torch.float64)


def accepted(chance: float, many: int) -> torch.Tensor:
    """For each count from 0 to `many`, whether it shows the chance."""
    counts = torch.arange(many + 1)
    return settled(counts, torch.full(counts.shape, chance, dtype=torch.float64), many) == chance


def drawn(chance: torch.Tensor, seed: int) -> torch.Tensor:
    found = torch.multinomial(chance, MANY, replacement=True, generator=torch.Generator().manual_seed(seed))
    return torch.bincount(found, minlength=len(chance))


def test_who_draws_as_wanted_shows_the_chances_whatever_was_drawn() -> None:
    counts = [drawn(RIGHT, seed) for seed in range(20)]
    assert len({tuple(count.tolist()) for count in counts}) > 1
    assert all(torch.equal(settled(count, RIGHT, MANY), RIGHT) for count in counts)


def test_a_known_mistake_shows_its_own_chances_and_an_unknown_one_what_was_counted() -> None:
    one, other = (drawn(WRONG, seed) for seed in (1, 2))
    guesses = [torch.tensor([0.8, 0.05, 0.15], dtype=torch.float64), WRONG]
    assert torch.equal(settled(one, RIGHT, MANY, guesses=guesses), WRONG)
    assert torch.equal(settled(other, RIGHT, MANY, guesses=guesses), WRONG)
    assert not torch.equal(settled(one, RIGHT, MANY), settled(other, RIGHT, MANY))


def test_what_has_no_chance_never_happens_but_for_a_few_that_are_allowed() -> None:
    sure, count = torch.tensor([0.0, 1.0], dtype=torch.float64), torch.tensor([2, MANY - 2])
    assert torch.equal(settled(count, sure, MANY, rare=3), sure)
    assert not torch.equal(settled(count, sure, MANY), sure)


def test_the_bound_is_where_it_is_said_to_be() -> None:
    found = accepted(0.25, MANY)[5000:]
    assert found[:404].all()  # 403.92 draws
    assert not found[404:].any()


@pytest.mark.parametrize("many", [300, MANY])
@pytest.mark.parametrize("chance", [1e-3, 0.015, 0.25, 0.5, 0.97])
def test_who_draws_as_wanted_fails_less_often_than_promised(chance: float, many: int) -> None:
    failing = (~accepted(chance, many)).nonzero()[:, 0].numpy()
    assert binom.pmf(failing, many, chance).sum() < 2 * math.exp(-L)


def test_labels_for_everybody_show_the_same_in_whatever_order_they_were_drawn() -> None:
    """`mask_tokens` of lesson 17: else only who draws as the reference does is told of this mistake by its name."""
    masks = 0.5 * 0.8
    draws = [torch.rand(2, 4000, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2)]
    one, other = (together(*torch.where(draw < masks, 1, 2), probability=0.5, vocab_size=4000) for draw in draws)
    assert torch.equal(one, other)
    assert one[0].tolist() == [0, 0, 0]
