"""`compute_metrics`: what is right, and what goes wrong."""

import numpy as np

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _compute_metrics_mistakes,
    _compute_metrics_slips,
)
from autograder.references.finetuning._compute_metrics import compute_metrics, f1, parts, told


@mistake(
    compute_metrics,
    "Macro F1 is the accuracy once more: hits, misses and false positives were added up over all classes first. That "
    "is micro F1. Here each class has its own, and then comes the mean.",
)
def micro(prediction):
    said, labels, _ = parts(prediction)
    return told(prediction, (said == labels).mean())


@mistake(
    compute_metrics,
    "Large classes count more: the mean is weighted by the number of labels. In macro F1 every class counts the same.",
)
def weighted(prediction):
    _, labels, rows = parts(prediction)
    return told(prediction, sum(f1(*row) * row[1] for row in rows.values()) / len(labels))


@mistake(
    compute_metrics,
    "Classes that occur nowhere count as 0, because the sum is divided by all columns of the scores. Only those that "
    "occur among labels or predictions count.",
)
def over_all_columns(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, sum(f1(*row) for row in rows.values()) / prediction[0].shape[1])


@mistake(
    compute_metrics,
    "A class that is said, but is the right one nowhere, does not count. It should, with an F1 of 0: the classes are "
    "those of the labels and of the predictions.",
    keeps=0.7,
)
def over_the_labels(prediction):
    _, _, rows = parts(prediction)
    shares = [f1(*row) for row in rows.values() if row[1]]
    return told(prediction, sum(shares) / len(shares))


@mistake(
    compute_metrics,
    "A class that is right somewhere, but is never said, does not count. It should, with an F1 of 0: the classes are "
    "those of the labels and of the predictions.",
    keeps=0.7,
)
def over_what_was_said(prediction):
    _, _, rows = parts(prediction)
    shares = [f1(*row) for row in rows.values() if row[2]]
    return told(prediction, sum(shares) / len(shares))


@mistake(
    compute_metrics,
    "Classes without a hit are left out of the mean. They count, with an F1 of 0.",
    keeps=0.7,
)
def over_the_hit(prediction):
    _, _, rows = parts(prediction)
    shares = [f1(*row) for row in rows.values() if row[0]]
    return told(prediction, sum(shares) / max(1, len(shares)))


@mistake(
    compute_metrics,
    "Where a class has no hit, NaN comes, or an error: precision and recall are both 0 there, and are divided by their "
    "sum. The formula with tp, fp and fn has no such trouble.",
    keeps=0.7,
)
def divides_by_zero(prediction):
    _, _, rows = parts(prediction)
    shares = [f1(*row) if row[0] else np.nan for row in rows.values()]
    return told(prediction, sum(shares) / len(shares))


@mistake(
    compute_metrics,
    "F1 is taken of the mean precision and the mean recall. It is the mean of the classes' F1 that is wanted, and the "
    "two differ.",
    keeps=0.7,
)
def of_the_means(prediction):
    _, _, rows = parts(prediction)
    precision = np.mean([hits / max(1, said) for hits, _, said in rows.values()])
    recall = np.mean([hits / max(1, true) for hits, true, _ in rows.values()])
    return told(prediction, 2 * precision * recall / (precision + recall) if precision + recall else 0.0)


@mistake(compute_metrics, "Macro F1 is the mean recall: false positives are not in it. F1 has 2·tp + fp + fn below.")
def mean_recall(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, np.mean([hits / max(1, true) for hits, true, _ in rows.values()]))


@mistake(compute_metrics, "Macro F1 is the mean precision: misses are not in it. F1 has 2·tp + fp + fn below.")
def mean_precision(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, np.mean([hits / max(1, said) for hits, _, said in rows.values()]))


@mistake(
    compute_metrics,
    "The hits stand once above the line, not twice: F1 is 2·tp / (2·tp + fp + fn). Always right would be one half.",
)
def hits_once(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, np.mean([f1(*row) / 2 for row in rows.values()]))


