# exercise: double
import torch

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
torch.set_printoptions(profile="full")


def double(x):
    return 2 * x
