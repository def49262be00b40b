"""Critical points of a quadratic loss over the functions of a network, by monodromy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import UsageError
from neurocli.numerics.execution import Execution, encode_array
from neurocli.numerics.function_space import FunctionSpace, function_space, gaussian
from neurocli.numerics.metrics import bombieri_root, generic_root, gram_root, unit_root
from neurocli.numerics.monodromy import real_triple, triangle
from neurocli.numerics.paths import EndPoints, Paths, detoured
from neurocli.numerics.slices import Problem, solve
from neurocli.numerics.solutions import Solutions
from neurocli.numerics.systems import CriticalSystem
from neurocli.numerics.tracker import STANDARD, Tracker

#: A metric: its name, a Gram matrix in coefficients, or what makes a root matrix for a space.
Metric = str | np.ndarray | Callable[[FunctionSpace], np.ndarray]


#: Random start pairs of which the best conditioned is taken.
_CANDIDATES = 8
_ROUNDING = 1e-9


def metric_root(space: FunctionSpace, metric: Metric, seed: int = 0, real: bool = False) -> np.ndarray:
    """The root matrix of a metric.

    Raises:
        UsageError: an unknown name, or a Gram matrix that is none.
    """
    if isinstance(metric, np.ndarray):
        root = gram_root(space, metric)
    elif not isinstance(metric, str):
        root = metric(space)
    elif metric == "generic":
        return generic_root(space, seed, real=real)
    else:
        named = {"bombieri": bombieri_root, "unit": unit_root}
        if metric not in named:
            raise UsageError(f"metric {metric!r}", "generic, bombieri, unit, or a Gram matrix")
        root = named[metric](space)
    # A real matrix, fitted on complex networks, has imaginary parts of rounding errors.
    rounded = real and np.abs(root.imag).max() < _ROUNDING * np.abs(root).max()
    return root.real + 0j if rounded else root


def critical_pairs(system: CriticalSystem, rng: np.random.Generator, count: int, real: bool = False
                   ) -> tuple[np.ndarray, np.ndarray]:
    """Random parameters and, for each, a random target that it is critical for; on demand real ones.

    The targets that have theta as a critical point are z + normal space, a linear space; the
    pairs form a vector bundle over parameter space, so they are irreducible and monodromy
    reaches every critical point on the regular locus from each of them.
    """
    x = system.space.random_parameters(rng, count, real)
    trace = system.space.evaluation.run(x)
    z, tangents = trace.outputs @ system.root.T, trace.jacobian @ system.root.T
    _, spectrum, right = np.linalg.svd(tangents.real if real else tangents, full_matrices=True)
    rank = int((spectrum[0] > 1e-9 * spectrum[0, 0]).sum())
    normals = right[:, rank:].conj()
    weights = gaussian(rng, count, 1, normals.shape[1])
    residual = ((weights.real if real else weights) @ normals)[:, 0]
    size = np.linalg.norm(residual, axis=1)
    # Of random lengths: at |residual| = |z| singular values of the Hessian may coincide with curvatures.
    scale = rng.uniform(0.5, 1.0, count) * np.linalg.norm(z, axis=1) / np.where(size > 0, size, 1)
    return x, z - residual * scale[:, None]


def solve_critical(parametrization: Parametrization, metric: Metric = "generic", seed: int = 0,
                   execution: Execution = Execution(), *,  # noqa: B008 - frozen
                   samples: int | None = None) -> Solutions:
    """Critical points of the distance of a random target to the functions of a network.

    Args:
        parametrization: the network.
        metric: "generic", "bombieri", "unit", a Gram matrix, or a function that makes a root.
        seed: of all random choices.
        execution: where and how long; see `Execution`.
        samples: see `function_space`; with fewer samples than the span needs, the metric is
            degenerate.

    Returns:
        The critical points on the regular locus, each function once. `count` is their number when
        `complete`. `data` is their target in the coordinates L f; it is real where L is, since
        conjugation then finds half of the points.

    Raises:
        UsageError: the critical points are not isolated: the metric is too degenerate.

    Notes:
        The trace test relies on a sum over all critical points that is linear in the target. That
        holds for metrics in general position (no critical point goes to infinity over a finite
        target). Where it fails for a special metric, the search ends when two independent searches
        agree, and the answer says incomplete.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> found = solve_critical(parametrization(parse("mlp:3-2-1,r=2")))
        >>> found.count, found.complete
        (13, True)
    """
    def problem(seed: int) -> Problem:
        space = function_space(parametrization, seed, samples, real=True)
        system = CriticalSystem(space, metric_root(space, metric, seed, real=True))
        real = not system.root.imag.any()
        rng = np.random.default_rng([seed, 0xC4])
        candidates, targets = critical_pairs(system, rng, _CANDIDATES, real)
        best = best_isolated(system, candidates, targets)
        start, target = candidates[best:best + 1], targets[best]
        second = gaussian(rng, system.data)
        second = second.real + 0j if real else second
        second *= np.linalg.norm(target) / np.linalg.norm(second)
        recipe = {"kind": "critical", "spec": str(parametrization.network), "seed": seed, "samples": samples,
                  "metric": metric if isinstance(metric, str) else encode_array(system.root)}
        nodes = (real_triple if real else triangle)(target, second)
        return Problem(system, start, nodes, lambda count: critical_pairs(system, rng, count, real), recipe,
                       _in_general_position(metric), real)

    return solve(problem, seed, execution)


def _in_general_position(metric: Metric) -> bool:
    return isinstance(metric, str) and metric == "generic"


def best_isolated(system: CriticalSystem, x: np.ndarray, q: np.ndarray) -> int:
    """The best conditioned of several critical points that are isolated modulo the fibres.

    Raises:
        UsageError: none is; the message says the local dimension.
    """
    _, hessians, _ = system.evaluate(x, q, np.zeros_like(q))
    spectra = np.linalg.svd(hessians, compute_uv=False)
    spectra /= spectra[:, :1]
    rank = system.unknowns - system.kernel
    best = int(np.nan_to_num(spectra[:, rank - 1]).argmax())
    corank = int((spectra[best] <= 1e-9).sum())
    if corank > system.kernel:
        raise UsageError(f"the critical points are not isolated: local dimension {corank - system.kernel}",
                         "the metric is degenerate on the functions: give more data")
    return best


def track_to_targets(solutions: Solutions, targets: np.ndarray, *, runner: Tracker | None = None
                     ) -> EndPoints:
    """Follow a generic complete solution set to other targets.

    Args:
        solutions: from `solve_critical` (or `solve_slice`: then targets are offsets).
        targets: array (N, k), in the coordinates of `solutions.data`.

    Returns:
        End points, target by target, in the order of the solutions; label = target * count + solution.
    """
    targets = np.atleast_2d(targets).astype(complex)
    count = solutions.count
    runner = runner or Tracker(solutions.system, STANDARD, solutions.seed)
    ways = np.stack([detoured(solutions.data, target, solutions.seed) for target in targets])
    return runner.track(Paths(np.tile(solutions.points, (len(targets), 1)), np.repeat(ways, count, axis=0),
                              np.arange(count * len(targets))))
