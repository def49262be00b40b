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

import numpy as np

from neurocli.numerics.function_space import gaussian
from neurocli.numerics.paths import EndPoints, Homotopy, Paths, ReturnCode, arc, detoured, reverse
from neurocli.numerics.point_table import PointTable
from neurocli.numerics.trace_test import PASSES, trace_residual
from neurocli.numerics.tracker import CAUTIOUS, Options, Progress, Runner, Tracker

#: Distance of the middle of an arc from that of its chord, in lengths of the chord. Successive arcs
#: take lengths far apart in this range, on a logarithmic scale (multiples of the golden ratio modulo
#: 1): branch points lie near and far, and a solution that arcs of one length only ever permute with
#: itself is met by those of another.
_DETOUR = (1.0, 60.0)
_GOLDEN = (5**0.5 - 1) / 2
#: Fresh start points tracked at first (a batch costs little more than a path), and with every arc after.
_FIRST_FRESH, _FRESH = 32, 8
#: A search whose last arcs, this many, brought nothing new is begun again elsewhere: a solution far from
#: all branch points near these nodes is as hard to reach for the arcs to come.
_QUIET = 6
#: Gives that many random solutions x, each over data q of its own.
FreshStarts = Callable[[int], tuple[np.ndarray, np.ndarray]]
#: In place of the number of an arc: a path from a fresh start point.
_START = -1
#: Paths of a search: a path that gets stuck is not worth waiting for, another arc passes elsewhere.
SEARCHING = Options(smallest_step=1e-7, most_steps=400)


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
        most_arcs: arcs after which the search gives up.
        real: the system and the nodes are real, so the conjugate of a solution is one, too; that is
            as good as following the conjugate of every arc.
        fresh: gives random solutions (x, q), each over data of its own.
        progress: told a few times a second how far the search is.
    """

    def __init__(self, homotopy: Homotopy, start: np.ndarray, nodes: Iterable[np.ndarray], seed: int = 0, *,
                 trace_test: bool = True, expected: int | None = None,
                 most_arcs: int = 24, real: bool = False,
                 fresh: FreshStarts | None = None,
                 progress: Callable[[Progress], None] | None = None) -> None:
        self.homotopy, self.nodes = homotopy, tuple(nodes)
        self._rng = np.random.default_rng([seed, 0x40])
        self._trace_test, self._expected, self._real = trace_test, expected, real
        side = self.nodes[1] - self.nodes[0]
        self._places = tuple(complex(np.vdot(side, node - self.nodes[0]) / np.vdot(side, side)) for node in self.nodes)
        self._progress = progress
        self._found: Callable[[int, np.ndarray], None] | None = None
        invariants = homotopy.invariants(start)
        self.tables = [PointTable(homotopy.unknowns, invariants.shape[1], seed) for _ in self.nodes]
        self._pairs = [(a, b) for a in range(len(self.nodes)) for b in range(a + 1, len(self.nodes))]
        self._most_arcs, self._fresh_starts = most_arcs, fresh
        self._starts: list[tuple[np.ndarray, np.ndarray]] = []
        self._later: list[int] = []
        self._edges: list[_Edge] = []
        self._tasks: collections.deque[tuple[int, bool, int]] = collections.deque()
        self._failed: list[tuple[int, bool, int]] = []
        self._codes: collections.Counter[int] = collections.Counter()
        self._labels: dict[int, tuple[int, bool, int]] = {}
        self._next_label = 0
        self.conflicts = 0
        self._fresh = self._arrivals = 0
        self._arcs_at_last_find = 0
        self._residual = float("inf")
        self._began = time.monotonic()
        self._told = 0.0
        self._add_points(0, start, invariants)
        self._add_fresh(_FIRST_FRESH)

    # -- the graph

    def add_arc(self) -> None:
        """One more arc, between the next pair of nodes, through a random detour."""
        a, b = self._pairs[len(self._edges) % len(self._pairs)]
        detour = gaussian(self._rng, len(self.nodes[a]))
        shortest, longest = _DETOUR
        length = shortest * (longest / shortest) ** ((0.5 + _GOLDEN * len(self._edges)) % 1)
        detour *= length * np.linalg.norm(self.nodes[b] - self.nodes[a]) / np.linalg.norm(detour)
        way = arc(self.nodes[a], self.nodes[b], detour)
        number = len(self._edges)
        self._edges.append(_Edge(a, b, way, reverse(way)))
        self._tasks.extend((number, True, i) for i in range(len(self.tables[a])))
        # The other end's solutions wait: most of them are about to be met from this end.
        self._later.append(number)
        self._add_fresh(_FRESH)

    def _add_fresh(self, count: int) -> None:
        """Random points, each with data that it solves, to be tracked to the first node.

        A search from one start alone can be caught in a small orbit of the few loops drawn so far.
        """
        if self._fresh_starts is None:
            return
        x, q = self._fresh_starts(count)
        for point, data in zip(x, q, strict=True):
            self._starts.append((point, detoured(data, self.nodes[0], len(self._starts))))
            self._tasks.append((_START, True, len(self._starts) - 1))

    def _open_later(self) -> None:
        """Tasks at the far ends of new arcs, for solutions that no path has come to."""
        for number in self._later:
            edge = self._edges[number]
            self._tasks.extend((number, False, i) for i in range(len(self.tables[edge.b]))
                               if i not in edge.backward)
        self._later.clear()

    def on_found(self, found: Callable[[int, np.ndarray], None]) -> None:
        """Tell `found` the node and the points of every new solution (for a journal)."""
        self._found = found

    def add_solutions(self, node: int, x: np.ndarray) -> None:
        """Solutions over a node that are known already (from a journal)."""
        if len(x):
            self._add_points(node, x, self.homotopy.invariants(x))

    def _add_points(self, node: int, x: np.ndarray, invariants: np.ndarray) -> tuple[list[int], list[bool]]:
        numbers, new = self.tables[node].find_or_add(x, invariants)
        if any(new):
            self._arcs_at_last_find = len(self._edges)
            if self._found is not None:
                self._found(node, x[np.array(new)])
            if self._real:
                mirrored = np.array(new)
                self._add_points(node, x[mirrored].conj(), invariants[mirrored].conj())
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

    def retry(self, runner: Runner) -> bool:
        """Track failed paths again, with a cautious tracker; what fails again is counted.

        Returns:
            Whether there was anything to retry.
        """
        again, self._failed = self._failed, []
        if again:
            self._codes.clear()
            self._tasks.extend(again)
            self.run(runner)
        return bool(again)

    def _give(self, count: int) -> Paths | None:
        chosen: list[tuple[int, bool, int]] = []
        while len(chosen) < count:
            if not self._tasks and not self._more(len(chosen)):
                break
            task = self._tasks.popleft()
            e, forward, number = task
            if e == _START or number not in (self._edges[e].forward if forward else self._edges[e].backward):
                chosen.append(task)
        if not chosen:
            return None
        begun = [self._begin(task) for task in chosen]
        x, ways = np.stack([x for x, _ in begun]), np.stack([way for _, way in begun])
        labels = np.arange(self._next_label, self._next_label + len(chosen))
        self._next_label += len(chosen)
        self._labels.update(zip(labels.tolist(), chosen, strict=True))
        return Paths(x, ways, labels)

    def _begin(self, task: tuple[int, bool, int]) -> tuple[np.ndarray, np.ndarray]:
        e, forward, number = task
        if e == _START:
            return self._starts[number]
        edge = self._edges[e]
        return (self.tables[edge.a].x[number], edge.way) if forward else (
            self.tables[edge.b].x[number], edge.back)

    def _more(self, chosen: int) -> bool:
        """Open new tasks when nearly all paths have come home: no waiting for the last ones."""
        under_way = len(self._labels) + chosen
        if under_way > max(self.counts) // 5:
            return False
        if self._later and under_way <= max(self.counts) // 20:
            self._open_later()
        while not self._tasks and self._may_add_arc() and not self._finished():
            self.add_arc()
        return bool(self._tasks)

    def _may_add_arc(self) -> bool:
        quiet = self._trace_test and len(self._edges) - self._arcs_at_last_find >= _QUIET
        return len(self._edges) < self._most_arcs and not quiet

    def _arrive(self, ends: EndPoints) -> None:
        good = ends.codes == ReturnCode.SUCCESS
        tasks = [self._labels.pop(label) for label in ends.labels.tolist()]
        for task, code in zip(tasks, ends.codes.tolist(), strict=True):
            if code != ReturnCode.SUCCESS:
                self._codes[code] += 1
                self._failed.append(task)
        if not good.any():
            return
        x = self.homotopy.normalize(ends.x[good])
        invariants = self.homotopy.invariants(x)
        arrived = [task for task, ok in zip(tasks, good.tolist(), strict=True) if ok]
        for i, task in enumerate(arrived):
            self._one_arrival(task, x[i:i + 1], invariants[i:i + 1])

    def _one_arrival(self, task: tuple[int, bool, int], x: np.ndarray, invariants: np.ndarray) -> None:
        e, forward, number = task
        if e == _START:
            self._add_points(0, x, invariants)
            return
        edge = self._edges[e]
        node = edge.b if forward else edge.a
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
    def arcs(self) -> int:
        """Number of arcs."""
        return len(self._edges)

    def allow_arcs(self, count: int) -> None:
        """Allow that many arcs more."""
        self._most_arcs = len(self._edges) + count

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
        return trace_residual(self._places, [table.trace for table in self.tables], size)

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


def real_triple(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three points of the real line through two real points."""
    return first, second, 2 * first - second


def search(monodromy: Monodromy, runner: Runner, cautious: Runner | None = None, *,
           limit: Callable[[], bool] | None = None) -> MonodromyResult:
    """Search until the trace test passes or there are no more arcs; then failed paths get a second look."""
    cautious = cautious or Tracker(monodromy.homotopy, CAUTIOUS)
    stop = monodromy.run(runner, limit)
    if stop == "exhausted" and monodromy.retry(cautious):
        stop = monodromy.run(runner, limit)
    return monodromy.result(runner.tracked + cautious.tracked, stop)
