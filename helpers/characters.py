"""Which characters count as Chinese for BERT."""

from __future__ import annotations

# The blocks of CJK ideographs that the library's normalizer looks for. Google's script begins the last but two at
# 2B820; the library has 2B920, so that 256 rare characters of extension E count as letters.
BLOCKS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def is_chinese(character: str) -> bool:
    """Whether a character is a Chinese one, as 中; Japanese kana, Korean syllables and 。 are not."""
    return any(first <= ord(character) <= last for first, last in BLOCKS)
