"""Where the grader leans on insides of nbclient, jupyter_client and nbgrader: each must still be what we rely on.

Overrides are found, not listed: whatever a class of ours defines must either be known upstream, and take there what it
takes here, or be used by us by its name. Private names of other people's objects are found too, and listed below.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import pkgutil
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters import Autograde
from packaging.requirements import Requirement
from submissions import ROOT
from torch import cuda

import autograder.grading
from autograder.engine.catalogue import own_catalogue
from autograder.grading.inside.limits import Limits
from autograder.grading.kernel.session import Session
from autograder.grading.public import SANDBOXED, kernelspecs, public_folder

UPSTREAM = ("nbclient", "jupyter_client", "nbgrader", "nbconvert", "traitlets")
SCRIPTS = ("autograder.grading.inside.launch",)  # starts a kernel where it is imported as a program only
# Private names that are asked of objects of theirs → where each is, and for methods what they are given.
PRIVATE: dict[str, tuple[Any, str]] = {
    "_cleanup_kernel": (NotebookClient, ""),
    "_display_id_map": (NotebookClient(new_notebook()), ""),
    "_update_display_id": (NotebookClient, "(self, display_id, msg)"),
    "_async_check_alive": (NotebookClient, "(self)"),
    "_sanitizing": (Autograde, ""),
    "_format_source": (Autograde, "(self, assignment_id, student_id, escape)"),
    "_lazy_call": (cuda, "(callable, kwargs)"),
}


def modules() -> Iterator[Any]:
    """The grader's modules."""
    for found in pkgutil.walk_packages(autograder.grading.__path__, "autograder.grading."):
        if found.name not in SCRIPTS:
            yield importlib.import_module(found.name)


def overriding() -> list[tuple[type, str]]:
    """The classes of ours that extend one of theirs, with each name that they define."""
    classes = {
        item for module in modules() for item in vars(module).values()
        if inspect.isclass(item) and item.__module__.startswith("autograder.grading")
    }  # fmt: skip
    found = [item for item in classes if any(base.__module__.partition(".")[0] in UPSTREAM for base in item.__mro__)]
    pairs = [(item, name) for item in found for name in [*vars(item), *vars(item).get("__annotations__", {})]]
    return sorted({pair for pair in pairs if not is_magic(pair[1])}, key=lambda pair: (pair[0].__qualname__, pair[1]))


def is_magic(name: str) -> bool:
    """What Python, traitlets or abc puts into every class."""
    return name == "_abc_impl" or name.startswith(("__", "_all_trait", "_trait", "_static", "_instance", "_descriptors"))


def theirs(owner: type) -> list[type]:
    return [base for base in owner.__mro__ if not base.__module__.startswith("autograder")]


@cache
def asked() -> dict[str, set[str]]:
    """Every name after a dot in the grader's own code → of what it is asked, `super` for `super().name`."""
    names: dict[str, set[str]] = {}
    for file in (ROOT / "autograder" / "grading").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                owner = node.value.func if isinstance(node.value, ast.Call) else node.value
                names.setdefault(node.attr, set()).add(ast.unparse(owner))
    return names


def signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function, eval_str=False)


def takes_what(ours: Callable[..., Any], upstream: Callable[..., Any]) -> str:
    """Empty where `ours` takes every call that `upstream` takes; else what is amiss."""
    mine, needed = signature(ours).parameters, signature(upstream).parameters
    kinds = inspect.Parameter
    anything = {item.kind for item in mine.values()} >= {kinds.VAR_KEYWORD}
    any_place = {item.kind for item in mine.values()} >= {kinds.VAR_POSITIONAL}
    own_order = [name for name, item in mine.items() if item.kind is kinds.POSITIONAL_OR_KEYWORD]
    their_order = [name for name, item in needed.items() if item.kind is kinds.POSITIONAL_OR_KEYWORD]
    if own_order != their_order[: len(own_order)]:
        return f"takes {own_order}, upstream {their_order}"
    missing = [name for name in their_order[len(own_order) :] if not (anything or any_place)]
    by_name = [name for name, item in needed.items() if item.kind is kinds.KEYWORD_ONLY]
    missing += [name for name in by_name if name not in mine and not anything]
    if missing:
        return f"does not take {missing}"
    waits = [inspect.iscoroutinefunction(inspect.unwrap(item)) for item in (ours, upstream)]
    return "" if waits[0] == waits[1] else f"is async here and upstream: {waits}"


