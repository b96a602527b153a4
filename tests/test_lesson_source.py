"""A lesson's source is read with its mistakes named by file and line, and comments survive the way to the notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.build.notebook import solved_notebook
from autograder.authoring.lesson import LessonError, lesson_files, read_lesson, signature_in

TITLE = "# %% [markdown]\n# # Toys\n"
IMPORTS = "\n# %%\nimport torch\n"
HALVE = """
# %% exercise="halve"
def halve(x: torch.Tensor) -> torch.Tensor:
    \"\"\"Half.\"\"\"
    # BEGIN SOLUTION
    # cat the rows
    return x / 2
    # END SOLUTION
"""
CHECK = '\n# %% check="halve"\ncheck(halve)\n'
NEGATE = HALVE.replace("halve", "negate") + CHECK.replace("halve", "negate")
WHOLE = TITLE + IMPORTS + HALVE + CHECK + NEGATE


@pytest.fixture
def file(toy: Path) -> Path:
    return toy / "99_toy.py"


def read(file: Path, source: str):  # type: ignore[no-untyped-def]
    file.write_text(source, encoding="utf-8")
    return read_lesson(file)


def test_a_sound_lesson_is_read(file: Path) -> None:
    lesson = read(file, WHOLE)
    assert (lesson.name, lesson.topic, lesson.title) == ("99_toy", "toy", "Toys")
    assert list(lesson.exercises) == ["halve", "negate"]
    assert lesson.imports == "import torch"
    assert [cell.line for cell in lesson.cells] == [1, 4, 7, 15, 18, 26]


def test_the_blank_keeps_all_but_the_solution(file: Path) -> None:
    blank = read(file, WHOLE).exercises["halve"].blank
    assert blank.splitlines()[1:] == ['    """Half."""', "    raise NotImplementedError"]


def test_each_solution_of_a_cell_is_blanked_by_itself(file: Path) -> None:
    begin, end = "    # BEGIN SOLUTION\n", "    # END SOLUTION\n"
    body = f"{begin}    a = 1\n{end}    b = 2\n{begin}    return a + b\n{end}"
    source = WHOLE.replace(HALVE, '\n# %% exercise="halve"\ndef halve(x):\n' + body)
    stub = "    raise NotImplementedError"
    assert read(file, source).exercises["halve"].blank.splitlines() == ["def halve(x):", stub, "    b = 2", stub]


def test_a_comment_that_looks_like_a_shell_command_survives_the_build(file: Path) -> None:
    source = WHOLE.replace("import torch\n", "import torch\n\n# cat the rows\n# ls of names\n# %timeit is slow\n")
    notebook = solved_notebook(read(file, source), {"99_toy": "Toys"})
    joined = "\n".join(cell.source for cell in notebook.cells).splitlines()
    for line in ("    # cat the rows", "# cat the rows", "# ls of names", "# %timeit is slow"):
        assert line in joined


WRONG = {
    "an unknown word": (WHOLE + '\n# %% excercise="x"\n1\n', 29, "unknown word 'excercise'"),
    "two words": (WHOLE + '\n# %% exercise="a" check="b"\n1\n', 29, "one word a header"),
    "points without an answer in words": (
        WHOLE.replace('="halve"\ndef', '="halve" points=3\ndef'), 7, "points go with"),
    "an answer in words without points": (WHOLE + '\n# %% [markdown] written="why"\n# Why?\n', 29, "points go with"),
    "a duplicate exercise": (WHOLE + HALVE, 29, "exercise='halve' stands already in line 7"),
    "a duplicate check": (WHOLE + CHECK, 29, "check='halve' stands already in line 15"),
    "an exercise without a check": (TITLE + IMPORTS + HALVE + NEGATE, 7, "no check: add a cell"),
    "a check without an exercise": (TITLE + IMPORTS + CHECK + NEGATE, 7, "has no exercise=\"halve\" in this lesson"),
    "a check that does more": (
        WHOLE.replace("check(halve)", "check(halve)\nprint(1)"), 15, "the one line check(halve)"),
    "a solution outside an exercise": (
        WHOLE + "\n# %%\n# BEGIN SOLUTION\n1\n# END SOLUTION\n", 29, "would reach students"),
    "a solution that does not end": (WHOLE.replace("# END SOLUTION", "#", 1), 7, "nothing to write"),
    "a second solution that does not end": (
        WHOLE.replace("# END SOLUTION\n", "# END SOLUTION\n    # BEGIN SOLUTION\n", 1), 7, "do not pair up"),
    "an end without a beginning": (
        WHOLE.replace("# END SOLUTION\n", "# END SOLUTION\n    # END SOLUTION\n", 1), 7, "do not pair up"),
    "an answer in words that does not end": (
        WHOLE + '\n# %% [markdown] written="why" points=1\n# Why?\n#\n# # BEGIN SOLUTION\n# So.\n',
        29, "do not pair up"),
    "an exercise without a solution": (
        WHOLE.replace("# BEGIN SOLUTION", "#", 1).replace("# END SOLUTION", "#", 1), 7, "nothing to write"),
    "an exercise that defines something else": (
        WHOLE.replace("def halve", "def half"), 7, "should define a function or class"),
    "code that does not parse": (
        WHOLE.replace("def halve(x", "def halve(x x", 1), 7, "line 1 of the cell does not parse"),
    "an exercise without an experiment": (
        WHOLE + HALVE.replace("halve", "third") + CHECK.replace("halve", "third"), 29, "defines no exercise 'third'"),
    "an experiment without an exercise": (TITLE + IMPORTS + HALVE + CHECK, 1, "has 'negate', the lesson has not"),
    "code before the first header": ("import torch\n" + WHOLE, 1, "must start with a `# %%` header"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_is_named_with_file_and_line(fault: str, file: Path) -> None:
    source, line, text = WRONG[fault]
    with pytest.raises(LessonError) as caught:
        read(file, source)
    assert str(caught.value).startswith(f"solutions/99_toy.py:{line}: ")
    assert text in str(caught.value)


def test_a_topic_without_experiments_is_named(toy: Path) -> None:
    with pytest.raises(LessonError, match=r"autograder/exercises/other\.py is missing; 98_other\.py needs it"):
        read(toy / "98_other.py", WHOLE)


def test_a_broken_import_in_the_experiments_is_not_taken_for_a_missing_file(toy: Path) -> None:
    (toy / "autograder.exercises" / "other.py").write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        read(toy / "98_other.py", WHOLE)


def test_a_lesson_that_is_not_there_is_named() -> None:
    with pytest.raises(LessonError, match=r"No lesson is called '77_nothing'; there are 00_start_here"):
        lesson_files(["77_nothing"])


def test_lessons_are_found_with_and_without_their_number() -> None:
    assert lesson_files(["start_here"]) == lesson_files(["00_start_here"]) == lesson_files()[:1]


@pytest.mark.parametrize(
    ("header", "signature"),
    [
        ("def halve(x: int, /, y: float = 1.5, *rest: int, z: str = 'a', **more: int) -> None",
         "(x, /, y=1.5, *rest, z='a', **more)"),
        ("class halve:\n    def __init__(self, width: int, *, bias: bool = True)", "(width, *, bias=True)"),
        ("class halve", ""),
    ],
)  # fmt: skip
def test_the_signature_is_that_of_the_stub_without_annotations(file: Path, header: str, signature: str) -> None:
    indent = "        " if "__init__" in header else "    "
    cell = f'\n# %% exercise="halve"\n{header}:\n{indent}# BEGIN SOLUTION\n{indent}x = 1\n{indent}# END SOLUTION\n'
    assert signature_in(read(file, WHOLE.replace(HALVE, cell)).exercises["halve"], "halve") == signature
