"""System calls that no lesson needs and that have opened kernels before: refused with EPERM.

Threads and multiprocessing go on working. Of sockets, only Unix ones are left. Where ranks are to meet, TCP is too, and
the question which interfaces there are; the network namespace has `lo` alone, and no way out.
"""

from __future__ import annotations

import errno
import os
import socket
import tempfile

import pyseccomp

REFUSED = (
    "mount", "umount2", "pivot_root", "move_mount", "open_tree", "mount_setattr",
    "fsopen", "fsconfig", "fsmount", "fspick",
    "unshare", "setns", "chroot", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd",
    "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd",
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
    "open_by_handle_at", "name_to_handle_at", "quotactl", "acct", "settimeofday", "clock_settime", "sethostname",
)  # fmt: skip
NEW_USER_NAMESPACE = 0x10000000
NETLINK, NETLINK_ROUTE = 16, 0  # socket.AF_NETLINK is not known everywhere; getifaddrs asks the protocol "route"
FAMILIES = 64  # more than Linux has


def _filter(loopback: bool) -> pyseccomp.SyscallFilter:
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError):
            continue  # this processor or libseccomp has no such call: there is nothing to refuse
    no_such_family = pyseccomp.ERRNO(errno.EOPNOTSUPP)  # what libzmq takes for "no interfaces"; EPERM makes it abort
    allowed = {socket.AF_UNIX, *((socket.AF_INET, socket.AF_INET6, NETLINK) if loopback else ())}
    for family in set(range(FAMILIES)) - allowed:
        rules.add_rule(no_such_family, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    rules.add_rule(no_such_family, "socket", pyseccomp.Arg(0, pyseccomp.GE, FAMILIES))
    if loopback:
        other = (pyseccomp.Arg(0, pyseccomp.EQ, NETLINK), pyseccomp.Arg(2, pyseccomp.NE, NETLINK_ROUTE))
        rules.add_rule(no_such_family, "socket", *other)
    rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, NEW_USER_NAMESPACE, NEW_USER_NAMESPACE))
    # Its flags lie in memory, where no filter can look. ENOSYS sends the C library back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    return rules


def program(loopback: bool = False) -> bytes:
    """The filter as the kernel takes it: an array of BPF instructions."""
    with tempfile.TemporaryFile() as file:
        _filter(loopback).export_bpf(file)
        file.seek(0)
        return file.read()


def descriptor(loopback: bool = False) -> int:
    """The filter as a file descriptor for `bwrap --seccomp`."""
    number = os.memfd_create("seccomp")
    os.write(number, program(loopback))
    os.lseek(number, 0, os.SEEK_SET)
    return number
