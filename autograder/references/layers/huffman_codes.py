"""`huffman_codes`: what is right, and what goes wrong."""

import math
from collections import deque

from autograder.references import alternative, equivalent, mistake, promised


def huffman_codes(counts):
    """By the definition: sort, join the first two, put the pair behind its equals."""
    things = [(count, place, {word: ""}) for place, (word, count) in enumerate(counts.items())]
    for place in range(len(things), 2 * len(things) - 1):
        things.sort(key=lambda thing: thing[:2])
        (light, _, left), (heavy, _, right), *things = things
        below = {word: "0" + code for word, code in left.items()} | {word: "1" + code for word, code in right.items()}
        things.append((light + heavy, place, below))
    found = things[0][2] if things else {}
    return {word: found[word] for word in counts}


def joined(counts, *, order, bits="01", front=True, weigh=lambda one, other: one + other):
    """A tree by joining whatever comes first in an order of (weight, place, words)."""
    codes = dict.fromkeys(counts, "")
    things = [(count, place, [word]) for place, (word, count) in enumerate(counts.items())]
    place = len(things)
    while len(things) > 1:
        things.sort(key=order)
        first, second, *things = things
        for bit, (_, _, below) in zip(bits, (first, second), strict=True):
            for word in below:
                codes[word] = bit + codes[word] if front else codes[word] + bit
        things.append((weigh(first[0], second[0]), place, first[2] + second[2]))
        place += 1
    return codes


def lightest(thing):
    return thing[:2]


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


@alternative(huffman_codes)
def by_two_queues(counts):
    if not counts:
        return {}
    waiting = deque(sorted(((count, place, word) for place, (word, count) in enumerate(counts.items())),
                           key=lambda one: one[:2]))  # fmt: skip
    made = deque()

    def lightest_of_both():
        return waiting.popleft() if waiting and (not made or waiting[0][0] <= made[0][0]) else made.popleft()

    while len(waiting) + len(made) > 1:
        left = lightest_of_both()
        right = lightest_of_both()
        made.append((left[0] + right[0], left, right))
    codes, open_nodes = {}, [(lightest_of_both(), "")]
    while open_nodes:
        (_, left, right), code = open_nodes.pop()
        if isinstance(left, int):
            codes[right] = code
        else:
            open_nodes += [(left, code + "0"), (right, code + "1")]
    return {word: codes[word] for word in counts}


@alternative(huffman_codes)
def by_parents(counts):
    weights, parents = list(counts.values()), {}
    free = list(range(len(weights)))
    while len(free) > 1:
        free.sort(key=lambda node: (weights[node], node))
        for bit in "01":
            parents[free.pop(0)] = (len(weights), bit)
        weights.append(sum(weights[node] for node, (parent, _) in parents.items() if parent == len(weights)))
        free.append(len(weights) - 1)
    codes = {}
    for node, word in enumerate(counts):
        code = ""
        while node in parents:
            node, bit = parents[node]
            code = bit + code
        codes[word] = code
    return codes


for sentence, by in {
    'For each word its way down the Huffman tree, as "0" and "1".': [
        "different counts",
        "how long the codes of many are",
    ],
    "For the whole text, no codes of this kind are shorter.": [
        "different counts",
        "how long the codes of many are",
    ],
    "The two lightest are joined again and again.": ["different counts", "counts that hardly differ"],
    "The lighter of them gets the 0.": ["different counts", "two words"],
    "Among equals, who was there first is taken first: words in the order of `counts`, then what was joined, in the "
    "order of joining.": ["equal counts", "a pair that weighs as much as a word"],
    "counts: how often each word comes, 1 or more.": ["equal counts"],
    "The codes, for each word one.": ["different counts"],
    'A single word has the code "", and no words have no codes.': ["a single word", "no word"],
}.items():
    promised(huffman_codes, sentence, by=by)

equivalent(huffman_codes, "number += 1", "number += 2", "the numbers grow all the same, and only their order counts")
