"""Critical points of a generic form of rank r on a cone, from the polar degrees.

Let X be a cone over a projective variety of dimension m in P(V), Q a generic form of rank r with kernel K, u generic.
Critical points that do not interpolate are the points x with y = Q(x - u) not zero and ([x], [y]) in the
conormal variety N_X; y lies in the annihilator K^0 of dimension r.  GL(V) acts transitively on the incidence variety of
P(V) x P(V*), of dimension 2 dim V - 3, so by Kleiman's theorem N_X misses P(K) x P(K^0) and meets P(V) x P(K^0)
properly, in dimension r - 2.  There x mod K, y and u mod K are on a line of P(V / K), y moved there by the generic
isomorphism Q: K^0 = V / K, which no pair of the intersection identifies.  The class of that condition is the sum
of h^i h'^j over i + j = r - 2, so the number is

    delta_0 + ... + delta_(r - 2).

Interpolating points are X cut by a generic affine space of codimension r: none if r > m + 1, deg X = delta_m points if
r = m + 1, otherwise of dimension m + 1 - r and degree delta_m.  For r <= m + 1 a critical point that does
not interpolate is ramified: K meets the tangent space, as the image of that in V / K is orthogonal to y.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Part:
    """Critical points of one kind.

    Args:
        kind: "interpolating", "regular unramified", "ramified"; with " on the singular locus" after it for those.
        dimension, degree: of the closure of the part of highest dimension; -1 and 0 for none.
        loss: "zero", "not zero" (isolated points), "constant" (and not zero) or "varying".
    """

    kind: str
    dimension: int
    degree: int
    loss: str

    def to_json(self) -> dict[str, object]:
        """The part as plain data."""
        return dataclasses.asdict(self)


def generic_rank_split(polar: Sequence[int], rank: int) -> tuple[Part, ...]:
    """The critical points of a generic form of a rank, by kind, for a cone with these polar degrees.

    Example:
        >>> for part in generic_rank_split((4, 6, 4), 3):
        ...     print(part.kind, part.dimension, part.degree)
        interpolating 0 4
        ramified 0 10
    """
    m = len(polar) - 1
    parts = []
    if rank <= m + 1:
        parts.append(Part("interpolating", m + 1 - rank, polar[-1], "zero"))
    isolated = sum(polar[:max(rank - 1, 0)])
    if isolated:
        parts.append(Part("ramified" if rank <= m + 1 else "regular unramified", 0, isolated, "not zero"))
    return tuple(parts)


def isolated_points(parts: Sequence[Part]) -> int:
    """How many critical points off the singular locus are isolated.

    Example:
        >>> isolated_points(generic_rank_split((4, 6, 4), 2))
        4
    """
    return sum(p.degree for p in parts if p.dimension == 0 and "singular" not in p.kind)
