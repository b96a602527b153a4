"""`parameter_groups`: what is right, and what goes wrong."""

from torch import nn

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _parameter_groups_mistakes,
    _parameter_groups_slips,
)
from autograder.references.finetuning._parameter_groups import NORMS, by, groups, named, parameter_groups, spared


@mistake(
    parameter_groups,
    "Everything that learns decays, the biases and norms as well. They belong in the second group.",
)
def spares_nothing(model, decay):
    return by(model, decay, lambda *row: False)


@mistake(parameter_groups, "Nothing decays: everything is in the second group. Only biases and norms belong there.")
def spares_everything(model, decay):
    return by(model, decay, lambda *row: True)


@mistake(
    parameter_groups,
    "The gains of the norms decay: only biases are spared. A norm's weight is pulled towards 0 then, where it switches "
    "its input off.",
)
def spares_biases_only(model, decay):
    return by(model, decay, lambda name, owner, parameter: name == "bias")


@mistake(parameter_groups, "The biases outside of norms decay. Each parameter called `bias` is spared.")
def spares_norms_only(model, decay):
    return by(model, decay, lambda name, owner, parameter: isinstance(owner, NORMS))


@mistake(
    parameter_groups,
    "The two groups have changed places: what should decay does not, and the other way round.",
)
def the_other_way_round(model, decay):
    return by(model, decay, lambda *row: not spared(*row))


@mistake(
    parameter_groups,
    "The groups stand in the other order. The one that decays comes first.",
    keeps=0.7,
)
def the_second_first(model, decay):
    return parameter_groups(model, decay)[::-1]


@mistake(
    parameter_groups,
    "The second group decays like the first. Its `weight_decay` should be 0.0; left out, the optimizer's own would "
    "hold.",
)
def decays_twice(model, decay):
    first, second = parameter_groups(model, decay)
    return [first, {**second, "weight_decay": decay}]


@mistake(
    parameter_groups,
    "A group does not say how much it decays. Without `weight_decay` of its own the optimizer's holds, and AdamW's is "
    "0.01.",
)
def says_nothing_of_the_second(model, decay):
    first, second = parameter_groups(model, decay)
    return [first, {"params": second["params"]}]


@mistake(
    parameter_groups,
    "A group does not say how much it decays. Without `weight_decay` of its own the optimizer's holds, and AdamW's is "
    "0.01.",
)
def says_nothing_of_either(model, decay):
    return [{"params": group["params"]} for group in parameter_groups(model, decay)]


@mistake(
    parameter_groups,
    "Norms are looked for by a name such as `LayerNorm`. In other models they are called `norm1`, `ln_f` or `final`, "
    "and what only sounds like one may be something else. Ask for the kind of the module: `isinstance`.",
    keeps=0.7,
)
def knows_norms_by_name(model, decay):
    sounds = {path for path, _ in model.named_parameters() if "LayerNorm" in path}
    names = {id(parameter): path for path, parameter in model.named_parameters()}
    return by(model, decay, lambda name, owner, parameter: name == "bias" or names[id(parameter)] in sounds)


@mistake(
    parameter_groups,
    "Norms are looked for by a name such as `LayerNorm`. In other models they are called `norm1`, `ln_f` or `final`, "
    "and what only sounds like one may be something else. Ask for the kind of the module: `isinstance`.",
    keeps=0.7,
)
def knows_norms_by_small_letters(model, decay):
    names = {id(parameter): path.lower() for path, parameter in model.named_parameters()}
    return by(model, decay, lambda name, owner, parameter: name == "bias" or "norm" in names[id(parameter)])


@mistake(
    parameter_groups,
    "A name that only contains `bias` is taken for a bias, as `unbiased.weight` or an LSTM's `bias_hh_l0`. The "
    "parameter's own name, behind the last dot, should be `bias`.",
    keeps=0.7,
)
def hears_bias_everywhere(model, decay):
    names = {id(parameter): path for path, parameter in model.named_parameters()}
    return by(model, decay, lambda name, owner, parameter: "bias" in names[id(parameter)] or isinstance(owner, NORMS))


