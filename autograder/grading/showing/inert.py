"""Says whether a piece of HTML can do nothing but be read.

A parser that agrees with every browser about broken markup is hard to have. So this one reads no broken markup:
whatever is not plain text, or a tag in one narrow spelling with attributes on the list, properly nested, is not inert.
"""

from __future__ import annotations

import re
from html import unescape

PIECE = re.compile(
    r"[^<]+"
    r"|<input class=\"task-list-item-checkbox\" type=\"checkbox\" disabled(?: checked)?/>"
    r"|<(?P<end>/)?(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[a-z]+=\"[^\"<>]*\")*)\s*/?>",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"<>]*)\"", re.IGNORECASE)

EMPTY = {"br", "hr", "img"}
BARE = (
    "p br hr em strong b i u s del sub sup code pre blockquote ul ol li dl dt dd details summary kbd "
    "table caption thead tbody tfoot tr th td div span h1 h2 h3 h4 h5 h6 a img"
)

LINK = re.compile(
    r"#[^\s\x00-\x1f]*|https?://[^\s\x00-\x1f]+|mailto:[^\s\x00-\x1f]+|(?:\.\./)*\w[\w./-]*\.ipynb(?:#\S*)?"
)
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]+")
WORDS = re.compile(r"[^\x00-\x1f]*")
# nbconvert's own classes and those of Pygments, of at most three letters; none that a page's style sheet gives a place.
MARKUP = re.compile(r"anchor-link|highlight|task-list-item|language-[\w+-]+|[a-z]{1,2}[a-z0-9]?")
NUMBER = re.compile(r"\d{1,4}")
ALIGNED = re.compile(r"text-align:\s*(?:left|right|center);?")

EVERYWHERE = {"title": WORDS}
ATTRIBUTES = {
    "a": {"href": LINK, "class": MARKUP},
    "img": {"src": PICTURE, "alt": WORDS},
    "td": {"style": ALIGNED, "align": MARKUP, "colspan": NUMBER, "rowspan": NUMBER},
    "th": {"style": ALIGNED, "align": MARKUP, "colspan": NUMBER, "rowspan": NUMBER},
    "ol": {"start": NUMBER},
    **{name: {"class": MARKUP} for name in ("code", "div", "li", "pre", "span")},
    **{f"h{level}": {"id": WORDS} for level in range(1, 7)},
}
TAGS = {name: {**EVERYWHERE, **ATTRIBUTES.get(name, {})} for name in BARE.split()}


def is_inert(html: str) -> bool:
    """Whether `html` holds no script, no form, nothing that loads, and no mark that ends outside of it."""
    opened: list[str] = []
    position = 0
    while position < len(html):
        piece = PIECE.match(html, position)
        if piece is None or (piece["tag"] and not _allowed(piece, opened)):
            return False
        position = piece.end()
    return not opened


def _allowed(piece: re.Match[str], opened: list[str]) -> bool:
    """Whether a tag is on the list and in its place; keeps the stack of what is open."""
    name = piece["tag"].lower()
    if name not in TAGS:
        return False
    if piece["end"]:
        return not piece["attributes"] and bool(opened) and opened.pop() == name
    if name not in EMPTY:
        opened.append(name)
    return all(_attribute_allowed(name, *pair) for pair in ATTRIBUTE.findall(piece["attributes"]))


def _attribute_allowed(tag: str, name: str, value: str) -> bool:
    rule = TAGS[tag].get(name.lower())
    return rule is not None and rule.fullmatch(unescape(value)) is not None
