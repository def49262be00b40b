"""Sweeps on Dask: the same answers, limits that hold, batches that come back from dead workers."""

import json
import os
import subprocess
import sys

import pytest

from neurocli.conjectures.cluster import _Batches, served

pytest.importorskip("distributed")

WORK = """
import os, time

def work(number):
    if number % 40 == 13:
        os.abort()
    if number % 40 == 27:
        time.sleep(60)
    return {"square": number * number, "pid": os.getpid()}
"""
SCRIPT = """
import json
from injected_work import work
from neurocli.conjectures.cluster import outcomes

if __name__ == "__main__":
    found = {o.number: (o.value, None if o.error is None else o.error.kind)
             for o in outcomes(work, iter(range(80)), "local", 2, 0.5, None)}
    print(json.dumps([found[i] for i in range(80)]))
"""


def test_failures_cost_one_task_each_and_children_serve_many(tmp_path):
    (tmp_path / "injected_work.py").write_text(WORK)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for number, (value, error) in enumerate(found):
        if number % 40 == 13:
            assert error == "internal" and value is None
        elif number % 40 == 27:
            assert error == "time-limit" and value is None
        else:
            assert error is None and value["square"] == number * number
    assert len({value["pid"] for value, _ in found if value}) <= 12  # one child for many tasks, another after each death


def test_a_sweep_on_dask_is_the_sweep(tmp_path):
    grid = tmp_path / "g.toml"
    grid.write_text('networks = "mlp:{d},r=2"\nd = { inputs = 2, widths = "1..3", depth = 2, outputs = "1..2" }\n')
    runs = [subprocess.run([sys.executable, "-m", "neurocli", "sweep", str(grid), "--no-cache", "--ordered", "-q", *extra],
                           capture_output=True, text=True, timeout=120) for extra in ([], ["--scheduler", "local"])]
    assert runs[0].returncode == runs[1].returncode == 0, runs[1].stderr
    assert runs[0].stdout == runs[1].stdout and len(runs[0].stdout.splitlines()) == 6


def test_batches_grow_and_lost_ones_come_back_alone():
    batches = _Batches(iter("abcdefgh"))
    first = batches.next()
    assert first == [0]
    assert [o.value for o in batches.done(first, [{"value": 1, "seconds": 0.0}])] == [1]
    for _ in range(60):
        batches._mean *= 0.9
    more = batches.next()
    assert len(more) == 7
    assert list(batches.lost(more[:2], "error")) == []
    assert batches.next() == [1] and batches.next() == [2] and batches.next() == []
    (outcome,) = batches.lost([1], "error")
    assert outcome.task == "b" and "died" in outcome.error.message


def test_one_child_serves_the_batches_of_a_thread():
    def work(task):
        if task == "x":
            raise ValueError("no")
        return os.getpid()

    first, second = served(work, [1, 2], None, None), served(work, [3, "x"], None, None)
    assert {first[0]["value"], first[1]["value"], second[0]["value"]} == {first[0]["value"]} != {os.getpid()}
    assert second[1]["kind"] == "internal" and "no" in second[1]["message"]
    from neurocli.conjectures import cluster

    cluster._LOCAL.pool.close()
    del cluster._LOCAL.pool, cluster._LOCAL.key
