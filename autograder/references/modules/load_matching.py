"""`load_matching`: what goes wrong in the report, and other ways that are right."""

import copy
import re

from autograder.references import alternative, mistake, promised
from autograder.references.modules import _load_matching_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._load_matching import load_matching, loaded


@mistake(
    load_matching,
    "missing and unexpected are swapped. Seen from the model: what it has and the file has not is missing.",
)
def swaps_the_lists(model, state, ignore=()):
    report = loaded(model, state, ignore)
    return {**report, "missing": report["unexpected"], "unexpected": report["missing"]}


@mistake(
    load_matching,
    "A tensor whose shape differs is reported as missing, too, as when the file without the mismatched ones "
    "is compared with the model. The file has it: it is mismatched alone.",
)
def misses_the_mismatched(model, state, ignore=()):
    report = loaded(model, state, ignore)
    quiet = [name for name in report["mismatched"] if any(re.search(pattern, name) for pattern in ignore)]
    return {**report, "missing": report["missing"] + [name for name in report["mismatched"] if name not in quiet]}


@mistake(
    load_matching,
    "Names to ignore are not loaded. Ignoring is about the report alone: what fits is loaded, whatever its name.",
)
def skips_the_ignored(model, state, ignore=()):
    return loaded(model, state, ignore, skip_ignored=True)


@mistake(load_matching, "`ignore` is not heard: everything is reported.")
def hears_no_ignore(model, state, ignore=()):
    return loaded(model, state, ())


@mistake(
    load_matching,
    "A pattern is looked for at the beginning of a name only, as by re.match. It may stand anywhere in it: re.search.",
    keeps=0.98,
)
def matches_at_the_start(model, state, ignore=()):
    return loaded(model, state, ignore, search=re.match)


@mistake(load_matching, "`ignore` holds patterns, not whole names: re.search(pattern, name).")
def compares_whole_names(model, state, ignore=()):
    return loaded(model, state, ignore, search=lambda pattern, name: pattern == name)


JOINED = (
    "The patterns do not stay apart, as when they are joined by `|`: a flag such as (?i) is then about all of them, or "
    "an error where it does not stand in front. Search for each pattern by itself."
)


@mistake(load_matching, JOINED, keeps=0.98)
def joins_the_patterns(model, state, ignore=()):
    return loaded(model, state, ["|".join(ignore)] * bool(ignore))


@mistake(load_matching, JOINED, keeps=0.98)
def joins_the_patterns_in_groups(model, state, ignore=()):
    return loaded(model, state, ["|".join(f"({pattern})" for pattern in ignore)] * bool(ignore))


@mistake(
    load_matching, "A shape that differs is hushed up where its name is ignored. That is never expected: report it."
)
def hushes_up_shapes(model, state, ignore=()):
    return loaded(model, state, ignore, quiet_mismatch=True)


@mistake(
    load_matching,
    "A tensor whose shape differs is reported as unexpected, too. Both have it, so it is mismatched and nothing else.",
)
def expects_no_mismatched(model, state, ignore=()):
    report = loaded(model, state, ignore)
    return {**report, "unexpected": report["unexpected"] + report["mismatched"]}


@mistake(
    load_matching,
    "A tensor whose shape differs is left, but not reported: it belongs under mismatched.",
)
def hushes_up_the_mismatched(model, state, ignore=()):
    return {**loaded(model, state, ignore), "mismatched": []}


@mistake(
    load_matching,
    "`ignore` holds patterns, not parts of names: `in` never finds `^` or `\\.`. re.search(pattern, name).",
    keeps=0.8,
)
def looks_for_parts(model, state, ignore=()):
    return loaded(model, state, ignore, search=lambda pattern, name: pattern in name)


@mistake(
    load_matching,
    "`ignore` is heard for one of the two lists only. It is about both: missing and unexpected.",
    keeps=0.8,
)
def quiets_the_missing_only(model, state, ignore=()):
    return {**loaded(model, state, ignore), "unexpected": loaded(copy.deepcopy(model), state, ())["unexpected"]}


@mistake(
    load_matching,
    "`ignore` is heard for one of the two lists only. It is about both: missing and unexpected.",
    keeps=0.8,
)
def quiets_the_unexpected_only(model, state, ignore=()):
    return {**loaded(model, state, ignore), "missing": loaded(copy.deepcopy(model), state, ())["missing"]}


@mistake(
    load_matching,
    "The lists grow from call to call, as with a default `{…}` or a global. Make fresh ones at every call.",
    keeps=0.95,
)
def remembers_reports(model, state, ignore=()):
    known = model.__dict__.setdefault("_reports", {"missing": [], "unexpected": [], "mismatched": []})
    for kind, names in loaded(model, state, ignore).items():
        known[kind] += names
    return known


@mistake(
    load_matching,
    "A tied tensor is known under its first name only, so its other name is never missing. `named_parameters()` lists "
    "what is shared once; `state_dict()` has every name.",
    keeps=0.98,
)
def under_the_first_name(model, state, ignore=()):
    first = {name for name, _ in [*model.named_parameters(), *model.named_buffers()]}
    report = loaded(model, state, ignore)
    return {**report, "missing": [name for name in report["missing"] if name in first]}


@alternative(load_matching)
def loaded_by_the_library(model, state, ignore=()):
    mine = model.state_dict()
    wrong = [name for name in state if name in mine and mine[name].shape != state[name].shape]
    missing, unexpected = model.load_state_dict({k: v for k, v in state.items() if k not in wrong}, strict=False)

    def told(names):
        return [name for name in names if name not in wrong and not any(re.search(p, name) for p in ignore)]

    return {"missing": told(missing), "unexpected": told(unexpected), "mismatched": wrong}


@alternative(load_matching)
def loaded_in_place(model, state, ignore=()):
    return loaded(model, copy.copy(state), list(ignore))


promised(
    load_matching,
    "Loads every tensor of `state` that the model has under the same name in the same shape.",
    by=["all fits", "as many numbers in another shape", "a frozen state, in an OrderedDict"],
)
promised(
    load_matching,
    "model: its tensors get new values; they keep their dtype, their memory and their `requires_grad`.",
    by=["the model stays itself", "float32 into float64"],
)
promised(
    load_matching,
    "state: names to tensors, as from `state_dict()`.",
    by=["all fits", "a frozen state, in an OrderedDict"],
)
promised(
    load_matching,
    "It is not changed, and no memory is shared with it.",
    by=["the caller's state is left alone", "the model stays itself"],
)
promised(
    load_matching,
    "ignore: patterns for `re.search`, a list or tuple.",
    by=["a pattern in the middle of a name", "each pattern has its own flags"],
)
promised(
    load_matching,
    'A name in which one is found is left out of "missing" and "unexpected".',
    by=["keys to ignore", "an ignored name whose shape differs"],
)
promised(load_matching, "It is loaded all the same if it fits.", by=["ignored and there: it is loaded"])
promised(
    load_matching,
    'Three lists of names, in any order: "missing" (the model has it, `state` has not), "unexpected" (the other way '
    'round), "mismatched" (both have it, in different shapes).',
    by=["missing and unexpected", "another number of classes"],
)
promised(
    load_matching,
    "A tied tensor that came under one of its names is missing under the other.",
    by=["a tied weight, saved once, and nothing ignored"],
)
