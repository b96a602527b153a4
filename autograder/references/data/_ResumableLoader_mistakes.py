"""Mistakes of `ResumableLoader`."""

import random

import torch

from autograder.references import mistake
from autograder.references.data._ResumableLoader import ResumableLoader

SAME_ORDER = (
    "Every epoch has the same order: the epoch does not move on at its end, or it does not reach the seed. Seed the "
    "generator with `seed + epoch`."
)


@mistake(
    ResumableLoader,
    SAME_ORDER,
)
class ForgetsTheEpoch(ResumableLoader):
    def stream_seed(self):
        return self.seed


@mistake(ResumableLoader, "The seed is not heeded: two seeds give the same orders.", keeps=0.85)
class ForgetsTheSeed(ResumableLoader):
    def stream_seed(self):
        return self.epoch


@mistake(
    ResumableLoader,
    "After loading, the epoch starts again at its first batch: what was read already is read a second time. The state "
    "has to say how many batches were handed over.",
)
class StartsTheEpochAgain(ResumableLoader):
    def load_state_dict(self, state):
        self.epoch, self.done = state["epoch"], 0


@mistake(
    ResumableLoader,
    "After loading, the batch comes again that was in hand when the state was saved: it is counted only when the next "
    "one is asked for. Count a batch before it is handed over.",
)
class CountsTooLate(ResumableLoader):
    def before(self, last):
        pass

    def after(self, last):
        super().before(last)


@mistake(
    ResumableLoader,
    "After loading, one batch is missing: the count is one ahead of what was handed over.",
)
class CountsOneTooMany(ResumableLoader):
    def state_dict(self):
        return {"epoch": self.epoch, "done": self.done + (self.done > 0)}


@mistake(
    ResumableLoader,
    "The state that was saved in the first epoch and later ones forgets the epoch: after loading, the rest of another "
    "epoch's order comes.",
)
class ForgetsToSaveTheEpoch(ResumableLoader):
    def load_state_dict(self, state):
        self.done = state["done"]


@mistake(
    ResumableLoader,
    "After loading, the rest of the epoch has another order, as when it is shuffled anew. The order follows from seed "
    "and epoch, and what was handed over is skipped.",
)
class ShufflesTheRest(ResumableLoader):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.anew = True

    def order(self):
        order = super().order()
        if getattr(self, "anew", False) and self.done:
            done, rest = order[: self.done * self.size], order[self.done * self.size :]
            self.anew = False
            return done + rest[::-1]
        return order


@mistake(
    ResumableLoader,
    "A state that is saved with an epoch's last batch in hand gives an empty rest: the loop after loading ends at "
    "once. With the last batch the next epoch begins.",
    keeps=0.8,
)
class EmptyRest(ResumableLoader):
    def before(self, last):
        self.done += 1

    def after(self, last):
        if last:
            self.epoch, self.done = self.epoch + 1, 0

    def __iter__(self):
        if self.done and self.done >= len(self.indices()):
            self.epoch, self.done = self.epoch + 1, 0
            return iter(())
        return super().__iter__()


@mistake(
    ResumableLoader,
    "The epoch after a resumed one is short: the batches that were skipped are skipped there as well. The count goes "
    "back to 0 at the end of an epoch.",
)
class SkipsInEveryEpoch(ResumableLoader):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.skip = self.done

    def before(self, last):
        super().before(last)
        if last:
            self.done = getattr(self, "skip", 0)


@mistake(
    ResumableLoader,
    SAME_ORDER,
)
class NeverMovesOn(ResumableLoader):
    def before(self, last):
        self.done = 0 if last else self.done + 1


@mistake(
    ResumableLoader,
    "A loop that is left early starts the epoch again at the next `for`. It should go on where it was.",
    keeps=0.85,
)
class BreakStartsAgain(ResumableLoader):
    def begin(self):
        if not getattr(self, "loaded", False):
            self.done = 0
        self.loaded = False

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.loaded = True


