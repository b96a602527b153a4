"""Runs a notebook in a kernel, as Run All does."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode
from patience import PATIENCE
from traitlets.config import Config


def run_all(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Runs every cell in `folder`, errors or not, and returns the notebook."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="k-") as sockets:
        # nbclient leaves its event loop to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        # TCP ports are looked for before a kernel takes them: two workers of the tests could find the same.
        own = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}})
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(
            notebook, timeout=PATIENCE, allow_errors=True, coalesce_streams=True, resources=resources, config=own
        ).execute()
    return notebook
