"""`control_labels`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.representations import _control_labels_slips  # noqa: F401  (they register themselves)
from autograder.references.representations._control_labels import control_labels


@mistake(
    control_labels,
    "A word has one label here and another one there: each example drew for itself. Then there is nothing to learn by "
    "heart. Draw once for each different word.",
)
def each_for_itself(words, classes, generator):
    return torch.randint(classes, words.shape, generator=generator).to(words.device)


@mistake(
    control_labels,
    "The label follows from the word's number, as with a remainder, and nothing was drawn.",
)
def by_remainder(words, classes, generator):
    return words % classes


@mistake(
    control_labels,
    "What comes back is the number of each word among the different ones. It says where to look up the label: "
    "`drawn[place]`.",
)
def the_places(words, classes, generator):
    return words.unique(return_inverse=True)[1]


@mistake(
    control_labels,
    "The labels of the different words come back, one for each of them. Wanted is one for each example.",
)
def one_for_each_word(words, classes, generator):
    return torch.randint(classes, (len(words.unique()),), generator=generator).to(words.device)


@mistake(
    control_labels,
    "The draws are handed out in the order in which the words come up. Promised is the ascending order of their "
    "numbers.",
)
def as_they_come(words, classes, generator):
    different = list(dict.fromkeys(words.tolist()))
    drawn = torch.randint(classes, (len(different),), generator=generator)
    return drawn[[different.index(word) for word in words.tolist()]].to(words.device)


@mistake(control_labels, "The draws are handed out from the largest word down. Promised is the ascending order.")
def descending(words, classes, generator):
    different, place = words.unique(return_inverse=True)
    drawn = torch.randint(classes, (len(different),), generator=generator).to(words.device)
    return drawn.flip(0)[place]


@mistake(
    control_labels,
    "There is a draw for every number from 0 up, whether a word has it or not, so that words with gaps between them "
    "get other labels, or none. Draw as often as there are different words.",
)
def a_whole_vocabulary(words, classes, generator):
    return torch.randint(classes, (int(words.max()) + 1,), generator=generator).to(words.device)[words]


@mistake(
    control_labels,
    "It does not draw from the generator that is handed over, but from somewhere else: with the same seed, other "
    "labels "
    "come. `generator=generator`.",
)
def from_torchs_own(words, classes, generator):
    different, place = words.unique(return_inverse=True)
    return torch.randint(classes, (len(different),)).to(words.device)[place]


@mistake(
    control_labels,
    "It does not draw from the generator that is handed over, but from somewhere else: with the same seed, other "
    "labels "
    "come. `generator=generator`.",
)
def from_a_new_one(words, classes, generator):
    return control_labels(words, classes, torch.Generator().manual_seed(0))


@mistake(
    control_labels,
    "The second call with the same generator gives what the first one gave: its seed is set back. It should go on.",
    keeps=0.91,
)
def sets_it_back(words, classes, generator):
    generator.manual_seed(generator.initial_seed())
    return control_labels(words, classes, generator)


@mistake(
    control_labels,
    "The last label never comes up: the upper end of `randint` is not drawn anyway, so it is `classes`, not one less.",
)
def one_class_less(words, classes, generator):
    return control_labels(words, max(1, classes - 1), generator)


@mistake(control_labels, "The labels go from 1 to the number of classes, or beyond the last one. They begin with 0.")
def from_one_on(words, classes, generator):
    return control_labels(words, classes, generator) + 1


@mistake(control_labels, "The labels go from 1 to the number of classes, or beyond the last one. They begin with 0.")
def one_class_more(words, classes, generator):
    return control_labels(words, classes + 1, generator)


@mistake(
    control_labels,
    "The labels are an even share of all classes in an order left to chance, as by `randperm`. Each word draws for "
    "itself.",
)
def a_shuffled_share(words, classes, generator):
    different, place = words.unique(return_inverse=True)
    return (torch.randperm(len(different), generator=generator) % classes).to(words.device)[place]


@mistake(
    control_labels,
    "The words themselves are shuffled, or drawn: what comes back are words and not labels.",
)
def shuffles_the_words(words, classes, generator):
    return words[torch.randperm(len(words), generator=generator).to(words.device)]


@mistake(
    control_labels,
    "The numbers are not those of `torch.randint`: the labels are drawn by another function. It is the promised call "
    "that makes them comparable.",
    keeps=0.6,
)
def by_uniform_numbers(words, classes, generator):
    different, place = words.unique(return_inverse=True)
    return (torch.rand(len(different), generator=generator) * classes).long().to(words.device)[place]


@mistake(
    control_labels,
    "The words are compared after they have become floating point: above 2⁵³ different words get the same label.",
    keeps=0.95,
)
def as_floats(words, classes, generator):
    different, place = words.double().unique(return_inverse=True)
    return torch.randint(classes, (len(different),), generator=generator).to(words.device)[place]


@mistake(
    control_labels,
    "The caller's words are overwritten with labels. Make a new tensor.",
    keeps=0.97,
)
def overwrites(words, classes, generator):
    result = control_labels(words, classes, generator)
    if words.is_contiguous():
        words.copy_(result)
    return result.clone()


@mistake(
    control_labels,
    "More labels are drawn than there are different words, so that whoever draws next from the generator gets others. "
    "One for each different word is enough.",
    keeps=0.9,
)
def draws_for_all_examples(words, classes, generator):
    different = sorted(set(words.tolist()))
    drawn = torch.randint(classes, (len(words),), generator=generator).tolist()
    return torch.tensor([drawn[different.index(word)] for word in words.tolist()], dtype=torch.int64).to(words.device)


@mistake(control_labels, "The labels are floating point. Promised is int64.", keeps=0.6)
def floating_labels(words, classes, generator):
    return control_labels(words, classes, generator).float()


@mistake(
    control_labels,
    "A word draws anew when it comes back after another one, as with `unique_consecutive`. It draws once, wherever it "
    "stands.",
)
def draws_for_each_run(words, classes, generator):
    runs, place = torch.unique_consecutive(words, return_inverse=True)
    return torch.randint(classes, (len(runs),), generator=generator).to(words.device)[place]


@alternative(control_labels)
def with_a_search(words, classes, generator):
    different = torch.unique(words)
    drawn = torch.randint(0, classes, different.shape, generator=generator).to(words.device)
    return drawn[torch.searchsorted(different, words.contiguous())]


@alternative(control_labels)
def with_a_table(words, classes, generator):
    different = words.unique()
    drawn = torch.randint(classes, (len(different),), generator=generator)
    labels = torch.zeros_like(words)
    for word, label in zip(different, drawn, strict=True):
        labels[words == word] = label.to(words.device)
    return labels


promised(
    control_labels,
    "A label for each example that means nothing: each different word draws one, and keeps it wherever it stands.",
    by=["words that occur several times", "a single word, many times"],
)
promised(
    control_labels,
    "words: shape (examples,), int64: any numbers, equal ones for the same word.",
    by=["numbers of words with gaps", "numbers below zero and above 2⁵³", "numbers that differ above 2³²", "no words"],
)
promised(control_labels, "classes: the labels are 0 to classes − 1.", by=["two classes", "many words"])
promised(
    control_labels,
    "generator: on the CPU; all labels are drawn by one call, `torch.randint(classes, (different words,), "
    "generator=generator)`, and handed out in ascending order of the words' numbers.",
    by=["the generator, twice", "torch's own stream", "numbers of words with gaps"],
)
promised(control_labels, "Shape (examples,), int64, on the device of `words`.", by=["words that occur several times"])
