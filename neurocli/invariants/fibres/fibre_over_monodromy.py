"""Points of the fibre over one function by path tracking: a generic slice, followed to one through the function."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.architectures.actions import gauge_stabilizer
from neurocli.architectures.network import Network
from neurocli.architectures.weights import Weights
from neurocli.errors import UsageError
from neurocli.invariants.tracking import Tracking
from neurocli.results.result import Result, Status

if TYPE_CHECKING:
    from neurocli.numerics.fibers import FiberSolutions
    from neurocli.numerics.special_targets import Ends

#: Share of the time limit that the search for a generic slice may take.
SEARCH_SHARE = 0.7
#: Functions of regular end points, and of singular ones, agree with the given one to these relative errors.
SAME, SAME_SINGULAR = 1e-6, 1e-3


def monodromy_fibre_over(network: Network, weights: Weights, *, seed: int, timeout: float | None,
                         tracking: Tracking) -> Result:
    """Isolated points in the gauge of the fibre over the function with these weights.

    Returns:
        A result as `fibre_over` gives it, whose status is `bound`: points outside the gauge (with dead neurons, say),
        and families, are the limits of paths that end at infinity or in singular points, and are counted as such.

    Raises:
        UsageError: no gauge that makes generic points isolated, or files that hold generic fibres.
    """
    from neurocli.architectures.registry import parametrization as of
    from neurocli.numerics.fibers import solve_fiber
    from neurocli.numerics.gauge_certification import certify_in_gauge
    from neurocli.numerics.special_targets import ends_at

    if tracking.solutions or tracking.real_only:
        raise UsageError("--solutions and --real-only: for generic fibres; --at prints its points",
                         "--json prints them in full")
    parametrization = of(network)
    if not parametrization.gauge.complete:
        raise UsageError(f"{network}: no complete gauge is known for this shape", "leave --method out")
    until = None if timeout is None else time.monotonic() + SEARCH_SHARE * timeout
    generic = solve_fiber(parametrization, seed, tracking.execution(until), real=True)
    theta = np.array([float(v) for v in weights.values], dtype=complex)
    space = generic.system.space
    function = space.evaluation.run(theta[None], order=0).outputs[0] @ space.coordinates.T
    target = (function @ generic.system.rows.T).real + 0j
    ends = ends_at(generic.system, generic.whole, generic.data, target, seed)
    regular = ends.regular[_over(generic, ends.regular, function, SAME)]
    merged = _over(generic, ends.singular, function, SAME_SINGULAR)
    certificates = certify_in_gauge(generic.system, regular, target) if tracking.certify else []
    components = [_component(network, generic, x) for x in regular]
    components += [{**_component(network, generic, x), "kind": f"singular, multiplicity {times}", "multiplicity": times}
                   for x, times, here in zip(ends.singular, ends.multiplicities, merged.tolist(), strict=True) if here]
    classes, rest = divmod(len(components), gauge_stabilizer(network))
    value = {"dimension": parametrization.symmetry_dimension if components else -1, "components": len(components),
             "classes": None if rest or not components or merged.any() else classes}
    data: dict[str, Any] = {"question": "at", "components": components, "trouble": "", "complete": False,
                            "limit": generic.search.stop == "limit", "generic_points": generic.count}
    if tracking.certify:
        data |= {"certified": sum(c.certified and c.distinct for c in certificates), "examined": len(certificates)}
    run = {"paths": generic.search.paths + len(generic.whole), "loops": generic.search.loops, "restarts": 0,
           "failed_paths": ends.lost, "trace_residual": None, "conflicts": generic.search.conflicts}
    evidence = {"kind": "monodromy", "value": len(components), "seed": seed, "complete": generic.even}
    return Result("fibers", network.spelling, value, Status.BOUND, "monodromy", data,
                  tuple(_sentences(generic, ends, len(regular), merged)), (evidence,), None, seed,
                  {"name": "numpy", "version": np.__version__}).with_run(**run)


def _over(generic: FiberSolutions, points: np.ndarray, function: np.ndarray, error: float) -> np.ndarray:
    """Which points of the slice lie over a function."""
    if not len(points):
        return np.zeros(0, dtype=bool)
    gaps = np.linalg.norm(generic.system.functions(points) - function, axis=1)
    return np.asarray(gaps <= error * np.linalg.norm(function))


def _component(network: Network, generic: FiberSolutions, x: np.ndarray) -> dict[str, Any]:
    """A point with its orbit, as a component of the fibre."""
    theta = generic.system.parameters(x[None])[0]
    real = np.abs(theta.imag).max() <= 1e-8 * np.abs(theta).max()
    shown = [float(v.real) for v in theta] if real else [[float(v.real), float(v.imag)] for v in theta]
    dimension = generic.system.space.parametrization.symmetry_dimension
    return {"kind": "orbits", "count": 1, "dimension": dimension, "degree": None, "dead": [], "representative": shown}


def _sentences(generic: FiberSolutions, ends: Ends, regular: int, merged: np.ndarray) -> list[str]:
    lines = [f"{len(generic.whole)} points over a generic slice followed to the slice through the function: {regular} "
             "regular points over it",
             f"a generic function has {generic.count}" + ("" if generic.even else " or more: the search was stopped")]
    if merged.any():
        lines.append(f"{int(merged.sum())} singular points, each the end of as many paths as its multiplicity says")
    if ends.lost:
        lines.append("paths to this slice that ended in no regular point: " + ", ".join(
            f"{number} {name.lower().replace('_', ' ')}" for name, number in ends.lost.items()))
    lines.append("points outside the gauge, with dead neurons say, and families are not seen")
    return lines
