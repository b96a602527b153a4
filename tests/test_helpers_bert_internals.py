"""The helpers of the lesson on BERT: parts to exchange, a comparison, sixteen banks and what is drawn of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel

from helpers import banks
from helpers import bert_internals as pictures
from helpers.bert_compare import FAULTS, differences, first_difference, outputs_by_name
from helpers.bert_parts import LIBRARY, named_for_heads, with_heads
from helpers.heads import LibraryHeads


@pytest.fixture
def config():
    return BertConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
        max_position_embeddings=9, attn_implementation="eager",
    )  # fmt: skip


class Whole(nn.Module):
    """A BERT of parts, as the lesson's answer puts it together."""

    def __init__(self, config, parts=LIBRARY):
        super().__init__()
        self.parts, self.embeddings, self.pooler = parts, parts.embeddings(config), parts.pooler(config)
        layers = [parts.layer(config, parts) for _ in range(config.num_hidden_layers)]
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(layers)})

    def forward(self, input_ids, attention_mask):
        hidden = self.embeddings(input_ids)
        for layer in self.encoder["layer"]:
            hidden, _ = layer(hidden, self.parts.mask(attention_mask, hidden.dtype))
        self.pooler(hidden)
        return hidden


@pytest.fixture
def pair(config):
    """The library's model, the same of parts, and a batch with padding."""
    torch.manual_seed(0)
    theirs = BertModel(config).eval()
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=0.5)
    mine = Whole(config).eval()
    mine.load_state_dict(theirs.state_dict())
    batch = {
        "input_ids": torch.tensor([[1, 5, 6, 2], [1, 7, 2, 0]]),
        "attention_mask": torch.tensor([[1] * 4, [1, 1, 1, 0]]),
    }
    return theirs, mine, batch


def test_a_bert_of_the_librarys_parts_is_the_librarys(pair):
    theirs, mine, batch = pair
    found = differences(mine, theirs, **batch)
    assert {"embeddings", "encoder.layer.1.output", "pooler"} <= found.keys()
    assert max(found.values()) < 1e-6
    assert first_difference(found) is None


def test_comparing_leaves_no_hook_even_after_an_error(pair):
    theirs, _, batch = pair
    outputs_by_name(theirs, **batch)
    with pytest.raises(IndexError):
        outputs_by_name(theirs, torch.tensor([[99]]))
    assert not any(part._forward_hooks for part in theirs.modules())


@pytest.mark.parametrize(
    ("fault", "place"),
    {
        "tanh instead of erf": "encoder.layer.0.intermediate",
        "eps 1e-5 instead of 1e-12": "embeddings.LayerNorm",
        "padding is not hidden": "encoder.layer.0.attention.self",
        "padding and words swapped": "encoder.layer.0.attention.self",
        "no tanh in the pooler": "pooler",
    }.items(),
)
def test_each_fault_begins_where_it_is_built_in(pair, config, fault, place):
    theirs, _, batch = pair
    if fault.startswith("eps"):  # shows only beside small numbers
        for table in theirs.embeddings.children():
            if isinstance(table, nn.Embedding):
                table.weight.data.mul_(0.01)
    faulty = Whole(config, FAULTS[fault](LIBRARY)).eval()
    faulty.load_state_dict(theirs.state_dict())
    first = first_difference(differences(faulty, theirs, **batch), limit=1e-6)
    assert first.startswith(place)


def test_no_fault_is_none(pair, config):
    theirs, _, batch = pair
    same = Whole(config, FAULTS["none"](LIBRARY)).eval()
    same.load_state_dict(theirs.state_dict())
    assert first_difference(differences(same, theirs, **batch)) is None


def test_heads_of_another_lesson_give_what_berts_own_give(pair, config):
    theirs, mine, batch = pair
    other = Whole(config, with_heads(LIBRARY, LibraryHeads)).eval()
    other.load_state_dict(named_for_heads(theirs.state_dict()))
    real = batch["attention_mask"] == 1
    torch.testing.assert_close(other(**batch)[real], mine(**batch)[real])


def test_a_difference_in_shape_is_infinite(config):
    one, other = (nn.Sequential(nn.Linear(3, width)) for width in (4, 5))
    assert differences(one, other, torch.ones(2, 3)) == {"0": float("inf")}


def test_every_sentence_has_its_bank_and_its_word():
    for name, sentence in {**banks.MONEY, **banks.RIVER}.items():
        assert sentence.lower().count("bank") == 1
        assert name in sentence.lower()
    assert len(banks.MONEY) == len(banks.RIVER) == 8


def known():
    """Vectors of two states: in the first all are alike, in the second money and rivers lie at right angles."""
    alike = torch.tensor([[1.0, 1.0, 0.0]]).expand(16, 3)
    apart = torch.tensor([[2.0, 0.0, 0.0]] * 8 + [[0.0, 3.0, 0.0]] * 8)
    return torch.stack([alike, apart])


