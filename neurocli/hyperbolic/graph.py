"""The hyperbolic Delaunay graph and the hyperbolic Gabriel graph, exactly, in any dimension.

Two points are joined in the Delaunay graph when their hyperbolic Voronoi cells share a facet: a
piece of dimension d - 1 inside the space.  So points on a common empty sphere give the edges of
their convex hull and no diagonals, and the graph depends on the points alone; two cells that touch
only at infinity are not joined.  The Gabriel graph keeps the edges whose smallest sphere (centre at
the hyperbolic midpoint) has no other point strictly inside.

Notes:
    Which edges stay.  The spheres through an edge e that are empty, compact or not, form a convex
    polyhedron F(e); in the Klein model it is the Voronoi facet, and the compact ones are its part in
    the open ball B.  Let F' be a face of F(e) of least dimension that meets B.  Its boundary misses
    B, so it contains all of B intersected with its affine hull, in particular the smallest sphere
    through the points of the dual simplex.  Therefore

        e stays  <=>  e lies in a simplex of the triangulation, of any dimension from 1 to d, whose
                      smallest hyperbolic sphere is compact and strictly contains no point.

    Only rational arithmetic is involved, no centre is computed, and emptiness is local: lifted to the
    paraboloid, the triangulation is a convex function, so a sphere through a simplex contains no
    point when it contains none of the vertices of the simplices around it.

Reference:
    [bogdanov-devillers-teillaud-2014], [nielsen-nock-2010], [medbouhi-2024]
"""

from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import TYPE_CHECKING

from neurocli.hyperbolic.delaunay import Delaunay, delaunay
from neurocli.hyperbolic.determinants import Independent
from neurocli.hyperbolic.points import PointSet
from neurocli.hyperbolic.triangulation import flat_row, hyperplane_form, sphere_form

if TYPE_CHECKING:
    import numpy as np


@dataclasses.dataclass(frozen=True)
class HyperbolicGraph:
    """The hyperbolic Delaunay graph of n points.

    Args:
        edges: array (E, 2) of indices, rows ascending and sorted.
        gabriel: bool array (E,): the edges of the Gabriel graph among them.
        dropped: array: edges of the Euclidean Delaunay graph of the Poincare coordinates that are not
            hyperbolic (their Voronoi facet lies outside the ball).
        triangulation: where they come from.
    """

    edges: np.ndarray
    gabriel: np.ndarray
    dropped: np.ndarray
    triangulation: Delaunay


def hyperbolic_graph(points: PointSet, method: str = "auto") -> HyperbolicGraph:
    """The hyperbolic Delaunay and Gabriel graphs of a set of points, exactly.

    Args:
        points: the points.
        method: "auto", or "incremental" to leave Qhull out.

    Example:
        >>> from fractions import Fraction as Q
        >>> from neurocli.hyperbolic.points import point_set
        >>> far = point_set([(Q(-9, 10), 0), (Q(9, 10), 0), (0, Q(-1, 10))])
        >>> graph = hyperbolic_graph(far)
        >>> graph.edges.tolist(), graph.dropped.tolist()
        ([[0, 2], [1, 2]], [[0, 1]])
    """
    import numpy as np

    found = delaunay(points, method)
    simplices = found.simplices
    size = simplices.shape[1]
    edges, numbers = _edges(simplices, len(points))
    real = _true_edges(found, edges, numbers)
    kept = np.zeros(len(edges), dtype=bool)
    gabriel = np.zeros(len(edges), dtype=bool)
    compact = found.predicates.compact(simplices) == 1
    kept[numbers[compact].ravel()] = True
    for dimension in range(1, size - 1):
        wanted = real if dimension == 1 else real & ~kept
        empty = _empty_faces(found, dimension, numbers, wanted)
        for a, b in combinations(range(dimension + 1), 2):
            kept[_number_of(edges, empty[:, [a, b]], len(points))] = True
        if dimension == 1:
            gabriel = _among(edges, empty, len(points))
    if size == 2:
        # Neighbours on a line: the smallest sphere meets the line in the segment between them.
        gabriel = np.ones(len(edges), dtype=bool)
    kept &= real
    return HyperbolicGraph(edges[kept], gabriel[kept], edges[real & ~kept], found)


