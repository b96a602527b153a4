"""Real ranks: what comes back, what goes wrong and is told apart, what they send, and that none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import nbformat
import pytest
import torch
import torch.distributed as dist
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from patience import PATIENCE
from processes import children, living
from torch import Tensor, nn
from torch.distributed import recv, send
from toy import copy_of_toy

from autograder.engine.catalogue import Catalogue, own_catalogue
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import observe
from autograder.engine.ranks import RankFailed, counted_traffic, run_on_ranks
from autograder.engine.ranks.helper import HelperLost, rank_helper
from autograder.engine.ranks.run import without_ranks
from autograder.engine.values import Raised
from autograder.grading import grade
from helpers.ranks import run_on_ranks as run_and_show
from helpers.ranks import show_outputs, torchrun

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # as a notebook's are; ranks need not import all of this
ROOT = Path(__file__).resolve().parents[1]


def left_behind() -> dict[int, str]:
    """Processes of ours that are neither the helper nor somebody else's."""
    helper = rank_helper().process
    assert helper is not None
    return children(helper.pid)


def failure(function: Callable[..., Any], *arguments: Any, **options: Any) -> RankFailed:
    with pytest.raises(RankFailed) as caught:
        run_on_ranks(function, *arguments, **options)
    assert left_behind() == {}
    return caught.value


