"""Mistakes of `relative_attention`."""

import math

import torch

from autograder.references.long_context import _relative_attention as parts
from autograder.references.long_context._relative_attention import by_terms, moved, wrong


@wrong(
    "Term (a) plays no part: what a query and a key have to say to each other. It is query · key.",
)
def without_a(*inputs):
    return by_terms(*inputs, terms="bcd")


@wrong(
    "Term (b) plays no part: what this query thinks of a distance. It is query · distance key, moved to its place.",
)
def without_b(*inputs):
    return by_terms(*inputs, terms="acd")


@wrong(
    "Term (c) plays no part: the content bias · key, which says how much a key is worth to anybody.",
)
def without_c(*inputs):
    return by_terms(*inputs, terms="abd")


@wrong(
    "Term (d) plays no part: the position bias · distance key, which says how much a distance is worth to anybody.",
)
def without_d(*inputs):
    return by_terms(*inputs, terms="abc")


@wrong("Neither of the two biases plays a part. They are added to the query before it is compared.")
def without_biases(*inputs):
    return by_terms(*inputs, terms="ab")


@wrong(
    "The distance plays no part at all: this is attention by content alone. Terms (b) and (d) compare with the "
    "distance keys.",
)
def without_distance(*inputs):
    return by_terms(*inputs, terms="ac")


@wrong(
    "The two biases are exchanged: the content bias belongs to the keys, the position bias to the distance keys.",
)
def biases_exchanged(query, key, value, distance_keys, content_bias, position_bias):
    return by_terms(query, key, value, distance_keys, position_bias, content_bias)


@wrong(
    "The content bias is used for both comparisons. The distance keys are compared with query + position bias.",
)
def one_bias_for_both(query, key, value, distance_keys, content_bias, position_bias):
    return by_terms(query, key, value, distance_keys, content_bias, content_bias)


@wrong(
    "Both biases are added to one and the same query, so that each is compared with keys and with distance keys alike. "
    "There are two sums: query + content bias, and query + position bias.",
)
def both_biases_everywhere(query, key, value, distance_keys, content_bias, position_bias):
    both = content_bias + position_bias
    return by_terms(query, key, value, distance_keys, both, both)


@wrong("The scores are not divided by √d.")
def not_scaled(*inputs):
    return by_terms(*inputs, scale=1.0)


@wrong("The scores are divided by d, and not by its root.")
def divided_by_d(*inputs):
    return by_terms(*inputs, scale=inputs[0].shape[-1])


@wrong("Only the scores by content are divided by √d. The division is for the sum of all four terms.")
def content_scaled_only(*inputs):
    return by_terms(*inputs, by_scale=1.0)


@wrong(
    "The scores by distance stay in the columns in which they were computed. Column c belongs to the distance "
    "keys − 1 − c, and each row has to slide to the left until it fits.",
)
def never_shifted(*inputs):
    return by_terms(*inputs, move=lambda scores: scores)


@wrong(
    "The distances are off by one: a key gets the score of its neighbour's distance. The word itself has distance 0, "
    "the last row of the distance keys.",
)
def off_by_one(*inputs):
    return by_terms(*inputs, move=lambda scores: moved(scores, by=1))


@wrong(
    "The distances are off by one: the word itself and the one before it share a distance. With `keys - queries + i - "
    "j`, i and j both from 0, the word itself has 0.",
)
def off_by_one_the_other_way(*inputs):
    return by_terms(*inputs, move=lambda scores: moved(scores, by=-1))


@wrong(
    "The distances run from near to far, as if row 0 of the distance keys were distance 0. They come from far to near: "
    "the last row is distance 0.",
)
def near_to_far(query, key, value, distance_keys, content_bias, position_bias):
    return by_terms(query, key, value, distance_keys.flip(-2), content_bias, position_bias)


@wrong(
    "With a memory the distances are wrong: they are counted as if the page stood at the beginning. Query i has "
    "keys − queries + i lines before it.",
)
def distances_without_the_memory(*inputs):
    memory = inputs[1].shape[-2] - inputs[0].shape[-2]
    return by_terms(*inputs, move=lambda scores: moved(scores, by=-memory))


