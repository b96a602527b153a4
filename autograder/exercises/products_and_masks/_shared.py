"""What several experiments of this topic share."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

READY_SOFTMAX = [
    torch.softmax, torch.Tensor.softmax, F.softmax, nn.Softmax, nn.Softmax2d, torch.special.softmax,
    torch.log_softmax, torch.Tensor.log_softmax, F.log_softmax, nn.LogSoftmax, torch.special.log_softmax,
    torch.logsumexp, torch.Tensor.logsumexp, torch.special.logsumexp, torch.logcumsumexp, torch.Tensor.logcumsumexp,
    F.softmin, nn.Softmin, F.gumbel_softmax, F.cross_entropy, nn.CrossEntropyLoss, F.scaled_dot_product_attention,
    torch.sparse.softmax, torch.sparse.log_softmax, torch.masked.softmax, torch.masked.log_softmax,
]  # fmt: skip
