"""An operation that an answer must not use is found in its source and while it runs, and nothing else is."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.forbidden import forbidden_in_source, inherited, name_of, watching
from autograder.engine.observe import Observation, observe
from autograder.engine.sheet import Sheet
from autograder.engine.verdict import State, judge

WITHOUT = [F.softmax, torch.softmax, torch.Tensor.softmax, nn.Softmax]
IMPORTS = "import functools\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
ANSWER = "def answer(x):\n    return {}\n"
FUNCTIONAL, PLAIN = "torch.nn.functional.softmax", "torch.softmax"
METHOD, MODULE = "torch.Tensor.softmax", "torch.nn.modules.activation.Softmax"

USES = {
    "called plainly": (ANSWER.format("F.softmax(x, -1)"), FUNCTIONAL),
    "by its full path": (ANSWER.format("torch.nn.functional.softmax(x, -1)"), FUNCTIONAL),
    "in torch's own namespace": (ANSWER.format("torch.softmax(x, -1)"), PLAIN),
    "under an imported alias": (
        "from torch.nn.functional import softmax as s\n" + ANSWER.format("s(x, -1)"), FUNCTIONAL),
    "under an alias imported inside": (
        "def answer(x):\n    from torch import softmax as s\n    return s(x, -1)\n", PLAIN),
    "by a star import": ("from torch.nn.functional import *\n" + ANSWER.format("softmax(x, -1)"), FUNCTIONAL),
    "under an assigned alias": ("s = F.softmax\n" + ANSWER.format("s(x, -1)"), FUNCTIONAL),
    "under an annotated alias": ("s: object = F.softmax\n" + ANSWER.format("s(x, -1)"), FUNCTIONAL),
    "through an alias of the module": ("T = torch.nn.functional\n" + ANSWER.format("T.softmax(x, -1)"), FUNCTIONAL),
    "in a helper": ("def help(x):\n    return F.softmax(x, -1)\n" + ANSWER.format("help(x)"), FUNCTIONAL),
    "in a helper's helper, behind an if": (
        "if True:\n    def one(x):\n        return torch.softmax(x, -1)\ntwo = lambda x: one(x)\n"
        + ANSWER.format("two(x)"), PLAIN),
    "as a method": (ANSWER.format("(x + 0).softmax(-1)"), METHOD),
    "as a method of the argument": (ANSWER.format("x.softmax(-1)"), METHOD),
    "as a method of an argument early in the alphabet": ("def answer(a):\n    return a.softmax(-1)\n", METHOD),
    "by getattr with a constant name": (ANSWER.format("getattr(F, 'softmax')(x, -1)"), FUNCTIONAL),
    "as a module class": (ANSWER.format("nn.Softmax(-1)(x)"), MODULE),
    "in functools.partial": ("s = functools.partial(F.softmax, dim=-1)\n" + ANSWER.format("s(x)"), FUNCTIONAL),
    "in a lambda": ("answer = lambda x: F.softmax(x, -1)\n", FUNCTIONAL),
    "imported under the exercise's own name": ("from torch import softmax as answer\n", PLAIN),
    "in a class's method": (
        "class answer(nn.Module):\n    def forward(self, x):\n        return F.softmax(x, -1)\n", FUNCTIONAL),
    "as a base class": ("class answer(nn.Softmax):\n    pass\n", MODULE),
    "in a global that the answer declares": (
        "s = F.softmax\ndef answer(x):\n    global s\n    s = s\n    return s(x, -1)\n", FUNCTIONAL),
}  # fmt: skip

HARMLESS = {
    "in a comment and a docstring": 'def answer(x):\n    "F.softmax"\n    # F.softmax(x)\n    return x.exp()\n',
    "in a string": ANSWER.format("'F.softmax(x, -1)'"),
    "elsewhere in the notebook": "print(F.softmax(torch.ones(3), -1))\n" + ANSWER.format("x.exp()"),
    "in another exercise": "def other(x):\n    return F.softmax(x, -1)\n" + ANSWER.format("x.exp()"),
    "in a global that shares a local variable's name": (
        "weights = F.softmax(torch.ones(3), -1)\ndef answer(x):\n    weights = x.exp()\n    return weights\n"
    ),
    "in a global that shares a parameter's name": "x = F.softmax(torch.ones(3), -1)\n" + ANSWER.format("x.exp()"),
    "a local variable named as an import": (
        "from torch import softmax\ndef answer(x):\n    softmax = x.exp()\n    return softmax / softmax.sum()\n"
    ),
    "the library's version, handed over later": ANSWER.format("x.exp()") + "answer = F.softmax\n",
    "the answer's own method of that name": (
        "class answer(nn.Module):\n    def softmax(self, x):\n        return x.exp()\n"
        "    def forward(self, x):\n        return self.softmax(x)\n"
    ),
    "an attribute that is not called": "def answer(x):\n    x.softmax = 1\n    return x\n",
    "another module's function of that name": "import scipy.special as sp\n" + ANSWER.format("sp.softmax(x)"),
    "another operation": ANSWER.format("F.log_softmax(x, -1).exp()"),
}


@pytest.mark.parametrize("use", USES)
def test_the_source_names_the_operation(use: str) -> None:
    source, name = USES[use]
    assert name in forbidden_in_source(IMPORTS + source, "answer", WITHOUT)


@pytest.mark.parametrize("mention", HARMLESS)
def test_the_source_names_nothing(mention: str) -> None:
    assert forbidden_in_source(IMPORTS + HARMLESS[mention], "answer", WITHOUT) == set()


@pytest.mark.parametrize("operation", [torch.einsum, torch.nn.utils.clip_grad_norm_, F.scaled_dot_product_attention])
def test_an_operation_is_found_under_the_name_that_torch_exports(operation: object) -> None:
    path = {torch.einsum: "torch.einsum", torch.nn.utils.clip_grad_norm_: "torch.nn.utils.clip_grad_norm_"}
    call = path.get(operation, "F.scaled_dot_product_attention")
    assert forbidden_in_source(IMPORTS + ANSWER.format(f"{call}(x)"), "answer", [operation]) == {name_of(operation)}


@pytest.mark.parametrize(
    "source", ["def answer(:", "x = '\0'", "-" * 100_000 + "1", "(" * 5_000, "T = T.a\nT.b", "await f()"]
)
def test_source_that_no_parser_takes_does_not_stop_the_grader(source: str) -> None:
    assert forbidden_in_source(source, "answer", WITHOUT) == set()


def _used(call: object, without: list[object]) -> set[str]:
    used: set[str] = set()
    with watching(without, used):
        call()  # type: ignore[operator]
    return used


def test_a_computed_name_is_seen_while_it_runs() -> None:
    assert _used(lambda: getattr(F, "soft" + "max")(torch.ones(3), -1), WITHOUT) == {FUNCTIONAL}


def test_a_method_is_seen_while_it_runs() -> None:
    assert _used(lambda: torch.ones(3).softmax(-1), WITHOUT) == {METHOD}


def test_an_operator_is_seen_while_it_runs() -> None:
    assert _used(lambda: torch.ones(2, 2) @ torch.ones(2, 2), [torch.Tensor.matmul]) == {"torch.Tensor.matmul"}


def test_a_property_is_seen_while_it_runs() -> None:
    assert _used(lambda: torch.ones(2, 2).T, [torch.Tensor.T]) == {"torch.Tensor.T"}


def test_a_module_built_before_is_seen_while_it_runs_and_named_by_its_library_name() -> None:
    mine = type("Mine", (nn.Softmax,), {})(-1)
    assert _used(lambda: mine(torch.ones(3)), [nn.Softmax]) == {MODULE}


def test_a_module_that_keeps_things_is_seen_though_nobody_calls_it() -> None:
    def keep() -> None:
        store = type("Store", (getattr(nn, "Mod" + "ule"),), {})()
        store.weight = nn.Parameter(torch.ones(3))

    assert _used(keep, [nn.Module]) == {"torch.nn.modules.module.Module"}
    assert _used(keep, [nn.Linear]) == set()


def test_inheriting_counts_whatever_is_called() -> None:
    mine = type("Mine", (type("Between", (nn.Softmax,), {}),), {"__call__": lambda self, x: x})
    assert inherited(mine, WITHOUT) == {MODULE}
    assert inherited(nn.Linear, WITHOUT) == set()
    assert inherited(lambda x: x, WITHOUT) == set()


def test_what_the_library_uses_inside_does_not_count() -> None:
    assert (
        _used(lambda: F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 1])), [F.log_softmax, torch.log_softmax])
        == set()
    )


def test_nothing_is_watched_afterwards() -> None:
    used = _used(lambda: None, WITHOUT)
    nn.Softmax(-1)(torch.ones(3))
    assert used == set()


def test_watching_ends_when_the_answer_raises() -> None:
    used: set[str] = set()
    with pytest.raises(ZeroDivisionError), watching(WITHOUT, used):
        raise ZeroDivisionError
    F.softmax(torch.ones(3), -1)
    assert used == set()


def test_an_answer_that_calls_the_operation_earns_nothing_and_reads_its_name() -> None:
    def softmax(candidate, draw):  # type: ignore[no-untyped-def]
        yield "a row", lambda: candidate(draw.normal(4))

    exercise = Exercise(softmax, points=2, without=(F.softmax,))
    evidence = observe(exercise, lambda x: F.softmax(x, -1), Draw(0, "softmax"))
    sheet = Sheet("softmax", 0, [Observation("a row", evidence.observations[0].value, 4)], [])
    verdict = judge(exercise, sheet, evidence)
    assert (verdict.state, verdict.earned) == (State.WRONG, 0.0)
    assert FUNCTIONAL in verdict.notes[0]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("torch.ops.aten.softmax(x, -1)", "torch.nn.functional.softmax"),
        ("torch.ops.aten.softmax.int(x, -1)", "torch.nn.functional.softmax"),
        ("torch._C.DisableTorchFunction()", "torch._C.DisableTorchFunction"),
        ("torch.ops.aten.exp(x)", None),
        ("torch._C.Size", None),
    ],
)
def test_what_lies_below_python_is_found_in_the_source(body: str, name: str | None) -> None:
    source = f"import torch\n\n\ndef answer(x):\n    return {body}"
    assert forbidden_in_source(source, "answer", [F.softmax]) == ({name} if name else set())


NAMED = "torch.nn.modules.activation:GELU"


@pytest.mark.parametrize("body", ["nn.GELU()(x)", "torch.nn.modules.activation.GELU()(x)", "Known()(x)"])
def test_an_operation_may_be_given_by_its_name(body: str) -> None:
    source = (
        f"import torch\nfrom torch import nn\nfrom torch.nn import GELU as Known\n\n\ndef answer(x):\n    return {body}"
    )
    assert forbidden_in_source(source, "answer", [NAMED]) == {"torch.nn.modules.activation.GELU"}
    used: set[str] = set()
    with watching([NAMED], used):
        torch.nn.GELU()(torch.ones(3))
    assert used == {"torch.nn.modules.activation.GELU"}
