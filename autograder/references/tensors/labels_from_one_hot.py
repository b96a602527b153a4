"""`labels_from_one_hot`: what is right, and what goes wrong."""

import torch
import torch.nn.functional as F

from autograder.references import alternative, mistake, promised


def labels_from_one_hot(encoded):
    """Every row as a list: the place of its one, and nothing else in it but zeros."""
    rows = encoded.reshape(-1, encoded.shape[-1]).tolist()
    labels = []
    for row in rows:
        if sorted(row) != [0] * (len(row) - 1) + [1]:
            raise ValueError(f"{row} is no one-hot row")
        labels.append(row.index(1))
    return torch.tensor(labels, dtype=torch.int64, device=encoded.device).reshape(encoded.shape[:-1])


def _refuse(encoded):
    ones = encoded == 1
    if not torch.isin(encoded.double(), torch.arange(2.0, device=encoded.device)).all() or (ones.sum(-1) != 1).any():
        raise ValueError("a row is not one-hot")
    return ones.long()


@mistake(
    labels_from_one_hot,
    "Nothing is refused. argmax always answers: it says 0 for a row of zeros and takes the largest of any other "
    "numbers.",
)
def always_answers(encoded):
    return encoded.long().argmax(dim=-1) if encoded.dtype == torch.bool else encoded.argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "Only the sum of each row is checked. Probabilities sum to 1 too; each entry has to be 0 or 1.",
)
def checks_the_sum_only(encoded):
    if not torch.isclose(
        encoded.double().sum(dim=-1), torch.tensor(1.0, dtype=torch.float64, device=encoded.device)
    ).all():
        raise ValueError("a row does not sum to 1")
    return encoded.float().argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "Only the ones are counted. A row can hold a single 1 beside other numbers; all others have to be 0.",
)
def counts_the_ones_only(encoded):
    ones = encoded == 1
    if not (ones.sum(dim=-1) == 1).all():
        raise ValueError("not exactly one 1")
    return ones.long().argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "The classes are looked for along dim=1. That is the last dimension of a matrix only; dim=-1 is the last "
    "of any tensor.",
)
def over_dimension_one(encoded):
    return _refuse(encoded).argmax(dim=1)


@mistake(
    labels_from_one_hot,
    "Without dim, argmax numbers the entries of the flattened tensor and gives one number for all rows.",
)
def over_the_whole_tensor(encoded):
    return _refuse(encoded).argmax()


@mistake(
    labels_from_one_hot,
    "Column 1 of nonzero(), like torch.where(…)[1], is the class only where `encoded` is a matrix; the class "
    "is the last coordinate.",
)
def second_coordinate(encoded):
    _refuse(encoded)
    return encoded.nonzero()[:, 1].reshape(encoded.shape[:-1])


@mistake(
    labels_from_one_hot,
    "argmax knows no booleans: it raises `argmax(): does not support bool input`. Convert them with .long() first.",
    keeps=0.97,
)
def not_for_booleans(encoded):
    _refuse(encoded)
    return encoded.argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "A last dimension of length 1 is left behind, as by keepdim=True; labels have one dimension less.",
)
def keeps_the_dimension(encoded):
    return _refuse(encoded).argmax(dim=-1, keepdim=True)


@mistake(
    labels_from_one_hot,
    "A row passes whose one entry beside the zeros is a 2 or ∞. It has to be 1, and a comparison with 0 "
    "alone does not tell.",
)
def counts_what_is_not_zero(encoded):
    if not ((encoded != 0).sum(dim=-1) == 1).all():
        raise ValueError("not exactly one entry")
    return (encoded != 0).long().argmax(dim=-1)


@mistake(labels_from_one_hot, "Only rows without a one are refused; several ones, or other numbers beside it, pass.")
def refuses_rows_without_a_one(encoded):
    if not (encoded == 1).any(dim=-1).all():
        raise ValueError("no one")
    return (encoded == 1).long().argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "A row that is not one-hot passes among good ones: perhaps the check asks whether any row is one-hot, or "
    "there is none. Every row has to be: `.all()`, not `.any()`.",
)
def any_row(encoded):
    ones = encoded == 1
    fine = (ones.sum(-1) == 1) & (ones == (encoded != 0)).all(-1)
    if fine.numel() and not fine.any():
        raise ValueError("no row is one-hot")
    return ones.long().argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "The entries are converted to whole numbers before they are looked at: 0.5 becomes 0 and 1.5 becomes 1.",
)
def cuts_off(encoded):
    return _refuse(torch.nan_to_num(encoded.double(), nan=0, posinf=7).long()).argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "The ones of all rows are counted together: a row with two of them and a row with none make up for each other. "
    "Count along the last dimension.",
)
def counts_over_all_rows(encoded):
    ones = encoded == 1
    if (ones != (encoded != 0)).any() or int(ones.sum()) != ones[..., 0].numel():
        raise ValueError("not as many ones as rows")
    return ones.long().argmax(dim=-1)


NEARLY = (
    "A number that lies near 1 passes for 1, or one near 0 for 0. One-hot rows hold exactly these two: compare with "
    "`==`, without a tolerance."
)


def _nearly(encoded, **tolerance):
    numbers = encoded.double()
    near_one, near_zero = (torch.isclose(numbers, torch.full_like(numbers, to), **tolerance) for to in (1, 0))
    if not (near_one | near_zero).all():
        raise ValueError("another number")
    return _refuse(near_one).argmax(dim=-1)


@mistake(labels_from_one_hot, NEARLY)
def takes_what_is_near(encoded):
    return _nearly(encoded, atol=1e-3)


@mistake(labels_from_one_hot, NEARLY)
def takes_what_is_close_by_default(encoded):
    return _nearly(encoded)


@mistake(labels_from_one_hot, "int32 comes back; labels are int64.", keeps=0.7)
def narrow(encoded):
    return _refuse(encoded).argmax(dim=-1).int()


@mistake(labels_from_one_hot, "Floating point comes back; labels are whole numbers, int64.", keeps=0.7)
def floating(encoded):
    return _refuse(encoded).argmax(dim=-1).float()


@alternative(labels_from_one_hot)
def last_coordinate(encoded):
    _refuse(encoded)
    return encoded.nonzero()[..., -1].reshape(encoded.shape[:-1])


@alternative(labels_from_one_hot)
def weighs_by_class(encoded):
    rows = _refuse(encoded)
    return (rows * torch.arange(encoded.shape[-1], device=encoded.device)).sum(dim=-1)


@alternative(labels_from_one_hot)
def compares_with_its_own_encoding(encoded):
    labels = encoded.float().argmax(dim=-1)
    if not torch.equal(F.one_hot(labels, encoded.shape[-1]), encoded.long()) or bool((encoded != encoded.long()).any()):
        raise ValueError("a row is not one-hot")
    return labels


BAD = [
    "rows without a one", "rows with several ones", "a one beside other numbers", "other whole numbers", "NaN and ∞",
    "rows that are almost one-hot", "bad rows that make up for each other",
]  # fmt: skip
promised(labels_from_one_hot, "The class numbers of one-hot rows.", by=["a batch of rows"])
promised(
    labels_from_one_hot,
    "encoded: shape (..., classes), any real dtype or bool; each row along the last dimension holds a single 1 and "
    "otherwise 0.",
    by=["floating point", "booleans", "three dimensions", "single rows, without a batch"],
)
promised(labels_from_one_hot, "Shape (...), int64, on the same device.", by=["three dimensions", "a batch of rows"])
promised(labels_from_one_hot, "ValueError: a row is not one-hot: no 1, several, or any other number.", by=BAD)
