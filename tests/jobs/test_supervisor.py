"""Workers that crash, hang, eat memory, are killed from outside; and outcomes that do not depend on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from neurocli.errors import (
    DataError,
    InternalError,
    MemoryLimit,
    NeurocliError,
    SpecificationError,
    TimeLimit,
)
from neurocli.jobs.supervisor import Outcome, Supervisor, run, task_seed


def troubled(task: dict[str, Any]) -> Any:
    """Do what the task says."""
    match task["do"]:
        case "abort":
            os.abort()
        case "segv":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(0)
        case "hang":
            while True:
                pass
        case "memory":
            return len(bytearray(2 * 10**9))
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "bug":
            raise ZeroDivisionError
        case "refuse":
            raise SpecificationError("shape", "x", "an integer")
        case "sleep":
            time.sleep(task["seconds"])
    return task["number"] ** 2


TROUBLES = {"abort": MemoryLimit, "segv": InternalError, "exit": InternalError, "hang": TimeLimit,
            "memory": MemoryLimit, "kill": MemoryLimit, "bug": InternalError, "refuse": SpecificationError}


def injected(count: int) -> list[dict[str, Any]]:
    troubles = dict(zip(range(3, 1000, 17), TROUBLES))
    return [{"number": number, "do": troubles.get(number % 997, "square")} for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_failure_costs_one_task_and_is_recorded(jobs: int) -> None:
    tasks = injected(500)
    outcomes = list(run(troubled, tasks, jobs=jobs, timeout=0.3, memory_mb=300))
    assert sorted(outcome.number for outcome in outcomes) == list(range(500))
    for outcome in outcomes:
        assert outcome.task == tasks[outcome.number]
        if outcome.task["do"] == "square":
            assert outcome.error is None
            assert outcome.value == outcome.number**2
        else:
            assert type(outcome.error) is TROUBLES[outcome.task["do"]]
            assert outcome.value is None
    assert sum(outcome.error is not None for outcome in outcomes) == len(TROUBLES)


def test_outcomes_do_not_depend_on_the_number_of_workers() -> None:
    def shown(outcome: Outcome) -> tuple[int, Any, str]:
        return outcome.number, outcome.value, str(outcome.error)

    one, three = ([shown(outcome) for outcome in run(troubled, injected(300), jobs=jobs, timeout=0.3,
                                                     memory_mb=300, ordered=True)] for jobs in (1, 3))
    assert one == three
    assert [number for number, _, _ in one] == list(range(300))


def test_memory_does_not_depend_on_what_a_worker_did_before() -> None:
    kept: list[bytearray] = []

    def leaky(megabytes: int) -> int:
        kept.append(bytearray(megabytes * 2**20))
        return len(kept)

    # Four times 100 MB are more than 300 MB in one worker, and each alone is within it.
    outcomes = list(run(leaky, [100] * 8 + [400], memory_mb=300, ordered=True))
    assert [outcome.error is None for outcome in outcomes] == [True] * 8 + [False]
    assert isinstance(outcomes[-1].error, MemoryLimit)


def test_a_module_and_function_can_be_named() -> None:
    assert [outcome.value for outcome in run("math:factorial", [3, 4], ordered=True)] == [6, 24]


def test_no_tasks() -> None:
    assert list(run(troubled, [], jobs=2)) == []


def test_tasks_are_taken_only_when_a_worker_is_free() -> None:
    taken = []

    def endless() -> Any:
        number = 0
        while True:
            taken.append(number)
            yield {"number": number, "do": "sleep", "seconds": 0.05}
            number += 1

    outcomes = run(troubled, endless(), jobs=2)
    assert next(outcomes).error is None
    outcomes.close()  # type: ignore[attr-defined]
    assert len(taken) < 20


def test_tasks_can_be_added_while_outcomes_are_read() -> None:
    with Supervisor(lambda depth: [depth - 1] * 2 if depth else [], jobs=2) as pool:
        pool.submit(4)
        seen = 0
        for group in pool.groups():
            for outcome in group:
                seen += 1
                for task in outcome.value:
                    pool.submit(task)
    assert seen == 2**5 - 1


def test_tasks_behind_a_long_one_are_done_elsewhere() -> None:
    # Many short tasks make batches large; then one long task heads a batch.
    short = [{"number": number, "do": "square"} for number in range(3000)]
    tasks = short[:2000] + [{"number": 0, "do": "sleep", "seconds": 1.5}] + short[2000:]
    order = [outcome.number for outcome in run(troubled, tasks, jobs=2)]
    assert sorted(order) == list(range(len(tasks)))
    assert order[-1] == 2000


def test_a_worker_killed_from_outside_costs_at_most_its_task() -> None:
    outcomes = []
    victim = 0

    def slow(number: int) -> list[int]:
        time.sleep(0.01)
        return [number, os.getpid()]

    for outcome in run(slow, range(60), jobs=2, timeout=20):
        outcomes.append(outcome)
        if len(outcomes) == 10:
            victim = outcome.value[1]
            os.kill(victim, signal.SIGKILL)
    assert sorted(outcome.number for outcome in outcomes) == list(range(60))
    # It had served before, so that the task it was at was tried again.
    assert all(outcome.error is None for outcome in outcomes)


def test_workers_are_recycled() -> None:
    with Supervisor(lambda _: os.getpid(), recycle=5) as pool:
        pids = [outcome.value for group in pool.groups(range(100)) for outcome in group]
    assert len(set(pids)) > 1


def test_a_failing_source_leaves_no_worker() -> None:
    def source() -> Any:
        yield {"number": 0, "do": "hang"}
        raise DataError("line 2 is spoiled")

    before = children()
    with pytest.raises(DataError):
        list(run(troubled, source(), jobs=2))
    assert children() == before


def test_leaving_early_leaves_no_worker_and_no_descriptor() -> None:
    before, descriptors = children(), len(os.listdir("/proc/self/fd"))
    for outcome in run(troubled, [{"number": 1, "do": "square"}, {"number": 1, "do": "hang"}] * 3, jobs=3):
        assert outcome.value == 1
        break
    assert children() == before
    assert len(os.listdir("/proc/self/fd")) == descriptors


def children() -> set[str]:
    """Process numbers of this process's children, zombies included."""
    return {word for task in Path("/proc/self/task").iterdir()
            for word in (task / "children").read_text().split()}


