"""`collate_pages`: what is right, and what goes wrong."""

import torch
from torch.nn.utils.rnn import pad_sequence

from autograder.references import alternative, mistake, promised
from autograder.references.layoutlm import _collate_pages_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layoutlm._collate_pages import changed, collate_pages, lengths


@mistake(
    collate_pages,
    "Padding has the label 0, which means O. Then it counts in the loss, and the model learns from thousands of places "
    "that O is right. The label that does not count is −100.",
)
def labels_padded_with_zero(pages, padding=0):
    return changed(
        "labels", lambda found, pages, padding: found["labels"].masked_fill(found["attention_mask"] == 0, 0)
    )(pages, padding)


@mistake(
    collate_pages,
    "Padding has a label that is neither −100 nor one of the classes, as −1. Only −100 is left out by the loss.",
)
def labels_padded_with_minus_one(pages, padding=0):
    return changed(
        "labels", lambda found, pages, padding: found["labels"].masked_fill(found["attention_mask"] == 0, -1)
    )(pages, padding)


@mistake(
    collate_pages,
    "Padding has the padding's own number for a label. The label that does not count is −100.",
    keeps=0.6,
)
def labels_padded_like_pieces(pages, padding=0):
    return changed(
        "labels",
        lambda found, pages, padding: found["labels"].masked_fill(found["attention_mask"] == 0, padding),
    )(pages, padding or 1)


@mistake(
    collate_pages,
    "The attention mask is 1 everywhere, so that words look at padding. It is 0 where a page has ended.",
)
def mask_of_ones(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: torch.ones_like(found["input_ids"]))(pages, padding)


@mistake(
    collate_pages,
    "The attention mask is the wrong way round: 1 keeps, 0 hides.",
)
def mask_turned_round(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: 1 - found["attention_mask"])(pages, padding)


@mistake(
    collate_pages,
    "The attention mask follows the pieces' numbers: a real piece is hidden because it has the padding's number, or "
    "padding is seen because it has another one. How long the page is, says what is real.",
    keeps=0.85,
)
def mask_by_the_pieces(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: (found["input_ids"] != padding).long())(
        pages, padding
    )


@mistake(
    collate_pages,
    "A piece without a label is hidden. The later pieces of a word, [CLS] and [SEP] are real, although they have −100.",
)
def mask_by_the_labels(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: (found["labels"] != -100).long())(pages, padding)


@mistake(
    collate_pages,
    "A piece that lies at 0, 0, 0, 0 is hidden. So does [CLS], and it is real.",
    keeps=0.85,
)
def mask_by_the_boxes(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: found["bbox"].any(-1).long())(pages, padding)


@mistake(
    collate_pages,
    "The attention mask is boolean or floating point. Tokenizers hand out int64, 1 and 0.",
    keeps=0.7,
)
def mask_of_booleans(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: found["attention_mask"].bool())(pages, padding)


@mistake(
    collate_pages,
    "Padding lies at 1000, 1000, 1000, 1000, where [SEP] lies. It should be at 0, 0, 0, 0.",
    keeps=0.7,
)
def boxes_padded_with_the_end(pages, padding=0):
    return changed(
        "bbox", lambda found, pages, padding: found["bbox"].masked_fill(found["attention_mask"][..., None] == 0, 1000)
    )(pages, padding)


@mistake(
    collate_pages,
    "The boxes of padding have the padding's number, or −100: no page has such a place. They should be 0, 0, 0, 0.",
    keeps=0.7,
)
def boxes_padded_with_the_label(pages, padding=0):
    return changed(
        "bbox", lambda found, pages, padding: found["bbox"].masked_fill(found["attention_mask"][..., None] == 0, -100)
    )(pages, padding)


@mistake(
    collate_pages,
    "The segments are 1 where there is text. All of a page is segment 0.",
    keeps=0.85,
)
def segments_of_ones(pages, padding=0):
    return changed("token_type_ids", lambda found, pages, padding: found["attention_mask"].clone())(pages, padding)


@mistake(collate_pages, "A key is missing: a batch has input_ids, bbox, attention_mask, token_type_ids and labels.")
def without_segments(pages, padding=0):
    found = collate_pages(pages, padding)
    del found["token_type_ids"]
    return found


@mistake(collate_pages, "A key is missing: a batch has input_ids, bbox, attention_mask, token_type_ids and labels.")
def without_a_mask(pages, padding=0):
    found = collate_pages(pages, padding)
    del found["attention_mask"]
    return found


