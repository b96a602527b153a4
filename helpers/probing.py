"""What stands inside MiniLM for some hundred words and docstrings, with labels that need nobody to set them.

Words that are nouns and verbs alike stand in sentences of which we know which of the two they are. Docstrings have a
length and a library, and where two of their words are exchanged we did it ourselves.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.batching import mean_over_tokens, shortest_first
from helpers.docstring_search import Shelf
from helpers.pronouns import Reader

WORDS = """
answer attack balance block book break brush call camp care cause change charge check circle claim climb command
comment control cook copy cost count cover crash cross cut cycle damage dance delay design display document doubt draft
dream dress drink drive drop end escape estimate exchange experiment fight file filter finish fish fix flood focus fold
force format frame function guess guide handle help hope hunt influence issue joke judge jump kick kiss label land
laugh lead leak lift light limit link list load lock log look loop map march mark match measure mention merge mix move
name need note number offer order paint park pass pause phone photograph plan plant play plot point praise press print
process program protest pull pump push query question race rain rank record reply report request research rest result
return review reward ride ring risk roll rule run sail sample scale scan score scratch search shape share shift shop
show sign signal sleep slice slide smell smile sort sound split stamp start state step stop store stream stretch study
support surprise switch talk taste test tie time touch tour trace track trade train transfer travel trick trust turn
twist use value view visit vote walk wash watch wave whisper wish work worry
"""  # each of them a noun and a verb
PAIRS = (  # the word stands in the same place, as a noun and as a verb
    ("the {} came too late", "we {} them too late"),
    ("they like the {} of today", "they like to {} on sundays"),
    ("it was my {} after all", "it may not {} after all"),
    ("every good {} takes some time", "you can {} for some time"),
)
NOUN, VERB = 0, 1
LEARNED = 2  # of the pairs; the others are for testing

LARGE = ("torch", "numpy", "matplotlib", "sklearn")  # libraries with enough docstrings
SHORTEST, LONGEST, EACH = 6, 20, 150  # words of a sentence, and sentences of each library
BATCH, SEED = 64, 0
EDGES = (7.5, 9.5)  # words between short, middling and long
HIDDEN, STEPS = 256, 150  # of the probe with a hidden layer


@dataclass(frozen=True)
class Examples:
    """What stands at each level of the model for some examples.

    Attributes:
        levels: shape (7, examples, 384): what comes into the first layer, and out of each of the six.
        labels: shape (examples,), int64.
        classes: what the labels 0, 1, … stand for.
        groups: shape (examples,), int64: examples with one number belong together, as those of one word.
        train: shape (examples,), boolean; the others are for testing.
    """

    levels: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    groups: Tensor
    train: Tensor


@torch.no_grad()
def levels(reader: Reader, texts: Sequence[str], places: Sequence[int] | None = None) -> Tensor:
    """What stands at each level for each text, shape (7, texts, 384): the mean over its tokens.

    Args:
        places: of each text the token that is taken instead of the mean; [CLS] is 0.
    """
    found = torch.empty(reader.model.config.num_hidden_layers + 1, len(texts), reader.model.config.hidden_size)
    for rows in shortest_first(reader.inputs(texts)["attention_mask"].sum(dim=1).tolist(), BATCH):
        inputs = reader.inputs([texts[row] for row in rows])
        states = torch.stack(reader.model(**inputs, output_hidden_states=True).hidden_states)
        if places is None:
            found[:, rows] = mean_over_tokens(states, inputs["attention_mask"])
        else:
            found[:, rows] = states[:, range(len(rows)), [places[row] for row in rows]]
    return found


def nouns_and_verbs(reader: Reader) -> tuple[Examples, list[str]]:
    """Words that may be either, in sentences that say which; and the words, by their numbers in `groups`."""
    words = [word for word in WORDS.split() if len(reader.tokens(word)) == 3]  # those of one token
    texts, places, labels, groups, train = [], [], [], [], []
    for number, word in enumerate(words):
        for pair, sentences in enumerate(PAIRS):
            for label, sentence in enumerate(sentences):
                texts.append(sentence.format(word))
                places.append(len(reader.tokens(sentence.partition("{")[0])) - 1)
                labels.append(label)
                groups.append(number)
                train.append(pair < LEARNED)
    states = levels(reader, texts, places)
    return Examples(states, torch.tensor(labels), ("noun", "verb"), torch.tensor(groups), torch.tensor(train)), words


def about_docstrings(reader: Reader, shelf: Shelf) -> dict[str, Examples]:
    """The same first sentences, asked about in three ways: surface, syntax and meaning.

    A third of the modules is for testing, as far as modules can be told from names.
    """
    chosen = _sentences(shelf)
    texts = [" ".join(words) for _, words in chosen]
    swapped = [" ".join(_exchanged(words, random.Random(place))) for place, (_, words) in enumerate(chosen)]
    states, also = levels(reader, texts), levels(reader, swapped)
    modules = [_module(name) for name, _ in chosen]
    groups = torch.tensor([sorted(set(modules)).index(module) for module in modules])
    train = groups % 3 != 0
    lengths = torch.bucketize(torch.tensor([float(len(words)) for _, words in chosen]), torch.tensor(EDGES))
    library = torch.tensor([LARGE.index(name.partition(".")[0]) for name, _ in chosen])
    order = torch.tensor([0] * len(texts) + [1] * len(texts))
    return {
        "surface: how long?": Examples(states, lengths, ("short", "middling", "long"), groups, train),
        "syntax: two words exchanged?": Examples(
            torch.cat([states, also], dim=1), order, ("no", "yes"), groups.repeat(2), train.repeat(2)
        ),
        "meaning: which library?": Examples(states, library, LARGE, groups, train),
    }


def _sentences(shelf: Shelf) -> list[tuple[str, list[str]]]:
    """Names and words of first sentences in plain words, of each large library as many."""
    found = []
    for name, text in zip(shelf.names, shelf.texts, strict=True):
        words = re.split(r"(?<=[.!?])\s", text)[0].rstrip(".").split()
        plain = all(re.fullmatch(r"[A-Za-z',-]+", word) for word in words)
        if name.partition(".")[0] in LARGE and SHORTEST <= len(words) <= LONGEST and plain:
            found.append((name, words))
    random.Random(SEED).shuffle(found)
    seen: Counter[str] = Counter()
    return [each for each in found if _counted(seen, each[0].partition(".")[0]) <= EACH]


def _counted(seen: Counter[str], library: str) -> int:
    seen[library] += 1
    return seen[library]


def _exchanged(words: Sequence[str], chance: random.Random) -> list[str]:
    """Two different neighbours change places; the first word and the last one stay, since a capital would tell."""
    places = [place for place in range(1, len(words) - 2) if words[place] != words[place + 1]]
    place, changed = chance.choice(places), list(words)
    changed[place], changed[place + 1] = words[place + 1], words[place]
    return changed


def _module(name: str) -> str:
    """The parts before the first capital, or all but the last."""
    parts = name.split(".")
    capital = next((place for place, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return ".".join(parts[:capital])


def network_probe(states: Tensor, labels: Tensor, classes: int) -> Callable[[Tensor], Tensor]:
    """A probe with a hidden layer, trained until it knows its examples.

    Returns:
        A function from states (n, width) to the scores (n, classes).
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = nn.Sequential(nn.Linear(states.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(STEPS):
        optimizer.zero_grad()
        F.cross_entropy(network(states), labels).backward()
        optimizer.step()
    return network.eval().requires_grad_(False)


def accuracy(
    probe: Callable[[Tensor, Tensor, int, float], tuple[Tensor, Tensor]],
    states: Tensor,
    labels: Tensor,
    train: Tensor,
    test: Tensor,
    ridge: float = 100.0,
) -> float:
    """How often a probe that has learned on the examples `train` is right on `test`, both boolean masks.

    Args:
        probe: makes of states, labels, the number of classes and the penalty a weight and a bias.
    """
    weight, bias = probe(scaled(states, train)[train], labels[train], int(labels.max()) + 1, ridge)
    guesses = (scaled(states, train)[test] @ weight + bias).argmax(dim=1)
    return (guesses == labels[test]).double().mean().item()


def scaled(states: Tensor, train: Tensor) -> Tensor:
    """Each number with mean 0 and standard deviation 1 over the examples `train`."""
    seen = states[train]
    return (states - seen.mean(dim=0)) / seen.std(dim=0).clamp(min=1e-6)
