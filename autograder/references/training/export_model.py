"""`export_model`: what is right, and what goes wrong."""

from contextlib import contextmanager

import torch
from torch.export import Dim

from autograder.references import alternative, mistake, promised


@contextmanager
def evaluating(model):
    modes = [(part, part.training) for part in model.modules()]
    try:
        model.eval()
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def export_model(model, example, path):
    with evaluating(model):
        program = torch.export.export(model, (example,), dynamic_shapes=({0: Dim.DYNAMIC},))
    torch.export.save(program, path)


def write(model, example, path, fixed=False, **limits):
    shapes = None if fixed else ({0: Dim("rows", **limits)},)
    torch.export.save(torch.export.export(model, (example,), dynamic_shapes=shapes), path)


@mistake(
    export_model,
    "The program takes as many rows as the example had and refuses others. Say that the first dimension may vary: "
    "`dynamic_shapes=({0: Dim.DYNAMIC},)`.",
)
def fixed_rows(model, example, path):
    with evaluating(model):
        write(model, example, path, fixed=True)


MOST = (
    "The program takes so many rows and refuses more: there is a largest number, as with `Dim(…, max=64)`. Leave it "
    "out, and any number will do."
)


@mistake(export_model, MOST, keeps=0.75)
def a_largest_number(model, example, path):
    with evaluating(model):
        write(model, example, path, max=64)


@mistake(export_model, MOST, keeps=0.75)
def a_small_largest_number(model, example, path):
    with evaluating(model):
        write(model, example, path, max=4)


@mistake(
    export_model,
    "The program refuses a single row, or none: there is a smallest number, as with `Dim(…, min=2)`. Leave it out.",
    keeps=0.75,
)
def a_smallest_number(model, example, path):
    with evaluating(model):
        write(model, example, path, min=3)


@mistake(
    export_model,
    "The program drops at random, or batch norm looks at the batch: it was exported in training mode. Switch to "
    "evaluation mode for it.",
)
def in_training_mode(model, example, path):
    write(model, example, path)


@mistake(
    export_model,
    "The model stays in evaluation mode. Put back the mode of each part.",
    keeps=0.89,
)
def stays_evaluating(model, example, path):
    model.eval()
    write(model, example, path)


@mistake(
    export_model,
    "Afterwards all parts train, also one that was frozen in evaluation mode. Put back the mode of each part.",
    keeps=0.89,
)
def trains_all(model, example, path):
    before = model.training
    model.eval()
    write(model, example, path)
    model.train(before)


@mistake(
    export_model,
    "The file holds no program that `torch.export.load` could read: weights alone, a pickled model, or something in "
    "another format. `torch.export.export`, then `torch.export.save`.",
)
def saves_the_weights(model, example, path):
    torch.save(model.state_dict(), path)


@mistake(
    export_model,
    "The file holds no program that `torch.export.load` could read: weights alone, a pickled model, or something in "
    "another format. `torch.export.export`, then `torch.export.save`.",
)
def pickles_the_model(model, example, path):
    torch.save(model, path)


@mistake(export_model, "There is no file at `path` afterwards: the program is made and not saved there.")
def saves_nothing(model, example, path):
    with evaluating(model):
        return torch.export.export(model, (example,), dynamic_shapes=({0: Dim.DYNAMIC},))


@mistake(
    export_model,
    "The file answers with other weights than the model had, as when it is copied anew without them.",
)
def fresh_weights(model, example, path):
    import copy

    fresh = copy.deepcopy(model)
    for part in fresh.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    write(fresh.eval(), example, path)


@mistake(
    export_model,
    "Only the model's own parts get their modes back. A frozen part further down, as a dropout in a block, comes back "
    "training. `model.modules()` lists all of them, `children()` the nearest.",
    keeps=0.9,
)
def nearest_parts_only(model, example, path):
    modes = [(part, part.training) for part in (model, *model.children())]
    write(model.eval(), example, path)
    for part, mode in modes:
        part.train(mode)


@mistake(
    export_model,
    "The model is called before it is in evaluation mode, which moves the running statistics of a batch norm. Nothing "
    "of the model should change.",
)
def tries_it_first(model, example, path):
    with torch.no_grad():
        model(example)
    with evaluating(model):
        write(model, example, path)


@alternative(export_model)
def with_a_named_dimension(model, example, path):
    with evaluating(model):
        write(model, example, path)


@alternative(export_model)
def of_a_copy(model, example, path):
    import copy

    program = torch.export.export(copy.deepcopy(model).eval(), (example,), dynamic_shapes=[{0: Dim.AUTO}])
    with open(path, "wb") as file:
        torch.export.save(program, file)


promised(
    export_model,
    "Writes a model's computation to a file, with its weights: `torch.export.load(path).module()` runs it.",
    by=["the docstring's example", "the rows of the example"],
)
promised(
    export_model,
    "model: takes one tensor.",
    by=["the rows of the example"],
)
promised(
    export_model,
    "Afterwards each of its parts is in its old mode, with its old weights and buffers.",
    by=["the modes of its parts", "its weights and statistics"],
)
promised(
    export_model,
    "example: an input with two rows or more; the program takes any number of them, also one or none.",
    by=["one row, none, and many", "a million rows"],
)
promised(
    export_model,
    "path: where to write; the name ends in .pt2.",
    by=["the docstring's example"],
)
promised(
    export_model,
    "The program answers as the model does in evaluation mode, with the weights of now.",
    by=["dropout and batch norm", "the model moves on, the file does not"],
)
