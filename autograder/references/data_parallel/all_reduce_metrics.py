"""`all_reduce_metrics`: what is right, and what goes wrong."""

import math

import torch
import torch.distributed as dist

from autograder.references import alternative, equivalent, mistake, promised


def all_reduce_metrics(metrics, count):
    """All numbers to everybody, then plain sums."""
    names = sorted(metrics)
    everybody = [torch.zeros(len(names) + 1, dtype=torch.float64) for _ in range(dist.get_world_size())]
    dist.all_gather(everybody, torch.tensor([*(metrics[name] for name in names), count], dtype=torch.float64))
    rows = [row.tolist() for row in everybody if row[-1]]
    counts = [row[-1] for row in rows]
    sums = [math.fsum(row[place] * row[-1] for row in rows) for place in range(len(names))]
    return {name: total / sum(counts) if counts else math.nan for name, total in zip(names, sums, strict=True)}


def reduced(
    metrics, count, names=sorted, dtype=torch.float64, weigh=lambda value, count: value * count if count else 0.0
):
    names = names(metrics)
    sums = torch.tensor([*(weigh(metrics[name], count) for name in names), count], dtype=dtype)
    dist.all_reduce(sums)
    *totals, examples = sums.tolist()
    return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=True)}


@mistake(
    all_reduce_metrics,
    "Every rank counts alike, also the one with a single example: multiply by `count` before the sum, divide by all "
    "counts after it.",
)
def means_of_means(metrics, count):
    sums = torch.tensor([metrics[name] for name in sorted(metrics)], dtype=torch.float64)
    dist.all_reduce(sums)
    means = (sums / dist.get_world_size()).tolist()
    return dict(zip(sorted(metrics), means, strict=True))


@mistake(
    all_reduce_metrics,
    "The ranks' numbers are laid together in the order in which each dict lists them, and loss meets accuracy. Sort "
    "the names.",
    keeps=0.85,
)
def trusts_the_order(metrics, count):
    return reduced(metrics, count, names=list)


@mistake(
    all_reduce_metrics,
    "A rank without examples has NaN for a mean, and 0 · NaN is NaN: it spoils the sum for all. Let it hand in zeros.",
    keeps=0.85,
)
def spreads_nan(metrics, count):
    return reduced(metrics, count, weigh=lambda value, count: value * count)


@mistake(
    all_reduce_metrics,
    "The sums are kept in float32, which counts to 2²⁴ = 16,777,216 only: one example more is lost. Use float64.",
    keeps=0.98,
)
def counts_in_float32(metrics, count):
    return reduced(metrics, count, dtype=torch.float32)


@mistake(
    all_reduce_metrics,
    "Each metric travels alone. An exchange costs its latency each time: put all numbers into one tensor.",
    keeps=0.85,
)
def one_exchange_each(metrics, count):
    found = {}
    for name in sorted(metrics):
        found |= reduced({name: metrics[name]}, count)
    return found


@mistake(
    all_reduce_metrics,
    "The metrics travel one by one, and so does the count. An exchange costs its latency each time: put all numbers "
    "into one tensor.",
    keeps=0.85,
)
def one_exchange_each_and_for_the_count(metrics, count):
    examples = torch.tensor(float(count), dtype=torch.float64)
    dist.all_reduce(examples)
    found = {}
    for name in sorted(metrics):
        total = torch.tensor(metrics[name] * count if count else 0.0, dtype=torch.float64)
        dist.all_reduce(total)
        found[name] = (total / examples).item()
    return found


