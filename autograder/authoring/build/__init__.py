"""The build, in parts: what is made (`make`), how (`notebook`, `release`), and what is out of date (`stale`)."""

from autograder.authoring.build.make import build
from autograder.authoring.build.notebook import solved_notebook
from autograder.authoring.build.stale import stale_files

__all__ = ["build", "solved_notebook", "stale_files"]
