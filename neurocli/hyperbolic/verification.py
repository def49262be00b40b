"""Checks that a list of simplices is the Delaunay triangulation of a set of points, exactly.

Notes:
    What is checked, and why it is enough.  Let f(x) count the simplices that contain a generic
    point x.

    1. Every point is a vertex, and no simplex is flat.
    2. A facet belongs to one simplex, or to two on opposite sides of it.  So f changes only across
       border facets.
    3. The border facets lie on the boundary of the hull K of their vertices (in the plane: they form
       one convex polygon).  So f is 0 outside K and constant inside.
    4. f = 1 at one point.  So the simplices tile K, and K contains all points.
    5. No sphere strictly contains the vertex across any of its facets.  A tiling that is locally
       Delaunay at all facets is Delaunay: lifted to the paraboloid it is a convex function.
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

from neurocli.hyperbolic.determinants import UNIT, cofactors, minors
from neurocli.hyperbolic.facets import Facets, facets
from neurocli.hyperbolic.points import PointSet
from neurocli.hyperbolic.predicates import Predicates, euclidean
from neurocli.hyperbolic.roots import quotient, sign

if TYPE_CHECKING:
    import numpy as np

#: Pairs (hull facet, point) evaluated at once.
BLOCK = 1 << 21


def fault(points: PointSet, simplices: np.ndarray, decide: Predicates | None = None) -> str:
    """Why the simplices are not a Delaunay triangulation of the points, or "" when they are.

    Args:
        points: points that span their space.
        simplices: array (N, d+1) of indices, each row ascending.
        decide: predicates to use (and to count decisions in).

    Example:
        >>> import numpy as np
        >>> from neurocli.hyperbolic.points import point_set
        >>> points = point_set([(0, 0), (.5, 0), (0, .5), (.125, .125)])
        >>> fault(points, np.array([[0, 1, 3], [0, 2, 3], [1, 2, 3]]))
        ''
        >>> fault(points, np.array([[0, 1, 2]]))
        '1 point is no vertex'
    """
    import numpy as np

    decide = decide or Predicates(points)
    missing = len(points) - len(np.unique(simplices))
    if missing:
        return f"{missing} point{'s are' if missing > 1 else ' is'} no vertex"
    turn = decide.orientation(simplices)
    if not turn.all():
        return "a simplex is flat"
    shared = facets(simplices)
    if shared.crowded:
        return "a facet belongs to more than two simplices"
    # The orientation that a simplex induces on its i-th facet is (-1)^i times its own.
    t, i, u, j = shared.inner.T
    if np.any(turn[t] * turn[u] * (-1) ** (i + j) > 0):
        return "two simplices lie on one side of a facet"
    hull = _hull_fault(points, simplices, shared, turn, decide)
    if hull:
        return hull
    if np.any(decide.in_sphere(simplices[t], simplices[u, j]) * turn[t] > 0):
        return "a sphere strictly contains a point"
    return ""


def _hull_fault(points: PointSet, simplices: np.ndarray, shared: Facets, turn: np.ndarray,
                decide: Predicates) -> str:
    if points.dimension == 2:
        return _polygon_fault(simplices, shared, turn, decide)
    return (_support_fault(points, simplices, shared, decide)
            or _covering_fault(points, simplices))


def _polygon_fault(simplices: np.ndarray, shared: Facets, turn: np.ndarray, decide: Predicates) -> str:
    """Whether the border is one convex polygon, which winds once, so that f = 1 inside.

    Notes:
        Turns to the left at every vertex could still wind twice.  All vertices lie left of the first
        edge, so their angles at its origin v are in [0, pi], and the fan of triangles from v is
        nowhere negative, so the angles ascend: the polygon winds once.
    """
    import numpy as np

    after: dict[int, int] = {}
    for t, i in shared.border.tolist():
        a, b = (int(v) for k, v in enumerate(simplices[t]) if k != i)
        # A triangle (v0, v1, v2) turning left has the edge opposite v_i forward when i is even.
        if (turn[t] > 0) != (i % 2 == 0):
            a, b = b, a
        if a in after:
            return "the border is no simple polygon"
        after[a] = b
    cycle = [min(after)]
    while after[cycle[-1]] != cycle[0] and len(cycle) <= len(after):
        cycle.append(after[cycle[-1]])
    if len(cycle) != len(after):
        return "the border is no simple polygon"
    ring = np.array(cycle)
    one, two, three = ring, np.roll(ring, -1), np.roll(ring, -2)
    fan = np.column_stack([np.full(len(ring) - 2, ring[0]), ring[1:-1], ring[2:]])
    first = np.column_stack([np.full(len(ring) - 2, ring[0]), np.full(len(ring) - 2, ring[1]), ring[2:]])
    triples = np.concatenate([np.column_stack([one, two, three]), fan, first])
    return "the border is not convex" if np.any(decide.orientation(triples) < 0) else ""


def _support_fault(points: PointSet, simplices: np.ndarray, shared: Facets, decide: Predicates) -> str:
    """Whether every border facet has all border vertices on one side."""
    import numpy as np

    owner, place = shared.border.T
    faces = np.array([np.delete(simplices[t], i) for t, i in zip(owner, place)])
    inner = simplices[owner, place]
    vertices = np.unique(faces)
    step = max(1, BLOCK // len(vertices))
    for start in range(0, len(faces), step):
        some = slice(start, start + step)
        side = _float_sides(points, faces[some], inner[some], vertices)
        unsure = (side == 0) & ~(faces[some][:, :, None] == vertices).any(axis=1)
        if np.any(side < 0):
            return "the border is not convex"
        k, v = np.nonzero(unsure)
        if len(k):
            tested = np.column_stack([faces[some][k], vertices[v]])
            facing = np.column_stack([faces[some][k], inner[some][k]])
            if np.any(decide.orientation(tested) * decide.orientation(facing) < 0):
                return "the border is not convex"
    return ""


def _float_sides(points: PointSet, faces: np.ndarray, inner: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Array (faces, vertices): 1 where a vertex is proved on the inner side, -1 opposite, else 0.

    Notes:
        Coordinates of modulus below 1 carry absolute errors of at most UNIT; the normal is a minor of
        their differences, bounded as in `determinants.filtered_signs`.
    """
    import numpy as np

    size = faces.shape[1]
    z = points.high
    base = z[faces[:, 0]]
    rows = [list((z[faces[:, i]] - base).T) for i in range(1, size)]
    full = (1 << size) - 1
    normal = np.array([(-1) ** (size - 1 - j) * minors(rows)[full ^ (1 << j)] for j in range(size)]).T
    plain = minors([[np.abs(x) for x in row] for row in rows], signed=False)
    wide = minors([[np.abs(x) + 8 * UNIT for x in row] for row in rows], signed=False)
    gamma = 4 * size * (size + 5) * UNIT
    error = np.array([wide[full ^ (1 << j)] * (1 + gamma) - plain[full ^ (1 << j)] * (1 - gamma)
                      for j in range(size)]).T

    def products(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value = normal @ targets.T - np.sum(normal * base, axis=1)[:, None]
        # |targets - base| < 2 in each coordinate; (size + 5) roundings of terms below |normal|.
        bound = 2.01 * error.sum(axis=1) + (4 * size + 32) * UNIT * np.abs(normal).sum(axis=1)
        return value, bound[:, None]

    value, bound = products(z[vertices])
    own = np.sum(normal * (z[inner] - base), axis=1)[:, None]
    sure = np.where(np.abs(own) > bound, np.sign(own), 0)
    return (np.where(np.abs(value) > bound, np.sign(value), 0) * sure).astype(np.int8)


def _covering_fault(points: PointSet, simplices: np.ndarray) -> str:
    """Whether exactly one simplex contains a point inside the first one."""
    import numpy as np

    # The sum of the homogeneous rows of a simplex is a positive multiple of an inner point.
    target = [sum(column) for column in zip(*(euclidean(points.rows[v]) for v in simplices[0]))]
    centre = np.array([quotient(x, target[0]) for x in target[1:]])
    corners = points.high[simplices]
    # A simplex whose box misses the point does not contain it.
    near = np.all((corners.min(axis=1) <= centre + 1e-12) & (corners.max(axis=1) >= centre - 1e-12), axis=1)
    covering = 0
    for t in np.flatnonzero(near).tolist():
        rows = [euclidean(points.rows[v]) for v in simplices[t]]
        sides = []
        for i in range(len(rows)):
            form = cofactors(rows[:i] + rows[i + 1:])
            sides.append(sign(sum(map(mul, form, target))) * sign(sum(map(mul, form, rows[i]))))
            if sides[-1] < 0:
                break
        if min(sides) == 0:
            return "a simplex touches the inside of another"
        covering += min(sides) > 0
    return "" if covering == 1 else "the simplices overlap"
