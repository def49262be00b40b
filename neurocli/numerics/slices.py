"""Degree of a neurovariety: all points of a random linear slice, by monodromy, with a trace test."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from neurocli.architectures.parametrization import Parametrization
from neurocli.numerics.function_space import FunctionSpace, function_space, gaussian
from neurocli.numerics.monodromy import SEARCHING, Monodromy, MonodromyResult, Progress, Runner, search, triangle
from neurocli.numerics.systems import CriticalSystem, SliceSystem
from neurocli.numerics.tracker import Tracker

NetworkSystem = SliceSystem | CriticalSystem
#: Searches from new random choices before an incomplete answer is given.
RESTARTS = 4


@dataclasses.dataclass(frozen=True, eq=False)
class Solutions:
    """What a computation by monodromy has found.

    Args:
        count: number of solutions, as functions: one for each orbit of every symmetry.
        points: parameters (count, parameters), one for each solution.
        values: coordinates of the functions (count, size).
        system: the equations; `data` is the point of the space of data they are solved at.
        complete: the trace test passed.
        search: the last search, with its counts of paths and failures.
        paths: paths of all searches.
        restarts: searches that ended incomplete and were begun again.
        seed: of all random choices.
    """

    count: int
    points: np.ndarray
    values: np.ndarray
    system: NetworkSystem
    data: np.ndarray
    complete: bool
    search: MonodromyResult
    paths: int
    restarts: int
    seed: int


def slice_problem(space: FunctionSpace, seed: int) -> tuple[SliceSystem, np.ndarray, tuple[np.ndarray, ...]]:
    """A generic slice through a random point: the system, the point, three parallel offsets."""
    rng = np.random.default_rng([seed, 0x511CE])
    start = space.random_parameters(rng)
    rows = np.linalg.qr(gaussian(rng, space.size, space.dimension))[0].T
    system = SliceSystem(space, rows)
    here = (system.invariants(start) @ rows.T)[0]
    there = gaussian(rng, space.dimension)
    there *= np.linalg.norm(here) / np.linalg.norm(there)
    return system, start, triangle(here, there)


def solve_slice(parametrization: Parametrization, seed: int = 0, *,
                make_runner: Callable[[NetworkSystem], Runner] | None = None,
                progress: Callable[[Progress], None] | None = None,
                limit: Callable[[], bool] | None = None,
                restarts: int = RESTARTS) -> Solutions:
    """All functions of a network in a random affine linear space of complementary dimension.

    Args:
        parametrization: the network.
        seed: of all random choices; a restart derives its own.
        make_runner: makes what tracks the paths (default: a `Tracker` in this process).
        progress: told how far the search is.
        limit: asked now and then whether to stop; the answer is then incomplete.
        restarts: searches begun again with new random choices while the trace test fails.

    Returns:
        The solutions; `count` is the degree when `complete`, a lower bound otherwise.

    Notes:
        Slices of a cone are affine, so they meet it in deg many points.  Points are counted by
        their function, hence once for each orbit of every symmetry, known or not.

    Reference:
        [duff-2019] T. Duff et al., Solving polynomial systems via homotopy continuation and monodromy.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> found = solve_slice(parametrization(parse("mlp:3-2-1,r=2")))
        >>> found.count, found.complete
        (3, True)
    """
    def once(seed: int) -> tuple[NetworkSystem, np.ndarray, Monodromy]:
        space = function_space(parametrization, seed)
        system, start, nodes = slice_problem(space, seed)

        def fresh(count: int) -> tuple[np.ndarray, np.ndarray]:
            x = space.random_parameters(rng, count)
            return x, system.invariants(x) @ system.rows.T

        rng = np.random.default_rng([seed, 0xF4E5])
        return system, nodes[0], Monodromy(system, start, nodes, seed, progress=progress, fresh=fresh)

    return with_restarts(once, seed, make_runner, limit, restarts)


def with_restarts(once: Callable[[int], tuple[NetworkSystem, np.ndarray, Monodromy]], seed: int,
                   make_runner: Callable[[NetworkSystem], Runner] | None, limit: Callable[[], bool] | None,
                   restarts: int) -> Solutions:
    """Search with derived seeds until the trace test passes; the best incomplete answer otherwise."""
    best: Solutions | None = None
    paths = 0
    for attempt in range(restarts + 1):
        system, data, monodromy = once(seed if not attempt else seed * 1_000_003 + 7919 * attempt)
        runner = make_runner(system) if make_runner else Tracker(system, SEARCHING, seed)
        found = search(monodromy, runner, limit=limit)
        paths += found.paths
        answer = Solutions(len(found.points), found.points, system.invariants(found.points), system, data,
                           found.complete, found, paths, attempt, seed)
        if found.complete or found.stop == "limit":
            return answer
        if best is None or answer.count > best.count:
            best = answer
    assert best is not None
    return dataclasses.replace(best, paths=paths, restarts=restarts)
