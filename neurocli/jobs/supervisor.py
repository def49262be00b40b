"""Many tasks over a few worker processes, each of which may crash, hang or eat memory.

A failure costs one task and is recorded as that task's outcome.  Tiny tasks travel in batches, so
that the way to a worker and back costs little beside them.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import select
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any

from neurocli.errors import MemoryLimit, NeurocliError, TimeLimit
from neurocli.jobs.messages import death, unpack
from neurocli.jobs.process import WAKE_SECONDS, Process, spawn, write_all
from neurocli.jobs.worker import resolve, work

#: Seconds of work that a batch should hold: long beside a message (0.1 ms), short beside a tail.
_BATCH_SECONDS = 0.05
_LARGEST_BATCH = 256
#: MB by which a worker may grow before another takes its place.
_GROWTH_MB = 512


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one task.

    Args:
        number: the task's place in the order of submission, from 0.
        task: the task itself.
        value: its answer (JSON types), or None where it failed.
        error: the fault, of the same class as the worker raised; a crash is an `InternalError`.
        seconds: time the worker took; for a killed worker, until it was killed.
    """

    number: int
    task: Any
    value: Any = None
    error: NeurocliError | None = None
    seconds: float = 0.0


def run(function: str | Callable[[Any], Any], tasks: Iterable[Any], *, jobs: int = 1,
        timeout: float | None = None, memory_mb: int | None = None,
        ordered: bool = False) -> Iterator[Outcome]:
    """Apply `function` to every task and yield the outcomes as they come.

    Args:
        function: `module:function` or a callable; takes a JSON value and returns one.
        tasks: JSON values; taken from the iterable only when a worker is free.
        jobs: number of worker processes.
        timeout: seconds of wall time for each task.
        memory_mb: MB for each task, beyond what the worker has when the task begins.
        ordered: yield in the order of the tasks instead of completion.

    Example:
        >>> [outcome.value for outcome in run(abs, [-3, 4], jobs=2, ordered=True)]
        [3, 4]
    """
    with Supervisor(function, jobs=jobs, timeout=timeout, memory_mb=memory_mb) as pool:
        outcomes = (outcome for group in pool.groups(tasks) for outcome in group)
        yield from in_order(outcomes) if ordered else outcomes


