"""The handwritten digits of several lessons, which come with scikit-learn."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from helpers.installed import folder


def handwritten_digits() -> tuple[Tensor, Tensor]:
    """The 1,797 handwritten digits of scikit-learn, as they lie there.

    Returns:
        ink from 0 to 16, shape (1797, 8, 8), float32, and which digit each of them is, shape (1797,), int64.

    Raises:
        ModuleNotFoundError: scikit-learn is not there.
    """
    file = folder("sklearn", "The digits") / "datasets" / "data" / "digits.csv.gz"
    rows = torch.from_numpy(np.loadtxt(file, delimiter=",", dtype=np.float32))
    return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].long()
