"""`mean_pool`: what goes wrong, slips and old recipes."""

import torch

from autograder.references import mistake
from autograder.references.representations._mean_pool import counted
from autograder.references.representations._mean_pool import mean_pool as right


@mistake(
    right,
    "NaN or ∞ at padding gets into the result, and half precision comes back as float32. Put zeros at padding "
    "with `masked_fill` or `torch.where`, and go back to the dtype of the states at the end.",
    keeps=0.9,
)
def the_old_recipe(states, mask):
    weights = mask[:, :, None].float()
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)


@mistake(
    right,
    "NaN or ∞ at padding gets into the result, and every dtype comes back as float32. Put zeros at padding with "
    "`masked_fill` or `torch.where`, and go back to the dtype of the states at the end.",
    keeps=0.9,
)
def the_old_recipe_in_float32(states, mask):
    weights = mask[:, :, None].float()
    return (states.float() * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)


@mistake(
    right,
    "NaN or ∞ at padding gets into the result, and in float16 a long text gives ∞. Put zeros at padding with "
    "`masked_fill` or `torch.where`, and sum in float32.",
    keeps=0.9,
)
def multiplies_in_half(states, mask):
    return (states * mask[:, :, None]).sum(dim=1) / counted(mask).clamp(min=1)


@mistake(
    right,
    "NaN or ∞ at padding gets into the result, a text without a real token gives 0 / 0, and in float16 a long "
    "text gives ∞. Put zeros at padding with `masked_fill`, sum in float32, and divide by 1 at least.",
    keeps=0.9,
)
def multiplies_and_divides_in_half(states, mask):
    return (states * mask[:, :, None]).sum(dim=1) / counted(mask)


@mistake(
    right,
    "A text without a real token gives NaN instead of zeros, and a NaN that a real token brought is left out, as "
    "by `nanmean`. Only padding may be anything, and only a mask says what it is.",
    keeps=0.9,
)
def mean_without_nan(states, mask):
    marked = states.double().masked_fill(~mask.bool()[..., None], torch.nan)
    return marked.nanmean(dim=1).to(states.dtype)


@mistake(
    right,
    "A text without a real token gives 0 / 0, and in float16 a long text gives ∞. Divide by 1 at least, and sum "
    "in float32.",
    keeps=0.9,
)
def overflows_and_divides_by_zero(states, mask):
    return states.masked_fill(~mask.bool()[..., None], 0).sum(dim=1) / counted(mask)


@mistake(
    right,
    "A NaN that a real token brought vanishes, as by `nan_to_num` or `nansum`, and in float16 a long text gives "
    "∞. Only padding may be anything; and sum in float32.",
    keeps=0.9,
)
def cleans_in_half(states, mask):
    return states.masked_fill(~mask.bool()[..., None], torch.nan).nansum(dim=1) / counted(mask).clamp(min=1)


@mistake(
    right,
    "The sum is that of the padding, divided by the number of real tokens. The zeros belong where the mask is 0: "
    "`~mask.bool()`.",
)
def zeros_in_the_wrong_places(states, mask):
    kept = states.double().masked_fill(mask.bool()[..., None], 0)
    return (kept.sum(dim=1) / counted(mask).clamp(min=1)).to(states.dtype)


@mistake(
    right,
    "Padding is in the sum, and not in the count. Put zeros there first: "
    "`states.masked_fill(~mask.bool().unsqueeze(-1), 0)`.",
)
def padding_in_the_sum(states, mask):
    return (states.double().sum(dim=1) / counted(mask).clamp(min=1)).to(states.dtype)
