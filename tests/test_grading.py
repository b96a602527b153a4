"""Grades real notebooks in real kernels: what a student's process may do, and what it may not decide."""

from __future__ import annotations

import gc
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from nbformat.v4 import new_code_cell
from submissions import cell_of, submission
from toy import DOUBLES, built_toy

from autograder.engine.catalogue import own_catalogue
from autograder.engine.sheet import visible_sheet
from autograder.engine.values import Shown
from autograder.engine.verdict import State, Verdict
from autograder.grading.grade import Settings, grade_notebook
from autograder.grading.hidden import naming_sheet
from autograder.grading.inside.limits import Limits
from autograder.grading.kernel.session import Session

SEED = 20_260_101
COURSE = own_catalogue()


def settings(limits: Limits | None = None) -> Settings:
    return Settings(SEED, limits=limits or Limits(), catalogue=built_toy())


def verdict_on(answer: str, cell_seconds: int = 30) -> Verdict:
    """The verdict on one answer to `double`."""
    notebook = submission(DOUBLES, double=textwrap.dedent(answer))
    return grade_notebook(notebook, settings(Limits(cell_seconds=cell_seconds)))["check-double"]


def test_a_right_answer_earns_all_and_its_card_shows_the_seed():
    notebook = submission(DOUBLES, double="def double(x):\n    return 2 * x")
    verdict = grade_notebook(notebook, settings())["check-double"]
    assert (verdict.state, verdict.earned) == (State.RIGHT, 1)
    (output,) = cell_of(notebook, "check-double").outputs
    assert f"seed {SEED}" in output.data["text/plain"]


def test_a_blank_answer_is_not_attempted_and_earns_nothing():
    verdict = verdict_on("def double(x):\n    raise NotImplementedError")
    assert (verdict.state, verdict.earned) == (State.NOT_ATTEMPTED, 0)


def test_a_known_mistake_is_named_without_showing_expected_values():
    notebook = submission(DOUBLES, double="def double(x):\n    return x ** 2")
    verdict = grade_notebook(notebook, settings())["check-double"]
    assert "square" in verdict.misunderstandings[0]
    assert "expected" not in cell_of(notebook, "check-double").outputs[0].data["text/html"]


def test_what_mistakes_show_is_worked_out_for_the_first_wrong_answer_and_not_on_its_time(monkeypatch):
    made = []

    @contextmanager
    def seen(session: Session) -> Iterator[None]:
        before = session.deadline
        with own_time(session):
            yield
        made.append(session.deadline - before)

    own_time = Session.own_time
    monkeypatch.setattr(Session, "own_time", seen)
    naming_sheet.cache_clear()
    for answer, sheets in (("2 * x", 0), ("x ** 2", 1), ("x ** 3", 1), ("2 * x", 1)):
        verdict_on(f"def double(x):\n    return {answer}")
        assert naming_sheet.cache_info().currsize == sheets
    assert len(made) == 2
    assert made[0] > made[1] >= 0


