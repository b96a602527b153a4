"""Grades a lesson's submissions in parallel, on this machine or on a cluster, with one writer to the gradebook."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

from distributed import Client, Future, LocalCluster, as_completed

from autograder.grading.course import Course, CourseError
from autograder.grading.decide import Result, Work, decide, prove_worker
from autograder.grading.grade import Settings
from autograder.grading.hidden import fresh_seed

CONNECT_SECONDS = 15


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
        CourseError: a result cannot be written; what was written so far stands.
    """
    waiting = iter(todo.todo)
    running: dict[Future, Work] = {}
    completed = as_completed()

    def hand_out() -> None:
        """Submits as many as keep every worker busy: what waits costs no memory."""
        places = 2 * sum(client.nthreads().values()) + 1 - len(running)  # negative when a worker has just died
        for student in islice(waiting, max(0, places)):
            work = course.work(todo.lesson, student, todo.release)
            future = client.submit(decide, work, todo.settings, key=f"{student}-{id(todo)}", pure=False)
            running[future] = work
            completed.add(future)

    results = []
    hand_out()
    for future in completed:
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
    return results


@contextmanager
def workers(jobs: int, scheduler: str | None, bare: bool) -> Iterator[Client]:
    """Workers on this machine, one process each, or those of a scheduler. Each proves its sandbox first.

    Raises:
        CourseError: the scheduler does not answer, or a worker cannot make a sandbox.
    """
    if scheduler is None:
        with (
            LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.ERROR,
            ) as cluster,
            Client(cluster) as client,
        ):
            _prove(client, bare)
            yield client
        return
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise CourseError(f"No scheduler answers at {scheduler}: {error}") from error
    with client:
        _prove(client, bare)
        yield client


def _prove(client: Client, bare: bool) -> None:
    if bare:
        return
    for worker, reason in client.run(prove_worker).items():
        if reason:
            raise CourseError(f"The worker {worker} cannot grade: {reason}")
