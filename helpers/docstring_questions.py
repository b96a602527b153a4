"""Questions of people who know what they want and not what it is called, and the docstrings that answer them.

They were written before anything was searched with them, and none was left out afterwards.
"""

from __future__ import annotations

import torch
from torch import Tensor

from helpers.docstring_search import Shelf

NOBODY = -1  # fills the row of a question with fewer answers

QUESTIONS: dict[str, tuple[str, ...]] = {
    "is this file a symbolic link": ("pathlib.Path.is_symlink",),
    "make a new folder": ("pathlib.Path.mkdir",),
    "delete a file": ("pathlib.Path.unlink",),
    "list everything in a folder": ("pathlib.Path.iterdir",),
    "get the file extension": ("pathlib.PurePath.suffix",),
    "file name without extension": ("pathlib.PurePath.stem",),
    "where am I right now on the disk": ("pathlib.Path.cwd",),
    "whose file is this": ("pathlib.Path.owner",),
    "who may read or write a file": ("pathlib.Path.chmod",),
    "find files whose name fits a pattern": ("pathlib.Path.glob", "pathlib.Path.rglob"),
    "pause for a few seconds without blocking": ("asyncio.tasks.sleep",),
    "give up if it takes too long": ("asyncio.timeouts.timeout", "asyncio.tasks.wait_for"),
    "run several coroutines at once and collect what they return": ("asyncio.tasks.gather",),
    "run a blocking function without stopping the event loop": ("asyncio.threads.to_thread",),
    "is there nothing left in the queue": ("asyncio.queues.Queue.empty",),
    "download a file from the internet": ("urllib.request.urlretrieve",),
    "escape special characters in a web address": ("urllib.parse.quote",),
    "split a link into host and path": ("urllib.parse.urlsplit", "urllib.parse.urlparse"),
    "mirror an image from left to right": ("numpy.lib._twodim_base_impl.fliplr",),
    "drop duplicates": ("numpy.lib._arraysetops_impl.unique", "numpy.ma.extras.unique"),
    "running total": ("numpy._core.fromnumeric.cumsum", "numpy.ma.core.MaskedArray.cumsum"),
    "fit a curve through points": ("numpy.polynomial.polynomial.polyfit",),
    "read numbers from a text file": ("numpy.lib._npyio_impl.loadtxt",),
    "the middle value": ("numpy.lib._function_base_impl.median",),
    "group similar points without labels": ("sklearn.cluster._kmeans.KMeans",),
    "hold back part of the data for testing": ("sklearn.model_selection._split.train_test_split",),
    "which classes are mixed up with each other": ("sklearn.metrics._classification.confusion_matrix",),
    "try many settings and keep the best": (
        "sklearn.model_selection._search.GridSearchCV",
        "sklearn.model_selection._search.RandomizedSearchCV",
    ),
    "make every column have mean zero": ("sklearn.preprocessing._data.StandardScaler",),
    "draw dots": ("matplotlib.axes._axes.Axes.scatter",),
    "put a chart into a png": ("matplotlib.figure.Figure.savefig",),
    "explain the colours of the lines beside a plot": ("matplotlib.axes._axes.Axes.legend",),
    "switch neurons off at random while learning": ("torch.nn.modules.dropout.Dropout",),
    "do not record gradients": ("torch.autograd.grad_mode.no_grad",),
    "keep gradients from exploding": ("torch.nn.utils.clip_grad.clip_grad_norm_",),
    "make the learning rate smaller every few epochs": ("torch.optim.lr_scheduler.StepLR",),
    "load weights from a checkpoint": ("torch.nn.modules.module.Module.load_state_dict",),
    "how many cores does this machine have": ("multiprocessing.context.BaseContext.cpu_count",),
    "start a new log file when the old one is full": ("logging.handlers.RotatingFileHandler",),
    "check that a function raises an error": ("unittest.case.TestCase.assertRaises",),
}


def answers(shelf: Shelf) -> Tensor:
    """Where the answers to each question stand: shape (questions, most answers), filled up with −1.

    Raises:
        ValueError: an answer is not on the shelf.
    """
    most = max(map(len, QUESTIONS.values()))
    rows = [[shelf.place(name) for name in names] for names in QUESTIONS.values()]
    return torch.tensor([row + [NOBODY] * (most - len(row)) for row in rows])


def among_fewer(wanted: Tensor, texts: int, step: int = 25) -> tuple[Tensor, Tensor]:
    """A smaller corpus in which all answers are left, for what would take too long with all texts.

    Args:
        wanted: shape (questions, most answers), as `answers` gives it.
        texts: how many there are.
        step: beside the answers, the first text of every so many is kept.

    Returns:
        The rows that are kept, in ascending order, and `wanted` with their places among these instead of the rows.
    """
    kept = torch.cat([wanted[wanted != NOBODY], torch.arange(7, texts, step)]).unique()
    return kept, torch.where(wanted == NOBODY, NOBODY, torch.searchsorted(kept, wanted))
