"""`adamw_counterexample`: runs that tell all suspects apart, and runs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def run(weight, gradients, eps, decay):
    return torch.tensor(weight), torch.tensor(gradients), eps, decay


def adamw_counterexample():
    return run(1.0, [0.5, -0.2, 2.0, 1.0], 0.5, 1.0)


@mistake(
    adamw_counterexample,
    "On this run the suspect that forgets the mean is right: with a single step, or with gradients that are all "
    "alike, the mean is the gradient itself. Let the run take several steps, with gradients that differ.",
    keeps=0.9,
)
def a_single_step():
    return run(1.0, [1.0], 0.5, 1.0)


@mistake(
    adamw_counterexample,
    "Nothing decays here, and so the suspects that let the weight decay at the wrong place are right. Give the decay a "
    "value.",
    keeps=0.8,
)
def no_decay():
    return run(1.0, [0.5, -0.2, 2.0, 1.0], 0.5, 0.0)


@mistake(
    adamw_counterexample,
    "eps is too small beside these gradients to be seen, wherever it stands. Make it larger.",
    keeps=0.9,
)
def a_tiny_eps():
    return run(1.0, [0.5, -0.2, 2.0, 1.0], 1e-8, 1.0)


@mistake(
    adamw_counterexample,
    "On this run the suspect that forgets the mean is right: with a single step, or with gradients that are all "
    "alike, the mean is the gradient itself. Let the run take several steps, with gradients that differ.",
    keeps=0.9,
)
def always_the_same():
    return run(1.0, [2.0, 2.0, 2.0], 0.5, 1.0)


@mistake(
    adamw_counterexample,
    "The usual eps is too small to be seen, wherever it stands, and gradients that are all alike are their own mean. "
    "Make eps larger, and let the gradients differ.",
    keeps=0.8,
)
def usual_settings():
    return run(1.0, [1.0] * 20, 1e-8, 0.01)


@mistake(
    adamw_counterexample,
    "Where the weight is large, all that these suspects do differently is small beside it: most stay unseen. Begin "
    "nearer to 0.",
)
def a_large_weight():
    return run(1000.0, [0.5, -0.2, 2.0, 1.0], 0.5, 0.0)


@mistake(
    adamw_counterexample,
    "With one step, no decay to speak of and a tiny eps, hardly any suspect does anything else than the library.",
)
def one_plain_step():
    return run(1.0, [1.0], 1e-8, 0.0)


@mistake(
    adamw_counterexample,
    "No decay and an eps that is too small to be seen: three suspects are right then. Give both of them values that "
    "matter.",
    keeps=0.7,
)
def plain_settings():
    return run(1.0, [0.5, -0.2, 2.0, 1.0], 1e-8, 0.0)


@alternative(adamw_counterexample)
def many_steps():
    return run(1.0, [0.5, -1.0, 2.0, -0.25, 1.5, 3.0], 1.0, 1.0)


@alternative(adamw_counterexample)
def small_gradients():
    return run(-2.0, [0.01, 0.05, -0.02, 0.002], 0.01, 1.0)


promised(
    adamw_counterexample,
    "A run of one weight on which each of the suspects is seen to be wrong.",
    by=[
        "puts eps inside the root",
        "sends the decay through the gradient",
        "decays after the step",
        "corrects nothing",
        "counts its steps from two",
        "forgets the mean of the gradients",
    ],
)
promised(
    adamw_counterexample,
    "weight, gradients, eps and decay: weight of shape () and gradients of shape (steps,), for 1 to 20 steps, "
    "both float32 and from −1,000 to 1,000; each gradient 0.001 or more, to one side or the other; eps and "
    "decay from 0 to 1.",
    by="who returns something else is told what a run is, and no suspect counts as told apart",
)
