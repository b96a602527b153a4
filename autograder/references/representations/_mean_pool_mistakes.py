"""`mean_pool`: what goes wrong, the first part."""

import torch

from autograder.references import mistake
from autograder.references.representations._mean_pool import counted, hidden, mean_pool


@mistake(
    mean_pool,
    "Padding counts like any other token: the same text gets another vector, depending on who is in its batch. Leave "
    "padding out of the sum and of the count.",
)
def ignores_the_mask(states, mask):
    return states.mean(dim=1)


WHOLE = (
    "The sum is divided by the number of places in the row, padding included, so that short texts get short vectors. "
    "Divide by how many tokens are real."
)


@mistake(mean_pool, WHOLE)
def divides_by_the_row(states, mask):
    return (hidden(states, mask).float() / states.shape[1]).to(states.dtype)


@mistake(mean_pool, WHOLE)
def zeros_and_mean(states, mask):
    return torch.where(mask.bool().unsqueeze(-1), states, 0).mean(dim=1)


@mistake(
    mean_pool,
    "The vector of one token comes back, the one in the first place, as for [CLS]. Asked for is the mean over all real "
    "tokens.",
)
def first_token(states, mask):
    return states[:, 0]


@mistake(
    mean_pool, "The vector of one token comes back, that in the last place. Asked for is the mean of the real ones."
)
def last_token(states, mask):
    return states[:, -1]


@mistake(
    mean_pool,
    "The first and the last real token are left out, perhaps as [CLS] and [SEP]. Where the mask is 1 a token counts, "
    "whichever it is.",
)
def without_the_ends(states, mask):
    inner = mask.clone().long()
    for row in inner:
        places = row.nonzero()[:, 0]
        row[places[:1]] = row[places[-1:]] = 0
    return mean_pool(states, inner)


@mistake(
    mean_pool,
    "What comes back is the sum over the tokens, so that a long text gets a long vector. Divide by their count.",
)
def only_the_sum(states, mask):
    return hidden(states, mask)


@mistake(
    mean_pool,
    "It is divided by the number of real tokens in the whole batch. Each text has a count of its own: "
    "`mask.sum(dim=1)`.",
)
def one_count_for_all(states, mask):
    return (hidden(states, mask).float() / mask.sum().clamp(min=1)).to(states.dtype)


@mistake(
    mean_pool,
    "It is divided by the count of some other text. A count of shape (batch, 1) meets its own row; with the wrong "
    "dimension kept, or none, it does not.",
)
def count_of_the_first(states, mask):
    return (hidden(states, mask).float() / counted(mask)[:1].clamp(min=1)).to(states.dtype)


@mistake(
    mean_pool,
    "The mask is read the other way round: the mean is that of the padding. It is 1 where a token is real.",
)
def the_wrong_way_round(states, mask):
    return mean_pool(states, ~mask.bool())


JUNK = (
    "NaN or ∞ at padding gets into the result, since 0 · NaN is NaN. Multiplying by the mask hides no such number; "
    "`masked_fill` or `torch.where` puts a 0 in its place."
)


@mistake(mean_pool, JUNK, keeps=0.87)
def multiplies_by_the_mask(states, mask):
    wide = states.double() * mask.unsqueeze(-1)
    return (wide.sum(1) / counted(mask).clamp(min=1)).to(states.dtype)


@mistake(
    mean_pool,
    "A text without a real token gives NaN: 0 / 0. Divide by 1 at least, as with `count.clamp(min=1)`, and it is "
    "zeros.",
    keeps=0.87,
)
def nan_for_nothing(states, mask):
    total = states.double().masked_fill(~mask.bool().unsqueeze(-1), 0).sum(1)
    return (total / counted(mask)).to(states.dtype)


@mistake(
    mean_pool,
    "NaN or ∞ at padding gets into the result, and a text without a real token gives 0 / 0. It takes zeros in the "
    "places of padding before the sum, and a count of 1 at least.",
    keeps=0.7,
)
def multiplies_and_divides(states, mask):
    wide = states.double() * mask.unsqueeze(-1)
    return (wide.sum(1) / counted(mask)).to(states.dtype)


@mistake(
    mean_pool,
    "NaN vanishes from the result also where a real token brought it, as by `nan_to_num` or `nansum`. Who has a NaN in "
    "a text should hear of it; only padding may be anything.",
    keeps=0.95,
)
def cleans_everything(states, mask):
    wide = torch.nan_to_num(states.double(), nan=0.0, posinf=0.0, neginf=0.0) * mask.unsqueeze(-1)
    return (wide.sum(1) / counted(mask).clamp(min=1)).to(states.dtype)


@mistake(
    mean_pool,
    "In float16 a long text gives ∞: the sum has passed 65,504, the largest number there. Take it in float32, as with "
    "`sum(dim=1, dtype=torch.float32)`, and go back after dividing.",
    keeps=0.9,
)
def overflows_in_half(states, mask):
    total = states.masked_fill(~mask.bool()[..., None], 0).sum(dim=1)
    return total / counted(mask).clamp(min=1).to(states.dtype)
