"""The card: a verdict that a person can read. HTML in notebooks, plain text in terminals."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from autograder.engine.verdict import Finding, State, Verdict
from autograder.student.cases import (
    Group,
    blanks_in_words,
    causes_in_words,
    first_case,
    gap_of,
    groups_of,
    in_one_line,
    label,
    names_of,
    number_of,
    other_groups,
    others_in_words,
    right_ones,
    rows_of,
)
from autograder.student.picture import picture

MARKS = {
    State.RIGHT: "✓", State.WRONG: "✗", State.NOT_ATTEMPTED: "○", State.NOT_GRADED: "–", State.NOT_HERE: "–",
}  # fmt: skip
HEADLINES = {
    State.RIGHT: "right",
    State.WRONG: "not right yet",
    State.NOT_ATTEMPTED: "not attempted yet",
    State.NOT_GRADED: "not graded",
    State.NOT_HERE: "cannot be checked here",
}
GREY = "#7f7f7f"
# Colours only repeat what mark and headline say; both shades stand out on white and on JupyterLab's dark grey.
COLOURS = {
    State.RIGHT: "#009E73", State.WRONG: "#D55E00", State.NOT_ATTEMPTED: GREY, State.NOT_GRADED: GREY,
    State.NOT_HERE: GREY,
}  # fmt: skip

MIME = "application/vnd.tensors-to-transformers.verdict+json"
BARE = "graded without a sandbox"
GO_ON = "Write it in the cell above, run that cell, then run this one again."
STAYS = "Your progress stays as it is."
MOST_LINES = 6  # of other cases in a text, which folds nothing
ITEM = "margin:.3em 0"
CODE = re.compile("`([^`]+)`")
GRID = "display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15em 1em;margin:.2em 0;overflow-wrap:anywhere"


class CheckFailed(AssertionError):
    """The answer is wrong or not written yet. Notebooks show a pointer to the card, and no traceback."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(headline(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """The cell has to fail, for Validate, which shows nothing but this, and for whoever runs all cells; the card
        says everything else."""
        return [f"↑ {self.verdict.exercise}: the card in this cell's output says why."]


def headline(verdict: Verdict) -> str:
    """`✗ attention: not right yet · 1.8 of 3 points`."""
    words = f"{MARKS[verdict.state]} {verdict.exercise}: {HEADLINES[verdict.state]}"
    if verdict.state is State.NOT_HERE:
        return words
    return f"{words} · {verdict.earned:g} of {verdict.points:g} point{'s' if verdict.points != 1 else ''}"


def show(verdict: Verdict) -> None:
    """Displays the card: in a notebook as HTML, with the verdict for programs beside it; elsewhere as text."""
    from IPython.core.getipython import get_ipython  # the import costs a student's start-up nothing until a card is due

    if get_ipython() is None:
        print(as_text(verdict))
        return
    from IPython.display import display

    display({"text/html": as_html(verdict), "text/plain": as_text(verdict), MIME: as_json(verdict)}, raw=True)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs: what is right, what is not and why, and no answer. Plain JSON."""
    wrong = [item for item in verdict.findings if item.difference]
    return {
        "exercise": verdict.exercise,
        "state": str(verdict.state),
        "earned": verdict.earned,
        "points": verdict.points,
        "causes": [
            {"sentence": cause.sentence, "explains": cause.explains, "whole": cause.whole} for cause in verdict.causes
        ],
        "notes": list(verdict.notes),
        "failing": names_of(wrong),
        "right": names_of(item for item in verdict.findings if not item.difference),
    }


def _go_on(verdict: Verdict) -> list[str]:
    """What to say where there is nothing else to say; empty where there is."""
    if verdict.state is State.NOT_ATTEMPTED:
        return [GO_ON]
    return [*verdict.notes, STAYS] if verdict.state is State.NOT_HERE else []


def as_text(verdict: Verdict) -> str:
    """The card as plain text."""
    lines = [headline(verdict)]
    if words := _go_on(verdict):
        return "\n".join([*lines, *(f"  {line}" for line in words), *([f"  {BARE}"] if verdict.bare else [])])
    groups = groups_of(verdict)
    lines += [f"  {what}: {sentence}" for what, sentence in causes_in_words(verdict)]
    lines += [f"  {line}" for line in [*blanks_in_words(groups), *verdict.notes]]
    lines += _cases_text(groups, verdict)
    right = right_ones(verdict)
    lines += [f"  ✓ {', '.join(right)}"] if right and verdict.state is State.WRONG else []
    if verdict.printed and verdict.state is State.WRONG:
        lines += ["  It printed:", *(f"    {line}" for line in verdict.printed.splitlines()[:20])]
    return "\n".join([*lines, *([f"  {_origin(verdict)}"] if verdict.hidden else [])])


