"""`flatten_features`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, mistake, promised


def flatten_features(x):
    return torch.flatten(x, 1) if x.dim() > 1 else x.unsqueeze(1)


def _features(x):
    return math.prod(x.shape[1:])


@mistake(
    flatten_features,
    "All numbers end up in one long row. The items of the batch have to stay apart: the first dimension remains.",
)
def into_one_row(x):
    return x.reshape(-1)


@mistake(
    flatten_features,
    "The last dimension remains, and everything before it has become one. It is the first that should remain.",
)
def keeps_the_last(x):
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


@mistake(
    flatten_features,
    "Only the last two dimensions become one. With more than three, some are left.",
)
def only_two(x):
    return x.reshape(*x.shape[:-2], -1) if x.dim() > 2 else x


@mistake(
    flatten_features,
    "The shape is right, and the numbers of an item are strewn over all rows: as when the long row is cut into columns "
    "and turned, reshape(features, -1).T. Reading it anew as (items, features) is all there is to do.",
)
def turned(x):
    return x.reshape(_features(x), len(x)).T


@mistake(
    flatten_features,
    "A tensor raises whose features cannot be walked with one step, as those of a transposed one: `view` never copies, "
    "and such a one has to be copied. `reshape` does it where it must.",
)
def by_view(x):
    return x.view(len(x), _features(x))


@mistake(
    flatten_features,
    "A batch of none raises: where there is nothing to count, -1 could be any size. Say the number of features.",
    keeps=0.95,
)
def leaves_it_to_torch(x):
    return x.reshape(len(x), -1)


@mistake(
    flatten_features,
    "Items without numbers raise: with nothing to count, -1 could be any size. Say both sizes.",
    keeps=0.95,
)
def leaves_the_items_to_torch(x):
    return x.reshape(-1, _features(x))


@mistake(
    flatten_features,
    "Dimensions of size one are dropped on the way, so that a batch of one is no batch any more.",
    keeps=0.95,
)
def squeezes(x):
    return x.reshape(len(x), _features(x)).squeeze()


@mistake(
    flatten_features,
    "What could have been a view is copied: writing to the result does not reach x. `reshape` by itself copies only "
    "where it must.",
    keeps=0.85,
)
def always_copies(x):
    return x.reshape(len(x), _features(x)).clone()


@mistake(
    flatten_features,
    "What lies in its order but with gaps between the items, or is one item many times, is copied though a view would "
    "do, as with `contiguous()`. `reshape` looks closer.",
    keeps=0.95,
)
def makes_contiguous(x):
    return x.contiguous().view(len(x), _features(x))


@mistake(
    flatten_features,
    "A vector comes back as it is. Each of its items has one feature: shape (items, 1).",
    keeps=0.95,
)
def leaves_vectors(x):
    return x.reshape(len(x), _features(x)) if x.dim() > 1 else x


@alternative(flatten_features)
def by_a_loop(x):
    features = 1
    for size in x.size()[1:]:
        features *= size
    return x.reshape(x.size(0), features)


@alternative(flatten_features)
def by_numel(x):
    return x.reshape(x.shape[0], x[0].numel() if len(x) else _features(x))


promised(
    flatten_features,
    "All dimensions but the first become one, in row-major order: num_flat_features numbers for each item.",
    by=["a batch of pictures", "transposed", "channels last"],
)
promised(
    flatten_features,
    "x: shape (items, …), any dtype, with at least one dimension; it may hold no items, or items without numbers.",
    by=["a batch of none", "items without numbers", "one number in each item", "dtypes"],
)
promised(
    flatten_features,
    "Shape (items, features), where features is the product of the other sizes, and 1 if there are none.",
    by=["a batch of rows", "one number in each item"],
)
promised(
    flatten_features,
    "It is a view of x where its memory allows that, else a copy.",
    by=["a view", "a view of some rows of each item", "one item, many times"],
)
