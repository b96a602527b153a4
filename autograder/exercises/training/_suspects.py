"""AdamW as people write it wrongly; each of these is right on some inputs.

All take one weight, its gradients one after the other, and two settings. The rate is 0.1, the betas are 0.9 and 0.99.
What comes back is the weight after the last step.
"""

from __future__ import annotations

import torch
from torch import Tensor

LR, BETA1, BETA2 = 0.1, 0.9, 0.99


def by_hand(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    """The formula, which is right."""
    m = v = torch.zeros_like(weight)
    for t, g in enumerate(gradients, start=1):
        weight = weight - LR * decay * weight
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * (m / (1 - BETA1**t)) / ((v / (1 - BETA2**t)).sqrt() + eps)
    return weight


def eps_inside_the_root(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    m = v = torch.zeros_like(weight)
    for t, g in enumerate(gradients, start=1):
        weight = weight * (1 - LR * decay)
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * (m / (1 - BETA1**t)) / (v / (1 - BETA2**t) + eps).sqrt()
    return weight


def decay_through_the_gradient(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    m = v = torch.zeros_like(weight)
    for t, g in enumerate(gradients, start=1):
        g = g + decay * weight
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * (m / (1 - BETA1**t)) / ((v / (1 - BETA2**t)).sqrt() + eps)
    return weight


def decay_after_the_step(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    m = v = torch.zeros_like(weight)
    for t, g in enumerate(gradients, start=1):
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * (m / (1 - BETA1**t)) / ((v / (1 - BETA2**t)).sqrt() + eps)
        weight = weight * (1 - LR * decay)
    return weight


def no_correction(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    m = v = torch.zeros_like(weight)
    for g in gradients:
        weight = weight * (1 - LR * decay)
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * m / (v.sqrt() + eps)
    return weight


def counts_from_two(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    m = v = torch.zeros_like(weight)
    for t, g in enumerate(gradients, start=2):
        weight = weight * (1 - LR * decay)
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * (m / (1 - BETA1**t)) / ((v / (1 - BETA2**t)).sqrt() + eps)
    return weight


def forgets_the_mean(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    v = torch.zeros_like(weight)
    for t, g in enumerate(gradients, start=1):
        weight = weight * (1 - LR * decay)
        v = BETA2 * v + (1 - BETA2) * g * g
        weight = weight - LR * g / ((v / (1 - BETA2**t)).sqrt() + eps)
    return weight


SUSPECTS = {
    "puts eps inside the root": eps_inside_the_root,
    "sends the decay through the gradient": decay_through_the_gradient,
    "decays after the step": decay_after_the_step,
    "corrects nothing": no_correction,
    "counts its steps from two": counts_from_two,
    "forgets the mean of the gradients": forgets_the_mean,
}
