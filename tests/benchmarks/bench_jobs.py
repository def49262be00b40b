"""What isolation, workers and the journal cost: run as `python tests/benchmarks/bench_jobs.py`."""

from __future__ import annotations

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from neurocli.jobs.isolate import isolate
from neurocli.jobs.journal import Journal
from neurocli.jobs.supervisor import run

JOBS = 2
TIMEOUT = 1.0
WORK = 0.01


def seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def spin(duration: float) -> None:
    end = time.process_time() + duration
    while time.process_time() < end:
        pass


def injected(number: int) -> int:
    """Ten milliseconds of work; one task in a hundred each aborts, hangs, or eats memory."""
    spin(WORK)
    match number % 100:
        case 13:
            os.abort()
        case 37:
            while True:
                pass
        case 71:
            return len(bytearray(2 * 10**9))
    return number * number


def bare(count: int) -> float:
    """The work of `count` tasks, split evenly over processes that do nothing else."""
    def share() -> None:
        for _ in range(count // JOBS):
            spin(WORK)

    def work() -> None:
        children = []
        for _ in range(JOBS):
            child = os.fork()
            if child == 0:
                share()
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)

    return seconds(work)


def bare_start() -> float:
    return seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))


def main() -> None:
    start = min(bare_start() for _ in range(5))
    one = min(seconds(lambda: isolate(int)) for _ in range(20))
    print(f"isolate, one call            {1000 * one:8.2f} ms   {one / start:6.2f} x a bare interpreter")

    first = min(seconds(lambda: next(run(abs, [1], jobs=JOBS))) for _ in range(5))
    print(f"pool, start to first answer  {1000 * first:8.2f} ms")

    count = 50_000
    here = seconds(lambda: [abs(number) for number in range(count)])
    ours = seconds(lambda: list(run(abs, range(count), jobs=JOBS)))
    with concurrent.futures.ProcessPoolExecutor(JOBS) as pool:
        theirs = seconds(lambda: list(pool.map(abs, range(count // 10)))) * 10
    print(f"overhead for each tiny task  {1e6 * (ours - here) / count:8.1f} us   "
          f"{ours / theirs:6.2f} x the standard library's process pool")

    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal", {}) as journal:
        single = seconds(lambda: [journal.append({"task": str(number)}) for number in range(200)]) / 200
        batch = seconds(lambda: journal.append(*({"task": str(number)} for number in range(10_000)))) / 10_000
    print(f"journal, a line at a time    {1e6 * single:8.1f} us   in a batch {1e6 * batch:.1f} us a line")

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    outcomes: list[Any] = []
    took = seconds(lambda: outcomes.extend(stream(count)))
    hangs = sum(number % 100 == 37 for number in range(count))
    ideal = bare(count - hangs) + hangs * TIMEOUT / JOBS
    right = sum(outcome.error is None and outcome.value == outcome.number**2 for outcome in outcomes)
    failed = sum(outcome.error is not None for outcome in outcomes)
    print(f"{count} tasks, {failed} failures recorded, {right} right answers: {took:.1f} s, "
          f"{100 * (took / ideal - 1):.1f} % above {ideal:.1f} s "
          "of the same work in bare processes and of time limits")


def stream(count: int) -> Iterator[Any]:
    return run(injected, range(count), jobs=JOBS, timeout=TIMEOUT, memory_mb=500)


if __name__ == "__main__":
    main()
