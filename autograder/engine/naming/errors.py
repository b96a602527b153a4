"""Errors that a sentence explains better than their own words: what happens most, whatever the exercise."""

from __future__ import annotations

import re
from collections import Counter

from autograder.engine.naming.cause import Cause
from autograder.engine.naming.known import Row
from autograder.engine.naming.leaves import part_at
from autograder.engine.probes import REFUSED, REFUSED_OTHERWISE
from autograder.engine.values import Raised

LEAST = 0.5  # of what is wrong must be this error: then it is the cause, or hides the others

REFUSES_TOO_MUCH = "A `raise` or an `assert` of your own refuses something that the docstring allows."
OWN_REFUSAL = ("raise ", "assert ")
IS_NONE = (
    "Something is None where a value was expected: an entry of the input that may be None, the `.grad` of a weight "
    "that took no part, or the result of a function of yours without a `return`."
)

# (kind of exception, its message, the line it left): the first that fits is said. `{0}` is the first group found.
EXPLAINED: list[tuple[str, str, str, str]] = [
    (
        "AttributeError", r"cannot assign .* before Module.__init__", "",
        "`super().__init__()` is missing, or comes too late: in a module it must be the first line of "
        "`__init__`. A class that is no `nn.Module` has to make such attributes itself.",
    ),
    (
        "AttributeError", r"'NoneType' object has no attribute '(\w+)'", "", IS_NONE,
    ),
    (
        "AttributeError", r"object has no attribute '(_parameters|_buffers|_modules|_forward_hooks|training)'", "",
        "`super().__init__()` is missing, or comes too late: in a module it must be the first line of "
        "`__init__`. A class that is no `nn.Module` has to make such attributes itself.",
    ),
    (
        "TypeError", r"NoneType", "", IS_NONE,
    ),
    (
        "NameError", r"name '(\w+)' is not defined", "",
        "`{0}` is not defined where it is used: perhaps it is spelt otherwise, or not imported. What a module "
        "keeps is reached by `self.`; what only some other cell makes should come in as an argument.",
    ),
    (
        "UnboundLocalError", r"local variable '(\w+)'", "",
        "`{0}` is used before anything was assigned to it: its line comes later, or is not reached on this way. "
        "A name that a function assigns to is its own, unless it says `nonlocal` or `global`.",
    ),
    (
        "RuntimeError", r"batch[12]|must match the size", r"(?:@|matmul|bmm).*\.T\b",
        "Sizes do not fit in a line with `.T`, which turns all dimensions around. In a batch only the last two "
        "may swap: `.mT`, or `.transpose(-2, -1)`.",
    ),
    (
        "RuntimeError", r"t\(\) expects a tensor with <= 2 dimensions", "",
        "`.t()` is for two dimensions. In a batch only the last two may swap: `.mT`, or `.transpose(-2, -1)`.",
    ),
    (
        "RuntimeError", r"self must be a matrix|mat2 must be a matrix", "",
        "`torch.mm` multiplies two matrices and nothing else. `@` and `torch.matmul` take whatever stands before them.",
    ),
    (
        "RuntimeError", r"a leaf Variable that requires grad is being used in an in-place operation", "",
        "A tensor that asks for gradients is changed in place where autograd is watching. If it is the caller's, make "
        "a new one; a weight that you mean to change is changed under `torch.no_grad()`.",
    ),
    (
        "RuntimeError", r"modified by an inplace operation", "",
        "A tensor that the backward pass needs is changed in place after it was used. Make a new tensor instead; "
        "weights may change only when the backward pass is over.",
    ),
    (
        "RuntimeError", r"does not require grad and does not have a grad_fn", "",
        "Backward finds no way to the inputs: none of them asks for a gradient, or `.detach()`, `.data`, "
        "`.item()`, `torch.no_grad()` or a new `torch.tensor(…)` cuts the graph.",
    ),
    (
        "RuntimeError", r"grad can be implicitly created only for scalar outputs", "",
        "`backward()` and `grad()` start from a single number. Take a sum or a mean first, or say with which "
        "weights: `backward(gradient=…)`, `grad(…, grad_outputs=…)`.",
    ),
    (
        "RuntimeError", r"backward through the graph a second time", "",
        "The graph is walked a second time, but the first `backward()` or `grad()` gave it up. Keep it "
        "(`retain_graph=True`), compute the result anew, or detach what comes from an earlier step.",
    ),
    (
        "RuntimeError", r"(?:expected (?:m1 and m2|scalar type|mat1 and mat2)|same dtype|Input type)", "",
        "Tensors of different dtypes meet here, or one has a dtype that the operation does not take. What your "
        "code makes itself should take the dtype of what it is given.",
    ),
    (
        "RuntimeError", r"result type (\w+) can't be cast to the desired output type (\w+)", "",
        "An operation in place, or with `out=`, gives {0}, and the tensor that it writes into is {1}: that dtype "
        "cannot hold it.",
    ),
    (
        "RuntimeError", r"Boolean value of Tensor with more than one value is ambiguous", "",
        "A tensor of several values stands where Python asks for one yes or no: in an `if`, an `and`, an `or`, a "
        "`not`, or an `in`. Compare element by element, or ask `is None`.",
    ),
    (
        "RuntimeError", r"a Tensor with (?:[2-9]|\d\d+) elements cannot be converted to Scalar", "",
        "`.item()`, `int()` and `float()` take a tensor of one element. Here it has several.",
    ),
    (
        "TypeError", r"only (?:integer|one element) tensors", "",
        "A place or a size has to be one whole number. Here it is a tensor of several, or one that is no whole number.",
    ),
    (
        "RuntimeError", r"Can't call numpy\(\) on Tensor that requires grad", "",
        "A tensor on the graph cannot become an array. Stay in torch where gradients are to flow; elsewhere "
        "`.detach()` first.",
    ),
    (
        "", r"expects a non-empty TensorList|expected a non-empty list of Tensors", "",
        "A list without a tensor is to be laid together, and `stack` and `cat` raise: no rows, no batch, nothing to "
        "collect. An operation on the whole tensor needs no list; else say what comes back for nothing.",
    ),
    (
        "RuntimeError", r"cannot reshape tensor of 0 elements into shape .* unspecified dimension", "",
        "`-1` lets torch guess a size, and where there are no elements any size would do. Say the size.",
    ),
    (
        "RuntimeError", r"view size is not compatible", "",
        "`view` only reads numbers anew as they lie in memory. A tensor that was transposed or cut lies otherwise: "
        "`reshape` copies where it has to.",
    ),
    (
        "RuntimeError", r"on the same device|is not on the expected device", "",
        "Tensors on different devices meet. What your code makes itself has to be made where its input lies: "
        "`device=x.device`.",
    ),
    (
        "", r'^"\w+" not implemented for \'(\w+)\'', "",
        "Torch has this operation, but not for {0}. Compute in a dtype that has it, and convert at the end.",
    ),
    (
        "RuntimeError", r"einsum\(\): the number of subscripts", "",
        "The letters before the arrow name another number of dimensions than the tensor has. `...` stands for any "
        "number of them.",
    ),
    (
        "RuntimeError", r"has (?:negative|conjugate|neg|conj)", r"numpy",
        "This tensor only notes that a sign has changed (a conj or a neg view), and NumPy knows no such note: "
        "`.resolve_conj()` and `.resolve_neg()` write the numbers out.",
    ),
    (
        "RuntimeError", r"differentiated Tensor.* appears to not have been used", "",
        "`autograd.grad` is asked about an input that the result does not depend on. `allow_unused=True` gives None "
        "for it, `materialize_grads=True` zeros.",
    ),
    (
        "RuntimeError", r"only support floating point|floating point or complex (?:dtype|tensor)", "",
        "Torch takes no mean, deviation or norm of whole numbers, and no inverse. Convert them first; where they "
        "are to be refused, raise what the docstring names before torch does.",
    ),
    (
        "AttributeError", r"object has no attribute '(\w+)'", "",
        "`{0}` is asked of an object that does not have it: it is never set on some way through `__init__`, is spelt "
        "otherwise, or the object is of another kind than the code takes it for.",
    ),
    (
        "RuntimeError", r"Subtraction, the `-` operator, with (?:a|two) bool tensors? is not supported", "",
        "Booleans cannot be subtracted. `~` turns True and False around; or make numbers of them first, with "
        "`.int()` or `.to(dtype)`.",
    ),
    (
        "IndexError", r"too many indices for tensor of dimension", "",
        "There are more indices than the tensor has dimensions. Counted from the end, as in `x[..., 0]` or "
        "`x[..., None, :]`, they work with a batch and without one; colons at the end can be left out.",
    ),
    (
        "IndexError", r"indexing tensors could not be broadcast together", "",
        "Several index tensors are laid side by side like the two sides of a sum, so their shapes have to agree. What "
        "fits one dimension of places does not fit two.",
    ),
    (
        "ValueError", r"(?:not enough|too many) values to unpack", "",
        "A line takes something apart into more names, or fewer, than it has parts: a shape with another number of "
        "dimensions, a list with a single item, a text without the separator.",
    ),
    (
        "TypeError", r"unhashable type: '(\w+)'", "",
        "A {0} cannot be a key, as it is not hashable. A cache keeps results by their arguments, which have to "
        "be hashable, and hands out the very same object again: who changes that, changes what is kept.",
    ),
    (
        "ZeroDivisionError", r"", "",
        "Python divides by zero here, as by `/`, `//` or `%`, perhaps because something has no dimensions or no "
        "entries. Ask first whether there is anything to divide by.",
    ),
    (
        "TypeError", r"takes \d+ positional arguments? but \d+ (?:was|were) given", "",
        "A function gets more positional arguments than it takes. In a class the first parameter of each method "
        "is `self`; beyond that, the signature should be the stub's.",
    ),
    (
        "", r"was killed by SIGABRT", "",
        "A rank is aborted inside torch.distributed, as when what arrives does not fit what it is received into. "
        "`torch.empty_like` makes the same dtype and size.",
    ),
    (
        "RecursionError", r"", "",
        "Your code calls itself, deeper than Python allows. A loop with a list of what is waiting has no such end. In "
        "`__setattr__` and `__getattr__`, `self.x` calls the very same method again: go through `super()` or "
        "`self.__dict__`.",
    ),
]  # fmt: skip


