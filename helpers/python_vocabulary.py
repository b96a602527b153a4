"""Makes data/tokenization/python: `python -m helpers.python_vocabulary`, some seconds.

A vocabulary trained by the library on the source code of Python's standard library. The library breaks ties
differently each time, so another run gives a few other pieces.
"""

from __future__ import annotations

import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from helpers.corpus import STANDARD
from helpers.trainers import library_trained
from helpers.vocabularies import FOLDER, normalize, split

SIZE = 8000
FEWEST = 30  # times that a character has to occur to have a row


def words_of_code() -> Iterator[str]:
    """The words of the source files, as BERT's tokenizer splits them."""
    root = Path(sysconfig.get_path("stdlib"))
    files = [*root.glob("*.py"), *(file for name in STANDARD for file in (root / name).rglob("*.py"))]
    for file in sorted(files):
        yield from split(normalize(file.read_text(encoding="utf-8")))


def main() -> None:
    """Writes the vocabulary, one entry in a line."""
    counts = Counter(words_of_code())
    common = Counter(letter for word, count in counts.items() for letter in word * min(count, FEWEST))
    kept = Counter({w: n for w, n in counts.items() if all(common[letter] >= FEWEST for letter in w)})
    folder = FOLDER / "python"
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(library_trained(kept, SIZE)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
