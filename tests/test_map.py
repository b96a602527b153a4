"""The course map, and the table of contents that it reads."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from autograder import progress
from autograder.authoring import course as contents
from autograder.authoring.lesson import parse_course, parse_lesson
from autograder.engine.catalogue import Catalogue
from autograder.engine.verdict import State
from autograder.student.map import CourseMap, Entry, LessonEntry, MissingCourse, course

LESSONS = (
    LessonEntry("01_first", "first", "The <first>", 45, (Entry("a", 1, 3, 1), Entry("b", 2.5, 8, 2))),
    LessonEntry("02_second", "second", "Second", 0, (Entry("c", 1), Entry("why", 2, written=True))),
)
SOME = CourseMap({"a": State.RIGHT, "b": State.WRONG, "gone": State.RIGHT}, LESSONS)


def test_map_counts_what_is_right_and_leaves_words_to_people() -> None:
    for shown in (str(SOME), SOME._repr_html_()):
        assert "1 of 3 exercises right · 1 of 4.5 points" in shown
        assert "1 of 2" in shown
        assert "0 of 1" in shown
        assert "✎ in words, graded by a person" in shown


def test_map_marks_each_state_with_a_sign() -> None:
    text = str(SOME)
    assert "✓ a  ✗ b" in text
    assert "○ c  ✎ why" in text
    assert text.splitlines()[-1].startswith("✓ right · ✗ not right yet · ○ not attempted yet")


def test_map_as_html_escapes_titles_and_says_minutes_and_points() -> None:
    html = SOME._repr_html_()
    assert "The &lt;first&gt;" in html
    assert "2.5 points · 8 minutes" in html
    assert "45 minutes" in html
    assert "0 minutes" not in html


def test_bar_is_full_only_when_all_is_right() -> None:
    many = LessonEntry("03_many", "many", "Many", 1, tuple(Entry(str(number), 1) for number in range(100)))
    almost = {str(number): State.RIGHT for number in range(99)}
    assert "█" * 9 + "░" in str(CourseMap(almost, (many,)))
    assert "█" * 10 in str(CourseMap({**almost, "99": State.RIGHT}, (many,)))


def test_titles_lead_to_the_notebooks_except_on_colab(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'href="../01_first/01_first.ipynb"' in SOME._repr_html_()
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    assert "href" not in SOME._repr_html_()


def test_missing_or_damaged_contents_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingCourse, match="bring the data folder along"):
        course(tmp_path / "course.json")
    for text in ("{", "[]", '{"lessons": [{"name": "x"}]}'):
        file = tmp_path / f"{len(text)}.json"
        file.write_text(text)
        with pytest.raises(MissingCourse, match="damaged"):
            course(file)


def test_progress_shows_every_lesson_of_the_course() -> None:
    shown = str(progress())
    assert all(lesson.name in shown for lesson in course())
    assert "double" in shown


SOURCE = '''\
# %% [markdown]
r"""
# Halves

About 40 minutes. Not 50 minutes.

### Exercise: `halve` ●●○ · 7 minutes
"""

# %% exercise="halve"
# %% check="halve"
# %% [markdown] written="why" points=2
# %% exercise="not_there_yet"
'''


def test_contents_are_read_from_a_lesson_that_is_not_finished(toy: Catalogue) -> None:
    file = toy.root / "solutions" / "05_halves.py"
    file.write_text(SOURCE)
    assert contents.lesson_entry(parse_lesson(file, toy)) == {
        "name": "05_halves",
        "topic": "halves",
        "title": "Halves",
        "minutes": 40,
        "exercises": [
            {"name": "halve", "points": 2.0, "stars": 2, "minutes": 7},
            {"name": "why", "written": True, "points": 2.0},
        ],
    }


TABLE = r"""
# %% [markdown]
# ## What you have built
#
# | yours | its name elsewhere |
# |---|---|
# | `halve`, `double` | `torch.div`, and `a \| b` |
# | the rest | `torch.nn` |
# | `not_there` |
"""


def test_what_a_library_calls_an_exercise_is_read_from_the_closing_table(toy: Catalogue) -> None:
    file = toy.root / "solutions" / "05_halves.py"
    file.write_text(SOURCE + TABLE)
    halve, why = contents.lesson_entry(parse_lesson(file, toy))["exercises"]
    assert halve["called"] == "Its name elsewhere: `torch.div`, and `a | b`"
    assert "called" not in why
    assert contents.called_elsewhere(parse_lesson(file, toy)).keys() == {"halve", "double"}


def test_core_and_extras_are_told_apart_in_the_contents(toy: Catalogue) -> None:
    file = toy.root / "solutions" / "05_halves.py"
    marked = SOURCE.replace("minutes. Not 50 minutes.", "minutes for the core, 55 with the extras.")
    file.write_text(marked.replace("7 minutes", "7 minutes · extra"))
    entry = contents.lesson_entry(parse_lesson(file, toy))
    assert (entry["core"], entry["minutes"], entry["exercises"][0]["extra"]) == (40, 55, True)


def test_lesson_that_says_no_minutes_takes_those_of_its_exercises(toy: Catalogue) -> None:
    file = toy.root / "solutions" / "05_halves.py"
    file.write_text(SOURCE.replace("About 40 minutes. Not 50 minutes.", ""))
    assert contents.lesson_entry(parse_lesson(file, toy))["minutes"] == 7


def test_contents_are_the_same_each_time(toy: Catalogue) -> None:
    text = contents.course_json(parse_course(toy))
    assert text == contents.course_json(parse_course(toy))
    assert [lesson["name"] for lesson in json.loads(text)["lessons"]] == ["70_doubles", "71_halves"]
