"""`huffman_codes`: what is right, and what answers are made of."""


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
