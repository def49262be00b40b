"""Conversions between the Poincare ball, the Klein ball and the hyperboloid, and distances.

A conversion is exact where it is rational: from Poincare always, to Poincare when sqrt(1 - |p|^2) is
rational.  Otherwise the coordinates are the nearest doubles.

Reference:
    [medbouhi-2024]
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from neurocli.errors import DataError
from neurocli.hyperbolic.points import MODELS, PointSet
from neurocli.hyperbolic.roots import RootSum

if TYPE_CHECKING:
    import numpy as np

Number = Fraction | float


def coordinates(points: PointSet, model: str) -> list[tuple[Number, ...]]:
    """The points in a model, exactly where that is rational.

    Args:
        points: n points of dimension d.
        model: "poincare", "klein" or "lorentz" (time first).

    Returns:
        n tuples of d (or d + 1) `Fraction`s, or floats where irrational.

    Raises:
        DataError: no such model.

    Example:
        >>> from neurocli.hyperbolic.points import point_set
        >>> points = point_set([(Fraction(1, 2), 0), (0, Fraction(1, 3)), (0, 0)])
        >>> print(*coordinates(points, "klein")[0], *coordinates(points, "lorentz")[0])
        4/5 0 5/3 4/3 0
    """
    if model not in MODELS:
        raise DataError(f"model {model!r}", f"one of {', '.join(MODELS)}")
    converted: list[tuple[Number, ...]] = []
    for row, nearest in zip(points.rows, points.high.tolist()):
        first, *middle, last = row
        if model == "klein":
            converted.append(tuple(Fraction(x, first) for x in middle))
        elif not isinstance(last, RootSum):
            below = first + last if model == "poincare" else last
            kept = middle if model == "poincare" else [first, *middle]
            converted.append(tuple(Fraction(x, below) for x in kept))
        elif model == "poincare":
            converted.append(tuple(nearest))
        else:
            root = float(last)
            converted.append(tuple(x / root for x in (first, *middle)))
    return converted


def distances(points: PointSet, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Hyperbolic distances between two lists of points.

    Args:
        points: the points.
        left, right: arrays (n,), (m,) of indices.

    Returns:
        array (n, m).

    Notes:
        d = 2 arsinh(|z - z'| / sqrt(w w')), which keeps its digits for near points, where
        arcosh(1 + 2 |z - z'|^2 / (w w')) loses them.

    Example:
        >>> import numpy as np
        >>> from neurocli.hyperbolic.points import point_set
        >>> points = point_set([(0, 0), (.5, 0), (0, .5)])
        >>> round(float(distances(points, np.array([0]), np.array([1]))[0, 0]), 12)  # log 3
        1.098612288668
    """
    return _lengths(points, left[:, None], right[None, :])


def edge_lengths(points: PointSet, edges: np.ndarray) -> np.ndarray:
    """Hyperbolic lengths of edges, given as an array (E, 2) of indices."""
    return _lengths(points, edges[:, 0], edges[:, 1])


def _lengths(points: PointSet, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    import numpy as np

    square: np.ndarray = np.zeros(np.broadcast_shapes(left.shape, right.shape))
    for axis in range(points.dimension):
        high, low = points.high[:, axis], points.low[:, axis]
        step = (high[left] - high[right]) + (low[left] - low[right])
        square += step * step
    return np.asarray(2 * np.arcsinh(np.sqrt(square / (points.weight[left] * points.weight[right]))))