def _cases_text(groups: list[Group], verdict: Verdict) -> list[str]:
    first = first_case(groups)
    lines: list[str] = []
    if first is not None:
        lines.append(f"  ✗ {_title(first, verdict)}")
        for name, words in rows_of(first, verdict):
            lines.append(f"      {name + ':':<8}" + words.replace("\n", "\n" + " " * 14))
    others = other_groups(groups)
    if not others:
        return lines
    names = ", ".join(label(item, verdict) for group in others for item in group.findings)
    if any(cause.whole for cause in verdict.causes):
        return [*lines, f"  {others_in_words(groups, verdict)}: {names}"]
    lines.append(f"  {others_in_words(groups, verdict)}:")
    for group in others[:MOST_LINES]:
        lines.append("  ✗ {}: {}".format(*in_one_line(group, verdict)))
    rest = [label(item, verdict) for group in others[MOST_LINES:] for item in group.findings]
    return [*lines, *([f"  ✗ {', '.join(rest)}"] if rest else [])]


def _title(finding: Finding, verdict: Verdict) -> str:
    """The name of a case, and the idea that it belongs to."""
    name = label(finding, verdict)
    return f"{name} · {finding.idea}" if finding.idea and finding.idea != finding.name else name


def _origin(verdict: Verdict) -> str:
    """What the grade came from: the seed to replay it, and whether a sandbox was missing."""
    return f"seed {verdict.seed}{f' · {BARE}' if verdict.bare else ''}"


def as_html(verdict: Verdict) -> str:
    """The card as HTML. Everything that came from an answer is escaped; no script, no style sheet."""
    colour = COLOURS[verdict.state]
    # Words keep the page's own colour: as small letters, none of ours stands out enough on both themes.
    parts = [f'<div style="font-weight:600">{escape(headline(verdict))}</div>']
    if words := _go_on(verdict):
        parts += [f"<div>{_words(line)}</div>" for line in words]
    else:
        groups = groups_of(verdict)
        parts += [_cause(*item) for item in causes_in_words(verdict)]
        parts += [f"<div>{_words(line)}</div>" for line in [*blanks_in_words(groups), *verdict.notes]]
        parts += [_first(groups, verdict), _others(groups, verdict), _right(verdict), _printed(verdict)]
    if verdict.hidden:
        parts.append(f'<div style="opacity:.7">{_origin(verdict)}</div>')
    style = f"border-left:4px solid {colour};padding:.4em 1em;margin:.3em 0;line-height:1.5;color:inherit"
    return f'<div class="verdict" style="{style}">{"".join(parts)}</div>'


def _words(text: str) -> str:
    """Escaped, with what stands between backticks set as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def _cause(what: str, sentence: str) -> str:
    return f'<div style="margin:.4em 0">{what}: <strong>{_words(sentence)}</strong></div>'


def _first(groups: list[Group], verdict: Verdict) -> str:
    """The case to look at first, with its picture."""
    finding = first_case(groups)
    if finding is None:
        return ""
    rows = "".join(_row(name, words) for name, words in rows_of(finding, verdict))
    title = f"<div>✗ <strong>{escape(_title(finding, verdict))}</strong></div>"
    return f'<div style="{ITEM}">{title}<div style="{GRID}">{rows}</div>{_picture(finding, verdict)}</div>'


def _row(name: str, words: str) -> str:
    # Long calls break where they may; their lines stay lines.
    code = name in ("call", "debug")
    shown = "<br>".join(f"<code>{escape(line)}</code>" for line in words.split("\n")) if code else ""
    return f'<div style="opacity:.8">{name}</div><div>{shown or _words(words)}</div>'


def _picture(finding: Finding, verdict: Verdict) -> str:
    return "" if verdict.hidden else picture(gap_of(finding))


def _others(groups: list[Group], verdict: Verdict) -> str:
    """The other cases that fail, folded."""
    rows = "".join(_other(group, verdict) for group in other_groups(groups))
    if not rows:
        return ""
    summary = f"<summary>✗ {others_in_words(groups, verdict)}</summary>"
    return f'<details>{summary}<ul style="list-style:none;padding-left:1em;margin:.3em 0">{rows}</ul></details>'


def _other(group: Group, verdict: Verdict) -> str:
    names, sentence = in_one_line(group, verdict)
    text = f"✗ <strong>{escape(names)}</strong>: {_words(sentence)}"
    drawing = _picture(group.first, verdict)
    call = group.first.call if not verdict.hidden else ""
    more = (f'<div style="{GRID}">{_row("call", call)}</div>' if call else "") + drawing
    if not more or len(group.findings) > 1:
        return f'<li style="{ITEM}">{text}</li>'
    return f'<li style="{ITEM}"><details><summary>{text}</summary>{more}</details></li>'


def _right(verdict: Verdict) -> str:
    names = right_ones(verdict)
    if not names:
        return ""
    if verdict.state is State.RIGHT:
        names, summary = names_of(verdict.findings), "What was looked at"
    else:
        summary = f"✓ {number_of(len(names), 'case')} {'is' if len(names) == 1 else 'are'} right"
    return f"<details><summary>{summary}</summary>{escape(', '.join(names))}</details>"


def _printed(verdict: Verdict) -> str:
    if not verdict.printed.strip():
        return ""
    return f"<details><summary>What your code printed</summary><pre>{escape(verdict.printed)}</pre></details>"
