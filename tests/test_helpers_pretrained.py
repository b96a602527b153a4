"""Pretrained models by their hub name: from the cache, from a package, from a hub that a thread of ours plays."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from patience import PATIENCE
from submissions import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "somebody/tiny-bert"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat"]
# What the hub shows beside model.safetensors of sentence-transformers/all-MiniLM-L6-v2.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DESCRIBE = """
from helpers.pretrained import *
model, tokenizer = load_model({name!r}), load_tokenizer({name!r})
print(type(model).__name__, model.config._attn_implementation, model.training, tokenizer("a cat")["input_ids"])
print(sum(value.numel() for value in load_weights({name!r}).values()))
"""


def python(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `code` with an empty hub cache below `home`, unless the test has put something there."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    settings = {
        **own,
        "HF_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error::UserWarning",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=settings, cwd=home, timeout=PATIENCE
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a real, very small BERT."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12}
    model = BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=6, **sizes))
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return folder


def cached(tiny: Path, home: Path, *, without: str = "") -> None:
    """Lays the files into the hub's cache below `home`, as a download does."""
    repository = home / "hub" / f"models--{NAME.replace('/', '--')}"
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for file in tiny.iterdir():
        if file.name != without:
            (snapshot / file.name).write_bytes(file.read_bytes())


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as one download needs."""

    folder: Path
    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        self.asked.append(self.path)
        path = self.path.partition("?")[0]
        files = sorted(file.name for file in self.folder.iterdir())
        if path.startswith(f"/api/models/{NAME}/tree"):
            rows = [
                {"type": "file", "path": name, "oid": name, "size": (self.folder / name).stat().st_size}
                for name in files
            ]
            self._send(json.dumps(rows).encode(), "list", body)
        elif path.startswith(f"/api/models/{NAME}"):
            about = {"id": NAME, "sha": COMMIT, "siblings": [{"rfilename": name} for name in files]}
            self._send(json.dumps(about).encode(), "about", body)
        elif (name := path.rpartition("/")[2]) in files and "/resolve/" in path:
            self._send((self.folder / name).read_bytes(), name, body)
        else:
            self.send_error(404)

    def _send(self, content: bytes, tag: str, body: bool) -> None:
        self.send_response(200)
        for name, value in {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(tiny: Path) -> Iterator[ThreadingHTTPServer]:
    handler = type("TinyHub", (Hub,), {"folder": tiny, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_a_package_serves_offline_and_in_silence(tmp_path: Path) -> None:
    run = python(DESCRIBE.format(name="sentence-transformers/all-MiniLM-L6-v2"), tmp_path, HF_HUB_OFFLINE="1")
    assert run.stderr == ""
    assert run.stdout.split("\n")[:2] == ["BertModel eager False [101, 1037, 4937, 102]", "22713728"]


def test_where_a_package_has_the_model_no_hub_is_asked(tmp_path: Path, hub: ThreadingHTTPServer) -> None:
    run = python(DESCRIBE.format(name="sentence-transformers/all-MiniLM-L6-v2"), tmp_path, HF_ENDPOINT=address(hub))
    assert run.stdout.startswith("BertModel")
    assert hub.RequestHandlerClass.asked == []  # type: ignore[attr-defined]


def test_the_weights_in_the_package_are_the_hubs() -> None:
    from helpers.pretrained import MINILM, folder_of

    weights = (folder_of(MINILM) / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == MINILM_SHA256


def test_the_cache_serves_offline_also_with_weights_of_the_old_kind(tmp_path: Path, tiny: Path) -> None:
    cached(tiny, tmp_path)
    run = python(DESCRIBE.format(name=NAME), tmp_path, HF_HUB_OFFLINE="1")
    assert (run.stderr, run.stdout.split("\n")[0]) == ("", "BertModel eager False [2, 5, 6, 3]")


def test_the_hub_serves_once_and_then_the_cache(tmp_path: Path, hub: ThreadingHTTPServer) -> None:
    asked = hub.RequestHandlerClass.asked  # type: ignore[attr-defined]
    counts = []
    for _ in range(2):
        run = python(DESCRIBE.format(name=NAME), tmp_path, HF_ENDPOINT=address(hub))
        assert (run.stderr, run.stdout.split("\n")[0]) == ("", "BertModel eager False [2, 5, 6, 3]")
        counts.append(len(asked))
    assert 0 < counts[0] == counts[1]


@pytest.mark.parametrize("without", ["pytorch_model.bin", "vocab.txt"])
def test_half_a_model_in_the_cache_is_none(tmp_path: Path, tiny: Path, without: str) -> None:
    cached(tiny, tmp_path, without=without)
    code = f"from helpers.pretrained import local_folder_of\nprint(local_folder_of({NAME!r}))"
    assert python(code, tmp_path, HF_HUB_OFFLINE="1").stdout == "None\n"


@pytest.mark.parametrize("settings", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}])
def test_one_sentence_says_what_is_missing(tmp_path: Path, settings: dict[str, str]) -> None:
    code = f"""
from helpers.pretrained import NotHere, folder_of
for _ in range(2):
    try:
        folder_of({NAME!r})
    except NotHere as error:
        print(error)
"""
    run = python(code, tmp_path, **settings)
    sentence = f"{NAME} is not on this machine, and the hub cannot be reached: go online once."
    assert (run.stderr, run.stdout) == ("", f"{sentence}\n" * 2)


def test_the_settings_of_transformers_are_as_before() -> None:
    from transformers.utils import logging

    from helpers.pretrained import silence

    before = logging.is_progress_bar_enabled(), logging.get_verbosity()
    with silence():
        assert not logging.is_progress_bar_enabled()
    assert (logging.is_progress_bar_enabled(), logging.get_verbosity()) == before
