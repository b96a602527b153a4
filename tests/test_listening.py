"""Messages that nobody should believe, and lines that end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from autograder.grading.kernel.listening import MAX_PARTS, CarefulMessages
from autograder.grading.kernel.relay import Relay

HEADER = {"msg_id": "1", "msg_type": "stream", "version": "5.3"}


def read(*parts: Any) -> dict[str, Any]:
    """What is heard of a signed message of header, parent, metadata and content."""
    session = CarefulMessages(key=b"secret")
    frames = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts]
    return session.deserialize([session.sign(frames), *frames])


def test_a_message_is_heard_with_its_size():
    message = read(HEADER, {"msg_id": "7"}, {}, {"text": "hello"})
    assert (message["msg_type"], message["content"], message["parent_header"]["msg_id"]) == (
        "stream", {"text": "hello"}, "7",
    )  # fmt: skip
    assert message["size"] > 100


@pytest.mark.parametrize("parts", [
    (b"{", {}, {}, {}), (b"\xff", {}, {}, {}), ([], {}, {}, {}), (None, {}, {}, {}), ({}, {}, {}, {}),
    (HEADER, [], {}, {}), (HEADER, 5, {}, {}), (HEADER, {}, None, {}), (HEADER, {}, {}, []), (HEADER, {}, {}, "text"),
    ({**HEADER, "msg_type": []}, {}, {}, {}), ({**HEADER, "msg_type": "execute_reply"}, {}, {}, {"status": 5}),
    (HEADER, {}, {}, {"execution_count": "1"}), (HEADER, {}, {}, b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}"),
    (HEADER, {}, {}, b"[" * 100_000), (HEADER, {}, {}, b'{"a": [' + b"[]," * MAX_PARTS + b"[]]}"), (HEADER, {}),
])  # fmt: skip
def test_what_is_no_message_says_nothing_and_belongs_to_no_request(parts):
    message = read(*parts)
    assert (message["msg_type"], message["content"], message["parent_header"]) == ("", {}, {})


def test_halves_of_characters_become_question_marks():
    assert read(HEADER, {}, {}, {"text": "a\ud800 \U0001f600"})["content"] == {"text": "a? \U0001f600"}


def test_unsigned_repeated_and_unaddressed_messages_say_nothing():
    session = CarefulMessages(key=b"secret")
    frames = [json.dumps(part).encode() for part in (HEADER, {}, {}, {})]
    assert session.deserialize([b"wrong", *frames])["msg_type"] == ""
    signed = [session.sign(frames), *frames]
    assert [session.deserialize(signed)["msg_type"] for _ in range(2)] == ["stream", ""]
    assert session.feed_identities([b"no delimiter"]) == ([], [])


@pytest.fixture
def far(tmp_path: Path):
    """A kernel's socket, as the common path and its number one."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "k-1"))
        server.listen()
        server.settimeout(PATIENCE)
        yield str(tmp_path / "k"), server


def _both_ends(relay: Relay, path: str, server: socket.socket) -> tuple[socket.socket, socket.socket]:
    relay.connect(path, 1)
    near = socket.socket(socket.AF_UNIX)
    near.settimeout(PATIENCE)
    near.connect(f"{relay.near}-1")
    return near, server.accept()[0]


def test_a_relay_carries_both_ways_and_leaves_nothing(far):
    relay = Relay(1000)
    near, kernel = _both_ends(relay, *far)
    with near, kernel:
        near.sendall(b"question" * 1000)  # what the grader sends costs nothing
        assert kernel.recv(8) == b"question"
        kernel.sendall(b"answer")
        assert near.recv(6) == b"answer"
        assert (relay.left, relay.full) == (994, False)
    relay.close()
    assert not relay.folder.exists()


def test_a_relay_ends_the_line_where_the_kernel_says_too_much(far):
    relay = Relay(1000)
    near, kernel = _both_ends(relay, *far)
    with near, kernel:
        kernel.sendall(b"x" * 2000)
        assert near.recv(5000) == b""
        assert relay.full
    relay.close()


def test_a_relay_does_not_follow_a_link(far, tmp_path):
    path, server = far
    (tmp_path / "k-2").symlink_to(tmp_path / "k-1")
    relay = Relay(1000)
    relay.connect(path, 2)
    with socket.socket(socket.AF_UNIX) as near:
        near.connect(f"{relay.near}-2")
        server.settimeout(0.3)
        with pytest.raises(TimeoutError):
            server.accept()
    relay.close()


def test_a_relay_waits_for_a_kernel_that_is_not_there_yet(tmp_path):
    relay = Relay(1000)
    relay.connect(str(tmp_path / "late"), 1)
    with socket.socket(socket.AF_UNIX) as near, socket.socket(socket.AF_UNIX) as server:
        near.connect(f"{relay.near}-1")
        time.sleep(0.05)
        server.bind(str(tmp_path / "late-1"))
        server.listen()
        server.settimeout(PATIENCE)
        server.accept()[0].close()
    relay.close()


def test_a_relay_that_is_closed_while_clients_come_leaves_no_task_and_says_nothing(tmp_path, caplog):
    for clients in [1, 2, 3, 4] * 50:
        relay = Relay(1000)
        relay.connect(str(tmp_path / "never"), 1)
        with contextlib.ExitStack() as stack:
            for _ in range(clients):
                stack.enter_context(socket.socket(socket.AF_UNIX)).connect(f"{relay.near}-1")
            relay.close()
        assert asyncio.all_tasks(relay.loop) == set()
    assert caplog.records == []
