"""The helpers of lesson 13: the log of a lighthouse and its readers, letters in windows, the lamp."""

from __future__ import annotations

import torch
from torch import nn

from helpers import lamp, windows
from helpers import long_context as lighthouse


def attend(query, key, value, far, content, position):
    """Causal attention that also likes what is near: enough to tell readers apart."""
    queries, keys = query.shape[-2], key.shape[-2]
    later = torch.ones(queries, keys, dtype=torch.bool).triu(keys - queries + 1)
    scores = (query + content) @ key.mT + ((query + position) @ far.mT)[..., -keys:]
    return scores.masked_fill(later, -torch.inf).softmax(-1) @ value


def remember(memory, hidden, length):
    seen = hidden if memory is None else torch.cat([memory, hidden], dim=-2)
    return seen[..., max(0, seen.shape[-2] - length) :, :].detach()


def test_a_watch_begins_with_the_keeper_that_has_it():
    log, again = lighthouse.logs(20, 60, seed=5), lighthouse.logs(20, 60, seed=5)
    assert all(torch.equal(*pair) for pair in zip(log, again, strict=True))
    lines = torch.arange(60)
    for row in range(20):
        start = lines - log.ago[row]
        assert torch.equal(log.words[row][start], log.keeper[row])
    assert bool(((log.words < len(lighthouse.KEEPERS)) == (log.ago == 0)).all())


def test_distances_run_from_far_to_near():
    table = lighthouse.from_far_to_near(5, 6, torch.ones((), dtype=torch.float64))
    assert table.shape == (5, 6)
    assert table.dtype == torch.float64
    torch.testing.assert_close(table[-1], torch.tensor([0.0, 1.0] * 3, dtype=torch.float64))
    torch.testing.assert_close(table[0, 0], torch.tensor(4.0, dtype=torch.float64).sin())


def test_a_reader_without_memory_sees_its_page_alone():
    torch.manual_seed(0)
    found = lighthouse.reached(lighthouse.Reader(2), lines=2 * lighthouse.PAGE + 3)
    assert found == [False] * 16 + [True] * 3


def test_the_reach_is_layers_times_memory():
    for layers, memory in ((1, 8), (2, 8), (1, 16), (2, 16)):
        torch.manual_seed(0)
        reader = lighthouse.Reader(layers, memory, attend, remember)
        assert sum(lighthouse.reached(reader, lines=5 * lighthouse.PAGE + 4)) == min(44, layers * memory + 4)


def test_the_picture_of_the_reach_says_how_far():
    figure = lighthouse.reach(2, 8, 5, attend, remember)
    assert "20 lines back" in figure.axes[0].get_title()
    assert "4 lines back" in lighthouse.reach(3, 0, 5, attend, remember).axes[0].get_title()


def test_a_graph_that_is_not_cut_grows():
    kept = lighthouse.graph_sizes(lambda m, h, n: h if m is None else torch.cat([m, h], dim=-2)[:, -n:])
    cut = lighthouse.graph_sizes(remember)
    assert kept == sorted(set(kept))
    assert cut[1:] == [cut[1]] * 5


def test_two_names_are_on_neighbouring_pages_and_the_older_one_is_further_down():
    words = torch.full((1, 16), 9)
    words[0, 5], words[0, 10], keeper = 1, 2, torch.zeros(1, 16, dtype=torch.long)
    ago = torch.tensor([[*range(5), *range(5), *range(6)]])
    log = lighthouse.Log(words, keeper, ago)
    assert lighthouse.two_names(log)[0].nonzero().flatten().tolist() == [10, 11, 12, 13, 14, 15]
    words[0, 5], words[0, 1] = 9, 1  # now it stands higher up than the name on this page
    assert not lighthouse.two_names(log).any()