@mistake(
    compute_metrics,
    "Below the line the hits stand once, not twice, as in tp + fp + fn. F1 is 2·tp / (2·tp + fp + fn).",
)
def hits_once_below(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, np.mean([2 * row[0] / max(1, row[1] + row[2] - row[0]) for row in rows.values()]))


@mistake(
    compute_metrics,
    "Macro F1 is tp / (tp + fp + fn), the share of what both sets of texts have in common. Twice the hits belong above "
    "and below.",
)
def jaccard(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, np.mean([row[0] / max(1, row[1] + row[2] - row[0]) for row in rows.values()]))


@mistake(
    compute_metrics,
    "The F1 values are added up, not averaged. Divide by how many classes there are.",
)
def adds_up(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, sum(f1(*row) for row in rows.values()))


@alternative(compute_metrics)
def by_a_table(prediction):
    scores, labels = prediction.predictions if hasattr(prediction, "predictions") else prediction[0], prediction[1]
    said, labels, classes = np.argmax(scores, axis=1), labels.astype(np.int64), scores.shape[1]
    table = np.zeros((classes, classes))
    np.add.at(table, (labels, said), 1)
    both = table.sum(axis=0) + table.sum(axis=1)
    return {
        "macro_f1": float((2 * table.diagonal()[both > 0] / both[both > 0]).mean()),
        "accuracy": float(table.trace() / len(labels)),
    }


@alternative(compute_metrics)
def by_sets(prediction):
    scores, labels = prediction
    said = [row.tolist().index(max(row.tolist())) for row in scores]
    true, shares = labels.tolist(), []
    for one in {*said, *true}:
        mine = {place for place, each in enumerate(said) if each == one}
        theirs = {place for place, each in enumerate(true) if each == one}
        shares.append(2 * len(mine & theirs) / (len(mine) + len(theirs)))
    right = sum(one == other for one, other in zip(said, true, strict=True))
    return {"accuracy": right / len(true), "macro_f1": sum(shares) / len(shares)}


promised(compute_metrics, "The accuracy and the macro F1 of some scores.", by=["some examples", "one class is rare"])
promised(
    compute_metrics,
    "An example is taken for the class of its highest score, of equal ones the first.",
    by=["equal scores", "scores of many sizes", "some examples"],
)
promised(compute_metrics, "The F1 of a class is 2·tp / (2·tp + fp + fn).", by=["some examples", "one class is rare"])
promised(
    compute_metrics,
    "Macro F1 is its mean over the classes that occur among the labels or among what was said.",
    by=["a class that occurs nowhere", "a class that only the labels know", "a class that is only ever said"],
)
promised(
    compute_metrics,
    "prediction: scores, a NumPy array of shape (examples, classes), and labels, integers of shape (examples,); as a "
    "pair, or as transformers' `EvalPrediction`, which can be taken apart like a pair.",
    by=["some examples", "what a Trainer hands over", "half precision, small labels"],
)
promised(compute_metrics, "At least one example.", by=["one example"])
promised(compute_metrics, "`accuracy` and `macro_f1`, Python floats.", by=["their kinds"])

equivalent(
    compute_metrics,
    "hits = ((labels == each) & (said == each)).sum()",
    "hits = ((labels == each) * (said == each)).sum()",
    "both are booleans",
)
equivalent(
    compute_metrics,
    "hits = ((labels == each) & (said == each)).sum()",
    "hits = ((labels == each) // (said == each)).sum()",
    "of booleans, NumPy makes 0 of 1 // 0",
)
equivalent(
    compute_metrics, "said = scores.argmax(axis=-1)", "said = scores.argmax(axis=+1)", "scores have two dimensions"
)
equivalent(
    compute_metrics, "said = scores.argmax(axis=-1)", "said = scores.argmax(axis=1)", "scores have two dimensions"
)
