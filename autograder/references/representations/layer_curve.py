"""`layer_curve`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import (
    _layer_curve_mistakes,  # noqa: F401  (they register themselves)
    _layer_curve_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._layer_curve import layer_curve, measured, one_level

NEVER = (
    "A number that is the same in all training examples gives 0 / 0, or becomes something huge in the test. Divide it "
    "by 1."
)


@mistake(layer_curve, NEVER, keeps=0.93)
def divides_by_zero(levels, labels, train, fit):
    shares = []
    for states in levels:
        rows = states[train].double()
        shares.append(one_level(states, labels, train, fit, by=(rows.mean(dim=0), rows.std(dim=0))))
    return shares


@mistake(layer_curve, NEVER, keeps=0.95)
def tiny_epsilon(levels, labels, train, fit):
    shares = []
    for states in levels:
        rows = states[train].double()
        shares.append(one_level(states, labels, train, fit, by=(rows.mean(dim=0), rows.std(dim=0) + 1e-8)))
    return shares


@mistake(
    layer_curve,
    "The probe of one level is used for the others: it was fitted once. Each level gets its own.",
)
def fits_once(levels, labels, train, fit):
    first = measured(train, levels[0])
    scaled = ((levels[0].double() - first[0]) / first[1]).to(levels.dtype)
    fitted = fit(scaled[train], labels[train])
    return [one_level(states, labels, train, lambda *_: fitted) for states in levels]


@mistake(
    layer_curve,
    "All levels are scaled by the mean and the spread of one of them, or of all together. Each level has its own.",
)
def scale_of_the_first(levels, labels, train, fit):
    by = measured(train, levels[0])
    return [one_level(states, labels, train, fit, by=by) for states in levels]


@mistake(layer_curve, "What comes back is the share of errors. Asked for is the share that is right.")
def share_of_errors(levels, labels, train, fit):
    return [1 - share for share in layer_curve(levels, labels, train, fit)]


@mistake(layer_curve, "What comes back is how many are right, not which share.")
def counts(levels, labels, train, fit):
    return [share * int((~train).sum()) for share in layer_curve(levels, labels, train, fit)]


@mistake(layer_curve, "The bias is left out of the guess: it is `states @ weight + bias` that decides.")
def without_the_bias(levels, labels, train, fit):
    def no_bias(states, known):
        weight, bias = fit(states, known)
        return weight, torch.zeros_like(bias)

    return layer_curve(levels, labels, train, no_bias)


@mistake(layer_curve, "Tensors come back. Promised is a list of Python floats: `.item()`.", keeps=0.8)
def tensors(levels, labels, train, fit):
    return [torch.tensor(share) for share in layer_curve(levels, labels, train, fit)]


@mistake(layer_curve, "A single number comes back, for one level or the mean of all. Each level has its own.")
def the_mean_of_all(levels, labels, train, fit):
    shares = layer_curve(levels, labels, train, fit)
    return sum(shares) / len(shares)


@mistake(layer_curve, "A single number comes back, for one level or the mean of all. Each level has its own.")
def the_first_level(levels, labels, train, fit):
    return layer_curve(levels[:1], labels, train, fit)


@mistake(
    layer_curve,
    "All levels are scaled by the mean and the spread of one of them, or of all together. Each level has its own.",
)
def scale_of_all_levels(levels, labels, train, fit):
    by = measured(train.repeat(len(levels)), levels.flatten(0, 1))
    return [one_level(states, labels, train, fit, by=by) for states in levels]


@mistake(
    layer_curve,
    "A number that never changes in the training examples is set to 0 in the test, too, or left out. It is only "
    "shifted: if it changes there, the probe's weight for it counts.",
    keeps=0.95,
)
def constants_become_zero(levels, labels, train, fit):
    same = (levels[:, train] == levels[:, train][:, :1]).all(dim=1)
    return layer_curve(levels.masked_fill(same[:, None], 0.0), labels, train, fit)


@mistake(layer_curve, "A tensor comes back. Promised is a list of Python floats: `.item()` for each level.", keeps=0.8)
def one_tensor(levels, labels, train, fit):
    return torch.tensor(layer_curve(levels, labels, train, fit), dtype=torch.float64)


@mistake(layer_curve, "A tensor comes back. Promised is a list of Python floats: `.item()` for each level.", keeps=0.8)
def one_narrow_tensor(levels, labels, train, fit):
    return torch.tensor(layer_curve(levels, labels, train, fit))


@mistake(
    layer_curve,
    "The probe gets states in another dtype than that of `levels`. Scaling should leave it as it is.",
    keeps=0.9,
)
def another_dtype_for_the_probe(levels, labels, train, fit):
    def given(states, known):
        other = torch.float64 if states.dtype == torch.float32 else torch.float32
        return (each.to(states.dtype) for each in fit(states.to(other), known))

    return layer_curve(levels, labels, train, given)


@mistake(
    layer_curve,
    "Of classes with equal scores the highest is taken, as where `>=` keeps the last. Wanted is the lowest, as with "
    "`argmax`.",
    keeps=0.97,
)
def the_highest_of_equals(levels, labels, train, fit):
    shares = []
    for states in levels:
        mean, spread = measured(train, states)
        scaled = ((states.double() - mean) / spread).to(states.dtype)
        weight, bias = fit(scaled[train], labels[train])
        turned = (scaled[~train] @ weight + bias).flip(-1)
        shares.append(float((len(bias) - 1 - turned.argmax(dim=1) == labels[~train]).double().mean()))
    return shares


@mistake(
    layer_curve,
    "The probe learns from the states as they came, and is asked with scaled ones. Both have to be in the same "
    "measure.",
)
def learns_unscaled(levels, labels, train, fit):
    def unscaled(states):
        return lambda *_: fit(states[train], labels[train])

    return [one_level(states, labels, train, unscaled(states)) for states in levels]


@alternative(layer_curve)
def all_levels_at_once(levels, labels, train, fit):
    mean = levels[:, train].mean(dim=1, keepdim=True)
    std = levels[:, train].std(dim=1, keepdim=True)
    scaled = (levels - mean) / std.masked_fill(std == 0, 1)
    probes = [fit(states[train], labels[train]) for states in scaled]
    pairs = zip(scaled[:, ~train], probes, strict=True)
    return [((rows @ w + b).max(dim=1).indices == labels[~train]).double().mean().item() for rows, (w, b) in pairs]


@alternative(layer_curve)
def example_by_example(levels, labels, train, fit):
    rows, rest = train.nonzero().flatten(), (~train).nonzero().flatten()
    curve = []
    for level in range(len(levels)):
        known = levels[level].index_select(0, rows)
        shift, width = known.mean(0), known.var(0).sqrt()
        width[width == 0] = 1
        weight, bias = fit((known - shift) / width, labels.index_select(0, rows))
        hits = 0
        for row in rest.tolist():
            scores = ((levels[level, row] - shift) / width) @ weight + bias
            hits += int(scores.argmax().item() == labels[row].item())
        curve.append(hits / len(rest))
    return curve


promised(
    layer_curve,
    "How often a probe is right at each level, on examples that it has not learned from.",
    by=["several levels", "a single test example", "what the probe is given"],
)
promised(
    layer_curve,
    "At each level all numbers are shifted and scaled to mean 0 and standard deviation 1 (as `Tensor.std` has it) over "
    "the training examples.",
    by=["what the probe is given", "test examples far away", "levels that lie far from zero"],
)
promised(
    layer_curve,
    "A number that is the same in all of these is only shifted.",
    by=["a number that never changes", "it changes in the test alone"],
)
promised(layer_curve, "levels: shape (levels, examples, width), float32 or float64.", by=["one level", "float64"])
promised(layer_curve, "labels: shape (examples,), int64.", by=["several levels"])
promised(
    layer_curve,
    "train: shape (examples,), boolean: True for those to learn from, two at least; the others, one at least, are for "
    "the test.",
    by=["the training examples last", "a single test example", "what the probe is given"],
)
promised(
    layer_curve,
    "fit: called once for each level, with the scaled states, in the dtype of `levels`, and the labels of the training "
    "examples; gives weight (width, classes) and bias (classes,).",
    by=["what the probe is given", "given in float64", "a probe that is asked level by level"],
)
promised(
    layer_curve,
    "For each level a Python float: the share of the test examples whose label has the largest of `states @ weight + "
    "bias`, of equals the lowest.",
    by=["the kind of result", "several levels", "equal scores"],
)


GUESS = "guess = (scaled[~train] @ weight + bias).argmax(dim=-1)"
for dim in ("+1", "1"):
    equivalent(layer_curve, GUESS, GUESS.replace("-1", dim), "there are two dimensions, of which 1 is the last")
SCALED = "scaled = (states - mean) / torch.where(std > 0, std, 1)"
equivalent(layer_curve, SCALED, SCALED.replace("> 0", "!= 0"), "a standard deviation is never below 0")
