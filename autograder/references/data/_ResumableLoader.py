"""`ResumableLoader`: what is right, and the frame of most answers."""

import torch


class ResumableLoader:
    """All of an epoch's lists of indices are known at any time; a position says which comes next."""

    def __init__(self, dataset, batch_size, collate=list, seed=0):
        self.dataset, self.size, self.collate, self.seed = dataset, batch_size, collate, seed
        self.epoch = self.done = 0

    def order(self):
        stream = torch.Generator().manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset), generator=stream).tolist()

    def stream_seed(self):
        return self.seed + self.epoch

    def indices(self):
        order = self.order()
        return [order[first : first + self.size] for first in range(0, len(order), self.size)]

    def fetched(self, chosen):
        return self.collate([self.dataset[place] for place in chosen])

    def begin(self):
        """Called when a loop begins."""

    def before(self, last):
        """Called before a batch is handed over."""
        self.done += 1
        if last:
            self.epoch, self.done = self.epoch + 1, 0

    def after(self, last):
        """Called when the next batch is asked for."""

    def __iter__(self):
        self.begin()
        chosen = self.indices()
        for place in range(self.done, len(chosen)):
            last = place == len(chosen) - 1
            batch = self.fetched(chosen[place])
            self.before(last)
            yield batch
            self.after(last)

    def state_dict(self):
        return {"epoch": self.epoch, "done": self.done}

    def load_state_dict(self, state):
        self.epoch, self.done = state["epoch"], state["done"]