def test_leaning_is_the_difference_of_two_cosines():
    others = torch.tensor([[[1.0, 0.0, 0.0]], [[5.0, 0.0, 0.0]]])
    assert banks.leaning(others, known()).flatten().tolist() == [0.0, 1.0]
    assert banks.leaning(torch.tensor([[[1.0, 1.0, 0.0]]] * 2), known())[1, 0].abs() < 1e-6


def test_a_sentence_has_no_part_in_the_directions_that_it_is_compared_with():
    vectors = known()
    vectors[1, 0] = torch.tensor([0.0, 0.0, 1.0])  # one of money, unlike all others
    leaning = banks.leaning_of_each(vectors)
    assert leaning[0].abs().max() < 1e-6
    assert leaning[1, 0].abs() < 1e-6
    assert leaning[1, 1:8].min() > 0.9
    assert leaning[1, 8:].max() < -0.9


def test_a_known_sentence_is_left_out_of_its_mean_and_any_other_changes_nothing():
    vectors = known()
    vectors[1, 0] = torch.tensor([0.0, 0.0, 1.0])
    one = vectors[:, :1]
    assert banks.leaning(one, vectors)[1, 0] > 0.1
    assert banks.leaning(one, vectors, but=banks.SENTENCES[0])[1, 0].abs() < 1e-6
    assert torch.equal(banks.leaning(one, vectors, but="A bank of fog."), banks.leaning(one, vectors))


def test_cosines_within_a_kind_leave_out_a_sentence_with_itself():
    vectors = known()[1]
    assert banks.within_and_across(vectors) == (1.0, 0.0)
    vectors[0] = torch.tensor([0.0, 0.0, 1.0])  # alike to itself only: 14 of 112 pairs of one kind are now 0
    assert banks.within_and_across(vectors)[0] == pytest.approx(1 - 14 / 112)


def test_only_different_words_of_different_sentences_are_compared():
    east, north = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 1.0])
    ids, words = torch.tensor([[4, 5], [4, 6], [7, 0]]), torch.tensor([[True, True], [True, True], [True, False]])
    states = torch.stack([torch.stack([east, north]), torch.stack([east, east]), torch.stack([north, east])])
    # 4·6 is 1, 5·4 and 5·6 are 0, against the 7: 0, 1, 0, 0
    assert banks.of_different_words(ids, words, states) == pytest.approx(2 / 7)


def test_neighbours_are_counted_without_oneself():
    vectors = known()
    vectors[1, 0] = torch.tensor([0.1, 2.0, 0.0])  # one of money that lies with the rivers
    assert banks.neighbours_of_like_meaning(vectors)[1] == 15


class Words:
    """A tokenizer that knows words between blanks."""

    def tokenize(self, sentence):
        return sentence.lower().split()


def test_the_explorer_hides_the_word_that_is_asked_for_and_says_what_it_lacks():
    asked = []

    def states(sentences, hidden=""):
        asked.append((len(sentences), hidden))
        return known() if len(sentences) == 16 else torch.ones(2, 1, 3)

    picture = pictures.bank_explorer(Words(), states)
    assert "your sentence" in picture("The bank of mud", "").alt_text()
    assert "without “mud”" in picture("the bank of mud", " mud ").alt_text()
    # the known sentences each time: the model may have been mended in between
    assert sorted(asked) == [(1, ""), (1, ""), (1, "mud"), (16, ""), (16, "")]
    assert "0 times" in picture("the shore", "").axes[0].get_title()
    assert "not a token" in picture("the bank of mud", "river").axes[0].get_title()
    assert "not a token" in picture("the bank of mud", "bank").axes[0].get_title()


def test_every_number_of_a_checkpoint_counts_once(config):
    weights = BertModel(config).state_dict()
    axis = pictures.parameters_by_part(weights).axes[0]
    counted = sum(bar.get_height() for bar in axis.patches) * 1e6
    apart = sum(
        weights[name].numel() for name in weights if "token_type" in name or name.startswith("embeddings.LayerNorm")
    )
    assert round(counted) == sum(value.numel() for value in weights.values()) - apart


def test_the_lineup_shows_who_differs_and_where():
    ids = torch.tensor([[1, 7, 8, 2, 0], [1, 9, 10, 11, 2]])
    axis = pictures.lineup((ids, (ids > 0).long(), torch.zeros_like(ids))).axes[0]
    shown = torch.tensor(axis.images[0].get_array().data)
    assert (shown > 1e-3).any(dim=1).tolist() == [True, True, False, False, False, False]
    assert shown[0, 5:].abs().max() < 1e-6  # the second sentence has no padding


def test_the_faulty_model_is_compared_with_what_was_right_at_first(pair, config):
    theirs, _, batch = pair

    def bert(parts):
        made = Whole(config, parts).eval()
        made.load_state_dict(theirs.state_dict())
        return made

    picture = pictures.fault_explorer(bert, replace(LIBRARY, name="mine"), theirs, batch)
    assert picture("none").axes[0].get_title() == "first difference: nowhere"
    assert picture("no tanh in the pooler").axes[0].get_title() == "first difference: pooler.activation"
