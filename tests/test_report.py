"""The class report of a real graded class, read as a page in Chromium where there is one, and as a table."""

from __future__ import annotations

import csv
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from courses import new_course, run
from nbgrader.api import Gradebook
from submissions import hand_in, solved, submission
from toy import DOUBLES
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading.ledger import ledger_file
from autograder.grading.reporting.report import as_page, write_report
from autograder.grading.reporting.results import NoResults, read_results

LESSON = DOUBLES
SQUARES = "def double(x):\n    return x ** 2"
ANSWERS = {
    "ben": SQUARES,
    "cyd": "def double(x):\n    return x * x",
    "dan": "def double(x):\n    x *= 2\n    return x",
    "eve": "def double(x):\n    return x - 17",
    "fay": "def double(x):\n    raise NotImplementedError",
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two answers that square, one in place, one that nobody has named, a blank, half a file, and one not handed in."""
    course = new_course(tmp_path_factory.mktemp("report"), LESSON)
    hand_in(solved(LESSON), course, "ada", LESSON)
    for student, answer in ANSWERS.items():
        hand_in(submission(LESSON, double=answer), course, student, LESSON)
    hand_in(solved(LESSON), course, "gil", LESSON).write_text('{"cells": [')
    run(course, "nbgrader", "autograde", LESSON)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_student("hal")
        gradebook.find_grade("check-double", LESSON, LESSON, "eve").manual_score = 0.25
        gradebook.db.commit()
    return course


@pytest.fixture(scope="module")
def written(course: Path) -> tuple[str, dict[str, dict[str, str]]]:
    """The page, and the table's rows by student, as the command writes them."""
    done = run(course, "autograder", "report", LESSON)
    assert done.returncode == 0, done.stderr
    folder = course / "reports" / LESSON
    with (folder / "report.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return (folder / "report.html").read_text(encoding="utf-8"), rows


def test_the_table_has_a_column_for_the_exercise_and_no_score_for_what_is_not_graded(written):
    _, rows = written
    assert list(rows["ada"]) == ["student", "status", "reason", "score", "max_score", "double"]
    assert (rows["ada"]["score"], rows["ada"]["double"]) == ("1.0", "1.0")
    assert (rows["gil"]["status"], rows["gil"]["score"]) == ("not graded", "")
    assert rows["gil"]["reason"]
    assert (rows["hal"]["status"], rows["hal"]["score"]) == ("not submitted", "")


def test_a_persons_grade_counts(written):
    assert (written[1]["eve"]["score"], written[1]["eve"]["double"]) == ("0.25", "0.25")


def test_misconceptions_are_counted_with_their_students(course):
    results = read_results(course, LESSON)
    found = [(item.exercise, len(item.students), item.students) for item in results.misconceptions]
    assert found[0] == ("double", 2, ["ben", "cyd"])
    assert "squared" in results.misconceptions[0].sentence
    assert [item.students for item in results.unnamed] == [["eve"]]


def test_the_page_says_it_all(written):
    page, _ = written
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
    for words in (
        "What the class misunderstands",
        "squared",
        "ben, cyd",
        "Not graded",
        "gil",
        "Wrong, and not yet named",
    ):
        assert words in text
    assert "17 %" in text  # one of six is right


def test_the_page_needs_nothing_else_and_its_pictures_have_words(written):
    page, _ = written
    pictures = re.findall(r'<img src="data:image/png;base64,[A-Za-z0-9+/=]+" alt="([^"]+)">', page)
    assert len(pictures) == page.count("<img") == 2
    assert "double 1 right, 4 wrong, 1 not attempted" in pictures[1]
    assert not re.search(r"<script|<link|url\(|https?://", page)


def test_names_and_texts_are_quoted(course, tmp_path):
    hostile = "<script>alert(1)</script>"
    entry = json.loads(ledger_file(course, LESSON, "ben").read_text())
    entry["exercises"][0]["misunderstandings"] = [hostile]
    entry["repairs"] = [hostile]
    entry["seconds"] = 2.5
    folder = tmp_path / "verdicts" / LESSON
    folder.mkdir(parents=True)
    (folder / "=1+1.json").write_text(json.dumps(entry))
    (folder / "<b>.json").write_text(json.dumps({"status": "not graded", "reason": hostile, "exercises": []}))
    page, table = write_report(tmp_path, LESSON, tmp_path / "out")
    tags: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.add(tag)  # type: ignore[method-assign]
    parser.feed(page.read_text(encoding="utf-8"))
    assert not tags & {"script", "b"}
    assert "2.5 s" in page.read_text(encoding="utf-8")
    assert "'=1+1" in table.read_text(encoding="utf-8")


def test_a_ledger_alone_is_enough(course, tmp_path):
    shutil.copytree(course / "verdicts", tmp_path / "verdicts")
    for file in (tmp_path / "verdicts" / LESSON).glob("*.json"):
        entry = json.loads(file.read_text())
        entry.pop("seconds", None)  # ledgers of an earlier version
        file.write_text(json.dumps(entry))
    results = read_results(tmp_path, LESSON)
    assert {item.student for item in results.results} == {"ada", *ANSWERS, "gil"}
    assert not (tmp_path / "gradebook.db").exists()
    assert "not measured" in as_page(results)


def test_a_lesson_without_verdicts_is_one_sentence(course, tmp_path):
    with pytest.raises(NoResults, match=f"There are verdicts on: {LESSON}"):
        read_results(course, "11_attention")
    done = CliRunner().invoke(app, ["report", "11_attention", "--course", str(tmp_path)])
    assert done.exit_code == 1
    assert "holds no verdicts yet" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ['{"status": ', "[]"])
def test_a_damaged_ledger_is_one_sentence(tmp_path, content):
    folder = tmp_path / "verdicts" / LESSON
    folder.mkdir(parents=True)
    (folder / "ada.json").write_text(content)
    with pytest.raises(NoResults, match="cannot be read"):
        read_results(tmp_path, LESSON)


def test_a_gradebook_that_is_none_is_one_sentence(course, tmp_path):
    shutil.copytree(course / "verdicts", tmp_path / "verdicts")
    (tmp_path / "gradebook.db").write_text("this is no database, but it is long enough to be looked at" * 20)
    with pytest.raises(NoResults, match="gradebook"):
        read_results(tmp_path, LESSON)


def test_a_class_of_which_nothing_is_graded_has_a_report(tmp_path):
    folder = tmp_path / "verdicts" / LESSON
    folder.mkdir(parents=True)
    (folder / "ada.json").write_text(json.dumps({"status": "not graded", "reason": "empty", "exercises": []}))
    page, _ = write_report(tmp_path, LESSON, tmp_path / "out")
    assert "<img" not in page.read_text(encoding="utf-8")
