"""The answer does not depend on where it was computed, and a killed search goes on."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import DataError, UsageError
from neurocli.jobs.journal import read
from neurocli.numerics.certification import certify
from neurocli.numerics.critical import solve_critical
from neurocli.numerics.execution import (
    Execution,
    ProcessRunner,
    decode_array,
    decode_paths,
    encode_array,
    encode_paths,
)
from neurocli.numerics.paths import Paths, segment
from neurocli.numerics.recipes import homotopy_of
from neurocli.numerics.slices import solve_slice
from neurocli.numerics.solutions import read_bertini, read_json, write_bertini, write_json
from neurocli.numerics.tracker import STANDARD, Tracker

SPEC = "cnn:3-2,r=2"


def network(spec=SPEC):
    return parametrization(parse(spec))


def same_functions(a, b):
    """Two solution sets agree as sets of functions."""
    gaps = np.abs(a.values[:, None] - b.values[None]).max(axis=2)
    scale = np.abs(a.values).max()
    return a.count == b.count and (gaps.min(axis=1) < 1e-6 * scale).all() and (gaps.min(axis=0) < 1e-6 * scale).all()


@pytest.fixture(scope="module")
def alone():
    return solve_critical(network())


def test_two_workers_find_the_same(alone):
    assert alone.count == 79
    assert same_functions(alone, solve_critical(network(), execution=Execution(jobs=2, batch=16)))


def test_dask_finds_the_same(alone):
    pytest.importorskip("distributed")
    code = ("from neurocli.architectures.grammar import parse\n"
            "from neurocli.architectures.registry import parametrization\n"
            "from neurocli.numerics.critical import solve_critical\n"
            "from neurocli.numerics.execution import Execution\n"
            f"found = solve_critical(parametrization(parse('{SPEC}')), execution=Execution(scheduler='local', batch=16))\n"
            "print(found.count, found.complete)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["79", "True"], done.stderr


def test_no_scheduler_at_an_address():
    pytest.importorskip("distributed")
    code = ("from neurocli.errors import UsageError\n"
            "from neurocli.architectures.grammar import parse\n"
            "from neurocli.architectures.registry import parametrization\n"
            "from neurocli.numerics.slices import solve_slice\n"
            "from neurocli.numerics.execution import Execution\n"
            "try: solve_slice(parametrization(parse('mlp:2-2-1,r=4')), execution=Execution(scheduler='tcp://127.0.0.1:9'))\n"
            "except UsageError as error: print(error.message)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "no dask scheduler" in done.stdout, done.stderr


@pytest.mark.parametrize("kind", ["slice", "critical", "fiber"])
def test_a_recipe_makes_the_same_system(kind):
    recipe = {"kind": kind, "spec": "mlp:3-2-2,r=2", "seed": 4, "samples": None, "real": False, "metric": "generic"}
    first, second = homotopy_of(recipe), homotopy_of(recipe)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, first.unknowns)) + 0j
    q = rng.standard_normal((2, first.data)) + 0j
    for a, b in zip(first.evaluate(x, q, q), second.evaluate(x, q, q), strict=True):
        assert (a == b).all()
    if kind == "critical":
        found = solve_critical(network("mlp:3-2-2,r=2"), seed=4, execution=Execution(limit=lambda: True))
        assert (found.system.root == first.root).all()


def test_unknown_recipes_are_refused():
    with pytest.raises(UsageError):
        homotopy_of({"kind": "pickle", "spec": SPEC, "seed": 0})


def test_a_killed_worker_loses_nothing(tmp_path):
    mark = tmp_path / "died"

    class Mortal:
        """x^2 = q; the first worker that tracks it dies."""

        unknowns, kernel, data = 1, 0, 1

        def evaluate(self, x, q, dq):
            if os.getpid() != parent and not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return x**2 - q, 2 * x[:, :, None], -dq

        def invariants(self, x):
            return x

        def normalize(self, x):
            return x

    parent = os.getpid()
    runner = ProcessRunner(Execution(jobs=2, batch=4), Tracker(Mortal(), STANDARD))
    way = segment(np.ones(1), np.full(1, 4.0))
    left = [Paths(np.ones((4, 1), dtype=complex), np.repeat(way[None], 4, axis=0), np.arange(4) + 4 * k)
            for k in range(5)]
    labels, ends = [], []

    def sink(found):
        labels.extend(found.labels.tolist())
        ends.extend(found.x[:, 0].tolist())

    runner.run(lambda count: left.pop() if left else None, sink)
    assert mark.exists() and sorted(labels) == list(range(20)) and np.allclose(ends, 2)


def test_jobs_must_be_positive_and_may_be_absurd():
    with pytest.raises(UsageError):
        Execution(jobs=0)
    assert solve_slice(network("mlp:2-2-1,r=4"), execution=Execution(jobs=1000)).count == 3


# -- journals


def test_a_finished_search_is_not_repeated(tmp_path, alone):
    journal = tmp_path / "search.ndjson"
    first = solve_critical(network(), execution=Execution(journal=journal))
    again = solve_critical(network(), execution=Execution(journal=journal))
    assert same_functions(first, alone) and same_functions(first, again)
    assert first.paths > 0 and again.paths == 0


def test_a_stopped_search_goes_on(tmp_path):
    journal = tmp_path / "search.ndjson"
    calls = iter(range(1000))
    stopped = solve_critical(network(), execution=Execution(journal=journal, limit=lambda: next(calls) > 20))
    assert not stopped.complete and 0 < stopped.count < 79
    kept = sum(len(decode_array(r["points"])) for r in read(journal)[1] if r["node"] == 0)
    assert kept >= stopped.count - 1  # all but the start, which the seed gives
    resumed = solve_critical(network(), execution=Execution(journal=journal))
    assert (resumed.count, resumed.complete) == (79, True)


def test_a_killed_process_loses_at_most_a_moment(tmp_path):
    journal = tmp_path / "search.ndjson"
    code = ("from neurocli.architectures.grammar import parse\n"
            "from neurocli.architectures.registry import parametrization\n"
            "from neurocli.numerics.critical import solve_critical\n"
            "from neurocli.numerics.execution import Execution\n"
            f"solve_critical(parametrization(parse('cnn:3-3-3,r=2')), execution=Execution(journal={str(journal)!r}),"
            " samples=12)\n")
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if journal.exists() and journal.stat().st_size > 30_000:
                break
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    kept = sum(len(decode_array(r["points"])) for r in read(journal)[1])
    assert kept > 20
    found = solve_critical(network("cnn:3-3-3,r=2"), samples=12,
                           execution=Execution(journal=journal, limit=lambda: True, restarts=0))
    assert sum(found.search.counts) >= kept


def test_a_journal_of_another_search_is_refused(tmp_path):
    journal = tmp_path / "search.ndjson"
    solve_slice(network("mlp:2-2-1,r=4"), execution=Execution(journal=journal))
    with pytest.raises(DataError, match="another run"):
        solve_slice(network("mlp:2-2-1,r=4"), seed=1, execution=Execution(journal=journal))


# -- files


def test_arrays_travel_exactly():
    rng = np.random.default_rng(0)
    array = rng.standard_normal((3, 2, 2)) + 1j * rng.standard_normal((3, 2, 2))
    paths = Paths(array[:, 0], array, np.arange(3))
    again = decode_paths(encode_paths(paths))
    assert (again.x == paths.x).all() and (again.ways == array).all() and (again.labels == paths.labels).all()
    with pytest.raises(ValueError, match="kind"):
        decode_array({**encode_array(array), "dtype": "O"})


def test_solution_files_round_trip(tmp_path, alone):
    write_json(tmp_path / "a.json", alone, certify(alone.system, alone.points[:2], alone.data))
    points, record = read_json(tmp_path / "a.json")
    assert (points == alone.points).all() and record["count"] == 79 and record["recipe"]["spec"] == SPEC
    write_bertini(tmp_path / "a.txt", alone.points)
    assert (read_bertini(tmp_path / "a.txt") == alone.points).all()


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 1, "solutions": [[[1, 2]], [[1, 2], [3, 4]]]}',
                                  '{"schema": 9, "solutions": []}', '{"schema": 1, "solutions": [[["x", 0]]]}'])
def test_spoiled_solution_files(tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DataError):
        read_json(tmp_path / "bad.json")


def test_threads_are_given_back():
    from neurocli.numerics.threads import _controls, one_thread

    before = [tell() for tell, _ in _controls()]
    with one_thread():
        assert all(tell() == 1 for tell, _ in _controls())
    assert [tell() for tell, _ in _controls()] == before


def test_a_journal_of_another_metric_is_refused(tmp_path):
    journal = tmp_path / "search.ndjson"
    solve_critical(network(), np.eye(10), execution=Execution(journal=journal))
    with pytest.raises(DataError):
        solve_critical(network(), np.diag(np.arange(1.0, 11)), execution=Execution(journal=journal))
