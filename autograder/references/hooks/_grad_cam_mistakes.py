"""Mistakes of `grad_cam`."""

import torch
import torch.nn.functional as F

from autograder.references import mistake
from autograder.references.hooks._grad_cam import cam, grad_cam

adds_up_all_classes = mistake(
    grad_cam,
    "The gradient is that of all classes' scores together: the map shows what excites the net, not what "
    "speaks for the class asked for.",
)(cam(score=lambda scores, classes: scores.sum()))

takes_everybodys_classes = mistake(
    grad_cam,
    "For each image the classes of all images count, as in `scores[:, classes]`. Each has a class of its own: "
    "`scores.gather(1, classes[:, None])`.",
)(cam(score=lambda scores, classes: scores[:, classes].sum()))

takes_the_best_class = mistake(grad_cam, "The net's favourite class is explained, not the one asked for in `classes`.")(
    cam(score=lambda scores, classes: scores.amax(1).sum())
)

takes_probabilities = mistake(
    grad_cam,
    "The gradient is taken of the probability, or of its logarithm. After a softmax it also says what speaks "
    "against the others; Grad-CAM uses the score before it.",
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
    grad_cam, "A map of zeros is divided by its maximum, 0 / 0, and becomes NaN. It should stay zero.", keeps=0.9
)(cam(scale=lambda heat: heat / heat.amax((1, 2), keepdim=True)))

forgets_the_handle = mistake(
    grad_cam, "The hook stays on the layer: keep its handle and remove it, in `finally`.", keeps=0.85
)(cam(tidy=False))

keeps_an_alias = mistake(
    grad_cam,
    "The activation that was kept is overwritten by the in-place ReLU that follows, and in a frozen net "
    "it needs no gradient. "
    "Keep `output.detach().requires_grad_()` and hand on a clone of it.",
    keeps=0.9,
)(cam(keep=lambda output: output, hand_on=lambda kept: None))


def by_backward(keep):
    """The frame of answers that call `backward` instead of `autograd.grad`."""

    def answer(model, layer, images, classes):
        held = []

        def hook(module, args, output):
            held.append(keep(output))
            return held[0].clone()

        handle = model.get_submodule(layer).register_forward_hook(hook)
        try:
            model(images).gather(1, classes[:, None]).sum().backward()
        finally:
            handle.remove()
        heat = F.relu((held[0].grad.mean((2, 3), keepdim=True) * held[0]).sum(1)).detach()
        return heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-30)

    return answer


def on_the_graph(output):
    output = output + torch.zeros_like(output).requires_grad_()
    output.retain_grad()
    return output


fills_the_parameters = mistake(
    grad_cam,
    "`backward` adds to the `.grad` of every parameter of the model. `torch.autograd.grad(score, "
    "activation)` touches none.",
    keeps=0.9,
)(by_backward(on_the_graph))

fills_the_parameters_behind = mistake(
    grad_cam,
    "`backward` adds to the `.grad` of every parameter between the layer and the score. `torch.autograd.grad(score, "
    "activation)` touches none.",
    keeps=0.9,
)(by_backward(lambda output: output.detach().requires_grad_()))

NOT_TINY = (
    "A map of small values stays below 1: a number is added to the divisor, or cuts it off, that is larger than they "
    "are. `clamp(min=torch.finfo(dtype).tiny)` changes nothing but 0."
)
for little in (1e-5, 1e-6, 1e-8, 1e-12):
    mistake(grad_cam, NOT_TINY, keeps=0.95)(
        cam(scale=lambda heat, little=little: heat / (heat.amax((1, 2), keepdim=True) + little))
    )
    mistake(grad_cam, NOT_TINY, keeps=0.95)(
        cam(scale=lambda heat, little=little: heat / heat.amax((1, 2), keepdim=True).clamp(min=little))
    )

shifts_to_zero = mistake(
    grad_cam,
    "The smallest value is subtracted before dividing. Where all of a map speaks for the class, nothing in it is "
    "0: only divide by the largest.",
    keeps=0.9,
)(
    cam(
        scale=lambda heat: (
            (heat - heat.amin((1, 2), keepdim=True))
            / (heat.amax((1, 2), keepdim=True) - heat.amin((1, 2), keepdim=True)).clamp(min=1e-30)
        )
    )
)

pools_over_the_batch = mistake(
    grad_cam,
    "The gradient is pooled over the batch too, as old tutorials for a single image do, `mean((0, 2, 3))`. "
    "Each image has its own channel weights.",
)(cam(channel_weights=lambda gradient: gradient.mean((0, 2, 3), keepdim=True)))

