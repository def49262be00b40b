"""The generic fibre in the gauge, by monodromy on a slice."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import UsageError
from neurocli.numerics.checkpoint import Checkpoint
from neurocli.numerics.execution import Execution
from neurocli.numerics.function_space import FunctionSpace, function_space, gaussian
from neurocli.numerics.monodromy import SEARCHING, Monodromy, MonodromyResult, triangle
from neurocli.numerics.point_table import PointTable
from neurocli.numerics.slices import real_rows
from neurocli.numerics.trace_test import PASSES, trace_residual
from neurocli.numerics.tracker import CAUTIOUS, Runner, Tracker

#: Arcs without a new point, after the functions are complete, that end the search.
QUIET_ARCS = 6


class GaugedSliceSystem:
    """A slice in the parameters that the gauge leaves free; parameters are told apart, not functions."""

    def __init__(self, space: FunctionSpace, rows: np.ndarray) -> None:
        self.space, self.rows = space, rows
        parametrization = space.parametrization
        base = np.zeros(parametrization.parameter_count, dtype=complex)
        free = np.ones(parametrization.parameter_count, dtype=bool)
        for name, entries in parametrization.gauge.fixed.items():
            place, _ = parametrization.slices[name]
            for index, value in entries:
                base[place.start + index], free[place.start + index] = value, False
        self.base, self.free = base, np.flatnonzero(free)
        self.unknowns, self.data = len(self.free), len(rows)
        self.kernel = self.unknowns - self.data
        self.cut = np.ascontiguousarray((rows @ space.coordinates).T)

    def parameters(self, x: np.ndarray) -> np.ndarray:
        """All parameters (B, parameters) of gauged points."""
        theta = np.broadcast_to(self.base, (len(x), len(self.base))).copy()
        theta[:, self.free] = x
        return theta

    def evaluate(self, x: np.ndarray, q: np.ndarray, dq: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Homotopy`."""
        trace = self.space.evaluation.run(self.parameters(x))
        return trace.outputs @ self.cut - q, trace.jacobian[:, self.free] @ self.cut, -dq

    def functions(self, x: np.ndarray) -> np.ndarray:
        """Coordinates of the functions."""
        return self.space.evaluation.run(self.parameters(x), order=0).outputs @ self.space.coordinates.T

    def invariants(self, x: np.ndarray) -> np.ndarray:
        """The free parameters themselves."""
        return x

    def normalize(self, x: np.ndarray) -> np.ndarray:
        """Nothing is left to choose in the gauge."""
        return x


@dataclasses.dataclass(frozen=True, eq=False)
class FiberSolutions:
    """The fibre over a generic function.

    Args:
        count: points of the fibre in the gauge.
        points: their parameters (count, parameters).
        degree: number of functions in the slice, complete by the trace test.
        even: every function of the slice has equally many points over it, a necessary condition
            for completeness; the count is a lower bound in any case.
        whole: free parameters of all points over all functions of the slice, (N, unknowns).
        system: the equations of the slice in the gauge.
        data: the offset q of the slice.
        residual: of the trace test for the functions.
        search: counts of paths and failures.
        seed: of all random choices.
        recipe: spec, kind and seed from which the system can be made again.
    """

    count: int
    points: np.ndarray
    degree: int
    even: bool
    whole: np.ndarray
    system: GaugedSliceSystem
    data: np.ndarray
    residual: float
    search: MonodromyResult
    seed: int
    recipe: Mapping[str, Any]

    @property
    def complete(self) -> bool:
        """Nothing is known to be missing."""
        return self.even


def gauged_slice(space: FunctionSpace, seed: int, real: bool = False) -> GaugedSliceSystem:
    """Random linear equations in the gauge."""
    if real:
        return GaugedSliceSystem(space, real_rows(space, seed) + 0j)
    rng = np.random.default_rng([seed, 0xF1B])
    return GaugedSliceSystem(space, np.linalg.qr(gaussian(rng, space.size, space.dimension))[0].T)


