"""`grad_cam`: what is right, and what goes wrong."""

import copy

import torch
import torch.nn.functional as F

from autograder.references import alternative, mistake


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


adds_up_all_classes = mistake(
    grad_cam,
    "The scores of all classes are added: the map shows what excites the net, not what speaks for the class asked for.",
)(cam(score=lambda scores, classes: scores.sum()))

takes_the_best_class = mistake(grad_cam, "The net's favourite class is explained, not the one asked for in `classes`.")(
    cam(score=lambda scores, classes: scores.amax(1).sum())
)

takes_probabilities = mistake(
    grad_cam,
    "The gradient is taken of the probability. After softmax it also says what speaks against the others; "
    "Grad-CAM uses the score before it.",
)(cam(score=lambda scores, classes: scores.softmax(1).gather(1, classes[:, None]).sum()))

without_relu = mistake(
    grad_cam, "Negative values remain: what speaks against the class is to be zero, by a ReLU on the sum."
)(cam(combine=lambda weights, kept: (weights * kept).sum(1)))

relu_too_early = mistake(
    grad_cam,
    "The ReLU acts on each channel before the sum, so channels that speak against the class are left "
    "out. Add up first.",
)(cam(combine=lambda weights, kept: F.relu(weights * kept).sum(1)))

multiplies_pointwise = mistake(
    grad_cam,
    "Gradient and activation are multiplied place by place. Average the gradient over the places first: "
    "one weight a channel.",
)(cam(channel_weights=lambda gradient: gradient))

one_scale_for_all = mistake(
    grad_cam, "All maps are divided by the largest value of the batch; each image has its own scale."
)(cam(scale=lambda heat: heat / heat.amax().clamp(min=1e-30)))

divides_by_nothing = mistake(
    grad_cam, "A map of zeros is divided by its maximum, 0 / 0, and becomes NaN. It should stay zero."
)(cam(scale=lambda heat: heat / heat.amax((1, 2), keepdim=True)))

forgets_the_handle = mistake(grad_cam, "The hook stays on the layer: keep its handle and remove it, in `finally`.")(
    cam(tidy=False)
)

keeps_an_alias = mistake(
    grad_cam,
    "The activation that was kept is overwritten by the in-place ReLU that follows, and in a frozen net "
    "it needs no gradient. "
    "Keep `output.detach().requires_grad_()` and hand on a clone of it.",
)(cam(keep=lambda output: output, hand_on=lambda kept: None))


@mistake(
    grad_cam,
    "`backward` adds to the `.grad` of every parameter of the model. `torch.autograd.grad(score, "
    "activation)` touches none.",
)
def fills_the_parameters(model, layer, images, classes):
    held = []

    def hook(module, args, output):
        held.append(output + torch.zeros_like(output).requires_grad_())
        held[0].retain_grad()
        return held[0].clone()

    handle = model.get_submodule(layer).register_forward_hook(hook)
    try:
        model(images).gather(1, classes[:, None]).sum().backward()
    finally:
        handle.remove()
    weights = held[0].grad.mean((2, 3), keepdim=True)
    heat = F.relu((weights * held[0]).sum(1)).detach()
    return heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-30)


with_one_hot = alternative(grad_cam)(
    cam(
        score=lambda scores, classes: (scores * F.one_hot(classes, scores.shape[1])).sum(),
        combine=lambda weights, kept: torch.einsum("ncij,ncij->nij", weights.expand_as(kept), kept).clamp(min=0),
        scale=lambda heat: torch.nan_to_num(heat / heat.flatten(1).max(1).values[:, None, None]),
    )
)


@alternative(grad_cam)
def with_a_tensor_hook(model, layer, images, classes):
    kept = {}

    def hook(module, args, output):
        kept["value"] = output.detach().clone()
        copied = output.clone() if output.requires_grad else output.clone().requires_grad_()
        copied.register_hook(lambda gradient: kept.update(gradient=gradient))
        kept["node"] = copied
        return copied.clone()

    with model.get_submodule(layer).register_forward_hook(hook):
        scores = model(images)
    rows = torch.arange(len(images), device=images.device)
    torch.autograd.grad(scores[rows, classes].sum(), kept["node"])
    heat = (kept["gradient"].mean(dim=(-2, -1))[..., None, None] * kept["value"]).sum(dim=1).relu()
    top = heat.flatten(1).amax(1)
    return heat / torch.where(top > 0, top, torch.ones_like(top)).view(-1, 1, 1)
