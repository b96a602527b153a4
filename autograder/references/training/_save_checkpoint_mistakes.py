"""Mistakes of `save_checkpoint`."""

import io
import os
import pickle
import shutil

import torch

from autograder.references import mistake
from autograder.references.training._save_checkpoint import STUMP, contents, save_checkpoint, write


@mistake(
    save_checkpoint,
    STUMP,
)
def writes_in_place(path, parts, step):
    torch.save(contents(parts, step), path)


@mistake(save_checkpoint, STUMP)
def moves_the_old_away(path, parts, step):
    found, away = contents(parts, step), path.with_suffix(".away")
    if path.exists():
        os.replace(path, away)
    torch.save(found, path)
    away.unlink(missing_ok=True)


WRITTEN_INTO = (
    "The new checkpoint is written into the old file, as by `shutil.copy` or `write_bytes`: who dies in the middle of "
    "that has neither of the two. Write beside it, and let `os.replace` give the complete file its name."
)


@mistake(save_checkpoint, WRITTEN_INTO)
def copies_over(path, parts, step):
    memory = io.BytesIO()
    torch.save(contents(parts, step), memory)
    path.write_bytes(memory.getvalue())


@mistake(
    save_checkpoint,
    "The new checkpoint is copied into the old file, which can be cut off half-way, and the second file is left lying "
    "there. Let it take the old one's name, with `os.replace`: that does both in one go.",
)
def copies_over_and_leaves(path, parts, step):
    beside = path.with_suffix(".copy")
    torch.save(contents(parts, step), beside)
    path.write_bytes(beside.read_bytes())


@mistake(
    save_checkpoint,
    "The old file is removed before the new one is whole. When the save fails there is none at all: write beside it, "
    "and let `os.replace` put it there in one go.",
)
def removes_the_old(path, parts, step):
    path.unlink(missing_ok=True)
    write(contents(parts, step), path)


@mistake(
    save_checkpoint,
    "The random state is not in the file, under the key random: after a resume, dropout drops other numbers.",
)
def forgets_the_random(path, parts, step):
    found = contents(parts, step)
    del found["random"]
    write(found, path)


@mistake(
    save_checkpoint,
    "What stands under random is not where the stream is now but where a stream begins, as after a new seed. "
    "`torch.get_rng_state()` holds the place in it.",
)
def seeds_instead(path, parts, step):
    found = contents(parts, step)
    found["random"] = torch.Generator().manual_seed(torch.initial_seed()).get_state()
    write(found, path)


@mistake(
    save_checkpoint,
    "What stands under random is nothing that `torch.set_rng_state` takes, as when it is the seed: that tells where "
    "the stream began. `torch.get_rng_state()` tells where it stands now.",
)
def writes_the_seed(path, parts, step):
    write({**contents(parts, step), "random": torch.initial_seed()}, path)


@mistake(save_checkpoint, "The number of steps is not in the file, under the key step.")
def forgets_the_step(path, parts, step):
    found = contents(parts, step)
    del found["step"]
    write(found, path)


@mistake(
    save_checkpoint,
    "The step in the file is not the one that was given. `step` counts those that are done; a reader goes on from "
    "there.",
)
def counts_one_more(path, parts, step):
    write(contents(parts, step + 1), path)


@mistake(
    save_checkpoint,
    "The states stand beside step and random, not under the key parts: a part may be called step as well, and then one "
    "of the two is lost.",
)
def flat(path, parts, step):
    states = {name: part.state_dict() for name, part in parts.items()}
    write({**states, "step": step, "random": torch.get_rng_state()}, path)


@mistake(
    save_checkpoint,
    "Whole objects are in the file, and `torch.load` refuses them with `weights_only=True`: to load them would be to "
    "run code. Save what `state_dict()` gives.",
)
def saves_objects(path, parts, step):
    write({"parts": dict(parts), "step": step, "random": torch.get_rng_state()}, path)


