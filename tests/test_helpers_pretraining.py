"""The helpers of lesson 17: the small BERT and how it was made, what Trainer does, and what the pictures say."""

from __future__ import annotations

import itertools
import math
import random

import pytest
import torch
from safetensors.torch import load_file

from autograder.references.pretraining._mask_tokens import mask_tokens
from autograder.references.pretraining.optimizer_steps import optimizer_steps
from helpers import docstring_bert as bert
from helpers import docstring_bert_training as training
from helpers import pretraining as pictures
from helpers.known_readers import Indifferent
from helpers.library_masks import library_words
from helpers.torch_layers import library_positions
from helpers.trainer_runs import accepts, ran

TEXTS = [
    ["Return the sum of the array.", "It is taken over an axis.", "Nothing is changed."],
    ["Open the file."],
    ["Close the socket.", "Wait for the server."],
]


def test_the_checkpoint_is_small_and_what_its_figures_say():
    size = sum(file.stat().st_size for file in bert.FOLDER.iterdir())
    told, model = bert.figures(), bert.docstring_bert()
    assert size < 8_000_000
    assert sum(value.numel() for value in model.parameters()) == told["parameters"]
    assert not model.training
    losses = [each["loss"] for each in told["history"]]
    assert losses[-1] < told["baselines"]["by frequency"] - 0.5 < losses[0] < told["baselines"]["uniform"] + 0.5
    assert told["baselines"]["uniform"] == math.log(bert.VOCABULARY)
    assert told["held out"]["loss"] == pytest.approx(losses[-1], abs=0.01)


def test_the_weights_fit_and_what_is_tied_is_one():
    model, kept = bert.docstring_bert(), load_file(bert.FOLDER / "model.safetensors")
    missing = set(model.state_dict()) - set(kept)
    assert missing == {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}
    table = model.bert.embeddings.word_embeddings.weight
    assert model.cls.predictions.decoder.weight is table
    assert torch.equal(table, kept["bert.embeddings.word_embeddings.weight"].float())
    assert torch.equal(model.cls.predictions.decoder.bias, kept["cls.predictions.bias"].float())


@pytest.mark.parametrize("wrong", ["missing", "not expected"])
def test_weights_of_another_model_are_refused(monkeypatch, wrong):
    kept, name = load_file(bert.FOLDER / "model.safetensors"), "bert.pooler.dense.bias"
    value = kept.pop(name)
    if wrong == "not expected":
        kept |= {name: value, "bert.pooler.extra": value}
    monkeypatch.setattr(bert, "load_file", lambda file: kept)
    with pytest.raises(RuntimeError, match=r"does not fit the model: .* bert\.pooler\.(dense\.bias|extra)\.$"):
        bert.docstring_bert()


def test_the_last_moment_of_the_figures_is_the_checkpoint():
    told = bert.figures()["moments"]
    assert [each["step"] for each in told] == list(training.MOMENTS)
    for text, said in told[-1]["said"].items():
        found = bert.guesses(bert.docstring_bert(), text)
        assert found[0][0] == said[0][0]
        assert found[0][1] == pytest.approx(said[0][1], abs=0.01)


def test_the_checkpoint_is_as_good_as_told_on_some_of_what_is_held_out():
    exam = training.examination(bert.documents("test")[::12])
    found = training.measured(bert.docstring_bert(), exam)
    assert found["loss"] == pytest.approx(bert.figures()["held out"]["loss"], abs=0.5)
    assert found["loss"] < bert.figures()["baselines"]["by frequency"] - 0.5
    assert found["pairs right"] > 0.55


def test_a_row_is_cut_at_its_longer_part_and_says_which_part_is_which():
    long = "return the array " * 60
    row = bert.row(long, "close the file", label=1)
    batch = bert.padded([row, bert.row("close the file")])
    assert batch.input_ids.shape == (2, bert.CONTEXT)
    assert batch.input_ids[0, 0] == bert.CLS
    assert (batch.input_ids[0] == bert.SEP).sum() == 2
    assert batch.token_type_ids[0].tolist() == [0] * (bert.CONTEXT - 4) + [1] * 4
    assert batch.token_type_ids[1].sum() == 0
    assert batch.attention_mask[1].sum() == 5
    assert batch.next_label.tolist() == [1, bert.IGNORED]
    assert batch.special[1].tolist() == [True, False, False, False] + [True] * (bert.CONTEXT - 4)


def test_pieces_that_go_on_with_a_word():
    cut = bert.pieces().encode("Compute the pseudoinverse, $x$.")
    wanted = [one is not None and one == other for one, other in itertools.pairwise([None, *cut.word_ids])]
    assert bert.continues(torch.tensor(cut.ids)).tolist() == wanted
    assert any(wanted)


def test_a_text_that_is_too_long_still_ends():
    ids = bert.read("return the array " * 60, longest=10)
    assert ids.shape == (10,)
    assert ids[-1] == bert.SEP
    assert bert.read("return the array").tolist()[-1] == bert.SEP


def test_batches_hold_each_row_once_an_epoch():
    rows = [torch.full((length,), length) for length in random.Random(1).choices(range(3, 9), k=20)]
    found = list(itertools.islice(bert.batches(rows, 8, seed=0), 6))
    for epoch in (found[:3], found[3:]):
        seen = sorted(row[row != bert.PAD].tolist() for batch in epoch for row in batch)
        assert seen == sorted(row.tolist() for row in rows)
    assert not all(torch.equal(one, other) for one, other in zip(found[:3], found[3:], strict=True))


