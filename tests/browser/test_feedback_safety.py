"""A submission full of script, opened in a real Chromium as an instructor would: in the feedback and in formgrader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from courses import new_course, run, served
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Page
from submissions import cell_of, hand_in, submission
from toy import DOUBLES

LESSON = DOUBLES
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SET = "window.top.pwned = true"
LINKED = f"javascript:{SET.replace(' ', '')}"
HTML = [
    f"<script>{SET}</script>",
    f"<img src=x onerror='{SET}'>",
    f"<svg onload='{SET}'><script>{SET}</script></svg>",
    f"<iframe srcdoc='<script>{SET}</script>'></iframe>",
    f"<details open ontoggle='{SET}'><summary>x</summary></details>",
    f"<a class='trap' href='{LINKED}'>a link</a>",
    f"<form action='{LINKED}'><button class='trap'>a button</button></form>",
    f"<math><mtext><table><mglyph><style><img src=x onerror='{SET}'></style></table></mtext></math>",
    f"<table><tr><td onmouseover='{SET}' style='position:fixed;inset:0'>a sheet over the page</td></tr></table>",
    f"<b title='\"><script>{SET}</script>'>quoted</b>",
]
MARKDOWN = [
    *HTML,
    f"[a link]({LINKED})",
    f"[a link](java&Tab;{LINKED.removeprefix('java')})",
    f"```mermaid\n<img src=x onerror='{SET}'>\n```",
    f"`<a title=\"`<img src=x onerror='{SET}'>\">",
    "[see my plot](evil.html)",
    "![missing](attachment:nothing.png)",
    f"<!--><img src=x onerror='{SET}'>-->",
    f"</div></div></div></div><div onclick='{SET}'",
]
ANSWER = f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display

for html in {HTML!r}:
    display(HTML(html))
for text in {MARKDOWN!r}:
    display(Markdown(text))
display(Javascript({SET!r}), SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='{SET}'><rect/></svg>"))
display(Latex("$\\\\href{{{LINKED}}}{{x}}$"))
display({{"text/html": "<script>{SET}</script>"}}, raw=True, metadata={{"text/html": {{"isolated": True}}}})
display({{"application/vnd.jupyter.widget-view+json": {{"model_id": "m", "version_major": 2}}}}, raw=True)
display({{"image/png": "\\"><script>{SET}</script>", "text/vnd.mermaid": "<script>{SET}</script>"}}, raw=True)
print("<script>{SET}</script>\\x1b[31m<img src=x onerror='{SET}'>")
kernel = get_ipython().kernel
forged = {{"execution_count": "<img src=x onerror='{SET}'>", "code": ""}}
kernel.session.send(kernel.iopub_socket, "execute_input", forged, parent=kernel.get_parent("shell"))

def double(x):
    display(HTML("waiting"), display_id="card")
    return x ** 2
"""
REPAINT = f"""
from IPython.display import HTML, update_display

update_display(HTML("<script>{SET}</script>✓ double: right · 1 of 1 point"), display_id="card")
raise ValueError("<script>{SET}</script>")
"""


def _hostile() -> NotebookNode:
    notebook = submission(LESSON, double=ANSWER)
    notebook.cells += [new_code_cell(REPAINT), *map(new_markdown_cell, MARKDOWN), *map(new_raw_cell, HTML)]
    attached = new_markdown_cell("![x](attachment:x.png)")
    attached.attachments = {"x.png": {f"text/html\" onerror='{SET}' x=\"": "AAAA"}}
    tagged = new_code_cell("1", metadata={"tags": [f"'\"><script>{SET}</script>"]})
    notebook.cells += [attached, tagged]
    cell_of(notebook, "exercise-double").metadata["tags"] = [f'"><script>{SET}</script>']
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"m": {}}}}
    notebook.metadata["title"] = f"</title><script>{SET}</script>"
    notebook.metadata["language_info"] = {"name": f'"><script>{SET}</script>'}
    return notebook


