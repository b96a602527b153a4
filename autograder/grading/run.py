"""Grades a lesson's submissions in parallel, on this machine or on a cluster, with one writer to the gradebook."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

import dask
from distributed import CancelledError, Client, Future, LocalCluster, wait

from autograder.grading.course import Course, CourseError
from autograder.grading.decide import Result, Work, decide, prove_worker
from autograder.grading.gpus import NoGpu, gpus_here, share_gpus
from autograder.grading.grade import Settings
from autograder.grading.hidden import fresh_seed

CONNECT_SECONDS = 15
LOOK_SECONDS = 1
ALONE_SECONDS = 20  # a worker that its nanny starts again is back by then
NO_LOG = {"distributed.admin.low-level-log-length": 0}  # dask would keep 1,000 messages; ours hold submissions
# A worker whose scheduler closes in the middle of a heartbeat would print a traceback.
QUIET = {"distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical"}


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    Attributes:
        release: the lesson's notebook as students got it.
        todo: students whose submission is to be graded; it is read when its turn comes.
        done: students whose submission has not changed since it was graded.
    """

    lesson: str
    release: str
    todo: list[str]
    done: list[str]
    settings: Settings


def plan(
    course: Course, lesson: str, students: list[str], force: bool = False, device: str = "cpu", bare: bool = False,
    seed: int | None = None,
) -> Plan:  # fmt: skip
    """Looks at the submissions.

    Args:
        students: those chosen; all without.
        force: grade unchanged submissions again.
        seed: of the hidden sheets; fresh without.

    Raises:
        CourseError: the lesson or a student is unknown, or the course's folder cannot be written.
        GradebookError: the gradebook cannot be used.
    """
    release = course.release(lesson)
    course.check_gradebook(lesson)
    course.check_folders(lesson)
    names = course.students(lesson, students)
    done = [name for name in names if not force and course.is_current(lesson, course.work(lesson, name, release))]
    todo = [name for name in names if name not in set(done)]
    settings = course.settings(lesson, fresh_seed() if seed is None else seed, device, bare)
    return Plan(lesson, release, todo, done, settings)


def carry_out(course: Course, todo: Plan, client: Client, told: Callable[[Result], None]) -> list[Result]:
    """Grades on the client's workers and writes each result as it comes. Returns them without notebooks and verdicts.

    A worker that dies gives its submission to another; one that kills every worker that it meets is not graded.

    Raises:
        CourseError: a result cannot be written, or nobody is left to grade; what was written so far stands.
    """
    waiting = iter(todo.todo)
    running: dict[Future, Work] = {}

    def hand_out() -> None:
        """Submits as many as keep every worker busy: what waits costs no memory."""
        places = 2 * sum(client.nthreads().values()) + 1 - len(running)  # negative when a worker has just died
        for student in islice(waiting, max(0, places)):
            work = course.work(todo.lesson, student, todo.release)
            future = client.submit(decide, work, todo.settings, key=f"{student}-{id(todo)}", pure=False)
            running[future] = work

    results = []
    try:
        hand_out()
        while running:
            future = _first_done(list(running), client)
            work = running.pop(future)
            if future.status == "finished":
                result = future.result()
            else:
                result = Result(work.student, reason=f"the worker was lost: {future.exception()}", ours=True)
            course.record(todo.lesson, work, result)
            future.release()
            hand_out()
            result = replace(result, notebook="", verdicts={})
            results.append(result)
            told(result)
    # Of files that cannot be written, CourseError tells: what is left is the way to the scheduler.
    except (CancelledError, OSError) as error:
        raise _all_gone(client) from error
    return results


def _first_done(running: list[Future], client: Client) -> Future:
    """Waits until a submission is decided, but not for ever: dask itself would wait for new workers.

    Raises:
        CourseError: nobody is left to decide it.
    """
    alone = 0.0
    while alone < ALONE_SECONDS:
        try:
            return wait(running, timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done.pop()
        except TimeoutError:
            alone = 0.0 if client.nthreads() else alone + LOOK_SECONDS
    raise _all_gone(client)


def _all_gone(client: Client) -> CourseError:
    gone = "Every worker" if client.status == "running" else "The scheduler"
    return CourseError(f"{gone} has gone. What was graded stands; the same command goes on with the rest.")


@contextmanager
def workers(jobs: int, scheduler: str | None, bare: bool, device: str = "cpu") -> Iterator[Client]:
    """Workers on this machine, one process each, or those of a scheduler. Each proves its sandbox first.

    Args:
        device: with "cuda" each has a GPU of its own, and there are no more workers here than GPUs.

    Raises:
        CourseError: the scheduler does not answer, or a worker has no GPU or cannot make a sandbox.
    """
    if scheduler is None:
        if device == "cuda":
            jobs = min(jobs, len(gpus_here()))
            if jobs == 0:
                raise CourseError("This machine has no GPU that PyTorch can use: grade with --device cpu.")
        with (
            dask.config.set(NO_LOG | QUIET),
            LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            _prove(client, bare, device)
            yield client
        return
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is lost is said in a sentence
    try:
        with dask.config.set(NO_LOG):
            client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise CourseError(f"No scheduler answers at {scheduler}: {error}") from error
    with client:
        _prove(client, bare, device)
        yield client


def _prove(client: Client, bare: bool, device: str) -> None:
    """Lets each worker show that it can grade.

    Raises:
        CourseError: there is none, or one cannot.
    """
    found = client.run(prove_worker, bare, on_error="return")
    if not found:
        where = client.scheduler.address
        raise CourseError(f"The scheduler at {where} has no workers. Start some: `dask worker {where}`.")
    for worker, reason in found.items():
        if reason:
            raise CourseError(f"The worker {worker} cannot grade: {reason}")
    if device == "cuda":
        try:
            share_gpus(client)
        except NoGpu as error:
            raise CourseError(str(error)) from error
