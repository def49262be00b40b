"""Exact incremental Delaunay triangulation, in any dimension and on any flat.

The algorithm of Bowyer and Watson over exact arithmetic: a new point removes the simplices whose
spheres strictly contain it, and is joined to the boundary of the hole.  It needs no general
position and no perturbation.

Notes:
    Why strict conflicts suffice.  Let F be a facet of the hole, between T (removed) and T' (kept),
    and suppose the new point p lies in the hyperplane of F.  The balls of T and T' meet that
    hyperplane in the same disk, so p, strictly inside the ball of T, is strictly inside that of T':
    a contradiction.  Hence no flat simplex arises; and p lies on T's side of F because, of two
    different balls through F, that of T exceeds that of T' on T's side only.

    Outside the hull the same holds with half-spaces: every hull facet carries an infinite simplex,
    whose "ball" is the open half-space beyond it together with the open disk of the facet.

Reference:
    [bowyer-1981], [watson-1981]
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from math import gcd, lcm
from operator import mul
from typing import Any

from neurocli.hyperbolic.determinants import Independent, cofactors
from neurocli.hyperbolic.points import PointSet
from neurocli.hyperbolic.predicates import euclidean
from neurocli.hyperbolic.roots import sign

INFINITE = -1


class Triangulation:
    """The Delaunay triangulation of a growing set of points of one affine flat.

    Args:
        rows: homogeneous rows (h, h y_1..h y_m, W), where y are m affine coordinates of the flat in
            Poincare coordinates, h > 0, and -2 W/h + 1 = |z|^2 lifts to a paraboloid.
        first: indices of m + 1 affinely independent points.

    Attributes:
        vertices: for every simplex its m + 1 points, `INFINITE` among them beyond the hull.
        neighbours: for every simplex, the simplices opposite its vertices.
        forms: for every simplex a linear form on rows: negative inside its sphere, or beyond its
            hull facet.
    """

    def __init__(self, rows: Sequence[Sequence[Any]], first: Sequence[int]) -> None:
        self.rows = rows
        self.vertices: dict[int, tuple[int, ...]] = {}
        self.neighbours: dict[int, list[int]] = {}
        self.forms: dict[int, list[Any]] = {}
        self._number = 0
        # A sum of rows is a positive multiple of an interior point of the first simplex.
        self._inner = [sum(column) for column in zip(*(rows[i] for i in first))]
        everyone = [*first, INFINITE]
        numbers = [self._add(tuple(v for v in everyone if v != missing)) for missing in everyone]
        for t in numbers:
            self.neighbours[t] = [numbers[everyone.index(v)] for v in self.vertices[t]]

    def insert(self, point: int) -> None:
        """Add one point, different from all the points so far."""
        row = self.rows[point]
        start = self._locate(row)
        hole, kept, border = {start}, set(), []
        stack = [start]
        while stack:
            t = stack.pop()
            for place, u in enumerate(self.neighbours[t]):
                if u in hole:
                    continue
                if u not in kept and self._conflicts(u, row):
                    hole.add(u)
                    stack.append(u)
                    continue
                kept.add(u)
                border.append((t, place, u))
        ridges: dict[frozenset[int], tuple[int, int]] = {}
        for t, place, u in border:
            old = self.vertices[t]
            new = self._add((*old[:place], point, *old[place + 1:]))
            links = [INFINITE] * len(old)
            links[place] = u
            self.neighbours[new] = links
            self.neighbours[u][self.neighbours[u].index(t)] = new
            facet = frozenset(old) - {old[place]}
            for j, vertex in enumerate(old):
                if j == place:
                    continue
                ridge = facet - {vertex}
                if ridge in ridges:
                    other, side = ridges.pop(ridge)
                    links[j], self.neighbours[other][side] = other, new
                else:
                    ridges[ridge] = (new, j)
        for t in hole:
            del self.vertices[t], self.neighbours[t], self.forms[t]

    def simplices(self) -> list[tuple[int, ...]]:
        """The finite simplices, vertices sorted, in lexicographic order."""
        return sorted(tuple(sorted(v)) for v in self.vertices.values() if INFINITE not in v)

    def _add(self, vertices: tuple[int, ...]) -> int:
        t = self._number
        self._number += 1
        self.vertices[t] = vertices
        if INFINITE in vertices:
            form = hyperplane_form([self.rows[v] for v in vertices if v != INFINITE])
            if sign(sum(map(mul, form, self._inner))) < 0:
                form = [-x for x in form]
            self.forms[t] = form
        else:
            self.forms[t] = sphere_form([self.rows[v] for v in vertices])
        return t

    def _conflicts(self, t: int, row: Sequence[Any]) -> bool:
        side = sign(sum(map(mul, self.forms[t], row)))
        if side == 0 and INFINITE in self.vertices[t]:
            inner = self.neighbours[t][self.vertices[t].index(INFINITE)]
            return sign(sum(map(mul, self.forms[inner], row))) < 0
        return side < 0

    def _locate(self, row: Sequence[Any]) -> int:
        """A simplex in conflict: the power of the point falls on the way to it.

        Notes:
            Best first over all simplices, so rounding in the power costs steps, never the answer.
        """
        start = self._number - 1
        queue = [(0.0, start)]
        seen = {start}
        while True:
            _, t = heapq.heappop(queue)
            if self._conflicts(t, row):
                return t
            for u in self.neighbours[t]:
                if u not in seen:
                    seen.add(u)
                    heapq.heappush(queue, (self._power(u, row), u))

    def _power(self, t: int, row: Sequence[Any]) -> float:
        form = self.forms[t]
        value = sum(map(mul, form, row))
        if INFINITE in self.vertices[t]:
            return float("-inf") if sign(value) < 0 else float("inf")
        try:
            if isinstance(value, int) and isinstance(form[-1], int):
                return value / -form[-1]
            return float(value) / -float(form[-1])
        except (OverflowError, ZeroDivisionError):
            return float("inf")


def sphere_form(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The linear form on rows (h, h y, W) that is negative inside the sphere of a simplex."""
    form = cofactors(rows)
    # |z|^2 grows as W falls: outside is positive when W has a negative coefficient.
    return form if sign(form[-1]) < 0 else [-x for x in form]


