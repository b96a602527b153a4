"""Slips of `parameter_groups`: a group, a walk, a word."""

from autograder.references import mistake
from autograder.references.finetuning._parameter_groups import NORMS, by, groups, named, parameter_groups, spared


@mistake(
    parameter_groups,
    "The first group has no decay either: its `weight_decay` is 0, whatever `decay` is.",
)
def decays_nothing(model, decay):
    return [{**group, "weight_decay": 0.0} for group in parameter_groups(model, decay)]


@mistake(
    parameter_groups,
    "Only one group is there, of those who do not decay. Two are wanted: first who decays, then who does not.",
)
def the_second_only(model, decay):
    return parameter_groups(model, decay)[1:]


@mistake(
    parameter_groups,
    "A list holds pairs of a name and a parameter. An optimizer wants the parameters themselves.",
)
def with_their_names(model, decay):
    found = parameter_groups(model, decay)
    names = {id(value): name for name, value in model.named_parameters()}
    return [{**one, "params": [(names[id(each)], each) for each in one["params"]]} for one in found]


@mistake(
    parameter_groups,
    "What learns and what is frozen have changed places: the groups hold the frozen parameters only.",
)
def the_frozen_only(model, decay):
    rows = [row for row in named(model, frozen=True) if not row[2].requires_grad]
    free = [row[2] for row in rows if spared(*row)]
    return groups([row[2] for row in rows if not spared(*row)], free, decay)


@mistake(
    parameter_groups,
    "Parameters that lie deeper than in a part of the model itself, or in the model directly, are missing. "
    "`model.modules()` goes down to all of them.",
)
def its_children_only(model, decay):
    near = {id(value) for part in model.children() for value in part.parameters(recurse=False)}
    found = parameter_groups(model, decay)
    return [{**one, "params": [each for each in one["params"] if id(each) in near]} for one in found]


@mistake(
    parameter_groups,
    "The weights of other norms are spared as well, such as those of a batch norm. Spared are `nn.LayerNorm` and "
    "`nn.RMSNorm`, and what is made from them.",
    keeps=0.95,
)
def every_norm(model, decay):
    def spares(name, owner, parameter):
        return name == "bias" or isinstance(owner, NORMS) or "norm" in type(owner).__name__.lower()

    return by(model, decay, spares)


@mistake(
    parameter_groups,
    "Whether a part is a norm is read from the name of its class. A batch norm is spared then, and a kind of "
    "`nn.LayerNorm` of another name is not: `isinstance` tells.",
    keeps=0.95,
)
def by_the_class_name(model, decay):
    return by(model, decay, lambda name, owner, parameter: name == "bias" or "Norm" in type(owner).__name__)


@mistake(
    parameter_groups,
    "A parameter that is a bias or a norm's for one owner and neither for another is sorted by another owner than the "
    "first. The first in `model.modules()` decides.",
    keeps=0.95,
)
def spares_for_any_owner(model, decay):
    rows = list(named(model, twice=True))
    free = {id(row[2]) for row in rows if spared(*row)}
    return by(model, decay, lambda name, owner, parameter: id(parameter) in free)


@mistake(
    parameter_groups,
    "A parameter that is a bias or a norm's for one owner and neither for another is sorted by another owner than the "
    "first. The first in `model.modules()` decides.",
    keeps=0.95,
)
def as_the_last_owner_says(model, decay):
    last = {id(row[2]): spared(*row) for row in named(model, twice=True)}
    return by(model, decay, lambda name, owner, parameter: last[id(parameter)])