def in_order(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Hold outcomes back until those of smaller number have come."""
    early: dict[int, Outcome] = {}
    due = 0
    for outcome in outcomes:
        early[outcome.number] = outcome
        while due in early:
            yield early.pop(due)
            due += 1


def task_seed(master: int, spec: str, task: Any) -> int:
    """The seed of a task: a hash of the master seed, the canonical spec, and the task.

    Notes:
        It depends on nothing else, so answers do not depend on order, number of workers or shard.

    Example:
        >>> task_seed(0, "mlp:2-2-1,r=2", "dim") == task_seed(0, "mlp:2-2-1,r=2", "dim") < 2**53
        True
    """
    text = json.dumps([master, spec, task], sort_keys=True, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 11


@dataclasses.dataclass
class _Worker:
    """A worker process and the tasks it has to do, in order; those in `lent` are done elsewhere too."""

    process: Process
    tasks: int
    pending: collections.deque[int] = dataclasses.field(default_factory=collections.deque)
    lent: set[int] = dataclasses.field(default_factory=set)
    since: float = 0.0
    served: int = 0
    grown_mb: int = 0
    buffer: bytes = b""


class Supervisor:
    """A pool of worker processes; see `run` for the arguments.

    Args:
        recycle: tasks after which a worker is replaced, so that leaks do not add up.

    Notes:
        Deaths and failures for want of memory count only in a worker that has served nothing
        before; elsewhere the task is tried once more in a fresh one. So an outcome does not depend
        on what the same worker did earlier. Workers are forked, when there is something to do,
        from this process with all it has imported.
    """

    def __init__(self, function: str | Callable[[Any], Any], *, jobs: int = 1,
                 timeout: float | None = None, memory_mb: int | None = None,
                 recycle: int = 10_000) -> None:
        self._function = resolve(function)
        self._jobs, self._timeout, self._memory_mb, self._recycle = jobs, timeout, memory_mb, recycle
        self._workers: list[_Worker] = []
        self._tasks: dict[int, Any] = {}
        self._waiting: collections.deque[int] = collections.deque()
        self._suspects: collections.deque[int] = collections.deque()
        self._source: Iterator[Any] = iter(())
        self._submitted = 0
        self._mean = _BATCH_SECONDS

    def submit(self, task: Any) -> int:
        """Add a task, also while outcomes are read; returns its number."""
        number = self._submitted
        self._submitted += 1
        self._tasks[number] = task
        self._waiting.append(number)
        return number

    def groups(self, tasks: Iterable[Any] = (), *, idle: bool = False) -> Iterator[list[Outcome]]:
        """The outcomes of `tasks` and of all that was submitted, in groups as they come.

        A group is what came since the last one: a journal can make it durable at once.

        Args:
            idle: also yield empty groups now and then, so that the caller can think of something else.
        """
        self._source = iter(tasks)
        while True:
            self._feed()
            if not self._tasks:
                return
            found = self._listen()
            if found or idle:
                yield found

    def close(self) -> None:
        """Kill every worker and whatever it has started."""
        while self._workers:
            self._dismiss(self._workers[-1])

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _feed(self) -> None:
        """Give every free slot something to do, while there is something."""
        while self._idle() is not None or len(self._workers) < self._jobs:
            if self._suspects:
                numbers = [self._suspects.popleft()]
                if numbers[0] in self._tasks:
                    self._send(self._slot(fresh=True), numbers)
                continue
            numbers = self._next_batch() or self._tail_of_another()
            if not numbers:
                return
            self._send(self._slot(fresh=False), numbers)

    def _next_batch(self) -> list[int]:
        size = max(1, min(_LARGEST_BATCH, int(_BATCH_SECONDS / max(self._mean, 1e-6))))
        while len(self._waiting) < size:
            try:
                self.submit(next(self._source))
            except StopIteration:
                break
        return [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]

    def _tail_of_another(self) -> list[int]:
        """Tasks stuck behind a long one in the batch of another worker.

        They are worked on twice, and the first answer counts: tasks are functions of their input.
        """
        now = time.monotonic()
        for worker in self._workers:
            if now - worker.since > _BATCH_SECONDS:
                stuck = [number for number in list(worker.pending)[1:]
                         if number in self._tasks and number not in worker.lent]
                if stuck:
                    worker.lent.update(stuck)
                    return stuck
        return []

    def _send(self, worker: _Worker, numbers: list[int]) -> None:
        worker.pending.extend(numbers)
        worker.since = time.monotonic()
        batch = json.dumps([self._tasks[number] for number in numbers]) + "\n"
        # A worker that is dead already is found out by `_listen`.
        with contextlib.suppress(BrokenPipeError):
            write_all(worker.tasks, batch.encode())

    def _idle(self) -> _Worker | None:
        return next((worker for worker in self._workers if not worker.pending), None)

    def _slot(self, fresh: bool) -> _Worker:
        """A worker that is free; one that has served nothing yet, if `fresh`."""
        idle = self._idle()
        if idle is not None:
            if not fresh or idle.served == 0:
                return idle
            self._dismiss(idle)
        return self._hire()

    def _hire(self) -> _Worker:
        reader, writer = os.pipe()
        # Ends of other workers' pipes must not live on in this one: a worker learns from the end of
        # its pipe that the parent is gone.
        foreign = [writer]
        for other in self._workers:
            foreign += [other.tasks, other.process.answers, other.process.leash]
        try:
            process = spawn(functools.partial(work, self._function, reader, self._memory_mb),
                            inherit=tuple(foreign))
        except BaseException:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        worker = _Worker(process, writer)
        self._workers.append(worker)
        return worker

    def _dismiss(self, worker: _Worker) -> tuple[int, float]:
        """Kill a worker; its exit status and peak memory, and what it had not begun goes back."""
        self._workers.remove(worker)
        for number in reversed(worker.pending):
            if number in self._tasks and number not in worker.lent:
                self._waiting.appendleft(number)
        worker.process.kill()
        os.close(worker.tasks)
        return worker.process.reap()

    def _listen(self) -> list[Outcome]:
        """Wait for answers, deaths or a deadline, and say what became of which tasks."""
        poll = select.poll()
        owners = {worker.process.answers: worker for worker in self._workers}
        for descriptor in owners:
            poll.register(descriptor, select.POLLIN)
        found: list[Outcome] = []
        for descriptor, _ in poll.poll(self._patience()):
            worker = owners[descriptor]
            data = os.read(descriptor, 2**18)
            found += self._answers(worker, data) if data else self._bury(worker)
        # After the answers: a task whose answer was waiting in the pipe is not late.
        return found + self._overdue()

    def _patience(self) -> float:
        """Milliseconds until something must be done without being told."""
        now = time.monotonic()
        busy = [worker for worker in self._workers if worker.pending]
        waits = [WAKE_SECONDS]
        if self._timeout is not None:
            waits += [worker.since + self._timeout - now for worker in busy]
        if len(busy) < self._jobs and any(len(worker.pending) > 1 for worker in busy):
            waits.append(_BATCH_SECONDS)
        return 1000 * max(0.0, min(waits)) + 1

    def _answers(self, worker: _Worker, data: bytes) -> list[Outcome]:
        *lines, worker.buffer = (worker.buffer + data).split(b"\n")
        found: list[Outcome] = []
        for line in lines:
            seconds, grown, record = line.split(b" ", 2)
            number = worker.pending.popleft()
            fresh = worker.served == 0
            worker.served += 1
            worker.grown_mb = int(grown)
            self._mean += 0.2 * (float(seconds) - self._mean)
            value, error = None, None
            try:
                value = unpack(json.loads(record), self._memory_mb)
            except NeurocliError as raised:
                error = raised
            if isinstance(error, MemoryLimit) and not fresh:
                worker.grown_mb = _GROWTH_MB
                self._suspects.append(number)
            else:
                found += self._outcome(number, value, error, float(seconds))
        worker.since = time.monotonic()
        if not worker.pending and (worker.served >= self._recycle or worker.grown_mb >= _GROWTH_MB):
            self._dismiss(worker)
        return found

    def _bury(self, worker: _Worker) -> list[Outcome]:
        """A worker is dead: the task it was at has failed, or is tried once more alone."""
        culprit = worker.pending.popleft() if worker.pending else None
        seconds = time.monotonic() - worker.since
        status, peak_mb = self._dismiss(worker)
        if culprit is None:
            return []
        if worker.served:
            self._suspects.append(culprit)
            return []
        return self._outcome(culprit, None, death(status, peak_mb, self._memory_mb), seconds)

    def _overdue(self) -> list[Outcome]:
        if self._timeout is None:
            return []
        found: list[Outcome] = []
        for worker in list(self._workers):
            seconds = time.monotonic() - worker.since
            if worker.pending and seconds > self._timeout:
                culprit = worker.pending.popleft()
                self._dismiss(worker)
                found += self._outcome(culprit, None, TimeLimit(
                    f"not finished after {self._timeout:g} s", "give more time with --timeout"), seconds)
        return found

    def _outcome(self, number: int, value: Any, error: NeurocliError | None,
                 seconds: float) -> list[Outcome]:
        """The outcome, unless another worker was faster."""
        if number not in self._tasks:
            return []
        return [Outcome(number, self._tasks.pop(number), value, error, seconds)]
