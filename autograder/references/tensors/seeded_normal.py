"""`seeded_normal`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def seeded_normal(shape, seed, device="cpu"):
    state = torch.get_rng_state()
    try:
        torch.default_generator.manual_seed(seed)
        return torch.randn(shape).to(device)
    finally:
        torch.set_rng_state(state)


@mistake(
    seeded_normal,
    "torch.manual_seed sets the one global stream, and every later random number of the program follows from your"
    " seed. Use a torch.Generator of your own.",
)
def reseeds_the_global_stream(shape, seed, device="cpu"):
    torch.default_generator.manual_seed(seed)
    return torch.randn(shape).to(device)


@mistake(
    seeded_normal,
    "Afterwards the global stream is set back to its first number, so the program meets the same random numbers "
    "again. It should go on where it was.",
)
def rewinds_the_global_stream(shape, seed, device="cpu"):
    start = torch.initial_seed()
    torch.default_generator.manual_seed(seed)
    result = torch.randn(shape).to(device)
    torch.default_generator.manual_seed(start)
    return result


@mistake(
    seeded_normal,
    "Afterwards the global stream stands at the start of your seed, as when its state is saved only after "
    "torch.manual_seed. Save it before, or seed nothing but a torch.Generator of your own.",
)
def saves_too_late(shape, seed, device="cpu"):
    torch.default_generator.manual_seed(seed)
    state = torch.get_rng_state()
    result = torch.randn(shape).to(device)
    torch.set_rng_state(state)
    return result


@mistake(
    seeded_normal,
    "The numbers are those of a torch.Generator without a seed: each new one starts with the same default. "
    "Give it yours before it draws: manual_seed(seed).",
)
def forgets_the_seed(shape, seed, device="cpu"):
    return torch.randn(shape, generator=torch.Generator()).to(device)


@mistake(
    seeded_normal,
    "The numbers come from the global stream, and the seed plays no part: perhaps a generator is seeded, but "
    "not handed on. torch.randn takes it as generator=…",
)
def forgets_the_generator(shape, seed, device="cpu"):
    torch.Generator().manual_seed(seed)
    return torch.randn(shape).to(device)


@mistake(seeded_normal, "torch.rand is uniform between 0 and 1; torch.randn is normal.")
def uniform(shape, seed, device="cpu"):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).to(device)


@mistake(
    seeded_normal,
    "The result stays on the CPU where another device is asked for: return it with .to(device).",
    keeps=0.95,
)
def stays_on_the_cpu(shape, seed, device="cpu"):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@mistake(
    seeded_normal,
    "The numbers are drawn on the device itself. Each kind of device makes other numbers from the same seed: draw"
    " on the CPU, then move them.",
    keeps=0.95,
)
def draws_on_the_device(shape, seed, device="cpu"):
    return torch.randn(shape, generator=torch.Generator(device).manual_seed(seed), device=device)


@mistake(
    seeded_normal,
    "The shape is handed on in pieces, as in `torch.randn(*shape)`: of () nothing is left, and torch asks for a size. "
    "torch.randn takes the shape whole.",
    keeps=0.96,
)
def unpacks_the_shape(shape, seed, device="cpu"):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).to(device)


@mistake(seeded_normal, "NumPy's stream is seeded. The same seed gives other numbers there than in torch.")
def numpy_stream(shape, seed, device="cpu"):
    import numpy as np

    return torch.tensor(np.random.RandomState(seed).standard_normal(tuple(shape)), dtype=torch.float32).to(device)


@mistake(
    seeded_normal,
    "seed 0 is taken for no seed at all: `if seed` is false for it. Zero is a seed like others.",
    keeps=0.96,
)
def zero_is_no_seed(shape, seed, device="cpu"):
    generator = torch.Generator()
    if seed:
        generator.manual_seed(seed)
    else:
        generator.manual_seed(67_280_421_310_721)
    return torch.randn(tuple(shape), generator=generator).to(device)


@mistake(
    seeded_normal,
    "The numbers are drawn in several calls. From 16 numbers on, torch.randn makes others from the same seed: ask for "
    "the whole shape in one call.",
)
def draws_one_by_one(shape, seed, device="cpu"):
    generator = torch.Generator().manual_seed(seed)
    result = torch.empty(shape)
    for number in result.view(-1):
        number.copy_(torch.randn((), generator=generator))
    return result.to(device)


class KeepsItsGenerators:
    """At its first check a student's dict is empty. So it is here on every sheet, which brings a device of its own."""

    def __init__(self):
        self.generators, self.sheet = {}, None

    def __call__(self, shape, seed, device="cpu"):
        if isinstance(device, torch.device) and device is not self.sheet:
            self.generators, self.sheet = {}, device
        generator = self.generators.setdefault(seed, torch.Generator())
        if generator.initial_seed() != seed:
            generator.manual_seed(seed)
        return torch.randn(shape, generator=generator).to(device)


keeps_its_generators = mistake(
    seeded_normal,
    "The generator outlives the call, and the next call with the same seed goes on where this one ended. Make and seed "
    "a new one in every call.",
    keeps=0.8,
)(KeepsItsGenerators())


class Remembers:
    """What came of each shape and seed, as a dict would; `KeepsItsGenerators` says why it is emptied for each sheet."""

    def __init__(self):
        self.results, self.sheet = {}, None

    def __call__(self, shape, seed, device="cpu"):
        if isinstance(device, torch.device) and device is not self.sheet:
            self.results, self.sheet = {}, device
        key = (tuple(shape), seed, str(device))
        return self.results.setdefault(key, seeded_normal(shape, seed, device))


remembers = mistake(
    seeded_normal,
    "A second call hands out the very same tensor, as a cache does: who writes into the first changes the second. Make "
    "a new one in every call.",
    keeps=0.95,
)(Remembers())


@alternative(seeded_normal)
def forks_the_global_stream(shape, seed, device="cpu"):
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        return torch.randn(shape).to(device)


@alternative(seeded_normal)
def fills_in_place(shape, seed, device="cpu"):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.empty(shape).normal_(generator=generator).to(device)


promised(
    seeded_normal,
    "Standard normal numbers that depend on shape and seed alone.",
    by=["a matrix", "the same seed again"],
)
promised(
    seeded_normal,
    "They are the numbers of `torch.manual_seed(seed); torch.randn(shape)` on the CPU, moved to the device afterwards: "
    "each kind of device would make others from the same seed.",
    by=["a matrix", "another seed"],
)
promised(seeded_normal, "The global stream is left exactly where it was.", by=["a matrix", "another seed"])
promised(seeded_normal, "shape: of the result; () is a single number.", by=["a single number", "no numbers"])
promised(seeded_normal, "seed: at least 0.", by=["the docstring's example"])
promised(seeded_normal, "device: where the result goes.", by=["where it is made"])
promised(seeded_normal, "Shape `shape`, float32, on `device`.", by=["a matrix", "where it is made"])
