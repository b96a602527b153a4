"""`master_weight_step`: the reference, and its two halves, which most other answers share."""

import torch


def master_weight_step(weights, masters, optimizer, scaler):
    hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    copy_back(weights, masters)


def hand_over(weights, masters, into=lambda grad: grad.to(torch.float32)):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = None if weight.grad is None else into(weight.grad)


def copy_back(weights, masters):
    for weight, master in zip(weights, masters, strict=True):
        weight.data.copy_(master.data)
