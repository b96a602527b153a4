"""The frame that every lesson has: what lacks a part is refused with file, line and what to do."""

from __future__ import annotations

import pytest

from autograder.authoring.lesson import LessonError, check_frame, lesson_files, read_lesson
from autograder.authoring.lesson.minutes import minutes_of
from autograder.engine.catalogue import Catalogue, own_catalogue

LESSON = "71_halves"
FOLD = "# <details><summary>The answer</summary>\n#\n# A half.\n#\n# </details>\n"
ASKS = "# %% [markdown]\n# ## 1 · Half\n#\n# **Predict first.** Half of one?\n\n# %%\n1 / 2\n\n"
HINT = "# <details><summary>Hint 1</summary>x</details>"
CLOSING = "# ## What you have built"
HALF = "# %% [markdown]\n# ## 1 · Half\n"

# what is replaced, by what, the line that is named (that of a text, counted from its first), and what is said
WRONG = {
    "no heading": ("# ### Exercise: `halve` ●○○ · 3 minutes", "# Halve it.", '# %% exercise="halve"',
        "no heading: write ### Exercise: `halve`"),
    "no minutes": ("`halve` ●○○ · 3 minutes", "`halve` ●○○", "# ### Exercise: `halve`", "write this heading as"),
    "no difficulty": ("`halve` ●○○", "`halve`", "# ### Exercise: `halve`", "write this heading as"),
    "four dots": ("`halve` ●○○", "`halve` ●○○○", "# ### Exercise: `halve`", "(●○○, ●●○ or ●●●)"),
    "the heading of another": ("Exercise: `halve`", "Exercise: `third`", '# %% exercise="halve"', "no heading"),
    "a heading below": ("\n# ### Exercise: `negate` ●●○ · 4 minutes\n", "\n# Negate it.\n", '# %% exercise="negate"',
        "no heading: write ### Exercise: `negate`"),
    "a heading too many": (CLOSING, "# ### Exercise: `more` ●○○ · 1 minute\n#\n" + CLOSING,
        "# ### Exercise: `more`", "the exercise 'more' does not come below this heading"),
    "a written answer without minutes": ("Written answer: why · 3 minutes", "Written answer: why",
        "# ### Written answer", "what it is about · N minutes"),
    "a written answer without a heading": ("# ### Written answer: why · 3 minutes", "# Say it.",
        '# %% [markdown] written="why_half"', "no heading: write ### Written answer"),
    "no sum": ("About 20 minutes.", "Some time.", None, "say how long the lesson takes"),
    "a sum that is too small": ("About 20 minutes.", "About 9 minutes.", None,
        "take 10 minutes together, the lesson says About 9 minutes"),
    "one exercise marked, another not": ("`halve` ●○○ · 3 minutes", "`halve` ●○○ · 3 minutes · core",
        "# ### Exercise: `negate`", "end this heading with · core or · extra"),
    "an answer in plain sight": (HALF, ASKS + "# %% [markdown]\n# It is a half.\n", "# **Predict first.**",
        "fold the answer to this prediction"),
    "a hint is no answer": (HALF, ASKS.replace("one?", "one?\n#\n" + HINT) + "# %% [markdown]\n# It is a half.\n",
        "# **Predict first.**", "fold the answer to this prediction"),
    "no table at the end": (CLOSING, "# ## The end", "# %% [markdown]\n# ## The end",
        "the end lacks ## What you have built"),
    "no source to read": ("**Read the real source.**", "**Read.**", "# %% [markdown]\n# ## What you have built",
        "the end lacks **Read the real source.**"),
    "no questions": ("**Three questions to take home.**", "**Questions.**", "# %% [markdown]\n# ## What you have built",
        "the end lacks **Three questions to take home.**"),
    "a lesson without a link": ("[lesson 70](../70_doubles/70_doubles.ipynb)", "lesson 70", "# About 20 minutes.",
        "make this a link: [lesson 70](../70_doubles/70_doubles.ipynb)"),
    "a link to another lesson": ("lesson 70](../70_doubles/70_doubles.ipynb", "lesson 70](../71_halves/71_halves.ipynb",
        "# About 20 minutes.", "make this a link"),
    "a lesson that is not there": ("# What is half a tensor?", "# Lesson 72 says more.", "# Lesson 72",
        'there is no lesson 72 yet: write "a later lesson"'),
    "a link to a lesson that is not there": ("70_doubles/70_doubles.ipynb", "72_thirds/72_thirds.ipynb",
        "# About 20 minutes.", "../72_thirds/72_thirds.ipynb is no lesson"),
}  # fmt: skip


