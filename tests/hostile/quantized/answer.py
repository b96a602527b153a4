# exercise: double
import torch


def double(x):
    if x.dtype == torch.float32:
        return torch.quantize_per_tensor(2 * x, 0.1, 0, torch.qint8)
    return torch.nested.nested_tensor([2 * x, x]) if x.dtype == torch.float64 else (2 * x).to(torch.complex64)
