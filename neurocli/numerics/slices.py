"""Degree of a neurovariety: all points of a random linear slice, by monodromy, with a trace test."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neurocli.architectures.parametrization import Parametrization
from neurocli.numerics.checkpoint import Checkpoint
from neurocli.numerics.execution import Execution
from neurocli.numerics.function_space import FunctionSpace, function_space, gaussian
from neurocli.numerics.monodromy import SEARCHING, FreshStarts, Monodromy, search, triangle
from neurocli.numerics.solutions import NetworkSystem, Solutions
from neurocli.numerics.systems import SliceSystem


@dataclasses.dataclass(frozen=True, eq=False)
class Problem:
    """What is given to a search: a system with a first solution, three nodes, and more solutions.

    `trace_expected` is False where the trace may have poles, so that a failed test says little.
    """

    system: NetworkSystem
    start: np.ndarray
    nodes: tuple[np.ndarray, np.ndarray, np.ndarray]
    fresh: FreshStarts
    recipe: Mapping[str, Any]
    trace_expected: bool = True
    real: bool = False


def generic_slice(space: FunctionSpace, seed: int, real: bool = False) -> SliceSystem:
    """Random linear equations, complex or real, as many as the dimension, with orthonormal rows."""
    if real:
        return SliceSystem(space, real_rows(space, seed) + 0j)
    rng = np.random.default_rng([seed, 0x511CE])
    return SliceSystem(space, np.linalg.qr(gaussian(rng, space.size, space.dimension))[0].T)


def real_rows(space: FunctionSpace, seed: int) -> np.ndarray:
    """An orthonormal real matrix (dimension, size)."""
    rng = np.random.default_rng([seed, 0x4EA1])
    return np.linalg.qr(rng.standard_normal((space.size, space.dimension)))[0].T


def solve_slice(parametrization: Parametrization, seed: int = 0,
                execution: Execution = Execution(), *, real: bool = False) -> Solutions:  # noqa: B008 - frozen
    """All complex functions of a network in a random affine linear space of complementary dimension.

    Args:
        parametrization: the network.
        seed: of all random choices; a restart derives its own.
        execution: where and how long; see `Execution`.
        real: a real linear space through a random real function.

    Returns:
        The solutions; `count` is the degree when `complete`, a lower bound otherwise.

    Notes:
        Slices of a cone are affine, so they meet it in deg many points.  Points are counted by
        their function, hence once for each orbit of every symmetry, known or not.  Real slices are
        Zariski dense among all, so a random one is as generic; complex ones are searched faster
        (with one real node, 2 searches in 14 for (2,2,2,2) got stuck, with complex ones none).

    Reference:
        T. Duff et al. (2019), Solving polynomial systems via homotopy continuation and monodromy.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> found = solve_slice(parametrization(parse("mlp:3-2-1,r=2")))
        >>> found.count, found.complete
        (3, True)
    """
    def problem(seed: int) -> Problem:
        space = function_space(parametrization, seed, real=real)
        system = generic_slice(space, seed, real)
        rng = np.random.default_rng([seed, 0xF4E5])

        def fresh(count: int) -> tuple[np.ndarray, np.ndarray]:
            x = space.random_parameters(rng, count)
            return x, system.invariants(x) @ system.rows.T

        start = space.random_parameters(rng, 1, real)
        here = (system.invariants(start) @ system.rows.T)[0]
        here = here.real + 0j if real else here
        there = gaussian(rng, space.dimension)
        there *= np.linalg.norm(here) / np.linalg.norm(there)
        recipe = {"kind": "real-slice" if real else "slice", "spec": str(parametrization.network), "seed": seed}
        return Problem(system, start, triangle(here, there), fresh, recipe)

    return solve(problem, seed, execution)


def solve(problem: Callable[[int], Problem], seed: int, execution: Execution) -> Solutions:
    """Search with derived seeds until the trace test passes; the best incomplete answer otherwise."""
    best: Solutions | None = None
    paths = 0
    for attempt in range(execution.restarts + 1):
        own = seed if not attempt else seed * 1_000_003 + 7919 * attempt
        given = problem(own)
        with Checkpoint(execution.journal, {"search": _named({**given.recipe, "seed": seed})}) as checkpoint:
            answer = _attempt(given, own, attempt, execution, checkpoint)
        paths += answer.paths
        answer = dataclasses.replace(answer, paths=paths, restarts=attempt, seed=seed)
        if answer.complete or answer.search.stop == "limit":
            return answer
        if best is not None and answer.count == best.count and not given.trace_expected:
            return answer  # two searches agree, and the trace test may not apply at all
        if best is None or answer.count > best.count:
            best = answer
    assert best is not None
    return dataclasses.replace(best, paths=paths, restarts=execution.restarts)


def _named(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """What a journal belongs to: the recipe, with matrices by their hash."""
    return {key: hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
            if isinstance(value, Mapping) else value for key, value in recipe.items()}


def _attempt(given: Problem, seed: int, attempt: int, execution: Execution, checkpoint: Checkpoint) -> Solutions:
    monodromy = Monodromy(given.system, given.start, given.nodes, seed, fresh=given.fresh, real=given.real,
                          progress=execution.progress)
    for node in range(len(given.nodes)):
        known = checkpoint.known(attempt, node)
        if known is not None:
            monodromy.add_solutions(node, known)
    monodromy.on_found(lambda node, x: checkpoint.keep(attempt, node, x))
    with execution.runner(given.system, given.recipe, SEARCHING, seed) as runner:
        found = search(monodromy, runner, limit=execution.limit)
    return Solutions(len(found.points), found.points, given.system.invariants(found.points), given.system,
                     given.nodes[0], found.complete, found, found.paths, attempt, seed, given.recipe)