def _graded(folder: Path) -> Path:
    course = new_course(folder, LESSON)
    file = hand_in(_hostile(), course, "mal", LESSON)
    file.with_name("evil.html").write_text(f"<script>{SET}</script>")
    file.with_name("evil.SVG").write_text(f"<svg xmlns='http://www.w3.org/2000/svg' onload='{SET}'/>")
    shutil.copy(file, file.with_name("notes.txt"))
    for command in ("autograde", "generate_feedback"):
        done = run(course, "nbgrader", command, LESSON)
        assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _graded(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def formgrader(course: Path) -> Iterator[str]:
    """The address of the submission's page."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        identity = gradebook.find_submission_notebook(LESSON, LESSON, "mal").id
    with served(course) as address:
        yield f"{address}/formgrader/submissions/{identity}/?token=token"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def _feedback(course: Path) -> Path:
    return course / "feedback" / "mal" / LESSON / f"{LESSON}.html"


def _ran(page: Page) -> bool:
    """Whether anything of the submission ran, after the page was read, pointed at and clicked through."""
    for trap in page.locator(".trap, a:has-text('a link')").all():
        trap.dispatch_event("click")
    page.mouse.wheel(0, 20_000)
    for spot in (100, 400, 800):
        page.mouse.move(600, spot)
    return bool(page.evaluate("window.pwned === true"))


def _leftovers(page: Page, scope: str) -> list[str]:
    """Handlers, frames and links that could run something on another day."""
    found: list[str] = page.eval_on_selector_all(
        f"{scope} *",
        """elements => elements.filter(e =>
            ["SCRIPT", "IFRAME", "OBJECT", "EMBED", "FORM", "SVG"].includes(e.tagName.toUpperCase())
            || [...e.attributes].some(a => a.name.startsWith("on") || /^\\s*java\\s*script:/i.test(a.value))
        ).map(e => e.outerHTML.slice(0, 200))""",
    )
    return found


@pytest.mark.parametrize("attack", [HTML[0], HTML[1], HTML[2], HTML[4], HTML[5], MARKDOWN[10], *MARKDOWN[12:14]])
def test_the_attacks_are_real(attack, tmp_path, page):
    """What the page does where nothing is cleaned: else the tests below would show nothing."""
    notebook = nbformat.v4.new_notebook(cells=[new_markdown_cell(attack)])
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    (tmp_path / "open.html").write_text(html)
    page.goto((tmp_path / "open.html").as_uri())
    assert _ran(page)


def test_nothing_of_a_submission_runs_in_the_feedback(course, page):
    page.goto(_feedback(course).as_uri())
    assert not _ran(page)
    assert _leftovers(page, "#notebook") == []


def test_nothing_of_a_submission_runs_in_formgrader(formgrader, page):
    page.goto(formgrader)
    page.locator(".verdict").wait_for()
    assert not _ran(page)
    assert _leftovers(page, "#notebook") == []


def test_the_card_is_ours_and_not_what_a_later_cell_painted(course, page):
    page.goto(_feedback(course).as_uri())
    assert page.locator(".verdict").count() == 1
    assert page.locator(".verdict").inner_text().startswith("✗ double: not right yet")
    assert "squared" in page.locator(".verdict strong").first.inner_text()


def test_formgrader_shows_the_card_and_lets_grade(formgrader, page):
    page.goto(formgrader)
    assert "not right yet" in page.locator(".verdict").inner_text()
    page.locator("#exercise-double-comment").fill("Look at x ** 2.")
    assert page.locator("input.score#check-double").is_visible()


def test_the_feedback_shows_without_a_network(course, page):
    page.context.set_offline(True)
    page.goto(_feedback(course).as_uri())
    assert page.locator(".verdict").is_visible()


def test_what_was_written_is_shown_as_text(course, page):
    page.goto(_feedback(course).as_uri())
    text = page.locator("#notebook").first.inner_text()
    assert f"<script>{SET}</script>" in text
    assert f"[a link]({LINKED})" in text
    assert "ValueError" in text


def test_pages_and_drawings_beside_the_notebook_are_not_passed_on(course):
    names = {file.name for step in ("autograded", "feedback") for file in (course / step / "mal" / LESSON).iterdir()}
    assert "notes.txt" in names
    assert not names & {"evil.html", "evil.SVG"}


def test_the_autograded_notebook_is_a_valid_one(course):
    notebook = nbformat.read(course / "autograded" / "mal" / LESSON / f"{LESSON}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
