"""`autocast_dtype`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.mixed_precision._shared import unseen


def _ones(*shape):
    return lambda dtype: torch.ones(*shape).to(dtype)


ROW, SQUARE, BATCH = _ones(4), _ones(3, 3), _ones(1, 3, 3)

CALLS = {
    "matmul": lambda a, b: torch.matmul(SQUARE(a), SQUARE(b)),
    "linear": lambda a, b: F.linear(SQUARE(a), SQUARE(b)),
    "bmm": lambda a, b: torch.bmm(BATCH(a), BATCH(b)),
    "conv1d": lambda a, b: F.conv1d(BATCH(a), BATCH(b)),
    "scaled_dot_product_attention": lambda a, b: F.scaled_dot_product_attention(BATCH(a), BATCH(b), BATCH(b)),
    "mse_loss": lambda a, b: F.mse_loss(ROW(a), ROW(b)),
    "l1_loss": lambda a, b: F.l1_loss(ROW(a), ROW(b)),
    "cross_entropy": lambda a: F.cross_entropy(SQUARE(a), torch.tensor([0, 1, 2])),
    "cdist": lambda a, b: torch.cdist(SQUARE(a), SQUARE(b)),
    "prod": lambda a: torch.prod(ROW(a)),
    "relu": lambda a: torch.relu(ROW(a)),
    "gelu": lambda a: F.gelu(ROW(a)),
    "exp": lambda a: torch.exp(ROW(a)),
    "sum": lambda a: torch.sum(ROW(a)),
    "softmax": lambda a: torch.softmax(ROW(a), dim=-1),
    "layer_norm": lambda a: F.layer_norm(SQUARE(a), (3,)),
    "add": lambda a, b: ROW(a) + ROW(b),
    "mul": lambda a, b: ROW(a) * ROW(b),
    "cat": lambda a, b: torch.cat([ROW(a), ROW(b)]),
    "stack": lambda a, b: torch.stack([ROW(a), ROW(b)]),
}

PRODUCTS = ("matmul", "linear", "bmm", "conv1d", "scaled_dot_product_attention")

WIDENED = ("mse_loss", "l1_loss", "cross_entropy", "cdist", "prod")


def autocast_dtype(operation, *inputs, autocast=torch.bfloat16):
    """Not a prediction: the operation itself."""
    return unseen(lambda: asks_autocast(operation, *inputs, autocast=autocast))


def _promoted(inputs):
    result = inputs[0]
    for dtype in inputs[1:]:
        result = torch.promote_types(result, dtype)
    return result


def _predict(operation, inputs, autocast, products=PRODUCTS, widened=WIDENED):
    if torch.float64 in inputs:
        return torch.float64
    if operation in products:
        return autocast
    return torch.float32 if operation in widened else _promoted(inputs)


@mistake(
    autocast_dtype,
    "Everything becomes the autocast dtype. autocast is no `model.half()`: only products are narrowed, losses "
    "are widened to "
    "float32, and the rest goes on in what comes in.",
)
def narrows_everything(operation, *inputs, autocast=torch.bfloat16):
    return torch.float64 if torch.float64 in inputs else autocast


@mistake(autocast_dtype, "Nothing but type promotion: this is what happens without autocast.")
def without_autocast(operation, *inputs, autocast=torch.bfloat16):
    return _promoted(inputs)


@mistake(autocast_dtype, "Losses and distances keep a half-precision dtype. autocast widens them to float32.")
def losses_stay(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=())


@mistake(
    autocast_dtype,
    "float64 is narrowed in products. autocast leaves float64 alone: who asks for that many digits shall have them.",
    keeps=0.9,
)
def narrows_float64(operation, *inputs, autocast=torch.bfloat16):
    return autocast if operation in PRODUCTS else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "Losses of float64 come out as float32. autocast widens what is narrower; float64 it leaves alone.",
    keeps=0.9,
)
def narrows_float64_in_losses(operation, *inputs, autocast=torch.bfloat16):
    return torch.float32 if operation in WIDENED else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "softmax, layer_norm, exp and sum come out as float32. On a GPU they do; on the CPU they keep the dtype "
    "that comes in.",
)
def as_on_a_gpu(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=(*WIDENED, "softmax", "layer_norm", "exp", "sum"))


@mistake(
    autocast_dtype,
    "softmax comes out as float32, as on a GPU. On the CPU it is in the third list: it keeps the dtype that comes in.",
)
def widens_softmax(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=(*WIDENED, "softmax"))


@mistake(
    autocast_dtype,
    "softmax and layer_norm come out as float32, as on a GPU. On the CPU both are in the third list: they keep the "
    "dtype that comes in.",
)
def widens_softmax_and_norm(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=(*WIDENED, "softmax", "layer_norm"))


@mistake(
    autocast_dtype,
    "Two dtypes that meet in an addition or in `cat` give the narrower one. Type promotion gives one that holds both.",
)
def takes_the_narrower(operation, *inputs, autocast=torch.bfloat16):
    narrow = min(inputs, key=lambda dtype: dtype.itemsize)
    return narrow if operation in ("add", "mul", "cat", "stack") else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "float64 is treated like the others, in products and in losses. autocast leaves it alone: ask for it first.",
    keeps=0.9,
)
def forgets_float64(operation, *inputs, autocast=torch.bfloat16):
    if operation in PRODUCTS:
        return autocast
    return torch.float32 if operation in WIDENED else _promoted(inputs)


@mistake(
    autocast_dtype,
    "Where two dtypes meet in an addition or in `cat`, the first one is taken. Type promotion gives one that "
    "holds both.",
)
def takes_the_first(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs[:1] if operation not in PRODUCTS else inputs, autocast)


@mistake(
    autocast_dtype,
    "`promote_types` wants two dtypes, and some operations have one input: then there is nothing to promote.",
)
def promotes_one(operation, *inputs, autocast=torch.bfloat16):
    if torch.float64 in inputs or operation in PRODUCTS or operation in WIDENED:
        return _predict(operation, inputs, autocast)
    return torch.promote_types(*inputs)


@mistake(autocast_dtype, "Products give bfloat16 whatever autocast is told. The dtype to narrow to is an argument.")
def always_bfloat16(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, torch.bfloat16)


@mistake(
    autocast_dtype,
    "Products of half-precision inputs keep their dtype. autocast brings them to its own dtype, also from "
    "float16 to bfloat16.",
)
def narrow_stays_narrow(operation, *inputs, autocast=torch.bfloat16):
    keeps = operation in PRODUCTS and all(dtype.itemsize == 2 for dtype in inputs)
    return inputs[0] if keeps else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "Products of float16 stay float16 where autocast goes to bfloat16, and the other way round. It brings the first "
    "list to its own dtype, from the other half precision, too.",
)
def narrows_float32_only(operation, *inputs, autocast=torch.bfloat16):
    found = _promoted(inputs)
    return found if operation in PRODUCTS and found.itemsize == 2 else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "float16 and bfloat16 that meet give one of the two. Neither holds the other's numbers: promotion goes to float32.",
    keeps=0.95,
)
def one_of_the_halves(operation, *inputs, autocast=torch.bfloat16):
    halves = {torch.float16, torch.bfloat16} <= set(inputs)
    return inputs[0] if halves and operation in ("add", "mul") else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "autocast has been switched on and asked. This is a prediction: work it out from the rules.",
)
def asks_autocast(operation, *inputs, autocast=torch.bfloat16):
    with torch.autocast("cpu", dtype=autocast):
        return CALLS[operation](*inputs).dtype


@mistake(
    autocast_dtype,
    "Lower precision is taken for all that is not in the list of losses. The third list is the longest: its operations "
    "go on in what comes in.",
)
def narrows_all_but_losses(operation, *inputs, autocast=torch.bfloat16):
    if torch.float64 in inputs:
        return torch.float64
    return torch.float32 if operation in WIDENED else autocast


@mistake(
    autocast_dtype,
    "What is in neither list comes out as float32. It keeps the dtype that comes in: a relu after a product stays "
    "narrow.",
)
def widens_the_rest(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=CALLS.keys() - set(PRODUCTS))


@mistake(
    autocast_dtype,
    "`scaled_dot_product_attention` is missing among the narrowed operations: it is a product of products.",
)
def attention_is_no_product(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, products=PRODUCTS[:-1])


@mistake(
    autocast_dtype, "`prod` and `cdist` are missing among the widened operations: that list holds more than losses."
)
def widens_losses_only(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=WIDENED[:3])


@mistake(
    autocast_dtype,
    "Operations that join tensors, `cat` and `stack`, or that add and multiply them, are narrowed like products. They "
    "are in the third list: type promotion.",
)
def narrows_what_joins(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, products=(*PRODUCTS, "add", "mul", "cat", "stack"))


@mistake(
    autocast_dtype,
    "A name comes back where a dtype is asked for: `torch.bfloat16` itself, not its text.",
)
def as_text(operation, *inputs, autocast=torch.bfloat16):
    return str(_predict(operation, inputs, autocast))


@mistake(
    autocast_dtype,
    "Without being told, autocast goes to float16 here. On the CPU, and in the signature, it is bfloat16.",
)
def float16_by_default(operation, *inputs, autocast=torch.float16):
    return _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "Where two dtypes meet in `add`, `mul`, `cat` or `stack`, autocast's comes out. Only the first list is "
    "narrowed: these are promoted to a dtype that holds both.",
)
def sums_go_to_autocast(operation, *inputs, autocast=torch.bfloat16):
    mixed = len(set(inputs)) > 1 and torch.float64 not in inputs and operation not in WIDENED
    return autocast if mixed else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "`add` and `mul` are narrowed like products. They are in the third list: type promotion, so that a sum with the "
    "float32 residual stays float32.",
)
def narrows_arithmetic(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, products=(*PRODUCTS, "add", "mul"))


@alternative(autocast_dtype)
def by_the_rules(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast)


@alternative(autocast_dtype)
def by_empty_tensors(operation, *inputs, autocast=torch.bfloat16):
    together = torch.zeros((), dtype=inputs[0])
    for dtype in inputs:
        together = together + torch.zeros((), dtype=dtype)
    if together.dtype == torch.float64 or operation not in (*PRODUCTS, *WIDENED):
        return together.dtype
    return autocast if operation in PRODUCTS else torch.float


equivalent(
    autocast_dtype,
    "return inputs[0] if len(inputs) == 1 else torch.promote_types(*inputs)",
    "return inputs[0] if len(inputs) <= 1 else torch.promote_types(*inputs)",
    "An operation has one input or two: none is not asked for.",
)
equivalent(
    autocast_dtype,
    "return inputs[0] if len(inputs) == 1 else torch.promote_types(*inputs)",
    "return inputs[ -1] if len(inputs) == 1 else torch.promote_types(*inputs)",
    "Of one input the last is the first.",
)

promised(
    autocast_dtype,
    """The dtype that an operation gives inside `torch.autocast("cpu", dtype=autocast)`, by the three lists.""",
    by=["all inputs float32", "all inputs bfloat16", "a block, operation by operation"],
)
promised(autocast_dtype, "operation: a name from the lists above.", by=["all inputs float32"])
promised(
    autocast_dtype,
    "inputs: the dtypes of its floating-point inputs, one or two.",
    by=["all inputs float32", "bfloat16 and float32", "float16 meets bfloat16"],
)
promised(
    autocast_dtype,
    "A narrowed or widened operation gets no float64 beside another dtype.",
    by="it says what is not asked, so that no answer has to care",
)
promised(
    autocast_dtype,
    "autocast: torch.bfloat16 or torch.float16.",
    by=["all inputs float32, autocast to float16", "bfloat16, autocast to float16"],
)
