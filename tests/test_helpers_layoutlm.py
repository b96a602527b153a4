"""The helpers of lesson 20: receipts from a script, the small model that reads them, the pictures of both."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
import torch

from autograder.engine.catalogue import own_catalogue
from autograder.engine.counterexample import witnessed
from autograder.engine.draw import Draw
from autograder.engine.observe import observe
from autograder.references.layoutlm.align_labels import align_labels
from autograder.references.layoutlm.boxes_for_tokens import boxes_for_tokens
from autograder.references.layoutlm.collate_pages import collate_pages
from autograder.references.layoutlm.entities import entities
from autograder.references.layoutlm.normalize_box import normalize_box
from autograder.references.layoutlm.reading_order import reading_order
from helpers import layoutlm as pictures
from helpers import layoutlm_training as training
from helpers.receipt_paper import LABELS
from helpers.receipts import Receipt, our_receipt, receipts
from helpers.suspects import lineup_of

PAGES = list(receipts(300, seed=4))


def encoded(page: Receipt) -> dict[str, list]:
    found = training.pieces().encode(list(page.words), is_pretokenized=True)
    boxes = [normalize_box(box, page.width, page.height) for box in page.boxes]
    return {
        "input_ids": found.ids,
        "bbox": boxes_for_tokens(boxes, found.word_ids),
        "labels": align_labels(page.labels, found.word_ids),
    }


def words_of(page: Receipt, label: str) -> list[str]:
    return [word for word, number in zip(page.words, page.labels, strict=True) if LABELS[number] == label]


def test_a_seed_gives_the_same_receipts_and_another_seed_others():
    assert list(receipts(20, seed=4)) == PAGES[:20] != list(receipts(20, seed=5))


@pytest.mark.parametrize("page", [*PAGES[:50], our_receipt()], ids=lambda page: page.words[0])
def test_every_box_lies_on_its_page_and_has_a_size(page):
    for left, top, right, bottom in page.boxes:
        assert 0 <= left < right <= page.width
        assert 0 <= top < bottom <= page.height


def test_the_total_is_the_sum_of_the_prices():
    checked = 0
    for page in PAGES:
        (total,), prices = words_of(page, "TOTAL"), words_of(page, "PRICE")
        if all(re.fullmatch(r"\d+[.,]\d\d", word) for word in (total, *prices)):  # else a letter was misread
            cents = [int(re.sub(r"\D", "", word)) for word in (total, *prices)]
            assert cents[0] == sum(cents[1:]), page.words
            checked += 1
    assert checked > len(PAGES) / 2


def test_a_word_alone_does_not_tell_what_it_is():
    labels = defaultdict(set)
    for page in PAGES:
        for word, label in zip(page.words, page.labels, strict=True):
            labels[word].add(LABELS[label])
    assert {"SHOP", "ITEM", "O"} <= labels["Lemon"]
    assert {"SHOP", "ITEM", "O"} <= labels["Paris"]
    assert sum({"PRICE", "TOTAL", "O"} <= found for found in labels.values()) > 20


def test_layouts_differ_in_where_the_total_stands_and_how_large_it_is():
    above, larger, left = [], [], []
    for page in PAGES:
        total = page.boxes[page.labels.index(LABELS.index("TOTAL"))]
        price = page.boxes[page.labels.index(LABELS.index("PRICE"))]
        above.append(total[1] < price[1])
        larger.append(total[3] - total[1] > 1.3 * (price[3] - price[1]))
        left.append(total[2] < page.width / 2)
    assert all(0.1 < sum(each) / len(PAGES) < 0.9 for each in (above, larger, left))


def test_the_words_are_shuffled():
    assert sum(reading_order(page.boxes) == sorted(range(len(page))) for page in PAGES) == 0


def test_12_40_stands_on_our_receipt_three_times_as_three_things():
    page = our_receipt()
    assert sorted(LABELS[n] for word, n in zip(page.words, page.labels, strict=True) if word == "12.40") == [
        "O", "PRICE", "TOTAL",
    ]  # fmt: skip
    order = reading_order(page.boxes)
    assert " ".join(page.words[place] for place in order).startswith("Café Paris 12 Baker Street 75004 Paris Date")


def test_our_receipt_lies_so_that_sorting_by_top_and_left_goes_wrong():
    page = our_receipt()
    by_top = sorted(range(len(page)), key=lambda place: (page.boxes[place][1], page.boxes[place][0]))
    assert by_top != reading_order(page.boxes)


def test_a_receipt_moved_scaled_and_ordered():
    page = our_receipt()
    moved = page.moved(3, (1, 2, 3, 4))
    assert moved.boxes[3] == (1, 2, 3, 4)
    assert moved.boxes[:3] + moved.boxes[4:] == page.boxes[:3] + page.boxes[4:]
    half = page.scaled(0.5, 2)
    assert (half.width, half.height) == (round(page.width * 0.5), page.height * 2)
    turned = page.ordered(range(len(page) - 1, -1, -1))
    assert (turned.words[0], turned.boxes[0], turned.labels[0]) == (page.words[-1], page.boxes[-1], page.labels[-1])


def test_words_become_pieces_that_know_their_word():
    found = training.pieces().encode(["Tomato", "12.40", "Tornado"], is_pretokenized=True)
    assert found.tokens[:5] == ["[CLS]", "Tomato", "12", ".", "40"]
    assert found.word_ids == [None, 0, 1, 1, 1, *[2] * (len(found.tokens) - 6), None]
    unknown = training.vocabulary()["[UNK]"]
    assert unknown not in training.pieces().encode(["Cofé", "T0tol"], is_pretokenized=True).ids  # as a scanner misreads
    assert not any(unknown in training.pieces().encode(list(p.words), is_pretokenized=True).ids for p in PAGES)


def test_a_batch_is_what_the_exercise_asks_for_and_may_be_longer():
    pages = [encoded(page) for page in PAGES[:4]]
    batch, wanted = training.batch_of(pages), collate_pages(pages)
    assert batch.keys() == wanted.keys()
    for key, values in training.batch_of(pages, longest=512).items():
        torch.testing.assert_close(batch[key], wanted[key])
        assert values.shape == (4, 512, 4) if key == "bbox" else (4, 512)
        torch.testing.assert_close(values[:, : batch[key].shape[1]], wanted[key])
        assert values[:, batch[key].shape[1] :].unique().tolist() == [-100 if key == "labels" else 0]


def test_near_places_look_alike_at_the_start():
    table = training.waves(1024, 32)
    near, far = (table[500] - table[500 + step] for step in (3, 60))
    assert near.norm() < far.norm() / 3


def test_embeddings_of_ones_own_take_the_librarys_place_with_its_weights():
    batch = training.batch_of([encoded(page) for page in PAGES[:3]])
    one, other = training.new_model(), training.put_in(training.new_model(), training.Library)
    assert not isinstance(other.layoutlm.embeddings, type(one.layoutlm.embeddings))
    with torch.no_grad():
        torch.testing.assert_close(one(**batch).logits, other(**batch).logits)


def test_making_and_asking_a_model_leaves_torchs_own_stream_alone():
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    training.new_model()
    training.library_embeddings()
    training.change_by_boxes("bert")
    torch.testing.assert_close(torch.rand(2), wanted)


def test_training_is_the_same_twice_and_learns():
    pages = [encoded(page) for page in PAGES]
    runs = []
    for _ in range(2):
        model = training.new_model()
        runs.append((training.train(model, pages, steps=40), training.predictions(model, pages[:5])))
    assert runs[0] == runs[1]
    losses = runs[0][0]
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])


def test_without_boxes_no_box_makes_a_difference():
    pages = [encoded(page) for page in PAGES[:130]]
    elsewhere = [{**page, "bbox": [[7, 8, 9, 10]] * len(page["bbox"])} for page in pages]
    one, other = (training.new_model() for _ in range(2))
    assert training.train(one, pages, steps=2, boxes=False) == training.train(other, elsewhere, steps=2, boxes=False)
    assert training.predictions(one, pages[:3], boxes=False) == training.predictions(one, elsewhere[:3], boxes=False)


def test_a_page_is_read_the_same_alone_and_among_others():
    model, pages = training.new_model().eval(), [encoded(page) for page in PAGES[:9]]
    together = training.predictions(model, pages, size=4)
    assert together == [training.predictions(model, [page])[0] for page in pages]
    assert [len(row) for row in together] == [len(page["input_ids"]) for page in pages]


def test_a_bert_swallows_boxes_and_a_layoutlm_uses_them():
    assert training.change_by_boxes("bert") == (0.0, "BertModel")
    change, name = training.change_by_boxes("layoutlm")
    assert (change > 0, name) == (True, "LayoutLMModel")


def test_the_loss_of_the_first_page_counts_its_own_labels_only():
    model, pages = training.new_model().eval(), [encoded(page) for page in PAGES[:2]]
    alone, beside = (training.loss_of_first(model, training.batch_of(chosen)) for chosen in (pages[:1], pages))
    assert alone == pytest.approx(beside, rel=1e-5)
    assert alone == pytest.approx(model(**training.batch_of(pages[:1])).loss.item(), rel=1e-5)


def test_tags_begin_anew_with_a_label_and_with_a_line():
    boxes = [[10, 0, 20, 9], [30, 0, 40, 9], [10, 20, 20, 29], [50, 20, 60, 29], [70, 20, 80, 29]]
    tags = training.bio(["ITEM", "ITEM", "ITEM", "PRICE", "O"], boxes)
    assert tags == ["B-ITEM", "I-ITEM", "B-ITEM", "B-PRICE", "O"]
    assert [kind for kind, *_ in entities(tags)] == ["ITEM", "ITEM", "PRICE"]


@pytest.mark.parametrize("across", [-9999, 0, 9999])
@pytest.mark.parametrize("down", [-9999, 0, 9999])
def test_a_pushed_word_stays_on_the_page_and_keeps_its_size(across, down):
    page = our_receipt()
    for word, (left, top, right, bottom) in enumerate(page.boxes):
        x0, y0, x1, y1 = pictures.pushed(page, word, across, down)
        assert (x1 - x0, y1 - y0) == (right - left, bottom - top)
        assert 0 <= x0 < x1 <= page.width
        assert 0 <= y0 < y1 <= page.height


def test_the_choice_of_words_names_each_of_them_once():
    page = our_receipt()
    names = pictures.names_of(page)
    assert sorted(place for _, place in names) == list(range(len(page)))
    assert {name for name, _ in names} >= {"12.40 (O)", "12.40 (PRICE)", "12.40 (TOTAL)", "Café (SHOP)"}


def test_pictures_say_what_they_show():
    page = our_receipt()
    both = pictures.side_by_side({"one": (page, page.labels), "other": (page, [0] * len(page))}, marked=[2])
    assert "Legend: SHOP; DATE; ITEM; PRICE; TOTAL" in both.alt_text()
    assert "12.40" in pictures.drawn(page).alt_text()
    assert "read" in pictures.paths({"read": (page, range(len(page)))}).alt_text()
    scans = pictures.scans({"one": page, "half": page.scaled(0.5, 0.5)}, normalize_box)
    assert "thousandths of the width" in scans.alt_text()
    assert "TOTAL 0.5" in pictures.score_bars({"one": {"TOTAL": 0.5}, "other": {"TOTAL": 0.25}}).alt_text()


def test_a_label_colours_its_word():
    page = our_receipt()

    def colours(labels: list[int]) -> int:
        (axis,) = pictures.drawn(page, labels).axes
        return len({patch.get_facecolor() for patch in axis.patches})

    assert colours([0] * len(page)) < colours([LABELS.index("TOTAL")] + [0] * (len(page) - 1)) < colours(page.labels)


def test_the_lineup_shows_in_red_who_reads_otherwise():
    straight = torch.tensor([[10.0, 10, 50, 30], [60, 11, 90, 31], [10.5, 50, 50, 70]])
    titles = {axis.get_title(): axis.title.get_color() for axis in pictures.lineup(straight).axes if axis.get_title()}
    assert len(titles) == 7
    assert titles["the library"] != pictures.RED


@pytest.mark.parametrize("width_and_height", [(100.0, 40.0), (850.0, 40.0)])
def test_boxes_of_widths_and_heights_are_refused_in_a_sentence_by_picture_and_check(width_and_height):
    """Their bottom lies above their middle: a word that belongs to no line, not even its own, opens one for ever."""
    sizes = torch.tensor([[500.0, 100.0, *width_and_height], [50.0, 116.0, 850.0, 40.0], [10.0, 138.0, 80.0, 50.0]])
    for refuses in (pictures.lineup, lineup_of("reading_order_counterexample")["the library"]):
        with pytest.raises(ValueError, match="each box should be left, top, right, bottom, with left < right"):
            refuses(sizes)
    check = own_catalogue().find("reading_order_counterexample")
    told = witnessed(check, observe(check, lambda: (sizes,), Draw(0, check.name, "cpu")))
    assert all("each box should be left, top, right, bottom" in str(item.value) for item in told.observations)