@mistake(
    all_reduce_metrics,
    "Without any example there is no mean, and dividing by zero raises: the answer is NaN.",
    keeps=0.95,
)
def divides_by_zero(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([*(metrics[name] * count if count else 0.0 for name in names), count], dtype=torch.float64)
    dist.all_reduce(sums)
    *totals, examples = sums.tolist()
    return {name: total / examples for name, total in zip(names, totals, strict=True)}


@mistake(all_reduce_metrics, "Sums come back, not means: divide by the number of examples of all ranks.")
def gives_sums(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([metrics[name] * count if count else 0.0 for name in names], dtype=torch.float64)
    dist.all_reduce(sums)
    return dict(zip(names, sums.tolist(), strict=True))


@mistake(
    all_reduce_metrics,
    "Each rank reports the means of its own examples alone. The sums of all ranks are asked for, by one `all_reduce`.",
)
def asks_nobody(metrics, count):
    return {name: float(value) if count else math.nan for name, value in metrics.items()}


@mistake(
    all_reduce_metrics,
    "A rank without examples does not take part in the exchange: the others wait for it. Every rank calls the same "
    "collectives, whatever it has.",
    keeps=0.85,
)
def leaves_without_examples(metrics, count):
    return reduced(metrics, count) if count else dict.fromkeys(metrics, math.nan)


@mistake(
    all_reduce_metrics,
    "NaN is taken for zero everywhere. That is right for a rank without examples only: a NaN among real examples has "
    "to show.",
    keeps=0.98,
)
def hides_nan(metrics, count):
    def weigh(value, count):
        return 0.0 if math.isnan(value) else value * count if count else 0.0

    return reduced(metrics, count, weigh=weigh)


@mistake(
    all_reduce_metrics,
    "Without any example 0 comes back: a loss of 0 would be the best there is. The answer is NaN, which nobody takes "
    "for a result.",
    keeps=0.95,
)
def reports_zero_for_nothing(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([*(metrics[name] * count if count else 0.0 for name in names), count], dtype=torch.float64)
    dist.all_reduce(sums)
    *totals, examples = sums.tolist()
    return {name: total / max(examples, 1) for name, total in zip(names, totals, strict=True)}


@mistake(
    all_reduce_metrics,
    "Tensors come back. Python floats are promised: they go into a log, and nobody wants a graph or a device there.",
    keeps=0.98,
)
def returns_tensors(metrics, count):
    return {name: torch.tensor(value, dtype=torch.float64) for name, value in reduced(metrics, count).items()}


@mistake(
    all_reduce_metrics,
    "The sum is divided by the number of ranks, not by that of all examples: what was multiplied by `count` is to be "
    "divided by the sum of the counts.",
)
def divides_by_ranks(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([metrics[name] * count if count else 0.0 for name in names], dtype=torch.float64)
    dist.all_reduce(sums)
    return dict(zip(names, (sums / dist.get_world_size()).tolist(), strict=True))


@mistake(
    all_reduce_metrics,
    "Each rank divides by its own count. The sum is that of all ranks, and so the counts have to be added up too.",
)
def divides_by_its_own_count(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([metrics[name] * count if count else 0.0 for name in names], dtype=torch.float64)
    dist.all_reduce(sums)
    return {name: total / count if count else math.nan for name, total in zip(names, sums.tolist(), strict=True)}


@mistake(
    all_reduce_metrics,
    "Means are sent as they are, and only the result is weighed: the ranks' means have to be multiplied by their own "
    "counts before they are added up.",
)
def weighs_after_the_sum(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([*(metrics[name] if count else 0.0 for name in names), count], dtype=torch.float64)
    dist.all_reduce(sums)
    *totals, examples = sums.tolist()
    return {name: total * count / examples if examples else math.nan for name, total in zip(names, totals, strict=True)}


@mistake(
    all_reduce_metrics,
    "There are two exchanges: sums and count each in their own, or `all_gather_object`, which sends sizes first. Put "
    "all numbers into one tensor.",
    keeps=0.85,
)
def sends_the_count_apart(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([metrics[name] * count if count else 0.0 for name in names], dtype=torch.float64)
    examples = torch.tensor(float(count), dtype=torch.float64)
    dist.all_reduce(sums)
    dist.all_reduce(examples)
    return dict(zip(names, (sums / examples).tolist(), strict=True))


@mistake(
    all_reduce_metrics,
    "Only rank 0 has the means of all, as after `reduce`: the other ranks report something else. All ranks "
    "need the sum: `all_reduce`.",
)
def reduces_to_one(metrics, count):
    names = sorted(metrics)
    sums = torch.tensor([*(metrics[name] * count if count else 0.0 for name in names), count], dtype=torch.float64)
    dist.reduce(sums, 0)
    *totals, examples = sums.tolist()
    return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=True)}


@alternative(all_reduce_metrics)
def by_objects_in_one_tensor(metrics, count):
    names = sorted(metrics)
    values = torch.tensor([float(metrics[name]) for name in names] + [1.0], dtype=torch.float64)
    weighed = torch.where(torch.tensor(count > 0), values * count, torch.zeros_like(values))
    dist.all_reduce(weighed)
    means = weighed[:-1] / weighed[-1]
    return {name: means[place].item() for place, name in enumerate(names)}


@alternative(all_reduce_metrics)
def by_reduced(metrics, count):
    return reduced(metrics, count)


equivalent(
    all_reduce_metrics,
    "return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=True)}",
    "return {name: total / examples if examples else math.nan for name, total in zip(names, totals, strict=False)}",
    "there is one sum for each name",
)

promised(
    all_reduce_metrics,
    "Means over the examples of all ranks, from the means of each.",
    by=["ranks with equally many examples", "a rank with a single example"],
)
promised(all_reduce_metrics, "metrics: name → mean over this rank's examples.", by=["a rank with a single example"])
promised(all_reduce_metrics, "All ranks have the same names, in any order.", by=["names in another order"])
promised(
    all_reduce_metrics,
    "count: this rank's number of examples.",
    by=["a rank with a single example", "tens of millions of examples"],
)
promised(
    all_reduce_metrics,
    "With 0 its means do not matter, and may be NaN.",
    by=["a rank without examples", "a rank without examples, with an infinite mean"],
)
promised(
    all_reduce_metrics,
    "Name → mean over all examples, Python floats, equal on all ranks; NaN if no rank has an example.",
    by=["a rank with a single example", "means are Python floats", "no examples at all"],
)
promised(
    all_reduce_metrics,
    "The ranks exchange one tensor, once.",
    by=["one exchange for several metrics"],
)
