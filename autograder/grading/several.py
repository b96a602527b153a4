"""One of nbgrader's commands on several lessons, in one process: importing takes longer than many a lesson.

python -m autograder.grading.several autograde 01_tensors 11_attention --RunExperiments.bare=True
"""

from __future__ import annotations

import sys

from nbgrader.apps import AutogradeApp, GenerateAssignmentApp, GenerateFeedbackApp

APPS = {
    "generate_assignment": GenerateAssignmentApp,
    "autograde": AutogradeApp,
    "generate_feedback": GenerateFeedbackApp,
}


def main(command: str, *words: str) -> int:
    """Runs `nbgrader COMMAND LESSON OPTIONS` for each lesson among the words; 1 if one of them failed, else 0."""
    options = [word for word in words if word.startswith("--")]
    failed = [_run(command, [word, *options]) for word in words if word not in options]
    return int(any(failed))


def _run(command: str, words: list[str]) -> bool:
    """Whether it failed."""
    app = APPS[command].instance()
    try:
        app.initialize(words)
        app.start()
    except SystemExit as end:
        return bool(end.code)
    finally:
        APPS[command].clear_instance()
    return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
