"""Where paths are tracked: in this process, in several, or on a dask cluster; with a journal.

A batch of paths goes out as JSON (arrays as base64 of their bytes, so doubles travel exactly) and
end points come back the same way.  Batches are functions of their contents, so the answer does
not depend on where they ran, and a batch whose worker died is done again.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import logging
import os
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from neurocli.errors import EngineMissing, NeurocliError, UsageError
from neurocli.numerics.paths import EndPoints, Homotopy, Paths
from neurocli.numerics.tracker import Options, Progress, Runner, Sink, Source, Tracker

#: Times a batch is sent out before its failure is reported.
_ATTEMPTS = 3
_WORKERS_PER_PROCESSOR = 4
#: Seconds for a scheduler to answer and to have workers, and between looks at anything else.
_PATIENCE, _MOMENT = 10, 0.5
_LOG = logging.getLogger("neurocli")


@dataclasses.dataclass(frozen=True)
class Execution:
    """How a computation runs; nothing in it changes the answer.

    Args:
        jobs: worker processes.
        scheduler: address of a dask scheduler, or "local" for one with `jobs` workers.
        journal: file in which solutions are kept as they are found; one that is there is resumed.
        progress: told a few times a second how far the search is.
        limit: asked now and then whether to stop.
        restarts: searches begun again with new random choices while the trace test fails.
        batch: paths in one batch of a worker.
    """

    jobs: int = 1
    scheduler: str | None = None
    journal: str | Path | None = None
    progress: Callable[[Progress], None] | None = None
    limit: Callable[[], bool] | None = None
    restarts: int = 6
    batch: int = 128

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"--jobs {self.jobs}", "a positive number of worker processes")

    @contextlib.contextmanager
    def runner(self, homotopy: Homotopy, recipe: Mapping[str, Any], options: Options,
               seed: int) -> Iterator[Runner]:
        """What tracks the paths of a homotopy.

        Args:
            homotopy: the systems.
            recipe: JSON from which a worker on another machine makes the same homotopy.
            options: of the tracker.
            seed: of the tracker.
        """
        tracker = Tracker(homotopy, options, seed)
        if self.scheduler is not None:
            with DaskRunner(self, tracker, recipe) as runner:
                yield runner
        elif self.jobs > 1:
            yield ProcessRunner(self, tracker)
        else:
            yield tracker


class ProcessRunner:
    """Tracks batches in forked worker processes."""

    def __init__(self, execution: Execution, tracker: Tracker) -> None:
        self._batch, self._tracker = execution.batch, tracker
        self._jobs = min(execution.jobs, _WORKERS_PER_PROCESSOR * (os.cpu_count() or 1))
        self._nothing = no_ends(tracker.homotopy)
        self.tracked = 0

    def run(self, source: Source, sink: Sink) -> None:
        """See `Tracker.run`."""
        from neurocli.jobs.supervisor import Supervisor

        def work(task: Any) -> Any:
            return encode_ends(self._tracker.track(decode_paths(task)))

        with Supervisor(work, jobs=self._jobs) as pool:
            waiting: dict[int, int] = {}  # number of a task -> times it was sent

            def feed() -> None:
                while len(waiting) <= self._jobs:
                    paths = source(self._batch)
                    if paths is None or not len(paths):
                        return
                    waiting[pool.submit(encode_paths(paths))] = 1

            feed()
            while waiting:
                for group in pool.groups(idle=True):
                    if not group and sink(self._nothing):  # asks whether to stop
                        return
                    for outcome in group:
                        times = waiting.pop(outcome.number)
                        if outcome.error is not None:
                            if times >= _ATTEMPTS:
                                raise outcome.error
                            waiting[pool.submit(outcome.task)] = times + 1
                            continue
                        ends = decode_ends(outcome.value)
                        self.tracked += len(ends)
                        if sink(ends):
                            return
                    feed()


class DaskRunner:
    """Tracks batches on a dask cluster; where the scheduler is lost, in this process."""

    def __init__(self, execution: Execution, tracker: Tracker, recipe: Mapping[str, Any]) -> None:
        try:
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise EngineMissing("dask.distributed is not installed", "pip install 'neurocli[cluster]'") from error
        # A lost scheduler is dealt with below; tracebacks of its client say nothing more.
        for name in [n for n in logging.root.manager.loggerDict if n.startswith("distributed")]:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._execution, self._tracker = execution, tracker
        self._recipe = json.dumps({**recipe, "options": dataclasses.asdict(tracker.options)}, sort_keys=True)
        self._cluster = None
        self._quiet = 0.0
        self.tracked = 0
        try:
            if execution.scheduler == "local":
                workers = min(execution.jobs, _WORKERS_PER_PROCESSOR * (os.cpu_count() or 1))
                self._cluster = LocalCluster(n_workers=workers, threads_per_worker=1, processes=workers > 1,
                                             dashboard_address=None, silence_logs=logging.CRITICAL)
            self._client = Client(self._cluster or execution.scheduler, timeout=_PATIENCE)
        except OSError as error:
            raise UsageError(f"no dask scheduler at {execution.scheduler}", "start one, or use --jobs") from error
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            self.__exit__()
            raise UsageError(f"the dask scheduler at {execution.scheduler} has no workers",
                             "start one with: dask worker ADDRESS") from error

    def __enter__(self) -> DaskRunner:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            # A batch under way is of no use any more, and is not waited for.
            self._client.close(timeout=_MOMENT)
            if self._cluster is not None:
                self._cluster.close(timeout=_MOMENT)

    def run(self, source: Source, sink: Sink) -> None:
        """See `Tracker.run`."""
        waiting: dict[Any, str] = {}
        trouble = ""
        places = 2 * max(1, len(self._client.scheduler_info()["workers"]))
        while True:
            try:
                while len(waiting) < places:
                    paths = source(self._execution.batch)
                    if paths is None or not len(paths):
                        break
                    self._submit(waiting, encode_paths(paths))
                if not waiting:
                    return
                come = self._come(waiting)
            except NeurocliError:
                raise
            except (Exception, CancelledError) as error:  # whatever a dying cluster raises
                trouble = type(error).__name__
                break
            for ends in come or [no_ends(self._tracker.homotopy)]:  # none: asks whether to stop
                self.tracked += len(ends)
                if sink(ends):
                    return
        _LOG.warning("neurocli: note: the scheduler %s gives no answers (%s): the rest is tracked here",
                     self._execution.scheduler, trouble)
        # A batch leaves `waiting` with its answer, so those that are left are those that are owed.
        for task in waiting.values():
            ends = self._tracker.track(decode_paths(task))
            self.tracked += len(ends)
            if sink(ends):
                return
        self._tracker.run(source, sink)

    def _submit(self, waiting: dict[Any, str], task: str) -> None:
        owed = object()  # from now on, whether the cluster takes the batch or not
        waiting[owed] = task
        waiting[self._client.submit(track_remotely, self._recipe, task, pure=False, retries=_ATTEMPTS)] = task
        del waiting[owed]

    def _come(self, waiting: dict[Any, str]) -> list[EndPoints]:
        """End points of batches that are done, which leave `waiting`; none after a moment without any."""
        from distributed import wait

        try:
            done = wait(list(waiting), timeout=_MOMENT, return_when="FIRST_COMPLETED").done
            self._quiet = 0.0
        except TimeoutError:
            self._quiet += _MOMENT
            if self._quiet >= _PATIENCE and not self._client.scheduler_info()["workers"]:
                raise
            return []
        found = []
        for future in done:
            try:
                found.append(decode_ends(future.result()))
            except (Exception, CancelledError):
                if found:  # this one is still waiting, and fails again at the next look
                    return found
                raise
            del waiting[future]
        return found


def track_remotely(recipe: str, task: str) -> str:
    """Track one batch on a worker that knows nothing but the recipe."""
    return encode_ends(_tracker_of(recipe).track(decode_paths(task)))


@lru_cache(maxsize=4)
def _tracker_of(recipe: str) -> Tracker:
    from neurocli.numerics.recipes import homotopy_of

    record = json.loads(recipe)
    return Tracker(homotopy_of(record), Options(**record["options"]), record["seed"])


def no_ends(homotopy: Homotopy) -> EndPoints:
    """No end points."""
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    return EndPoints(whole, np.zeros((0, homotopy.unknowns), dtype=np.complex128), whole, real, whole, real)


def encode_array(array: np.ndarray) -> dict[str, Any]:
    """An array as JSON, exactly."""
    data = np.ascontiguousarray(array)
    return {"dtype": data.dtype.str, "shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode()}


def decode_array(record: Mapping[str, Any]) -> np.ndarray:
    """An array from JSON."""
    dtype = np.dtype(record["dtype"])
    if dtype.kind not in "cfi":
        raise ValueError(f"array of kind {dtype.kind}")
    return np.frombuffer(base64.b64decode(record["data"]), dtype=dtype).reshape(record["shape"]).copy()


def _encode(record: Any) -> str:
    return json.dumps({f.name: encode_array(getattr(record, f.name)) for f in dataclasses.fields(record)})


def encode_paths(paths: Paths) -> str:
    """A batch as one string."""
    return _encode(paths)


def decode_paths(text: str) -> Paths:
    """A batch from its string."""
    return Paths(**{name: decode_array(value) for name, value in json.loads(text).items()})


def encode_ends(ends: EndPoints) -> str:
    """End points as one string."""
    return _encode(ends)


def decode_ends(text: str) -> EndPoints:
    """End points from their string."""
    return EndPoints(**{name: decode_array(value) for name, value in json.loads(text).items()})
