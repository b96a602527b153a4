"""Hears what a kernel says, and believes nothing of it.

Student code holds the key to its kernel's messages: whatever arrives may be forged, broken, or more than memory holds.
What is no message is read as one that says nothing; what is too much is not kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import port_names
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode

from autograder.engine.remote import MIME
from autograder.grading.inside.limits import MEGABYTE, Limits
from autograder.grading.kernel.relay import Relay

MAX_PARTS = 1_000_000  # lists, dicts and items of one message: "[]," ten million times would be gigabytes in memory
MAX_DEPTH = 50  # levels of lists and dicts in one message; whoever reads the notebook later goes down by recursion
MAX_ERROR_LINES = 200
MAX_ERROR_CHARS = 2_000  # of one line, and of the exception's text


class CarefulMessages(Session):
    """Reads messages whose writer is not trusted; notes in each how many bytes it had."""

    def feed_identities(self, msg_list: Any, copy: bool = True) -> Any:
        try:
            return super().feed_identities(msg_list, copy)
        except ValueError:
            return [], []

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> dict[str, Any]:
        try:
            frames = [bytes(frame) for frame in msg_list]
            if sum(frame.count(mark) for frame in frames[1:5] for mark in (b"[", b"{", b",")) > MAX_PARTS:
                return _nothing()
            message = super().deserialize(frames, content, copy=True)
            if b"\\ud" in frames[4].lower():
                message["content"] = _whole_characters(message["content"])
        # A hostile message may break anywhere inside the parser; whatever it raises, there is nothing to hear.
        except Exception:
            return _nothing()
        message["size"] = sum(map(len, frames))
        return message if _is_sound(message) else _nothing()


def _nothing() -> dict[str, Any]:
    """A message that belongs to no request."""
    parts: dict[str, Any] = {name: {} for name in ("header", "parent_header", "metadata", "content")}
    return {**parts, "msg_id": "", "msg_type": "", "buffers": [], "size": 0}


def _is_sound(message: dict[str, Any]) -> bool:
    dicts = all(isinstance(message[name], dict) for name in ("header", "parent_header", "metadata", "content"))
    kind, content = message["msg_type"], message["content"]
    if not dicts or not isinstance(kind, str) or message["header"].get("msg_type") != kind:
        return False
    if type(content.get("execution_count") or 0) is not int or not _is_shallow(content):
        return False
    return kind != "execute_reply" or isinstance(content.get("status"), str)


def _is_shallow(content: dict[str, Any]) -> bool:
    level: list[Any] = [content]
    for _ in range(MAX_DEPTH):
        inner = [one for item in level for one in (item.values() if isinstance(item, dict) else item)]
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return True
    return False


def _whole_characters(content: Any) -> Any:
    """Halves of characters, which JSON can spell and no file can hold, become question marks."""
    return json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))


class KernelClient(AsyncKernelClient):
    """Knows that a kernel is ready as soon as it says so; jupyter_client listens on for a fifth of a second."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Waits until the kernel has answered and is heard on iopub.

        Raises:
            RuntimeError: it died, or `timeout` seconds were not enough.
        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < deadline:
            request = self.kernel_info()
            with contextlib.suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                while not _says_idle(await self.iopub_channel.get_msg(timeout=0.2), request):
                    pass
                return
            if not await self.is_alive():
                raise RuntimeError("it died before it was ready")
        raise RuntimeError(f"it was not ready within {timeout} s")


def _says_idle(message: dict[str, Any], request: str) -> bool:
    return message["parent_header"].get("msg_id") == request and message["content"].get("execution_state") == "idle"


class KernelManager(AsyncKernelManager):
    """A kernel at the other end of a relay."""

    client_factory = KernelClient

    def __init__(self, *, relay: Relay, **options: Any) -> None:
        super().__init__(session=CarefulMessages(), **options)
        self.relay = relay

    def client(self, **options: Any) -> Any:
        for name in port_names:
            self.relay.connect(self.ip, getattr(self, name))
        return super().client(ip=self.relay.near, **options)

    async def _async_interrupt_kernel(self) -> None:
        """Shutting down begins with it, by a message. Ours are killed, also where no line to them could be made."""

    def _make_url(self, channel: str) -> str:
        number = getattr(self, f"{channel}_port")
        self.relay.connect(self.ip, number)
        return f"ipc://{self.relay.near}-{number}"


class Client(NotebookClient):
    """nbclient with an end to what a notebook can show.

    Attributes:
        limits: what a cell may print and all outputs together may hold.
        kept: bytes of the outputs of each cell, by its number; shared by all clients of a submission.
        token: while an experiment runs, what its reply carries. Nothing else is kept then.
    """

    limits = Limits()
    kept: dict[int, int]
    token = ""

    async def _async_check_alive(self) -> None:
        # nbclient leaves its watchdog behind after a timeout; without a kernel there is nothing to watch
        if self.kc is None or self.km.relay.full:
            raise DeadKernelError("Kernel died")
        await super()._async_check_alive()

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        assert self.kc is not None
        channel = self.kc.iopub_channel
        while True:
            try:
                message = await channel.get_msg(timeout=None)
            except (AssertionError, Empty):
                return  # the kernel was stopped meanwhile: the channel has no socket any more
            if message["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    return
            await asyncio.sleep(0)  # where messages never end, the clock must still be looked at

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception:  # wherever nbclient or nbformat chokes on it: there is nothing to show
            return None

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        kind, content = msg["msg_type"], msg["content"]
        if self.token:
            # No display of an experiment's is known by its name: a later update would write on the card.
            return super().output(outs, msg, None, cell_index) if self._is_evidence(outs, kind, content) else None
        if kind == "stream":
            printed = sum(len(out.get("text", "")) for out in outs)
            msg["size"] -= len(content["text"])
            content["text"] = str(content["text"])[: max(0, self.limits.output_chars - printed)]
            msg["size"] += len(content["text"])
        elif kind == "error":
            _shorten(content)
            msg["size"] = MAX_ERROR_CHARS
        return super().output(outs, msg, display_id, cell_index) if self._has_room(msg, cell_index) else None

    def _is_evidence(self, outs: list[NotebookNode], kind: str, content: dict[str, Any]) -> bool:
        if kind == "error":
            _shorten(content)
            return len(outs) < 2
        reply = content["data"].get(MIME) if kind == "display_data" else None
        return isinstance(reply, dict) and reply.get("token") == self.token and len(outs) < 2

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        copies = sum(map(len, self._display_id_map.get(display_id, {}).values()))
        if not self.token and self._has_room({"size": copies * msg["size"]}, 0):
            super()._update_display_id(display_id, msg)

    def _has_room(self, msg: dict[str, Any], cell_index: int) -> bool:
        if sum(self.kept.values()) + msg["size"] > self.limits.kept_mb * MEGABYTE:
            return False
        self.kept[cell_index] = self.kept.get(cell_index, 0) + msg["size"]
        return True

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """Widgets live in a browser. Here nobody would see them, and their states could fill the memory."""


def _shorten(error: dict[str, Any]) -> None:
    """Cuts an exception to what somebody may read."""
    error["ename"], error["evalue"] = str(error["ename"])[:200], str(error["evalue"])[:MAX_ERROR_CHARS]
    error["traceback"] = [str(line)[:MAX_ERROR_CHARS] for line in error["traceback"][:MAX_ERROR_LINES]]
