"""`shares_memory`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def shares_memory(a, b):
    """By addresses: the bytes of the two storages overlap."""
    if a.numel() == 0 or b.numel() == 0:
        return False
    spans = [(s.data_ptr(), s.data_ptr() + s.nbytes()) for s in (a.untyped_storage(), b.untyped_storage())]
    (start, end), (other_start, other_end) = spans
    return start < other_end and other_start < end


@mistake(
    shares_memory,
    "Only one and the same Python object counts as sharing, as with `is`. A view is another object in the same memory.",
)
def is_the_same_object(a, b):
    return a is b and a.numel() > 0


FIRST = (
    "A view that starts later in the same memory comes out as not sharing. x.data_ptr() is the address of the first "
    "element of x; that of the storage is x.untyped_storage().data_ptr()."
)


@mistake(shares_memory, FIRST)
def first_elements(a, b):
    return a.data_ptr() == b.data_ptr() and a.numel() > 0 and b.numel() > 0


@mistake(shares_memory, FIRST)
def first_elements_also_of_empty_tensors(a, b):
    return a.data_ptr() == b.data_ptr()


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
    "Two halves of one block come out as not sharing: no element is in both, but they lie in one storage. Writing to "
    "one of them and looking at the other, or comparing ranges of elements, cannot see that.",
)
def writes_and_looks(a, b):
    before = b.clone()
    a += 1
    changed = not torch.equal(before, b)
    a -= 1
    return changed


@mistake(
    shares_memory,
    "Empty tensors come out as sharing: two empty storages both have the address 0, and x[:0] has the "
    "storage of x. Ask for numel() first.",
    keeps=0.9,
)
def forgets_empty_tensors(a, b):
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


@mistake(
    shares_memory,
    "x[:0] comes out as sharing: it has no elements, but lies in a storage that has some. Ask for numel(), "
    "not for the size of the storage.",
    keeps=0.9,
)
def empty_storages(a, b):
    first, second = a.untyped_storage(), b.untyped_storage()
    return first.nbytes() > 0 and first.data_ptr() == second.data_ptr()


@mistake(
    shares_memory,
    "x[:0] shares with x here: it lies in the same storage, but has no elements. One of the two without elements is "
    "enough for False.",
    keeps=0.9,
)
def both_must_be_empty(a, b):
    return (a.numel() > 0 or b.numel() > 0) and forgets_empty_tensors(a, b)


@mistake(
    shares_memory,
    "The storage objects are compared. from_numpy makes a second storage over the same memory: compare their "
    "addresses.",
    keeps=0.9,
)
def compares_storage_objects(a, b):
    return a.untyped_storage()._cdata == b.untyped_storage()._cdata and a.numel() > 0 and b.numel() > 0


@mistake(
    shares_memory,
    "An equal offset is taken for shared memory. The offset says where a tensor starts within its own storage.",
)
def compares_offsets(a, b):
    return a.storage_offset() == b.storage_offset() and a.numel() > 0 and b.numel() > 0


@mistake(shares_memory, "The shapes are compared. A view may have any shape, and a copy has the same.")
def equal_shapes(a, b):
    return a.shape == b.shape and a.numel() > 0


@mistake(
    shares_memory,
    "A pair counts as sharing wherever one of the two is a view. That a tensor was made as a view, as "
    "`_is_view()` tells, does not say of whose memory: compare the storages' addresses.",
)
def asks_for_views(a, b):
    return (a._is_view() or b._is_view()) and a.numel() > 0 and b.numel() > 0


@mistake(
    shares_memory,
    "Only `b` as a view of `a` is seen. `b` may also own the memory and `a` be the view, or both be views: "
    "compare the addresses of their storages.",
)
def one_direction(a, b):
    return (b is a or b._base is a) and a.numel() > 0 and b.numel() > 0


@alternative(shares_memory)
def subtracts_the_offset(a, b):
    def start(t):
        return t.data_ptr() - t.storage_offset() * t.element_size()

    return min(a.numel(), b.numel()) > 0 and start(a) == start(b)


@alternative(shares_memory)
def counts_addresses(a, b):
    return all(t.numel() for t in (a, b)) and len({t.untyped_storage().data_ptr() for t in (a, b)}) == 1


promised(
    shares_memory, "Whether the storages of two tensors begin at the same address.", by=["slices", "NumPy and back"]
)
promised(
    shares_memory,
    'That is "may see each other\'s changes": `x[:2]` and `x[2:]` share a storage, although no element is in both.',
    by=["slices"],
)
promised(shares_memory, "A tensor without elements shares with none, not even with itself.", by=["empty tensors"])
promised(
    shares_memory,
    "a, b: of any shape and dtype, on one device; they are left as they were.",
    by=["other shapes", "conversions", "the tensors are left alone"],
)