def test_pairs_of_the_training_never_come_from_their_own_document():
    chance, labels = random.Random(0), []
    texts = [[f"{letter} {number} ." for number in range(3)] for letter in "abcde"] + [["f alone ."]]
    for place in [*range(6)] * 40:
        row = training.pair(place, texts, chance)
        words = bert.pieces().decode(row.ids[-row.second :]) if row.second else ""
        labels.append(row.label)
        if row.label == 1:
            assert texts[place][0].split()[0] not in words.split()
        if row.label == 0:
            assert texts[place][0].split()[0] in words.split()
    assert labels.count(bert.IGNORED) == 40
    assert 70 < labels.count(0) < 130


def test_places_begin_as_sines():
    model = bert.tiny_bert()
    table = model.embeddings.position_embeddings.weight.detach()
    wanted = library_positions(*table.shape)
    torch.testing.assert_close(table / table.std(), wanted / wanted.std())
    assert table.std() == pytest.approx(model.embeddings.word_embeddings.weight.std().item(), rel=0.2)


def test_a_training_learns_and_tells_of_its_moments(monkeypatch, tmp_path):
    monkeypatch.setattr(training, "STEPS", 30)
    monkeypatch.setattr(training, "MOMENTS", (0, 7, 30))
    monkeypatch.setattr(training, "EVERY", 10)
    exam = training.examination(TEXTS)
    torch.manual_seed(0)
    model = bert.with_places(
        training.BertForPreTraining(
            bert.config(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
        )
    )
    before = training.measured(model, exam)
    told = list(training.trained(model, TEXTS))
    assert [step for step, _ in told] == [7, 10, 20, 30]
    assert training.measured(model, exam)["loss"] < before["loss"] - 0.2


def test_questions_of_the_examination_stay_the_same():
    one, other = training.examination(TEXTS), training.examination(TEXTS)
    assert all(torch.equal(a[1], b[1]) and torch.equal(a[2], b[2]) for a, b in zip(one, other, strict=True))


def test_the_reference_masks_as_often_as_the_library_does():
    ids = torch.full((300, 200), 7)
    special = torch.zeros_like(ids, dtype=torch.bool)
    inputs, labels = training.masking(0).torch_mask_tokens(ids.clone(), special_tokens_mask=special)
    mine, own = mask_tokens(ids, special, bert.MASK, bert.VOCABULARY, torch.Generator().manual_seed(1))
    for one, other in (
        (labels != -100, own != -100),
        (inputs == bert.MASK, mine == bert.MASK),
        (inputs == 7, mine == 7),
    ):
        assert one.float().mean().item() == pytest.approx(other.float().mean().item(), abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "name", "wanted"),
    [
        ({"per_device_train_batch_size": 5}, "train_batches", [5, 5, 5, 5, 4] * 3),
        ({"logging_steps": 2}, "logged", [2, 4, 6, 8]),
        ({"eval_strategy": "steps", "eval_steps": 3}, "evaluated", [3, 6, 9]),
        ({"save_steps": 4}, "files", ["checkpoint-4", "checkpoint-8", "checkpoint-9"]),
        ({"weight_decay": 0.1}, "decays", {0.1: 12, 0.0: 9}),
        ({"do_train": False}, "steps", 9),
        ({"prediction_loss_only": True}, "predictions", None),
        ({"train": False}, "steps", 0),
    ],
)
def test_what_trainer_does_is_written_down(arguments, name, wanted, capfd):
    assert getattr(ran(**arguments), name) == wanted
    assert capfd.readouterr() == ("", "")


def test_gradients_are_clipped_to_one_unless_one_says_zero():
    assert max(ran().norms) == pytest.approx(1.0, abs=1e-3)
    assert ran(max_grad_norm=0).norms[0] > 2
    assert "0.0e+00" in ran(warmup_steps=3).told("rates")


def test_arguments_that_are_gone():
    assert "overwrite_output_dir" in accepts("overwrite_output_dir", True)
    assert "evaluation_strategy" in accepts("evaluation_strategy", "steps")
    assert accepts("eval_strategy", "steps") == "there"


@pytest.mark.parametrize(("batch", "accumulation"), [(5, 2), (8, 1), (30, 5)])
def test_the_reference_counts_steps_as_trainer_does(batch, accumulation):
    found = ran(per_device_train_batch_size=batch, gradient_accumulation_steps=accumulation, num_train_epochs=1.5)
    assert optimizer_steps(24, batch, accumulation, 1.5) == found.steps


def test_the_library_takes_a_comma_for_part_of_the_word():
    warning, shares, words = library_words("Close the file, please.")
    assert warning.startswith("warning: Random token replacement is not supported")
    assert "[MASK]: 100%" in shares
    assert "file ," in words.split(" | ")


def test_an_indifferent_model_says_the_same_everywhere():
    scores = Indifferent(torch.tensor([1.0, 2.0]))(torch.zeros(2, 3, dtype=torch.int64))
    assert scores.shape == (2, 3, 2)
    assert scores[1, 2].tolist() == [1.0, 2.0]


def test_the_pictures_say_what_they_show():
    told = bert.figures()["moments"]
    text = next(iter(told[0]["said"]))
    assert (
        f"{told[-1]['said'][text][0][0]} {told[-1]['said'][text][0][1]:.2f}" in pictures.moments(told, text).alt_text()
    )
    ids = bert.read("close the file")
    page = pictures.covered([(ids.masked_fill(ids == ids[1], bert.MASK), ids.masked_fill(ids != ids[1], -100))])
    assert "[CLS] [MASK] the file [SEP]" in page.alt_text()
    assert pictures.COVERED in page.as_html()
    shares = pictures.unigram([ids, ids], bert.VOCABULARY)
    assert shares.sum().item() == pytest.approx(1.0)
    assert shares.argmax().item() in ids[1:-1].tolist()
