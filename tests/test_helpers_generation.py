"""The helpers of lesson 14: the model of docstrings and how it was made, models whose answers one knows, counts."""

from __future__ import annotations

import itertools
import math
import random

import pytest
import torch

from autograder.references.generation._beam_search import beam_search
from helpers import docstring_training as training
from helpers import generation as pictures
from helpers.corpus import Docstring, docstrings
from helpers.decoding import outcome, small_bert, small_gpt
from helpers.docstring_model import (
    ARROW,
    END,
    FOLDER,
    CausalModel,
    docstring_model,
    examples,
    figures,
    pieces,
    prompt,
    text_of,
    words_of,
)
from helpers.generation import Watched
from helpers.known_models import Chain, Counting


def small() -> CausalModel:
    torch.manual_seed(0)
    return CausalModel(vocabulary=11, width=12, layers=3, heads=2, context=9).double().eval()


def test_token_by_token_with_a_cache_the_model_says_the_same_as_at_once():
    model, tokens = small(), torch.randint(11, (2, 7))
    at_once, _ = model(tokens)
    cache, parts = None, []
    for part in tokens.split([3, 1, 2, 1], dim=1):
        scores, cache = model(part, cache)
        parts.append(scores)
    torch.testing.assert_close(torch.cat(parts, dim=1), at_once)


def test_a_cache_that_is_handed_over_can_be_used_again():
    model, tokens = small(), torch.randint(11, (1, 6))
    _, cache = model(tokens[:, :4])
    one, other = (model(tokens[:, 4:], cache)[0] for _ in range(2))
    assert torch.equal(one, other)
    assert cache[0][0].shape[2] == 4


def test_no_token_sees_what_comes_after_it():
    model, tokens = small(), torch.randint(11, (1, 6))
    changed = tokens.clone()
    changed[0, 4] = (tokens[0, 4] + 1) % 11
    before, after = model(tokens)[0], model(changed)[0]
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_what_does_not_fit_into_the_context_is_refused_also_behind_a_cache():
    model = small()
    with pytest.raises(ValueError, match="0 \\+ 10 tokens"):
        model(torch.zeros(1, 10, dtype=torch.int64))
    _, cache = model(torch.zeros(1, 9, dtype=torch.int64))
    with pytest.raises(ValueError, match="9 \\+ 1 tokens"):
        model(torch.zeros(1, 1, dtype=torch.int64), cache)


def test_the_checkpoint_is_small_and_what_its_figures_say():
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    model, told = docstring_model(), figures()
    assert size < 5_000_000
    assert sum(value.numel() for value in model.parameters()) == told["parameters"]
    assert told["train"]["perplexity per piece"] < told["held out"]["perplexity per piece"]
    assert min(each["held out"] for each in told["history"]) == pytest.approx(
        math.log(told["held out"]["perplexity per piece"]), abs=0.01
    )
    assert not model.training
    assert not any(value.requires_grad for value in model.parameters())


def test_it_predicts_texts_that_it_has_learned_better_than_others_and_both_better_than_a_new_model():
    torch.manual_seed(0)
    new = CausalModel(**figures()["shape"]).eval()
    learned, unseen = ([row.tolist() for row in examples(part)] for part in ("train", "held out"))
    known = training.mean_surprise(docstring_model(), learned)
    assert known < training.mean_surprise(docstring_model(), unseen) < training.mean_surprise(new, unseen)
    assert max(map(len, learned + unseen)) <= figures()["shape"]["context"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mean_squared_error", "mean squared error"),
        ("MeanSquaredError", "mean squared error"),
        ("asyncio.locks.Lock.acquire", "acquire"),
        ("__init__", "init"),
        ("conv2d", "conv2d"),
        ("  open socket ", "open socket"),
        ("", ""),
    ],
)
def test_a_name_in_words(name, words):
    assert words_of(name) == words


def test_a_prompt_and_what_a_row_of_tokens_says():
    row = prompt("open_socket")[0].tolist()
    assert row[0] == END
    assert row[-1] == ARROW
    assert pieces().decode(row[1:-1]).strip() == "open socket"
    said = pieces().encode("Return the file.").ids
    assert text_of(torch.tensor([*said, END, *said])) == "Return the file."
    assert text_of(torch.tensor(said)) == "Return the file."


def test_the_first_sentences_of_a_text_whole_ones_and_at_least_one():
    assert training.opening("Short. And more.") == "Short. And more."
    long = "A" * 250 + "."
    assert training.opening(f"{long} Never read.") == long
    assert training.opening(f"One. {long}") == "One."


def test_batches_hold_each_row_once_padded_on_the_right():
    rows = [[number] * length for number, length in enumerate(random.Random(1).choices(range(1, 9), k=50))]
    found = [row for batch in training.batches(rows, random.Random(0)) for row in batch.tolist()]
    assert sorted([value for value in row if value != training.UNSEEN] for row in found) == sorted(rows)
    assert all(training.UNSEEN not in row[: len([v for v in row if v != training.UNSEEN])] for row in found)


