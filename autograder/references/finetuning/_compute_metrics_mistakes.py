"""More mistakes of `compute_metrics`: what was said, and what comes back."""

import numpy as np

from autograder.references import mistake
from autograder.references.finetuning._compute_metrics import compute_metrics, f1, parts, told


@mistake(
    compute_metrics,
    "The highest score is looked for along the examples, not along the classes: `argmax(axis=-1)`.",
)
def along_the_examples(prediction):
    scores, labels = prediction
    said = scores.argmax(axis=0)[np.arange(len(labels)) % scores.shape[1]]
    return compute_metrics((np.eye(max(len(labels), scores.shape[1]))[said], labels))


@mistake(compute_metrics, "The lowest score is taken for what was said. It is the highest.")
def takes_the_lowest(prediction):
    scores, labels = prediction
    return compute_metrics((-scores.astype(np.float64), labels))


@mistake(
    compute_metrics,
    "Of equal scores the last one is taken. The first counts, as with `argmax`.",
    keeps=0.97,
)
def takes_the_last_of_equals(prediction):
    scores, labels = prediction
    said = scores.shape[1] - 1 - scores[:, ::-1].argmax(axis=1)
    return compute_metrics((np.eye(scores.shape[1])[said], labels))


@mistake(
    compute_metrics,
    "Scores above a fixed limit are taken for what was said, as for two classes. The highest of each row is it.",
)
def above_a_limit(prediction):
    scores, labels = prediction
    return compute_metrics(((scores > 0.5).astype(np.float64), labels))


@mistake(
    compute_metrics,
    "The accuracy is a count of right guesses. Divide by the number of examples.",
)
def counts_hits(prediction):
    said, labels, _ = parts(prediction)
    return {**compute_metrics(prediction), "accuracy": float((said == labels).sum())}


@mistake(compute_metrics, "The accuracy is the share of wrong guesses.")
def share_of_misses(prediction):
    return {**compute_metrics(prediction), "accuracy": 1 - compute_metrics(prediction)["accuracy"]}


@mistake(compute_metrics, "The numbers are percentages. They should be shares, from 0 to 1.", keeps=0.7)
def percentages(prediction):
    return {name: 100 * value for name, value in compute_metrics(prediction).items()}


@mistake(
    compute_metrics,
    "The accuracy is the mean recall of the classes, in which a rare class counts like a frequent one. It is the share "
    "of all examples that are right.",
)
def balanced(prediction):
    _, _, rows = parts(prediction)
    shares = [hits / true for hits, true, _ in rows.values() if true]
    return told(prediction, compute_metrics(prediction)["macro_f1"], float(np.mean(shares)))


@mistake(
    compute_metrics,
    "The two numbers have changed places.",
)
def exchanges_them(prediction):
    right = compute_metrics(prediction)
    return {"accuracy": right["macro_f1"], "macro_f1": right["accuracy"]}


@mistake(
    compute_metrics,
    "One of the two numbers is missing, or has another name. Wanted are `accuracy` and `macro_f1`.",
)
def only_the_accuracy(prediction):
    return {"accuracy": compute_metrics(prediction)["accuracy"]}


@mistake(
    compute_metrics,
    "One of the two numbers is missing, or has another name. Wanted are `accuracy` and `macro_f1`.",
    keeps=0.7,
)
def under_another_name(prediction):
    right = compute_metrics(prediction)
    return {"accuracy": right["accuracy"], "f1": right["macro_f1"]}


@mistake(
    compute_metrics,
    "The numbers are NumPy's own. A log in JSON cannot hold them: `float(…)`.",
    keeps=0.8,
)
def numpy_numbers(prediction):
    return {name: np.array(value)[None] for name, value in compute_metrics(prediction).items()}


@mistake(
    compute_metrics,
    "The first class is left out, as if it were “negative”. There are no negatives here: every class counts.",
)
def without_the_first(prediction):
    _, _, rows = parts(prediction)
    shares = [f1(*row) for one, row in rows.items() if one]
    return told(prediction, sum(shares) / max(1, len(shares)))


@mistake(
    compute_metrics,
    "What a `Trainer` hands over is not understood. It can be taken apart like a pair, `scores, labels = prediction`, "
    "and has no other names for them than `predictions` and `label_ids`.",
    keeps=0.97,
)
def asks_for_other_names(prediction):
    if hasattr(prediction, "predictions"):
        raise AttributeError("'EvalPrediction' object has no attribute 'logits'")
    return compute_metrics(prediction)


@mistake(
    compute_metrics,
    "A pair is not understood. It and an `EvalPrediction` can both be taken apart: `scores, labels = prediction`.",
    keeps=0.7,
)
def asks_for_attributes(prediction):
    return compute_metrics((prediction.predictions, prediction.label_ids))


@mistake(
    compute_metrics,
    "The caller's scores are changed. A softmax or a subtraction in place would do that; `argmax` needs neither.",
    keeps=0.97,
)
def changes_the_scores(prediction):
    result = compute_metrics(prediction)
    prediction[0][:] -= prediction[0].max(axis=1, keepdims=True)
    return result


@mistake(
    compute_metrics,
    "The numbers are NumPy's own, of the kind `float64`. A log in JSON cannot hold them: `float(…)`.",
    keeps=0.97,
)
def numpy_scalars(prediction):
    return {name: np.float64(value) for name, value in compute_metrics(prediction).items()}


@mistake(
    compute_metrics,
    "The two numbers are there as `eval_accuracy` and `eval_macro_f1`. `Trainer` puts the `eval_` in front by itself.",
    keeps=0.7,
)
def with_the_prefix(prediction):
    return {f"eval_{name}": value for name, value in compute_metrics(prediction).items()}


@mistake(
    compute_metrics,
    "Where a class occurs nowhere, macro F1 is NaN: its F1 is 0 divided by 0. Such a class does not count.",
)
def nan_where_nobody_is(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, compute_metrics(prediction)["macro_f1"] if len(rows) == prediction[0].shape[1] else np.nan)
