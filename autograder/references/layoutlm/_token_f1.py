"""`token_f1`: the oracle, and what answers are made of."""


def token_f1(predicted, labels, classes):
    """By the definition, place by place."""
    counts = counted(pairs(predicted, labels), classes)
    return score(counts)


def pairs(predicted, labels, hidden=-100):
    both = zip(predicted.flatten().tolist(), labels.flatten().tolist(), strict=True)
    return [(said, label) for said, label in both if label != hidden]


def counted(pairs, classes, first=1):
    """For each class hits, false alarms and misses."""
    counts = {number: [0, 0, 0] for number in range(first, classes)}
    for said, label in pairs:
        if said == label and said in counts:
            counts[said][0] += 1
            continue
        if said in counts:
            counts[said][1] += 1
        if label in counts:
            counts[label][2] += 1
    return counts


def score(counts, formula=lambda hit, alarm, miss: 2 * hit / (2 * hit + alarm + miss), nothing=0.0):
    each = [formula(*one) if any(one) else nothing for one in counts.values()]
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    return each, formula(*sums) if any(sums) else nothing