@mistake(
    parameter_groups,
    "A name that only contains `bias` is taken for a bias, as `unbiased.weight` or an LSTM's `bias_hh_l0`. The "
    "parameter's own name, behind the last dot, should be `bias`.",
    keeps=0.7,
)
def hears_bias_in_the_own_name(model, decay):
    return by(model, decay, lambda name, owner, parameter: "bias" in name or isinstance(owner, NORMS))


@mistake(
    parameter_groups,
    'Both the norms and the biases are known by parts of their names, as in `no_decay = ["bias", '
    '"LayerNorm.weight"]`. That fits the names of one model: in others norms decay, and matrices do not.',
    keeps=0.7,
)
def as_in_old_scripts(model, decay):
    names = {id(parameter): path for path, parameter in model.named_parameters()}
    spares = ("bias", "LayerNorm.weight")
    return by(model, decay, lambda name, owner, parameter: any(each in names[id(parameter)] for each in spares))


@mistake(
    parameter_groups,
    "Who decays is decided by the number of dimensions: all vectors are spared. A norm over two dimensions or a table "
    "called `bias` decays then, and a vector that is neither does not.",
    keeps=0.7,
)
def by_dimensions(model, decay):
    return by(model, decay, lambda name, owner, parameter: parameter.dim() < 2)


@mistake(
    parameter_groups,
    "Of the two kinds of norms only one is spared. `nn.LayerNorm` and `nn.RMSNorm` both are.",
    keeps=0.95,
)
def knows_one_norm(model, decay):
    return by(model, decay, lambda name, owner, parameter: name == "bias" or isinstance(owner, nn.LayerNorm))


@mistake(
    parameter_groups,
    "A norm of a class of its own, which inherits from `nn.LayerNorm`, decays. `isinstance` sees it, a comparison of "
    "types does not.",
    keeps=0.95,
)
def compares_types(model, decay):
    return by(model, decay, lambda name, owner, parameter: name == "bias" or type(owner) in NORMS)


@alternative(parameter_groups)
def part_by_part(model, decay):
    kept, free = {}, {}
    for part in model.modules():
        for name, parameter in part.named_parameters(recurse=False):
            if parameter.requires_grad and parameter not in kept and parameter not in free:
                (free if spared(name, part, parameter) else kept)[parameter] = None
    return groups(list(kept), list(free), decay)


@alternative(parameter_groups)
def by_the_spared_ones(model, decay):
    out = {id(parameter) for name, owner, parameter in named(model) if spared(name, owner, parameter)}
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    kept = [parameter for parameter in learning if id(parameter) not in out]
    return groups(kept, [parameter for parameter in learning if id(parameter) in out], decay)


promised(
    parameter_groups,
    "What a model has to learn, in two groups for an optimizer: with weight decay and without.",
    by=["a small classifier", "a step of AdamW"],
)
promised(
    parameter_groups,
    "Without it are all parameters of an `nn.LayerNorm` or `nn.RMSNorm` (a subclass is one, too), whatever the "
    "parameters are called, and every other one whose own name is exactly `bias`.",
    by=[
        "norms of other names",
        "norms of other kinds",
        "names that sound like a norm or a bias",
        "vectors and matrices",
    ],
)
promised(
    parameter_groups,
    "model: a parameter that is frozen is in neither group.",
    by=["frozen parameters"],
)
promised(
    parameter_groups,
    "One with several owners is there once, as what it is for the first of them in `model.modules()`.",
    by=["a parameter with two names", "a module with two names", "a norm and a layer that share a vector"],
)
promised(parameter_groups, "decay: the weight decay of the first group.", by=["a step of AdamW", "no decay at all"])
promised(
    parameter_groups,
    'Two dicts, each with a list as `"params"` and its own `"weight_decay"`: first what decays, then what does not, '
    "with 0.0.",
    by=["a small classifier", "a step of AdamW", "its kinds"],
)
promised(parameter_groups, "A list may be empty.", by=["nothing to spare, and nothing that decays"])

equivalent(
    parameter_groups,
    'free = name == "bias" or isinstance(part, nn.LayerNorm | nn.RMSNorm)',
    'free = name is "bias" or isinstance(part, nn.LayerNorm | nn.RMSNorm)',
    "Python keeps one copy of a name that is written in code, and attributes are set by such names",
)
