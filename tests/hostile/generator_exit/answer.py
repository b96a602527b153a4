# exercise: double
import asyncio


def double(x):
    raise GeneratorExit if x.dim() else asyncio.CancelledError
