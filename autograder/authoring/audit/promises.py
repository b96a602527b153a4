"""Each sentence of a stub's docstring is a promise: an observation would fail without it, or the author says why none
can."""

from __future__ import annotations

import ast
import re

from autograder.authoring.audit.report import Report, promised_call
from autograder.authoring.audit.trial import Trial
from autograder.references import Answers

FORBIDS = "Not to be used: "  # what follows is held by `without`
EXAMPLE = "the docstring's example"  # the observation that runs it
ENTRY = re.compile(r"^[\w*`]+(, [\w*`]+)*: ")
HEADINGS = re.compile(r"^(Args|Returns|Raises|Yields|Attributes|Shapes?|Example|Note):$")


def audit_promises(trial: Trial, answers: Answers, report: Report) -> None:
    """Every sentence has its observations, and every observation that is named is there."""
    there = {item.name for item in trial.sheets[0].expected}
    promises, examples = promises_in(trial.cell.blank)
    report.promises = len(promises)
    if any(sentence.startswith(FORBIDS) for sentence in promises) != bool(trial.exercise.without):
        report.problems.append(f"`without` and the docstring disagree: what is forbidden is said there, “{FORBIDS}…”")
    promises = [sentence for sentence in promises if not sentence.startswith(FORBIDS)]
    for sentence in promises:
        by = answers.promises.get(sentence)
        if by is None:
            call = promised_call(trial.exercise.name, sentence)
            report.problems.append(f"{trial.references}: which observation would fail without this sentence?\n{call}")
        elif isinstance(by, list) and (missing := sorted({*by} - there)):
            report.problems.append(f"{trial.references}: promised by {', '.join(missing)}, which nothing is called")
    for sentence in answers.promises.keys() - set(promises):
        report.problems.append(f"{trial.references}: the docstring has no such sentence any more: {sentence!r}")
    if examples and EXAMPLE not in there:
        report.problems.append(f"its docstring has an example, and no observation is called {EXAMPLE!r}")


def promises_in(source: str) -> tuple[list[str], bool]:
    """The sentences of all docstrings in `source`, in their order, and whether there is an example among them."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    texts = [text for node in nodes if (text := ast.get_docstring(node))]
    sentences = [sentence for text in texts for part in _paragraphs(text) for sentence in _sentences(part)]
    return list(dict.fromkeys(sentences)), any(">>>" in text for text in texts)


def _paragraphs(text: str) -> list[str]:
    """The text without headings and examples; an entry of a list (`name: …`) is a paragraph of its own."""
    parts: list[str] = [""]
    example = False
    for line in text.splitlines():
        words = line.strip()
        example = words.startswith(">>>") or (example and bool(words))
        if example or not words or HEADINGS.match(words) or words.startswith("```"):
            parts.append("")
            continue
        if ENTRY.match(words):
            parts.append("")
        parts[-1] = f"{parts[-1]} {words}".strip()
    return [part for part in parts if part]


def _sentences(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`_])", paragraph)
