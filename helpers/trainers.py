"""Two other ways to a vocabulary: the library's, and the one that many texts describe."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from helpers.vocabularies import SPECIAL, merged


def library_trained(counts: Mapping[str, int], size: int) -> list[str]:
    """The entries that `tokenizers` makes of words that occur so often, in the order of their numbers.

    Which of two equally frequent pairs it takes is not specified, and may be another one in each process.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=list(SPECIAL), show_progress=False)
    tokenizer.train_from_iterator((" ".join([word] * count) for word, count in counts.items()), trainer)
    numbers = tokenizer.get_vocab()
    return sorted(numbers, key=numbers.__getitem__)


def likelihood_trained(counts: Mapping[str, int], size: int) -> list[str]:
    """As courses tell it: the pair whose frequency, over the product of its parts' frequencies, is highest."""
    cuts = {word: [word[0], *(f"##{letter}" for letter in word[1:])] for word in counts}
    letters = {piece for cut in cuts.values() for piece in cut[1:]}
    entries = [*SPECIAL, *sorted(set("".join(counts))), *sorted(letters)]
    while len(entries) < size:
        parts, pairs = _frequencies(cuts, counts)
        if not pairs:
            break
        one, other = min(pairs, key=lambda pair: (-pairs[pair] / (parts[pair[0]] * parts[pair[1]]), pair))
        entries.append(one + other.removeprefix("##"))
        cuts = {word: merged(cut, one, other) for word, cut in cuts.items()}
    return entries


def _frequencies(
    cuts: Mapping[str, list[str]], counts: Mapping[str, int]
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often each piece occurs, and each pair of neighbours."""
    parts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for word, cut in cuts.items():
        for piece in cut:
            parts[piece] += counts[word]
        for pair in itertools.pairwise(cut):
            pairs[pair] += counts[word]
    return parts, pairs
