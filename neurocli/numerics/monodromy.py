"""Monodromy: from one solution to all solutions of a system of a pencil.

Solutions over three points of the pencil are followed along arcs between them.  Every arc is a
bijection of the solutions over its ends, so a solution found at one end is worth one path along
every other arc at its node; paths start the moment their start points are known, without rounds.
The three points are what the trace test needs: the search ends when all three have equally many
solutions and their traces lie on a line.
"""

from __future__ import annotations

import collections
import dataclasses
import time
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from neurocli.numerics.function_space import gaussian
from neurocli.numerics.paths import EndPoints, Homotopy, Paths, ReturnCode, arc, reverse
from neurocli.numerics.point_table import PointTable
from neurocli.numerics.trace_test import PASSES, trace_residual
from neurocli.numerics.tracker import CAUTIOUS, Options, Sink, Source, Tracker


DETOUR=1.0


class Runner(Protocol):
    """Whatever tracks paths: a `Tracker`, or a pool of processes with one in each."""

    tracked: int

    def run(self, source: Source, sink: Sink) -> None: ...


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a search has done so far: solutions per node, paths, seconds, and an estimate of the total.

    Notes:
        The estimate is by capture and recapture: arcs along which fresh arrivals are mostly known
        already say that little is left.
    """

    solutions: tuple[int, ...]
    loops: int
    paths: int
    seconds: float
    estimate: float


@dataclasses.dataclass(frozen=True, eq=False)
class MonodromyResult:
    """All that a search has found.

    Args:
        nodes: the values of the parameter.
        points: solutions over the first node, one for each orbit.
        counts: number of solutions over each node.
        complete: the trace test passed.
        residual: of the trace test.
        loops: arcs in use.
        paths: paths tracked.
        failures: number of paths by return code, after the second attempt.
        conflicts: arrivals that contradicted a bijection, and were tracked again with care.
        stop: why the search ended: "trace test", "exhausted", "limit", "known count".
    """

    nodes: tuple[np.ndarray, ...]
    points: np.ndarray
    counts: tuple[int, ...]
    complete: bool
    residual: float
    loops: int
    paths: int
    failures: dict[str, int]
    conflicts: int
    stop: str


@dataclasses.dataclass
class _Edge:
    a: int
    b: int
    way: np.ndarray
    back: np.ndarray
    forward: dict[int, int] = dataclasses.field(default_factory=dict)
    backward: dict[int, int] = dataclasses.field(default_factory=dict)


class Monodromy:
    """The graph of nodes and arcs, and what is known on it.

    Args:
        homotopy: the pencil.
        start: points that solve the system at the first node.
        nodes: three values of the parameter.
        seed: for arcs and projections.
        trace_test: whether the invariants' sum is linear in the parameter for this pencil.
        expected: number of solutions to stop at, where it is known.
    """

    def __init__(self, homotopy: Homotopy, start: np.ndarray, nodes: Iterable[np.ndarray], seed: int = 0, *,
                 trace_test: bool = True, expected: int | None = None,
                 progress: Callable[[Progress], None] | None = None,
                 found: Callable[[int, np.ndarray], None] | None = None) -> None:
        self.homotopy, self.nodes = homotopy, tuple(nodes)
        self._rng = np.random.default_rng([seed, 0x40])
        self._trace_test, self._expected = trace_test, expected
        self._progress, self._found = progress, found
        invariants = homotopy.invariants(start)
        self.tables = [PointTable(homotopy.unknowns, invariants.shape[1], seed) for _ in self.nodes]
        self._edges: list[_Edge] = []
        self._tasks: collections.deque[tuple[int, bool, int]] = collections.deque()
        self._failed: list[tuple[int, bool, int]] = []
        self._codes: collections.Counter[int] = collections.Counter()
        self._labels: dict[int, tuple[int, bool, int]] = {}
        self._next_label = 0
        self.conflicts = 0
        self._fresh = self._arrivals = 0
        self._residual = float("inf")
        self._began = time.monotonic()
        self._told = 0.0
        self._add_points(0, start, invariants)

    # -- the graph

    def add_arcs(self, count: int = 1) -> None:
        """`count` more arcs between each pair of nodes, with random turning angles."""
        for a in range(len(self.nodes)):
            for b in range(a + 1, len(self.nodes)):
                for _ in range(count):
                    chord = np.linalg.norm(self.nodes[b] - self.nodes[a])
                    detour = gaussian(self._rng, len(self.nodes[a]))
                    detour *= DETOUR * chord / np.linalg.norm(detour)
                    way = arc(self.nodes[a], self.nodes[b], detour)
                    self._edges.append(_Edge(a, b, way, reverse(way)))
                    number = len(self._edges) - 1
                    self._tasks.extend((number, True, i) for i in range(len(self.tables[a])))
                    self._tasks.extend((number, False, i) for i in range(len(self.tables[b])))

    def add_solutions(self, node: int, x: np.ndarray) -> None:
        """Solutions over a node that are known already (from a journal)."""
        if len(x):
            self._add_points(node, x, self.homotopy.invariants(x))

    def _add_points(self, node: int, x: np.ndarray, invariants: np.ndarray) -> tuple[list[int], list[bool]]:
        numbers, new = self.tables[node].find_or_add(x, invariants)
        if self._found is not None and any(new):
            self._found(node, x[np.array(new)])
        for number, fresh in zip(numbers, new, strict=True):
            if fresh:
                for e, edge in enumerate(self._edges):
                    if edge.a == node:
                        self._tasks.append((e, True, number))
                    elif edge.b == node:
                        self._tasks.append((e, False, number))
        return numbers, new

    # -- the search

    def run(self, runner: Runner, limit: Callable[[], bool] | None = None) -> str:
        """Track until the trace test passes, the count is reached, nothing is left, or `limit()` says stop.

        Returns:
            Why it ended.
        """
        if self._finished():
            return self._reason()
        stopped = False

        def sink(ends: EndPoints) -> bool:
            nonlocal stopped
            self._arrive(ends)
            self._tell(runner)
            stopped = limit is not None and limit()
            return stopped or self._finished()

        runner.run(self._give, sink)
        # Paths still under way when the search stopped: their tasks are open again.
        self._tasks.extend(self._labels.values())
        self._labels.clear()
        if stopped:
            return "limit"
        return self._reason() if self._finished() else "exhausted"

    def retry(self, runner: Runner) -> None:
        """Track failed paths again, with a cautious tracker; what fails again is counted."""
        again, self._failed = self._failed, []
        if again:
            self._codes.clear()
            self._tasks.extend(again)
            self.run(runner)

    def _give(self, count: int) -> Paths | None:
        chosen: list[tuple[int, bool, int]] = []
        while self._tasks and len(chosen) < count:
            task = self._tasks.popleft()
            e, forward, number = task
            edge = self._edges[e]
            if number not in (edge.forward if forward else edge.backward):
                chosen.append(task)
        if not chosen:
            return None
        x = np.stack([self.tables[self._edges[e].a if f else self._edges[e].b].x[i] for e, f, i in chosen])
        ways = np.stack([self._edges[e].way if f else self._edges[e].back for e, f, _ in chosen])
        labels = np.arange(self._next_label, self._next_label + len(chosen))
        self._next_label += len(chosen)
        self._labels.update(zip(labels.tolist(), chosen, strict=True))
        return Paths(x, ways, labels)

    def _arrive(self, ends: EndPoints) -> None:
        good = ends.codes == ReturnCode.SUCCESS
        tasks = [self._labels.pop(label) for label in ends.labels.tolist()]
        for task, code in zip(tasks, ends.codes.tolist(), strict=True):
            if code != ReturnCode.SUCCESS:
                self._codes[code] += 1
                self._failed.append(task)
        if not good.any():
            return
        x = ends.x[good]
        invariants = self.homotopy.invariants(x)
        arrived = [task for task, ok in zip(tasks, good.tolist(), strict=True) if ok]
        for node in range(len(self.nodes)):
            rows = [i for i, (e, f, _) in enumerate(arrived)
                    if (self._edges[e].b if f else self._edges[e].a) == node]
            if not rows:
                continue
            for i in rows:
                self._one_arrival(node, arrived[i], x[i:i + 1], invariants[i:i + 1])

    def _one_arrival(self, node: int, task: tuple[int, bool, int], x: np.ndarray,
                     invariants: np.ndarray) -> None:
        e, forward, number = task
        edge = self._edges[e]
        there, back = (edge.forward, edge.backward) if forward else (edge.backward, edge.forward)
        if number in there:
            return
        (end,), (new,) = self._add_points(node, x, invariants)
        self._arrivals += 1
        self._fresh += new
        if back.get(end, number) != number:
            # Two paths of one arc cannot end in one point: one of them has jumped.
            self.conflicts += 1
            self._failed += [task, (e, forward, back[end])]
            there.pop(back.pop(end), None)
            return
        there[number], back[end] = end, number

    # -- the end

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of solutions over each node."""
        return tuple(len(table) for table in self.tables)

    def _finished(self) -> bool:
        counts = self.counts
        if self._expected is not None:
            return counts[0] >= self._expected
        return len(set(counts)) == 1 and self._trace_test and self.residual() < PASSES

    def _reason(self) -> str:
        return "known count" if self._expected is not None else "trace test"

    def residual(self) -> float:
        """Residual of the trace test, infinite while the nodes have different numbers of solutions."""
        if len(set(self.counts)) > 1 or len(self.nodes) < 3:
            return float("inf")
        size = sum(table.sizes for table in self.tables) / max(1, sum(self.counts))
        return trace_residual((0, 1, np.exp(1j * np.pi / 3)), [table.trace for table in self.tables], size)

    def _tell(self, runner: Runner) -> None:
        if self._progress is None or time.monotonic() - self._told < 0.2:
            return
        self._told = time.monotonic()
        known = max(self.counts)
        share = self._fresh / max(1, self._arrivals)
        self._fresh, self._arrivals = self._fresh // 2, self._arrivals // 2
        estimate = known / max(1e-3, 1 - share)
        self._progress(Progress(self.counts, len(self._edges), runner.tracked,
                                time.monotonic() - self._began, estimate))

    def result(self, paths: int, stop: str) -> MonodromyResult:
        """What has been found."""
        residual = self.residual()
        complete = self._trace_test and residual < PASSES
        failures = {ReturnCode(code).name: count for code, count in sorted(self._codes.items())}
        return MonodromyResult(self.nodes, self.tables[0].x.copy(), self.counts, complete, residual,
                               len(self._edges), paths, failures, self.conflicts, stop)


def triangle(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three points of the complex line through two points, at equal distances."""
    return first, second, first + np.exp(1j * np.pi / 3) * (second - first)


def search(monodromy: Monodromy, runner: Runner, cautious: Runner | None = None, *, most_arcs: int = 8,
           limit: Callable[[], bool] | None = None) -> MonodromyResult:
    """Add arcs until the trace test passes, or there are `most_arcs` between each pair of nodes."""
    monodromy.add_arcs(2)
    stop = monodromy.run(runner, limit)
    cautious = cautious or Tracker(monodromy.homotopy, CAUTIOUS)
    for _ in range(most_arcs - 2):
        if stop != "exhausted":
            break
        monodromy.retry(cautious)
        monodromy.add_arcs(1)
        stop = monodromy.run(runner, limit)
    return monodromy.result(runner.tracked + cautious.tracked, stop)


__all__ = ["Monodromy", "MonodromyResult", "Options", "Progress", "Runner", "search", "triangle"]
