"""Carries bytes between the grader and one kernel, and closes the line when the kernel has sent too many.

Neither ZeroMQ nor nbclient knows such a limit: a message may have any number of parts, a cell any number of messages,
and all of them are kept in the grader's memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import stat
from functools import partial
from threading import Thread

from autograder.grading.scratch import scratch_folder

BLOCK = 2**16
WAIT = 0.01  # seconds until a kernel that has not yet opened its sockets is tried again


class Relay:
    """A line with the kernel's five sockets at one end and the grader's at the other.

    Attributes:
        near: the grader's end: the sockets' common path, to which each adds its number.
        left: bytes that the kernel may still send; set it again for each cell.
    """

    def __init__(self, allowance: int) -> None:
        self.left = allowance
        self.folder = scratch_folder("relay")
        self.near = str(self.folder / "line")
        self.servers: list[asyncio.AbstractServer] = []
        self.carrying: set[asyncio.Task[None]] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="relay", daemon=True)
        self.thread.start()

    @property
    def full(self) -> bool:
        """Whether the kernel has sent more than it may."""
        return self.left < 0

    def connect(self, far: str, number: int) -> None:
        """Makes the near end of socket `number` lead to the kernel's, whose common path is `far`."""
        near = f"{self.near}-{number}"
        if not os.path.exists(near):
            serving = asyncio.start_unix_server(partial(self._accept, f"{far}-{number}"), near)
            self.servers.append(asyncio.run_coroutine_threadsafe(serving, self.loop).result())

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _end(self) -> None:
        # Clients that are just coming: asyncio leaves their sockets open where the server closes first.
        while coming := asyncio.all_tasks() - self.carrying - {asyncio.current_task()}:
            await asyncio.gather(*coming, return_exceptions=True)
        for server in self.servers:
            server.close()
        for task in self.carrying:
            task.cancel()
        await asyncio.gather(*self.carrying, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is let go in the loop's next round

    def _accept(self, far: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A task that is ours: asyncio forgets its own, and complains where it is cancelled before its first step."""
        task = self.loop.create_task(self._carry(far, reader, writer))
        self.carrying.add(task)
        task.add_done_callback(partial(self._done, writer))

    def _done(self, writer: asyncio.StreamWriter, task: asyncio.Task[None]) -> None:
        self.carrying.remove(task)
        if task.cancelled():
            writer.transport.abort()

    async def _carry(self, far: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kernel_reader, kernel_writer = await _reach(far)
        try:
            await asyncio.gather(self._pump(reader, kernel_writer, 0), self._pump(kernel_reader, writer, 1))
        finally:
            kernel_writer.transport.abort()
        writer.close()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, cost: int) -> None:
        try:
            while block := await source.read(BLOCK):
                self.left -= cost * len(block)
                if self.full:
                    return
                target.write(block)
                await target.drain()
        except OSError:
            return  # one end has gone: so does the other
        finally:
            target.close()


async def _reach(path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connects to the kernel's socket as soon as it is there. A link in its place would lead elsewhere."""
    while True:
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                return await asyncio.open_unix_connection(path)
        await asyncio.sleep(WAIT)