def _edges(simplices: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """All edges, sorted, and for each simplex the numbers of its edges (as `combinations` orders them)."""
    import numpy as np

    pairs = list(combinations(range(simplices.shape[1]), 2))
    keys = np.stack([simplices[:, a] * count + simplices[:, b] for a, b in pairs], axis=1)
    unique, numbers = np.unique(keys, return_inverse=True)
    return np.column_stack([unique // count, unique % count]), numbers.reshape(keys.shape)


def _number_of(edges: np.ndarray, pairs: np.ndarray, count: int) -> np.ndarray:
    import numpy as np

    return np.searchsorted(edges[:, 0] * count + edges[:, 1], pairs[:, 0] * count + pairs[:, 1])


def _among(edges: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    """Bool array (E,): which of the edges are among the chosen ones."""
    import numpy as np

    mask = np.zeros(len(edges), dtype=bool)
    mask[_number_of(edges, chosen, count)] = True
    return mask


def _true_edges(found: Delaunay, edges: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Bool array (E,): the edges whose Voronoi cells share a facet of the full dimension.

    Notes:
        Others are diagonals of cells whose vertices lie on one sphere; they lie in a facet with equal
        spheres on both sides.  The span of the linear forms of the spheres (and hull half-spaces)
        around an edge of a triangulation of dimension m has rank m exactly when the dual is a facet.
    """
    import numpy as np

    real = np.ones(len(edges), dtype=bool)
    if not found.cospherical.any():
        return real
    simplices, size = found.simplices, found.simplices.shape[1]
    pairs = list(combinations(range(size), 2))
    suspects: set[int] = set()
    for t, i, _, _ in found.shared.inner[found.cospherical].tolist():
        suspects.update(int(numbers[t, k]) for k, pair in enumerate(pairs) if i not in pair)
    around: dict[int, list[int]] = {edge: [] for edge in suspects}
    for t, row in enumerate(numbers.tolist()):
        for edge in row:
            if edge in around:
                around[edge].append(t)
    border: dict[int, list[int]] = {}
    for t, i in found.shared.border.tolist():
        border.setdefault(t, []).append(i)
    rows = [flat_row(row, found.axes) for row in found.points.rows]
    for edge, owners in around.items():
        ends = set(edges[edge].tolist())
        basis = Independent()
        for t in owners:
            corners = simplices[t].tolist()
            basis.add(sphere_form([rows[v] for v in corners]))
            for i in border.get(t, []):
                if corners[i] not in ends:
                    basis.add(hyperplane_form([rows[v] for v in corners[:i] + corners[i + 1:]]))
            if len(basis.vectors) == size - 1:
                break
        real[edge] = len(basis.vectors) == size - 1
    return real


def _empty_faces(found: Delaunay, dimension: int, numbers: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Faces with a wanted edge whose smallest sphere is compact and strictly contains no point."""
    import numpy as np

    simplices, size = found.simplices, found.simplices.shape[1]
    pairs = {pair: k for k, pair in enumerate(combinations(range(size), 2))}
    faces, others = [], []
    for chosen in combinations(range(size), dimension + 1):
        columns = [pairs[pair] for pair in combinations(chosen, 2)]
        some = simplices[wanted[numbers[:, columns]].any(axis=1)]
        faces.append(some[:, list(chosen)])
        others.append(np.delete(some, chosen, axis=1))
    every, which = np.unique(np.concatenate(faces), axis=0, return_inverse=True)
    which = which.reshape(-1)
    empty = found.predicates.compact(every) == 1 if dimension > 1 else np.ones(len(every), dtype=bool)
    around = np.concatenate(others)
    tests = np.column_stack([np.repeat(which, around.shape[1]), around.ravel()])
    tests = np.unique(tests[empty[tests[:, 0]]], axis=0)
    inside = found.predicates.outside(every[tests[:, 0]], tests[:, 1]) < 0
    empty[tests[inside, 0]] = False
    return every[empty]
