"""Mistakes of `record_shapes` about what a leaf gives, and when its shape is read."""

from torch import Tensor

from autograder.references import mistake
from autograder.references.hooks._record_shapes import by_output, record_shapes, recorder
from autograder.references.hooks._shared import first_of, leaves_of

NAMED = (
    "A leaf that returns a named tuple has no line, or stops the call. A named tuple is a tuple, too: ask "
    "`isinstance(output, tuple)`, and not for the type itself."
)


@mistake(record_shapes, NAMED, keeps=0.95)
def passes_over_named_tuples(model, *inputs):
    def of_known(name, shapes):
        note = by_output(name, shapes)
        return lambda m, args, out: note(m, args, out) if type(out) in (Tensor, tuple) else None

    return recorder(model, inputs, leaves_of(model), of_known)


@mistake(record_shapes, NAMED, keeps=0.95)
def knows_plain_tuples(model, *inputs):
    def by_type(name, shapes):
        return lambda m, args, out: shapes.append((name, tuple((out[0] if type(out) is tuple else out).shape)))

    return recorder(model, inputs, leaves_of(model), by_type)


@mistake(
    record_shapes,
    "Where the model changes a tensor's shape in place, as by `unsqueeze_`, the line shows the shape from after that. "
    "A shape that is read at the end of the run may not be the one that the leaf gave: note it inside the hook.",
)
def reads_shapes_afterwards(model, *inputs):
    def keeping(name, kept):
        return lambda module, args, output: kept.append((name, first_of(output)))

    return [(name, tuple(each.shape)) for name, each in recorder(model, inputs, leaves_of(model), keeping)]