def solve_fiber(parametrization: Parametrization, seed: int = 0,
                execution: Execution = Execution(), *,  # noqa: B008 - frozen
                most_arcs: int = 40, real: bool = False) -> FiberSolutions:
    """All parameters in the gauge that give one generic function.

    Args:
        parametrization: the network.
        seed: of all random choices.
        execution: where and how long; see `Execution`.
        most_arcs: arcs after which the search gives up.
        real: the function of random real weights, and real equations.

    Raises:
        UsageError: the fibres have positive dimension in the gauge; the message says which.

    Notes:
        Parameter space is irreducible, so monodromy over slices permutes transitively all points
        over all functions of one slice. The search ends when the functions pass the trace test,
        all have equally many points, and several further arcs bring nothing new.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> solve_fiber(parametrization(parse("mlp:3-2-2,r=2"))).count
        2
    """
    space = function_space(parametrization, seed, real=real)
    system = gauged_slice(space, seed, real)
    rng = np.random.default_rng([seed, 0xF1B, 1])
    if system.kernel:
        raise UsageError(f"{parametrization.network}: the fibres have dimension {system.kernel} in the gauge",
                         "there are infinitely many points to count")

    def fresh(count: int) -> tuple[np.ndarray, np.ndarray]:
        x = gaussian(rng, count, system.unknowns)
        return x, system.functions(x) @ system.rows.T

    start, (here,) = fresh(1)
    if real:
        start = start.real + 0j
        here = (system.functions(start) @ system.rows.T)[0].real + 0j
    there = gaussian(rng, space.dimension)
    there *= np.linalg.norm(here) / np.linalg.norm(there)
    recipe = {"kind": "real-fiber" if real else "fiber", "spec": str(parametrization.network), "seed": seed}
    monodromy = Monodromy(system, start, triangle(here, there), seed, trace_test=False, most_arcs=3,
                          progress=execution.progress, fresh=fresh)
    with Checkpoint(execution.journal, {"search": recipe}) as checkpoint:
        for node in range(len(monodromy.nodes)):
            known = checkpoint.known(0, node)
            if known is not None:
                monodromy.add_solutions(node, known)
        monodromy.on_found(lambda node, x: checkpoint.keep(0, node, x))
        with execution.runner(system, recipe, SEARCHING, seed) as runner:
            paths, stop = _search(system, monodromy, runner, execution, most_arcs)
    sizes, residual = _functions(system, monodromy)
    points = monodromy.tables[0].x.copy()
    values = system.functions(points)
    near = np.linalg.norm(values - values[0], axis=1) <= 1e-6 * np.linalg.norm(values[0])
    return FiberSolutions(int(near.sum()), system.parameters(points[near]), len(sizes),
                          _even(monodromy, sizes, residual), points, system, here, residual,
                          monodromy.result(paths, stop), seed, recipe)


def _search(system: GaugedSliceSystem, monodromy: Monodromy, runner: Runner, execution: Execution,
            most_arcs: int) -> tuple[int, str]:
    """Add arcs until several bring nothing new to fibres that are even; paths tracked, and why it ended."""
    cautious = Tracker(system, CAUTIOUS)
    quiet = 0
    while True:
        before = sum(monodromy.counts)
        stop = monodromy.run(runner, execution.limit)
        quiet = quiet + 1 if sum(monodromy.counts) == before else 0
        even = _even(monodromy, *_functions(system, monodromy))
        if stop != "limit" and not even and quiet >= QUIET_ARCS and monodromy.retry(cautious):
            quiet = 0
        if (even and quiet >= QUIET_ARCS) or monodromy.arcs >= most_arcs or stop == "limit":
            return runner.tracked + cautious.tracked, stop
        monodromy.allow_arcs(1)


def _even(monodromy: Monodromy, sizes: list[int], residual: float) -> bool:
    return len(set(monodromy.counts)) == 1 and residual < PASSES and len(set(sizes)) == 1


def _functions(system: GaugedSliceSystem, monodromy: Monodromy) -> tuple[list[int], float]:
    """Points over each function of the first slice, and the trace residual of the functions."""
    traces, sizes, scale = [], [], 1.0
    for node, table in enumerate(monodromy.tables):
        if not len(table):
            return [0, 1], float("inf")
        values = system.functions(table.x)
        functions = PointTable(system.unknowns, values.shape[1])
        numbers, _ = functions.find_or_add(table.x, values)
        traces.append(functions.trace)
        if node == 0:
            sizes = np.bincount(numbers).tolist()
            scale = functions.sizes / len(functions)
    return sizes, trace_residual((0, 1, np.exp(1j * np.pi / 3)), traces, scale)