@mistake(
    save_checkpoint,
    "Parts are missing in the file: each of them belongs in it, under its own name, whatever that is.",
)
def only_the_model(path, parts, step):
    write(contents({name: part for name, part in parts.items() if name == "model"}, step), path)


@mistake(
    save_checkpoint,
    "Parts are missing in the file: each of them belongs in it, under its own name, whatever that is.",
)
def known_names_only(path, parts, step):
    known = ("model", "optimizer", "schedule")
    write(contents({name: part for name, part in parts.items() if name in known}, step), path)


@mistake(
    save_checkpoint,
    "An error while saving is swallowed: the run goes on as if there were a checkpoint. Let it be raised.",
    keeps=0.8,
)
def swallows_errors(path, parts, step):
    try:
        write(contents(parts, step), path)
    except Exception:
        print("could not save")


@mistake(
    save_checkpoint,
    "A second file is left in the folder after a save that went well. Let it take the old one's place, with "
    "`os.replace`.",
    keeps=0.8,
)
def leaves_a_second(path, parts, step):
    write(contents(parts, step), path)
    shutil.copy(path, path.with_suffix(".bak"))


@mistake(
    save_checkpoint,
    "An existing file is left as it is: the second checkpoint is never written.",
)
def never_twice(path, parts, step):
    if not path.exists():
        write(contents(parts, step), path)


@mistake(
    save_checkpoint,
    "The run goes on differently after a save: a part's mode is changed, or a random number is drawn. To write "
    "something down is to look at it only.",
    keeps=0.9,
)
def evaluates_the_model(path, parts, step):
    if "model" in parts:
        parts["model"].eval()
    write(contents(parts, step), path)


@mistake(
    save_checkpoint,
    "The run goes on differently after a save: a part's mode is changed, or a random number is drawn. To write "
    "something down is to look at it only.",
    keeps=0.9,
)
def draws_a_name(path, parts, step):
    found = contents(parts, step)
    beside = path.with_name(f"{torch.randint(10**6, ()).item()}.tmp")
    torch.save(found, beside)
    beside.replace(path)


@mistake(
    save_checkpoint,
    "While the new file is being written there is no whole one: the old one was moved aside. After an error it comes "
    "back, but nobody brings it back when the computer dies. Write beside it, then `os.replace`.",
)
def aside_and_back(path, parts, step):
    found, aside = contents(parts, step), path.parent / f"{path.name}.aside"
    if path.exists():
        path.rename(aside)
    try:
        torch.save(found, path)
    except Exception:
        if aside.exists():
            aside.rename(path)
        raise
    aside.unlink(missing_ok=True)


@mistake(
    save_checkpoint,
    "The second file gets its name from `with_suffix`, which takes the old ending away: for a file that has this very "
    "ending it is the same name, and a save that fails leaves a stump. Put the ending behind the whole name.",
)
def the_same_suffix(path, parts, step):
    beside = path.with_suffix(".tmp")
    torch.save(contents(parts, step), beside)
    beside.replace(path)


@mistake(
    save_checkpoint,
    "After a save that failed none succeeds any more: the second file is still lying there, and is opened in a mode "
    "that asks for a new one. Let it be written over.",
)
def asks_for_a_new_one(path, parts, step):
    found, beside = contents(parts, step), path.parent / f"{path.name}.part"
    with beside.open("xb") as file:
        torch.save(found, file)
    beside.replace(path)


@mistake(
    save_checkpoint,
    "An error while writing becomes a warning, and the run goes on without a checkpoint. It should be raised: who goes "
    "to bed relies on the file.",
)
def only_warns(path, parts, step):
    found = contents(parts, step)
    try:
        write(found, path)
    except (OSError, RuntimeError, AttributeError, pickle.PicklingError) as error:
        print(f"no checkpoint at step {step}: {error}")


@mistake(
    save_checkpoint,
    "The new file stays under the name that it was written with, and under `path` there is nothing new. Let it take "
    "the place of the old one: os.replace(new, path), or new.replace(path).",
)
def stays_beside(path, parts, step):
    torch.save(contents(parts, step), path.with_name(path.name + ".new"))
