"""Dimension of the image of the relative transform, against that of a complete invariant.

All n points serve as anchors.  The transform is invariant under its group, and the question is how
much else it forgets: the dimension of its image on n generic points of R^d, by the rank of its Jacobian
modulo a prime, compared with the dimension of the orbit space.

Reference:
    [garcia-castellanos-2024]
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from neurocli.errors import TooLarge, UsageError

if TYPE_CHECKING:
    import numpy as np

#: Largest Jacobian, in entries.
LARGEST_JACOBIAN = 4 * 10**7


@dataclasses.dataclass(frozen=True)
class ImageDimension:
    """Generic dimension of the image of the relative transform of n points in R^d.

    Args:
        points, dimension: n and d.
        normalized: which transform.
        rank: rank of the Jacobian modulo `prime` at the point of `seed`: a proved lower bound.
        upper: a proved upper bound.
        complete: dimension of the orbit space, that is of the image of a complete invariant.
        prime, seed: what reproduces the rank.
    """

    points: int
    dimension: int
    normalized: bool
    rank: int
    upper: int
    complete: int
    prime: int
    seed: int

    @property
    def proved(self) -> bool:
        """Whether the bounds meet."""
        return self.rank == self.upper

    @property
    def gap(self) -> int:
        """How many dimensions the transform forgets beyond its group."""
        return self.complete - self.rank


def image_dimension(points: int, dimension: int, normalized: bool = True, prime: int = 2**31 - 1,
                    seed: int = 0) -> ImageDimension:
    """Dimension of the image of the (plain or normalised) relative transform of n generic points.

    Args:
        points: n, at least 2.
        dimension: d, at least 1.
        normalized: with normalised coordinates.
        prime: below 2^31.
        seed: seed of the point.

    Raises:
        UsageError: too few points or dimensions.
        TooLarge: the Jacobian has too many entries.

    Notes:
        Coordinates of the map are f_ij = g_ij^2 / (g_ii g_jj), i < j, with the Gram matrix g of the points,
        weighted by 1 / variance after centring for the normalised transform.  Where no g vanishes, the rank
        of their Jacobian is that of the logarithms, 2 dg_ij / g_ij - dg_ii / g_ii - dg_jj / g_jj.

        Upper bounds.  There are n(n-1)/2 cosines.  They determine and are determined by the points up to
        O(d) and a scale for each point, so for n >= d the image has dimension at most nd - n - d(d-1)/2; the
        normalised transform is the plain one on normalised points, so its image lies in that image, and its
        domain modulo the group has dimension nd - 2d.  For n <= d normalised points are n vectors with sum
        zero: their matrix of cosines is singular, at most n(n-1)/2 - 1 dimensions.

        A complete invariant has the dimension of the orbit space: nd - 2d for permutations, diagonal maps and
        translations, and nd - d(d-1)/2 - 1 for O(d) with a common scale when n >= d.

    Example:
        >>> found = image_dimension(6, 2)
        >>> found.rank, found.proved, found.complete, found.gap
        (5, True, 8, 3)
    """
    from neurocli.algebra.matrices import rank
    from neurocli.algebra.primes import check_prime

    if points < 2 or dimension < 1:
        raise UsageError(f"{points} points in dimension {dimension}", "at least 2 points and dimension 1")
    entries = points * (points - 1) // 2 * points * dimension
    if entries > LARGEST_JACOBIAN:
        raise TooLarge(f"a Jacobian of {entries:,} entries, {entries * 8 / 1e9:.1f} GB")
    check_prime(prime)
    # At a random point no inner product may vanish: with n^2/2 of them that needs a prime well above n^2.
    if not 16 * points**2 < prime < 2**31:
        raise UsageError(f"--prime: read {prime}", f"a prime between {16 * points**2} and 2^31")
    jacobian = log_jacobian(points, dimension, normalized, prime, seed)
    return ImageDimension(points, dimension, normalized, rank(jacobian, prime),
                          upper_bound(points, dimension, normalized),
                          complete_dimension(points, dimension, normalized), prime, seed)


def upper_bound(points: int, dimension: int, normalized: bool) -> int:
    """A proved bound for the dimension of the image (see `image_dimension`)."""
    n, d = points, dimension
    bounds = [n * (n - 1) // 2]
    if n >= d:
        bounds.append(n * d - n - d * (d - 1) // 2)
    if normalized:
        bounds.append(n * d - 2 * d)
        if n <= d:
            bounds.append(n * (n - 1) // 2 - 1)
    return min(bounds)


def complete_dimension(points: int, dimension: int, normalized: bool) -> int:
    """Dimension of the space of orbits of n points of R^d under the group of the transform.

    Notes:
        n < d vectors are fixed by the orthogonal group of the complement of their span, so the orbits of O(d)
        have dimension d(d-1)/2 - (d-n)(d-n-1)/2.
    """
    n, d = points, dimension
    if normalized:
        return n * d - 2 * d
    rest = max(d - n, 0)
    return n * d - (d * (d - 1) - rest * (rest - 1)) // 2 - 1


def log_jacobian(points: int, dimension: int, normalized: bool, prime: int, seed: int) -> np.ndarray:
    """Rows 2 dg_ij / g_ij - dg_ii / g_ii - dg_jj / g_jj modulo a prime, at a random point.

    Returns:
        array (n(n-1)/2, n d) of residues; columns by point, then coordinate.

    Notes:
        With c the centred points, q_k = 1 / v_k and v_k = (1/n) sum_l c_lk^2,
        g_ij = sum_k q_k c_ik c_jk has the derivative, with respect to z_lk,

            q_k (e_il c_jk + e_jl c_ik) - q_k^2 (2/n) c_lk c_ik c_jk,    e_il = delta_il - 1/n:

        every column k is one outer computation in n and l.
    """
    import numpy as np

    n, d, p = points, dimension, prime
    attempt = 0
    while True:
        z = np.random.default_rng([seed, attempt]).integers(0, p, size=(n, d), dtype=np.int64)
        weights = np.ones(d, dtype=np.int64)
        shift = 0
        if normalized:
            shift = pow(n, -1, p)
            z = (z - z.sum(axis=0) % p * shift % p) % p
            variances = (z * z % p).sum(axis=0) % p * shift % p
            weights = np.array([pow(int(v), -1, p) if v else 0 for v in variances], dtype=np.int64)
        gram = np.zeros((n, n), dtype=np.int64)
        for k in range(d):
            gram = (gram + (weights[k] * z[:, k] % p)[:, None] * z[None, :, k]) % p
        if gram.all() and weights.all():
            break
        attempt += 1
    derivative = np.zeros((n, n, n, d), dtype=np.int64)  # of g_ij with respect to z_lk
    unit = (np.eye(n, dtype=np.int64) - shift) % p
    for k in range(d):
        c = z[:, k]
        plain = (unit[:, None, :] * c[None, :, None] % p + unit[None, :, :] * c[:, None, None] % p) % p
        value = weights[k] * plain % p
        if normalized:
            spread = weights[k] * weights[k] % p * 2 % p * shift % p
            products = (c[:, None] * c[None, :] % p)[:, :, None] * c[None, None, :] % p
            value = (value - spread * products) % p
        derivative[:, :, :, k] = value
    inverse = np.array([[pow(int(g), -1, p) for g in row] for row in gram], dtype=np.int64)
    scaled = (derivative * inverse[:, :, None, None] % p).reshape(n, n, n * d)
    diagonal = scaled[np.arange(n), np.arange(n)]
    i, j = np.triu_indices(n, 1)
    return np.asarray((2 * scaled[i, j] - diagonal[i] - diagonal[j]) % p)

