"""`dropout`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised


def dropout(x, p, training):
    if not 0 <= p <= 1:
        raise ValueError("p is a share")
    return F.dropout(x, p, training)


def kept(x, p):
    """True where a number stays."""
    return torch.rand(x.shape, device=x.device) >= p


def checked(p):
    if not 0 <= p <= 1:
        raise ValueError(f"p is a share, and {p} is none")


def factor(p):
    return 1 / (1 - p) if p < 1 else 0.0


@mistake(dropout, "A share p stays, where a share p should be dropped.")
def keeps_p(x, p, training):
    checked(p)
    return x * ~kept(x, p) * (1 / p if p else 1.0) if training and 0 < p < 1 else x * (not training or p == 0)


@mistake(
    dropout,
    "Exactly a share p is dropped, in every call as many. Each number should be drawn by itself, so that their count "
    "differs from call to call.",
    keeps=0.9,
)
def exactly_a_share(x, p, training):
    checked(p)
    if not training or p == 1:
        return x * (not training)
    stays = torch.ones(x.numel(), dtype=torch.bool, device=x.device)
    stays[torch.randperm(x.numel(), device=x.device)[: round(p * x.numel())]] = False
    return x * stays.reshape(x.shape) * factor(p)


@mistake(
    dropout,
    "A p below 0 or above 1 is refused in training only. It is wrong in evaluation as well: ask first.",
    keeps=0.99,
)
def refuses_in_training_only(x, p, training):
    if not training:
        return x * 1
    checked(p)
    return x * kept(x, p) * factor(p) if p < 1 else torch.zeros_like(x)


@mistake(
    dropout,
    "A share p stays, where a share p should be dropped; and what stays is scaled for the other case.",
)
def keeps_p_and_scales(x, p, training):
    checked(p)
    return x * ~kept(x, p) * factor(p) if training else x


@mistake(
    dropout,
    "p is taken for the share that stays, and what stays is divided by it. p is the share that is dropped: 1 − p "
    "stays, and is divided by 1 − p.",
)
def p_stays(x, p, training):
    checked(p)
    if not training or p == 1:
        return x * 1
    return x * ~kept(x, p) / p if p else torch.zeros_like(x)


OLD = (
    "This is the dropout of the first paper: nothing is scaled in training, and all is scaled down afterwards. Today "
    "what stays is divided by 1 − p in training, and afterwards nothing is done."
)


@mistake(dropout, OLD)
def scales_afterwards(x, p, training):
    checked(p)
    return x * kept(x, p) if training else x * (1 - p)


@mistake(
    dropout,
    "Outside training the numbers are multiplied by p. Nothing should be done to them: what stays in training is "
    "divided by 1 − p, so that the mean is the same.",
)
def times_p_afterwards(x, p, training):
    checked(p)
    return x * kept(x, p) if training else x * p


@mistake(
    dropout,
    "What stays is scaled in training, and all is scaled once more outside of it. One of the two is enough: outside "
    "training nothing should be done.",
)
def scales_twice(x, p, training):
    checked(p)
    return x * kept(x, p) * factor(p) if training else x * (1 - p)


@mistake(
    dropout,
    "What stays is left as it is, so that the sums in training are smaller than afterwards. Divide it by 1 − p.",
)
def never_scales(x, p, training):
    checked(p)
    return x * kept(x, p) if training else x


@mistake(dropout, "What stays is divided by p. It is the share that stays, 1 − p, that it should be divided by.")
def divides_by_p(x, p, training):
    checked(p)
    return x * kept(x, p) / (p or 1) if training else x


@mistake(dropout, "What stays is multiplied by 1 − p where it should be divided by it.")
def multiplies(x, p, training):
    checked(p)
    return x * kept(x, p) * (1 - p) if training else x


@mistake(
    dropout,
    "Numbers are dropped outside training, too: `training` plays no part. An answer should not depend on chance then.",
)
def always_drops(x, p, training):
    checked(p)
    return x * kept(x, p) * factor(p)


@mistake(dropout, "`training` is taken the other way round.")
def only_afterwards(x, p, training):
    checked(p)
    return x if training else x * kept(x, p) * factor(p)


@mistake(dropout, "Each row drops the same numbers. Draw one random number for each number of x.")
def same_for_each_row(x, p, training):
    checked(p)
    return x * kept(x[..., :1, :] if x.dim() > 1 else x, p) * factor(p) if training else x


@mistake(dropout, "Whole rows are dropped, or kept. Draw one random number for each number of x.")
def whole_rows(x, p, training):
    checked(p)
    return x * kept(x[..., :1] if x.dim() > 1 else x, p) * factor(p) if training else x


@mistake(
    dropout,
    "With p = 1 the result is NaN: 1 / (1 − p) is ∞, and 0 · ∞ is NaN; or the division raises. All are dropped then: "
    "zeros.",
    keeps=0.93,
)
def nan_for_all(x, p, training):
    checked(p)
    return x * kept(x, p) / torch.tensor(1 - p, dtype=x.dtype) if training else x


@mistake(
    dropout,
    "With p = 1 this raises: it divides by 1 − p, and that is 0. All are dropped then: zeros.",
    keeps=0.93,
)
def divides_by_zero(x, p, training):
    checked(p)
    return x * kept(x, p) * (1 / (1 - p)) if training else x


@mistake(
    dropout,
    "The same numbers are dropped in each call, as when a seed is set inside. Each call should draw anew.",
)
def sets_a_seed(x, p, training):
    checked(p)
    stream = torch.Generator().manual_seed(0)
    stays = torch.rand(x.shape, generator=stream).to(x.device) >= p
    return x * stays * factor(p) if training else x


@mistake(
    dropout,
    "A share that is none is not refused. With p below 0 or above 1, raise a ValueError.",
    keeps=0.99,
)
def refuses_nothing(x, p, training):
    return x * kept(x, p) * (1 / (1 - p) if p != 1 else 0.0) if training else x


@mistake(
    dropout,
    "The caller's own numbers are changed: zeros are written into x, or it is scaled in place.",
    keeps=0.99,
)
def writes_into_x(x, p, training):
    checked(p)
    if not training:
        return x
    y = x.detach() if not x.requires_grad else x.clone()
    y[~kept(x, p)] = 0
    return y.mul_(factor(p))


@mistake(
    dropout,
    "Where all are dropped, the zeros have PyTorch's default dtype, float32. `torch.zeros_like(x)` has the dtype of x.",
    keeps=0.99,
)
def zeros_of_their_own(x, p, training):
    checked(p)
    if training and p == 1:
        return torch.zeros(x.shape, device=x.device)
    return x * kept(x, p) * factor(p) if training else x


@mistake(
    dropout,
    "Outside training random numbers are drawn, too, although nothing is done with them. So an evaluation shifts all "
    "that is drawn afterwards. Ask for `training` first.",
    keeps=0.5,
)
def draws_before_it_asks(x, p, training):
    checked(p)
    stays = kept(x, p)
    return x * stays * factor(p) if training else x * 1


@mistake(dropout, "What stays is divided by p, the share that is dropped. The share that stays is 1 − p.")
def divided_by_p(x, p, training):
    checked(p)
    return x * kept(x, p) / p if training else x


@alternative(dropout)
def by_bernoulli(x, p, training):
    checked(p)
    if not training or p == 0:
        return x.clone()
    if p == 1:
        return x * 0
    return x * torch.bernoulli(torch.full_like(x, 1 - p, dtype=torch.float32)).to(x.dtype) / (1 - p)


@alternative(dropout)
def by_where(x, p, training):
    checked(p)
    if p == 1.0 and training:
        return torch.zeros_like(x)
    return torch.where(kept(x, p), x / (1 - p), 0.0) if training else x


for sentence, by in {
    "In training, drops each number with probability p and divides the others by 1 − p; otherwise does nothing.": [
        "how many stay, p near 0.2",
        "what becomes of the rest, p near 0.7",
        "each row by itself",
        "outside training",
        "another call, another draw",
    ],
    "Each number is drawn by itself.": ["each row by itself"],
    "With p = 1 all are dropped: zeros come back.": ["all are dropped"],
    "x: floating point, any shape.": ["half precision", "float64"],
    "p: the share that is dropped, from 0 to 1.": ["none are dropped", "all are dropped"],
    "training: whether anything happens.": ["outside training"],
    "Shape and dtype of `x`.": ["half precision", "a turned table"],
    "Outside training, no random number is drawn, and `x` itself may come back.": [
        "outside training, no random number is drawn",
        "outside training",
    ],
    "ValueError: p is below 0 or above 1, in training or not.": ["no such share"],
}.items():
    promised(dropout, sentence, by=by)

equivalent(dropout, "if p == 1:", "if p >= 1:", "what is above 1 was refused before")
equivalent(
    dropout,
    "stays = torch.rand_like(x) >= p",
    "stays = torch.rand_like(x) > p",
    "a random number is hardly ever exactly p",
)
