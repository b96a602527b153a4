"""The kernel provisioner: where jupyter_client would start a process, it starts a sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Unicode

from autograder.grading.inside.limits import Limits
from autograder.grading.sandbox.bubblewrap import sandbox_command
from autograder.grading.sandbox.seccomp import descriptor
from autograder.grading.sandbox.warm import NoWarmStart, WarmProcess, warm_parent
from autograder.grading.scratch import slot_uid

POLLS, PAUSE = 50, 0.002  # seconds; jupyter_client would look again after a tenth of a second


class SandboxProvisioner(LocalProvisioner):
    """Starts kernels in a sandbox: a fork of the slot's warm parent where that works, else bubblewrap from cold."""

    public = Unicode(help="The folder with the course's public half; from the kernel's specification.")
    process: WarmProcess | subprocess.Popen[bytes] | None = None

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        self.limits = Limits(**json.loads(options["env"]["SUBMISSION_LIMITS"]))
        self.cuda = self.limits.gpu_memory_mb > 0
        options = await super().pre_launch(**options)
        connection_file = Path(self.parent.connection_file)
        _give_to_slot(connection_file.parent)
        _give_to_slot(connection_file)
        return options

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        environment = {name: value for name, value in options["env"].items() if name != "JPY_PARENT_PID"}
        connection_file = Path(self.parent.connection_file)
        try:
            self.process = self._warm(connection_file, environment)
        except NoWarmStart:
            self.process = self._cold(cmd, connection_file, environment)
        self.pid = self.process.pid
        self.pgid = None
        return self.connection_info

    def _warm(self, connection_file: Path, environment: dict[str, str]) -> WarmProcess:
        parent = warm_parent(Path(self.public), self.cuda)
        return WarmProcess(parent, connection_file, environment, self.limits)

    def _cold(self, cmd: list[str], connection_file: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        rules = descriptor(self.limits.loopback)
        folder, disk = connection_file.parent, self.limits.disk_mb
        command = sandbox_command(cmd, [Path(self.public)], folder, disk, rules, self.cuda)
        try:
            return subprocess.Popen(
                command, env=environment, pass_fds=[rules], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        finally:
            os.close(rules)

    @property
    def lost(self) -> bool:
        """Whether something outside has ended the sandbox itself, and not the student's code its own process.

        From cold, bubblewrap passes on how the student's process ended as a status from 0 up; a signal meant itself.
        """
        if isinstance(self.process, WarmProcess):
            return self.process.lost
        return self.process is not None and (self.process.returncode or 0) < 0

    async def kill(self, restart: bool = False) -> None:
        """Kills the kernel and waits until it is dead, a moment at most."""
        await super().kill(restart)
        for _ in range(POLLS):
            if await self.poll() is not None:
                return
            await asyncio.sleep(PAUSE)

    async def send_signal(self, signum: int) -> None:
        # Signals reach bubblewrap, not the kernel; SIGKILL to it ends the whole pid namespace.
        if self.process is not None and signum in (signal.SIGKILL, signal.SIGTERM):
            self.process.kill()


def _give_to_slot(path: Path) -> None:
    if os.getuid() == 0:
        os.chown(path, slot_uid(os.getpid()), slot_uid(os.getpid()), follow_symlinks=False)
