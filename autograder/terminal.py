"""What all commands share: where they print, the bar of what takes long, and how they stop."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LOG_WIDTH = 120  # a file has no width of its own, and names that are cut off help nobody
console = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)


def progress_bar() -> Progress:
    """A bar that counts, with what is being done before it and the time after it."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def stop(message: str, status: int = 1) -> typer.Exit:
    """Says why in one sentence; to be raised."""
    typer.secho(message, err=True, fg=typer.colors.RED)
    return typer.Exit(status)