def test_a_training_keeps_the_weights_of_its_best_epoch(monkeypatch):
    monkeypatch.setattr(training, "EPOCHS", 4)
    monkeypatch.setattr(training, "WARM_UP", 1)
    texts = [Docstring(f"m.f{place}", "m", "m", f"Return the number {place}.") for place in range(12)]
    tokenizer = training.learned_pieces([each.text for each in texts])
    rows = [training.numbered(each, tokenizer) for each in texts]
    torch.manual_seed(0)
    model = CausalModel(vocabulary=tokenizer.get_vocab_size(), width=16, layers=1, heads=2, context=64)
    history = training.trained(model, rows[:8], rows[8:])
    best = min(each["held out"] for each in history)
    assert best < history[0]["held out"]
    assert training.mean_surprise(model, rows[8:]) == pytest.approx(best)


def test_counting_and_chains_say_what_one_expects():
    tokens = torch.tensor([[3, 4, 5]])
    assert Counting(6)(tokens)[0].argmax(-1).tolist() == [[4, 5, 0]]
    table = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    torch.testing.assert_close(Chain(table)(torch.tensor([[0, 1]]))[0].softmax(-1)[0], table)


def test_the_wide_beam_of_the_reference_is_the_best_of_everything():
    probabilities = torch.rand(3, 3, generator=torch.Generator().manual_seed(4)).double() + 0.1
    chain = Chain(probabilities / probabilities.sum(-1, keepdim=True))
    for penalty in (0.0, 1.0):
        row, score = beam_search(chain, torch.tensor([[1]]), 27, 3, length_penalty=penalty)
        assert score == pytest.approx(max(_scores(chain, penalty).values()))
        assert score == _scores(chain, penalty)[tuple(row.tolist()[1:])]
        narrow = beam_search(chain, torch.tensor([[1]]), 26, 3, length_penalty=penalty)  # by the beam, not by trying
        assert narrow[1] == pytest.approx(score)


def _scores(chain: Chain, penalty: float) -> dict[tuple[int, ...], float]:
    """Of every text of up to three tokens that is over."""
    found = {}
    for length in (1, 2, 3):
        for new in itertools.product(range(3), repeat=length):
            if 0 not in new[:-1] and (new[-1] == 0 or length == 3):
                logs = [chain.logs[before, after].item() for before, after in itertools.pairwise((1, *new))]
                found[new] = sum(logs) / length**penalty
    return found


def test_a_watched_model_counts_tokens_and_operations():
    watched = Watched(small())
    _, cache = watched(torch.zeros(1, 5, dtype=torch.int64))
    watched(torch.zeros(1, 1, dtype=torch.int64), cache)
    assert watched.tokens == [5, 1]
    assert watched.flops[0] > 4 * watched.flops[1] > 0


def test_the_longest_copied_run_is_one_of_whole_words():
    read = docstrings("train")[0].text
    assert pictures.copied(read)[1] == len(pictures.words(read))
    run, length = pictures.copied("zebra return true if the zebra")
    assert (run, length) == ("return true if the", 4)
    assert pictures.copied("zebra") == ("", 0)
    assert pictures.copied("") == ("", 0)


def test_tokens_are_named_as_one_reads_them():
    encoded = pieces().encode("zebra").ids
    assert pictures.piece(encoded[0]) == "z"
    assert all(pictures.piece(token).startswith("…") for token in encoded[1:])
    assert [pictures.piece(token) for token in (END, ARROW)] == ["(end)", "→"]


def test_the_pictures_say_what_they_show():
    scores = torch.full((2048,), -9.0)
    scores[pieces().encode("Return").ids[0]] = 5.0
    assert "after it: Bars: Return 1.00" in pictures.next_pieces({"after it": scores, "colder": 2 * scores}).alt_text()
    told = pictures.page("find_my_keys", "word " * 40, ["a note"]).alt_text()
    assert all(part in told for part in ("def find_my_keys(...):", '"""word', "a note"))
    assert "the library" in pictures.lineup((torch.tensor([1.0, 1.0, -3.0]), 0.5)).alt_text()


def test_what_generate_does_or_says():
    gpt, tokens = small_gpt(), torch.tensor([[5, 6, 7]])
    assert outcome(gpt, tokens, max_new_tokens=4) == outcome(gpt, tokens, max_new_tokens=4, use_cache=False)
    assert outcome(gpt, tokens).startswith("20 tokens")
    assert "trust_remote_code" in outcome(gpt, tokens, penalty_alpha=0.6, top_k=4, max_new_tokens=4)
    one, other = (small_bert(is_decoder)(tokens).logits for is_decoder in (False, True))
    assert not torch.allclose(one, other)
