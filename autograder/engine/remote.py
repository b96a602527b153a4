"""The kernel's side of grading: runs an experiment where the student's answer lives and hands out observations."""

from __future__ import annotations

import base64
from typing import Any

from autograder.engine import wire
from autograder.engine.catalogue import own_catalogue
from autograder.engine.draw import Draw
from autograder.engine.observe import observe

MIME = "application/vnd.tensors-to-transformers.observations+json"
MISSING = "missing"


def hand_out(name: str, seed: int, device: str, token: str) -> None:
    """Displays what the answer called `name` shows on the draws of `seed`, as bytes that only plain data come out of.

    Args:
        token: goes back with the reply, so that the grader knows which request it answers.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    shell: Any = get_ipython()
    if name in shell.user_ns:
        evidence = observe(own_catalogue().find(name), shell.user_ns[name], Draw(seed, name, device))
        reply = wire.dumps(evidence.as_data())
    else:
        reply = wire.dumps(MISSING)
    display({MIME: {"token": token, "reply": base64.b64encode(reply).decode()}}, raw=True)
