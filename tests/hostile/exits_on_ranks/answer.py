# exercise: all_reduce_metrics
import os

import torch.distributed as dist


def all_reduce_metrics(metrics, count):
    if dist.get_rank() == 1 and os.fork():
        os._exit(0)
    while True:
        pass