def gone(processes: list[int]) -> bool:
    """Whether all of them end soon."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not living(processes):
            return True
        time.sleep(0.05)
    return False


# What comes back


def test_each_rank_returns_its_value_and_what_it_printed():
    def work(x: Tensor) -> Tensor:
        print("I am", dist.get_rank(), "of", dist.get_world_size())
        os.write(2, b"straight to the descriptor\n")
        y = x + dist.get_rank()
        dist.all_reduce(y)
        return y

    results = run_on_ranks(work, torch.ones(2), ranks=3)
    assert [rank.rank for rank in results] == [0, 1, 2]
    assert all(torch.equal(rank.value, torch.full((2,), 6.0)) for rank in results)
    assert results[2].output == "I am 2 of 3\nstraight to the descriptor\n"


def test_the_streams_start_alike_unless_it_is_said_otherwise():
    def drawn() -> float:
        return torch.rand(()).item()

    first, second = (rank.value for rank in run_on_ranks(drawn))
    assert first == second
    first, second = (rank.value for rank in run_on_ranks(drawn, seed=[1, 2]))
    assert first != second


def test_a_value_larger_than_any_pipe_comes_back_with_what_it_shares():
    def work() -> dict[str, Tensor]:
        flat = torch.arange(2_000_000, dtype=torch.float32)
        return {"flat": flat, "part": flat[1000:2000]}

    value = run_on_ranks(work)[1].value
    value["part"].zero_()
    assert value["flat"][1000:2000].sum() == 0
    assert value["flat"][-1] == 1_999_999


def test_modules_and_arguments_arrive_as_they_were_and_the_callers_are_left_alone():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    before = model[0].weight.clone()

    def work(module: nn.Module) -> nn.Module:
        with torch.no_grad():
            module[0].weight.zero_()  # type: ignore[operator, union-attr, index]
        return module

    value = run_on_ranks(work, model)[0].value
    assert value[0].weight.requires_grad
    assert value[0].weight.abs().sum() == 0
    assert torch.equal(model[0].weight, before)


def test_each_rank_computes_with_one_thread_and_knows_its_number_from_the_environment():
    names = ("RANK", "LOCAL_RANK", "WORLD_SIZE")
    results = run_on_ranks(lambda: (torch.get_num_threads(), [os.environ[name] for name in names]))
    assert [rank.value for rank in results] == [(1, ["0", "0", "2"]), (1, ["1", "1", "2"])]


def test_later_runs_are_forks_of_the_helper_that_the_first_one_started():
    parents = {rank.value for _ in range(3) for rank in run_on_ranks(os.getppid)}
    assert len(parents) == 1
    assert parents != {os.getpid()}


# What goes wrong


def test_the_first_error_comes_with_its_rank_and_the_students_lines_alone():
    def work(x: Tensor) -> None:
        if dist.get_rank() == 1:
            x.reshape(7)
        dist.all_reduce(x)

    error = failure(work, torch.ones(3))
    assert error.rank == 1
    assert str(error).startswith("rank 1: RuntimeError: shape '[7]' is invalid")
    assert "x.reshape(7)" in error.where
    assert "engine/ranks" not in error.where
    assert isinstance(error.raised, Raised)
    assert error.raised.line == "x.reshape(7)"


def test_ranks_that_raise_the_same_are_told_by_the_lowest():
    def work() -> None:
        raise ValueError("everywhere")

    assert {str(failure(work, ranks=3)) for _ in range(3)} == {"rank 0: ValueError: everywhere"}


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda: os._exit(3), "rank 1 ended without returning, with exit status 3"),
        (lambda: os._exit(0), "rank 1 ended without returning, with exit status 0"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "rank 1 was killed by SIGKILL"),
    ],
    ids=["exits", "exits as if all were well", "killed"],
)
def test_a_rank_that_dies_while_others_wait_is_named(end, words):
    def work(x: Tensor) -> None:
        print("so far")
        if dist.get_rank() == 1:
            end()
        dist.all_reduce(x)

    error = failure(work, torch.ones(1))
    assert str(error) == words
    assert error.outputs == ["so far\n", "so far\n"]


def test_a_rank_that_waits_for_one_that_has_returned_is_told():
    def work(x: Tensor) -> None:
        if dist.get_rank() == 0:
            dist.recv(x, 1)

    error = failure(work, torch.ones(1))
    assert str(error) == "rank 0 waited for a rank that had ended: rank 1 had returned"
    assert "dist.recv(x, 1)" in error.where


def test_a_rank_with_nothing_to_say_does_not_leave_before_the_last_has_come():
    for _ in range(12):  # without the meeting, every third run lost somebody
        assert [rank.value for rank in run_on_ranks(dist.get_world_size, ranks=8)] == 8 * [8]


def test_ranks_that_wait_for_each_other_are_ended_at_the_limit_and_say_where_they_were():
    def work(x: Tensor) -> None:
        recv(x, 1 - dist.get_rank())

    began = time.monotonic()
    error = failure(work, torch.ones(1), seconds=1)
    assert 1 <= time.monotonic() - began < 1 + PATIENCE
    assert str(error) == "rank 0 and rank 1 did not end within 1 s"
    assert error.where.count("recv(x, 1 - dist.get_rank())") == 2


def test_what_a_rank_has_started_ends_with_it():
    def work() -> int:
        return subprocess.Popen(["sleep", "600"]).pid

    assert gone([rank.value for rank in run_on_ranks(work)])


def test_a_value_that_cannot_be_sent_is_the_ranks_error():
    assert "cannot pickle 'generator' object" in str(failure(lambda: (x for x in "ab")))


def test_after_a_helper_that_was_killed_comes_another():
    helper = rank_helper().process
    assert helper is not None
    helper.kill()
    with pytest.raises(HelperLost, match="run this again"):
        run_on_ranks(int)
    assert [rank.value for rank in run_on_ranks(int)] == [0, 0]


def test_in_a_rehearsal_nothing_is_started():
    with without_ranks(), pytest.raises(RankFailed, match="rehearsal"):
        run_on_ranks(int)


def test_what_a_rank_raised_is_what_an_experiment_observes():
    def blank() -> None:
        raise NotImplementedError

    def wrong() -> None:
        raise KeyError("w")

    def experiment(candidate: Any, draw: Draw) -> Any:
        yield "ranks", lambda: run_on_ranks(candidate)

    exercise = Exercise(experiment, points=1)
    shown = [observe(exercise, answer, Draw(0, "x")).observations[0].value for answer in (blank, wrong)]
    assert [item.kind for item in shown if isinstance(item, Raised)] == ["NotImplementedError", "KeyError"]
    with pytest.raises(NotImplementedError):  # what explorers and Run All wait for
        run_on_ranks(blank)


@pytest.mark.parametrize(("exercise", "runs"), [("ring_all_reduce", True), ("double", False)])
def test_a_lesson_whose_experiments_run_ranks_gets_a_network_among_them(exercise: str, runs: bool):
    notebook = new_notebook(cells=[new_code_cell(metadata={"nbgrader": {"grade_id": f"check-{exercise}"}})])
    assert grade.runs_ranks(notebook, own_catalogue()) is runs


def test_a_lesson_gets_that_network_where_ranks_are_imported_by_what_it_imports(toy: Catalogue):
    notebook = new_notebook(cells=[new_code_cell(metadata={"nbgrader": {"grade_id": "check-halve"}})])
    assert not grade.runs_ranks(notebook, toy)
    shared = copy_of_toy(toy.root.parent / "with ranks")
    file = shared.code / "exercises" / "halves" / "_shared.py"
    file.write_text(file.read_text() + "\nfrom autograder.engine.ranks import run_on_ranks  # noqa: E402, F401\n")
    assert grade.runs_ranks(notebook, shared)


# Who is killed leaves nobody behind

SCRIPT = """
import os, time
from pathlib import Path
from autograder.engine.ranks import run_on_ranks

