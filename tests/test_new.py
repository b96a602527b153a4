"""`python -m autograder new`: skeletons that build, in their places, and nothing written over."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from test_build import files_of, quiet
from toy import DOUBLES, HALVES

from autograder.authoring.audit import audit_exercise
from autograder.authoring.build import build, stale_files
from autograder.authoring.build.make import sound_lessons
from autograder.authoring.lesson import LessonError, lesson_files, parse_course, read_lesson
from autograder.authoring.new import new
from autograder.engine.catalogue import Catalogue


def names_of(toy: Catalogue, plan) -> list[str]:
    return sorted(str(file.relative_to(toy.root)) for file in plan)


def fresh(toy: Catalogue) -> Catalogue:
    """The same course, for whoever comes later: a catalogue looks at its folders once."""
    import autograder.engine.catalogue as catalogue

    catalogue._topic_of.cache_clear()
    return toy


@pytest.fixture
def scratch(toy: Catalogue) -> Catalogue:
    """A course with the skeletons of a lesson and of its first exercise."""
    plan = new(toy, "72_scratch", "third")
    assert names_of(toy, plan.made) == [
        "helpers/scratch.py", "solutions/72_scratch.py",
        *(f"{toy.package}/{kind}/scratch/{name}.py" for kind in ("exercises", "references")
          for name in ("__init__", "third")),
    ]  # fmt: skip
    assert names_of(toy, plan.changed) == ["README.md"]
    return fresh(toy)


def test_a_new_lesson_builds_as_it_is_and_stands_in_the_readme(scratch: Catalogue) -> None:
    build(scratch, report=quiet)
    assert stale_files(scratch) == []
    notebook = nbformat.read(scratch.root / "notebooks/72_scratch/72_scratch.ipynb", as_version=4)
    assert "raise NotImplementedError" in next(cell.source for cell in notebook.cells if cell.id == "exercise-third")
    rows = [line for line in (scratch.root / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [DOUBLES, HALVES, "72_scratch"]


def test_the_audit_says_what_the_skeleton_lacks(toy: Catalogue) -> None:
    new(toy, HALVES, "third")
    lesson = read_lesson(lesson_files(fresh(toy), [HALVES])[0], toy)
    problems = audit_exercise(lesson, "third").problems
    said = [text.partition(": ")[2] for text in problems if "is missing" not in text]  # its sheet is not built here
    lacks = ("0 mistakes; at least 4", "0 alternatives; at least 2")
    assert [text for text in said if "; at least" in text] == [*lacks]
    promises = [text for text in problems if "which observation would fail without this sentence?" in text]
    assert 'promised(third, "… in one line.", by=[…])' in promises[0]
    assert any('no observation is called "the docstring\'s example"' in text for text in problems)
    assert len(problems) == len(lacks) + len(promises) + 2


def test_skeletons_are_formatted(scratch: Catalogue) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "120", "."],
        cwd=scratch.root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_a_new_exercise_goes_before_the_end_of_its_lesson(toy: Catalogue) -> None:
    before = (toy.root / "solutions" / f"{HALVES}.py").read_text()
    plan = new(toy, "halves", "third")
    assert names_of(toy, plan.changed) == [f"solutions/{HALVES}.py"]
    after = plan.changed[toy.root / "solutions" / f"{HALVES}.py"]
    head, _, rest = after.partition("# %% [markdown]\n# ### Exercise: `third`")
    closing = "# %% [markdown]\n# ## What you have built"
    assert before == head + rest[rest.index(closing) :]
    sound_lessons(parse_course(fresh(toy)), lesson_files(toy, [HALVES]))


def test_closing_sections_in_the_middle_of_a_text_get_a_cell_of_their_own(toy: Catalogue) -> None:
    file = toy.root / "solutions" / f"{HALVES}.py"
    file.write_text(file.read_text().replace("# ## What you", "# So far.\n#\n# ## What you"))
    new(toy, HALVES, "third")
    assert "# So far.\n\n# %% [markdown]\n# ### Exercise: `third`" in file.read_text()
    sound_lessons(parse_course(fresh(toy)), lesson_files(toy, [HALVES]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((HALVES,), f"solutions/{HALVES}.py is there already. To add an exercise, name it"),
        (("72_scratch", "double"), "'double' is taken by "),
        ((HALVES, "negate"), "/exercises/halves/negate.py. Names are unique in the course"),
        ((HALVES, "1st"), "and not '1st'"),
        ((HALVES, "_third"), "and not '_third'"),
        ((HALVES, "class"), "and not 'class'"),
        (("scratch",), "Call a lesson NN_topic, as 05_scratch, and not 'scratch'. There are 70_doubles"),
        (("../72_up",), "Call a lesson NN_topic"),
        (("70_scratch",), f"'70_scratch' has the number or the topic of solutions/{DOUBLES}.py"),
        (("72_halves",), f"'72_halves' has the number or the topic of solutions/{HALVES}.py"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(toy: Catalogue, words, said: str) -> None:
    before = files_of(toy)
    with pytest.raises(LessonError) as caught:
        new(toy, *words)
    assert said in str(caught.value)
    assert files_of(toy) == before


def test_a_name_that_only_a_lesson_has_so_far_is_taken_too(toy: Catalogue) -> None:
    (toy.root / "solutions" / "72_thirds.py").write_text('# %% exercise="third"\n')
    with pytest.raises(LessonError, match=r"'third' is taken by solutions/72_thirds\.py"):
        new(toy, HALVES, "third")


def test_a_file_that_is_there_is_not_written_over(toy: Catalogue) -> None:
    (toy.root / "helpers" / "scratch.py").write_text("MINE = True\n")
    before = files_of(toy)
    with pytest.raises(LessonError, match=r"helpers/scratch\.py is there already"):
        new(toy, "72_scratch")
    assert files_of(toy) == before
