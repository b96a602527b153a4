"""`state_dict`: what goes wrong, and other ways that are right."""

from autograder.references import alternative, mistake, promised
from autograder.references.modules._state_dict import collected, state_dict, walk


@mistake(
    state_dict, "The buffers are missing. They are state of the module, though nobody learns them: save them, too."
)
def parameters_only(module):
    return collected(module, lambda name, parameter, saved: parameter)


@mistake(state_dict, "The parameters are missing: only the buffers are saved. Both belong in the file.")
def buffers_only(module):
    return collected(module, lambda name, parameter, saved: saved and not parameter)


@mistake(
    state_dict,
    "Of the modules inside, the buffers are missing: only the module's own are saved. Each of them saves its own.",
)
def buffers_on_top(module):
    return collected(module, lambda name, parameter, saved: saved and (parameter or "." not in name))


@mistake(
    state_dict,
    "Only what the module itself has is saved, and nothing of the modules inside: add theirs, with their names and a "
    "dot in front.",
)
def saves_on_top(module):
    return collected(module, lambda name, parameter, saved: saved and "." not in name)


@mistake(
    state_dict,
    "Names lose the way, and of two layers' weights one overwrites the other. A tensor of a module inside is called "
    "`first.weight`, with the module's name and a dot.",
)
def forgets_the_way(module):
    return {name.rpartition(".")[2]: value for name, value in collected(module).items()}


@mistake(
    state_dict,
    "A buffer that is marked as not to be saved is saved. The names in `_non_persistent_buffers_set` are left out.",
    keeps=0.8,
)
def saves_everything(module):
    return collected(module, lambda name, parameter, saved: True)


@mistake(
    state_dict,
    "Of the modules inside, every buffer is saved, as when only the outermost module's notes are asked, or a module's "
    "own for a name with dots. Each module has notes of its own, with the plain names of its buffers.",
    keeps=0.85,
)
def leaves_out_its_own(module):
    return collected(module, lambda name, parameter, saved: saved or "." in name)


@mistake(
    state_dict,
    "The notes of the outer module decide about the buffers of the modules inside. Whether a buffer is saved, the "
    "module that holds it says: `_non_persistent_buffers_set` is its own.",
    keeps=0.85,
)
def notes_of_the_outer(module):
    left_out = module._non_persistent_buffers_set
    return collected(module, lambda name, parameter, saved: parameter or name.rpartition(".")[2] not in left_out)


@mistake(
    state_dict,
    "What should be saved in one module is left out where another module has a temporary buffer of the same plain "
    "name, as when the notes of all modules are put together. Each module's notes are about its own buffers.",
    keeps=0.95,
)
def all_notes_together(module):
    kept = {name: (value, saved) for name, value, _, saved in walk(module)}
    notes = {name.split(".")[-1] for name, (_, saved) in kept.items() if not saved}
    return {name: value.detach() for name, (value, _) in kept.items() if name.split(".")[-1] not in notes}


@mistake(
    state_dict,
    "It is the other way round: saved is what `_non_persistent_buffers_set` names, and it names what is left out.",
)
def the_other_way_round(module):
    return collected(module, lambda name, parameter, saved: parameter or not saved)


@mistake(
    state_dict,
    "What is shared is saved under its first name only. Unlike `named_parameters`, a state_dict has every name, so "
    "that a model which does not share can load it.",
    keeps=0.83,
)
def under_one_name(module):
    state, seen = {}, set()
    for name, value, _, saved in walk(module):
        if saved and id(value) not in seen:
            seen.add(id(value))
            state[name] = value.detach()
    return state


@mistake(
    state_dict,
    "A shared parameter is saved under its first name only, though a shared buffer has all its names. A state_dict has "
    "every name, so that a model which does not share can load it.",
    keeps=0.89,
)
def parameters_under_one_name(module):
    state, seen = {}, set()
    for name, value, parameter, saved in walk(module):
        if saved and not (parameter and id(value) in seen):
            seen.add(id(value))
            state[name] = value.detach()
    return state


@mistake(
    state_dict,
    "A module in two places is saved under its first name only, though a parameter or buffer that two modules share "
    "has all its names. A state_dict has every name: visit a module wherever it stands.",
    keeps=0.95,
)
def visits_modules_once(module):
    first, state = {}, {}

    def visit(at, way):
        if first.setdefault(id(at), way) == way:
            own = [(name, value) for name, value, _, saved in walk(at) if saved and "." not in name]
            state.update({way + name: value.detach() for name, value in own})
            for name, inner in at._modules.items():
                if inner is not None:
                    visit(inner, f"{way}{name}.")

    visit(module, "")
    return state


