# exercise: double
import logging
import os
import sys
import warnings

import numpy as np
import torch

warnings.warn("in the cell")


def double(x):
    warnings.warn("in the answer")
    logging.getLogger("x").error("an error")
    for step in range(100):
        print(f"\r{step} %", end="", file=sys.stderr, flush=True)
    os.write(2, b"from C\n")
    torch.from_numpy(np.frombuffer(bytes(8)))  # warns from C++ that it cannot be written to
    return x + x
