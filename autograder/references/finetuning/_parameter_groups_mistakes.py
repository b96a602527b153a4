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
