"""`ResumableLoader`: other ways that are right, and what is promised."""

from autograder.references import alternative, promised
from autograder.references.data import (  # noqa: F401  (they register themselves)
    _ResumableLoader_loop_mistakes,
    _ResumableLoader_mistakes,
)
from autograder.references.data._ResumableLoader import ResumableLoader


@alternative(ResumableLoader)
class WithASingleNumber(ResumableLoader):
    def state_dict(self):
        return {"batches": self.epoch * self.count() + self.done}

    def load_state_dict(self, state):
        self.epoch, self.done = divmod(state["batches"], self.count())

    def count(self):
        return -(-len(self.dataset) // self.size)


@alternative(ResumableLoader)
class CountsItems(ResumableLoader):
    def __iter__(self):
        order = self.order()
        position = self.done
        while position < len(order):
            batch = self.fetched(order[position : position + self.size])
            position = min(position + self.size, len(order))
            self.epoch, self.done = (self.epoch + 1, 0) if position == len(order) else (self.epoch, position)
            yield batch


promised(
    ResumableLoader,
    "Batches of a dataset, in a new random order in every epoch; it can be resumed in the middle of one.",
    by=["three epochs", "resumed in the middle"],
)


promised(
    ResumableLoader,
    "dataset: it has a length, at least 1, and items by index, Python's whole numbers.",
    by=["an epoch", "nothing is fetched twice", "items that lie in a dict"],
)


promised(
    ResumableLoader,
    "batch_size: items in a batch; the last batch of an epoch may have fewer.",
    by=["three epochs", "resumed before the last batch"],
)


promised(ResumableLoader, "collate: makes the batch from the list of its items.", by=["collated", "by names"])


promised(
    ResumableLoader,
    "seed: epoch e, from 0 on, has the order of `torch.randperm(len(dataset))` from a `torch.Generator` of its own, "
    "seeded with seed + e.",
    by=["three epochs", "two seeds"],
)


promised(
    ResumableLoader,
    "A `for` loop runs from where the loader stands to the end of the epoch; the next one runs the next epoch.",
    by=["three epochs", "resumed in the middle"],
)


promised(ResumableLoader, "Where a loop is left early, the next one goes on.", by=["a break, and on again"])


promised(
    ResumableLoader,
    "Only items of batches that are handed over are fetched.",
    by=["nothing is fetched twice"],
)


promised(ResumableLoader, "Torch's own random stream is left alone.", by=["the random stream is left alone"])


promised(
    ResumableLoader,
    "Where the loader stands, counted in batches handed over: a few plain numbers that JSON can hold, however large "
    "the dataset is.",
    by=["the state after each batch", "an item that fails once", "a few plain numbers", "resumed in the middle"],
)


promised(
    ResumableLoader,
    "After an epoch's last batch that is the beginning of the next.",
    by=["resumed after the last batch", "the state after each batch"],
)


promised(ResumableLoader, "A state does not change while the loader goes on.", by=["a state stays what it was"])


promised(
    ResumableLoader,
    "Puts this loader where another one with the same arguments stood, wherever it is now.",
    by=["into a loader that was used", "resumed in a later epoch"],
)
