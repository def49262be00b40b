"""Two-layer networks as secant varieties: Alexander-Hirschowitz and a classical defective case.

A network (n, k, 1) with activation x^r sends its weights to sum_i c_i l_i^r: the k-th secant
variety of the Veronese variety of degree r.  With m outputs it is the k-th secant variety of a
Segre-Veronese variety P^(m-1) x P^(n-1) embedded by O(1, r).
"""

from __future__ import annotations

from math import comb

#: (n, r, k): variables, degree, summands where the secant variety falls one short [AH 1995].
EXCEPTIONS = {(3, 4, 5), (4, 4, 9), (5, 4, 14), (5, 3, 7)}


def forms(degree: int, variables: int) -> int:
    """Dimension of the space of forms.

    Example:
        >>> forms(4, 3)
        15
    """
    return comb(degree + variables - 1, variables - 1)


def power_sums(n: int, r: int, k: int) -> int:
    """Affine dimension of the closure of the sums of k r-th powers of linear forms in n variables.

    Quadrics (r = 2) of rank at most k; for r >= 3 the theorem of Alexander and Hirschowitz.
    Reference: [alexander-hirschowitz-1995].

    Example:
        >>> power_sums(3, 2, 2), power_sums(3, 4, 5), power_sums(3, 4, 6)
        (5, 14, 15)
    """
    if r == 1:
        return n
    if r == 2:
        rank = min(k, n)
        return rank * n - rank * (rank - 1) // 2
    expected = min(k * n, forms(r, n))
    return expected - ((n, r, k) in EXCEPTIONS)


def defective_segre_veronese(n: int, r: int, k: int, outputs: int) -> tuple[int, str, str] | None:
    """A classical defective case with several outputs: (dimension, its name, citation), or None.

    Pairs of plane cubics (P^1 x P^2 by O(1,3), five summands) [london-1890]; and by O(1,2) nets of
    quadrics in an even number 2h + 2 of variables with 3h + 2 summands, and five quadrics in
    four variables with six summands [abo-brambilla-2009].  Each falls one short of what is expected.

    Example:
        >>> defective_segre_veronese(4, 2, 5, 3)[0]
        29
    """
    expected = min(k * (n + outputs - 1), outputs * forms(r, n))
    if (n, r, k, outputs) == (3, 3, 5, 2):
        return expected - 1, "pairs of plane cubics as sums of five common cubes", "london-1890"
    if r == 2 and outputs == 3 and n >= 4 and n % 2 == 0 and k == 3 * (n // 2 - 1) + 2:
        return expected - 1, f"nets of quadrics in {n} variables as sums of {k} common squares", "abo-brambilla-2009"
    if (n, r, k, outputs) == (4, 2, 6, 5):
        return expected - 1, "five quadrics in four variables as sums of six common squares", "abo-brambilla-2009"
    return None