def hyperplane_form(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """A linear form on rows (h, h y, W) that vanishes on the hyperplane of a facet."""
    return [*cofactors([row[:-1] for row in rows]), 0]


def flat(points: PointSet) -> tuple[list[int], list[int]]:
    """The affine flat that the Poincare coordinates span.

    Returns:
        (first, axes): m + 1 affinely independent points, and m coordinate axes on which the
        projection of the flat is one to one.
    """
    base, first, basis = euclidean(points.rows[0]), [0], Independent()
    for i in range(1, len(points)):
        row = euclidean(points.rows[i])
        if basis.add([base[0] * y - row[0] * x for x, y in zip(base[1:], row[1:])]):
            first.append(i)
        if len(first) > points.dimension:
            break
    return first, sorted(basis.columns)


def triangulate(points: PointSet) -> tuple[list[tuple[int, ...]], list[int]]:
    """Delaunay simplices of the Poincare coordinates, exactly, in the flat that they span.

    Returns:
        (simplices, axes): sorted simplices of m + 1 points each, and the m axes used.

    Example:
        >>> from neurocli.hyperbolic.points import point_set
        >>> triangulate(point_set([(0, 0), (.5, 0), (0, .5), (.125, .125)]))[0]
        [(0, 1, 3), (0, 2, 3), (1, 2, 3)]
    """
    first, axes = flat(points)
    rows = shortened([flat_row(row, axes) for row in points.rows])
    grown = Triangulation(rows, first)
    chosen = set(first)
    for i in _space_filling_order(points):
        if i not in chosen:
            grown.insert(i)
    return grown.simplices(), axes


def flat_row(row: Sequence[Any], axes: Sequence[int]) -> tuple[Any, ...]:
    """The row (h, h y_1..h y_m, W) of a point in the coordinates of a flat."""
    homogeneous = euclidean(row)
    return (homogeneous[0], *(homogeneous[1 + axis] for axis in axes), row[-1])


def shortened(rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """The same rows up to positive factors of rows and of columns, in shorter integers where that is easy.

    Notes:
        Such factors change no sign of a determinant, nor of a form made from rows.  With a common first entry
        the first column becomes ones, and the others lose its factor.
    """
    if not all(isinstance(x, int) for x in rows[0]) or not all(isinstance(row[-1], int) for row in rows):
        return rows
    longest = max(row[0] for row in rows).bit_length()
    common = 1
    for row in rows:
        common = lcm(common, row[0])
        if common.bit_length() > 2 * longest:
            return rows
    scaled = [tuple(x * (common // row[0]) for x in row) for row in rows]
    factors = [gcd(*column) or 1 for column in zip(*scaled)]
    return [tuple(x // factor for x, factor in zip(row, factors)) for row in scaled]


def _space_filling_order(points: PointSet) -> list[int]:
    """Indices along a Z-curve: neighbours in the order are near, so walks stay short."""
    import numpy as np

    whole = ((points.high + 1) * 2.0**52).astype(np.int64)
    shifts = np.arange(53, -1, -1)
    bits = (whole[:, None, :] >> shifts[None, :, None]) & 1
    keys = np.packbits(bits.reshape(len(whole), -1).astype(bool), axis=1)
    return [int(i) for i in np.lexsort(keys.T[::-1])]
