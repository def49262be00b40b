"""Sweeps on a Dask cluster (extra `cluster`): batches of tasks, done by a child of our own beside each Dask worker.

Dask cannot kill a running task; our worker child with its limits can be killed, so a hang, a crash
or the death of memory costs one task here as well.  The child serves many batches, and batches
grow until their work is long beside the way to the scheduler and back.
"""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Iterator
from typing import Any

from neurocli.errors import EngineMissing, InternalError
from neurocli.jobs.messages import rebuilt
from neurocli.jobs.supervisor import Outcome, Supervisor

#: Seconds of work that a batch should hold, and its largest size.
_BATCH_SECONDS = 0.25
_LARGEST_BATCH = 256

_LOCAL = threading.local()


def outcomes(
    function: Callable[[Any], Any],
    tasks: Iterator[Any],
    scheduler: str,
    jobs: int,
    timeout: float | None,
    memory_mb: int | None,
) -> Iterator[Outcome]:
    """The outcomes of tasks run on a scheduler, as they come.

    Args:
        scheduler: an address such as `tcp://host:8786`, or `local` for a cluster on this machine.

    Raises:
        EngineMissing: the extra is not installed, or the scheduler cannot be reached.

    Notes:
        When a Dask worker dies its batch comes back, and each of its tasks is tried once more alone.
    """
    try:
        from distributed import Client, LocalCluster, as_completed
    except ImportError:
        raise EngineMissing("--scheduler needs dask.distributed", "pip install 'neurocli[cluster]'") from None
    cluster = None
    try:
        if scheduler == "local":
            cluster = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
            client = Client(cluster)
        else:
            client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise EngineMissing(
            f"--scheduler: {scheduler} cannot be reached ({error})", "give tcp://HOST:PORT, or local"
        ) from None
    try:
        waiting = as_completed()
        batches = _Batches(tasks)
        sent: dict[str, list[int]] = {}
        while True:
            while len(sent) < 2 + 2 * sum(client.ncores().values()):
                numbers = batches.next()
                if not numbers:
                    break
                work = [batches.tasks[number] for number in numbers]
                future = client.submit(served, function, work, timeout, memory_mb, pure=False)
                sent[future.key] = numbers
                waiting.add(future)
            if not sent:
                return
            future = next(waiting)
            numbers = sent.pop(future.key)
            if future.status == "finished":
                yield from batches.done(numbers, future.result())
            else:
                yield from batches.lost(numbers, future.status)
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


class _Batches:
    """Tasks on their way: numbered, in batches whose size follows the time they take."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = enumerate(source)
        self._alone: collections.deque[int] = collections.deque()
        self._tried: set[int] = set()
        self._mean = _BATCH_SECONDS
        self.tasks: dict[int, Any] = {}

    def next(self) -> list[int]:
        """The numbers of the next batch; none when there is nothing left to send."""
        if self._alone:
            return [self._alone.popleft()]
        size = max(1, min(_LARGEST_BATCH, int(_BATCH_SECONDS / max(self._mean, 1e-6))))
        numbers = []
        for number, task in self._source:
            self.tasks[number] = task
            numbers.append(number)
            if len(numbers) == size:
                break
        return numbers

    def done(self, numbers: list[int], answers: list[dict[str, Any]]) -> Iterator[Outcome]:
        """The outcomes of a batch."""
        for number, answer in zip(numbers, answers, strict=True):
            seconds = float(answer["seconds"])
            self._mean = 0.9 * self._mean + 0.1 * seconds
            error = None
            if "kind" in answer:
                error = rebuilt(answer["kind"], {"message": answer["message"], "hint": answer["hint"]})
            yield Outcome(number, self.tasks.pop(number), answer.get("value"), error, seconds)

    def lost(self, numbers: list[int], status: str) -> Iterator[Outcome]:
        """A batch whose Dask worker died: each task goes out again alone, once."""
        for number in numbers:
            if number not in self._tried:
                self._tried.add(number)
                self._alone.append(number)
            else:
                yield Outcome(number, self.tasks.pop(number), None,
                              InternalError(f"the Dask worker of this task died ({status})"))


def served(
    function: Callable[[Any], Any], tasks: list[Any], timeout: float | None, memory_mb: int | None
) -> list[dict[str, Any]]:
    """On a Dask worker: the answers of a batch, in order, from the child of this thread; faults come back as data."""
    key = (function, timeout, memory_mb)
    if getattr(_LOCAL, "key", None) != key:
        if hasattr(_LOCAL, "pool"):
            _LOCAL.pool.close()
        _LOCAL.pool, _LOCAL.key = Supervisor(function, timeout=timeout, memory_mb=memory_mb), key
    answers: dict[int, dict[str, Any]] = {}
    for task in tasks:
        answers[_LOCAL.pool.submit(task)] = {}
    for group in _LOCAL.pool.groups():
        for outcome in group:
            answer: dict[str, Any] = {"seconds": outcome.seconds}
            if outcome.error is not None:
                error = outcome.error
                answer |= {"kind": error.kind, "message": error.message, "hint": error.hint}
            else:
                answer["value"] = outcome.value
            answers[outcome.number] = answer
    return [answers[number] for number in sorted(answers)]
