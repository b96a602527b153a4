"""`patchify`: what is right, and what goes wrong."""

import einops
import torch

from autograder.references import alternative, mistake, promised


def patchify(images, patch):
    return einops.rearrange(images, "... (h p) (w q) c -> ... (h w) (p q c)", p=patch, q=patch)


def _cut(images, patch):
    """(…, rows, patch, columns, patch, channels): the picture, read anew."""
    *front, height, width, channels = images.shape
    return images.reshape(*front, height // patch, patch, width // patch, patch, channels)


def _shape(images, patch):
    *front, height, width, channels = images.shape
    return *front, (height // patch) * (width // patch), patch * patch * channels


def _right(images, patch):
    return _cut(images, patch).transpose(-4, -3).reshape(_shape(images, patch))


@mistake(
    patchify,
    "The shape is right, and the patches are not squares of the picture: the line is read straight through, so that a "
    "patch is a piece of a row. Height and width have to be split first, and the right two dimensions exchanged.",
)
def straight_to_the_shape(images, patch):
    return images.reshape(_shape(images, patch))


@mistake(
    patchify,
    "The patches come column by column: the first ones lie one below the other. They should come row by row.",
)
def column_by_column(images, patch):
    return _cut(images, patch).movedim(-3, -5).transpose(-3, -4).transpose(-4, -3).reshape(_shape(images, patch))


@mistake(
    patchify,
    "The pixels of a patch come column by column. They should come row by row, as in the picture.",
)
def pixels_by_column(images, patch):
    return _cut(images, patch).transpose(-4, -3).transpose(-3, -2).reshape(_shape(images, patch))


@mistake(
    patchify,
    "In a patch all reds come first, then all greens, then all blues. The channels of a pixel should stay together, "
    "last, as in the picture.",
)
def channels_first(images, patch):
    return _cut(images, patch).transpose(-4, -3).movedim(-1, -3).reshape(_shape(images, patch))


@mistake(
    patchify,
    "The shape is right, and the pixels of a patch come from all over a row of patches, as when the two patch "
    "dimensions change places. It is the first of them and the columns that should: (rows, columns, patch, patch, "
    "channels).",
)
def patch_with_patch(images, patch):
    return _cut(images, patch).transpose(-4, -2).reshape(_shape(images, patch))


@mistake(
    patchify,
    "The wrong sizes are split: patches stand for rows of patches, (patch, rows) instead of (rows, patch). A patch "
    "then gathers pixels that lie far apart.",
)
def far_apart(images, patch):
    *front, height, width, channels = images.shape
    rows, columns = height // patch, width // patch
    cut = images.reshape(*front, patch, rows, patch, columns, channels)
    return cut.movedim((-4, -2), (-5, -4)).reshape(_shape(images, patch))


@mistake(
    patchify,
    "A batch is taken for granted, and no more than that: one picture alone raises, and so do two dimensions in front. "
    "`*front, height, width, channels = images.shape` takes them all.",
    keeps=0.8,
)
def unpacks_four(images, patch):
    _, _, _, _ = images.shape
    return _right(images, patch)


@mistake(
    patchify,
    "The two dimensions that change places are counted from the front: one picture alone comes out right, a batch does "
    "not. Count from the end: transpose(-4, -3).",
    keeps=0.8,
)
def counts_from_the_front(images, patch):
    return _cut(images, patch).transpose(1, 2).reshape(_shape(images, patch))


@mistake(
    patchify,
    "Height and width change places: a picture's sizes are (height, width, channels), the rows first. Where both are "
    "equal nobody notices.",
)
def width_before_height(images, patch):
    *front, width, height, channels = images.shape
    rows, columns = height // patch, width // patch
    cut = images.reshape(*front, rows, patch, columns, patch, channels).transpose(-4, -3)
    return cut.reshape(*front, rows * columns, patch * patch * channels)


@mistake(
    patchify,
    "Rows and columns of patches stay two dimensions. They should be one, row by row.",
)
def keeps_the_grid(images, patch):
    *front, height, width, channels = images.shape
    return _right(images, patch).reshape(*front, height // patch, width // patch, patch * patch * channels)


@mistake(
    patchify,
    "The numbers of a patch keep their shape, (patch, patch, channels). They should become one row.",
)
def keeps_the_square(images, patch):
    *front, count, _ = _shape(images, patch)
    return _right(images, patch).reshape(*front, count, patch, patch, images.shape[-1])


@mistake(
    patchify,
    "Where there is no picture, -1 could be any size, and torch refuses to guess. Say the sizes.",
    keeps=0.98,
)
def leaves_it_to_torch(images, patch):
    *front, height, width, channels = images.shape
    cut = images.reshape(*front, height // patch, patch, width // patch, patch, channels).transpose(-4, -3)
    return cut.reshape(*front, -1, patch * patch * channels)


@alternative(patchify)
def by_two_splits(images, patch):
    cut = images.unflatten(-2, (-1, patch)).unflatten(-4, (images.shape[-3] // patch, patch))
    return cut.transpose(-4, -3).flatten(-3).flatten(-3, -2)


@alternative(patchify)
def by_windows(images, patch):
    windows = images.unfold(-3, patch, patch).unfold(-3, patch, patch)  # …, rows, columns, channels, patch, patch
    return windows.movedim(-3, -1).reshape(_shape(images, patch))


@alternative(patchify)
def patch_by_patch(images, patch):
    *_, height, width, _ = images.shape
    corners = [(row, column) for row in range(0, height, patch) for column in range(0, width, patch)]
    cut = [images[..., row : row + patch, column : column + patch, :].flatten(-3) for row, column in corners]
    return torch.stack(cut, dim=-2)


promised(
    patchify,
    "Cuts pictures into squares and lays the numbers of each square in one row.",
    by=["a batch", "one row of patches, one column"],
)
promised(
    patchify,
    "images: shape (…, height, width, channels), with any dimensions in front, or none.",
    by=["one picture", "films: two dimensions in front", "a batch of none"],
)
promised(
    patchify, "patch: the side of a square; it divides height and width.", by=["patches of one pixel", "a single patch"]
)
promised(
    patchify,
    "Shape (…, rows · columns, patch · patch · channels): the squares row by row, and in each square its pixels row by "
    "row, the channels of a pixel side by side.",
    by=["a batch", "one picture"],
)
