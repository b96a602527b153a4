"""The corpus: real docstrings, cleaned, each once, and no module in both parts."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections import Counter

import pytest

from helpers.corpus import LIBRARIES, description, docstrings, words


def test_every_library_has_texts_and_each_text_stands_once():
    texts = Counter(each.text for each in docstrings())
    assert max(texts.values()) == 1
    counts = Counter(each.library for each in docstrings())
    assert set(counts) == set(LIBRARIES)
    assert min(counts.values()) >= 40
    assert len(docstrings()) > 3000


def test_a_name_stands_where_it_is_defined_and_not_where_it_is_exported_again():
    names = {each.name for each in docstrings()}
    assert "torch.nn.modules.linear.Linear" in names
    assert "torch.nn.Linear" not in names
    assert all(each.name.startswith(f"{each.module}.") for each in docstrings())


def test_the_parts_share_no_module_and_make_the_whole():
    train, test = docstrings("train"), docstrings("test")
    assert {each.module for each in train}.isdisjoint(each.module for each in test)
    assert sorted(train + test, key=str) == sorted(docstrings(), key=str)
    assert 0.15 < len(test) / len(docstrings()) <= 0.25
    assert len({each.library for each in test}) >= len(LIBRARIES) - 2


def test_another_split_is_refused():
    with pytest.raises(ValueError, match="validation"):
        docstrings("validation")


def test_a_fresh_process_finds_the_same_and_imports_none_of_the_libraries():
    script = (
        "import sys; from helpers.corpus import docstrings; import zlib;"
        "print(zlib.crc32(repr(docstrings()).encode()), 'torch' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(zlib.crc32(repr(docstrings()).encode())), "False", "False"]


@pytest.mark.parametrize(
    ("docstring", "text"),
    [
        ("Adds.\n\nParameters\n----------\nx : int\n", "Adds."),
        ("Adds :class:`~torch.Tensor` to `x`.\n\nArgs:\n    x: a number\n", "Adds torch.Tensor to x."),
        ("First line\nand second.\n\n>>> f(1)\n2\n", "First line and second."),
        ("Waits for *it*::\n\n.. note:: no\n", "Waits for it:"),
        ("", ""),
    ],
)
def test_a_description_ends_before_lists_and_examples(docstring, text):
    assert description(docstring) == text


def test_words_are_lower_case_and_keep_their_apostrophe():
    assert words("Don't panic: 42 Tensors, 1-D.") == ["don't", "panic", "42", "tensors", "1", "d"]