def error_causes(rows: list[Row]) -> list[Cause]:
    """The error in which most of what is wrong ends, if there is a sentence about it."""
    wrong = [row for row in rows if row.wrong]
    if blank := _not_written(wrong):
        return [blank]
    explained = Counter(sentence for row in wrong if (sentence := _sentence(row)))
    for sentence, count in explained.most_common(1):
        if count >= LEAST * len(wrong):
            return [Cause(sentence, count, count == len(wrong))]
    return []


def _not_written(wrong: list[Row]) -> Cause | None:
    """The methods of a class whose blanks are still there, where most of what is wrong ends in them."""
    errors = [value for row in wrong for value in row.wrong.values() if isinstance(value, Raised)]
    blanks = [error for error in errors if error.blank and "." in error.function]
    if not blanks or len(blanks) < LEAST * len(wrong):
        return None
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(error.function for error in blanks))
    sentence = f"Not written yet: {names}. What needs it cannot be right until it is there."
    return Cause(sentence, len(blanks), len(blanks) == len(wrong))


def _sentence(row: Row) -> str:
    """What there is to say about the first error in a row; empty where it raises none, or one that is as it should."""
    for way, value in row.wrong.items():
        if isinstance(value, str) and value.startswith(REFUSED_OTHERWISE):
            if part_at(row.expected, way) != REFUSED:
                return REFUSES_TOO_MUCH
            return (
                f"What has to be refused is refused, but by {value.removeprefix(REFUSED_OTHERWISE)}. The docstring "
                "promises another kind of error, and that is the one your caller waits for."
            )
        if isinstance(value, Raised):
            return explanation(value) or (REFUSES_TOO_MUCH if value.line.startswith(OWN_REFUSAL) else "")
    return ""


def explanation(error: Raised) -> str:
    """The sentence about an error; empty where there is none."""
    for kind, message, line, sentence in EXPLAINED:
        found = re.search(message, error.message)
        if kind in ("", error.kind) and found and re.search(line, error.line):
            return sentence.format(*found.groups())
    return ""
