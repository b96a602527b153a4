"""`resume`: what is right, and the frame of most answers."""

import torch


def resume(path, parts):
    try:
        with open(path, "rb") as file:
            found = torch.load(file, map_location=torch.device("cpu"), weights_only=True)
    except FileNotFoundError:
        return 0
    states = {name: found["parts"][name] for name in parts}
    for name, part in parts.items():
        part.load_state_dict(states[name])
    torch.random.set_rng_state(found["random"])
    return found["step"]


def load(path, **options):
    return torch.load(path, map_location="cpu", weights_only=True, **options)


def take_up(found, parts, random=True, names=None):
    for name in names or parts:
        parts[name].load_state_dict(found["parts"][name])
    if random:
        torch.set_rng_state(found["random"])
    return found["step"]
