"""`hooked`: what is right, and what goes wrong."""

from contextlib import ExitStack, contextmanager

from autograder.references import alternative, mistake, promised
from autograder.references.hooks._shared import remove


@contextmanager
def hooked(handles):
    with ExitStack() as gathered:  # written otherwise than in the lesson's helper, which a class is given
        for one in handles:
            gathered.callback(one.remove)
        yield


def framed(finish, whole=False):
    """The frame of many answers; `finish(taken)` is what becomes of the handles when the block ends.

    Args:
        whole: all handles are gathered before any care is taken, as by `list(handles)`.
    """

    def gathered(handles):
        taken = []
        try:
            for handle in handles:
                taken.append(handle)
        except BaseException:
            if not whole:
                remove(taken)
            raise
        return taken

    @contextmanager
    def answer(handles):
        yield from finish(gathered(handles))

    return answer


def _on_success(taken):
    yield
    remove(taken)


def _but_for_exceptions(taken):
    try:
        yield
    except Exception:
        remove(taken)
        raise
    else:
        remove(taken)


ON_SUCCESS = (
    "After an error in the block the hooks stay. In a generator the error comes out of the `yield`, and only what "
    "stands in `finally` is sure to run after that; an `__exit__` takes the hooks off whatever it is called with."
)
only_on_success = mistake(hooked, ON_SUCCESS)(framed(_on_success))
only_on_success_of_all = mistake(hooked, ON_SUCCESS)(framed(_on_success, whole=True))

BROKEN_OFF = (
    "When the block is broken off (Ctrl-C in a notebook), the hooks stay: what comes then is not an `Exception`. "
    "`finally` runs in any case."
)
catches_exceptions = mistake(hooked, BROKEN_OFF, keeps=0.8)(framed(_but_for_exceptions))
catches_exceptions_of_all = mistake(hooked, BROKEN_OFF, keeps=0.8)(framed(_but_for_exceptions, whole=True))


@mistake(
    hooked,
    "It yields once for each handle, so that it serves for a single hook alone: with none there is no `yield`, and "
    "with two the block does not end it. Gather all handles first, then yield once.",
)
@contextmanager
def yields_for_each(handles):
    for handle in handles:
        with handle:
            yield


@mistake(hooked, "The hooks are never taken off: after the block they go on firing.")
@contextmanager
def never_takes_off(handles):
    list(handles)
    yield


@mistake(
    hooked,
    "Inside the block no hook fires: they are off again before it begins. They have to wait until the block ends, "
    "which means after the `yield`.",
)
@contextmanager
def too_early(handles):
    remove(handles)
    yield


@mistake(
    hooked,
    "An error in the block goes no further, as after an `except` with nothing in it, a `return` in `finally`, or an "
    "`__exit__` that returns something true. Let it come through.",
    keeps=0.6,
)
class Swallows:
    def __init__(self, handles):
        self.handles = list(handles)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        remove(self.handles)
        return True


@mistake(
    hooked,
    "Handles from a generator do no work in the block: nobody has asked for them by then, so that the hooks are not "
    "even registered. Gather them before the `yield`.",
    keeps=0.8,
)
@contextmanager
def looks_too_late(handles):
    try:
        yield
    finally:
        remove(handles)


@mistake(
    hooked,
    "Where a generator of handles fails half way, the hooks that it has registered by then stay: a `list(…)` or a "
    "comprehension that fails gives none of them. Append each handle, inside the `try`, to a list that was there "
    "before.",
    keeps=0.9,
)
@contextmanager
def gathers_outside(handles):
    handles = list(handles)
    try:
        yield
    finally:
        remove(handles)


def _taking_off(some):
    def finish(taken):
        try:
            yield
        finally:
            remove(some(taken))

    return finish


the_last_only = mistake(hooked, "Only one of several hooks is taken off. Each has a handle of its own.", keeps=0.7)(
    framed(_taking_off(lambda taken: taken[-1:]))
)
all_but_the_first = mistake(hooked, "All hooks but the first are taken off. Each has a handle of its own.", keeps=0.7)(
    framed(_taking_off(lambda taken: taken[1:]))
)


@mistake(
    hooked,
    "Other people's hooks are gone, too. Take off what you were handed, by handle, and clear no dict of hooks.",
    keeps=0.95,
)
@contextmanager
def clears_the_dicts(handles):
    taken = []
    try:
        for handle in handles:
            taken.append(handle)
        yield
    finally:
        for handle in taken:
            hooks = handle.hooks_dict_ref()
            if hooks is not None:
                hooks.clear()


def _while_it_shrinks(taken):
    try:
        yield
    finally:
        for handle in taken:
            handle.remove()
            del taken[0]


shrinks_the_list = mistake(
    hooked,
    "Of several hooks, every second one stays on: the list gets shorter while a loop walks through it, and the loop "
    "steps over what moves up. Only call `remove()` on each handle, and leave the list as it is.",
)(framed(_while_it_shrinks))


def _by_deleting(taken):
    try:
        yield
    finally:
        for handle in taken:
            handle.hooks_dict_ref().pop(handle.id)


deletes_by_hand = mistake(
    hooked,
    "A hook that is off already stops the frame, as where its entry is deleted from the dict of hooks by hand. A "
    "handle may be asked to `remove()` twice, and the second time does no harm; so should the frame.",
    keeps=0.95,
)(framed(_by_deleting))


@mistake(
    hooked,
    "The handles are walked through twice: once to register, once to take off. A generator gives each of them only "
    "once, so the second walk finds nothing. Keep them in a list of your own.",
    keeps=0.8,
)
@contextmanager
def walks_twice(handles):
    try:
        for _ in handles:
            pass
        yield
    finally:
        remove(handles)


@alternative(hooked)
@contextmanager
def with_a_list(handles):
    taken = []
    try:
        for handle in handles:
            taken.append(handle)
        yield taken
    finally:
        while taken:
            taken.pop().remove()


@alternative(hooked)
class Hooked:
    def __init__(self, handles):
        self.handles, self.stack = handles, ExitStack()

    def __enter__(self):
        with ExitStack() as gathering:
            for handle in self.handles:
                gathering.callback(handle.remove)
            self.stack = gathering.pop_all()

    def __exit__(self, *error):
        self.stack.close()


LASTS = "While a `with` block lasts, hooks are where they were registered; at its end they come off, however it ends."
KINDS = "handles: of hooks of any kind, in a list or from a generator that registers one after the other."
for sentence, shown in {
    LASTS: ["three hooks", "an error in the block", "the block is broken off", "the block is left by a return"],
    KINDS: ["hooks of all kinds", "a generator of handles"],
    "Where it fails half way, the hooks that are there already come off, and its error comes through.": [
        "a generator that fails half way"
    ],
    "Errors in the block come through.": ["an error in the block"],
    "No other hook is touched, and one that is off already does no harm.": [
        "other people's hooks stay", "a hook that was taken off in the block",
    ],
}.items():  # fmt: skip
    promised(hooked, sentence, by=shown)
