"""The helpers of lesson 11: two looks that find the cat, and layers of ours inside a model."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional as F

from helpers import attention as pictures
from helpers import looks, pronouns
from helpers.heads import LibraryHeads

WORDS = ["the", "cat", "slept", "on", "the", "sofa", "because", "it", "was"]


def self_attention(x, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(x @ w_q, x @ w_k, x @ w_v)


class Layer(LibraryHeads):
    """The library's heads, counting how often they are asked."""

    calls = 0

    def forward(self, *inputs):
        self.calls += 1
        return super().forward(*inputs)


@pytest.fixture
def stand_in() -> pronouns.Reader:
    return pronouns.Reader(pronouns._stand_in(), None)


@pytest.mark.parametrize(("ending", "found"), [("tired", "cat"), ("soft", "sofa")])
def test_the_second_look_finds_the_noun_and_the_first_gives_both_the_same(ending, found):
    words = [*WORDS, ending]
    x, (w_q, w_k, w_v) = looks.sentence(words), looks.matrices()
    first = looks.weights_by(self_attention, x, w_q, w_k)[words.index("it")]
    assert first[words.index("cat")] == first[words.index("sofa")]
    assert words[first.argmax()] == ending
    second = looks.weights_by(self_attention, x + self_attention(x, w_q, w_k, w_v), w_q, w_k)[words.index("it")]
    assert words[second.argmax()] == found


def test_the_weights_asked_for_are_those_of_the_formula():
    x, (w_q, w_k, _) = looks.sentence([*WORDS, "tired"]), looks.matrices()
    expected = (x @ w_q @ (x @ w_k).T / 3**0.5).softmax(-1)
    torch.testing.assert_close(looks.weights_by(self_attention, x, w_q, w_k), expected)


def test_the_drawing_of_one_x_writes_each_number_that_is_not_zero():
    x, matrices = looks.sentence([*WORDS, "tired"]), looks.matrices()
    figure = looks.from_one_x(x, *matrices, [*WORDS, "tired"])
    written = sum(len(axis.texts) for axis in figure.axes)
    made = [x, *matrices, *(x @ w for w in matrices)]
    assert written == sum(int(item.count_nonzero()) for item in made)


def test_layers_of_ours_say_what_the_model_said_with_padding_too(stand_in):
    model, layers = pronouns.with_heads_of(stand_in, Layer)
    sentences = ["the cat was tired", "it slept", "the sofa on which the cat slept was soft"]
    theirs, mine = stand_in.embed(sentences), stand_in.embed(sentences, model)
    torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=0)
    assert [layer.calls for layer in layers] == [1] * 6
    torch.testing.assert_close(stand_in.embed(sentences[1:2], model)[0], theirs[1], atol=1e-5, rtol=0)
    with torch.no_grad():
        layers[0].v_proj.weight.zero_()  # they are copies: the model that they came from stays
    torch.testing.assert_close(stand_in.embed(sentences), theirs)


def test_where_the_model_is_missing_one_sentence_says_so(monkeypatch, capsys):
    def missing(name):
        raise pronouns.NotHere(name)

    monkeypatch.setattr(pronouns, "load_model", missing)
    reader = pronouns.reader()
    assert not reader.real
    assert capsys.readouterr().out.strip() == pronouns.MISSING
    tokens = reader.tokens("the cat slept")
    assert reader.weights("the cat slept").shape == (6, 12, len(tokens), len(tokens))
    assert [state.shape for state in reader.hidden("the cat slept")] == [(len(tokens), 384)] * 7


def test_the_share_is_the_right_nouns_and_moves_with_the_ending():
    """A reader that always looks at the second and at the last noun, with a fifth more at the one that is meant."""
    first_ending = {ending: first for _, first, _, ending, _ in pronouns.PAIRS}

    def weights(sentence):
        words = sentence.split()
        row = torch.ones(len(words))
        noun = first_ending.get(words[-1]) if words[-1] in first_ending and first_ending[words[-1]] in words else None
        if noun:
            row[words.index(noun)] = 1.2
        return row.expand(1, 1, len(words), len(words))

    reader = SimpleNamespace(tokens=str.split, weights=weights)
    share, together = pronouns.shares(reader, ["it"])["it"]
    assert share.shape == together.shape == (len(pronouns.PAIRS), 2, 1, 1)
    assert float(share[0, 0]) == pytest.approx(1.2 / 2.2)
    assert float(share[0, 1]) == 0.5
    assert float(together[0, 0]) == pytest.approx(2.2)


def test_both_nouns_and_the_pronoun_stand_in_every_sentence():
    for start, first, second, *endings in pronouns.PAIRS:
        words = start.split()
        assert {first, second, "it", "because", "was"} <= set(words)
        assert words.index(first) < words.index(second) < words.index("it")
        assert len(set(endings)) == 2


def test_the_head_of_the_explorer_likes_the_word_before():
    seen = []

    def weights_of(query, key, mask):
        seen.append((query @ key.T).masked_fill(~mask, -torch.inf).softmax(-1))
        return seen[-1]

    pictures.mask_explorer(weights_of, WORDS)(back=8, ahead=8, padding=0)
    assert seen[0][1:].argmax(-1).tolist() == list(range(len(WORDS) - 1))


def test_a_band_counts_from_the_query():
    mask = pictures.band(5, back=2, ahead=-1, padding=1)
    assert mask.nonzero().tolist() == [[2, 1], [3, 1], [3, 2], [4, 2], [4, 3]]


def test_one_head_cannot_have_both_words_and_two_can():
    figure = pictures.two_looks(Layer, heads=(1, 2))
    one, two = (line.get_ydata() for line in figure.axes[0].lines)
    assert one[-1] > 0.8
    assert two[-1] < 0.1


def test_curves_of_entropy_begin_together_and_part():
    figure = pictures.entropy_by_width(lambda weights: torch.special.entr(weights).sum(-1))
    by_d, by_root, raw = (line.get_ydata() for line in figure.axes[0].lines[:3])
    assert by_d[0] == by_root[0] == raw[0]
    assert raw[-1] < 0.5 < 3 < by_root[-1] < by_d[-1]


def test_the_whole_matrix_grows_with_the_square():
    ways = {"whole": lambda q, k, v: (q @ k.T).softmax(-1) @ v}
    figure = pictures.memory_by_length(ways, [64, 128])
    small, large = figure.axes[0].lines[0].get_ydata()
    assert large == 4 * small