@mistake(
    ResumableLoader,
    "A loop that is left early ends its epoch: the next `for` runs the next one. It should go on where it was.",
    keeps=0.85,
)
class BreakEndsTheEpoch(ResumableLoader):
    def begin(self):
        if not getattr(self, "loaded", False) and self.done:
            self.epoch, self.done = self.epoch + 1, 0
        self.loaded = False

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.loaded = True


@mistake(
    ResumableLoader,
    "A saved state moves on with the loader: it is the loader's own dict, and not a new one.",
    keeps=0.9,
)
class SharesItsState(ResumableLoader):
    def __init__(self, *arguments, **options):
        self.state = {"epoch": 0, "done": 0}
        super().__init__(*arguments, **options)

    epoch = property(lambda self: self.state["epoch"], lambda self, value: self.state.update(epoch=value))
    done = property(lambda self: self.state["done"], lambda self, value: self.state.update(done=value))

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        self.state = dict(state)


@mistake(
    ResumableLoader,
    "The dict that was loaded moves on with the loader: it is kept, and changed. Who loads it a second time is "
    "elsewhere. Take the numbers out of it.",
    keeps=0.9,
)
class KeepsTheDict(SharesItsState):
    def state_dict(self):
        return dict(self.state)

    def load_state_dict(self, state):
        self.state = state


@mistake(
    ResumableLoader,
    "The state holds the whole order, so it grows with the dataset. Seed and epoch give the order again: two numbers "
    "are enough.",
    keeps=0.95,
)
class SavesTheOrder(ResumableLoader):
    def state_dict(self):
        return super().state_dict() | {"order": self.order()}


@mistake(
    ResumableLoader,
    "The state cannot be written as JSON: it holds tensors or other objects. Plain numbers are enough.",
    keeps=0.6,
)
class SavesATensor(ResumableLoader):
    def state_dict(self):
        return {name: torch.tensor(value) for name, value in super().state_dict().items()}

    def load_state_dict(self, state):
        super().load_state_dict({name: int(value) for name, value in state.items()})


@mistake(
    ResumableLoader,
    "To resume, the batches that were read are fetched again and thrown away. Skip their indices: an item may take "
    "long to fetch.",
    keeps=0.95,
)
class FetchesWhatItSkips(ResumableLoader):
    def begin(self):
        for chosen in self.indices()[: self.done]:
            self.fetched(chosen)


@mistake(
    ResumableLoader,
    "The orders come from torch's own random stream: a new loader with the same seed has another order, and cannot "
    "resume. Make a generator, seeded with `seed + epoch`.",
)
class DrawsGlobally(ResumableLoader):
    def order(self):
        return torch.randperm(len(self.dataset)).tolist()


@mistake(
    ResumableLoader,
    "Torch's own random stream is seeded, as by `torch.manual_seed`: dropout and all else start again. Make a "
    "generator of your own.",
    keeps=0.97,
)
class SeedsGlobally(ResumableLoader):
    def order(self):
        torch.manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset)).tolist()


@mistake(
    ResumableLoader,
    "Python's own `random` shuffles here. Promised is `torch.randperm`, from a generator seeded with `seed + epoch`.",
    keeps=0.6,
)
class ShufflesInPython(ResumableLoader):
    def order(self):
        order = list(range(len(self.dataset)))
        random.Random(self.stream_seed()).shuffle(order)
        return order


@mistake(ResumableLoader, "A smaller batch at the end of an epoch never comes. It belongs to the epoch.")
class DropsTheLast(ResumableLoader):
    def indices(self):
        return [chosen for chosen in super().indices() if len(chosen) == self.size]


@mistake(ResumableLoader, "Items come out as lists: `collate` is not called.", keeps=0.95)
class NeverCollates(ResumableLoader):
    def fetched(self, chosen):
        return [self.dataset[place] for place in chosen]
