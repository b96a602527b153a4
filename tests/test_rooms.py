"""The rooms of the house: whoever imports a room is not imported by it, on whatever way round."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from submissions import ROOT

GRADING = "autograder.grading"


def imports(file: Path, package: str) -> Iterator[str]:
    """The modules that a file imports, at its top or anywhere else; `package` is where it lies, for relative ones."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{base}.{name.name}" for name in node.names)


def rooms(folder: Path, package: str) -> dict[str, set[str]]:
    """Each folder in `folder`, and each file that stands alone there → those of the others that it imports."""
    found: dict[str, set[str]] = {}
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    for file in folder.rglob("*.py"):
        parts = file.relative_to(folder).with_suffix("").parts
        room = found.setdefault(parts[0], set())
        for module in imports(file, ".".join([package, *parts[:-1]])):
            other = module.removeprefix(f"{package}.").partition(".")[0]
            if module.startswith(f"{package}.") and other in names - {parts[0]}:
                room.add(other)
    return found


def test_no_room_of_the_grader_is_imported_by_what_it_imports():
    plan = rooms(ROOT / "autograder" / "grading", GRADING)
    assert {"kernel", "sandbox", "submission", "inside", "scratch"} <= plan.keys()
    assert "sandbox" in plan["kernel"]
    try:
        TopologicalSorter(plan).prepare()
    except CycleError as error:
        pytest.fail(f"rooms that import each other: {' → '.join(error.args[1])}")


def test_what_runs_beside_student_code_and_what_reads_strangers_files_import_nothing_above_them():
    plan = rooms(ROOT / "autograder" / "grading", GRADING)
    assert (plan["inside"], plan["submission"]) == (set(), set())
    assert plan["sandbox"] <= {"inside", "scratch"}
    assert plan["kernel"] <= {"inside", "sandbox", "scratch", "public"}


@pytest.mark.parametrize(
    "line", ["from toy.b import c", "from .. import b", "import toy.b", "def f():\n    from ..b import c"]
)
def test_every_way_of_importing_is_seen(tmp_path: Path, line: str):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "a" / "one.py").write_text(line)
    assert rooms(tmp_path, "toy") == {"a": {"b"}, "b": set()}
