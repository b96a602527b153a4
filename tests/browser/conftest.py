"""Chromium and JupyterLab for the browser tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[author]'")

from lab import WINDOW, Lab, Notebook, Shot, jupyter_lab
from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

FLAGS = [
    # root in a container has no sandbox of its own to offer
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    # docs/screenshots is made by `python -m pytest tests/browser --screenshots docs/screenshots`.
    parser.addoption("--screenshots", type=Path, help="folder for the browser tests' pictures; else temporary")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    return program


# These live as long as a module, not the session: other tests need the memory, and an event loop of their own.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all tests of a module."""
    with jupyter_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def strangers() -> list[str]:
    """Addresses outside this machine that a page asked for."""
    return []


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser, strangers: list[str]) -> Iterator[Callable[[str], Notebook]]:
    """Opens a lesson and runs all of it, once a module."""
    known: dict[str, Notebook] = {}
    context = browser.new_context(viewport=WINDOW)
    context.on("request", lambda request: _note(request.url, lab.url, strangers))

    def open_lesson(name: str) -> Notebook:
        if name not in known:
            known[name] = Notebook(context.new_page(), lab.notebook(name))
            known[name].run_all()
        known[name].page.bring_to_front()
        return known[name]

    yield open_lesson
    context.close()


def _note(address: str, own: str, strangers: list[str]) -> None:
    if not address.startswith((own, own.replace("http", "ws", 1), "data:", "blob:")):
        strangers.append(address)


@pytest.fixture
def shot(request: pytest.FixtureRequest, tmp_path: Path) -> Shot:
    """Keeps a picture: of the whole page, or of the parts that lie one below the other."""
    folder = request.config.getoption("--screenshots", None) or tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str, page: Page, *parts: Locator) -> None:
        if parts:
            parts[0].evaluate("part => part.scrollIntoView({block: 'start'})")
        clip = _around([*parts], page.locator(".jp-WindowedPanel-outer").first) if parts else None
        page.screenshot(path=folder / f"{name}.png", clip=clip, animations="disabled", caret="hide")

    return take


def _around(parts: list[Locator], window: Locator) -> FloatRect:
    """The smallest rectangle that holds what can be seen of all parts."""
    frame = window.bounding_box()
    boxes = [part.bounding_box() for part in parts]
    assert frame, "no notebook is open"
    assert all(boxes), "a part that is to be drawn is not there"
    left, top = (max(frame[side], min(box[side] for box in boxes if box)) for side in ("x", "y"))
    right = min(frame["x"] + frame["width"], max(box["x"] + box["width"] for box in boxes if box))
    bottom = min(frame["y"] + frame["height"], max(box["y"] + box["height"] for box in boxes if box))
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}
