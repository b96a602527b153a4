"""Who gets which GPU; the sentence where there is none. Nothing here needs one."""

from __future__ import annotations

import pytest
import torch
from courses import new_course, run
from submissions import hand_in, released
from toy import DOUBLES

from autograder.grading.gpus import NoGpu, assign


def test_workers_on_one_machine_get_different_gpus_and_machines_count_for_themselves():
    visible = {"tcp://a:1": ["0", "1"], "tcp://a:2": ["1", "0"], "tcp://a:3": ["0", "1", "2"], "tcp://b:1": ["0"]}
    assert assign(visible) == {"tcp://a:1": "0", "tcp://a:2": "1", "tcp://a:3": "2", "tcp://b:1": "0"}


def test_more_workers_than_gpus_are_refused_by_name():
    with pytest.raises(NoGpu, match=r"tcp://a:2 has no GPU of its own: it sees 1, 1 are given away"):
        assign({"tcp://a:1": ["0"], "tcp://a:2": ["0"]})


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_grading_on_cuda_without_a_gpu_is_one_sentence(tmp_path):
    course = new_course(tmp_path / "course", DOUBLES)
    hand_in(released(DOUBLES), course, "ada", DOUBLES)
    done = run(course, "autograder", "grade", DOUBLES, "--device", "cuda")
    assert done.returncode == 1
    assert "This machine has no GPU that PyTorch can use: grade with --device cpu." in done.stderr
    assert not list(course.glob("verdicts/*/*.json"))
    assert "'gpu' is not one of" in run(course, "autograder", "grade", DOUBLES, "--device", "gpu").stderr
