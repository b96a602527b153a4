"""`relative_shift`: what goes wrong, other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.long_context._relative_shift import by_padding, places, refuse, relative_shift, taken


@mistake(
    relative_shift,
    "Junk is left where the keys have not been read yet: the numbers of the next row, as after padding and cutting "
    "anew. Set to 0 what has a negative distance.",
)
def leaves_junk(by_distance):
    refuse(by_distance)
    return by_padding(by_distance)


@mistake(
    relative_shift,
    "Where the keys have not been read yet stands the score for distance 0, as after clamping the distance. These "
    "places should be 0.",
)
def leaves_distance_zero(by_distance):
    _, keys = refuse(by_distance)
    query, distance = places(by_distance)
    return by_distance[..., query, keys - 1 - distance.clamp(min=0)]


@mistake(
    relative_shift,
    "What is pushed out on the left of a row comes in again on its right, as with `roll`: keys that have not been read "
    "yet get the scores of the farthest. Set them to 0.",
)
def rolls(by_distance):
    queries, _ = refuse(by_distance)
    rows = [row.roll(number - queries + 1, dims=-1) for number, row in enumerate(by_distance.unbind(-2))]
    return torch.stack(rows, dim=-2) if rows else by_distance.clone()


TOO_FAR = (
    "Each row is a step too far to the left: the word itself, at distance 0, gets the score of nobody, and the word "
    "before it that of distance 0. The last row does not move at all. (If you put zeros to the rows and cut them anew, "
    "the zeros belong in front.)"
)


@mistake(relative_shift, TOO_FAR)
def a_step_too_far(by_distance):
    _, keys = refuse(by_distance)
    _, distance = places(by_distance)
    return taken(by_distance, keys - distance, distance - 1)


@mistake(
    relative_shift,
    "Each row is a step too far to the right: the word itself gets the score for distance 1, and so on. In the last "
    "row the last column, distance 0, belongs to the last key.",
)
def a_step_short(by_distance):
    _, keys = refuse(by_distance)
    _, distance = places(by_distance)
    moved = by_distance.roll(1, dims=-1)
    return taken(moved, keys - 1 - distance, distance)


@mistake(
    relative_shift,
    "The distance of a key is counted as if the page stood at the beginning, query − key. With a memory the first "
    "query already has keys − queries lines before it.",
)
def forgets_the_memory(by_distance):
    _, keys = refuse(by_distance)
    query, _ = places(by_distance)
    distance = query - torch.arange(keys, device=by_distance.device)
    return taken(by_distance, keys - 1 - distance, distance)


@mistake(
    relative_shift,
    "The columns are read from near to far. They come from far to near: column 0 is the largest distance, and the last "
    "column is distance 0.",
)
def near_to_far(by_distance):
    refuse(by_distance)
    _, distance = places(by_distance)
    return taken(by_distance, distance, distance)


WRONG_END = (
    "The rows move the wrong way: the first row should move most, and to the left, and the last one not at all. Here "
    "it is the first that stays in its columns."
)


@mistake(relative_shift, WRONG_END)
def the_first_stays(by_distance):
    refuse(by_distance)
    rows = [torch.nn.functional.pad(row[..., at:], (0, at)) for at, row in enumerate(by_distance.unbind(-2))]
    return torch.stack(rows, dim=-2) if rows else by_distance.clone()


@mistake(relative_shift, WRONG_END)
def the_first_stays_and_the_others_roll(by_distance):
    queries, keys = refuse(by_distance)
    rows = [row.roll(-at, dims=-1) for at, row in enumerate(by_distance.unbind(-2))]
    return torch.stack(rows, dim=-2).tril(keys - queries) if rows else by_distance.clone()


@mistake(relative_shift, WRONG_END)
def the_other_way(by_distance):
    _, keys = refuse(by_distance)
    query, distance = places(by_distance)
    return taken(by_distance, torch.arange(keys, device=by_distance.device) + query, distance)


@mistake(
    relative_shift,
    "Nothing is shifted: the unread keys are set to 0, and every other score stays in its column. Row i moves to the "
    "left by queries − 1 − i.",
)
def only_masks(by_distance):
    queries, keys = refuse(by_distance)
    return by_distance.tril(keys - queries)


@mistake(
    relative_shift,
    "Unread keys get −∞. That is for the mask, before the softmax. Here they should be 0, because other scores are "
    "still to be added.",
    keeps=0.9,
)
def minus_infinity(by_distance):
    _, distance = places(by_distance)
    return relative_shift(by_distance).masked_fill(distance < 0, -torch.inf)


MULTIPLIED = (
    "NaN is left where the keys have not been read yet: 0 · ∞ and 0 · NaN are NaN. Fill these places, `masked_fill`, "
    "or take the triangle, instead of multiplying by 0."
)


@mistake(relative_shift, MULTIPLIED, keeps=0.95)
def multiplies_distance_zero(by_distance):
    _, keys = refuse(by_distance)
    query, distance = places(by_distance)
    return by_distance[..., query, keys - 1 - distance.clamp(min=0)] * (distance >= 0).to(by_distance.dtype)


@mistake(relative_shift, MULTIPLIED, keeps=0.95)
def multiplies(by_distance):
    refuse(by_distance)
    _, distance = places(by_distance)
    return by_padding(by_distance) * (distance >= 0).to(by_distance.dtype)


@mistake(
    relative_shift,
    "The triangle that stays is that of a page without a memory: more is set to 0 than the keys that have not been "
    "read. It is `tril(keys - queries)`.",
)
def triangle_of_a_square(by_distance):
    return relative_shift(by_distance).tril()


@mistake(
    relative_shift,
    "The word itself, at distance 0, is set to 0 with the unread keys. A query sees its own word.",
)
def hides_the_word_itself(by_distance):
    queries, keys = refuse(by_distance)
    return relative_shift(by_distance).tril(keys - queries - 1)


@mistake(relative_shift, TOO_FAR)
def pads_the_end(by_distance):
    queries, keys = refuse(by_distance)
    return by_padding(by_distance, at_the_end=True).tril(keys - queries)


@mistake(
    relative_shift,
    "All rows move by the same amount. Each query has its own: the first moves by queries − 1, the last by 0.",
)
def all_alike(by_distance):
    queries, keys = refuse(by_distance)
    return by_distance.roll(1 - queries, dims=-1).tril(keys - queries)


@mistake(
    relative_shift,
    "Several logs or heads are mixed up, or refused: it is right for a single table only. Leave all dimensions before "
    "the last two as they are, `scores[..., rows, columns]`.",
)
def for_one_table(by_distance):
    refuse(by_distance)
    query, distance = places(by_distance)
    return by_distance[query, by_distance.shape[-1] - 1 - distance.clamp(min=0)].masked_fill(distance < 0, 0)


@mistake(
    relative_shift,
    "Fewer keys than queries are not refused. Every query is itself among the keys, so that cannot be.",
    keeps=0.98,
)
def refuses_nothing(by_distance):
    _, distance = places(by_distance)
    return taken(by_distance, by_distance.shape[-1] - 1 - distance, distance)


BEYOND = (
    "It asks for a column beyond the last, which is an IndexError. The last column is keys − 1, for distance 0. Where "
    "a key comes after the query the distance is below 0, and no column belongs to it: clamp it at 0, and fill with 0 "
    "afterwards."
)


@mistake(relative_shift, BEYOND)
def does_not_clamp(by_distance):
    _, keys = refuse(by_distance)
    query, distance = places(by_distance)
    return by_distance[..., query, keys - 1 - distance].masked_fill(distance < 0, 0)


@mistake(relative_shift, BEYOND)
def one_column_too_far(by_distance):
    _, keys = refuse(by_distance)
    query, distance = places(by_distance)
    return by_distance[..., query, keys - distance.clamp(min=0)].masked_fill(distance < 0, 0)


@alternative(relative_shift)
def padded_and_cut(by_distance):
    queries, keys = refuse(by_distance)
    return by_padding(by_distance).tril(keys - queries)


@alternative(relative_shift)
def row_by_row(by_distance):
    queries, keys = by_distance.shape[-2:]
    if queries > keys:
        raise ValueError(f"{queries} queries, {keys} keys")
    result = by_distance.new_zeros(by_distance.shape)
    for row in range(queries):
        result[..., row, : keys - queries + 1 + row] = by_distance[..., row, queries - 1 - row :]
    return result


for sentence, by in {
    "From scores by distance to scores by key: each row slides to the left until its distances fit.": [
        "a page with a memory",
        "a page without a memory",
    ],
    "by_distance: shape (..., query, key).": ["several logs", "logs and heads"],
    "In each row, column c is the score for the distance key − 1 − c: from far to near.": ["a page with a memory"],
    "The queries are the last of the keys.": ["a memory longer than the page", "one line and its memory"],
    "Shape and dtype of `by_distance`.": ["float64 and float16", "whole numbers"],
    "In row i and column j stands the score for the distance from query i back to key j; and 0 where the key comes "
    "after the query, whatever stood there.": [
        "a page with a memory",
        "where nothing has been read yet",
        "infinite scores among those left over",
        "an infinite score for distance 0",
    ],
    "ValueError: there are fewer keys than queries.": ["fewer keys than lines"],
}.items():
    promised(relative_shift, sentence, by=by)
