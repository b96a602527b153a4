"""`padding_waste`: what is right, and what goes wrong."""

from fractions import Fraction

from autograder.references import alternative, mistake, promised


def padding_waste(lengths, batches):
    """Counted place by place, in whole numbers."""
    return float(share(lengths, list(map(list, batches))))


def share(lengths, batches):
    places = [place < lengths[text] for batch in batches for text in batch for place in range(longest(lengths, batch))]
    return Fraction(places.count(False), len(places)) if places else Fraction(0)


def longest(lengths, batch):
    return max((lengths[text] for text in batch), default=0)


@mistake(
    padding_waste,
    "Each batch's share is taken by itself, and then their mean: a batch of one short text counts as much as one of "
    "many long ones. Add up the positions of all batches first, and divide once.",
)
def mean_of_shares(lengths, batches):
    shares = [share(lengths, [batch]) for batch in batches]
    return float(sum(shares) / len(shares)) if shares else 0.0


@mistake(
    padding_waste,
    "Every batch is padded to the longest text of all batches. Each is padded to the longest of its own.",
)
def longest_of_all(lengths, batches):
    batches = list(map(list, batches))
    whole = [text for batch in batches for text in batch]
    return float(share(lengths, [whole]))


@mistake(
    padding_waste,
    "Every batch is padded to the longest text there is, whether it is in a batch or not. Each is padded to the "
    "longest of its own.",
)
def longest_there_is(lengths, batches):
    texts = [text for batch in batches for text in batch]
    positions = len(texts) * max(lengths, default=0)
    return 1 - sum(lengths[text] for text in texts) / positions if positions else 0.0


@mistake(padding_waste, "This is the share of positions that hold words. Asked for is the share of padding.")
def share_of_words(lengths, batches):
    waste = share(lengths, list(map(list, batches)))
    return float(1 - waste)


@mistake(
    padding_waste,
    "Padding is divided by the number of words. Divide by all positions, words and padding.",
)
def over_words(lengths, batches):
    waste = share(lengths, list(map(list, batches)))
    return float(waste / (1 - waste)) if waste < 1 else 0.0


@mistake(padding_waste, "This is in per cent. Asked for is a share, from 0 to 1.")
def per_cent(lengths, batches):
    return 100 * padding_waste(lengths, batches)


@mistake(
    padding_waste,
    "The words of all texts are counted, also of those that are in no batch, and once where a text is in two. Count "
    "the texts of the batches.",
)
def counts_all_texts(lengths, batches):
    positions = sum(len(batch) * longest(lengths, batch) for batch in batches)
    return 1 - sum(lengths) / positions if positions else 0.0


@mistake(
    padding_waste,
    "The entries of a batch are taken for lengths. They are the indices of texts: look up `lengths[index]`.",
)
def indices_are_lengths(lengths, batches):
    return float(share(range(len(lengths) + 1), list(map(list, batches))))


@mistake(
    padding_waste,
    "Texts are taken in their own order, as many as each batch has. Which texts are in a batch is what its indices "
    "say.",
)
def in_their_own_order(lengths, batches):
    start, found = 0, []
    for batch in batches:
        found.append([place % len(lengths) for place in range(start, start + len(batch))])
        start += len(batch)
    return float(share(lengths, found))


@mistake(
    padding_waste,
    "Where there are no positions at all, a division by zero comes out. The answer there is 0.0.",
    keeps=0.8,
)
def divides_by_zero(lengths, batches):
    positions = real = 0
    for batch in batches:
        positions += len(batch) * max(lengths[index] for index in batch)
        real += sum(lengths[index] for index in batch)
    return 1 - real / positions


@mistake(
    padding_waste,
    "Batches are gone through twice. A generator is empty the second time: go through them once, or make a list first.",
    keeps=0.6,
)
def twice_through(lengths, batches):
    positions = sum(len(batch) * longest(lengths, batch) for batch in batches)
    real = sum(lengths[index] for batch in batches for index in batch)
    return 1 - real / positions if positions else 0.0


@mistake(padding_waste, "This is the number of positions with padding. Asked for is their share of all positions.")
def how_many(lengths, batches):
    return float(sum(longest(lengths, batch) - lengths[text] for batch in batches for text in batch))


@mistake(
    padding_waste,
    "All batches are taken to be as large as the first one. They may differ in size: count the texts of each.",
)
def as_large_as_the_first(lengths, batches):
    batches = list(map(list, batches))
    positions = sum(len(batches[0]) * longest(lengths, batch) for batch in batches)
    real = sum(lengths[index] for batch in batches for index in batch)
    return 1 - real / positions if positions else 0.0


@mistake(
    padding_waste,
    "One batch without a word makes the whole answer 0.0, whatever the others waste. Such a batch adds no positions; "
    "0.0 is the answer only where no batch has any.",
    keeps=0.9,
)
def one_empty_batch_ends_it(lengths, batches):
    batches = list(map(list, batches))
    if any(longest(lengths, batch) == 0 for batch in batches):
        return 0.0
    return float(share(lengths, batches))


def padded_to(lengths, batches, chosen):
    """Each batch is padded to the text at this place in it; a longer one counts as negative padding."""
    pairs = [(lengths[batch[chosen]], lengths[index]) for batch in batches for index in batch]
    positions = sum(size for size, _ in pairs)
    return sum(size - own for size, own in pairs) / positions if positions else 0.0


@mistake(
    padding_waste,
    "The last text of a batch counts as its longest, as if batches were sorted. In any order it need not be, and the "
    "share may even be negative: look for the longest.",
)
def to_the_last(lengths, batches):
    return padded_to(lengths, batches, -1)


@mistake(
    padding_waste,
    "The first text of a batch counts as its longest, as if batches were sorted. In any order it need not be, and the "
    "share may even be negative: look for the longest.",
)
def to_the_first(lengths, batches):
    return padded_to(lengths, batches, 0)


@mistake(padding_waste, "This is the share of positions that hold words. Asked for is the share of padding.")
def share_of_words_or_nothing(lengths, batches):
    batches = list(map(list, batches))
    return float(1 - share(lengths, batches)) if any(longest(lengths, batch) for batch in batches) else 0.0


@alternative(padding_waste)
def by_lists(lengths, batches):
    table = [[lengths[index] for index in batch] for batch in batches]
    padding = sum(max(row) - length for row in table for length in row)
    total = sum(max(row) * len(row) for row in table)
    return padding / total if total > 0 else 0.0


@alternative(padding_waste)
def with_a_guard(lengths, batches):
    positions, words = 0, 0
    for batch in batches:
        sizes = sorted(lengths[index] for index in batch)
        positions += sizes[-1] * len(sizes)
        words += sum(sizes)
    return (positions - words) / max(positions, 1)


promised(
    padding_waste,
    "The share of positions that hold padding, if each batch is padded to the longest of its own texts.",
    by=["one batch", "batches of the same size"],
)
promised(padding_waste, "lengths: how many words each text has.", by=["one batch"])
promised(
    padding_waste,
    "batches: the indices of its texts for each batch, one at least; the batches may come from a generator.",
    by=["batches of different sizes", "batches from a generator"],
)
promised(padding_waste, "A text may be in several batches or in none.", by=["some texts only, one twice"])
promised(
    padding_waste,
    "Positions with padding over all positions, of all batches together, from 0.0 on; 0.0 where there are none.",
    by=["batches of different sizes", "nothing but empty texts", "no batches"],
)
