"""The four predicates of hyperbolic Delaunay, exact: floating point proves what it can, exact
arithmetic decides the rest.

With z the Poincare coordinates, D_ij = |z_i - z_j|^2 and w_i = 1 - |z_i|^2, and with the rows
(Q, W) of `points`:

* orientation of a simplex: det (1, z_i);
* in-sphere: det (1, z_i, |z_i|^2), a positive multiple of -det (Q_i, W_i): hyperbolic spheres are
  Euclidean spheres of the Poincare ball;
* compact: the smallest hyperbolic sphere through the points exists (it is a sphere, not a horosphere
  or a hypersurface at constant distance of a hyperplane);
* outside: a point is not strictly inside that smallest sphere.

Notes:
    The smallest sphere through p_0..p_k has its centre X in the span of the hyperboloid points,
    X = sum lambda_j Q_j with <X, Q_i> = -W_i, so lambda = -G^{-1} W with the Gram matrix
    G_ij = <Q_i, Q_j>.  It is a sphere when <X, X> = W^T G^{-1} W < 0, and v is not inside when
    <X, Q_v> + W_v = W_v - g_v^T G^{-1} W <= 0.  G has signature (k, 1), so det G < 0 and, by
    bordering,

        compact  <=>  det [[G, W], [W^T, 0]] < 0,    outside  <=>  det [[G, W], [g_v^T, W_v]] >= 0.

    Column operations with W turn G into -2 D in Poincare scaling, a Cayley-Menger matrix bordered by
    w in place of ones: that is the form evaluated in floating point.  For an edge pq it reads
    w_q |v-p|^2 + w_p |v-q|^2 >= w_v |p-q|^2, Thales' theorem when all w are 1.

Reference:
    [bogdanov-devillers-teillaud-2014], [nielsen-nock-2010]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from neurocli.hyperbolic.determinants import UNIT, determinant, filtered_signs
from neurocli.hyperbolic.points import PointSet
from neurocli.hyperbolic.roots import sign

if TYPE_CHECKING:
    import numpy as np

#: Determinants evaluated at once: small enough for the cache.
BLOCK = 8192

Entries = list[list[Any]]


class Predicates:
    """Exact signs for a set of points, many at a time.

    Args:
        points: the points.
        filtered: False skips floating point altogether, for comparison.

    Attributes:
        floating, exact: how many signs were decided by which arithmetic.
    """

    def __init__(self, points: PointSet, filtered: bool = True) -> None:
        self.points = points
        self.filtered = filtered
        self.floating = 0
        self.exact = 0

    def orientation(self, simplices: np.ndarray) -> np.ndarray:
        """Signs of det (1, z_i) for d+1 points each; array (N, d+1) of indices."""
        def entries(index: np.ndarray) -> tuple[Entries, Entries]:
            values, errors = [], []
            for i in range(1, index.shape[1]):
                difference, error = self._differences(index[:, i], index[:, 0])
                values.append(difference)
                errors.append(error)
            return values, errors

        return self._signs(simplices, entries, lambda row: sign(orientation(self._rows(row))))

    def in_sphere(self, simplices: np.ndarray, queries: np.ndarray) -> np.ndarray:
        """Sign 1 where a query lies inside the sphere of a positively oriented simplex.

        Args:
            simplices: array (N, d+1) of indices; a negative orientation turns the sign.
            queries: array (N,) of indices.
        """
        import numpy as np

        turn = -1.0 if self.points.dimension % 2 else 1.0

        def entries(index: np.ndarray) -> tuple[Entries, Entries]:
            values, errors = [], []
            for i in range(index.shape[1] - 1):
                difference, error = self._differences(index[:, i], index[:, -1])
                square, square_error = _square(difference, error)
                values.append([*difference, turn * square])
                errors.append([*error, square_error])
            return values, errors

        return self._signs(np.column_stack([simplices, queries]), entries,
                           lambda row: sign(in_sphere(self._rows(row))))

    def compact(self, faces: np.ndarray) -> np.ndarray:
        """1 where the points of a face lie on a hyperbolic sphere, 0 on a horosphere, else -1."""
        return self._signs(faces, lambda index: self._bordered(index, None),
                           lambda row: -sign(smallest_sphere_form(self._rows(row))))

    def outside(self, faces: np.ndarray, queries: np.ndarray) -> np.ndarray:
        """1, 0 or -1 where a query lies outside, on or inside the smallest sphere of a face."""
        import numpy as np

        return self._signs(np.column_stack([faces, queries]),
                           lambda index: self._bordered(index[:, :-1], index[:, -1]),
                           lambda row: sign(smallest_sphere_power(self._rows(row[:-1]),
                                                                  self.points.rows[row[-1]])))

    def _rows(self, index: Sequence[int]) -> list[tuple[Any, ...]]:
        return [self.points.rows[i] for i in index]

    def _signs(self, index: np.ndarray, entries: Callable[[np.ndarray], tuple[Entries, Entries]],
               exactly: Callable[[list[int]], int]) -> np.ndarray:
        import numpy as np

        signs = np.zeros(len(index), dtype=np.int8)
        if self.filtered:
            for start in range(0, len(index), BLOCK):
                values, errors = entries(index[start:start + BLOCK])
                signs[start:start + BLOCK] = filtered_signs(values, errors)
        unsure = np.flatnonzero(signs == 0)
        self.floating += len(index) - len(unsure)
        self.exact += len(unsure)
        for place, row in zip(unsure.tolist(), index[unsure].tolist()):
            signs[place] = exactly(row)
        return signs

    def _differences(self, left: np.ndarray, right: np.ndarray) -> tuple[list[Any], list[Any]]:
        """Coordinates of z_left - z_right, and bounds of their errors."""
        import numpy as np

        high, low = self.points.high, self.points.low
        values, errors = [], []
        for axis in range(self.points.dimension):
            a, b = high[left, axis], high[right, axis]
            coarse, fine = a - b, low[left, axis] - low[right, axis]
            value = coarse + fine
            values.append(value)
            # One rounding of each operation, and the part of z that high + low leaves out.
            errors.append(2 * UNIT * (np.abs(coarse) + np.abs(fine) + np.abs(value))
                          + 2.0**-104 * (np.abs(a) + np.abs(b)))
        return values, errors

    def _bordered(self, faces: np.ndarray, query: np.ndarray | None) -> tuple[Entries, Entries]:
        """The matrix (D_ij) of a face bordered by w, below it w again or the row of a query."""
        import numpy as np

        size = faces.shape[1]
        # (-2)^k, from writing D for -2 D, shows in the sign; rows are scaled, so put it in one row.
        turn = 1.0 if (size % 2 == 0) else -1.0
        zero = np.zeros(len(faces))
        values: Entries = [[zero] * size for _ in range(size)]
        errors: Entries = [[zero] * size for _ in range(size)]
        for i in range(size):
            for j in range(i):
                square, error = _square(*self._differences(faces[:, i], faces[:, j]))
                values[i][j] = values[j][i] = square
                errors[i][j] = errors[j][i] = error
        for i in range(size):
            weight = self.points.weight[faces[:, i]]
            values[i].append(weight)
            errors[i].append(4 * UNIT * weight)
        if query is None:
            values.append([turn * values[j][size] for j in range(size)] + [zero])
            errors.append([errors[j][size] for j in range(size)] + [zero])
            return values, errors
        squares = [_square(*self._differences(query, faces[:, j])) for j in range(size)]
        weight = self.points.weight[query]
        values.append([turn * square for square, _ in squares] + [turn * weight])
        errors.append([error for _, error in squares] + [4 * UNIT * weight])
        return values, errors


def _square(difference: Sequence[Any], error: Sequence[Any]) -> tuple[Any, Any]:
    """|e|^2 and a bound of its error, from e and bounds of its errors."""
    value: Any = 0.0
    bound: Any = 0.0
    for e, h in zip(difference, error):
        value = value + e * e
        bound = bound + h * (2 * abs(e) + h)
    return value, 1.01 * bound + 2 * (len(difference) + 2) * UNIT * value


# The exact forms, over any ring: integers for Poincare points, sums of roots for Klein points.

def euclidean(row: Sequence[Any]) -> list[Any]:
    """A positive multiple of (1, z): homogeneous Poincare coordinates of a row (Q, W)."""
    return [row[0] + row[-1], *row[1:-1]]


def orientation(rows: Sequence[Sequence[Any]]) -> Any:
    """A positive multiple of det (1, z_i)."""
    return determinant([euclidean(row) for row in rows])


def in_sphere(rows: Sequence[Sequence[Any]]) -> Any:
    """det (Q_i, W_i): positive when the last point lies inside the positively oriented sphere."""
    return determinant(rows)


def lorentz_product(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """<Q, Q'> = -Q_0 Q'_0 + Q_1 Q'_1 + ... of two rows (Q, W)."""
    return sum((a * b for a, b in zip(left[1:-1], right[1:-1])), -left[0] * right[0])


def smallest_sphere_form(rows: Sequence[Sequence[Any]]) -> Any:
    """det [[G, W], [W^T, 0]]: negative when the smallest sphere through the points is compact."""
    return determinant([[lorentz_product(p, q) for q in rows] + [p[-1]] for p in rows]
                       + [[q[-1] for q in rows] + [0]])


def smallest_sphere_power(rows: Sequence[Sequence[Any]], query: Sequence[Any]) -> Any:
    """det [[G, W], [g^T, W_v]]: negative when the query is inside the smallest sphere."""
    return determinant([[lorentz_product(p, q) for q in rows] + [p[-1]] for p in rows]
                       + [[lorentz_product(query, q) for q in rows] + [query[-1]]])
