"""The trace test: whether a set of solutions over a pencil is complete."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Largest relative residual of a set that is called complete.
PASSES = 1e-6


def trace_residual(nodes: Sequence[complex], traces: Sequence[np.ndarray], size: float) -> float:
    """How far the trace is from a linear function of the parameter.

    Args:
        nodes: three different values of the parameter.
        traces: at each, the sum over the solutions of their coordinates.
        size: mean size of the coordinates of one solution.

    Returns:
        The second divided difference, relative to `size`; a set that lacks a solution gives a
        number of the order of 1.

    Notes:
        For parallel slices of an irreducible variety by linear spaces the sum of the points of a
        subset is linear in the parameter if and only if the subset is everything or nothing,
        since monodromy is transitive and contains enough of the symmetric group.  For critical
        points of a quadratic loss on a cone with a metric in general position, the sum over all
        critical points is a homogeneous function of degree 1 of the target without poles, hence
        linear; the sum over a proper subset is not even single-valued.

    Reference:
        [leykin-2018] A. Leykin, J. Rodriguez, F. Sottile, Trace test.
    """
    (a, b, c), (p, q, r) = nodes, traces
    bend = (r - p) - (q - p) * ((c - a) / (b - a))
    return float(np.abs(bend).max() / max(size, 1e-300))
