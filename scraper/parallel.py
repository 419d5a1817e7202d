"""Work shared out over all cores, results in order, with only a few jobs under way at a time."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

CHUNK = 8
MIN_JOBS = 64
"""Fewer are done before a pool of processes has started."""


def map_jobs(
    work: Callable[[Job], Result], jobs: Iterable[Job], *, number: int, cores: int | None = None
) -> Iterator[Result]:
    """Yield ``work(job)`` for each job in order; ``number`` is about how many there are.

    ``work`` and what it takes and gives must be picklable. At most a few chunks a core are held in memory.
    """
    cores = cores or _usable_cores()
    if number < MIN_JOBS or cores == 1:
        yield from map(work, jobs)
        return
    remaining = iter(jobs)
    under_way: deque[Future[list[Result]]] = deque()
    spawn = multiprocessing.get_context("spawn")
    # The processes look for cycles as rarely as this one.
    with ProcessPoolExecutor(cores, spawn, initializer=gc.set_threshold, initargs=gc.get_threshold()) as pool:
        while True:
            while len(under_way) < 4 * cores and (chunk := list(islice(remaining, CHUNK))):
                under_way.append(pool.submit(_do_chunk, work, chunk))
            if not under_way:
                return
            yield from under_way.popleft().result()


def _usable_cores() -> int:
    """Return how many cores this process may run on, which a container or ``taskset`` may have made fewer."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _do_chunk(work: Callable[[Job], Result], chunk: list[Job]) -> list[Result]:
    return [work(job) for job in chunk]


def batches(results: Iterable[Result], size: int = 50) -> Iterator[list[Result]]:
    """Yield the results in lists of at most ``size``, as many as one transaction takes."""
    remaining = iter(results)
    while batch := list(islice(remaining, size)):
        yield batch
