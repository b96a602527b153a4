"""Mistakes of `nan_tripwire` about which outputs are looked at, and what in them."""

import torch
from torch import Tensor

from autograder.references import mistake
from autograder.references.hooks._nan_tripwire import flat, has_nan, nan_tripwire, tensors_of, tripwire

knows_plain_tuples = mistake(
    nan_tripwire,
    "NaN in a named tuple goes by, or another module is blamed. A named tuple is a tuple, too: ask `isinstance(output, "
    "tuple)`, and not for the type itself.",
    keeps=0.98,
)(tripwire(bad=lambda output: type(output) in (tuple, Tensor) and has_nan(output)))

OTHER_DTYPES = (
    "NaN of some dtypes goes by, or another module is blamed: perhaps complex numbers, which are not "
    "`is_floating_point()`, or all but float32. `isnan` takes tensors of every dtype: whether it is a tensor is all "
    "that has to be asked before."
)
for looked_at in (Tensor.is_floating_point, lambda value: value.dtype == torch.float32):
    mistake(nan_tripwire, OTHER_DTYPES, keeps=0.98)(
        tripwire(bad=lambda output, seen=looked_at: has_nan(tuple(filter(seen, tensors_of(output)))))
    )

goes_inside = mistake(
    nan_tripwire,
    "NaN in a tuple inside the tuple raises the alarm. Only the output's own entries are looked at, and what lies "
    "deeper is passed over.",
    keeps=0.98,
)(tripwire(bad=lambda output: has_nan(tuple(flat(output)))))

looks_into_dicts = mistake(
    nan_tripwire,
    "NaN inside a dict raises the alarm. An output that is neither a tensor nor a tuple is passed over.",
    keeps=0.98,
)(tripwire(bad=lambda output: has_nan(tuple(output.values()) if isinstance(output, dict) else output)))
