"""Mistakes of `huffman_codes`."""

import math

from autograder.references import mistake
from autograder.references.layers._huffman_codes import huffman_codes, joined, lightest


@mistake(
    huffman_codes,
    "The heavier of the two gets the 0. The code is as short as it can be, but the rule gives the 0 to the lighter "
    "one.",
    keeps=0.6,
)
def heavier_gets_0(counts):
    return joined(counts, order=lightest, bits="10")


@mistake(
    huffman_codes,
    "The codes are read from the word up to the root. They should begin at the root: a new bit goes in front.",
)
def from_the_word(counts):
    return joined(counts, order=lightest, front=False)


@mistake(
    huffman_codes,
    "The heaviest are joined first, so that frequent words get the longest codes. It is the two lightest that are "
    "joined.",
)
def heaviest_first(counts):
    return joined(counts, order=lambda thing: (-thing[0], thing[1]))


@mistake(
    huffman_codes,
    "What was joined does not weigh as much as its parts together, but as much as the heavier one of them.",
)
def weighs_as_the_heavier(counts):
    return joined(counts, order=lightest, weigh=max)


@mistake(
    huffman_codes,
    "All codes are equally long, or nearly: the counts play no part in the shape of the tree.",
)
def equally_long(counts):
    bits = max(1, math.ceil(math.log2(max(1, len(counts))))) if len(counts) > 1 else 0
    return {word: format(place, f"0{bits}b") if bits else "" for place, word in enumerate(counts)}


@mistake(
    huffman_codes,
    "The tree is a row of single words: what was joined is always joined again with the next word. It should go back "
    "among the others, by its weight.",
)
def a_single_row(counts):
    ranked = sorted(counts, key=lambda word: -counts[word])
    codes = {word: "1" * place + "0" for place, word in enumerate(ranked)}
    if ranked:
        codes[ranked[-1]] = codes[ranked[-1]][:-1]
    return {word: codes[word] for word in counts}


@mistake(
    huffman_codes,
    "The words are halved from the top, so that both halves weigh about the same (Shannon and Fano's way). The tree "
    "has to be made from below, from the lightest.",
)
def halved_from_the_top(counts):
    codes = {}

    def split(ranked, code):
        if len(ranked) == 1:
            codes[ranked[0]] = code
            return
        cut = min(range(1, len(ranked)), key=lambda at: abs(weight(ranked[:at]) - weight(ranked[at:])))
        split(ranked[cut:], code + "0")
        split(ranked[:cut], code + "1")

    def weight(some):
        return sum(counts[word] for word in some)

    if counts:
        split(sorted(counts, key=lambda word: -counts[word]), "")
    return {word: codes[word] for word in counts}


@mistake(
    huffman_codes,
    "Among equals, the one that came last is taken first. The words go in the order of the counts, and what was joined "
    "comes behind them.",
    keeps=0.8,
)
def last_among_equals(counts):
    return joined(counts, order=lambda thing: (thing[0], -thing[1]))


@mistake(
    huffman_codes,
    "Among equals, the words are taken in the order of the alphabet, or numbers by size. They should be taken in the "
    "order of the counts, and what was joined behind them.",
    keeps=0.92,
)
def by_the_alphabet(counts):
    places = {word: place for place, word in enumerate(sorted(counts))}
    return joined(counts, order=lambda thing: (thing[0], thing[1] if len(thing[2]) > 1 else places[thing[2][0]]))


@mistake(
    huffman_codes,
    "Among equals, words are compared with words, and with the words of what was joined, so that the alphabet decides. "
    "Who was there first is taken first: the words in the order of the counts, and what was joined behind them.",
    keeps=0.92,
)
def by_all_their_words(counts):
    return joined(counts, order=lambda thing: (thing[0], thing[2]))


@mistake(
    huffman_codes,
    "Among equals, what was joined is taken before words that were there first. It goes behind all that is there when "
    "it is made.",
    keeps=0.8,
)
def keeps_its_place(counts):
    places = {word: place for place, word in enumerate(counts)}
    return joined(counts, order=lambda thing: (thing[0], places[thing[2][0]]))


@mistake(
    huffman_codes,
    "Among equals, what was joined is taken before words that were there first. It goes behind all that is there when "
    "it is made.",
    keeps=0.8,
)
def joined_first(counts):
    return joined(counts, order=lambda thing: (thing[0], -len(thing[2]) > -2, thing[1]))


@mistake(
    huffman_codes,
    "A word that is a tuple is taken apart, as if it were a pair that was joined. Words may be anything that a dict "
    "has as keys.",
    keeps=0.98,
)
def takes_tuples_apart(counts):
    codes = {word: "" if isinstance(word, tuple) else code for word, code in joined(counts, order=lightest).items()}
    return {**codes, **{part: code for word, code in codes.items() if isinstance(word, tuple) for part in word}}


@mistake(
    huffman_codes,
    'A single word gets a bit. With nothing to decide its code is "".',
    keeps=0.95,
)
def a_bit_for_one(counts):
    return {word: code or "0" for word, code in joined(counts, order=lightest).items()}


@mistake(
    huffman_codes,
    "No words are not provided for: this raises. Without words there are no codes, {}.",
    keeps=0.95,
)
def raises_for_none(counts):
    if not counts:
        return [][0]
    return joined(counts, order=lightest)


@mistake(
    huffman_codes,
    "Words that are pairs are taken for inner nodes, and taken apart. A word may be anything that a dict can hold: "
    "mark what you join in another way.",
    keeps=0.99,
)
def pairs_are_nodes(counts):
    things = [(count, place, word) for place, (word, count) in enumerate(counts.items())]
    for place in range(len(things), 2 * len(things) - 1):
        things.sort(key=lightest)
        (light, _, left), (heavy, _, right), *things = things
        things.append((light + heavy, place, (left, right)))
    codes, open_nodes = {}, [(thing[2], "") for thing in things]
    while open_nodes:
        node, code = open_nodes.pop()
        if isinstance(node, tuple):
            open_nodes += [(below, code + bit) for below, bit in zip(node, "01", strict=True)]
        else:
            codes[node] = code
    return codes


@mistake(
    huffman_codes,
    "What is joined gets the name `one + other`, and a word may have it already: 1 + 2 meets 3, “a” + “b” meets “ab”. "
    "Some words cannot be added at all. Number what you join.",
    keeps=0.99,
)
def names_added(counts):
    codes, left = dict.fromkeys(counts, ""), dict(counts)
    below = {word: [word] for word in counts}
    while len(left) > 1:
        one, other = sorted(left, key=left.get)[:2]
        for name, bit in ((one, "0"), (other, "1")):
            codes |= {word: bit + codes[word] for word in below[name]}
        weight, words = left.pop(one) + left.pop(other), below[one] + below[other]
        left[one + other], below[one + other] = weight, words
    return codes
