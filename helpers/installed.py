"""Data that come with libraries which are installed anyway: nothing is loaded from the network."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

PACKAGES = {"sklearn": "scikit-learn"}  # what is installed under another name than it is imported by


def folder(module: str, what: str) -> Path:
    """Where a library lies. It is found and not imported: that takes seconds.

    Args:
        what: names for the reader what comes with the library, "The wines".

    Raises:
        ModuleNotFoundError: the library is not there.
    """
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        package = PACKAGES.get(module, module)
        raise ModuleNotFoundError(f"{what} come with {package}: pip install {package}", name=module)
    return Path(spec.origin).parent
