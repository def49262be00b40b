"""Exact isometries of the Poincare ball: translations and reflections with rational coefficients.

Every rational point is the image of the origin under a rational translation, and reflections in
rational vectors generate a dense subgroup of the orthogonal group; so invariance under isometries
can be tested as an identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from neurocli.errors import DataError

Point = Sequence[Fraction]


def translate(by: Point, points: Sequence[Point]) -> list[tuple[Fraction, ...]]:
    """The hyperbolic translation that takes the origin to a given point, by Moebius addition.

    Args:
        by: d rationals, inside the unit ball.
        points: n rows of d rationals.

    Raises:
        DataError: `by` lies on or outside the ball.

    Notes:
        a + z = ((1 + 2 a.z + |z|^2) a + (1 - |a|^2) z) / (1 + 2 a.z + |a|^2 |z|^2).

    Example:
        >>> translate([Fraction(1, 2), 0], [(0, 0), (Fraction(-1, 2), 0)])
        [(Fraction(1, 2), Fraction(0, 1)), (Fraction(0, 1), Fraction(0, 1))]
    """
    size = sum((Fraction(x) ** 2 for x in by), Fraction(0))
    if size >= 1:
        raise DataError("a translation takes the origin to a point inside the ball")
    images = []
    for z in points:
        square = sum((Fraction(x) ** 2 for x in z), Fraction(0))
        twice = 2 * sum((Fraction(a) * x for a, x in zip(by, z)), Fraction(0))
        below = 1 + twice + size * square
        images.append(tuple(((1 + twice + square) * a + (1 - size) * x) / below for a, x in zip(by, z)))
    return images


def reflect(normal: Point, points: Sequence[Point]) -> list[tuple[Fraction, ...]]:
    """The reflection in the hyperplane through the origin with a given normal.

    Example:
        >>> reflect([1, -1], [(Fraction(1, 2), 0)])
        [(Fraction(0, 1), Fraction(1, 2))]
    """
    size = sum((Fraction(x) ** 2 for x in normal), Fraction(0))
    if not size:
        raise DataError("a reflection needs a normal that is not zero")
    images = []
    for z in points:
        factor = 2 * sum((Fraction(a) * x for a, x in zip(normal, z)), Fraction(0)) / size
        images.append(tuple(x - factor * a for a, x in zip(normal, z)))
    return images
