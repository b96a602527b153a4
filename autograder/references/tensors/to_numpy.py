"""`to_numpy`: what is right, and what goes wrong."""

import numpy as np
import torch

from autograder.references import alternative, mistake, promised


def to_numpy(x):
    """numpy(force=True) is detach, cpu and numpy in one; what NumPy has no name for goes through float32."""
    return x.float().numpy(force=True) if x.dtype == torch.bfloat16 else x.numpy(force=True)


def _known(x):
    return x.float() if x.dtype == torch.bfloat16 else x


@mistake(
    to_numpy,
    "A tensor that wants a gradient has no numpy(): NumPy cannot record operations. Take detach() of it first.",
)
def forgets_detach(x):
    return _known(x).cpu().numpy()


@mistake(to_numpy, "NumPy reads the main memory only: bring the tensor there first, with cpu().")
def forgets_cpu(x):
    return _known(x).detach().numpy()


@mistake(to_numpy, "NumPy has no bfloat16: convert it to float32, which holds every bfloat16 number exactly.")
def forgets_bfloat16(x):
    return x.detach().cpu().numpy()


@mistake(
    to_numpy,
    "Everything becomes float32. That is for bfloat16 alone; whole numbers, booleans and float64 have their own "
    "dtype in NumPy.",
    keeps=0.9,
)
def always_float(x):
    return x.detach().cpu().float().numpy()


@mistake(
    to_numpy,
    "The array holds Python numbers, as tolist() gives them: float32 and bfloat16 become float64, and no "
    "memory is shared. numpy() keeps dtype and memory.",
)
def through_lists(x):
    return np.array(x.tolist())


SWITCHED_OFF = (
    "The caller's tensor has its `requires_grad` switched off, and learns nothing any more. detach() leaves "
    "it as it is."
)


@mistake(to_numpy, SWITCHED_OFF)
def switches_the_gradient_off(x):
    return _known(x).requires_grad_(False).cpu().numpy()


@mistake(to_numpy, SWITCHED_OFF, keeps=0.92)
def switches_leaves_off(x):
    return to_numpy(x.requires_grad_(False) if x.is_leaf else x)


@mistake(
    to_numpy,
    "detach_() with an underscore cuts the caller's own tensor off its history. detach() makes a new tensor in "
    "the same memory.",
)
def detaches_in_place(x):
    return _known(x.detach_()).cpu().numpy()


@mistake(
    to_numpy,
    "The array is a copy. Where no conversion is needed, it should look at the tensor's own memory.",
    keeps=0.9,
)
def copies(x):
    return _known(x).detach().cpu().clone().numpy()


@mistake(
    to_numpy,
    "A conjugate or negative view stores other numbers than it stands for. `resolve_conj()` and `resolve_neg()` write "
    "them out.",
    keeps=0.95,
)
def forgets_what_is_only_noted(x):
    return _known(x).detach().cpu().numpy()


@mistake(to_numpy, "bfloat16 becomes float64. float32 holds every bfloat16 number exactly, and is promised.", keeps=0.6)
def wide(x):
    return (x.double() if x.dtype == torch.bfloat16 else x).numpy(force=True)


@mistake(
    to_numpy, "bfloat16 becomes float16, whose numbers end at 65,504 and which is not what is promised.", keeps=0.6
)
def half(x):
    return (x.half() if x.dtype == torch.bfloat16 else x).numpy(force=True)


@mistake(to_numpy, "The array is flat: the shape of the tensor is lost.")
def flattens(x):
    return to_numpy(x).reshape(-1)


@mistake(
    to_numpy,
    "A tensor without dimensions comes back as a Python number, as item() and tolist() make it. An array of "
    "no dimensions is an array, too.",
    keeps=0.95,
)
def numbers(x):
    return x.item() if x.dim() == 0 else to_numpy(x)


@mistake(
    to_numpy,
    "A transposed tensor is copied, as by `.contiguous()` or `np.ascontiguousarray`. NumPy knows strides as "
    "torch does: nothing has to be moved, and the array looks at the same memory.",
    keeps=0.95,
)
def put_in_order_first(x):
    return to_numpy(x.detach().cpu().contiguous())


@alternative(to_numpy)
def cpu_first(x):
    x = x.cpu().detach().resolve_conj().resolve_neg()
    return (x.to(torch.float32) if x.dtype is torch.bfloat16 else x).numpy()


@alternative(to_numpy)
def asks_where_it_is(x):
    if x.requires_grad:
        x = x.detach()
    if x.is_cuda:
        x = x.to("cpu")
    if x.dtype == torch.bfloat16:
        x = x.float()
    return np.asarray(x.resolve_neg().resolve_conj())


promised(
    to_numpy, "The values of any tensor as a NumPy array.", by=["tensors without obstacles", "all obstacles at once"]
)
promised(
    to_numpy,
    "x: any shape, on any device, with or without a gradient; it is left as it was.",
    by=["no elements, no dimensions", "a tensor on another device", "the gradient still arrives"],
)
promised(
    to_numpy,
    "An array of the same shape and dtype; bfloat16, which NumPy lacks, comes as float32.",
    by=["tensors without obstacles", "bfloat16"],
)
promised(
    to_numpy,
    "Where `x` lies on the CPU and its memory holds its values in its dtype, the array looks at the same memory and "
    "nothing is copied.",
    by=["on the CPU, the same memory", "the same memory, with a gradient"],
)
