"""The card: a verdict that a person can read. HTML in notebooks, plain text in terminals."""

from __future__ import annotations

import re
from html import escape

from autograder.engine.verdict import Finding, State, Verdict
from autograder.student.picture import picture

MARKS = {State.RIGHT: "✓", State.WRONG: "✗", State.NOT_ATTEMPTED: "○", State.NOT_GRADED: "–"}
HEADLINES = {
    State.RIGHT: "right",
    State.WRONG: "not right yet",
    State.NOT_ATTEMPTED: "not attempted yet",
    State.NOT_GRADED: "not graded",
}
# Colours only repeat what mark and headline say; both shades stand out on white and on JupyterLab's dark grey.
COLOURS = {State.RIGHT: "#009E73", State.WRONG: "#D55E00", State.NOT_ATTEMPTED: "#7f7f7f", State.NOT_GRADED: "#7f7f7f"}

BARE = "graded without a sandbox"
ITEM = "margin:.3em 0"
OPEN = 2  # pictures shown at once; the others unfold, so that a card fits on a screen


class CheckFailed(AssertionError):
    """The answer is wrong or not written yet. Notebooks show its one line and no traceback."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(headline(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def headline(verdict: Verdict) -> str:
    """`✗ attention: not right yet · 1.8 of 3 points`."""
    points = f"{verdict.earned:g} of {verdict.points:g} point{'s' if verdict.points != 1 else ''}"
    return f"{MARKS[verdict.state]} {verdict.exercise}: {HEADLINES[verdict.state]} · {points}"


def show(verdict: Verdict) -> None:
    """Displays the card: in a notebook as HTML, elsewhere as text."""
    from IPython.core.getipython import get_ipython  # the import costs a student's start-up nothing until a card is due

    if get_ipython() is None:
        print(as_text(verdict))
        return
    from IPython.display import display

    display({"text/html": as_html(verdict), "text/plain": as_text(verdict)}, raw=True)


def as_text(verdict: Verdict) -> str:
    """The card as plain text."""
    lines = [headline(verdict)]
    if verdict.state is State.NOT_ATTEMPTED:
        lines.append("  Write it in the cell above, run that cell, then run this one again.")
        return "\n".join([*lines, *([f"  {BARE}"] if verdict.bare else [])])
    lines += [f"  This is what happens when: {sentence}" for sentence in verdict.misunderstandings]
    lines += [f"  {note}" for note in verdict.notes]
    lines += [f"  {_finding_text(finding, verdict)}" for finding in verdict.findings if finding.difference]
    right = [_label(finding, verdict) for finding in verdict.findings if not finding.difference]
    lines += [f"  ✓ {', '.join(right)}"] if right and verdict.state is State.WRONG else []
    if verdict.printed and verdict.state is State.WRONG:
        lines += ["  It printed:", *(f"    {line}" for line in verdict.printed.splitlines()[:20])]
    return "\n".join([*lines, *([f"  {_origin(verdict)}"] if verdict.hidden else [])])


def _origin(verdict: Verdict) -> str:
    """What the grade came from: the seed to replay it, and whether a sandbox was missing."""
    return f"seed {verdict.seed}{f' · {BARE}' if verdict.bare else ''}"


def _finding_text(finding: Finding, verdict: Verdict) -> str:
    return f"✗ {_label(finding, verdict)}: {_sentence(finding, verdict)}"


def _sentence(finding: Finding, verdict: Verdict) -> str:
    assert finding.difference is not None
    gap = finding.difference
    where = f"at {gap.where} " if gap.where else ""
    return f"{where}{gap.yours}" + ("." if verdict.hidden else f"; {gap.wanted}.")


def _label(finding: Finding, verdict: Verdict) -> str:
    several = len({item.device for item in verdict.findings}) > 1
    return f"{finding.name} ({finding.device})" if several else finding.name


def as_html(verdict: Verdict) -> str:
    """The card as HTML. Everything that came from an answer is escaped; no script, no style sheet."""
    colour = COLOURS[verdict.state]
    # Words keep the page's own colour: as small letters, none of ours stands out enough on both themes.
    parts = [f'<div style="font-weight:600">{escape(headline(verdict))}</div>']
    if verdict.state is State.NOT_ATTEMPTED:
        parts.append("<div>Write it in the cell above, run that cell, then run this one again.</div>")
    else:
        parts += [_misunderstanding(sentence) for sentence in verdict.misunderstandings]
        parts += [f"<div>{escape(note)}</div>" for note in verdict.notes]
        parts.append(_findings(verdict))
        parts.append(_printed(verdict))
    if verdict.hidden:
        parts.append(f'<div style="opacity:.7">{_origin(verdict)}</div>')
    style = f"border-left:4px solid {colour};padding:.4em 1em;margin:.3em 0;line-height:1.5;color:inherit"
    return f'<div class="verdict" style="{style}">{"".join(parts)}</div>'


def _misunderstanding(sentence: str) -> str:
    words = re.sub("`([^`]+)`", r"<code>\1</code>", escape(sentence))
    return f'<div style="margin:.4em 0">This is what happens when: <strong>{words}</strong></div>'


def _findings(verdict: Verdict) -> str:
    if verdict.state is State.RIGHT:
        names = ", ".join(dict.fromkeys(finding.name for finding in verdict.findings))
        return f"<details><summary>What was looked at</summary>{escape(names)}</details>"
    wrong = [finding for finding in verdict.findings if finding.difference]
    rows = [_finding(finding, verdict, drawn=finding in wrong[:OPEN]) for finding in verdict.findings]
    return f'<ul style="list-style:none;padding-left:0;margin:.3em 0">{"".join(rows)}</ul>'


def _finding(finding: Finding, verdict: Verdict, drawn: bool) -> str:
    if finding.difference is None:
        return f'<li style="{ITEM}">✓ {escape(_label(finding, verdict))}</li>'
    drawing = "" if verdict.hidden else picture(finding.difference)
    text = f"✗ <strong>{escape(_label(finding, verdict))}</strong>: {escape(_sentence(finding, verdict))}"
    if drawing and not drawn:
        return f'<li style="{ITEM}"><details><summary>{text}</summary>{drawing}</details></li>'
    return f'<li style="{ITEM}">{text}{drawing}</li>'


def _printed(verdict: Verdict) -> str:
    if not verdict.printed.strip():
        return ""
    return f"<details><summary>What your code printed</summary><pre>{escape(verdict.printed)}</pre></details>"