def test_a_session_leaves_no_event_loop_behind():
    """One that a thread's end lets go printed a traceback where its sockets went first."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        thread = Thread(target=verdict_on, args=["def double(x):\n    return 2 * x"])
        thread.start()
        thread.join()
        gc.collect()
    assert not [str(item.message) for item in said if "event loop" in str(item.message)]


def test_warnings_and_stderr_cost_nothing():
    verdict = verdict_on("""
        import sys, warnings

        def double(x):
            warnings.warn("a warning")
            print("noise", file=sys.stderr)
            return x + x
        """)
    assert verdict.state is State.RIGHT


@pytest.mark.parametrize("end", ["os._exit(0)", "ctypes.string_at(0)"])
def test_an_answer_that_ends_its_process_gets_zero_with_the_reason(end):
    verdict = verdict_on(f"import ctypes, os\ndef double(x):\n    {end}")
    assert verdict.earned == 0
    assert verdict.notes == ["double ended the process in which it ran."]


def test_an_answer_that_exits_politely_is_wrong_like_any_other():
    verdict = verdict_on("import sys\ndef double(x):\n    sys.exit(0)")
    assert verdict.state is State.WRONG
    assert "SystemExit" in verdict.findings[0].difference.yours


def test_an_endless_cell_that_ignores_interrupts_costs_its_exercise_and_no_more():
    verdict = verdict_on(
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", cell_seconds=3
    )
    assert verdict.earned == 0
    assert "did not end within 3 s" in verdict.notes[0]


def test_an_answer_that_does_not_compile_is_said_to_be_undefined():
    verdict = verdict_on("def double(x:\n    return 2 * x")
    assert verdict.earned == 0
    assert "not defined" in verdict.notes[0]
    assert "SyntaxError" in verdict.notes[0]


@pytest.mark.parametrize(
    "body",
    [
        "import autograder.references; return 2 * x",
        "import solutions; return 2 * x",
        "import autograder.grading.hidden; return 2 * x",
    ],
)
def test_what_knows_the_answer_is_not_importable(body):
    verdict = verdict_on(f"def double(x):\n    {body}")
    assert verdict.earned == 0
    assert "ModuleNotFoundError" in verdict.findings[0].difference.yours


def test_the_visible_sheets_answers_earn_nothing_on_hidden_draws():
    expected = visible_sheet(COURSE.topic(COURSE.find("double").topic), "double").expected[0].value
    assert isinstance(expected, Shown)
    verdict = verdict_on(f"import torch\ndef double(x):\n    return torch.tensor({expected.values.tolist()})")
    assert verdict.earned == 0


@pytest.mark.parametrize(
    "attack",
    [
        "class Yes:\n    def __eq__(self, other): return True\n\ndef double(x):\n    return Yes()",
        "import torch\ntorch.equal = torch.allclose = lambda *a, **k: True\ndef double(x):\n    return x",
        "import autograder.engine.judge as judge\njudge.compare = lambda *a, **k: None\ndef double(x):\n    return x",
        "import autograder\nautograder.check = lambda answer: print('✓ 1 of 1 point')\ndef double(x):\n    return x",
        "get_ipython().displayhook(1)\ndef double(x):\n    get_ipython().displayhook(1)\n    return x",
        "def double(x):\n    print('✓ double: right · 1 of 1 point')\n    return x",
    ],
)
def test_a_forged_judgement_earns_what_the_answer_earns(attack):
    assert verdict_on(attack).earned == 0


def test_a_reply_forged_without_the_token_is_not_read():
    verdict = verdict_on("""
        import base64
        from autograder.engine import remote, wire
        from IPython.display import display

        def double(x):
            nothing = {"observations": [], "signature": "", "used": [], "printed": ""}
            reply = base64.b64encode(wire.dumps(nothing)).decode()
            display({remote.MIME: {"token": "guessed", "reply": reply}}, raw=True)
            return 2 * x
        """)
    assert verdict.state is State.RIGHT


def test_a_silenced_reply_is_zero_with_a_reason():
    verdict = verdict_on("""
        from autograder.engine import remote
        remote.hand_out = lambda *args: None

        def double(x):
            return 2 * x
        """)
    assert verdict.earned == 0
    assert verdict.notes == ["Nothing came back from the experiment."]


def test_a_flood_of_output_is_cut():
    notebook = submission(
        DOUBLES, double="for _ in range(20):\n    print('x' * 1_000_000)\ndef double(x):\n    return 2 * x"
    )
    verdict = grade_notebook(notebook, settings())["check-double"]
    assert verdict.state is State.RIGHT
    assert sum(len(out.text) for out in cell_of(notebook, "exercise-double").outputs) < 5_000_000


def test_the_recorded_seed_replays_the_same_verdict():
    half_right = "import torch\ndef double(x):\n    return 2 * x if x.dtype == torch.float32 else x"
    assert verdict_on(half_right) == verdict_on(half_right)
    assert 0 < verdict_on(half_right).earned < 1


def test_an_answer_may_lean_on_what_a_demonstration_made():
    notebook = submission(DOUBLES, double="def double(x):\n    return times * x")
    shown = new_code_cell("times = 2", metadata={"tags": ["demonstration"]})
    notebook.cells.insert(notebook.cells.index(cell_of(notebook, "exercise-double")), shown)
    assert grade_notebook(notebook, settings())["check-double"].state is State.RIGHT
