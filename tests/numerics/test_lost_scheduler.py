"""A dask cluster that fails in any of its ways costs no batch."""

from asyncio import CancelledError
from types import SimpleNamespace

import numpy as np
import pytest

from neurocli.numerics.execution import DaskRunner, Execution, decode_paths, encode_ends
from neurocli.numerics.paths import Paths, segment
from neurocli.numerics.tracker import STANDARD, Tracker


class Squares:
    """x^2 = q."""

    unknowns, kernel, data = 1, 0, 1

    def evaluate(self, x, q, dq):
        return x**2 - q, 2 * x[:, :, None], -dq

    def invariants(self, x):
        return x

    def normalize(self, x):
        return x


class Future:
    def __init__(self, answer):
        self._answer = answer

    def result(self):
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


class Cluster:
    """Answers some batches, then fails."""

    def __init__(self, tracker, good, failure, at_submit):
        self._tracker, self._good, self._failure, self._at_submit = tracker, good, failure, at_submit

    def scheduler_info(self):
        return {"workers": {"a": 1, "b": 2}}

    def submit(self, function, recipe, task, **options):
        self._good -= 1
        if self._good >= 0:
            return Future(encode_ends(self._tracker.track(decode_paths(task))))
        if self._at_submit:
            raise self._failure
        return Future(self._failure)


@pytest.mark.parametrize("at_submit", [False, True])
@pytest.mark.parametrize("good", [0, 1, 5])
@pytest.mark.parametrize("failure", [CancelledError(), OSError("gone"), RuntimeError("killed worker")])
def test_every_path_comes_home(monkeypatch, caplog, good, failure, at_submit):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(distributed, "wait", lambda futures, **how: SimpleNamespace(done=set(futures)))
    tracker = Tracker(Squares(), STANDARD)
    runner = object.__new__(DaskRunner)
    runner._execution, runner._tracker, runner._recipe, runner.tracked = Execution(batch=3, scheduler="x"), tracker, "", 0
    runner._quiet = 0.0
    runner._client = Cluster(Tracker(Squares(), STANDARD), good, failure, at_submit)
    way = segment(np.ones(1), np.full(1, 9.0))
    left = [Paths(np.ones((3, 1), dtype=complex), np.repeat(way[None], 3, axis=0), np.arange(3) + 3 * k) for k in range(9)]
    labels = []

    def sink(ends):
        labels.extend(ends.labels.tolist())
        assert np.allclose(ends.x, 3)

    runner.run(lambda count: left.pop() if left else None, sink)
    assert sorted(labels) == list(range(27))
    assert "tracked here" in caplog.text
