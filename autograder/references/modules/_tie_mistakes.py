"""Mistakes of `tie` about where the parameter is put, and when."""

from autograder.references import mistake
from autograder.references.modules._tie import found_at, tie


@mistake(
    tie,
    "After an AttributeError a parameter is gone: the target is taken away before it is known whether the source is "
    "there. Look both up first, and change the model at the end.",
    keeps=0.95,
)
def removes_the_target_first(model, target, source):
    holder, name, old = found_at(model, target)
    if target != source:
        delattr(holder, name)
        new = model.get_parameter(source)
        setattr(holder, name, new if new.shape == old.shape else old)
        if new.shape != old.shape:
            raise ValueError("shapes differ")


@mistake(
    tie,
    "The target's name leads to the source, but its shelf still holds the old parameter, as when the object's "
    "`__dict__` is written: optimizers and files take that one. Put it on the shelf, by setattr or in `_parameters`.",
)
def hides_the_shelf(model, target, source):
    old, new = model.get_parameter(target), model.get_parameter(source)
    holder, name, _ = found_at(model, target)
    if old.shape != new.shape:
        raise ValueError("shapes differ")
    vars(holder)[name] = new
