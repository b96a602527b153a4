"""References, mistakes and alternatives are found by the name of the reference; a sheet is made of sound ones only."""

from __future__ import annotations

import pytest
import torch

from autograder.engine.catalogue import Catalogue
from autograder.engine.sheet import Sheet
from autograder.references import Change, MissingReference, answers_to
from autograder.references.sheets import make_sheet


def test_all_that_is_known_about_an_exercise_is_found(toy: Catalogue) -> None:
    answers = answers_to(toy.topic("halves"), "halve")
    assert torch.equal(answers.reference(torch.ones(2)), torch.full((2,), 0.5))
    assert [(item.answer.__name__, item.sentence) for item in answers.mistakes] == [
        ("doubles", "The input is doubled, not halved.")
    ]
    assert [answer.__name__ for answer in answers.alternatives] == ["multiplies"]
    assert answers.equivalents == {Change("return x / 2", "return x / 2.0"): "the same number"}


def test_an_exercise_without_mistakes_has_none(toy: Catalogue) -> None:
    answers = answers_to(toy.topic("halves"), "negate")
    assert (answers.mistakes, answers.alternatives, answers.equivalents) == ([], [], {})


def test_a_missing_reference_is_named(toy: Catalogue) -> None:
    file = toy.code / "references" / "halves" / "negate.py"
    file.write_text(file.read_text().replace("def negate", "def negative"))
    with pytest.raises(MissingReference, match=r"references/halves/negate\.py: no reference for negate"):
        answers_to(toy.topic("halves"), "negate")


def test_a_missing_file_of_references_is_named(toy: Catalogue) -> None:
    (toy.code / "references" / "halves" / "halve.py").unlink()
    with pytest.raises(MissingReference, match=r"references/halves/halve\.py is missing; it should define halve"):
        answers_to(toy.topic("halves"), "halve")


def test_a_broken_import_in_the_references_is_not_taken_for_a_missing_file(toy: Catalogue) -> None:
    (toy.code / "references" / "halves" / "halve.py").write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        answers_to(toy.topic("halves"), "halve")


EXPERIMENT = """
from autograder.engine.exercise import exercise


@exercise(points=1)
def halve(candidate, draw):
    {body}
"""


def sheet_of(toy: Catalogue, body: str, reference: str = "halve = abs") -> Sheet:
    """The sheet of another experiment and another reference under the name `halve`."""
    (toy.code / "exercises" / "halves" / "halve.py").write_text(EXPERIMENT.format(body=body))
    (toy.code / "references" / "halves" / "halve.py").write_text(reference)
    return make_sheet(toy.topic("halves"), "halve", 0)


def test_an_experiment_that_yields_nothing_makes_no_sheet(toy: Catalogue) -> None:
    with pytest.raises(ValueError, match=r"exercises/halves/halve\.py: halve yields no observation"):
        sheet_of(toy, "yield from ()")


def test_an_experiment_that_raises_on_the_reference_makes_no_sheet(toy: Catalogue) -> None:
    with pytest.raises(ValueError, match="the experiment itself raises ZeroDivisionError: our own fault"):
        sheet_of(toy, "yield 'fine', lambda: 1\n    raise ZeroDivisionError('our own fault')")


@pytest.mark.parametrize("value", ["iter([1])", "[1, {'deep': (1, object())}]", "torch.ones(1, device='meta')"])
def test_a_reference_that_shows_no_plain_data_makes_no_sheet(toy: Catalogue, value: str) -> None:
    with pytest.raises(ValueError, match="on the reference, 'value' is no plain data"):
        sheet_of(
            toy, "yield 'value', lambda: candidate(draw)", f"import torch\n\ndef halve(draw):\n    return {value}\n"
        )


def test_an_error_that_the_reference_should_raise_makes_a_sheet(toy: Catalogue) -> None:
    sheet = sheet_of(toy, "yield 'a text', lambda: candidate('text')")
    assert sheet.expected[0].value.kind == "TypeError"  # type: ignore[union-attr]


def test_the_same_seed_makes_the_same_sheet_and_another_seed_another(toy: Catalogue) -> None:
    topic = toy.topic("halves")
    first, again, other = (make_sheet(topic, "halve", seed).expected[0].value for seed in (0, 0, 1))
    assert torch.equal(first.values, again.values)  # type: ignore[union-attr]
    assert not torch.equal(first.values, other.values)  # type: ignore[union-attr]