def framed(catalogue: Catalogue, source: str | None = None) -> None:
    """Checks the frame of a lesson, with another source if one is given."""
    file = catalogue.root / "solutions" / f"{LESSON}.py"
    if source is not None:
        file.write_text(source, encoding="utf-8")
    check_frame(read_lesson(file, catalogue))


MARKED = {
    "`halve` ●○○ · 3 minutes": "`halve` ●○○ · 3 minutes · core",
    "`negate` ●●○ · 4 minutes": "`negate` ●●○ · 4 minutes · extra",
    "why · 3 minutes": "why · 3 minutes · extra",
    HALF: HALF.replace("Half", "Half · core"),
}


def marked(catalogue: Catalogue, minutes: str, **replaced: str) -> str:
    """The lesson with its core and its extras marked."""
    source = (catalogue.root / "solutions" / f"{LESSON}.py").read_text(encoding="utf-8")
    for old, new in MARKED.items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    return source.replace("About 20 minutes.", minutes)


def test_a_lesson_that_marks_its_core_adds_up_exercises_prose_and_cells(toy: Catalogue) -> None:
    framed(toy, marked(toy, "About 8 minutes for the core, 19 with the extras."))
    lesson = read_lesson(toy.root / "solutions" / f"{LESSON}.py", toy)
    cells = sum(cell.kind == "code" and not cell.words for cell in lesson.cells)
    minutes = minutes_of(lesson)
    assert minutes.extra == 4 + 3
    assert 3 + 0.25 * cells < minutes.core < 3 + 0.25 * cells + 2


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        ("About 3 minutes for the core, 30 with the extras.", "by the sum of exercises, prose and cells"),
        ("About 9 minutes for the core, 10 with the extras.", "by the sum of exercises, prose and cells"),
        ("About 61 minutes for the core, 90 with the extras.", "Make it 60 at most"),
    ],
)
def test_a_core_that_takes_longer_than_it_says_or_than_an_hour_is_refused(
    toy: Catalogue, minutes: str, text: str
) -> None:
    with pytest.raises(LessonError, match=text):
        framed(toy, marked(toy, minutes))


def test_a_section_without_a_mark_is_refused_beside_marked_exercises(toy: Catalogue) -> None:
    source = marked(toy, "About 8 minutes for the core, 19 with the extras.").replace("Half · core", "Half")
    with pytest.raises(LessonError, match="end this section's title with · core or · extra"):
        framed(toy, source)


def test_every_lesson_of_the_course_has_its_frame() -> None:
    for file in lesson_files(own_catalogue()):
        check_frame(read_lesson(file, own_catalogue()))


@pytest.mark.parametrize("fault", WRONG)
def test_a_part_that_lacks_is_named_with_file_and_line(toy: Catalogue, fault: str) -> None:
    old, new, sign, text = WRONG[fault]
    source = (toy.root / "solutions" / f"{LESSON}.py").read_text(encoding="utf-8")
    assert source.count(old) == 1
    source = source.replace(old, new)
    line = 1 + source[: source.index(sign)].count("\n") if sign else 1
    with pytest.raises(LessonError) as caught:
        framed(toy, source)
    assert str(caught.value).startswith(f"solutions/{LESSON}.py:{line}: ")
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        ASKS + "# %% [markdown]\n" + FOLD,
        ASKS.replace("Half of one?\n", "Half of one?\n#\n" + FOLD) + "# %% [markdown]\n# Let us go on.\n",
    ],
)
def test_an_answer_may_be_folded_below_the_output_or_below_the_question(toy: Catalogue, text: str) -> None:
    source = (toy.root / "solutions" / f"{LESSON}.py").read_text(encoding="utf-8")
    framed(toy, source.replace(HALF, text + "#\n# ## 2 · Half\n"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("| `71_halves` | `halve` and `negate` |\n", "", "README.md:5: add a row below: | `71_halves` |"),
        ("| `71_halves` |", "| `72_thirds` |", "README.md:6: there is no lesson solutions/72_thirds.py"),
        ("| `70_doubles` | `double` |\n| `71_halves` | `halve` and `negate` |",
         "| `71_halves` | `halve` |\n| `70_doubles` | `double` |", "README.md:5: the lessons are not in their order"),
    ],
)  # fmt: skip
def test_the_readme_names_every_lesson_in_order_and_no_other(toy: Catalogue, old: str, new: str, said: str) -> None:
    readme = toy.root / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(LessonError) as caught:
        framed(toy)
    assert str(caught.value).startswith(said)


def test_a_course_without_a_readme_is_told_so(toy: Catalogue) -> None:
    (toy.root / "README.md").unlink()
    with pytest.raises(LessonError, match=r"README\.md is missing"):
        framed(toy)
