"""The helpers of lesson 18: the task, the small classifier, the order of a Trainer, pictures, figures."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from accelerate.data_loader import SeedableRandomSampler
from transformers import EarlyStoppingCallback

from autograder.references.finetuning.early_stopping import early_stopping
from helpers import finetuning as pictures
from helpers import libraries as task
from helpers.corpus import docstrings
from helpers.small_classifier import SPECIAL, WORDS, SmallClassifier, small_tokenizer


def test_a_few_texts_of_each_library_always_the_same_and_none_on_both_sides():
    train, test = task.few("train", 7), task.few("test", 7)
    assert set(Counter(each.library for each in train).values()) == {7}
    assert [each.library for each in train] == sorted(each.library for each in train)
    assert {each.module for each in train}.isdisjoint(each.module for each in test)
    assert train == task.few("train", 7) != task.few("train", 7, seed=1)
    assert set(task.few("train", 10_000)) == set(docstrings("train"))
    assert set(task.libraries()) - {each.library for each in test} == {"pathlib"}


def test_to_draw_them_leaves_the_random_streams_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    task.few("train", 3, seed=5)
    list(task.TrainerOrder(9))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_order_is_that_of_accelerate_in_each_epoch():
    torch.manual_seed(3)
    theirs, mine = SeedableRandomSampler(range(11), data_seed=3), task.TrainerOrder(11, seed=3)
    rounds = [(list(theirs), list(mine)) for _ in range(3)]
    assert all(one == other for one, other in rounds)
    assert rounds[0] != rounds[1]
    assert len(mine) == 11


def test_early_stopping_stops_where_transformers_does():
    chance = torch.Generator().manual_seed(0)
    for patience in (1, 2, 4):
        for _ in range(10):
            values = (torch.rand(12, generator=chance) * 8).round().div(8).tolist()
            coming = iter(values)
            mine = early_stopping(torch.nn.Linear(1, 1), lambda _: None, lambda _, c=coming: next(c), 12, patience)
            assert mine[1] == task.stops_after(EarlyStoppingCallback(patience), values)


def test_a_small_classifier_gives_what_transformers_models_give():
    model, tokenizer = SmallClassifier(dropout=0.5).eval(), small_tokenizer()
    batch = tokenizer(["wait until", "return"], padding=True, return_tensors="pt")
    plain, labelled = model(**batch), model(**batch, labels=torch.tensor([0, 2]))
    assert list(plain) == ["logits"]
    assert labelled.loss is labelled["loss"] is labelled[0]
    torch.testing.assert_close(labelled.loss, torch.nn.functional.cross_entropy(plain.logits, torch.tensor([0, 2])))
    alone = model(**tokenizer(["return"], return_tensors="pt")).logits
    torch.testing.assert_close(alone[0], plain.logits[1])  # padding is not read
    assert model.calls[0] == ("evaluating", "with")
    with pytest.raises(AttributeError, match="it has logits"):
        _ = plain.loss
    with pytest.raises(ValueError, match="65 tokens"):
        model(torch.zeros(1, 65, dtype=torch.int64))


def test_a_small_tokenizer_knows_its_words_and_puts_the_special_tokens_around_them():
    tokenizer = small_tokenizer(longest=5, side="left")
    ids = tokenizer("wait for the lock is free", truncation=True)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == ["[CLS]", "wait", "[UNK]", "the", "[SEP]"]
    assert tokenizer.convert_ids_to_tokens(range(len(SPECIAL) + len(WORDS))) == [*SPECIAL, *WORDS]
    rows = tokenizer(["wait", "wait until the"], padding=True)["input_ids"]
    assert rows[0][:2] == [tokenizer.pad_token_id] * 2


def test_frozen_features_do_not_depend_on_what_stands_beside_a_text():
    texts = ["Return a copy.", "Wait until all tasks are done, then close the loop.", "Plot a line."]
    at_once, alone = task.frozen_features(texts), task.frozen_features(texts[:1])
    assert at_once.shape == (3, 384)
    torch.testing.assert_close(at_once[:1], alone, rtol=1e-4, atol=1e-4)
    assert torch.equal(task.frozen_features(texts), at_once)


def test_a_new_head_is_drawn_from_the_common_stream_and_the_body_is_not():
    heads, bodies = [], []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        model = task.new_classifier(num_labels=3)
        heads.append(model.classifier.weight)
        bodies.append(model.bert.embeddings.word_embeddings.weight)
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])
    assert torch.equal(bodies[0], bodies[2])


def test_both_simple_readers_learn_what_can_be_learned():
    texts, names = ["red apple", "red cherry", "blue sea", "blue sky"], ["fruit", "fruit", "water", "water"]
    assert task.linear_reader(texts, names)(["a red thing", "something blue"]) == ["fruit", "water"]
    vectors = torch.tensor([[2.0, 0.0], [3.0, 1.0], [0.0, 2.0], [1.0, 3.0]])
    assert task.frozen_reader(vectors, names)(torch.tensor([[9.0, 0.0], [0.0, 9.0]])) == ["fruit", "water"]


def test_a_file_that_datasets_reads_is_in_its_cache_the_second_time(capsys):
    pytest.importorskip("datasets")
    from datasets import load_dataset

    def prepare(path: str, folder: str) -> object:
        rows = load_dataset("csv", data_files=path, cache_dir=folder, split="train")
        return rows.map(lambda row: {"input_ids": [len(row["text"])]})

    task.try_datasets(prepare, task.few("train", 1))
    said = capsys.readouterr().out
    assert "13 rows with text, library, input_ids" in said
    before, after = (part.split()[0] for part in said.splitlines()[1].split(", and "))
    assert before == after != "0"


def test_without_datasets_one_sentence_says_so(capsys, monkeypatch):
    monkeypatch.setattr(task, "find_spec", lambda name: None)
    task.try_datasets(lambda *_: pytest.fail("it is not there"), [])
    assert "not installed" in capsys.readouterr().out


def test_the_figures_hold_four_curves_over_the_same_texts():
    told = task.figures()
    assert told["texts to test with"] > 500
    counts = [list(curve) for curve in told["accuracy"].values()]
    assert len(counts) == 4
    assert all(each == counts[0] for each in counts)
    assert [int(count) for count in counts[0]] == sorted({int(count) for count in counts[0]})
    assert all(0 < share < 1 for curve in told["accuracy"].values() for share in curve.values())
    assert all(curve[counts[0][0]] < curve[counts[0][-1]] for curve in told["accuracy"].values())


def test_the_pictures_say_what_they_show():
    told = pictures.said("Wait here.", [("asyncio", 0.75), ("http", 0.25)]).alt_text()
    assert all(part in told for part in ("“Wait here.”", "sounds like asyncio", "asyncio 0.75"))
    assert "question answering" in pictures.heads().alt_text()
    labels, predicted = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1])
    counted = torch.tensor([[1, 1], [0, 1]])
    explorer = pictures.confusions(lambda *_: counted, predicted, labels, ["one", "two", "three"], ["a", "b"])
    assert "a, taken for b: 1" in explorer("a", "b").alt_text()
    assert "two" in explorer("a", "b").alt_text()
    assert "b, taken for a: 0" in explorer("b", "a").alt_text()
    assert (
        "the library 0.433"
        in pictures.lineup((torch.tensor([0, 0, 0, 1, 1]), torch.tensor([0, 0, 1, 1, 2]))).alt_text()
    )