ignores_the_gradient = mistake(
    grad_cam,
    "The channels are added up, or averaged, without weights: the map shows what is active, for any class alike.",
)(cam(combine=lambda weights, kept: F.relu(kept.sum(1))))

takes_the_gradient_alone = mistake(
    grad_cam,
    "A map is the same everywhere, 0 or 1, as when it is made of the mean gradients alone. Multiply what the "
    "layer gives, place by place, by its channel's mean gradient.",
)(cam(combine=lambda weights, kept: F.relu((weights + 0 * kept).sum(1))))

goes_down_the_loss = mistake(
    grad_cam, "The gradient is that of a loss, which falls as the score rises. Take the gradient of the score itself."
)(cam(score=lambda scores, classes: F.cross_entropy(scores, classes, reduction="sum")))

takes_absolute_values = mistake(
    grad_cam,
    "Absolute values are taken: what speaks against the class lights up as well. A ReLU on the sum sets it to zero.",
)(cam(combine=lambda weights, kept: (weights * kept).sum(1).abs()))

weights_by_size = mistake(
    grad_cam, "The channel weights lose their sign. A channel that speaks against the class counts negatively."
)(cam(channel_weights=lambda gradient: gradient.abs().mean((2, 3), keepdim=True)))

takes_the_steepest = mistake(
    grad_cam, "A channel counts as much as its largest gradient. Its mean over all places is asked for."
)(cam(channel_weights=lambda gradient: gradient.amax((2, 3), keepdim=True)))

leaves_the_scale = mistake(
    grad_cam, "The maps are not divided by their largest value: 1 is to be the strongest place."
)(cam(scale=lambda heat: heat))

divides_by_the_sum = mistake(grad_cam, "Each map is divided by its sum. Divide by its largest value.")(
    cam(scale=lambda heat: heat / heat.sum((1, 2), keepdim=True).clamp(min=1e-30))
)

keeps_the_channel = mistake(
    grad_cam, "A dimension of size 1 stays where the channels were. The shape is (batch, height, width)."
)(
    cam(
        combine=lambda weights, kept: F.relu((weights * kept).sum(1, keepdim=True)),
        scale=lambda heat: heat / heat.amax((2, 3), keepdim=True).clamp(min=1e-30),
    )
)


@mistake(
    grad_cam, "The maps are stretched to the size of the images. Hand them back in the size of the layer's output."
)
def stretches_the_maps(model, layer, images, classes):
    heat = cam()(model, layer, images, classes)
    return F.interpolate(heat[:, None], images.shape[-2:], mode="bilinear")[:, 0]


@mistake(grad_cam, "The map that comes back still needs a gradient: `detach()` it before it is returned.", keeps=0.9)
def leaves_the_graph(model, layer, images, classes):
    heat = cam()(model, layer, images, classes)
    return heat.requires_grad_()


@mistake(grad_cam, "The model is left in evaluation mode. Whoever calls decides about the mode.", keeps=0.85)
def leaves_eval(model, layer, images, classes):
    return cam()(model.eval(), layer, images, classes)


@mistake(grad_cam, "When the model raises, the hook stays on the layer: remove it in `finally`.", keeps=0.9)
def tidies_on_success(model, layer, images, classes):
    held = []

    def hook(module, args, output):
        held.append(output.detach().requires_grad_())
        return held[0].clone()

    handle = model.get_submodule(layer).register_forward_hook(hook)
    scores = model(images)
    handle.remove()
    (gradient,) = torch.autograd.grad(scores.gather(1, classes[:, None]).sum(), held)
    heat = F.relu((gradient.mean((2, 3), keepdim=True) * held[0]).sum(1)).detach()
    return heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-30)


CLEARED = "All hooks of the layer are cleared, other people's too. Remove your own by its handle."


@mistake(grad_cam, CLEARED, keeps=0.95)
def clears_the_model(model, layer, images, classes):
    heat = cam()(model, layer, images, classes)
    for module in model.modules():
        module._forward_hooks.clear()
    return heat


@mistake(grad_cam, CLEARED, keeps=0.95)
def clears_the_layer(model, layer, images, classes):
    heat = cam()(model, layer, images, classes)
    model.get_submodule(layer)._forward_hooks.clear()
    return heat


@mistake(
    grad_cam,
    "The gradients that the model had are gone, as after `zero_grad`. Leave `.grad` alone: "
    "`torch.autograd.grad` does not touch it.",
    keeps=0.9,
)
def wipes_the_gradients(model, layer, images, classes):
    model.zero_grad()
    return cam()(model, layer, images, classes)