@pytest.mark.parametrize(("owner", "name"), overriding(), ids=lambda item: getattr(item, "__name__", item))
def test_what_we_override_is_there_and_takes_the_same(owner: type, name: str):
    base = next((base for base in theirs(owner) if name in vars(base)), None)
    if base is None:
        known = name in {trait for item in theirs(owner) for trait in getattr(item, "_traits", {})}
        users = asked().get(name, set()) - {"super"}
        assert known or users, f"{owner.__name__}.{name}: upstream knows no such name, and nobody here asks for it"
        return
    ours, upstream = vars(owner).get(name), vars(base)[name]
    if inspect.isfunction(ours) and inspect.isfunction(upstream) and name != "__init__":
        assert takes_what(ours, upstream) == ""


def test_the_overrides_that_guard_the_grader_are_among_those_found():
    found = {f"{owner.__name__}.{name}" for owner, name in overriding()}
    assert found >= {
        "Client.handle_comm_msg", "Client.process_message", "Client._async_check_alive", "Client._update_display_id",
        "SandboxProvisioner.launch_kernel", "SandboxProvisioner.send_signal", "KernelManager._make_url",
        "CarefulMessages.deserialize", "SubmissionExporter.from_filename", "KernelClient.wait_for_ready",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "upstream", "amiss"),
    [
        (lambda self, a: 0, lambda self, a: 0, ""),
        (lambda self, **more: 0, lambda self, **more: 0, ""),
        (lambda self, a, *more: 0, lambda self, a, b: 0, ""),
        (lambda self, a: 0, lambda self, b: 0, "takes"),
        (lambda self, a: 0, lambda self, a, b=1: 0, "does not take"),
        (lambda self, a: 0, lambda self, a, *, b: 0, "does not take"),
    ],
)
def test_a_changed_signature_is_seen(ours, upstream, amiss):
    said = takes_what(ours, upstream)
    assert said.startswith(amiss)
    assert bool(said) == bool(amiss)


def private_names() -> set[str]:
    """Private names that the grader asks of others: of what is neither `self` nor `cls` nor defined here."""
    own = {
        node.name if not isinstance(node, ast.Attribute | ast.Name) else getattr(node, "attr", getattr(node, "id", ""))
        for file in (ROOT / "autograder").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        or (isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store))
    }
    names = {name for name in asked() if name.startswith("_") and not name.startswith("__") and name != "_exit"}
    by_super = {name for name in names if "super" in asked()[name]}
    return {name for name in names if name not in own} | by_super


def test_every_private_name_of_theirs_is_listed():
    beyond = private_names() - PRIVATE.keys()
    overridden = {name for owner, name in overriding() if any(name in vars(base) for base in theirs(owner))}
    assert beyond - overridden == set()


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_name_is_where_we_look_for_it(name: str):
    owner, given = PRIVATE[name]
    found = getattr(owner, name)
    if given:
        names = ", ".join(signature(found).parameters)
        assert f"({names})" == given


def test_a_cell_that_was_run_in_anothers_place_is_left_there():
    """What `Session.experiment` puts right again, and why it must."""
    notebook = new_notebook(cells=[new_code_cell("print(1)")])
    with Session(notebook, own_catalogue(), Limits(), bare=True) as session:
        probe = new_code_cell("print(2)")
        assert session.client.execute_cell(probe, 0, store_history=False) is probe
        assert notebook.cells[0] is probe
        assert (probe.outputs[0].text, session.client._display_id_map) == ("2\n", {})


def test_versions_that_nobody_has_tried_are_not_installed():
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    ranges = {item.name: item.specifier for item in map(Requirement, needs["grade"])}
    for name in ("nbclient", "jupyter_client", "nbgrader"):
        assert {item.operator for item in ranges[name]} == {">=", "<"}, name
        assert importlib.metadata.version(name) in ranges[name]


def test_the_manager_asks_the_provisioner_for_its_own_settings():
    """`public` reaches the provisioner from the kernel's specification, as a trait."""
    specs = KernelSpecManager(kernel_dirs=[str(kernelspecs(own_catalogue()))])
    provisioner = KernelProvisionerFactory.instance().create_provisioner_instance(
        "a kernel", specs.get_kernel_spec(SANDBOXED), None
    )
    assert provisioner.public == str(public_folder(own_catalogue()))
