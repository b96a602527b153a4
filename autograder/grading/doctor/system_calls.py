"""Numbers of system calls that the C library has no function for. They differ from processor to processor."""

from __future__ import annotations

import platform

import pyseccomp

THIS_PROCESSOR = pyseccomp.Arch.NATIVE


class UnknownSystemCall(LookupError):
    """libseccomp has no number for it on this processor, so it cannot be tried."""


def number_of(name: str, processor: int = THIS_PROCESSOR) -> int:
    """The number of a system call, from libseccomp's tables.

    Args:
        processor: one of `pyseccomp.Arch`.

    Raises:
        UnknownSystemCall: it has none there.
    """
    number: int = pyseccomp.resolve_syscall(processor, name)
    if number < 0:  # libseccomp's way to say "not on this one"
        raise UnknownSystemCall(f"not tried: libseccomp knows no number of {name} on {platform.machine()}")
    return number