@mistake(
    state_dict,
    "Entries still need a gradient. What is saved are numbers, in the same memory: `detach()` gives them without.",
    keeps=0.92,
)
def needs_gradients(module):
    return {name: value for name, value, _, saved in walk(module) if saved}


@mistake(
    state_dict,
    "A buffer that needs a gradient is saved with its history, and parameters are not: buffers may need one, too. "
    "`detach()` belongs to both.",
    keeps=0.92,
)
def buffers_with_their_history(module):
    return {name: value.detach() if parameter else value for name, value, parameter, saved in walk(module) if saved}


@mistake(
    state_dict,
    "The entries are copies, which do not follow the training. `detach()` without `clone()` shares the module's "
    "memory, as the library's do.",
    keeps=0.92,
)
def copies(module):
    return {name: value.clone() for name, value in collected(module).items()}


@mistake(
    state_dict,
    "The buffers are copies, which do not follow the training, and the parameters are not. `detach()` without "
    "`clone()` shares the module's memory.",
    keeps=0.92,
)
def copies_of_buffers(module):
    return {name: value.detach() if parameter else value.clone() for name, value, parameter, ok in walk(module) if ok}


@mistake(
    state_dict,
    "A tensor that does not lie in order in memory, such as one that was transposed, is copied, as by `contiguous()` "
    "or `reshape`, and does not follow the training. `detach()` alone shares the memory, however it lies.",
    keeps=0.92,
)
def copies_what_lies_askew(module):
    return {name: value if value.is_contiguous() else value.clone() for name, value in collected(module).items()}


@mistake(
    state_dict,
    "The module's own parameters need no gradient afterwards, so it would learn no more. `detach_()` and "
    "`requires_grad_(False)` change the parameter itself: `detach()` makes another tensor.",
    keeps=0.98,
)
def detaches_in_place(module):
    for _, value, parameter, _ in walk(module):
        if parameter:
            value.requires_grad_(False)
    return collected(module)


@mistake(
    state_dict,
    "An entry that is None is saved. A layer without a bias has the name on its shelf and nothing under it: leave it "
    "out.",
    keeps=0.95,
)
def saves_none(module):
    state = {name: None for name, value in {**module._parameters, **module._buffers}.items() if value is None}
    return {**state, **collected(module)}


@alternative(state_dict)
def into_one_dict(module, state=None, way=""):
    state = {} if state is None else state
    kept = {**module._parameters, **module._buffers}
    for name in kept.keys() - module._non_persistent_buffers_set:
        if kept[name] is not None:
            state[way + name] = kept[name].data
    for name, inner in module._modules.items():
        if inner is not None:
            into_one_dict(inner, state, f"{way}{name}.")
    return state


@alternative(state_dict)
def by_a_queue(module):
    state, waiting = {}, [("", module)]
    for way, at in waiting:
        lost = at._non_persistent_buffers_set
        shelves = [*at._parameters.items(), *[pair for pair in at._buffers.items() if pair[0] not in lost]]
        state |= {way + name: value.detach() for name, value in shelves if value is not None}
        waiting += [(f"{way}{name}.", inner) for name, inner in at._modules.items() if inner is not None]
    return state


promised(
    state_dict,
    "All parameters and buffers that are worth saving, of a module and of the modules inside it, by name.",
    by=["parameters and buffers", "modules inside"],
)
promised(
    state_dict,
    "module: has the shelves `_parameters`, `_buffers` and `_modules`; no method of its is needed.",
    by=["modules inside", "the library's modules"],
)
promised(state_dict, "An entry of a shelf may be None, and is passed over.", by=["entries that are None"])
promised(
    state_dict,
    "Its `_non_persistent_buffers_set` has the names of those of its buffers that are not saved.",
    by=["a buffer that is not saved", "the same names, saved in one module and not in another"],
)
promised(
    state_dict,
    "From names with dots, as those of `named_parameters`, to tensors.",
    by=["modules inside", "the library's modules"],
)
promised(
    state_dict,
    "What is shared stands under each of its names.",
    by=["a module in two places", "a parameter under two names"],
)
promised(
    state_dict,
    "The tensors share the module's memory, and none of them needs a gradient.",
    by=["it follows the training", "what needs a gradient"],
)
