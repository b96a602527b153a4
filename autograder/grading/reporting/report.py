"""The class report: one page that opens anywhere, and one table. Who understood what, and what the class gets wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from statistics import mean, median
from typing import Any

from autograder.engine.verdict import State
from autograder.grading.reporting.export import write_table
from autograder.grading.reporting.figures import Picture, scores, success
from autograder.grading.reporting.results import ClassResults, Misconception, Result, read_results
from autograder.student.card import MARKS

FIXED = ["student", "status", "reason", "score", "max_score"]
# Nothing in the page may load or run, whatever a student's name or text is.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a;
       background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
table { border-collapse: collapse; width: 100% } img { max-width: 100%; height: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ccc }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
div { overflow-x: auto } td { overflow-wrap: break-word } .wide td, .wide th { font-size: .8rem; padding-right: .5rem }
.wide td { white-space: nowrap } code { font-size: .9em }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem } dt { color: #555 } dd { margin: 0; font-size: 1.3rem }
@media print { body { margin: 0; max-width: none; font-size: 10pt } h2 { break-after: avoid }
               tr, img { break-inside: avoid } }
"""

CODE = re.compile(r"`([^`]+)`")  # sentences name code as markdown does
Cell = str | float | None


def write_report(course: Path, lesson: str, out: Path) -> list[Path]:
    """Writes `report.html` and `report.csv` into `out`.

    Args:
        course: the folder with `verdicts/` and, where there is one, the gradebook.

    Raises:
        NoResults: there is nothing to report.
    """
    results = read_results(course, lesson)
    out.mkdir(parents=True, exist_ok=True)
    page, table = out / "report.html", out / "report.csv"
    page.write_text(as_page(results), encoding="utf-8")
    write_table(table, [*FIXED, *results.columns], [_csv_row(results, item) for item in results.results])
    return [page, table]


def _csv_row(results: ClassResults, item: Result) -> dict[str, Any]:
    row = {"student": item.student, "status": item.status, "reason": item.reason or item.remark}
    if item.score is None:
        return row
    return {**row, "score": round(item.score, 2), "max_score": results.most, **item.points}


def as_page(results: ClassResults) -> str:
    """The whole page, with its pictures in it."""
    most = results.most or 1.0
    not_graded = [[item.student, item.reason] for item in results.not_graded]
    sections = [
        ("What the class misunderstands", _said(results.misconceptions), "No known misunderstanding was shown."),
        ("Wrong, and not yet named", _said(results.unnamed, "what was seen first"), ""),
        ("Not graded", _table(["student", "reason"], not_graded), "Everything that was handed in is graded."),
        ("Graded with a reservation", _remarks(results), ""),
        ("Repaired before grading", _repairs(results), ""),
        ("Students", _students(results), ""),
    ]
    title = f"Class report: {escape(results.lesson)}"
    parts = [f"<h1>{title}</h1>", _summary(results, most), *_pictures(results, most)]
    parts += [_section(*section) for section in sections]
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    body = f"<body><main>{''.join(parts)}</main></body>"
    return (
        f'<!DOCTYPE html><html lang="en"><head>{head}<title>{title}</title><style>{STYLE}</style></head>{body}</html>\n'
    )


def _summary(results: ClassResults, most: float) -> str:
    reached = [item.score for item in results.graded if item.score is not None]
    took = [item.seconds for item in results.results if item.seconds is not None]
    figures = {
        "handed in": str(len(results.graded) + len(results.not_graded)), "graded": str(len(results.graded)),
        "not graded": str(len(results.not_graded)),
        "not handed in": str(len(results.results) - len(results.graded) - len(results.not_graded)),
        "mean": f"{mean(reached):.3g} of {most:g}" if reached else "–",
        "median": f"{median(reached):.3g} of {most:g}" if reached else "–",
        "grading took": f"{sum(took):.3g} s" if took else "not measured",
        "for one submission": f"{median(took):.2g} s, at most {max(took):.2g} s" if took else "not measured",
    }  # fmt: skip
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{said}</dd></div>' for name, said in figures.items())}</dl>"


def _pictures(results: ClassResults, most: float) -> Iterable[str]:
    if not results.graded:
        return []
    drawn: list[tuple[str, Picture]] = [("Scores", scores(results, most)), ("Exercises", success(results))]
    rates = [_rate(results, name, points) for name, points in results.exercises.items()]
    header = ["exercise", "success", "right", "wrong", "not attempted", "mean points", "of"]
    return [*(_section(title, picture.as_html(), "") for title, picture in drawn), _table(header, rates)]


def _rate(results: ClassResults, exercise: str, points: float) -> list[Cell]:
    counts = [float(results.count(exercise, state)) for state in (State.RIGHT, State.WRONG, State.NOT_ATTEMPTED)]
    earned = mean(item.points.get(exercise, 0.0) for item in results.graded)
    return [exercise, f"{100 * counts[0] / len(results.graded):.0f} %", *counts, earned, points]


def _section(title: str, content: str, otherwise: str) -> str:
    """A heading with its content, or with a sentence where there is none; nothing where there is neither."""
    content = content or (f"<p>{otherwise}</p>" if otherwise else "")
    return f"<section><h2>{title}</h2>{content}</section>" if content else ""


def _said(items: Sequence[Misconception], word: str = "misunderstanding") -> str:
    rows: list[list[Cell]] = [
        [float(len(item.students)), item.exercise, item.sentence, ", ".join(item.students)] for item in items
    ]
    return _table(["number", "exercise", word, "students"], rows)


def _remarks(results: ClassResults) -> str:
    return _noted("remark", ((item.student, [item.remark] if item.remark else []) for item in results.graded))


def _repairs(results: ClassResults) -> str:
    return _noted("repair", ((item.student, item.repairs) for item in results.results))


def _noted(word: str, notes: Iterable[tuple[str, list[str]]]) -> str:
    """Each note with the students that it stands at, the most frequent first."""
    students: dict[str, list[str]] = defaultdict(list)
    for student, found in notes:
        for note in found:
            students[note].append(student)
    order = sorted(students.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rows: list[list[Cell]] = [[float(len(names)), note, ", ".join(names)] for note, names in order]
    return _table(["number", word, "students"], rows)


def _students(results: ClassResults) -> str:
    rows = [
        [item.student, item.status, item.score, *(_mark(item, name) for name in results.columns)]
        for item in results.results
    ]
    legend = " · ".join(f"{MARKS[state]} {state}" for state in (State.RIGHT, State.WRONG, State.NOT_ATTEMPTED))
    table = _table(["student", "status", "score", *results.columns], rows, "wide")
    return f"{table}<p>{legend}. The number is what was earned, a person's grade included.</p>"


def _mark(item: Result, exercise: str) -> str:
    if exercise not in item.points:
        return ""
    state = item.state(exercise)
    return f"{MARKS[State(state)] if state else '✎'} {item.points[exercise]:g}"


def _table(header: Sequence[str], rows: Sequence[Sequence[Cell]], kind: str = "") -> str:
    """A table; empty where it would have no rows. Whatever stands in it is quoted."""
    if not rows:
        return ""
    numeric = [isinstance(value, float | int) for value in rows[0]]
    head = "".join(
        f'<th{_kind(number)} scope="col">{escape(name)}</th>' for name, number in zip(header, numeric, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="{kind}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _kind(number: bool) -> str:
    return ' class="n"' if number else ""


def _cell(value: Cell) -> str:
    if isinstance(value, float | int):
        return f'<td class="n">{round(value, 2):g}</td>'
    text = CODE.sub(r"<code>\1</code>", escape(value or ""))
    return f"<td>{text}</td>"
