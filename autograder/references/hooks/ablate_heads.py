"""`ablate_heads`: other ways that are right, and what is promised."""

from contextlib import contextmanager

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.hooks import _ablate_heads_block_mistakes, _ablate_heads_mistakes  # noqa: F401  (they register themselves)
from autograder.references.hooks._ablate_heads import ablate_heads
from autograder.references.hooks._bert import checked, dense_of, size_of
from autograder.references.hooks._shared import remove


@alternative(ablate_heads)
@contextmanager
def with_a_mask_for_each_layer(model, heads):
    """What is off is chosen by number, all at once, and filled."""
    size, handles = size_of(model), []
    off = torch.zeros(len(model.encoder.layer), model.config.num_attention_heads, dtype=torch.bool)
    for layer, head in checked(model, heads):
        off[layer, head] = True
    for layer, row in enumerate(off.repeat_interleave(size, dim=1)):
        hook = lambda module, args, row=row: args[0].masked_fill(row.to(args[0].device), 0.0)  # noqa: E731
        handles.append(dense_of(model, layer).register_forward_pre_hook(hook))
    try:
        yield
    finally:
        remove(handles)


@alternative(ablate_heads)
class AblateHeads:
    """A class, and one hook a layer on the module around the projection, which gets two inputs."""

    def __init__(self, model, heads):
        self.model, self.heads, self.handles = model, checked(model, heads), []

    def __enter__(self):
        for layer in {layer for layer, _ in self.heads}:
            output = self.model.encoder.layer[layer].attention.output
            self.handles.append(output.register_forward_pre_hook(self.switch_off(layer)))

    def switch_off(self, layer):
        off = [head for where, head in self.heads if where == layer]

        def hook(module, args):
            parts = list(args[0].unflatten(-1, (-1, size_of(self.model))).unbind(-2))
            for head in off:
                parts[head] = torch.zeros_like(parts[head])
            return torch.cat(parts, dim=-1), args[1]

        return hook

    def __exit__(self, *error):
        remove(self.handles)


equivalent(
    ablate_heads,
    "values = args[0].clone()",
    "values = args[ -1].clone()",
    "a linear layer is called with one input, which is its first and its last",
)

HAS = (
    "model: has its layers in `model.encoder.layer`, in each of them the projection `attention.output.dense`, and in "
    "`model.config` the numbers `hidden_size` and `num_attention_heads`."
)
NOT_THERE = ["a head that is not there", "a negative layer or head"]
for sentence, shown in {
    "While a `with` block lasts, heads of a BERT are off: zeros stand where they hand on their numbers.": [
        "each head, one after the other", "before, inside, after",
    ],
    HAS: ["one head", "all heads of a layer"],
    "A head is off whatever it holds, also NaN.": ["a head that is full of NaN"],
    "All other heads, the weights, and what attention itself gives stay as they are.": [
        "three heads", "the weights stay as they are", "what attention gave is left alone",
    ],
    "The model learns as one without these heads would.": ["gradients"],
    "After the block it is as before, however the block ends.": ["before, inside, after", "an error in the block"],
    "heads: pairs (layer, head), each counted from 0, in any order.": ["each head, one after the other", "three heads"],
    "One that is named twice is off, and there may be none.": ["heads that are named twice", "all heads, and none"],
    "IndexError: the model has no such layer or head, and none is counted from the end.": NOT_THERE,
    "Then no hook is left.": NOT_THERE,
}.items():  # fmt: skip
    promised(ablate_heads, sentence, by=shown)
