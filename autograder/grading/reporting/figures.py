"""The two pictures of the class report, each with the words that say the same."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autograder.engine.verdict import State
from autograder.grading.reporting.results import ClassResults
from helpers.style import BLUE, GREEN, GREY, RED, WIDTH, as_png, style

MOST_BINS = 12
# Hatches repeat what colours say: the report may be printed in grey.
SHOWN = ((State.RIGHT, GREEN, ""), (State.WRONG, RED, "//"), (State.NOT_ATTEMPTED, GREY, ".."))


@dataclass(frozen=True)
class Picture:
    """A figure and its text for those who do not see it."""

    figure: Figure
    words: str

    def as_html(self) -> str:
        """The picture inside the page itself."""
        data = base64.b64encode(as_png(self.figure)).decode("ascii")
        return f'<img src="data:image/png;base64,{data}" alt="{escape(self.words)}">'


def scores(results: ClassResults, most: float) -> Picture:
    """How many submissions reached which score.

    Args:
        most: what can be reached.
    """
    reached = [item.score for item in results.graded if item.score is not None]
    edges = [float(edge) for edge in MaxNLocator(MOST_BINS, steps=[1, 2, 5, 10]).tick_values(0, most)]
    counts = _counts(reached, edges)
    with style():
        figure = Figure(figsize=(WIDTH, 2.6))
        axis = figure.subplots()
        drawn = axis.bar(edges[:-1], counts, width=edges[1], align="edge", color=BLUE, edgecolor="white")
        axis.bar_label(drawn, labels=[str(count) if count else "" for count in counts])
        axis.set(xlabel=f"points, of {most:g}", ylabel="submissions", xlim=(0, edges[-1]))
        axis.set_xticks(edges, [f"{edge:g}" for edge in edges])
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.margins(y=0.15)
    said = [f"{count} from {edges[i]:g} to {edges[i + 1]:g}" for i, count in enumerate(counts) if count]
    return Picture(figure, f"Submissions by points: {'; '.join(said) or 'none'}.")


def _counts(reached: Sequence[float], edges: Sequence[float]) -> list[int]:
    """Submissions between the edges; whoever has all points, or more by a person's grace, is in the last."""
    counts = [0] * (len(edges) - 1)
    for score in reached:
        counts[min(len(counts) - 1, int(score / edges[1]))] += 1
    return counts


def success(results: ClassResults) -> Picture:
    """For each exercise, how many answers are right, wrong, not attempted."""
    names = list(results.exercises)
    with style():
        figure = Figure(figsize=(WIDTH, 1.1 + 0.32 * len(names)))
        axis = figure.subplots()
        start = [0] * len(names)
        for state, colour, hatch in SHOWN:
            counts = [results.count(name, state) for name in names]
            drawn = axis.barh(names, counts, 0.75, start, label=state, color=colour, hatch=hatch, edgecolor="white")
            axis.bar_label(drawn, [str(n) if n else "" for n in counts], label_type="center", bbox=LABEL)
            start = [before + count for before, count in zip(start, counts, strict=True)]
        axis.set(xlabel="submissions", xlim=(0, max(1, len(results.graded))))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.invert_yaxis()
        figure.legend(loc="outside upper right", ncols=len(SHOWN))
    said = [f"{name} {', '.join(f'{results.count(name, state)} {state}' for state, *_ in SHOWN)}" for name in names]
    return Picture(figure, f"By exercise: {'; '.join(said)}.")


LABEL = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
