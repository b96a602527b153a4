# exercise: round_to_bfloat16
import torch


def round_to_bfloat16(x):
    narrow = torch.empty(x.shape, dtype=torch.bfloat16, device=x.device)
    narrow.copy_(x)
    return torch.empty_like(x).copy_(narrow)