@mistake(
    collate_pages,
    "The pages are cut to the shortest one. They are padded to the longest.",
)
def cut_to_the_shortest(pages, padding=0):
    shortest = min(lengths(pages))
    return {key: value[:, :shortest] for key, value in collate_pages(pages, padding).items()}


@mistake(
    collate_pages,
    "Padding comes in front of the page. It comes after it: the positions of the text should begin with the page.",
)
def padded_in_front(pages, padding=0):
    found = collate_pages(pages, padding)
    longest = max(lengths(pages))
    shifts = [longest - length for length in lengths(pages)]
    return {
        key: torch.stack([row.roll(shift, 0) for row, shift in zip(value, shifts, strict=True)])
        for key, value in found.items()
    }


@mistake(
    collate_pages,
    "Padding is piece 0, whatever was asked for with `padding`.",
    keeps=0.85,
)
def always_piece_zero(pages, padding=0):
    return collate_pages(pages, 0)


@mistake(
    collate_pages,
    "The caller's pages are longer afterwards, as by `page[…] += …` or `append`. Make new lists.",
    keeps=0.9,
)
def lengthens_the_pages(pages, padding=0):
    found = collate_pages(pages, padding)
    longest = max(lengths(pages))
    for page in pages:
        page["labels"].extend([-100] * (longest - len(page["labels"])))
    return found


@mistake(
    collate_pages,
    "The attention mask follows the pieces' numbers: a real piece is hidden because it has the padding's number, or "
    "padding is seen because it has another one. How long the page is, says what is real.",
    keeps=0.85,
)
def mask_by_zero(pages, padding=0):
    return changed("attention_mask", lambda found, pages, padding: found["input_ids"].bool().long())(pages, padding)


@mistake(collate_pages, "The segments are 1, for padding, too. All of a page is segment 0.", keeps=0.85)
def segments_all_one(pages, padding=0):
    return changed("token_type_ids", lambda found, pages, padding: torch.ones_like(found["input_ids"]))(pages, padding)


@alternative(collate_pages)
def with_pad_sequence(pages, padding=0):
    def side_by_side(rows, filling):
        return pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filling)

    ids = side_by_side([page["input_ids"] for page in pages], padding)
    return {
        "input_ids": ids,
        "bbox": side_by_side([page["bbox"] for page in pages], 0),
        "attention_mask": side_by_side([[1] * length for length in lengths(pages)], 0),
        "token_type_ids": ids * 0,
        "labels": side_by_side([page["labels"] for page in pages], -100),
    }


@alternative(collate_pages)
def by_comparing_places(pages, padding=0):
    sizes = torch.tensor(lengths(pages))
    real = torch.arange(int(sizes.max())) < sizes[:, None]
    columns = {"input_ids": padding, "labels": -100, "bbox": [0, 0, 0, 0]}
    batch = {}
    for key, filling in columns.items():
        rows = [[*page[key], *[filling] * (int(sizes.max()) - len(page[key]))] for page in pages]
        batch[key] = torch.tensor(rows)
    return batch | {"attention_mask": real.long(), "token_type_ids": torch.zeros(real.shape, dtype=torch.int64)}


promised(
    collate_pages,
    "Several pages as one batch, each padded on the right to the longest of them.",
    by=["pieces and boxes", "pages of one length", "a single page", "a page of one piece beside a long one"],
)
promised(
    collate_pages,
    "pages: for each page three lists of one length: `input_ids`; `bbox`, four integers for each piece; `labels`.",
    by=["pieces and boxes", "the pages afterwards"],
)
promised(collate_pages, "At least one page.", by=["a single page"])
promised(collate_pages, "padding: the piece that pages are filled up with.", by=["another piece is the padding"])
promised(
    collate_pages,
    "Five int64 tensors, new ones: `input_ids`, `attention_mask` (1 for a page's own pieces, 0 for padding), "
    "`token_type_ids` (all 0) and `labels` (−100 for padding) of shape (pages, longest); `bbox` (0, 0, 0, 0 for "
    "padding) of shape (pages, longest, 4).",
    by=[
        "which keys there are, and their shapes",
        "what is real",
        "a piece that looks like padding",
        "segments",
        "the labels",
        "labels that are all 0",
        "the boxes of padding",
        "one is changed afterwards",
    ],
)
