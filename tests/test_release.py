"""A class release: greps and imports its way through it, and runs every check that is in it."""

from __future__ import annotations

import ast
import inspect
import json
import lzma
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest
from patience import PATIENCE
from run_all import run_all
from submissions import ROOT, solved
from toy import DOUBLES, built_toy
from typer.testing import CliRunner

from autograder.authoring.build import build
from autograder.authoring.lesson import lesson_files
from autograder.cli import app
from autograder.engine.catalogue import own_catalogue
from autograder.grading.release import ReleaseError, release
from autograder.references import answers_to

COURSE = own_catalogue()
LESSONS = [file.stem for file in lesson_files(COURSE)]
LONG = 60  # characters of code that nobody writes twice by chance
READABLE = re.compile(rf"[\t\n\r !#-~]{{{LONG},}}")  # a string that is long enough to be code, in what is no text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of all lessons."""
    folder = tmp_path_factory.mktemp("class") / "course"
    assert release(COURSE, folder) == LESSONS
    return folder


@pytest.fixture(scope="module")
def texts(folder: Path) -> dict[str, str]:
    """All that can be read in the release, by name; notebooks as the code and prose in them, sheets unpacked."""
    found = {}
    for file in folder.rglob("*"):
        if file.is_file():
            content = lzma.decompress(file.read_bytes()) if file.suffix == ".xz" else file.read_bytes()
            text = content.decode("latin-1" if file.suffix in (".xz", ".safetensors") else "utf-8")
            if file.suffix == ".ipynb":
                text = "\n\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
            found[file.relative_to(folder).as_posix()] = text
    return found


@pytest.fixture(scope="module")
def compact(texts: dict[str, str]) -> str:
    """All of it as one text without spaces; of sheets and weights, the strings that may be code, each once."""
    binary = {name: text for name, text in texts.items() if name.endswith((".xz", ".safetensors"))}
    readable = {name: "\n".join(set(READABLE.findall(text))) for name, text in binary.items()}
    return _compact("\n".join((texts | readable).values()))


def _written(answer: object) -> list[object]:
    """What has a source: of a class that was made by `type`, its methods."""
    made = inspect.isclass(answer) and f"class {answer.__name__}" not in inspect.getsource(inspect.getmodule(answer))
    return [item for item in vars(answer).values() if inspect.isfunction(item)] if made else [answer]


def _body(answer: object) -> str:
    """The code of a function or class without its name, arguments and docstring."""
    source = textwrap.dedent(inspect.getsource(answer))
    if not source.startswith(("def ", "class ", "@")):  # a lambda: its source is the whole line that it stands in
        return _lambda_in(source)
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef | ast.ClassDef)
    rest = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    return "\n".join(ast.unparse(statement) for statement in rest)


def _lambda_in(line: str) -> str:
    """The first lambda of a piece of code that may begin or end in the middle of a call."""
    rest = line[line.index("lambda") :]
    for end in range(len(rest), 0, -1):
        try:
            return ast.unparse(ast.parse(rest[:end].strip(), mode="eval"))
        except SyntaxError:
            continue
    raise ValueError(f"no lambda can be read in {line!r}")


def _compact(text: str) -> str:
    return "".join(text.replace('"', "'").split())


def test_the_release_holds_these_things_and_no_others(folder, texts):
    assert {item.name for item in folder.iterdir()} == {
        "README.md", "TUTOR.md", "LICENSE", "requirements.txt", "autograder", "data", "helpers", "notebooks",
    }  # fmt: skip
    assert {item.name for item in (folder / "autograder").iterdir()} == {
        "__init__.py", "engine", "exercises", "student",
    }  # fmt: skip
    assert not [name for name in texts if "demo_class" in name or "solutions" in name or "__pycache__" in name]


@pytest.mark.parametrize("sign", ["BEGIN SOLUTION", "END SOLUTION", "@mistake(", "@alternative(", "equivalent("])
def test_no_sign_of_an_answer_is_left(texts, sign):
    assert [name for name, text in texts.items() if sign in text] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_code_of_a_reference_a_mistake_or_an_alternative_is_in_it(compact, lesson):
    topic = COURSE.topic(lesson.partition("_")[2])
    known = [answers_to(topic, name) for name in topic.exercises()]
    answers = [
        written
        for item in known
        for answer in (item.reference, *item.alternatives, *(mistake.answer for mistake in item.mistakes))
        if inspect.isfunction(answer) or inspect.isclass(answer)
        for written in _written(answer)
    ]
    assert answers
    bodies = {
        _compact(_body(item)): item.__qualname__ for item in answers if "autograder.references" in item.__module__
    }
    assert [name for body, name in bodies.items() if len(body) >= LONG and body in compact] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_solved_cell_is_in_it(texts, lesson):
    everything = "\n".join(texts.values())
    answers = [cell.source for cell in solved(lesson).cells if cell.id.startswith("exercise-")]
    assert answers
    assert [answer for answer in answers if answer in everything] == []


def test_nothing_points_to_the_repository_where_the_answers_are(texts):
    notebooks = {name: text for name, text in texts.items() if name.endswith(".ipynb")}
    assert not [
        name for name, text in notebooks.items() if "tensors-to-transformers" in text or "git" + '", "clone' in text
    ]


