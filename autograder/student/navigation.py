"""The last line of a notebook: previous · map · next."""

from __future__ import annotations

from collections.abc import Mapping

START = "00_"  # the start page, which has the course map


def navigation(name: str, titles: Mapping[str, str], folder: str = "..") -> str:
    """Links to the lesson before, to the page with the course map, and to the lesson after, where there are such.

    Args:
        titles: of the lessons that there are, by their names and in their order; `name` is one of them.
        folder: where the lessons' folders lie, seen from the notebook.
    """
    names = list(titles)
    at = names.index(name)
    start = next((other for other in names if other.startswith(START) and other != name), None)
    links = {
        **{f"← {titles[other]}": other for other in names[max(at - 1, 0) : at]},
        **({"Course map": start} if start else {}),
        **{f"{titles[other]} →": other for other in names[at + 1 : at + 2]},
    }
    return " · ".join(f"[{text}]({folder}/{target}/{target}.ipynb)" for text, target in links.items())
