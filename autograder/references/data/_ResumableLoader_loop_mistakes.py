"""Further mistakes of `ResumableLoader`: what a loop leaves behind, and what it asks of the dataset."""

import torch

from autograder.references import mistake
from autograder.references.data._ResumableLoader import ResumableLoader
from autograder.references.data._ResumableLoader_mistakes import SeedsGlobally


@mistake(
    ResumableLoader,
    "Loaded in the middle of an epoch, the loader goes on with the order of that epoch, not with the one of the state. "
    "An order that is kept has to be thrown away in `load_state_dict`; or make it anew in each loop.",
)
class KeepsTheOldOrder(ResumableLoader):
    kept = None

    def order(self):
        if self.kept is None:
            self.kept = super().order()
        return self.kept

    def before(self, last):
        super().before(last)
        self.kept = None if last else self.kept


@mistake(
    ResumableLoader,
    "A batch of which an item cannot be fetched counts as handed over: the next loop goes on behind it, and it is "
    "never read. Fetch the items first, and count then.",
    keeps=0.95,
)
class CountsBeforeFetching(ResumableLoader):
    def __iter__(self):
        chosen = self.indices()
        for place in range(self.done, len(chosen)):
            self.before(place == len(chosen) - 1)
            yield self.fetched(chosen[place])


@mistake(
    ResumableLoader,
    "Where the batches divide the dataset the epoch does not move on at its end, and the loops after it are empty: "
    "only a smaller batch is taken for the last. The last one may be full.",
)
class EndsWithASmallerBatch(ResumableLoader):
    def before(self, last):
        super().before(last and len(self.dataset) % self.size > 0)


@mistake(
    ResumableLoader,
    "The dataset is asked with something other than Python's whole numbers, perhaps with the tensors that "
    "`torch.randperm` holds. A list takes them, but a dict of items finds nothing under a tensor: `.tolist()`.",
    keeps=0.97,
)
class AsksWithTensors(ResumableLoader):
    def fetched(self, chosen):
        return super().fetched(torch.tensor(chosen))


@mistake(
    ResumableLoader,
    "While a loop runs, torch's own random stream is not the caller's: what is drawn between two batches, as by "
    "dropout, comes from another one, which is put back only at the end. Make a generator of your own.",
    keeps=0.97,
)
class BorrowsTheStream(SeedsGlobally):
    def __iter__(self):
        with torch.random.fork_rng(devices=[]):
            yield from super().__iter__()
