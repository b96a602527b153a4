"""More mistakes of `parameter_groups`: who is there, how often, and in what."""

from autograder.references import mistake
from autograder.references.finetuning._parameter_groups import NORMS, by, groups, parameter_groups, spared


@mistake(
    parameter_groups,
    "Frozen parameters are in the groups, too. Who does not learn is in neither: look at `requires_grad`.",
    keeps=0.95,
)
def takes_the_frozen(model, decay):
    return by(model, decay, spared, frozen=True)


@mistake(
    parameter_groups,
    "A parameter that has two names is there twice. An optimizer refuses that, or moves it twice.",
    keeps=0.95,
)
def counts_twice(model, decay):
    kept, free = [], []
    for path, parameter in model.named_parameters(remove_duplicate=False):
        owner, _, name = path.rpartition(".")
        if parameter.requires_grad:
            (free if spared(name, model.get_submodule(owner), parameter) else kept).append(parameter)
    return groups(kept, free, decay)


@mistake(
    parameter_groups,
    "The lists hold names. An optimizer takes the parameters themselves.",
)
def hands_over_names(model, decay):
    names = {id(parameter): path for path, parameter in model.named_parameters()}
    found = parameter_groups(model, decay)
    return [{**group, "params": [names[id(each)] for each in group["params"]]} for group in found]


@mistake(
    parameter_groups,
    "A group without parameters is left out. There are always two, and a list may be empty.",
    keeps=0.95,
)
def leaves_empty_groups_out(model, decay):
    return [group for group in parameter_groups(model, decay) if group["params"]]


@mistake(
    parameter_groups,
    "Copies of the parameters are in the groups, as with `.clone()` or `.detach()`. An optimizer would move these, and "
    "the model would stay.",
)
def copies(model, decay):
    found = parameter_groups(model, decay)
    return [{**group, "params": [each.detach().clone() for each in group["params"]]} for group in found]


@mistake(
    parameter_groups,
    "`params` is used up by the first who walks through it, as a generator is. Promised is a list.",
    keeps=0.8,
)
def as_a_generator(model, decay):
    return [{**group, "params": iter(group["params"])} for group in parameter_groups(model, decay)]


@mistake(
    parameter_groups,
    "The groups have a key `decay` instead of `weight_decay`. An optimizer looks for its own names.",
)
def under_another_name(model, decay):
    return [{"params": group["params"], "decay": group["weight_decay"]} for group in parameter_groups(model, decay)]


@mistake(
    parameter_groups,
    "Biases and norms are nowhere: they have no group. They should learn, only without decay.",
)
def forgets_the_spared(model, decay):
    return parameter_groups(model, decay)[:1]


@mistake(
    parameter_groups,
    "Only the parameters of the model itself or of its direct parts are there. Walk through all modules.",
)
def looks_at_the_top(model, decay):
    kept, free = [], []
    for part in (model, *model.children()):
        for name, parameter in part.named_parameters(recurse=False):
            if parameter.requires_grad:
                (free if name == "bias" or isinstance(part, NORMS) else kept).append(parameter)
    return groups(kept, free, decay)


@mistake(
    parameter_groups,
    "The decay of the first group is a constant such as 0.01. It is the one that is handed over, also where that is 0.",
)
def a_constant(model, decay):
    first, second = parameter_groups(model, decay)
    return [{**first, "weight_decay": 0.01}, second]


TWICE = "A parameter that has two names is there twice. An optimizer refuses that, or moves it twice."
RECURSION = (
    "For each module all parameters below it are taken, not only its own, so that most come more than once, or a "
    "norm's gain is sorted by the module above it. `named_parameters(recurse=False)` gives a module's own."
)


def part_by_part(model, decay, recurse, seen=None, spares=lambda name, part, value: spared(name, part, value)):
    kept, free = [], []
    for part in model.modules():
        for name, value in part.named_parameters(recurse=recurse):
            if value.requires_grad and (seen is None or value not in seen):
                (free if spares(name, part, value) else kept).append(value)
                if seen is not None:
                    seen.add(value)
    return groups(kept, free, decay)


@mistake(parameter_groups, TWICE, keeps=0.95)
def does_not_remember(model, decay):
    return part_by_part(model, decay, recurse=False)


@mistake(parameter_groups, RECURSION)
def with_all_below(model, decay):
    return part_by_part(model, decay, recurse=True)


@mistake(parameter_groups, RECURSION)
def with_all_below_once(model, decay):
    return part_by_part(model, decay, recurse=True, seen=set())


@mistake(
    parameter_groups,
    "Only the biases of norms are spared. All of a norm is, and each other parameter called `bias` as well: it takes "
    "an `or`, not an `and`.",
)
def both_at_once(model, decay):
    return by(model, decay, lambda name, owner, value: name == "bias" and isinstance(owner, NORMS))


@mistake(
    parameter_groups,
    "Vectors and what is called `bias` are spared, whoever they belong to. A norm over two dimensions decays then, and "
    "a vector that is no norm's does not: ask for the kind of the module.",
    keeps=0.8,
)
def vectors_and_biases(model, decay):
    return by(model, decay, lambda name, owner, value: name == "bias" or value.dim() == 1)


@mistake(
    parameter_groups,
    "A name that ends with `bias` is taken for a bias, as `position_bias`. The parameter's own name, behind the last "
    "dot, should be `bias` and nothing else.",
    keeps=0.95,
)
def ends_with_bias(model, decay):
    return by(model, decay, lambda name, owner, value: name.endswith("bias") or isinstance(owner, NORMS))