def test_readers_are_of_one_size():
    plain, other = lighthouse.Reader(2), lighthouse.Reader(2, 8, attend, remember)
    sizes = [sum(weight.numel() for weight in reader.parameters()) for reader in (plain, other)]
    assert 0 <= sizes[0] - sizes[1] < 0.02 * sizes[1]


def test_training_makes_the_same_reader_each_time_and_the_picture_names_its_guesses():
    torch.manual_seed(0)
    one = lighthouse.train(lighthouse.Reader(1), rounds=2)
    torch.manual_seed(0)
    other = lighthouse.train(lighthouse.Reader(1), rounds=2)
    assert all(torch.equal(*pair) for pair in zip(one.parameters(), other.parameters(), strict=True))
    log = lighthouse.logs(3, 40, seed=1)
    texts = [text.get_text() for text in lighthouse.opening(one, log, which=1, lines=24).axes[0].texts]
    assert len(texts) == 3 * 24
    assert 0 <= lighthouse.share_of(one, log, log.ago < 3) <= 100


def test_letters_are_numbers_and_the_rest_is_0():
    text, kinds = windows.letters("test")
    assert 50 < kinds < 130
    assert int(text.max()) < kinds
    assert len(text) > 10 * windows.LONG


def test_a_model_beyond_its_table_takes_the_last_row():
    torch.manual_seed(0)
    model = windows.Letters(places="learned").double().eval()
    with torch.no_grad():
        said = model(torch.ones(1, windows.SHORT + 8, dtype=torch.long))[0]
    # the same letter at the same place looks at the same letters and places as the one before it, in other shares
    assert not torch.allclose(said[0], said[1])
    assert (said[-1] - said[-2]).abs().max() < (said[1] - said[0]).abs().max() / 10


def test_losses_by_place_are_those_of_the_next_letter():
    class Oracle(nn.Module):
        def forward(self, text):
            kinds = windows.letters("test")[1]
            scores = torch.zeros(*text.shape, kinds)
            scores[:, :-1].scatter_(2, text[:, 1:, None], 100.0)  # it knows all but the last
            return scores

    loss = windows.loss_by_place(Oracle())
    assert loss.shape == (windows.LONG,)
    assert float(loss[:-1].max()) < 1e-4
    assert float(loss[-1]) > 1
    assert "33–64" in windows.beyond({"oracle": loss})
    assert windows.slid({"oracle": loss}).axes[0].get_lines()[0].get_label() == "oracle"


def test_the_lamp_is_lit_after_an_odd_number_of_presses():
    shown = lamp.lists(50, 5, torch.Generator().manual_seed(0))
    assert torch.equal(shown.signs.sum(-1), torch.ones(50, lamp.MOST))
    assert torch.equal(shown.signs[..., 0].sum(1).long(), shown.presses)
    assert torch.equal(shown.presses % 2, shown.lit)
    assert torch.equal((shown.signs[..., 2] == 0).sum(1), shown.hours)


def test_the_lamp_is_asked_through_the_adaptive_layer():
    class Twice(nn.Module):
        """Two steps for everybody."""

        def __init__(self, step, width, most):
            super().__init__()
            self.step, self.halt = step, nn.Linear(width, 1)

        def forward(self, state, inputs):
            for number in range(2):
                state = self.step(state, inputs, number)
            return state, torch.full(state.shape[:-1], 2.5)

    torch.manual_seed(0)
    model = lamp.Lamp(Twice)
    assert model.adaptive.halt.bias.item() == lamp.EAGER
    found = lamp.ask(model, count=300)
    assert found.cost.unique().tolist() == [2.5]
    assert lamp.steps(found).axes[0].get_lines()[0].get_ydata()[0] == 2.5


def test_other_functions_leave_the_trained_model_as_it_was():
    torch.manual_seed(0)
    model, text = windows.Letters(), torch.arange(1, 9)[None]
    before = model(text)
    other = model.attend_by(charge=lambda scores: scores - torch.arange(8))
    assert not torch.equal(other(text), before)
    assert torch.equal(model(text), before)
