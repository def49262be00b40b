"""Exact Delaunay triangulation of the Poincare coordinates of a set of points.

Hyperbolic spheres are Euclidean spheres of the Poincare ball, so this triangulation carries the
hyperbolic one: `graph` removes what is not compact.  Qhull proposes; exact predicates decide.  Where
the proposal fails (points too close for doubles, points on a line or a plane), the exact incremental
algorithm of `triangulation` answers instead.
"""

from __future__ import annotations

import dataclasses
from math import comb, exp, lgamma, pi
from math import log as log_
from typing import TYPE_CHECKING

from neurocli.errors import InternalError, TooLarge, UsageError
from neurocli.hyperbolic.facets import Facets, facets
from neurocli.hyperbolic.points import PointSet
from neurocli.hyperbolic.predicates import Predicates
from neurocli.hyperbolic.roots import sign
from neurocli.hyperbolic.triangulation import flat_row, sphere_form, triangulate
from neurocli.hyperbolic.verification import fault

if TYPE_CHECKING:
    import numpy as np

METHODS = ("auto", "incremental")
#: Simplices that fit in memory with their facets (some 20 GB in dimension 8).
LARGEST_TRIANGULATION = 10**8


@dataclasses.dataclass(frozen=True)
class Delaunay:
    """The Delaunay triangulation of n points.

    Args:
        points: the points.
        simplices: array (N, m+1) of indices, rows ascending; m is the dimension of the flat spanned by
            the Poincare coordinates.
        axes: m coordinate axes on which that flat projects one to one.
        shared: the facets.
        cospherical: bool array, one per inner facet: both sides have the same sphere.
        method: "qhull" (proposed by it, verified exactly) or "incremental".
        rejected: what was wrong with Qhull's proposal, when it was not used.
        predicates: the predicates, with counts of the signs decided so far.
    """

    points: PointSet
    simplices: np.ndarray
    axes: tuple[int, ...]
    shared: Facets
    cospherical: np.ndarray
    method: str
    rejected: str
    predicates: Predicates


def delaunay(points: PointSet, method: str = "auto") -> Delaunay:
    """The Delaunay triangulation of the Poincare coordinates, exactly.

    Args:
        points: the points.
        method: "auto", or "incremental" to leave Qhull out.

    Raises:
        TooLarge: more simplices are to be expected than fit in memory.

    Notes:
        Of points on one sphere that is empty any triangulation is Delaunay; `graph` gives an answer
        that does not depend on the choice.

    Example:
        >>> from neurocli.hyperbolic.points import point_set
        >>> delaunay(point_set([(0, 0), (.5, 0), (0, .5), (.125, .125)])).simplices.tolist()
        [[0, 1, 3], [0, 2, 3], [1, 2, 3]]
    """
    import numpy as np

    if method not in METHODS:
        raise UsageError(f"method {method!r}", f"one of {', '.join(METHODS)}")
    estimate = expected_simplices(len(points), points.dimension)
    if estimate > LARGEST_TRIANGULATION:
        raise TooLarge(f"{len(points)} points in dimension {points.dimension} have about {estimate:.1g} Delaunay "
                       "simplices", "reduce the dimension, or take fewer points")
    decide = Predicates(points)
    rejected = ""
    if method == "auto":
        proposal = propose(points)
        rejected = "no proposal: flat input" if proposal is None else fault(points, proposal, decide)
        if proposal is not None and not rejected:
            shared = facets(proposal)
            return Delaunay(points, proposal, tuple(range(points.dimension)), shared,
                            _cospherical(points, proposal, shared, decide), "qhull", "", decide)
    found, axes = triangulate(points)
    simplices = np.array(found, dtype=np.intp)
    shared = facets(simplices)
    if len(axes) == points.dimension:
        same = _cospherical(points, simplices, shared, decide)
    else:
        same = _cospherical_in_flat(points, simplices, shared, axes)
    return Delaunay(points, simplices, tuple(axes), shared, same, "incremental", rejected, decide)


def expected_simplices(count: int, dimension: int) -> float:
    """Mean number of Delaunay simplices of many points spread evenly in the plane, in space, ...

    Notes:
        The mean number of vertices of a Poisson-Voronoi cell (Miles), divided by d + 1; never more than the
        facets of a cyclic polytope in dimension d + 1, which no hull of the lifted points exceeds (McMullen).

    Example:
        >>> round(expected_simplices(1000, 2)), round(expected_simplices(1000, 3)), expected_simplices(6, 4)
        (1996, 6768, 6.0)
    """
    d = dimension
    log = ((d + 1) * log_(2) + (d - 1) / 2 * log_(pi) - 2 * log_(d) + lgamma((d * d + 1) / 2) - lgamma(d * d / 2)
           + d * (lgamma((d + 2) / 2) - lgamma((d + 1) / 2)) - log_(d + 1))
    half, odd = divmod(d + 1, 2)
    most = 2 * comb(count - half - 1, half) if odd else count * comb(count - half, half) // (count - half)
    return float(min(exp(min(log + log_(count), 700.0)), most))


def propose(points: PointSet) -> np.ndarray | None:
    """The simplices that Qhull finds in floating point, or None when it finds the points flat."""
    import numpy as np
    from scipy.spatial import Delaunay as Qhull
    from scipy.spatial import QhullError

    try:
        found = Qhull(points.high).simplices
    except QhullError:
        return None
    found = np.sort(found.astype(np.intp), axis=1)
    return found[np.lexsort(found.T[::-1])]


def _cospherical(points: PointSet, simplices: np.ndarray, shared: Facets, decide: Predicates) -> np.ndarray:
    t, _, u, j = shared.inner.T
    return decide.in_sphere(simplices[t], simplices[u, j]) == 0


def _cospherical_in_flat(points: PointSet, simplices: np.ndarray, shared: Facets,
                         axes: list[int]) -> np.ndarray:
    import numpy as np

    rows = [flat_row(row, axes) for row in points.rows]
    signs = []
    for t, _, u, j in shared.inner.tolist():
        form = sphere_form([rows[v] for v in simplices[t]])
        signs.append(sign(sum(a * b for a, b in zip(form, rows[simplices[u, j]]))))
    if min(signs, default=0) < 0:
        raise InternalError("the incremental triangulation is not Delaunay")
    return np.array(signs, dtype=int) == 0
