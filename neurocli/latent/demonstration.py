"""The demonstration: two encoders of the same data, different only by a symmetry of their coordinates.

Encoder B is encoder A with its coordinates permuted, scaled (one of them by a negative number) and
shifted.  Plain cosines with the same anchors differ; normalised ones agree, exactly.

Reference:
    [garcia-castellanos-2024]
"""

from __future__ import annotations

import dataclasses
import random
from fractions import Fraction

from neurocli.errors import UsageError
from neurocli.latent.exact import AffineMap, InvarianceTest, Vector, compare, random_map, signed_squares
from neurocli.latent.relative import relative_transform


@dataclasses.dataclass(frozen=True)
class Demonstration:
    """What the two encoders make of the same data.

    Args:
        first, second: latents of A and of B, n rows of d rationals.
        anchors: the first `anchors` rows are the anchors.
        move: the map from A to B.
        plain, normalised: the exact comparisons of the relative representations.
        plain_difference, normalised_difference: largest difference of a cosine in floating point.
    """

    first: tuple[Vector, ...]
    second: tuple[Vector, ...]
    anchors: int
    move: AffineMap
    plain: InvarianceTest
    normalised: InvarianceTest
    plain_difference: float
    normalised_difference: float


def demonstrate(count: int = 40, width: int = 6, anchors: int = 8, seed: int = 0) -> Demonstration:
    """Encode random rational data twice and compare the relative representations exactly.

    Args:
        count: number of data points.
        width: number of latent coordinates.
        anchors: number of anchors, among the data points.
        seed: of everything random.

    Raises:
        UsageError: sizes that mean nothing.

    Example:
        >>> shown = demonstrate()
        >>> shown.plain.invariant, shown.normalised.invariant
        (False, True)
    """
    import numpy as np

    if not 1 <= anchors <= count or width < 2 or count < 3:
        raise UsageError(f"{count} points, {width} coordinates, {anchors} anchors",
                         "at least 3 points and 2 coordinates, and no more anchors than points")
    draw = random.Random(f"{seed} encoder")
    first = tuple(tuple(Fraction(draw.randint(-99, 99) or 1, 10) for _ in range(width)) for _ in range(count))
    group = "permutation, diagonal, shift"
    move = random_map(group, width, seed)
    second = tuple(move(first))
    tests, differences = [], []
    for normalize in (False, True):
        tests.append(compare(signed_squares(first, first[:anchors], normalize),
                             signed_squares(second, second[:anchors], normalize), group, normalize))
        a, b = (np.array([[float(x) for x in row] for row in rows]) for rows in (first, second))
        differences.append(float(np.abs(relative_transform(a, a[:anchors], normalize)
                                        - relative_transform(b, b[:anchors], normalize)).max()))
    return Demonstration(first, second, anchors, move, tests[0], tests[1], differences[0], differences[1])
