"""`train_wordpiece`: with words as strings of pieces, and what most answers are made of."""

import re
from collections import Counter
from itertools import chain, pairwise

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def train_wordpiece(counts, size):
    """Each word is a text with spaces between its pieces; a regular expression finds pairs and joins them."""
    names = list(SPECIAL)
    names += sorted({letter for word in counts for letter in word})
    names += sorted({f"##{letter}" for word in counts for letter in word[1:]})
    texts = {word: " ".join([word[0], *(f"##{letter}" for letter in word[1:])]) for word in counts}
    while len(names) < size:
        frequency = {}
        for word, text in texts.items():
            for pair in re.findall(r"(?<!\S)(?=(\S+ \S+))", text):
                frequency[pair] = frequency.get(pair, 0) + counts[word]
        if not frequency:
            break
        most = max(frequency.values())
        pair = min((tuple(each.split(" ")) for each, count in frequency.items() if count == most))
        names.append(pair[0] + pair[1][2:])
        found = re.compile(rf"(?<!\S){re.escape(' '.join(pair))}(?!\S)")
        texts = {word: found.sub(lambda _: names[-1], text) for word, text in texts.items()}
    return {name: number for number, name in enumerate(names)}


def joined_up(pieces, first, second, name):
    made, at = [], 0
    while at < len(pieces):
        if pieces[at : at + 2] == [first, second]:
            made.append(name)
            at += 2
        else:
            made.append(pieces[at])
            at += 1
    return made


def insides(word):
    return [f"##{letter}" for letter in word[1:]]


def trained(
    counts,
    size,
    special=SPECIAL,
    letters=lambda counts: sorted(set("".join(counts))),
    inside=lambda counts: sorted(set(chain.from_iterable(map(insides, counts)))),
    cut=lambda word: [word[0], *insides(word)],
    weight=lambda word, counts: counts[word],
    best=lambda pairs, single: min(pairs, key=lambda pair: (-pairs[pair], pair)),
    name=lambda first, second: first + second[2:],
    join=joined_up,
    enough=lambda names, size: len(names) >= size,
    least=1,
    first_number=0,
):
    """The frame of most answers; mistakes change one decision."""
    names = [*special, *letters(counts), *inside(counts)]
    cuts = {word: cut(word) for word in counts}
    while not enough(names, size):
        pairs, single = Counter(), Counter()
        for word, pieces in cuts.items():
            single.update({piece: weight(word, counts) * count for piece, count in Counter(pieces).items()})
            for pair in pairwise(pieces):
                pairs[pair] += weight(word, counts)
        if not pairs or max(pairs.values()) < least:
            break
        first, second = best(pairs, single)
        names.append(name(first, second))
        cuts = {word: join(pieces, first, second, names[-1]) for word, pieces in cuts.items()}
    return {name: number + first_number for number, name in enumerate(names)}