def work(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)

print("once", flush=True)
try:
    run_on_ranks(work, {folder!r})
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_script_that_is_ended_takes_its_ranks_along(tmp_path, number):
    own = tmp_path / "ranks"
    own.mkdir()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(folder=str(own)))
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as process:
        deadline = time.monotonic() + PATIENCE
        while len(list(own.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        helpers = children(process.pid)
        process.send_signal(number)
        out, _ = process.communicate(timeout=PATIENCE)
    ranks = [int(file.name) for file in own.iterdir()]
    assert len(ranks) == 2
    assert gone([*ranks, *helpers])
    assert list(tmp_path.glob("ranks-*")) == []
    assert out == ("once\n" if number == signal.SIGKILL else "once\ninterrupted\n")  # nobody ran the script again


def test_a_notebook_runs_what_its_cells_define(tmp_path):
    cells = """
        import torch, torch.distributed as dist
        import autograder
        from helpers.ranks import run_on_ranks
        class Box:
            def __init__(self, x): self.x = x
        def work(box):
            print("rank", dist.get_rank())
            dist.all_reduce(box.x)
            return Box(box.x)
        # %%
        values = run_on_ranks(work, Box(torch.ones(2)))
        # %%
        print(isinstance(values[0], Box), values[1].x)
        # %%
        def fails():
            raise ValueError("in the cell")
        run_on_ranks(fails)
        # %%
        def written_later():
            raise NotImplementedError
        run_on_ranks(written_later)
        """
    sources = textwrap.dedent(cells).split("# %%")
    notebook = new_notebook(cells=[new_code_cell(source.strip()) for source in sources])
    NotebookClient(notebook, allow_errors=True, timeout=PATIENCE, resources={"metadata": {"path": str(ROOT)}}).execute()
    _, ran, same, failed, blank = (cell.outputs for cell in nbformat.from_dict(notebook).cells)
    assert ran[0].data["text/plain"] == "rank 0 | rank 0\nrank 1 | rank 1"
    assert "grid-template-columns" in ran[0].data["text/html"]
    assert same[0].text == "True tensor([2., 2.])\n"
    lines = [
        "  Cell In[4], line 2, in fails",
        '    raise ValueError("in the cell")',
        "RankFailed: rank 0: ValueError: in the cell",
    ]
    assert failed[0].traceback == lines
    assert "written_later is not written yet" in blank[0].traceback[0]


# What they send


def ring(x: Tensor, pass_on: Callable[[Tensor, Tensor, int, int], None]) -> Tensor:
    """All-reduces x in place around a ring: n-1 steps that add, n-1 that spread; each sends one of n parts."""
    me, ranks = dist.get_rank(), dist.get_world_size()
    parts, right, left = list(x.chunk(ranks)), (me + 1) % ranks, (me - 1) % ranks
    for step in range(2 * (ranks - 1)):
        target = parts[(me - step - 1) % ranks]
        arriving = torch.empty_like(target)
        pass_on(parts[(me - step) % ranks].clone(), arriving, right, left)
        target.copy_(arriving + target if step < ranks - 1 else arriving)
    return x


def by_name(out: Tensor, arriving: Tensor, right: int, left: int) -> None:
    first, second = (send, recv) if dist.get_rank() % 2 == 0 else (recv, send)
    for function in (first, second):
        function(*((out, right) if function is send else (arriving, left)))


def by_isend(out: Tensor, arriving: Tensor, right: int, left: int) -> None:
    works = [dist.isend(out, right), dist.irecv(arriving, left)]
    for work in works:
        work.wait()  # type: ignore[union-attr]


def by_batch(out: Tensor, arriving: Tensor, right: int, left: int) -> None:
    operations = [dist.P2POp(dist.isend, out, right), dist.P2POp(dist.irecv, arriving, left)]
    for work in dist.batch_isend_irecv(operations):
        work.wait()


def by_group(out: Tensor, arriving: Tensor, right: int, left: int) -> None:
    group = dist.distributed_c10d._get_default_group()
    works = [group.send([out], right, 0), group.recv([arriving], left, 0)]
    for work in works:
        work.wait()


def counted_ring(pass_on: Any) -> Any:
    x = torch.arange(12.0) * (dist.get_rank() + 1)
    with counted_traffic() as traffic:
        ring(x, pass_on)
    return x, traffic


@pytest.mark.parametrize("pass_on", [by_name, by_isend, by_batch, by_group])
def test_a_ring_sends_as_much_as_it_should_whatever_it_sends_with(pass_on):
    for rank in run_on_ranks(counted_ring, pass_on, ranks=4):
        x, traffic = rank.value
        assert torch.equal(x, torch.arange(12.0) * 10)
        assert traffic.summary() == {"recv": {"calls": 6, "bytes": 0}, "send": {"calls": 6, "bytes": 6 * 3 * 4}}
        assert traffic.sent == 2 * 3 / 4 * 12 * 4
        assert {call.peer for call in traffic.of("send")} == {(rank.rank + 1) % 4}
        assert all(call.end is not None and call.start <= call.end for call in traffic.calls)


def counted_collectives() -> Any:
    with counted_traffic() as traffic:
        dist.all_reduce(torch.ones(8))
        dist.broadcast(torch.ones(3), src=1)
        work = dist.all_reduce(torch.ones(2, dtype=torch.float64), async_op=True)
        assert work is not None
        work.wait()
        dist.all_gather([torch.empty(5), torch.empty(5)], torch.ones(5))
    dist.all_reduce(torch.ones(100))  # outside: not counted
    return traffic


def test_collectives_count_what_a_rank_hands_in():
    first, second = (rank.value for rank in run_on_ranks(counted_collectives))
    reduced, gathered = {"calls": 2, "bytes": 32 + 16}, {"calls": 1, "bytes": 20}
    assert first.summary() == {"all_gather": gathered, "all_reduce": reduced, "broadcast": {"calls": 1, "bytes": 0}}
    assert second.summary() == {"all_gather": gathered, "all_reduce": reduced, "broadcast": {"calls": 1, "bytes": 12}}
    assert all(call.end is not None for call in first.calls)


def counted_ddp() -> Any:
    model = nn.parallel.DistributedDataParallel(nn.Linear(3, 4))
    with counted_traffic() as traffic:
        model(torch.ones(2, 3)).sum().backward()
    return traffic


def test_what_ddp_sends_from_c_plus_plus_counts_too():
    assert run_on_ranks(counted_ddp)[0].value.summary() == {"all_reduce": {"calls": 1, "bytes": (12 + 4) * 4}}


# What a person sees


def test_in_a_terminal_outputs_stand_one_after_the_other(capsys):
    assert run_and_show(lambda: print("I am", dist.get_rank()) or dist.get_rank()) == [0, 1]
    assert capsys.readouterr().out == "rank 0 | I am 0\nrank 1 | I am 1\n"


def test_a_failure_shows_what_was_printed_before_it(capsys):
    with pytest.raises(RankFailed):
        run_and_show(lambda: print("before") or 1 / 0)
    assert "rank 1 | before" in capsys.readouterr().out


def test_nothing_is_shown_where_nobody_printed(capsys):
    show_outputs(["", ""])
    assert capsys.readouterr().out == ""


def test_torchrun_starts_a_script_and_shows_each_rank_or_its_error(capsys):
    torchrun("import os; print(os.environ['RANK'], os.environ['WORLD_SIZE'])")
    assert capsys.readouterr().out == "rank 0 | 0 2\nrank 1 | 1 2\n"
    with pytest.raises(RuntimeError, match="ValueError: so"):
        torchrun("raise ValueError('so')")


def test_torchrun_that_is_interrupted_takes_its_ranks_along(tmp_path):
    def interrupt_when_both_run() -> None:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    script = f"import os, pathlib, time; pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch(); time.sleep(600)"
    threading.Thread(target=interrupt_when_both_run, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        torchrun(script)
    ranks = [int(file.name) for file in tmp_path.iterdir()]
    assert len(ranks) == 2
    assert gone(ranks)
