"""The helpers of lesson 19: what was stored, what is asked, what faiss finds, what probes read, and the pictures."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from torch.nn import functional as F

from autograder.references.representations._linear_probe import linear_probe
from helpers import near, probing
from helpers import representations as pictures
from helpers import representations_vectors as making
from helpers.docstring_questions import QUESTIONS, among_fewer, answers
from helpers.docstring_search import FOLDER, Shelf, encoded, figures, shelf
from helpers.pronouns import Reader, reader


@pytest.fixture(scope="module")
def minilm() -> Reader:
    return reader()


def test_what_is_stored_is_small_and_what_its_figures_say():
    docs, told = shelf(), figures()
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 4_000_000
    assert len(docs.names) == len(docs.texts) == len(docs.vectors) == told["texts"]
    assert docs.vectors.shape[1] == told["width"]
    assert len(set(docs.texts)) == len(docs.texts)
    assert told["neighbours that stay in float16"] > 0.99
    torch.testing.assert_close(docs.vectors.norm(dim=1), torch.ones(len(docs.vectors)), atol=1e-3, rtol=0)


def test_the_stored_vectors_are_those_of_the_stored_texts(minilm):
    docs = shelf()
    if not minilm.real:
        pytest.skip("the model is not on this machine")
    some = range(0, len(docs.texts), 400)
    again = encoded(minilm, [docs.texts[place] for place in some], making.mean_of_length_one)
    torch.testing.assert_close(again, docs.vectors[list(some)], atol=1e-3, rtol=0)


def test_texts_are_encoded_in_their_order_whatever_their_length(minilm):
    texts = ["a long text about files and links", "a file", "a text about links", "b"]
    lengths = encoded(minilm, texts, lambda states, mask: mask.sum(dim=1, keepdim=True).float())
    assert lengths[:, 0].tolist() == [len(minilm.tokens(text)) for text in texts]


def test_neighbours_stay_where_nothing_is_lost_and_go_where_all_is():
    vectors = F.normalize(torch.randn(60, 8, generator=torch.Generator().manual_seed(0)), dim=1)
    assert making.agreement(vectors, vectors) == 1.0
    assert making.agreement(vectors, vectors.flip(1) * torch.tensor([1.0, -1.0] * 4)) == 1.0  # only turned
    assert making.agreement(vectors, vectors.roll(1, dims=0)) < 0.5


def test_openings_are_told_apart_and_the_first_name_stays():
    pairs = making.openings()
    texts = [text for _, text in pairs]
    assert len(set(texts)) == len(texts) > 1000


def test_every_question_has_an_answer_and_rows_are_filled_up_with_nobody():
    rows = answers(shelf())
    assert rows.shape[0] == len(QUESTIONS)
    assert (rows[:, 0] >= 0).all()
    for names, row in zip(QUESTIONS.values(), rows.tolist(), strict=True):
        assert [shelf().names[place] for place in row if place >= 0] == list(names)
    with pytest.raises(ValueError, match="index"):
        answers(Shelf(("a.b",), ("A text.",), torch.ones(1, 2)))


def test_a_smaller_corpus_keeps_the_answers_under_their_new_places():
    wanted = torch.tensor([[40, -1], [3, 7]])
    kept, places = among_fewer(wanted, 60, step=25)
    assert kept.tolist() == [3, 7, 32, 40, 57]
    assert places.tolist() == [[3, -1], [0, 1]]


def test_a_real_search_is_much_better_than_chance(minilm):
    if not minilm.real:
        pytest.skip("the model is not on this machine")
    order = (minilm.embed(list(QUESTIONS)) @ shelf().vectors.T).topk(10).indices
    hits = (order[:, :, None] == answers(shelf())[:, None, :]).any(dim=1).any(dim=1)
    assert hits.float().mean() > 0.4
    assert shelf().names[order[0, 0]] == "pathlib.Path.is_symlink"


def test_the_flat_index_is_the_exact_search():
    vectors = F.normalize(torch.randn(300, 16, generator=torch.Generator().manual_seed(1)), dim=1)
    _, places = near.flat_index(vectors).search(vectors[:20].numpy(), 5)
    assert torch.equal(torch.from_numpy(places), (vectors[:20] @ vectors.T).topk(5).indices)


def test_lists_over_given_centres_are_exact_where_all_are_searched_and_count_what_they_compare():
    vectors = F.normalize(torch.randn(300, 16, generator=torch.Generator().manual_seed(2)), dim=1)
    centres = near.cell_centres(vectors, 7)
    torch.testing.assert_close(centres.norm(dim=1), torch.ones(7))
    lists = near.inverted_index(vectors, centres)
    lists.nprobe = 7
    places, compared = near.searched(lists, vectors[:10], 4)
    assert torch.equal(places, (vectors[:10] @ vectors.T).topk(4).indices)
    assert compared == 300
    lists.nprobe = 1
    cell = (vectors @ centres.T).argmax(dim=1)
    places, compared = near.searched(lists, vectors[:1], 400)
    inside = (cell == cell[0]).nonzero()[:, 0]
    assert compared == len(inside)
    assert sorted(place for place in places[0].tolist() if place >= 0) == inside.tolist()


def test_centres_are_better_than_those_they_began_with():
    vectors = F.normalize(torch.randn(500, 8, generator=torch.Generator().manual_seed(3)), dim=1)
    chosen = torch.randperm(500, generator=torch.Generator().manual_seed(0))[:9]
    before, after = ((vectors @ each.T).amax(dim=1).mean() for each in (vectors[chosen], near.cell_centres(vectors, 9)))
    assert after > before + 0.02


def test_a_graph_finds_nearly_all_and_compares_few():
    vectors = F.normalize(torch.randn(2000, 16, generator=torch.Generator().manual_seed(4)), dim=1)
    graph = near.graph_index(vectors)
    graph.hnsw.efSearch = 64
    places, compared = near.searched(graph, vectors[:50], 5)
    exact = (vectors[:50] @ vectors.T).topk(5).indices
    assert (places[:, :, None] == exact[:, None, :]).any(dim=2).float().mean() > 0.9
    assert 64 < compared < 1500


def test_levels_are_those_of_one_text_at_a_time(minilm):
    texts = ["we link them too late", "the link"]
    found = probing.levels(minilm, texts)
    for row, text in enumerate(texts):
        alone = torch.stack([state.mean(dim=0) for state in minilm.hidden(text)])
        torch.testing.assert_close(found[:, row], alone, atol=1e-4, rtol=1e-4)
    at = probing.levels(minilm, texts, [2, 0])
    torch.testing.assert_close(at[:, 0], torch.stack(minilm.hidden(texts[0]))[:, 2], atol=1e-4, rtol=1e-4)


def test_nouns_and_verbs_stand_in_the_same_places(monkeypatch, minilm):
    monkeypatch.setattr(probing, "WORDS", "link test")
    both, names = probing.nouns_and_verbs(minilm)
    assert names == ["link", "test"]
    assert both.levels.shape[:2] == (7, 16)
    assert both.train.tolist() == ([True] * 4 + [False] * 4) * 2
    assert both.labels.tolist() == [probing.NOUN, probing.VERB] * 8
    assert both.groups.tolist() == [0] * 8 + [1] * 8
    level = both.levels[0].unflatten(0, (8, 2))
    torch.testing.assert_close(level[:, 0], level[:, 1])  # the table knows nothing of the sentence
    assert not torch.allclose(both.levels[1, 0], both.levels[1, 1])


def test_exchanged_words_are_two_neighbours_inside():
    words = ["the", "first", "of", "all", "words", "stays", "here"]
    for seed in range(20):
        changed = probing._exchanged(words, random.Random(seed))
        places = [place for place in range(len(words)) if changed[place] != words[place]]
        assert len(places) == 2
        assert places[1] == places[0] + 1
        assert 0 not in places
        assert len(words) - 1 not in places
        assert sorted(changed) == sorted(words)
    same = ["a", "b", "b", "c", "d"]
    assert all(probing._exchanged(same, random.Random(seed)) != same for seed in range(9))


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("torch.nn.modules.linear.Linear.forward", "torch.nn.modules.linear"),
        ("numpy.lib._twodim_base_impl.fliplr", "numpy.lib._twodim_base_impl"),
        ("pathlib.Path", "pathlib"),
    ],
)
def test_modules_are_told_from_names(name, module):
    assert probing._module(name) == module


def test_questions_about_docstrings_share_no_module_between_learning_and_test(monkeypatch, minilm):
    monkeypatch.setattr(probing, "EACH", 6)
    asked = probing.about_docstrings(minilm, shelf())
    for examples in asked.values():
        learned, tested = (set(examples.groups[part].tolist()) for part in (examples.train, ~examples.train))
        assert not learned & tested
        assert examples.levels.shape[1] == len(examples.labels) == len(examples.train)
        assert int(examples.labels.max()) < len(examples.classes)
    assert asked["meaning: which library?"].labels.bincount().tolist() == [6] * 4
    assert asked["syntax: two words exchanged?"].labels.float().mean() == 0.5


def test_a_network_learns_labels_by_heart_and_leaves_the_random_numbers_alone():
    states = torch.randn(60, 20, generator=torch.Generator().manual_seed(5))
    labels = torch.randint(2, (60,), generator=torch.Generator().manual_seed(6))
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    network = probing.network_probe(states, labels, 2)
    assert torch.equal(torch.rand(1), expected)
    assert (network(states).argmax(dim=1) == labels).all()


def test_accuracy_is_that_on_the_test_and_the_scale_that_of_the_training():
    states = torch.tensor([[1.0], [3.0], [100.0], [0.0]])
    train = torch.tensor([True, True, False, False])
    assert probing.scaled(states, train)[:2].mean() == 0
    given = []

    def probe(seen, labels, classes, ridge):
        given.append((seen, labels.tolist(), classes, ridge))
        return torch.tensor([[-1.0, 1.0]]), torch.zeros(2)

    assert probing.accuracy(probe, states, torch.tensor([0, 1, 1, 1]), train, ~train, 7.0) == 0.5
    assert given[0][1:] == ([0, 1], 2, 7.0)
    torch.testing.assert_close(given[0][0].std(), torch.tensor(1.0))


def test_overlap_looks_for_places_of_the_same_query():
    assert near.overlap(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[2, 9], [1, 2]])) == 0.25


def test_the_reference_of_the_probe_is_scikit_learns_ridge():
    drawn = np.random.RandomState(0)
    x, labels = 3 + drawn.standard_normal((30, 6)), drawn.randint(4, size=30)
    model = Ridge(alpha=2.5).fit(x, np.eye(4)[labels])
    weight, bias = linear_probe(torch.tensor(x), torch.tensor(labels), 4, 2.5)
    np.testing.assert_allclose(weight.numpy(), model.coef_.T, atol=1e-9)
    np.testing.assert_allclose(bias.numpy(), model.intercept_, atol=1e-9)


def test_a_flat_map_keeps_as_much_as_it_says():
    vectors = torch.randn(50, 5, generator=torch.Generator().manual_seed(7)) * torch.tensor([9.0, 5.0, 0.1, 0.1, 0.1])
    points, share = pictures.flattened(vectors)
    spread = (vectors - vectors.mean(dim=0)).square().sum()
    assert share == pytest.approx(float(points.square().sum() / spread), rel=1e-4)
    assert share > 0.99
    again, _ = pictures.flattened(vectors.clone())
    assert torch.equal(points, again)


def test_the_pictures_say_what_they_show():
    docs = shelf()
    place = docs.place("pathlib.Path.is_symlink")
    told = pictures.shared_words(docs, [place], {"is", "link", "banana"})
    assert told.alt_text().startswith("2 of 3 pathlib.Path.is_symlink")
    assert [text for text, colour in told.lines[0][1] if colour] == ["is", "link"]
    hits = pictures.hits(docs, torch.tensor([0.81]), torch.tensor([place]), "found")
    assert hits.alt_text() == f"found\n0.81 pathlib.Path.is_symlink {docs.texts[place]}"
    assert "unlink" in pictures.arrows({"asked": (1.0, 2.0), "unlink": (4.0, 1.0)}, "asked", "x", "y").alt_text()
    points = torch.zeros(len(docs.texts), 2)
    drawn = pictures.map_of(docs, points, "asked", torch.ones(2), torch.tensor([place])).alt_text()
    assert all(name in drawn for name in ("pathlib", "asked", "found"))
    heads = pictures.head_maps({"previous": torch.rand(6, 12), "next": torch.rand(6, 12)}).alt_text()
    assert "previous" in heads
    query, corpus = torch.tensor([1.0, 0.0]), torch.tensor([[0.1, 0.0], [3.0, 3.0]])
    assert "takes the inner product" in pictures.lineup((query, corpus)).alt_text()


def test_a_long_text_is_cut_where_a_line_ends():
    assert pictures.shown("short") == "short"
    assert len(pictures.shown("word " * 60)) <= pictures.LETTERS + 2