@wrong(
    "Nothing is hidden: each query also sees the words after it. Put −∞ where the key comes later, before the softmax.",
)
def sees_the_future(*inputs):
    return by_terms(*inputs, weigh=lambda scores, value: scores.softmax(-1) @ value)


@wrong(
    "Of the memory too much is hidden, as with `tril()` on a table that is wider than high: it has to be "
    "`tril(keys - queries)`.",
)
def hides_the_memory(*inputs):
    memory = inputs[1].shape[-2] - inputs[0].shape[-2]
    return by_terms(*inputs, weigh=lambda scores, value: parts.weigh(scores, value, diagonal=1 - memory))


@wrong(
    "A query does not see its own word, so that the first one of a page without a memory sees nothing: NaN. Only later "
    "keys are hidden.",
)
def hides_itself(*inputs):
    return by_terms(*inputs, weigh=lambda scores, value: parts.weigh(scores, value, diagonal=0))


@wrong("Each query also sees the one word after it. Only what has been read may be seen.")
def sees_one_ahead(*inputs):
    return by_terms(*inputs, weigh=lambda scores, value: parts.weigh(scores, value, diagonal=2))


@wrong(
    "Later keys have a score of 0 instead of −∞, as after multiplying by a triangle of zeros and ones: exp(0) is 1, "
    "and they take part.",
)
def hidden_by_zero(*inputs):
    def by_zero(scores, value):
        return scores.masked_fill(parts.hidden(scores), 0.0).softmax(-1) @ value

    return by_terms(*inputs, weigh=by_zero)


@wrong(
    "The future is taken out after the softmax, so the weights of what may be seen do not sum to one any more. Hide it "
    "before.",
)
def hidden_too_late(*inputs):
    def too_late(scores, value):
        return scores.softmax(-1).masked_fill(parts.hidden(scores), 0.0) @ value

    return by_terms(*inputs, weigh=too_late)


@wrong(
    "What is hidden gets a number such as −10,000, and where all that may be seen lies below that, the future wins. "
    "Only −∞ is below everything.",
    keeps=0.8,
)
def hidden_by_a_number(*inputs):
    def by_a_number(scores, value):
        return scores.masked_fill(parts.hidden(scores), -10_000.0).softmax(-1) @ value

    return by_terms(*inputs, weigh=by_a_number)


@wrong("The softmax is taken over the queries, dimension −2. Each query shares out over the keys, −1.")
def over_the_queries(*inputs):
    def along_queries(scores, value):
        return scores.masked_fill(parts.hidden(scores), -torch.inf).softmax(-2) @ value

    return by_terms(*inputs, weigh=along_queries)


@wrong(
    "The weights come back, or something of their shape. What is asked for is the mean of the values under them: "
    "weights @ value.",
)
def the_weights(*inputs):
    return by_terms(*inputs, weigh=lambda s, value: s.masked_fill(parts.hidden(s), -torch.inf).softmax(-1))


@wrong(
    "Large scores give NaN: exp overflows. `softmax` subtracts the largest score first.",
    keeps=0.9,
)
def softmax_by_hand(*inputs):
    def by_hand(scores, value):
        raised = scores.masked_fill(parts.hidden(scores), -torch.inf).exp()
        return raised / raised.sum(-1, keepdim=True) @ value

    return by_terms(*inputs, weigh=by_hand)


@wrong(
    "The scores are divided by the root of the number of keys, or of lines. It is √d, with d the numbers in a query.",
)
def divided_by_the_keys(*inputs):
    return by_terms(*inputs, scale=math.sqrt(inputs[1].shape[-2]))


@wrong(
    "The past is hidden and the future seen. A key is hidden where its distance is below 0.",
)
def hides_the_past(*inputs):
    def past(scores, value):
        behind = ~parts.hidden(scores, diagonal=0)
        return scores.masked_fill(behind, -torch.inf).softmax(-1) @ value

    return by_terms(*inputs, weigh=past)


@wrong(
    "With a memory the queries are taken for the first of the keys, in the distances and in what is hidden. They are "
    "the last: query i is line keys − queries + i.",
)
def queries_come_first(*inputs):
    memory = inputs[1].shape[-2] - inputs[0].shape[-2]

    def move(scores):
        return moved(scores, by=-memory)

    return by_terms(*inputs, move=move, weigh=lambda scores, value: parts.weigh(scores, value, diagonal=1 - memory))
