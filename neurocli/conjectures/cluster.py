"""Sweeps on a Dask cluster (extra `cluster`): each Dask task starts our own worker child.

Dask cannot kill a running task; the child with its limits can be killed, so a hang, a crash or
the death of memory costs one task here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from neurocli.errors import EngineMissing, NeurocliError
from neurocli.jobs.isolate import isolate
from neurocli.jobs.messages import rebuilt
from neurocli.jobs.supervisor import Outcome

#: Tasks handed to the scheduler before the first of them is back.
WINDOW = 200


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
        numbers: dict[str, int] = {}
        waiting = as_completed()
        submitted = 0
        pending = 0
        texts: dict[int, Any] = {}
        exhausted = False
        while True:
            while not exhausted and pending < WINDOW:
                try:
                    task = next(tasks)
                except StopIteration:
                    exhausted = True
                    break
                future = client.submit(guarded, function, task, timeout, memory_mb, pure=False, retries=1)
                numbers[future.key] = submitted
                texts[submitted] = task
                submitted += 1
                pending += 1
                waiting.add(future)
            if not pending:
                return
            future = next(waiting)
            pending -= 1
            yield _outcome(numbers[future.key], texts.pop(numbers[future.key]), future)
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def guarded(function: Callable[[Any], Any], task: Any, timeout: float | None, memory_mb: int | None) -> dict[str, Any]:
    """On a Dask worker: the task in a child with limits; faults come back as data."""
    try:
        answer = isolate(function, task, timeout=timeout, memory_mb=memory_mb)
    except NeurocliError as error:
        return {"kind": error.kind, "message": error.message, "hint": error.hint}
    return {"value": answer.value, "seconds": answer.seconds}


def _outcome(number: int, task: Any, future: Any) -> Outcome:
    if future.status != "finished":
        from neurocli.errors import InternalError

        return Outcome(number, task, None, InternalError(f"the Dask worker of this task died ({future.status})"))
    answer = future.result()
    if "kind" in answer:
        return Outcome(
            number, task, None, rebuilt(answer["kind"], {"message": answer["message"], "hint": answer["hint"]})
        )
    return Outcome(number, task, answer["value"], None, answer["seconds"])
