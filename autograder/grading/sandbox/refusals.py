"""Why bubblewrap could not make a sandbox: from what it complained of and how this machine is set, to what to do.

bubblewrap itself hears no more than "Permission denied" from the kernel.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

APPARMOR = "kernel/apparmor_restrict_unprivileged_userns"  # Ubuntu 23.10 and later
CLONE = "kernel/unprivileged_userns_clone"  # Debian's own
MOST = "user/max_user_namespaces"
CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")  # Docker's and Podman's
SECCOMP_FILTER = "Seccomp:\t2"

# Ubuntu's own profile for /usr/bin/bwrap, and how to load it: https://github.com/microsoft/vscode/issues/316046 (24.04
# has it in apparmor-profiles, 25.04 has it loaded) and an AppArmor maintainer in
# https://github.com/ocaml/opam/issues/5968. It is made for /usr/bin/bwrap, so the system's bubblewrap is installed too.
LOAD_PROFILE = """\
AppArmor refuses user namespaces to bubblewrap here, as on Ubuntu 24.04 and GitHub's runners. Ubuntu's own profile
for /usr/bin/bwrap allows them:
  sudo apt-get update && sudo apt-get install bubblewrap apparmor-profiles
  sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/
  sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict
Or grade as root, who needs no user namespace."""
# The profile's text: "its children do not have capabilities", and setpriv is such a child.
LEAVE_ROOT = """\
AppArmor's profile bwrap-userns-restrict takes the rights from what root starts in bubblewrap, and so root cannot become
somebody else in it: grade as a plain user."""
# Docker gives root neither capability; its seccomp filter refuses the system calls, its AppArmor profile the mounts:
# https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
# https://github.com/containers/bubblewrap/issues/505
RUN_FLAGS = (
    "--cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
)
OPEN_CONTAINER = f"""\
This is a container, or a service with a seccomp filter, and it refuses namespaces. Start it with
  {RUN_FLAGS}
and grade as root in it; the Dockerfile of this folder is made for that."""
# bubblewrap's own message names it; /usr/share/doc/bubblewrap/README.Debian.gz explains it.
ALLOW_CLONE = "Debian's switch for user namespaces is off: sudo sysctl -w kernel.unprivileged_userns_clone=1"
# https://docs.kernel.org/admin-guide/sysctl/user.html
ALLOW_SOME = "This machine allows no user namespaces at all: sudo sysctl -w user.max_user_namespaces=28633"
UNKNOWN = "Unprivileged user namespaces may be off: allow them, or grade as root."


@dataclass(frozen=True)
class Machine:
    """What decides whether a sandbox can be made.

    Attributes:
        root: whether the grader is root.
        confined: whether it runs in a container, or under a seccomp filter.
        settings: the kernel's settings about namespaces, those that it has.
    """

    root: bool
    confined: bool
    settings: Mapping[str, str]

    @classmethod
    def this(cls) -> Machine:
        """The one that this process runs on."""
        files = {name: Path("/proc/sys", name) for name in (APPARMOR, CLONE, MOST)}
        settings = {name: file.read_text().strip() for name, file in files.items() if file.exists()}
        filtered = SECCOMP_FILTER in Path("/proc/self/status").read_text()
        return cls(os.getuid() == 0, filtered or any(map(os.path.exists, CONTAINER_FILES)), settings)


Test = Callable[[str, Machine], bool]
# The first that fits is it. What root may do hangs on none of the three settings.
REFUSALS: tuple[tuple[Test, str], ...] = (
    (lambda said, machine: machine.root and APPARMOR in machine.settings and said.startswith("setpriv:"), LEAVE_ROOT),
    (lambda said, machine: not machine.root and machine.settings.get(MOST) == "0", ALLOW_SOME),
    (lambda said, machine: not machine.root and machine.settings.get(CLONE) == "0", ALLOW_CLONE),
    (lambda said, machine: machine.confined, OPEN_CONTAINER),
    (
        lambda said, machine: not machine.root and machine.settings.get(APPARMOR) == "1" and _is_refusal(said),
        LOAD_PROFILE,
    ),
)


def why_refused(said: str, machine: Machine) -> str:
    """One sentence about what happened, and what to do about it.

    Args:
        said: what bubblewrap and what it started wrote to stderr.
    """
    said = said.strip()[-300:]
    advice = next((advice for fits, advice in REFUSALS if fits(said, machine)), UNKNOWN)
    return f"bubblewrap cannot make a sandbox here ({said}). {advice}"


def _is_refusal(said: str) -> bool:
    """Whether a right was missing. bubblewrap before 0.9 printed a wrong reason behind "loopback: Failed"."""
    return any(words in said for words in ("Permission denied", "Operation not permitted", "loopback: Failed"))
