# exercise: attention
import torch


class Helper(torch.nn.Module):
    def forward(self, q, k, v, mask=None):
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def attention(q, k, v, mask=None):
    return Helper()(q, k, v, mask)
