"""Distances between two sets of points that HyperDGA is compared with: Chamfer, Hausdorff, Wasserstein.

Reference:
    [medbouhi-2024]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from neurocli.errors import DataError, TooLarge
from neurocli.hyperbolic.models import distances
from neurocli.hyperbolic.points import PointSet

#: Entries of the matrix of distances that fit in memory without complaint (800 MB).
LARGEST_MATRIX = 10**8


@dataclasses.dataclass(frozen=True)
class Baselines:
    """Distances between sets A and B of hyperbolic points.

    Args:
        chamfer: mean of the two average squared distances to the nearest point of the other set.
        hausdorff: largest distance from a point to the other set.
        wasserstein: cost of the cheapest pairing of A with B, divided by |A| + |B|; None when the sizes
            differ, since no pairing exists then.
    """

    chamfer: float
    hausdorff: float
    wasserstein: float | None


def baselines(points: PointSet, first: Sequence[bool]) -> Baselines:
    """Chamfer, Hausdorff and Wasserstein distances in the hyperbolic metric.

    Args:
        points: the union of A and B.
        first: for each point, whether it belongs to A.

    Raises:
        DataError: one of the sets is empty.
        TooLarge: the matrix of distances would not fit in memory.

    Example:
        >>> from neurocli.hyperbolic.points import point_set
        >>> points = point_set([(0, 0), (.5, 0), (0, .5), (-.5, 0)])
        >>> found = baselines(points, [True, True, False, False])
        >>> round(found.hausdorff, 6), round(found.wasserstein, 6)
        (1.6807, 0.694828)
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    member = np.array(first, dtype=bool)
    left, right = np.flatnonzero(member), np.flatnonzero(~member)
    if len(member) != len(points):
        raise DataError(f"{len(member)} labels for {len(points)} points")
    if not len(left) or not len(right):
        raise DataError("a class is empty")
    if len(left) * len(right) > LARGEST_MATRIX:
        raise TooLarge(f"{len(left)} x {len(right)} distances need {len(left) * len(right) * 8 / 1e9:.1f} GB")
    matrix = distances(points, left, right)
    to_right, to_left = matrix.min(axis=1), matrix.min(axis=0)
    chamfer = (float(np.mean(to_right**2)) + float(np.mean(to_left**2))) / 2
    wasserstein = None
    if len(left) == len(right):
        wasserstein = float(matrix[linear_sum_assignment(matrix)].sum()) / len(member)
    return Baselines(chamfer, float(max(to_right.max(), to_left.max())), wasserstein)
