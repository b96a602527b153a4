"""`data/course.json`: the table of contents, for machines that have no sources of lessons.

It is read from the text of all lessons, also when one lesson is built, and checks none of them: a lesson that a
colleague is half way through must not stop the build of another.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from autograder.authoring.lesson import lesson_files
from autograder.engine.catalogue import Catalogue

# ### Exercise: `attention` ●●○ · 8 minutes
HEADING = re.compile(r"### Exercise: `(?P<name>\w+)` (?P<stars>[●○]+) · (?P<minutes>\d+) minutes?")
HEADER = re.compile(
    r'^# %%.*\b(?P<word>exercise|written)="(?P<name>\w+)"(?:.*\bpoints=(?P<points>[\d.]+))?', re.MULTILINE
)
MINUTES = re.compile(r"(\d+) minutes")


def course_json(catalogue: Catalogue) -> str:
    """The lessons in their order, each with its exercises and written answers."""
    lessons = [lesson_entry(file, catalogue) for file in lesson_files(catalogue)]
    return json.dumps({"lessons": lessons}, indent=1, ensure_ascii=False) + "\n"


def lesson_entry(file: Path, catalogue: Catalogue) -> dict[str, Any]:
    """What the map says about one lesson; `minutes` are its first mention before the first exercise, else their sum."""
    text = file.read_text()
    topic = file.stem.partition("_")[2]
    entries = _entries(text, topic, catalogue)
    told = MINUTES.search(text.partition("### Exercise:")[0])
    minutes = int(told[1]) if told else sum(entry.get("minutes", 0) for entry in entries)
    return {"name": file.stem, "topic": topic, "title": _title(text), "minutes": minutes, "exercises": entries}


def _title(text: str) -> str:
    lines = (re.sub(r'^r?"""', "", line).strip("# ") for line in text.splitlines()[1:])
    return next((line for line in lines if line), "")


def _entries(text: str, topic: str, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Exercises and written answers in the order of the lesson. A heading that says no minutes counts none."""
    known = catalogue.topic(topic).exercises()
    headings = {match["name"]: match for match in HEADING.finditer(text)}
    entries: list[dict[str, Any]] = []
    for match in HEADER.finditer(text):
        name = match["name"]
        if match["word"] == "written":
            entries.append({"name": name, "written": True, "points": float(match["points"] or 0)})
        elif name in known:
            heading = headings.get(name)
            said = {"stars": heading["stars"].count("●"), "minutes": int(heading["minutes"])} if heading else {}
            entries.append({"name": name, "points": float(known[name].points), **said})
    return entries
