"""A lesson's source is read with its mistakes named by file and line, and comments survive the way to the notebook."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.authoring.build import solved_notebook
from autograder.authoring.lesson import Lesson, LessonError, lesson_files, read_lesson, signature_in
from autograder.engine.catalogue import Catalogue

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
def read(toy: Catalogue) -> Callable[[str], Lesson]:
    """Reads a source as that of a lesson with the exercises of `71_halves`."""

    def read(source: str, name: str = "99_halves") -> Lesson:
        file = toy.root / "solutions" / f"{name}.py"
        file.write_text(source, encoding="utf-8")
        return read_lesson(file, toy)

    return read


def test_a_sound_lesson_is_read(read: Callable[[str], Lesson]) -> None:
    lesson = read(WHOLE)
    assert (lesson.name, lesson.topic, lesson.title) == ("99_halves", "halves", "Toys")
    assert list(lesson.exercises) == ["halve", "negate"]
    assert lesson.imports == "import torch"
    assert [cell.line for cell in lesson.cells] == [1, 4, 7, 15, 18, 26]


def test_the_blank_keeps_all_but_the_solution(read: Callable[[str], Lesson]) -> None:
    blank = read(WHOLE).exercises["halve"].blank
    assert blank.splitlines()[1:] == ['    """Half."""', "    raise NotImplementedError"]


def test_each_solution_of_a_cell_is_blanked_by_itself(read: Callable[[str], Lesson]) -> None:
    begin, end = "    # BEGIN SOLUTION\n", "    # END SOLUTION\n"
    body = f"{begin}    a = 1\n{end}    b = 2\n{begin}    return a + b\n{end}"
    source = WHOLE.replace(HALVE, '\n# %% exercise="halve"\ndef halve(x):\n' + body)
    stub = "    raise NotImplementedError"
    assert read(source).exercises["halve"].blank.splitlines() == ["def halve(x):", stub, "    b = 2", stub]


def test_a_comment_that_looks_like_a_shell_command_survives_the_build(read: Callable[[str], Lesson]) -> None:
    source = WHOLE.replace("import torch\n", "import torch\n\n# cat the rows\n# ls of names\n# %timeit is slow\n")
    lesson = read(source)
    notebook = solved_notebook(lesson, {lesson.name: lesson.title})
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
        WHOLE + HALVE.replace("halve", "third") + CHECK.replace("halve", "third"), 29, "halves/third.py is missing"),
    "an experiment without an exercise": (TITLE + IMPORTS + HALVE + CHECK, 1, "halves/negate.py is there, the lesson"),
    "code before the first header": ("import torch\n" + WHOLE, 1, "must start with a `# %%` header"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_is_named_with_file_and_line(fault: str, read: Callable[[str], Lesson]) -> None:
    source, line, text = WRONG[fault]
    with pytest.raises(LessonError) as caught:
        read(source)
    assert str(caught.value).startswith(f"solutions/99_halves.py:{line}: ")
    assert text in str(caught.value)


def test_a_topic_without_experiments_is_named(read: Callable[..., Lesson]) -> None:
    with pytest.raises(LessonError, match=r"exercises/other/\*\.py are missing; 98_other\.py needs them"):
        read(WHOLE, "98_other")


def test_a_broken_import_in_the_experiments_is_not_taken_for_a_missing_file(
    toy: Catalogue, read: Callable[[str], Lesson]
) -> None:
    (toy.code / "exercises" / "halves" / "halve.py").write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        read(WHOLE)


def test_a_lesson_that_is_not_there_is_named(toy: Catalogue) -> None:
    with pytest.raises(LessonError, match=r"No lesson is called '77_nothing'; there are 70_doubles, 71_halves"):
        lesson_files(toy, ["77_nothing"])


def test_lessons_are_found_with_and_without_their_number(toy: Catalogue) -> None:
    assert lesson_files(toy, ["doubles"]) == lesson_files(toy, ["70_doubles"]) == lesson_files(toy)[:1]


@pytest.mark.parametrize(
    ("header", "signature"),
    [
        ("def halve(x: int, /, y: float = 1.5, *rest: int, z: str = 'a', **more: int) -> None",
         "(x, /, y=1.5, *rest, z='a', **more)"),
        ("class halve:\n    def __init__(self, width: int, *, bias: bool = True)", "(width, *, bias=True)"),
        ("class halve", ""),
    ],
)  # fmt: skip
def test_the_signature_is_that_of_the_stub_without_annotations(
    read: Callable[[str], Lesson], header: str, signature: str
) -> None:
    indent = "        " if "__init__" in header else "    "
    cell = f'\n# %% exercise="halve"\n{header}:\n{indent}# BEGIN SOLUTION\n{indent}x = 1\n{indent}# END SOLUTION\n'
    assert signature_in(read(WHOLE.replace(HALVE, cell)).exercises["halve"], "halve") == signature
