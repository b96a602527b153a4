"""`grad_cam`: other ways that are right, and what is promised."""

import torch
import torch.nn.functional as F

from autograder.references import alternative, promised
from autograder.references.hooks import _grad_cam_mistakes  # noqa: F401  (they register themselves)
from autograder.references.hooks._grad_cam import cam, grad_cam

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


promised(
    grad_cam,
    "Where the output of a convolutional layer speaks for a class.",
    by=["four images", "other classes"],
)
promised(
    grad_cam,
    "model: gives scores of shape (batch, classes).",
    by=["four images"],
)
promised(
    grad_cam,
    "It may be frozen.",
    by=["a frozen net"],
)
promised(
    grad_cam,
    "Its parameters' `.grad`, its mode and its hooks are as before.",
    by=["gradients are as they were", "nothing is left behind", "nothing is left behind by an error"],
)
promised(
    grad_cam,
    "layer: the layer's name; its output has the shape (batch, channels, height, width).",
    by=["an early layer", "a layer that holds others"],
)
promised(
    grad_cam,
    "An in-place ReLU may follow.",
    by=["an in-place ReLU comes next"],
)
promised(
    grad_cam,
    "images: what the model is called with, shape (batch, ...).",
    by=["one image", "gradients are as they were"],
)
promised(
    grad_cam,
    "classes: the class to explain for each image, shape (batch,), int64.",
    by=["four images", "other classes"],
)
promised(
    grad_cam,
    "Shape (batch, height, width) of the layer's output, its dtype and device, without graph.",
    by=["an early layer", "a net in float64", "gradients are as they were"],
)
promised(
    grad_cam,
    "Values in [0, 1]: each map is divided by its own largest value, and a map of zeros stays zero.",
    by=["scores with tiny slopes", "evidence everywhere", "nothing speaks for one of the classes"],
)
