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
import os
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
                for group in pool.groups():
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
        self._execution, self._tracker = execution, tracker
        self._recipe = json.dumps({**recipe, "options": dataclasses.asdict(tracker.options)}, sort_keys=True)
        self._cluster = None
        self.tracked = 0
        try:
            if execution.scheduler == "local":
                workers = min(execution.jobs, _WORKERS_PER_PROCESSOR * (os.cpu_count() or 1))
                self._cluster = LocalCluster(n_workers=workers, threads_per_worker=1, processes=workers > 1,
                                             dashboard_address=None)
            self._client = Client(self._cluster or execution.scheduler, timeout=10)
        except OSError as error:
            raise UsageError(f"no dask scheduler at {execution.scheduler}", "start one, or use --jobs") from error

    def __enter__(self) -> DaskRunner:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self._client.close()
            if self._cluster is not None:
                self._cluster.close()

    def run(self, source: Source, sink: Sink) -> None:
        """See `Tracker.run`."""
        from distributed import wait

        waiting: dict[Any, str] = {}
        lost: list[str] = []
        places = 2 * max(1, len(self._client.scheduler_info()["workers"]))
        while True:
            while not lost and len(waiting) < places:
                paths = source(self._execution.batch)
                if paths is None or not len(paths):
                    break
                task = encode_paths(paths)
                try:
                    waiting[self._client.submit(track_remotely, self._recipe, task, pure=False,
                                                retries=_ATTEMPTS)] = task
                except Exception:  # whatever a dying cluster raises; the batch is done here
                    lost.append(task)
            if not waiting:
                break
            try:
                for future in wait(list(waiting), return_when="FIRST_COMPLETED").done:
                    task = waiting.pop(future)
                    ends = decode_ends(future.result())
                    self.tracked += len(ends)
                    if sink(ends):
                        return
            except NeurocliError:
                raise
            except Exception:
                lost += [*waiting.values()]
                waiting.clear()
        for task in lost:
            ends = self._tracker.track(decode_paths(task))
            self.tracked += len(ends)
            if sink(ends):
                return
        if lost:
            self._tracker.run(source, sink)


def track_remotely(recipe: str, task: str) -> str:
    """Track one batch on a worker that knows nothing but the recipe."""
    return encode_ends(_tracker_of(recipe).track(decode_paths(task)))


@lru_cache(maxsize=4)
def _tracker_of(recipe: str) -> Tracker:
    from neurocli.numerics.recipes import homotopy_of

    record = json.loads(recipe)
    return Tracker(homotopy_of(record), Options(**record["options"]), record["seed"])


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
