"""The helpers of the lesson on hooks: a frame that tidies up, and what is counted and drawn of sentences."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from helpers import hooks, senses


def registering(layer, fired, *names):
    for name in names:
        if name == "typo":
            raise AttributeError(name)
        yield layer.register_forward_hook(lambda *_, name=name: fired.append(name))


def test_hooks_are_there_inside_the_block_and_gone_after_it():
    layer, fired = nn.ReLU(), []
    with hooks.hooked(registering(layer, fired, "one", "two")):
        layer(torch.zeros(1))
    layer(torch.zeros(1))
    assert fired == ["one", "two"]


def test_an_error_in_the_block_and_one_among_the_handles_leave_no_hook():
    layer = nn.ReLU()
    with pytest.raises(ZeroDivisionError), hooks.hooked(registering(layer, [], "one")):
        print(1 / 0)
    with pytest.raises(AttributeError), hooks.hooked(registering(layer, [], "one", "typo")):
        pass
    assert not layer._forward_hooks


class Reader(nn.Module):
    """Looks words up in a table, and nothing else."""

    config = SimpleNamespace(num_hidden_layers=2, num_attention_heads=3)

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.eye(4))

    def forward(self, input_ids, attention_mask):
        return SimpleNamespace(last_hidden_state=self.table[input_ids])


def quiz():
    """One question: the sentence and that of the same meaning share both words, the third one shares one of them."""
    rows = torch.tensor([[0, 1], [1, 0], [0, 2]])
    inputs = {"input_ids": rows, "attention_mask": torch.ones_like(rows)}
    return senses.Quiz(lambda texts, **options: inputs, {"word": ("a b", "b a", "a c")})


def test_the_margin_is_the_difference_of_two_cosines():
    found = quiz()
    assert found.similarities(Reader()).tolist() == [pytest.approx([1.0, 0.5])]
    assert found.margin(Reader()) == pytest.approx(0.5)


def test_what_is_hidden_counts_nothing_in_a_sentences_mean():
    found = quiz()
    found.inputs["attention_mask"] = torch.tensor([[1, 1], [1, 1], [1, 0]])
    assert found.similarities(Reader())[0, 1].item() == pytest.approx(0.5**0.5)


def test_one_can_go_back_from_the_margin_that_has_a_graph():
    reader = Reader()
    quiz().margin_with_graph(reader).backward()
    assert reader.table.grad.any()


def test_the_explorer_switches_off_what_was_chosen():
    asked = []

    @contextmanager
    def ablate(model, heads):
        asked.append(list(heads))
        yield

    picture = senses.without(Reader(), quiz(), ablate)
    figures = [picture("1", "2"), picture("all", "0"), picture("0", "all")]
    assert asked == [[(1, 2)], [(0, 0), (1, 0)], [(0, 0), (0, 1), (0, 2)]]
    assert "heads off: 3" in figures[2].alt_text()


def test_the_map_of_the_heads_shows_thousandths_without_a_minus_before_zero():
    texts = [text.get_text() for text in senses.head_map(torch.tensor([[-0.0001, 0.0124]])).axes[0].texts]
    assert texts == ["0", "12"]
