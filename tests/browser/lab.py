"""A JupyterLab of our own, and a student who sits at it: what the browser tests do, said in their words."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from patience import PATIENCE
from playwright.sync_api import Locator, Page, ViewportSize, expect
from toy import built_toy

from autograder.engine.catalogue import own_catalogue
from autograder.grading.public import copy_public_half

Shot = Callable[..., None]

WINDOW: ViewportSize = {"width": 1200, "height": 1000}
SOON = 1000 * PATIENCE  # milliseconds for anything that a kernel does
RUNNING_OR_NEW = re.compile(r"\[[ *]\]")

# Nobody is asked for extensions, updates or news, and the student is not asked about news either.
QUIET = (
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
)
SETTINGS = {"@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}


@dataclass(frozen=True)
class Lab:
    """A running server."""

    url: str
    token: str

    def notebook(self, name: str) -> str:
        """The address of a lesson's notebook, in a workspace without tabs of earlier tests."""
        path = f"notebooks/{name}/{name}.ipynb"
        return f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{path}?token={self.token}"


@contextmanager
def jupyter_lab(folder: Path) -> Iterator[Lab]:
    """JupyterLab over what a student has: the public half of the course and its notebooks, and the toy course's."""
    course = folder / "course"
    copy_public_half(own_catalogue(), course)
    for root in (own_catalogue().root, built_toy().root):
        ignored = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(root / "notebooks", course / "notebooks", ignore=ignored, dirs_exist_ok=True)
    lab = Lab(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16))
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={course}"),
        *(f"--ServerApp.port={lab.url.rpartition(':')[2]}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        *(f"--IdentityProvider.token={lab.token}", "--LabApp.expose_app_in_browser=True", *QUIET),
    ]
    _write_settings(folder / "jupyterlab_settings")
    log = folder / "jupyterlab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            env=_environment(folder),
            cwd=course,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(lab, server, log)
        yield lab
    finally:
        _stop(server)


def _write_settings(folder: Path) -> None:
    for name, values in SETTINGS.items():
        file = folder / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of this user's Jupyter is read or written; the running Python's programs come first."""
    own = {
        f"JUPYTER{name}_DIR": str(folder / f"jupyter{name.lower()}")
        for name in ("_CONFIG", "_DATA", "_RUNTIME", "LAB_SETTINGS", "LAB_WORKSPACES")
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    home = {"TENSORS_TO_TRANSFORMERS_HOME": str(folder / "home"), "IPYTHONDIR": str(folder / "ipython")}
    return {**os.environ, **own, **home, "PATH": path}


def _wait_until_ready(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not answer. Its log:\n{log.read_text()[-4000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """The whole session: kernels are children of the server."""
    for kind, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(server.pid, kind)
            server.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


class Notebook:
    """A lesson, open in JupyterLab."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address)
        self.idle()
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")  # room for the notebook

    def idle(self) -> None:
        """Waits until the kernel is there and has nothing to do."""
        self.page.wait_for_function(
            """() => { const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
                return session?.isReady && session.session?.kernel?.status === 'idle'; }""",
            timeout=SOON,
        )

    def run_all(self) -> None:
        """Run → Run All Cells, until no cell is running or waiting."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(
            """() => jupyterapp.shell.currentWidget.content.widgets
                .every(cell => cell.model.type !== 'code' || cell.model.executionCount !== null)""",
            timeout=SOON,
        )
        self.idle()

    def cell(self, name: str) -> Cell:
        """A cell by the id that the build gave it: `exercise-double`, `check-double`."""
        place = self.page.evaluate(
            "name => jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.id === name)", name
        )
        assert place >= 0, f"the notebook has no cell {name}"
        return Cell(self, place)

    def cell_with(self, text: str) -> Cell:
        """The first code cell whose source holds `text`."""
        place = self.page.evaluate(
            """text => jupyterapp.shell.currentWidget.content.widgets.findIndex(
                cell => cell.model.type === 'code' && cell.model.sharedModel.source.includes(text))""",
            text,
        )
        assert place >= 0, f"no code cell holds {text!r}"
        return Cell(self, place)

    def answer(self, name: str, source: str) -> Locator:
        """Writes an answer over the exercise's cell, runs it and its check; the card."""
        exercise = self.cell(f"exercise-{name}")
        exercise.write(source)
        exercise.run()
        check = self.cell(f"check-{name}")
        check.run()
        return check.node.locator(".verdict")

    def to_top(self) -> None:
        """Selects the first cell and shows it."""
        self.page.evaluate(
            """() => { const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = 0; notebook.scrollToItem(0, 'start'); }"""
        )
        expect(self.page.locator('.jp-Cell[data-windowed-list-index="0"]')).to_be_in_viewport()

    def theme(self, name: str) -> None:
        """Settings → Theme."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        light = str("Light" in name).lower()
        expect(self.page.locator(f'body[data-jp-theme-light="{light}"]')).to_be_attached(timeout=SOON)

    def validate(self) -> str:
        """nbgrader's Validate button; what its dialog says."""
        self.page.locator(".validate-button").get_by_text("Validate", exact=True).click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_be_visible(timeout=SOON)
        text = dialog.inner_text()
        dialog.get_by_role("button").last.click()
        expect(dialog).to_have_count(0)
        return text


READ_IMAGE = """async picture => {
    try { await picture.decode(); } catch (error) { return ""; }
    const blob = await (await fetch(picture.src)).blob();
    return await new Promise(done => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result);
        reader.readAsDataURL(blob);
    });
}"""


class Cell:
    """One cell of an open notebook."""

    def __init__(self, notebook: Notebook, place: int) -> None:
        self.notebook = notebook
        self.node = notebook.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{place}"]')

    @property
    def prompt(self) -> Locator:
        return self.node.locator(".jp-InputPrompt")

    def click(self) -> None:
        self.node.scroll_into_view_if_needed()
        self.node.locator(".cm-content").click()

    def write(self, source: str) -> None:
        """Selects all that stands in the cell and types over it."""
        self.click()
        self.notebook.page.keyboard.press("Control+a")
        self.notebook.page.keyboard.insert_text(source)

    def image(self) -> str:
        """The bytes of the widget's image, as a URL of data; an image that is not drawn yet is waited for.

        One that is exchanged while it is read cannot be decoded: then the next one is read.
        """
        picture = self.node.locator(".widget-image, img").first
        expect(picture).to_be_visible(timeout=SOON)
        deadline = time.monotonic() + SOON / 1000
        while not (image := picture.evaluate(READ_IMAGE)):
            assert time.monotonic() < deadline, "no picture can be decoded"
        return str(image)

    def new_image(self, old: str) -> str:
        """Waits until the image is another one than `old`."""
        deadline = time.monotonic() + SOON / 1000
        while (image := self.image()) == old:
            assert time.monotonic() < deadline, "the picture did not change"
            self.notebook.page.wait_for_timeout(50)
        return image

    def run(self) -> None:
        """Ctrl + Enter, until this run has its number."""
        self.click()
        before = self.prompt.text_content()
        self.notebook.page.keyboard.press("Control+Enter")
        expect(self.prompt).not_to_have_text(before or "", timeout=SOON)
        expect(self.prompt).not_to_have_text(RUNNING_OR_NEW, timeout=SOON)
        self.notebook.idle()
