"""A verdict: right or wrong for each observation, the points, and the misunderstanding that an answer shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise, Idea, exercise
from autograder.engine.observe import SET_UP, Evidence, Observation, observe, signature_of
from autograder.engine.sheet import Sheet, Symptoms
from autograder.engine.tolerance import Leeway, allowed
from autograder.engine.values import Data, Raised, Shown
from autograder.engine.verdict import State, Verdict, combine, judge


def mean(candidate: Any, draw: Draw) -> Iterator[Any]:
    """The mean along the last dimension."""
    matrix = draw.normal(3, 4)
    yield "matrix", lambda: candidate(matrix)
    yield "a longer one", lambda: candidate(draw.normal(2, 9))
    yield "keeping the dimension", lambda: candidate(matrix, keepdim=True)
    yield "no tensor", lambda: candidate("text")


def right(x, keepdim=False):  # type: ignore[no-untyped-def]
    if not isinstance(x, torch.Tensor):
        raise TypeError("a tensor, please")
    return x.mean(-1, keepdim=keepdim)


def over_rows(x, keepdim=False):  # type: ignore[no-untyped-def]
    return right(x.mT if isinstance(x, torch.Tensor) else x, keepdim)


def forgets_to_divide(x, keepdim=False):  # type: ignore[no-untyped-def]
    return right(x, keepdim) * x.shape[-1]


def never_keeps(x, keepdim=False):  # type: ignore[no-untyped-def]
    return right(x)


def yields(x, keepdim=False):  # type: ignore[no-untyped-def]
    yield right(x)


MISTAKES = {"rows": over_rows, "divide": forgets_to_divide, "keep": never_keeps, "yield": yields}
EXERCISE = Exercise(mean, points=3)


def shows(answer: Any, exercise: Exercise = EXERCISE) -> Evidence:
    return observe(exercise, answer, Draw(0, exercise.name))


def sheet_for(exercise: Exercise = EXERCISE) -> Sheet:
    mistakes = [Symptoms(name, shows(answer, exercise).observations) for name, answer in MISTAKES.items()]
    return Sheet(exercise.name, 0, shows(right, exercise).observations, mistakes, signature_of(right))


SHEET = sheet_for()


def verdict_on(answer: Any) -> Verdict:
    return judge(EXERCISE, SHEET, shows(answer))


def wrong(verdict: Verdict) -> list[str]:
    return [finding.name for finding in verdict.findings if finding.difference]


def test_the_right_answer_earns_all() -> None:
    verdict = verdict_on(right)
    assert (verdict.state, verdict.earned, wrong(verdict), verdict.notes) == (State.RIGHT, 3, [], [])


def test_another_right_answer_earns_all() -> None:
    verdict = verdict_on(lambda x, keepdim=False: torch.sum(x, -1, keepdim) / x.shape[-1])
    assert verdict.state is State.RIGHT


def test_half_right_earns_half() -> None:
    verdict = verdict_on(
        lambda x, keepdim=False: right(x) if torch.is_tensor(x) and x.shape[0] == 3 and not keepdim else right("")
    )
    assert wrong(verdict) == ["a longer one", "keeping the dimension"]
    assert (verdict.state, verdict.earned) == (State.WRONG, 1.5)


def test_points_are_rounded_to_hundredths() -> None:
    thirds = judge(Exercise(mean, points=1), Sheet("mean", 0, numbers(1.0, 2.0, 3.0), []), Evidence(numbers(1.0)))
    assert thirds.earned == 0.33
    assert combine([thirds, replace(thirds, earned=1.0), replace(thirds, earned=1.0)]).earned == 0.78


def test_a_verdict_says_whether_its_sheet_was_a_hidden_one() -> None:
    assert not verdict_on(right).hidden
    assert judge(EXERCISE, SHEET, shows(right), hidden=True).hidden


def test_one_observation_that_raises_does_not_hide_the_next() -> None:
    def answer(x, keepdim=False):  # type: ignore[no-untyped-def]
        return 1 / 0 if torch.is_tensor(x) and x.shape[0] == 2 else right(x, keepdim)

    verdict = verdict_on(answer)
    assert wrong(verdict) == ["a longer one"]
    difference = verdict.findings[1].difference
    assert difference
    assert difference.yours.startswith("it raises ZeroDivisionError: division by zero (in `")


def test_exit_inside_the_answer_costs_that_observation_only() -> None:
    verdict = verdict_on(lambda x, keepdim=False: exit() if keepdim else right(x))
    assert wrong(verdict) == ["keeping the dimension"]


def test_a_blank_is_not_attempted_and_earns_nothing() -> None:
    def blank(x, keepdim=False):  # type: ignore[no-untyped-def]
        raise NotImplementedError

    verdict = verdict_on(blank)
    assert (verdict.state, verdict.earned, verdict.misunderstandings) == (State.NOT_ATTEMPTED, 0, [])


@pytest.mark.parametrize("kind", [IndexError, RuntimeError])
def test_another_exception_everywhere_is_an_attempt(kind: type[Exception]) -> None:
    def broken(x, keepdim=False):  # type: ignore[no-untyped-def]
        raise kind

    verdict = verdict_on(broken)
    assert (verdict.state, verdict.earned) == (State.WRONG, 0)


def test_a_set_up_that_raises_makes_all_after_it_wrong() -> None:
    def layered(candidate: Any, draw: Draw) -> Iterator[Any]:
        yield "before", lambda: candidate(draw.normal(3))
        layer = candidate(draw.normal(2), keepdim=True)
        yield "after", lambda: layer + 1
        yield "later", lambda: layer + 2

    layers = Exercise(layered, points=3)
    sheet = Sheet("layered", 0, shows(right, layers).observations, [])
    verdict = judge(layers, sheet, shows(lambda x, keepdim=False: 1 / 0 if keepdim else right(x), layers))
    assert (wrong(verdict), verdict.earned) == (["after", "later"], 1)
    assert all("ZeroDivisionError" in finding.difference.yours for finding in verdict.findings[1:])  # type: ignore[union-attr]


def test_a_blank_class_that_fails_in_the_set_up_is_not_attempted() -> None:
    evidence = Evidence([Observation(SET_UP, Raised("NotImplementedError"))])
    assert judge(EXERCISE, SHEET, evidence).state is State.NOT_ATTEMPTED


def test_no_evidence_at_all_is_wrong_and_earns_nothing() -> None:
    verdict = judge(EXERCISE, SHEET, Evidence([]))
    assert (verdict.state, verdict.earned, len(wrong(verdict))) == (State.WRONG, 0, 4)


def test_missing_and_forged_observations_count_for_nothing() -> None:
    good = SHEET.expected
    forged = [replace(good[0], name="forged"), *[replace(item, name=SET_UP) for item in good], good[1], good[1]]
    verdict = judge(EXERCISE, SHEET, Evidence(forged))
    assert "a longer one" not in wrong(verdict)
    assert [finding.name for finding in verdict.findings] == [item.name for item in good]


def test_observations_of_one_name_are_matched_in_order() -> None:
    twice = [Observation("loss", 1.0), Observation("loss", 2.0)]
    sheet = Sheet("mean", 0, twice, [])
    assert judge(EXERCISE, sheet, Evidence(twice)).state is State.RIGHT
    assert wrong(judge(EXERCISE, sheet, Evidence(twice[::-1]))) == ["loss", "loss"]
    assert judge(EXERCISE, sheet, Evidence(twice[:1])).earned == 1.5


def test_an_exercises_own_leeway_decides() -> None:
    loose = exercise(points=3, leeway=Leeway(1e4, "to see it at work"))(mean)
    near = [replace(item, value=_nudged(item.value)) for item in SHEET.expected]
    assert judge(loose, SHEET, Evidence(near)).state is State.RIGHT
    assert judge(exercise(points=3)(mean), SHEET, Evidence(near)).state is State.WRONG


def test_a_forged_size_does_not_widen_the_tolerance() -> None:
    far = [Observation(item.name, _nudged(item.value), 10**12) for item in SHEET.expected]
    assert judge(EXERCISE, SHEET, Evidence(far)).state is State.WRONG


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_the_tolerance_is_that_of_the_draws_size_and_of_the_device(size: int, device: str) -> None:
    bound = float(allowed(torch.zeros(()), size, device, Leeway()))
    sheet = Sheet("mean", 0, [Observation("what cancels", 0.0, size)], [])
    for share, state in ((0.99, State.RIGHT), (1.01, State.WRONG)):
        shown = Evidence([Observation("what cancels", share * bound)])
        assert judge(EXERCISE, sheet, shown, device).state is state


def _nudged(value: Data) -> Data:
    return Shown(value.values + 0.01) if isinstance(value, Shown) else value


@pytest.mark.parametrize("name", MISTAKES)
def test_a_known_mistake_is_rejected_and_named(name: str) -> None:
    verdict = verdict_on(MISTAKES[name])
    assert verdict.state is State.WRONG
    assert verdict.misunderstandings == [name]


def test_a_known_mistake_is_named_beside_further_faults() -> None:
    def both(x, keepdim=False):  # type: ignore[no-untyped-def]
        return forgets_to_divide(x, keepdim) if torch.is_tensor(x) else "no error"

    assert verdict_on(both).misunderstandings == ["divide"]


def test_an_error_that_an_empty_answer_would_raise_too_is_not_taken_for_one() -> None:
    def without_super(x, keepdim=False):  # type: ignore[no-untyped-def]
        raise AttributeError("cannot assign parameters before Module.__init__() call")

    def another(x, keepdim=False):  # type: ignore[no-untyped-def]
        raise AttributeError("'NoneType' object has no attribute 'mean'")

    same = shows(another).observations
    (cause,) = judge(EXERCISE, replace(SHEET, nothing=same, identity=same), shows(without_super)).causes
    assert cause.sentence.startswith("`super().__init__()` is missing")
    assert cause.whole


def test_an_unknown_fault_names_nothing() -> None:
    assert verdict_on(lambda x, keepdim=False: right(x, keepdim) + 1).misunderstandings == []


def test_a_bare_exception_among_other_faults_names_nothing() -> None:
    raising = Symptoms("always fails", [Observation(item.name, Raised("TypeError")) for item in SHEET.expected[:1]])
    sheet = replace(SHEET, mistakes=[replace(raising, observations=[raising.observations[0], *SHEET.expected[1:]])])
    broken = [raising.observations[0], Observation("a longer one", 5), *SHEET.expected[2:]]
    assert judge(EXERCISE, sheet, Evidence(broken)).misunderstandings == []


@pytest.mark.parametrize(
    ("message", "named"),
    [(" ".join(["no", "such", "row"]), ["raises"]), ("a column", []), ("of another kind", []), ("", [])],
)
def test_an_exception_tells_by_its_message_where_it_comes_twice(message: str, named: list[str]) -> None:
    def raising(message: str) -> list[Observation]:
        error = Raised("IndexError", message=message)
        return [Observation("matrix", error), Observation("a longer one", error)]

    known = Symptoms("raises", [*raising("no such row"), *SHEET.expected[2:]])
    mine = [*raising(message), *SHEET.expected[2:]]
    assert judge(EXERCISE, replace(SHEET, mistakes=[known]), Evidence(mine)).misunderstandings == named
    beside = [*raising(message), Observation("keeping the dimension", 5), *SHEET.expected[3:]]
    assert judge(EXERCISE, replace(SHEET, mistakes=[known]), Evidence(beside)).misunderstandings == []
    once = [mine[0], Observation("a longer one", 5), *SHEET.expected[2:]]
    assert judge(EXERCISE, replace(SHEET, mistakes=[known]), Evidence(once)).misunderstandings == []


def numbers(*values: float) -> list[Observation]:
    return [Observation(f"number {index}", value) for index, value in enumerate(values)]


def named(shown: list[Observation], **mistakes: list[Observation]) -> list[str]:
    """The sentences for what an answer shows where 1 and 2 are right."""
    symptoms = [Symptoms(sentence, observations) for sentence, observations in mistakes.items()]
    sheet = Sheet("mean", 0, numbers(1.0, 2.0), symptoms)
    return judge(EXERCISE, sheet, Evidence(shown)).misunderstandings


def vectors(*values: tuple[float, ...]) -> list[Observation]:
    return [Observation(f"vector {index}", Shown(torch.tensor(value))) for index, value in enumerate(values)]


def test_a_mistake_that_is_equalled_in_full_is_named_without_those_that_it_includes() -> None:
    mistakes = {"the first": numbers(5.0, 2.0), "both": numbers(5.0, 6.0)}
    assert named(numbers(5.0, 6.0), **mistakes) == ["both"]


def test_of_mistakes_that_show_the_same_the_first_is_named() -> None:
    alike = {word: numbers(5.0, 2.0) for word in ("one", "two", "three")}
    assert named(numbers(5.0, 2.0), **alike) == ["one"]


def test_two_mistakes_of_one_sentence_are_named_once() -> None:
    sheet = replace(SHEET, mistakes=[*SHEET.mistakes, *SHEET.mistakes])
    assert judge(EXERCISE, sheet, shows(over_rows)).misunderstandings == ["rows"]


def test_another_signature_is_noted_where_the_call_fails() -> None:
    verdict = verdict_on(lambda tensor: right(tensor))
    assert verdict.notes == ["Your `mean` is `mean(tensor)`; the exercise gives it as `mean(x, keepdim=False)`."]


def test_another_signature_that_works_is_not_noted() -> None:
    assert verdict_on(lambda tensor, keepdim=False: right(tensor, keepdim)).notes == []


@pytest.mark.parametrize("kind", ["RuntimeError", "TypeError", "ValueError"])
@pytest.mark.parametrize("mine", ["", "(a)", ", ".join(["(x", "keepdim=False)"]), "(z)"])
@pytest.mark.parametrize("asked", ["", "(x, keepdim=False)"])
def test_a_signature_is_noted_where_two_are_known_that_differ_and_a_type_error_came(
    kind: str, mine: str, asked: str
) -> None:
    evidence = Evidence([Observation("number 0", Raised(kind))], mine)
    sheet = Sheet("mean", 0, numbers(1.0), [], asked)
    noted = judge(EXERCISE, sheet, evidence).notes != []
    assert noted == (kind == "TypeError" and bool(asked) and mine in ("(a)", "(z)"))


@pytest.mark.parametrize(
    ("mine", "asked", "noted"),
    [
        ("(x, rate=0.1)", "(x, rate=0.10)", False), ("(x, eps=1e-05)", "(x, eps=0.00001)", False),
        ("(x, mask=None)", "(x: Tensor, mask: Tensor | None=None) -> Tensor", False),
        ("(x, how='mean')", '(x, how="mean")', False), ("(x, rate=0.2)", "(x, rate=0.1)", True),
        ("(x, rate=<object object at 0x7f>)", "(x, rate=0.1)", True),
        ("(x, how=<class 'list'>)", "(x, how=list)", False),
        ("(x, how=<class 'torch.nn.modules.activation.ReLU'>)", "(x, how=nn.ReLU)", False),
        ("(x, how=<function relu at 0x7f>, by=<built-in function sum>)", "(x, how=F.relu, by=sum)", False),
        ("(x, *, how=<class 'torch.nn.modules.activation.ReLU'>)", "(x, *, how=nn.ReLU)", False),
        ("(x, how=<class 'tuple'>)", "(x, how=list)", True),
    ],
)  # fmt: skip
def test_how_a_default_is_written_is_no_other_signature(mine: str, asked: str, noted: bool) -> None:
    evidence = Evidence([Observation("number 0", Raised("TypeError"))], mine)
    assert bool(judge(EXERCISE, Sheet("mean", 0, numbers(1.0), [], asked), evidence).notes) == noted


POINT, BESIDE = Idea("a hidden key counts nothing", point=True), Idea("the rest", 9.0)


@pytest.mark.parametrize(
    ("shown", "notes"),
    [
        ((1.0, 2.0), ["The point of this exercise, “a hidden key counts nothing”, is not right in every case yet: "
                      "at most half of the points."]),
        ((3.0, 2.0), []), ((1.0, 4.0), []),
    ],
    ids=["the point alone is wrong", "more is wrong", "the point is right"],
)  # fmt: skip
def test_what_is_the_point_is_said_where_it_costs(shown: tuple[float, float], notes: list[str]) -> None:
    expected = [replace(item, idea=idea) for item, idea in zip(numbers(1.0, 4.0), [BESIDE, POINT], strict=True)]
    verdict = judge(EXERCISE, Sheet("mean", 0, expected, []), Evidence(numbers(*shown)))
    assert verdict.notes == notes
    assert [item.idea for item in verdict.findings] == ["the rest", "a hidden key counts nothing"]


def test_a_forbidden_operation_earns_nothing_and_is_named() -> None:
    verdict = judge(EXERCISE, SHEET, replace(shows(right), used=["torch.mean"]))
    assert (verdict.state, verdict.earned) == (State.WRONG, 0)
    assert "torch.mean" in verdict.notes[0]


@pytest.mark.parametrize("answer", [lambda x, keepdim=False: torch.tensor(torch.nan), lambda x, keepdim=False: None])
def test_nan_and_none_earn_nothing(answer: Any) -> None:
    assert verdict_on(answer).earned == 0


def _on(state: State, earned: float, device: str = "cpu") -> Verdict:
    return replace(verdict_on(right), state=state, earned=earned, notes=[device])


def test_devices_are_combined_to_the_worst_state_and_the_mean_of_the_points() -> None:
    both = combine([_on(State.RIGHT, 3), _on(State.WRONG, 1.5, "cuda")])
    assert (both.state, both.earned, both.notes, len(both.findings)) == (State.WRONG, 2.25, ["cuda"], 8)


@pytest.mark.parametrize(
    ("better", "worse"),
    [(State.RIGHT, State.NOT_ATTEMPTED), (State.NOT_ATTEMPTED, State.WRONG), (State.WRONG, State.NOT_GRADED)],
)
def test_of_two_devices_the_worse_state_is_said(better: State, worse: State) -> None:
    for pair in ((better, worse), (worse, better)):
        assert combine([_on(state, 1) for state in pair]).state is worse


def test_a_device_where_nothing_was_attempted_counts_in_the_mean() -> None:
    both = combine([_on(State.RIGHT, 3), _on(State.NOT_ATTEMPTED, 0)])
    assert (both.earned, len(both.findings)) == (1.5, 8)


def test_one_device_that_could_not_grade_makes_no_zero() -> None:
    assert combine([_on(State.WRONG, 0), _on(State.NOT_GRADED, 0)]).state is State.NOT_GRADED


def test_one_device_alone_is_its_own_verdict() -> None:
    verdict = verdict_on(right)
    assert combine([verdict]) is verdict
