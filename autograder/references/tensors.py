"""What is right in `01_tensors`, and what goes wrong."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.references import alternative, mistake

# checkerboard


def checkerboard(rows, columns, dtype=torch.float32, device=None):
    board = torch.empty(rows, columns, dtype=dtype, device=device)
    for i in range(rows):
        for j in range(columns):
            board[i, j] = (i + j) % 2
    return board


@mistake(checkerboard, "The corner [0, 0] is 1. Entry [i, j] is (i + j) % 2, so the corner is 0.")
def starts_with_one(rows, columns, dtype=torch.float32, device=None):
    board = torch.ones(rows, columns, dtype=dtype, device=device)
    board[::2, 1::2] = 0
    board[1::2, ::2] = 0
    return board


@mistake(checkerboard, "Only the odd rows are filled: the even rows need their ones too, one column further.")
def every_other_row(rows, columns, dtype=torch.float32, device=None):
    board = torch.zeros(rows, columns, dtype=dtype, device=device)
    board[1::2, ::2] = 1
    return board


@mistake(
    checkerboard,
    "The cells are numbered from 0 to rows · columns − 1 and taken % 2. With an even number of columns every row "
    "starts with the same colour, and the board has stripes.",
)
def numbers_the_cells(rows, columns, dtype=torch.float32, device=None):
    return (torch.arange(rows * columns) % 2).reshape(rows, columns).to(device=device, dtype=dtype)


@mistake(checkerboard, "Rows and columns are exchanged: the shape is (rows, columns), rows first.")
def columns_first(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(columns, rows, dtype, device)


@mistake(checkerboard, "dtype is accepted and then forgotten: hand it on, as in torch.zeros(…, dtype=dtype).")
def forgets_dtype(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, device=device)


@mistake(checkerboard, "device is accepted and then forgotten: hand it on, as in torch.zeros(…, device=device).")
def forgets_device(rows, columns, dtype=torch.float32, device=None):
    return checkerboard(rows, columns, dtype)


@alternative(checkerboard)
def adds_indices(rows, columns, dtype=torch.float32, device=None):
    total = torch.arange(rows, device=device)[:, None] + torch.arange(columns, device=device)
    return (total % 2).to(dtype)


@alternative(checkerboard)
def from_lists(rows, columns, dtype=torch.float32, device=None):
    values = [[(i + j) % 2 for j in range(columns)] for i in range(rows)]
    return torch.tensor(values, dtype=dtype, device=device).reshape(rows, columns)


@alternative(checkerboard)
def compares_parities(rows, columns, dtype=torch.float32, device=None):
    odd_row = torch.arange(rows).remainder(2).bool()
    odd_column = torch.arange(columns).remainder(2).bool()
    return (odd_row.unsqueeze(1) ^ odd_column).to(device=device, dtype=dtype)


# standardize


def standardize(x):
    """The definition, in float64: divide by the root of the squared distances over n - 1."""
    values = x.double()
    rows = [values[i] for i in range(len(values))]
    mean = sum(rows) / len(rows)
    variance = sum((row - mean) ** 2 for row in rows) / (len(rows) - 1)
    result = torch.stack([(row - mean) / variance**0.5 for row in rows])
    return result.to(x.dtype if x.is_floating_point() else torch.float32)


def _wide(x):
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _narrow(result, x):
    return result.to(x.dtype) if x.is_floating_point() else result


@mistake(
    standardize,
    "Everything is computed in the input's own dtype. Whole numbers have no mean in theirs, and bfloat16 keeps "
    "two or three digits of the mean: convert to float32 first.",
)
def in_its_own_dtype(x):
    return (x - x.mean(dim=0)) / x.std(dim=0)


@mistake(
    standardize,
    "The squared distances are divided by n, not by n − 1: this is correction=0. The default of torch.std, "
    "correction=1, is asked for. NumPy's default is the other one.",
)
def biased(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / wide.std(dim=0, correction=0), x)


@mistake(
    standardize,
    "One mean and one standard deviation are taken over the whole table; each column needs its own: dim=0.",
)
def over_everything(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean()) / wide.std(), x)


@mistake(
    standardize,
    "Rows are standardized, not columns: dim=0 is the dimension that disappears, and it counts the rows.",
)
def over_rows(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=1, keepdim=True)) / wide.std(dim=1, keepdim=True), x)


@mistake(standardize, "The division is by the variance; the standard deviation is its square root.")
def divides_by_variance(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / wide.var(dim=0), x)


@mistake(
    standardize,
    "The caller's tensor is changed. x.float() and x.to(dtype) give back x itself where there is nothing to "
    "convert, and `-=` then writes into it.",
)
def writes_into_the_input(x):
    wide = _wide(x)
    wide -= wide.mean(dim=0)
    wide /= wide.std(dim=0)
    return _narrow(wide, x)


@mistake(
    standardize,
    "The result is cast back to whole numbers, which cuts off everything behind the point. Leave it in float32.",
)
def back_to_whole_numbers(x):
    wide = _wide(x)
    return ((wide - wide.mean(dim=0)) / wide.std(dim=0)).to(x.dtype)


@mistake(standardize, "Everything becomes float32: float64 loses half of its digits, and bfloat16 does not come back.")
def always_float32(x):
    wide = x.float()
    return (wide - wide.mean(dim=0)) / wide.std(dim=0)


@mistake(
    standardize,
    "A small number is added to the standard deviation. It changes every column a little, and one with a tiny "
    "spread a lot.",
)
def adds_epsilon(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / (wide.std(dim=0) + 1e-5), x)


@alternative(standardize)
def with_var_mean(x):
    wide = _wide(x)
    variance, mean = torch.var_mean(wide, dim=0, keepdim=True)
    return _narrow((wide - mean) / variance.sqrt(), x)


@alternative(standardize)
def by_sums(x):
    wide = x.double()
    centred = wide - wide.sum(dim=0) / len(x)
    spread = (centred.square().sum(dim=0) / (len(x) - 1)).sqrt()
    return (centred / spread).to(x.dtype if x.is_floating_point() else torch.float32)


@alternative(standardize)
def in_place_on_a_copy(x):
    wide = _wide(x).clone()
    wide -= wide.mean(dim=0)
    return _narrow(wide.div_(wide.std(dim=0)), x)


# take_rows


def take_rows(table, rows):
    return torch.index_select(table, 0, rows.reshape(-1)).reshape(*rows.shape, *table.shape[1:])


@mistake(take_rows, "Columns are picked: table[:, rows]. The first index counts the rows: table[rows].")
def takes_columns(table, rows):
    return table[:, rows]


@mistake(
    take_rows,
    "A slice runs from the lowest row to the highest. It cannot repeat or reorder rows, and it is a view: writing"
    " to it writes to the table.",
)
def slices(table, rows):
    return table[int(rows.min()) : int(rows.max()) + 1]


@mistake(
    take_rows,
    "A mask says of each row in or out. It keeps the table's order and cannot repeat a row; row numbers can do both.",
)
def masks(table, rows):
    return table[torch.isin(torch.arange(len(table), device=table.device), rows)]


@mistake(
    take_rows,
    "gather takes one entry for each entry of its index. An index of one column fetches the first column only; "
    "expand it to all columns.",
)
def gathers_one_column(table, rows):
    return table.gather(0, rows.reshape(-1, 1))


@mistake(take_rows, "torch.take numbers the entries of the flattened table; the numbers given here are those of rows.")
def takes_entries(table, rows):
    return torch.take(table, rows)


@mistake(
    take_rows,
    "torch.stack needs at least one tensor, so a loop over no rows fails; table[rows] gives a table of no rows.",
)
def stacks_in_a_loop(table, rows):
    return torch.stack([table[row] for row in rows])


@mistake(take_rows, "squeeze() drops every dimension of length 1: a single row comes back without its first dimension.")
def squeezes(table, rows):
    return table[rows].squeeze()


@mistake(
    take_rows,
    "The row numbers are flattened and stay flat. The result has the shape of `rows` followed by that of one row.",
)
def flattens_the_batch(table, rows):
    return table[rows.flatten()]


@alternative(take_rows)
def by_indexing(table, rows):
    return table[rows]


@alternative(take_rows)
def gathers(table, rows):
    flat = table.reshape(len(table), -1)
    index = rows.reshape(-1, 1).expand(-1, flat.shape[1])
    return flat.gather(0, index).reshape(*rows.shape, *table.shape[1:])


@alternative(take_rows)
def copies_row_by_row(table, rows):
    result = table.new_empty(rows.numel(), *table.shape[1:])
    for position, row in enumerate(rows.flatten().tolist()):
        result[position] = table[row]
    return result.reshape(*rows.shape, *table.shape[1:])


# one_hot


def one_hot(labels, classes):
    return F.one_hot(labels, classes)


def _encode(labels, classes):
    """F.one_hot itself is not allowed in an answer, a wrong one neither."""
    return (labels[..., None] == torch.arange(classes, device=labels.device)).long()


@mistake(
    one_hot,
    "The number of classes is guessed from the largest label. A batch in which the last class does not appear "
    "then gets too few columns.",
)
def guesses_the_classes(labels, classes):
    return _encode(labels, int(labels.max()) + 1)


@mistake(
    one_hot,
    "The result is floating point: torch.eye and torch.zeros make float32 unless you ask for dtype=torch.int64.",
)
def floating_point(labels, classes):
    return torch.eye(classes, device=labels.device)[labels]


@mistake(
    one_hot,
    "encoded[:, labels] = 1 writes a one into these columns of every row. Each row has its own column: "
    "encoded[torch.arange(n), labels] = 1, or scatter_.",
)
def fills_columns(labels, classes):
    encoded = labels.new_zeros(*labels.shape, classes)
    encoded[..., labels] = 1
    return encoded


@mistake(one_hot, "Classes come first and labels last: the new dimension of classes belongs at the end.")
def classes_first(labels, classes):
    return _encode(labels, classes).movedim(-1, 0)


@mistake(one_hot, "A comparison gives booleans: convert them with .long(), since int64 is asked for.")
def booleans(labels, classes):
    return labels[..., None] == torch.arange(classes, device=labels.device)


@mistake(one_hot, "The labels are flattened and stay flat. The result has the shape of `labels` followed by `classes`.")
def flattens(labels, classes):
    return _encode(labels.reshape(-1), classes)


@mistake(
    one_hot,
    "A helper tensor is made on the default device. Make it where the labels are: device=labels.device, or "
    "labels.new_zeros(…).",
)
def on_the_default_device(labels, classes):
    return torch.eye(classes, dtype=torch.int64)[labels]


@alternative(one_hot)
def scatters(labels, classes):
    zeros = torch.zeros(*labels.shape, classes, dtype=torch.int64, device=labels.device)
    return zeros.scatter(-1, labels[..., None], 1)


@alternative(one_hot)
def rows_of_the_identity(labels, classes):
    return torch.eye(classes, dtype=torch.int64, device=labels.device)[labels]


@alternative(one_hot)
def compares(labels, classes):
    return (labels.unsqueeze(-1) == torch.arange(classes, device=labels.device)).long()


@alternative(one_hot)
def writes_one_by_one(labels, classes):
    encoded = labels.new_zeros(labels.numel(), classes)
    for row, label in enumerate(labels.flatten().tolist()):
        encoded[row, label] = 1
    return encoded.reshape(*labels.shape, classes)


# labels_from_one_hot


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
    "argmax runs over dim=1. That is the last dimension of a matrix only; dim=-1 is the last of any tensor.",
)
def over_dimension_one(encoded):
    return _refuse(encoded).argmax(dim=1)


@mistake(
    labels_from_one_hot,
    "Without dim, argmax numbers the entries of the flattened tensor and gives one number for all rows.",
)
def over_the_whole_tensor(encoded):
    return _refuse(encoded).argmax()


@mistake(labels_from_one_hot, "max gives the largest value of each row, which is always 1; argmax gives its place.")
def takes_the_value(encoded):
    return _refuse(encoded).max(dim=-1).values


@mistake(
    labels_from_one_hot,
    "Column 1 of nonzero() is the class only where `encoded` is a matrix; the class is the last coordinate.",
)
def second_coordinate(encoded):
    _refuse(encoded)
    return encoded.nonzero()[:, 1].reshape(encoded.shape[:-1])


@mistake(
    labels_from_one_hot,
    "argmax knows no booleans: it raises `argmax(): does not support bool input`. Convert them with .long() first.",
)
def not_for_booleans(encoded):
    _refuse(encoded)
    return encoded.argmax(dim=-1)


@mistake(
    labels_from_one_hot,
    "keepdim=True leaves a last dimension of length 1 behind; labels have one dimension less.",
)
def keeps_the_dimension(encoded):
    return _refuse(encoded).argmax(dim=-1, keepdim=True)


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


# shares_memory


def shares_memory(a, b):
    """By addresses: the bytes of the two storages overlap."""
    if a.numel() == 0 or b.numel() == 0:
        return False
    spans = [(s.data_ptr(), s.data_ptr() + s.nbytes()) for s in (a.untyped_storage(), b.untyped_storage())]
    (start, end), (other_start, other_end) = spans
    return start < other_end and other_start < end


@mistake(
    shares_memory,
    "`is` asks whether the two names stand for one Python object. A view is another object in the same memory.",
)
def is_the_same_object(a, b):
    return a is b and a.numel() > 0


@mistake(
    shares_memory,
    "a.data_ptr() is the address of the first element of a. A view that starts later in the same memory has "
    "another one.",
)
def first_elements(a, b):
    return a.data_ptr() == b.data_ptr() and a.numel() > 0 and b.numel() > 0


@mistake(shares_memory, "The values are compared. A copy has equal values in other memory.")
def equal_values(a, b):
    return torch.equal(a, b) and a.numel() > 0


@mistake(
    shares_memory,
    "_base remembers of which tensor a view was made. detach() and from_numpy share memory without it.",
)
def compares_bases(a, b):
    def root(t):
        return t if t._base is None else t._base

    return root(a) is root(b) and a.numel() > 0 and b.numel() > 0


@mistake(
    shares_memory,
    "Writing to one tensor and looking at the other changes the caller's values, and two halves of one block pass"
    " unnoticed.",
)
def writes_and_looks(a, b):
    before = b.clone()
    a += 1
    changed = not torch.equal(before, b)
    a -= 1
    return changed


@mistake(
    shares_memory,
    "Two empty tensors come out as sharing: an empty storage has the address 0, and 0 equals 0. Ask for numel() first.",
)
def forgets_empty_tensors(a, b):
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


@mistake(
    shares_memory,
    "The storage objects are compared. from_numpy makes a second storage over the same memory: compare their "
    "addresses.",
)
def compares_storage_objects(a, b):
    return a.untyped_storage()._cdata == b.untyped_storage()._cdata and a.numel() > 0 and b.numel() > 0


@mistake(
    shares_memory,
    "An equal offset is taken for shared memory. The offset says where a tensor starts within its own storage.",
)
def compares_offsets(a, b):
    return a.storage_offset() == b.storage_offset() and a.numel() > 0 and b.numel() > 0


@alternative(shares_memory)
def subtracts_the_offset(a, b):
    def start(t):
        return t.data_ptr() - t.storage_offset() * t.element_size()

    return min(a.numel(), b.numel()) > 0 and start(a) == start(b)


@alternative(shares_memory)
def counts_addresses(a, b):
    return all(t.numel() for t in (a, b)) and len({t.untyped_storage().data_ptr() for t in (a, b)}) == 1


# standardize_


def standardize_(x):
    if not x.is_floating_point():
        raise TypeError("whole numbers cannot hold the result")
    return x.copy_(standardize(x))


@mistake(
    standardize_,
    "`x = …` gives the name x to a new tensor. The caller's memory stays as it was; sub_, div_ and copy_ write "
    "into it.",
)
def rebinds_the_name(x):
    if not x.is_floating_point():
        raise TypeError
    x = x - x.mean(dim=0)
    return x / x.std(dim=0)


@mistake(
    standardize_,
    "`x.data = …` moves x to new memory. It is still the same object, but views and NumPy arrays of the old "
    "memory see nothing.",
)
def replaces_the_data(x):
    if not x.is_floating_point():
        raise TypeError
    x.data = (x - x.mean(dim=0)) / x.std(dim=0)
    return x


@mistake(
    standardize_,
    "Nothing is returned. In-place functions of PyTorch return the tensor itself, so that calls can be chained.",
)
def returns_nothing(x):
    if not x.is_floating_point():
        raise TypeError
    x.sub_(x.mean(dim=0)).div_(x.std(dim=0))


@mistake(
    standardize_,
    "contiguous() and reshape() make a copy where x is not contiguous, and the copy is what gets standardized. "
    "Write into x itself.",
)
def writes_into_a_copy(x):
    if not x.is_floating_point():
        raise TypeError
    rows = x.contiguous()
    rows.sub_(rows.mean(dim=0)).div_(rows.std(dim=0))
    return x


@mistake(
    standardize_,
    "Whole numbers are accepted: x.copy_(…) and x[:] = … cut off everything behind the point without a word. "
    "Raise TypeError.",
)
def cuts_off_the_fraction(x):
    return x.copy_(standardize(x))


@mistake(
    standardize_,
    "The squared distances are divided by n, not by n − 1: take the default of torch.std, correction=1.",
)
def biased_in_place(x):
    if not x.is_floating_point():
        raise TypeError
    return x.sub_(x.mean(dim=0)).div_(x.std(dim=0, correction=0))


@mistake(
    standardize_,
    "One mean and one standard deviation are taken over the whole table; each column needs its own: dim=0.",
)
def over_everything_in_place(x):
    if not x.is_floating_point():
        raise TypeError
    return x.sub_(x.mean()).div_(x.std())


@alternative(standardize_)
def assigns_to_all(x):
    if not x.is_floating_point():
        raise TypeError("no whole numbers")
    x[:] = (x - x.mean(dim=0)) / x.std(dim=0)
    return x


@alternative(standardize_)
def augmented(x):
    if not x.is_floating_point():
        raise TypeError("no whole numbers")
    x -= x.mean(dim=0)
    x /= x.std(dim=0)
    return x


@alternative(standardize_)
def with_out(x):
    if x.dtype not in (torch.float32, torch.float64):
        raise TypeError("float32 or float64")
    torch.sub(x, x.mean(dim=0), out=x)
    return torch.div(x, x.std(dim=0), out=x)


# to_numpy


def to_numpy(x):
    """numpy(force=True) is detach, cpu and numpy in one; what NumPy has no name for goes through float32."""
    return x.float().numpy(force=True) if x.dtype == torch.bfloat16 else x.numpy(force=True)


def _known(x):
    return x.float() if x.dtype == torch.bfloat16 else x


@mistake(
    to_numpy,
    "A tensor that wants a gradient has no numpy(): NumPy cannot record operations. Take detach() of it first.",
)
def forgets_detach(x):
    return _known(x).cpu().numpy()


@mistake(to_numpy, "NumPy reads the main memory only: bring the tensor there first, with cpu().")
def forgets_cpu(x):
    return _known(x).detach().numpy()


@mistake(to_numpy, "NumPy has no bfloat16: convert it to float32, which holds every bfloat16 number exactly.")
def forgets_bfloat16(x):
    return x.detach().cpu().numpy()


@mistake(
    to_numpy,
    "Everything becomes float32. That is for bfloat16 alone; whole numbers, booleans and float64 have their own "
    "dtype in NumPy.",
)
def always_float(x):
    return x.detach().cpu().float().numpy()


@mistake(
    to_numpy,
    "The array is built from Python numbers. It forgets the dtype, float32 and bfloat16 become float64, and it "
    "shares no memory.",
)
def through_lists(x):
    return np.array(x.tolist())


@mistake(
    to_numpy,
    "requires_grad_(False) changes the caller's tensor, which then learns nothing any more. detach() leaves it as"
    " it is.",
)
def switches_the_gradient_off(x):
    return _known(x).requires_grad_(False).cpu().numpy()


@mistake(
    to_numpy,
    "detach_() with an underscore cuts the caller's own tensor off its history. detach() makes a new tensor in "
    "the same memory.",
)
def detaches_in_place(x):
    return _known(x.detach_()).cpu().numpy()


@mistake(to_numpy, "The array is a copy. Where no conversion is needed, it should look at the tensor's own memory.")
def copies(x):
    return _known(x).detach().cpu().clone().numpy()


@alternative(to_numpy)
def cpu_first(x):
    x = x.cpu().detach()
    return (x.to(torch.float32) if x.dtype is torch.bfloat16 else x).numpy()


@alternative(to_numpy)
def asks_where_it_is(x):
    if x.requires_grad:
        x = x.detach()
    if x.is_cuda:
        x = x.to("cpu")
    if x.dtype == torch.bfloat16:
        x = x.float()
    return np.asarray(x)


# seeded_normal


def seeded_normal(shape, seed, device="cpu"):
    state = torch.get_rng_state()
    try:
        torch.default_generator.manual_seed(seed)
        return torch.randn(shape).to(device)
    finally:
        torch.set_rng_state(state)


@mistake(
    seeded_normal,
    "torch.manual_seed sets the one global stream, and every later random number of the program follows from your"
    " seed. Use a torch.Generator of your own.",
)
def reseeds_the_global_stream(shape, seed, device="cpu"):
    torch.default_generator.manual_seed(seed)
    return torch.randn(shape).to(device)


@mistake(
    seeded_normal,
    "Afterwards the global stream is set back to its first number, so the program meets the same random numbers "
    "again. It should go on where it was.",
)
def rewinds_the_global_stream(shape, seed, device="cpu"):
    start = torch.initial_seed()
    torch.default_generator.manual_seed(seed)
    result = torch.randn(shape).to(device)
    torch.default_generator.manual_seed(start)
    return result


@mistake(
    seeded_normal,
    "The state of the global stream is saved after it was seeded: that is too late to bring it back.",
)
def saves_too_late(shape, seed, device="cpu"):
    torch.default_generator.manual_seed(seed)
    state = torch.get_rng_state()
    result = torch.randn(shape).to(device)
    torch.set_rng_state(state)
    return result


@mistake(
    seeded_normal,
    "The generator is never given the seed. A new torch.Generator always starts with the same default.",
)
def forgets_the_seed(shape, seed, device="cpu"):
    return torch.randn(shape, generator=torch.Generator()).to(device)


@mistake(
    seeded_normal,
    "A generator is made and seeded, but not handed to torch.randn, which then draws from the global stream.",
)
def forgets_the_generator(shape, seed, device="cpu"):
    torch.Generator().manual_seed(seed)
    return torch.randn(shape).to(device)


@mistake(seeded_normal, "torch.rand is uniform between 0 and 1; torch.randn is normal.")
def uniform(shape, seed, device="cpu"):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).to(device)


@mistake(seeded_normal, "device is accepted and then forgotten: bring the result there with .to(device).")
def stays_on_the_cpu(shape, seed, device="cpu"):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@mistake(
    seeded_normal,
    "The numbers are drawn on the device itself. Each kind of device makes other numbers from the same seed: draw"
    " on the CPU, then move them.",
)
def draws_on_the_device(shape, seed, device="cpu"):
    return torch.randn(shape, generator=torch.Generator(device).manual_seed(seed), device=device)


@alternative(seeded_normal)
def forks_the_global_stream(shape, seed, device="cpu"):
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        return torch.randn(shape).to(device)


@alternative(seeded_normal)
def fills_in_place(shape, seed, device="cpu"):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.empty(shape).normal_(generator=generator).to(device)
