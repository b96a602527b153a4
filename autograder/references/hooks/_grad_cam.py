"""`grad_cam`: what is right, and the frame of most answers."""

import copy

import torch
import torch.nn.functional as F


def grad_cam(model, layer, images, classes):
    twin = copy.deepcopy(model).double()
    zeros, seen = [], []

    def add_zero(module, args, output):
        seen.append(output.detach().clone())
        zeros.append(torch.zeros_like(seen[0]).requires_grad_())
        return output + zeros[0]

    twin.get_submodule(layer).register_forward_hook(add_zero)
    scores = twin(images.double())
    slopes = torch.zeros_like(zeros[0])
    for row, wanted in enumerate(classes.tolist()):
        slopes[row] = torch.autograd.grad(scores[row, wanted], zeros, retain_graph=True)[0][row]
    heat = torch.zeros_like(slopes[:, 0])
    for row in range(len(images)):
        for channel in range(slopes.shape[1]):
            heat[row] += slopes[row, channel].mean() * seen[0][row, channel]
        heat[row] = heat[row].clamp(min=0)
        if heat[row].max() > 0:
            heat[row] /= heat[row].max()
    return heat.to(images.dtype)


def cam(
    score=lambda scores, classes: scores.gather(1, classes[:, None]).sum(),
    channel_weights=lambda gradient: gradient.mean((2, 3), keepdim=True),
    combine=lambda weights, kept: F.relu((weights * kept).sum(1)),
    scale=lambda heat: heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-30),
    hand_on=lambda kept: kept.clone(),
    keep=lambda output: output.detach().requires_grad_(),
    tidy=True,
):
    """The frame of most answers; mistakes change one step."""

    def answer(model, layer, images, classes):
        held = []

        def hook(module, args, output):
            held.append(keep(output))
            return hand_on(held[0])

        handle = model.get_submodule(layer).register_forward_hook(hook)
        try:
            scores = model(images)
        finally:
            if tidy:
                handle.remove()
        (gradient,) = torch.autograd.grad(score(scores, classes), held)
        return scale(combine(channel_weights(gradient), held[0]).detach())

    return answer
