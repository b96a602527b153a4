"""Why an answer is wrong: known mistakes, alone and together, and what can be read off any answer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.engine.exercise import Exercise
from autograder.engine.judge import Rule
from autograder.engine.naming import Cause, causes
from autograder.engine.naming.aspects import aspects
from autograder.engine.naming.errors import REFUSES_TOO_MUCH, error_causes, explanation
from autograder.engine.naming.kinds import CHANGES_NOTHING, HANDS_BACK, PRINTS, RETURNS_NOTHING, identity
from autograder.engine.naming.known import rows_of
from autograder.engine.naming.leaves import strength
from autograder.engine.observe import Evidence, Observation
from autograder.engine.probes import refusal
from autograder.engine.sheet import Sheet, Symptoms
from autograder.engine.tolerance import Leeway
from autograder.engine.values import Data, Raised, Shown, Unreadable, attempt, snapshot
from autograder.engine.verdict import NAMELESS, State, judge

CPU = torch.device("cpu")
DRAWN = [torch.randn(3, 4, generator=torch.Generator().manual_seed(seed)).double() for seed in range(4)]
WAY: list[tuple[str | int, ...]] = [("result",)]


def shown(answer: Callable[..., Any]) -> list[Data]:
    """What an answer shows on four matrices: its result, and its input afterwards."""

    def one(x: Tensor) -> dict[str, Any]:
        x = x.clone()
        return {"result": answer(x), "arguments afterwards": [x]}

    return [attempt(lambda x=x: one(x), CPU) for x in DRAWN]  # type: ignore[misc]


def observed(data: list[Data]) -> list[Observation]:
    return [Observation(f"case {at}", value) for at, value in enumerate(data)]


def right(x: Tensor) -> Tensor:
    return (x - x.mean(0)) / x.std(0)


def sheet(**mistakes: Callable[..., Any]) -> Sheet:
    known = [Symptoms(sentence, observed(shown(answer))) for sentence, answer in mistakes.items()]
    nothing, identity = observed(shown(lambda x: None)), observed(shown(lambda x: x))
    return Sheet("standard", 0, observed(shown(right)), known, "", nothing, identity, [WAY] * len(DRAWN))


def named(answer: Callable[..., Any], printed: str = "", **mistakes: Callable[..., Any]) -> list[Cause]:
    made = sheet(**mistakes)
    rules = [Rule(12, "cpu", Leeway())] * len(DRAWN)
    return causes(made, shown(right), shown(answer), rules, printed)


def sentence(answer: Callable[..., Any], **options: Any) -> str:
    return "".join(cause.sentence for cause in named(answer, **options))


def by_rows(x: Tensor) -> Tensor:
    return (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)


def only_moves(x: Tensor) -> Tensor:
    return x - x.mean(0)


def damages(x: Tensor) -> Tensor:
    result = right(x)
    x += 1
    return result


def test_a_known_mistake_that_explains_all_is_the_cause() -> None:
    assert named(by_rows, rows=by_rows, moves=only_moves) == [Cause("rows", 4, True)]


def test_two_known_mistakes_at_once_are_both_named_and_neither_is_the_only_one() -> None:
    def both(x: Tensor) -> Tensor:
        result = by_rows(x)
        x += 1
        return result

    found = named(both, rows=by_rows, damage=damages)
    assert {cause.sentence for cause in found} == {"rows", "damage"}
    assert not any(cause.whole for cause in found)


def test_a_mistake_is_ruled_out_where_the_answer_is_right_about_what_it_spoils() -> None:
    assert "damage" not in sentence(only_moves, damage=lambda x: only_moves(x.add_(1)) if False else damages(x))


def test_one_boolean_is_no_name() -> None:
    expected: list[Data] = [True, 1.5]
    known = [Symptoms("guessed", observed([False, 1.5]))]
    made = Sheet("standard", 0, observed(expected), known)
    rules = [Rule(1, "cpu", Leeway())] * 2
    assert causes(made, expected, [False, 1.5], rules) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: None, RETURNS_NOTHING),
        (lambda x: x, HANDS_BACK),
        (lambda x: 7, "Whatever it is given, your answer returns 7."),
        (lambda x: torch.zeros_like(x), "Whatever it is given, your answer returns nothing but 0."),
        (lambda x: right(x).float(), "The numbers are right as far as float32 can hold them, but float64 is asked for"),
        (lambda x: right(x).flatten(), "The numbers are right, in their order too, but not the shape: (12,)"),
        (lambda x: right(x).mT, "What comes back is transposed: (4, 3) where (3, 4)"),
        (lambda x: -right(x), "Every wrong number has the wrong sign"),
        (lambda x: right(x) / 8, "Every wrong number is 0.125 times what it should be"),
        (damages, "The result is right, but your function changes what it was handed"),
        (lambda x: right(x).mean(), ""),
    ],
)
def test_what_can_be_read_off_any_answer_is_said(answer: Callable[..., Any], said: str) -> None:
    assert sentence(answer).startswith(said)
    assert bool(sentence(answer)) == bool(said)


def test_who_prints_instead_of_returning_is_told_so() -> None:
    assert sentence(lambda x: None, printed="tensor(1.)\n") == PRINTS


def test_an_empty_body_of_an_answer_in_place_is_told_that_nothing_has_changed() -> None:
    expected: list[Data] = [snapshot({"result": None, "arguments afterwards": [x + 1]}, CPU) for x in DRAWN]
    nothing = shown(lambda x: None)
    made = Sheet("add_", 0, observed(expected), [], "", observed(nothing), [], [WAY] * len(DRAWN))
    rules = [Rule(12, "cpu", Leeway())] * len(DRAWN)
    assert [cause.sentence for cause in causes(made, expected, nothing, rules)] == [CHANGES_NOTHING]
    twice = shown(lambda x: x.add_(2) and None if False else (x.add_(2), None)[1])
    assert causes(made, expected, twice, rules) == []


def test_a_constant_that_is_right_for_all_is_no_constant_answer() -> None:
    expected: list[Data] = [3, 3, 3, 3]
    made = Sheet("three", 0, observed(expected), [], "", [], [], [[()]] * 4)
    rules = [Rule(1, "cpu", Leeway())] * 4
    assert causes(made, expected, [4, 4, 4, 4], rules) == []


class Forgets(nn.Linear):
    def __init__(self) -> None:
        self.weight = nn.Parameter(torch.ones(2, 2))


def unpacks(name: str = "weight") -> str:
    path, _ = name.rsplit(".", 1)
    return path


LEAF = torch.ones(2, requires_grad=True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Forgets, "`super().__init__()` is missing"),
        (lambda: LEAF.add_(1), "A tensor that asks for gradients is changed in place"),
        (lambda: LEAF.detach().sum().backward(), "Backward finds no way to the inputs"),
        (lambda: (2 * LEAF).backward(), "`backward()` and `grad()` start from a single number"),
        (lambda: LEAF.numpy(), "A tensor on the graph cannot become an array"),
        (lambda: 1 if torch.ones(2) else 0, "A tensor of several values stands where Python asks for one yes or no"),
        (lambda: torch.ones(2).item(), "`.item()`, `int()` and `float()` take a tensor of one element"),
        (lambda: getattr(None, "_parameters"), "Something is None where"),  # noqa: B009
        (lambda: None + 1, "Something is None where a value was expected"),  # type: ignore[operator]
        (lambda: weight, "`weight` is not defined where it is used"),  # type: ignore[name-defined]  # noqa: F821
        (lambda: torch.ones(2, 3) @ torch.ones(3).double(), "Tensors of different dtypes meet here"),
        (lambda: torch.stack([]), "A list without a tensor is to be laid together"),
        (lambda: torch.cat([]), "A list without a tensor is to be laid together"),
        (lambda: torch.arange(3).mean(), "Torch takes no mean, deviation or norm of whole numbers"),
        (lambda: torch.std_mean(torch.arange(3)), "Torch takes no mean, deviation or norm of whole numbers"),
        (lambda: torch.linalg.vector_norm(torch.arange(3)), "Torch takes no mean, deviation or norm of whole numbers"),
        (lambda: torch.ones(2).bias, "`bias` is asked of an object that does not have it"),  # type: ignore[attr-defined]
        (lambda: 1 - torch.ones(2).bool(), "Booleans cannot be subtracted"),
        (lambda: torch.ones(2)[:, None, :], "There are more indices than the tensor has dimensions"),
        (lambda: torch.ones(9, 9)[torch.arange(2), torch.ones(2, 7).long()], "Several index tensors are laid side"),
        (unpacks, "A line takes something apart into more names"),
        (lambda: dict.fromkeys([[1]]), "A list cannot be a key"),
        (lambda: 1 / 0, "Python divides by zero here"),
        (lambda: torch.ones(0).reshape(0, -1), "`-1` lets torch guess a size"),
        (lambda: torch.ones(2, 3).mT.view(-1), "`view` only reads numbers anew"),
        (lambda: torch.ones(2) + torch.ones(2, device="meta"), "Tensors on different devices meet"),
        (lambda: torch.arange(3, dtype=torch.bool), "Torch has this operation, but not for Bool"),
        (lambda: torch.einsum("bi,i->b", torch.ones(2), torch.ones(2)), "The letters before the arrow"),
        (lambda: torch.tensor([1j]).conj().imag.numpy(), "This tensor only notes that a sign has changed"),
        (lambda: torch.autograd.grad(2 * LEAF[0], torch.ones(1, requires_grad=True)), "`autograd.grad` is asked about"),
    ],
)
def test_an_error_that_happens_most_is_explained(answer: Callable[[], Any], said: str) -> None:
    error = attempt(answer, CPU)
    assert isinstance(error, Raised)
    assert explanation(error).startswith(said), error.message


def test_an_error_that_most_of_what_is_wrong_ends_in_is_the_cause() -> None:
    def forgets(x: Tensor) -> Tensor:
        return right(x) + None  # type: ignore[operator]

    assert named(forgets)[0].sentence.startswith("Something is None where a value was expected")
    assert named(forgets)[0].whole


class Half:
    """A class of which one method is written."""

    def forward(self, x: Tensor) -> Tensor:
        return right(x)

    def train(self) -> None:
        raise NotImplementedError


def test_methods_not_written_yet_are_named() -> None:
    def answer(x: Tensor) -> Tensor:
        Half().train()
        return Half().forward(x)

    found = error_causes(rows_of(shown(right), shown(answer), [Rule(12, "cpu", Leeway())] * 4))
    assert [cause.sentence.partition(".")[0] for cause in found] == ["Not written yet: `Half"]
    assert found[0].whole


def test_a_refusal_of_another_kind_is_said() -> None:
    def refuses(kind: type[Exception]) -> Callable[..., Any]:
        def answer(x: Tensor) -> Tensor:
            if (x < 0).any():
                raise kind("below zero")
            return x

        return answer

    def refusals(answer: Callable[..., Any]) -> list[Data]:
        return [attempt(lambda x=x: {"good": answer(x.abs()), "bad": refusal(KeyError, answer, x)}, CPU) for x in DRAWN]  # type: ignore[misc]

    rows = rows_of(refusals(refuses(KeyError)), refusals(refuses(ValueError)), [Rule(12, "cpu", Leeway())] * 4)
    assert [cause.sentence.partition(".")[0] for cause in error_causes(rows)] == [
        "What has to be refused is refused, but by ValueError"
    ]


def test_errors_alone_are_no_sign_that_an_argument_is_handed_back() -> None:
    theirs: list[Data] = [Raised("AttributeError", message="it has no forward")] * 2
    rows = rows_of([1.0, 2.0], list(theirs), [Rule(12, "cpu", Leeway())] * 2)
    assert identity(rows, theirs) == []


def test_an_error_with_other_words_is_another_answer() -> None:
    rules = [Rule(12, "cpu", Leeway())] * 2
    theirs: list[Data] = [5.0, Raised("TypeError", message="a tensor is not callable")]
    same, other = ([5.0, Raised("TypeError", message=words)] for words in ("a tensor is not callable", "no"))
    assert [cause.sentence for cause in identity(rows_of([1.0, 2.0], same, rules), theirs)] == [HANDS_BACK]
    assert identity(rows_of([1.0, 2.0], other, rules), theirs) == []


def test_what_is_let_through_and_what_is_refused_too_much_is_said() -> None:
    def answer(refuses: Callable[[Tensor], bool]) -> Callable[[Tensor], Tensor]:
        def own(x: Tensor) -> Tensor:
            if refuses(x):
                raise ValueError("no")
            return x

        return own

    def look(own: Callable[[Tensor], Tensor]) -> list[Data]:
        return [attempt(lambda x=x: {"good": own(x.abs()), "bad": refusal(ValueError, own, x)}, CPU) for x in DRAWN]  # type: ignore[misc]

    right = look(answer(lambda x: bool((x < 0).any())))
    rules = [Rule(12, "cpu", Leeway())] * 4
    (everything,) = aspects(rows_of(right, look(answer(lambda x: False)), rules), right)
    assert everything.sentence.startswith("Something that must be refused is let through")
    (nothing,) = error_causes(rows_of(right, look(answer(lambda x: True)), rules))
    assert nothing.sentence == REFUSES_TOO_MUCH


NUMBERS = torch.arange(6.0)
ANYTHING: list[Data] = [
    None, True, 3, 2.5, float("nan"), "refused", "refused, but by KeyError", [], [1.0, None], {}, {"result": None},
    Raised("NotImplementedError"), Raised("ValueError", ("ValueError",), "no", "raise ValueError('no')", "f", 2),
    Unreadable("a cat"),
    *(
        Shown(values.to(dtype))
        for values in (NUMBERS[0], NUMBERS[:0], NUMBERS[:2], NUMBERS, NUMBERS.reshape(2, 3), NUMBERS.reshape(1, 2, 3),
                       NUMBERS * torch.inf, NUMBERS[:4].reshape(2, 2), NUMBERS[:, None] - NUMBERS)
        for dtype in (torch.float32, torch.float16, torch.int64, torch.bool)
    ),
]  # fmt: skip


def test_whatever_is_shown_for_whatever_is_expected_it_is_judged_and_nothing_breaks() -> None:
    exercise = Exercise(lambda candidate, draw: iter(()), points=1)
    for expected in ANYTHING:
        sheet = Sheet("f", 0, observed([expected, 1.0]), [Symptoms("one", observed([2.0, 1.0]))], returned=[[()], [()]])
        for mine in ANYTHING:
            verdict = judge(exercise, sheet, Evidence(observed([mine, 1.0])))
            assert not any(note.startswith(NAMELESS) for note in verdict.notes), (expected, mine, verdict.notes)


def test_a_fault_in_naming_costs_nobody_a_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any) -> list[Cause]:
        raise IndexError("ours")

    monkeypatch.setattr("autograder.engine.verdict.causes", breaks)
    sheet = Sheet("f", 0, observed([1.0, 2.0]), [])
    verdict = judge(Exercise(lambda candidate, draw: iter(()), points=1), sheet, Evidence(observed([1.0, 3.0])))
    assert (verdict.state, verdict.earned) == (State.WRONG, 0.5)
    assert verdict.notes[-1].startswith(NAMELESS)


def test_beside_other_faults_an_error_alone_names_no_known_mistake() -> None:
    """Many mistakes end in the same error."""
    lowest = min(float(x[0, 0]) for x in DRAWN)

    def cuts(x: Tensor) -> Tensor:
        if x[0, 0] > lowest:
            raise ValueError("the same words")
        return right(x)

    def cuts_and_doubles(x: Tensor) -> Tensor:
        return 2 * cuts(x)

    assert [cause.whole for cause in named(cuts, the_first_row_is_cut=cuts)] == [True]
    (cause,) = named(cuts_and_doubles, the_first_row_is_cut=cuts)
    assert cause.sentence == REFUSES_TOO_MUCH


@pytest.mark.parametrize("narrow", [torch.float32, torch.bfloat16, torch.float16])
def test_numbers_that_passed_through_a_narrower_format_say_through_which(narrow: torch.dtype) -> None:
    name = str(narrow).removeprefix("torch.")
    assert [cause.sentence for cause in named(lambda x: right(x).to(narrow).double())] == [
        f"The numbers are right as far as {name} can hold them, and no further: somewhere they become {name}."
    ]


@pytest.mark.parametrize(
    ("mine", "said"), [(lambda x: x.float().long(), "somewhere they become float32"), (lambda x: x + 2, None)]
)
def test_large_whole_numbers_too(mine: Callable[[Tensor], Tensor], said: str | None) -> None:
    right: list[Data] = [
        Shown(2**30 + torch.arange(1, 99, 7) * 3),
        Shown(torch.arange(300, 320)),
        Shown(2**54 + DRAWN[0].long()),
    ]
    shown: list[Data] = [Shown(mine(item.values)) for item in right if isinstance(item, Shown)]
    found = aspects(rows_of(right, shown, [Rule(12, "cpu", Leeway())] * 3), right)
    assert [said in cause.sentence for cause in found] == ([True] if said else [])


def test_an_epsilon_is_no_narrower_format() -> None:
    assert named(lambda x: (x - x.mean(0)) / (x.std(0) + 1e-7)) == []


@pytest.mark.parametrize(("message", "told"), [("tuple index out of range", 0.5), ("pop from empty list", 0.0)])
def test_whether_a_list_or_a_tuple_was_too_short_is_a_matter_of_taste(message: str, told: float) -> None:
    theirs, mine = Raised("IndexError", message="list index out of range"), Raised("IndexError", message=message)
    assert strength(1.0, theirs, mine, Rule(1, "cpu", Leeway())) == told


def test_a_return_that_is_missing_on_one_way_is_no_cut_graph() -> None:
    rows = rows_of([Shown(NUMBERS), Shown(NUMBERS), 1.0], [None, None, 1.0], [Rule(12, "cpu", Leeway())] * 3)
    (cause,) = aspects(rows, [None, None, None])
    assert cause.sentence.startswith("For some inputs nothing comes back")


def test_an_error_of_torchs_own_is_no_blank() -> None:
    def shifts() -> Tensor:
        return torch.ones(2) >> 1

    noted = attempt(shifts, CPU)
    assert isinstance(noted, Raised)
    assert (noted.kind, noted.blank) == ("NotImplementedError", False)
    assert explanation(noted).startswith("Torch has this operation, but not for Float")


def test_a_line_of_pythons_own_library_is_not_the_answers() -> None:
    def copies() -> Tensor:
        return copy.deepcopy(2 * torch.ones(1, requires_grad=True))

    noted = attempt(copies, CPU)
    assert isinstance(noted, Raised)
    assert noted.line == "return copy.deepcopy(2 * torch.ones(1, requires_grad=True))"
