"""`boxes_for_tokens`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.layoutlm import _boxes_for_tokens_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layoutlm._boxes_for_tokens import FAR, boxes_for_tokens, placed


@mistake(
    boxes_for_tokens,
    "[SEP] lies at 0, 0, 0, 0. It comes at the end of the page, and LayoutLM was trained with 1000, 1000, 1000, 1000.",
)
def sep_at_zero(boxes, word_ids):
    return placed(boxes, word_ids, sep=0)


@mistake(
    boxes_for_tokens,
    "[CLS] lies at 1000, 1000, 1000, 1000. It comes at the beginning of the page: 0, 0, 0, 0.",
)
def cls_at_the_end(boxes, word_ids):
    return placed(boxes, word_ids, cls=FAR)


@mistake(boxes_for_tokens, "[CLS] and [SEP] are exchanged: the first special piece lies at 0, the second at 1000.")
def exchanged(boxes, word_ids):
    return placed(boxes, word_ids, cls=FAR, sep=0)


@mistake(
    boxes_for_tokens,
    "Padding lies at 1000, 1000, 1000, 1000, like [SEP]. Only the second special piece does; what follows is at 0.",
)
def padding_at_the_end(boxes, word_ids):
    return placed(boxes, word_ids, padding=FAR)


@mistake(
    boxes_for_tokens,
    "The last piece of all gets 1000, 1000, 1000, 1000, also where it is padding. [SEP] is the second special piece, "
    "and padding comes after it.",
    keeps=0.6,
)
def the_last_is_sep(boxes, word_ids):
    found = placed(boxes, word_ids, sep=0)
    found[-1] = [FAR] * 4
    return found


@mistake(
    boxes_for_tokens,
    "[SEP] is looked for behind the last word: where the page has no words, or its last piece is another, it is "
    "missed.",
    keeps=0.85,
)
def behind_the_last_word(boxes, word_ids):
    ids, found = list(word_ids), placed(boxes, word_ids, sep=0)
    for place in range(1, len(ids)):
        if ids[place] is None and ids[place - 1] is not None:
            found[place] = [FAR] * 4
    return found


@mistake(boxes_for_tokens, "[SEP] lies at 1023 or 1024, where the table ends. The page ends at 1000.")
def sep_at_the_tables_end(boxes, word_ids):
    return placed(boxes, word_ids, sep=1023)


@mistake(
    boxes_for_tokens,
    "[SEP] has the whole page for a box, 0, 0, 1000, 1000. Its four numbers are 1000 each.",
)
def sep_is_the_page(boxes, word_ids):
    found = placed(boxes, word_ids)
    return [[0, 0, FAR, FAR] if box == [FAR] * 4 else box for box in found]


@mistake(
    boxes_for_tokens,
    "The box of a word is cut up among its pieces. Nobody has seen where a piece begins: each gets the whole box of "
    "the word.",
)
def cut_up(boxes, word_ids):
    ids = list(word_ids)
    found = placed(boxes, ids)
    for place, word in enumerate(ids):
        if word is not None:
            left, top, right, bottom = boxes[word]
            count, before = ids.count(word), ids[:place].count(word)
            step = (right - left) // count
            found[place] = [left + before * step, top, left + (before + 1) * step, bottom]
    return found


@mistake(
    boxes_for_tokens,
    "Only the first piece of a word has its box. The others stand in the same place: −100 is for labels, and a box is "
    "for all.",
)
def only_the_first(boxes, word_ids):
    ids, found = list(word_ids), placed(boxes, word_ids)
    return [
        [0] * 4 if word is not None and place and ids[place - 1] == word else box
        for place, (word, box) in enumerate(zip(ids, found, strict=True))
    ]


@mistake(
    boxes_for_tokens,
    "The boxes are dealt out to the pieces one after the other. `word_ids` says which word a piece belongs to.",
)
def one_after_the_other(boxes, word_ids):
    rest = iter(boxes)
    return placed(boxes, word_ids, word_box=lambda boxes, word: list(next(rest, [0] * 4)))


@mistake(boxes_for_tokens, "Word 0 is treated as if it were a special piece: 0 is false. Ask `word is None`.")
def word_zero_is_none(boxes, word_ids):
    found, special = [], iter((0, FAR))
    for word in word_ids:
        found.append(list(boxes[word]) if word else [next(special, 0)] * 4)
    return found


@mistake(
    boxes_for_tokens,
    "Special pieces are left out, so that there are fewer boxes than pieces. Each piece needs one.",
)
def leaves_out(boxes, word_ids):
    return [list(boxes[word]) for word in word_ids if word is not None]


@mistake(
    boxes_for_tokens,
    "A page without words raises, or one that has lost words to truncation. What has no piece needs no box.",
    keeps=0.85,
)
def wants_all_words(boxes, word_ids):
    if len({word for word in word_ids if word is not None}) != len(boxes) or not boxes:
        raise ValueError("some words have no pieces")
    return placed(boxes, word_ids)


@mistake(
    boxes_for_tokens,
    "Padding has no box: one for [CLS], those of the words, one for [SEP], and that is all. Each piece needs one.",
)
def without_padding(boxes, word_ids):
    inner = [list(boxes[word]) for word in word_ids if word is not None]
    return [[0] * 4, *inner, [FAR] * 4]


@alternative(boxes_for_tokens)
def with_a_counter(boxes, word_ids):
    found, special = [], 0
    for word in word_ids:
        if word is None:
            found.append([1000, 1000, 1000, 1000] if special == 1 else [0, 0, 0, 0])
            special += 1
        else:
            found.append([*boxes[word]])
    return found


@alternative(boxes_for_tokens)
def with_an_index(boxes, word_ids):
    ids = list(word_ids)
    ends = [place for place, word in enumerate(ids) if word is None]
    result = [[0] * 4 if word is None else list(boxes[word]) for word in ids]
    if len(ends) > 1:
        result[ends[1]] = [1000] * 4
    return result


promised(
    boxes_for_tokens,
    "The boxes of a page's words, as boxes of its pieces: each piece has the whole box of its word.",
    by=["several pieces a word", "one piece a word", "two words with one box"],
)
promised(
    boxes_for_tokens,
    "The first special piece, [CLS], has 0, 0, 0, 0; the second, [SEP], has 1000, 1000, 1000, 1000; all further ones "
    "are padding and have 0, 0, 0, 0.",
    by=["padding at the end", "one piece of padding", "a page without words", "the second page, after another one"],
)
promised(boxes_for_tokens, "boxes: for each word four integers from 0 to 1000.", by=["several pieces a word"])
promised(
    boxes_for_tokens,
    "word_ids: for each piece the number of its word, counted from 0; None for special pieces and padding.",
    by=["padding at the end", "several pieces a word"],
)
promised(
    boxes_for_tokens,
    "A word may have no piece at all.",
    by=["a page that was cut off", "words without a piece"],
)
promised(
    boxes_for_tokens,
    "A list of as many boxes as there are pieces; each is a new list of four integers, which no other piece shares.",
    by=["from tuples", "one box is changed afterwards", "the inputs afterwards"],
)