def _python(folder: Path, code: str, **data: object) -> str:
    """Runs code in a fresh interpreter whose only course is the release; `data` is its JSON on stdin."""
    environment = {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"], "HOME": str(folder.parent)}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder.parent, env=environment, input=json.dumps(data),
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize("name", ["references", "grading", "authoring", "cli"])
def test_what_knows_answers_cannot_be_imported(folder, name):
    code = f"""
import autograder, importlib
assert autograder.__file__.startswith({str(folder)!r}), autograder.__file__
try:
    importlib.import_module("autograder.{name}")
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert _python(folder, code) == f"autograder.{name}"


def test_everything_else_can_be_imported(folder):
    code = f"""
import importlib, pathlib
folder = pathlib.Path({str(folder)!r})
for file in sorted([*folder.glob("autograder/**/*.py"), *folder.glob("helpers/*.py")]):
    name = ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    assert module.__file__.startswith(str(folder)), module.__file__
print("all")
"""
    assert _python(folder, code) == "all"


RUN_CHECKS = """
import json, sys
import nbformat
from autograder.engine.catalogue import own_catalogue
from autograder.student.check import verdict_on

course = own_catalogue()
answers = json.load(sys.stdin)["answers"]
states = {}
for lesson, cells in answers.items():
    notebook = nbformat.read(f"{FOLDER}/notebooks/{lesson}/{lesson}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [cell.id.removeprefix("check-") for cell in code if cell.id.startswith("check-")]
    imports = next(cell.source for cell in code if cell.id != "bring")
    for name in names:
        blank = next(cell.source for cell in code if cell.id == f"exercise-{name}")
        scope = {"__name__": "__main__"}
        exec(imports, scope)
        exec(cells.get(name, blank), scope)
        states[name] = verdict_on(course, name, scope[name]).state.value
assert set(states) == set(course.names()), set(states) ^ set(course.names())
print(json.dumps(states))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("filled", "state"), [(False, "not attempted"), (True, "right")])
def test_every_check_in_it_works(folder, filled, state):
    """Blank answers are not attempted, the lessons' own answers are right: with the release's code alone."""
    answers: dict[str, dict[str, str]] = {lesson: {} for lesson in LESSONS}
    for lesson in LESSONS if filled else []:
        cells = [cell for cell in solved(lesson).cells if cell.id.startswith("exercise-")]
        answers[lesson] = {cell.id.removeprefix("exercise-"): cell.source for cell in cells}
    states = json.loads(_python(folder, f"FOLDER = {str(folder)!r}\n{RUN_CHECKS}", answers=answers))
    assert states
    assert {name: found for name, found in states.items() if found != state} == {}


@pytest.mark.slow
def test_a_notebook_finds_the_course_it_lies_in(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "class"
    release(built_toy(), folder)
    place = folder / "notebooks" / DOUBLES
    notebook = nbformat.read(place / f"{DOUBLES}.ipynb", as_version=4)
    notebook.cells.insert(3, nbformat.v4.new_code_cell("import autograder; print(autograder.__file__)", id="where"))
    run_all(notebook, place)
    said = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    assert said["where"][0].text.startswith(str(folder))
    assert "not attempted yet" in said["check-double"][0].data["text/plain"]


def test_lessons_that_are_not_released_stay_home(tmp_path):
    folder = tmp_path / "first"
    assert release(built_toy(), folder, ["doubles"]) == [DOUBLES]
    assert [file.stem for file in (folder / "data" / "sheets").iterdir()] == ["doubles"]
    assert {file.stem for file in (folder / "autograder" / "exercises").iterdir()} == {"__init__", "doubles"}
    assert [item.name for item in (folder / "notebooks").iterdir()] == [DOUBLES]
    lessons = json.loads((folder / "data" / "course.json").read_text(encoding="utf-8"))["lessons"]
    assert [lesson["name"] for lesson in lessons] == [DOUBLES]
    code = "from autograder.engine.catalogue import own_catalogue\nprint(*own_catalogue().names())"
    assert _python(folder, code) == "double"


def test_what_a_lesson_keeps_under_its_topic_in_data_goes_along_with_it_alone(tmp_path, toy):
    for name in ("doubles", "halves", "shared"):
        (toy.root / "data" / name).mkdir(parents=True)
        (toy.root / "data" / name / "weights").touch()
    build(toy, report=lambda line: None)
    release(toy, tmp_path / "first", ["doubles"])
    assert {item.name for item in (tmp_path / "first" / "data").iterdir()} == {
        "course.json", "sheets", "doubles", "shared",
    }  # fmt: skip
    release(toy, tmp_path / "both")
    assert {item.name for item in (tmp_path / "both" / "data").iterdir()} == {
        "course.json", "sheets", "doubles", "halves", "shared",
    }  # fmt: skip


def test_the_requirements_are_a_students(folder):
    lines = (folder / "requirements.txt").read_text().splitlines()
    assert any(line.startswith("torch>=") for line in lines)
    assert any(line.startswith("jupyterlab>=") for line in lines)
    assert not [line for line in lines if line.startswith(("nbgrader", "pytest", "typer"))]


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ReleaseError, match="not an empty folder"):
        release(built_toy(), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "empty").mkdir()
    release(built_toy(), tmp_path / "empty", [DOUBLES])
    assert (tmp_path / "empty" / "README.md").exists()
    assert [item.name for item in tmp_path.iterdir()] == ["empty"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["new", "12_nothing"], "No lesson is called '12_nothing'. There are: 00_start_here"), (["file"], "not an empty")],
)
def test_what_cannot_be_released_is_one_sentence_and_nothing_written(tmp_path, words, sentence):
    (tmp_path / "file").write_text("")
    run = CliRunner().invoke(app, ["release", str(tmp_path / words[0]), *words[1:]])
    assert run.exit_code == 1
    assert sentence in run.output
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_the_license_is_the_courses(folder):
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