POOL = """
import os, sys, time
from neurocli.jobs.supervisor import run
def work(number):
    if number:
        os.write(2, b"%d\\n" % os.getpid())  # at once: two workers write here
        sum(range(10**12))
    return number
for outcome in run(work, [0, 1, 1], jobs=2):
    print(outcome.value, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_parent_leaves_no_worker(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", POOL], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as parent:
        assert parent.stderr is not None
        try:
            workers = [int(parent.stderr.readline()) for _ in range(2)]
            parent.send_signal(number)
            assert parent.wait(10) == -number
        finally:
            parent.kill()
    end = time.monotonic() + 5
    while any(running(pid) for pid in workers) and time.monotonic() < end:
        time.sleep(0.01)
    assert not any(running(pid) for pid in workers)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_task_seeds_are_fixed_for_ever() -> None:
    # A stored sweep can be repeated only while these stay.
    assert task_seed(0, "mlp:2-2-1,r=2", "dim") == 4023804978157477
    assert len({task_seed(master, spec, task) for master in (0, 1) for spec in ("a", "b")
                for task in (0, 1, "0", {"x": 1, "y": 2})}) == 16
    assert task_seed(0, "a", {"x": 1, "y": 2}) == task_seed(0, "a", {"y": 2, "x": 1})


def test_faults_of_the_tree_keep_their_fields() -> None:
    outcome = next(run(troubled, [{"number": 0, "do": "refuse"}]))
    assert isinstance(outcome.error, SpecificationError)
    assert outcome.error.place == "shape"
    assert isinstance(outcome.error, NeurocliError)
