"""Polar degrees of one lightning layer whose attention matrix has rank strictly between one and the width.

The layer V X X^T A X, A of rank at most a, 1 < a < d, is a product of vectors of linear forms Vx and A^T x (see
`ed_degrees`).  Let Y~ be the pairs (S, A) with S in Gr(a, d) and the columns of A in S: a projective bundle, smooth.
The morphism (S, A, V) -> function from Y~ x P(V) is birational onto the neurovariety, and at A of rank rho

    it loses (a - rho)(d - a) for the choice of S, where rho < a: in codimension (d - rho)(a - rho), which is more;
    it loses at most d - 1 besides where A = k q^T and V = w k^T, in codimension (d - 1)(a - 1) + d'(d - 1) together,
    more than (a - 1)(d - a) + d - 1.

So the polar degrees are those of the Chern classes of the product, as if it were embedded.  The integrals over Y~ are
those of the resolution of the variety of matrices of rank at most a, whose polar degrees are known: the sum that gives
polar degrees from Chern classes is inverted for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb


def chern_from_polar(polar: Sequence[int]) -> tuple[int, ...]:
    """Degrees of the Chern(-Mather) classes c_0, ..., c_m from polar degrees delta_0, ..., delta_m.

    Notes:
        delta_j = sum_i (-1)^i C(m + 1 - i, j + 1) c_i is triangular with ones on the diagonal; Piene's formula.

    Example:
        >>> chern_from_polar((4, 3)), chern_from_polar((0, 1))
        ((3, 2), (1, 2))
    """
    m = len(polar) - 1
    return tuple(sum((-1) ** j * comb(m + 1 - j, m + 1 - i) * polar[m - j] for j in range(i + 1)) for i in range(m + 1))


def product_polar_degrees(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Polar degrees of the Segre product of two varieties, from theirs.

    Example:
        >>> product_polar_degrees((0, 1), (0, 1))
        (2, 2, 2)
    """
    from neurocli.theorems.ed_degrees import polar_from_chern

    a, b = chern_from_polar(first), chern_from_polar(second)
    p, m = len(a) - 1, len(a) + len(b) - 2
    degrees = [sum(comb(m - i - j, p - i) * a[i] * b[j] for i in range(len(a)) for j in range(len(b)) if i + j == k)
               for k in range(m + 1)]
    return polar_from_chern(degrees)


def attention_of_middle_rank(d: int, out: int, rank: int) -> tuple[int, ...]:
    """Polar degrees of one layer of width d, with `out` outputs and attention of that rank.

    Example:
        >>> attention_of_middle_rank(3, 1, 2)[-1]
        108
    """
    from neurocli.theorems.determinantal import Determinantal

    return product_polar_degrees(Determinantal(d, d, rank).polar_degrees, (0,) * (d * out - 1) + (1,))
