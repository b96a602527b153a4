"""System calls that no lesson needs and that have opened kernels before: refused with EPERM.

Threads and multiprocessing go on working. Of sockets, only the families that a kernel uses within itself are left;
the network namespace has no way out for them.
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


def _filter() -> pyseccomp.SyscallFilter:
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError):
            continue  # this processor or libseccomp has no such call: there is nothing to refuse
    no_such_family = pyseccomp.ERRNO(errno.EOPNOTSUPP)  # what libzmq takes for "no interfaces"; EPERM makes it abort
    for family in range(socket.AF_INET + 1, socket.AF_INET6):
        rules.add_rule(no_such_family, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    rules.add_rule(no_such_family, "socket", pyseccomp.Arg(0, pyseccomp.GT, socket.AF_INET6))
    rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, NEW_USER_NAMESPACE, NEW_USER_NAMESPACE))
    # Its flags lie in memory, where no filter can look. ENOSYS sends the C library back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    return rules


def program() -> bytes:
    """The filter as the kernel takes it: an array of BPF instructions."""
    with tempfile.TemporaryFile() as file:
        _filter().export_bpf(file)
        file.seek(0)
        return file.read()


def descriptor() -> int:
    """The filter as a file descriptor for `bwrap --seccomp`."""
    number = os.memfd_create("seccomp")
    os.write(number, program())
    os.lseek(number, 0, os.SEEK_SET)
    return number
