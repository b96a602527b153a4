"""`control_labels`: what goes wrong, slips."""

import torch

from autograder.references import mistake
from autograder.references.representations._control_labels import control_labels


def looked_up(words, drawn):
    """Each word's label, by its rank."""
    return drawn.to(words.device)[words.unique(return_inverse=True)[1]]


@mistake(
    control_labels,
    "Words whose numbers are below zero, or huge, raise, and so do no words at all, as where a table has a place "
    "for every number up to the largest. Any numbers are allowed: go by the different ones, "
    "`words.unique(return_inverse=True)`.",
    keeps=0.95,
)
def ranks_in_a_table(words, classes, generator):
    there = torch.zeros(int(words.max()) + 1, dtype=torch.int64, device=words.device)
    there[words] = 1
    drawn = torch.randint(classes, (int(there.sum()),), generator=generator).to(words.device)
    return drawn[(there.cumsum(0) - 1)[words]]


@mistake(
    control_labels,
    "The labels come from torch's own stream, set to where the generator stands or began: whoever draws from that "
    "stream is disturbed, and the generator does not move on, so that a second call gives the same labels. "
    "`generator=generator`.",
    keeps=0.95,
)
def seeds_torchs_own(words, classes, generator):
    torch.manual_seed(generator.initial_seed())
    return looked_up(words, torch.randint(classes, (len(words.unique()),)))


@mistake(
    control_labels,
    "The words are compared after they have become float32: large numbers fall together, and different words get "
    "one label.",
    keeps=0.97,
)
def as_single_floats(words, classes, generator):
    different, place = words.float().unique(return_inverse=True)
    return torch.randint(classes, (len(different),), generator=generator).to(words.device)[place]
