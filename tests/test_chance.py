"""What is drawn by chance shows the same for all who draw alike, and another thing for those who do not."""

import torch

from autograder.engine.chance import settled

MANY = 20_000
RIGHT = torch.tensor([0.8, 0.1, 0.1], dtype=torch.float64)
WRONG = torch.tensor([0.8, 0.02, 0.18], dtype=torch.float64)


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
