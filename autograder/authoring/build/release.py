"""The students' notebooks: nbgrader's own release of the solved ones."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.lesson.parse import LessonError

ROOT = Path(__file__).resolve().parents[3]


def release(root: Path, names: list[str]) -> None:
    """Lets nbgrader make the students' notebooks, with a gradebook that is thrown away."""
    from nbgrader.apps import NbGraderAPI

    _alembic_on_path()
    with TemporaryDirectory() as scratch:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{scratch}/gradebook.db"
        api = NbGraderAPI(config=config)
        api.log.setLevel(logging.WARNING)
        for name in names:
            result = api.generate_assignment(name, force=True, create=True)
            if not result["success"]:
                raise LessonError(f"solutions/{name}: nbgrader cannot make the students' notebook:\n{result['log']}")


def _alembic_on_path() -> None:
    """nbgrader calls `alembic` by name; in an environment that is not activated it would not be found."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", "")])
