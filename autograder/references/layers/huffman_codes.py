"""`huffman_codes`: other ways that are right, and what is promised."""

from collections import deque

from autograder.references import alternative, equivalent, promised
from autograder.references.layers import _huffman_codes_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layers._huffman_codes import huffman_codes


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
