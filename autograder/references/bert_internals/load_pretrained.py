"""`load_pretrained`: other ways that are right, and what is promised."""

from autograder.references import alternative, promised
from autograder.references.bert_internals import (
    _load_pretrained_mistakes,  # noqa: F401  (they register themselves)
    _load_pretrained_more_mistakes,  # noqa: F401
    _load_pretrained_slips_mistakes,  # noqa: F401
)
from autograder.references.bert_internals._load_pretrained import load_pretrained, modernised


@alternative(load_pretrained)
def loads_by_state_dict(model, checkpoint):
    renamed = {}
    for name in checkpoint:
        new = name.removeprefix("bert.")
        new = new.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        renamed[new] = name
    wanted = model.state_dict()
    if missing := wanted.keys() - renamed.keys():
        raise KeyError(f"missing: {sorted(missing)}")
    found = {name: checkpoint[renamed[name]] for name in wanted}
    if wrong := [name for name in wanted if wanted[name].shape != found[name].shape]:
        raise ValueError(f"of another shape: {wrong}")
    model.load_state_dict(found)
    return sorted(renamed[name] for name in renamed.keys() - wanted.keys())


@alternative(load_pretrained)
def loads_by_walking(model, checkpoint):
    left, found = [], {}
    targets = model.state_dict(keep_vars=True)
    for name, value in checkpoint.items():
        new = modernised(name)
        if new in targets:
            found[new] = value
        else:
            left.append(name)
    for name, target in targets.items():
        if name not in found:
            raise KeyError(name)
        if target.shape != found[name].shape:
            raise ValueError(f"{name}: {tuple(target.shape)} and {tuple(found[name].shape)}")
    for name, target in targets.items():
        target.detach().copy_(found[name])
    left.sort()
    return left


WHATEVER = [
    "the very names", "saved together with a head", "gamma and beta", "gamma and beta, with a head",
    '"bert." in the middle of a name', "gamma and beta of something else",
]  # fmt: skip


BENT = [
    f"one is {kind}" for kind in ("narrower", "wider", "transposed", "laid out in one row", "one dimension too deep")
]


promised(
    load_pretrained,
    "Copies a checkpoint into `model` by the names of its tensors, whatever the age and the head of the checkpoint.",
    by=WHATEVER,
)


promised(
    load_pretrained,
    'A name in the checkpoint loses a "bert." in front; LayerNorm.gamma at its end becomes LayerNorm.weight, '
    "LayerNorm.beta becomes LayerNorm.bias.",
    by=WHATEVER,
)


promised(load_pretrained, "model: every parameter and every buffer of its `state_dict` is overwritten.", by=WHATEVER)


promised(
    load_pretrained,
    "It keeps its dtype, and its parameters stay the same objects.",
    by=["into float64", "float16 and bfloat16", "the model's own tensors"],
)


promised(load_pretrained, "No two names become the same.", by=WHATEVER)


promised(
    load_pretrained,
    "checkpoint: name → tensor; what goes into the model is of any floating dtype.",
    by=["float16 and bfloat16", "into float64", "more than the model has"],
)


promised(
    load_pretrained,
    "The checkpoint is left alone, and shares no memory with the model.",
    by=["the checkpoint is left alone", "the model's own tensors"],
)


promised(
    load_pretrained,
    "The names in the checkpoint, as they stand there, that have no place in the model, sorted.",
    by=["more than the model has", "more than the model has, in an old file"],
)


promised(
    load_pretrained,
    "KeyError: a tensor of the model is not in the checkpoint.",
    by=["one is missing", "nothing at all"],
)


promised(load_pretrained, "ValueError: one has another shape.", by=BENT)


promised(
    load_pretrained,
    "Both name the tensor as the model does, and the model is then as it was.",
    by=["one is missing", *BENT],
)
