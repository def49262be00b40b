"""Relative representations over the rationals, and exact tests of their invariance.

A cosine is irrational, but sign(cos) cos^2 is rational for rational vectors and determines it; after
normalisation too, since only the variances s_i^2 enter, never the deviations s_i.  So equality of two
relative representations is an identity of fractions.

Reference:
    [garcia-castellanos-2024], [godfrey-2022]
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from fractions import Fraction

from neurocli.errors import DataError

Vector = tuple[Fraction, ...]
Matrix = Sequence[Sequence[Fraction]]


def signed_squares(latents: Matrix, anchors: Matrix, normalize: bool = False) -> list[Vector]:
    """sign(cos) cos^2 of every latent vector with every anchor, exactly.

    Args:
        latents: n rows of d rationals.
        anchors: k rows of d rationals.
        normalize: centre and scale the coordinates first, with the statistics of the latents.

    Raises:
        DataError: a zero vector or a constant coordinate (rows and coordinates from 1).

    Example:
        >>> [str(x) for x in signed_squares([(1, 1), (3, -4)], [(1, 0)], False)[1]]
        ['9/25']
    """
    width = len(latents[0])
    mean = [Fraction(0)] * width
    weight = [Fraction(1)] * width
    if normalize:
        mean, weight = _moments(latents)
    left = [_centred(row, mean) for row in latents]
    right = [_centred(row, mean) for row in anchors]
    scaled = [tuple(x * w for x, w in zip(row, weight)) for row in right]
    squares = []
    for name, rows in (("latents", left), ("anchors", right)):
        squares.append([sum((x * x * w for x, w in zip(row, weight)), Fraction(0)) for row in rows])
        if 0 in squares[-1]:
            raise DataError(f"{name}, row {squares[-1].index(Fraction(0)) + 1}: a zero vector"
                            f"{' after normalisation' if normalize else ''}: its cosine is undefined")
    return [tuple(_signed(sum((x * y for x, y in zip(row, other)), Fraction(0))) / (size * length)
                  for other, length in zip(scaled, squares[1]))
            for row, size in zip(left, squares[0])]


def _moments(latents: Matrix) -> tuple[list[Fraction], list[Fraction]]:
    count = len(latents)
    columns = [[Fraction(x) for x in column] for column in zip(*latents)]
    mean = [sum(column, Fraction(0)) / count for column in columns]
    variance = [sum(((x - m) ** 2 for x in column), Fraction(0)) / count for column, m in zip(columns, mean)]
    if 0 in variance:
        raise DataError(f"coordinate {variance.index(Fraction(0)) + 1} of the latents is constant: its variance "
                        "is zero", "leave the coordinate out, or do without --normalize")
    return mean, [1 / v for v in variance]


def _centred(row: Sequence[Fraction], mean: Sequence[Fraction]) -> Vector:
    return tuple(Fraction(x) - m for x, m in zip(row, mean))


def _signed(value: Fraction) -> Fraction:
    return value * abs(value)


@dataclasses.dataclass(frozen=True)
class AffineMap:
    """z -> M z + b over the rationals.

    Args:
        matrix: d rows of d rationals.
        shift: d rationals.
        name: the group it was drawn from.
    """

    matrix: tuple[Vector, ...]
    shift: Vector
    name: str

    def __call__(self, rows: Matrix) -> list[Vector]:
        return [tuple(sum((m * x for m, x in zip(line, row)), b) for line, b in zip(self.matrix, self.shift))
                for row in rows]


#: The groups that are tested, from the literature on symmetries of activations.
GROUPS = ("permutation", "positive diagonal", "signed diagonal", "translation", "permutation, diagonal, shift",
          "common scale", "orthogonal")


def random_map(group: str, width: int, seed: int) -> AffineMap:
    """A random rational element of one of `GROUPS`.

    Notes:
        An orthogonal matrix is a product of two reflections in rational hyperplanes.
    """
    draw = random.Random(f"{seed} {group} {width}")
    identity = [[Fraction(int(i == j)) for j in range(width)] for i in range(width)]
    matrix, shift = identity, [Fraction(0)] * width

    def factor(signed: bool) -> Fraction:
        return Fraction(draw.randint(2, 9), draw.choice([1, 11, 13])) * (draw.choice([-1, 1]) if signed else 1)

    if group.startswith("permutation"):
        order = draw.sample(range(width), width)
        if width > 1 and order == sorted(order):
            order = order[1:] + order[:1]
        matrix = [identity[i] for i in order]
    if "diagonal" in group:
        scales = [factor(signed="positive" not in group) for _ in range(width)]
        if "positive" not in group:
            scales[0] = -abs(scales[0])  # at least one sign turns
        matrix = [[x * s for x, s in zip(row, scales)] for row in matrix]
    if group == "translation" or "shift" in group:
        shift = [Fraction(draw.randint(-9, 9) or 1, 7) for _ in range(width)]
    if group == "common scale":
        scale = factor(signed=False)
        matrix = [[x * scale for x in row] for row in matrix]
    if group == "orthogonal":
        for _ in range(2):
            normal = [Fraction(draw.randint(-5, 5) or 1) for _ in range(width)]
            size = sum((x * x for x in normal), Fraction(0))
            matrix = [[x - 2 * sum((a * b for a, b in zip(row, normal)), Fraction(0)) * y / size
                       for x, y in zip(row, normal)] for row in matrix]
    return AffineMap(tuple(map(tuple, matrix)), tuple(shift), group)


@dataclasses.dataclass(frozen=True)
class InvarianceTest:
    """Whether relative representations agree before and after a map, exactly.

    Args:
        group: what the map was drawn from.
        normalize: which transform.
        invariant: all entries agree as fractions.
        witness: row and anchor (from 1) of the first entry that differs, or None.
        before, after: that entry, as sign(cos) cos^2.
    """

    group: str
    normalize: bool
    invariant: bool
    witness: tuple[int, int] | None = None
    before: Fraction | None = None
    after: Fraction | None = None


def compare(left: Sequence[Vector], right: Sequence[Vector], group: str, normalize: bool) -> InvarianceTest:
    """Compare two exact relative representations entry by entry."""
    for i, (row, other) in enumerate(zip(left, right)):
        for j, (a, b) in enumerate(zip(row, other)):
            if a != b:
                return InvarianceTest(group, normalize, False, (i + 1, j + 1), a, b)
    return InvarianceTest(group, normalize, True)


def invariance(latents: Matrix, anchors: Matrix, seed: int = 0) -> list[InvarianceTest]:
    """Test both transforms under a random element of each group, exactly over Q.

    Args:
        latents: n rows of d rationals.
        anchors: k rows of d rationals.
        seed: seed of the group elements.

    Notes:
        The normalised transform is invariant under the whole group z -> P D z + b: means and variances
        follow the map, (z_i - m_i)(a_i - m_i) / s_i^2 is unchanged by each scale and shift, and sums over i
        by permutations.  The plain one is invariant under orthogonal maps and a common scale.  A test that
        fails is a counterexample.

    Example:
        >>> tests = invariance([(1, 2), (3, 5), (0, -1)], [(1, 0), (2, 7)])
        >>> sorted(t.group for t in tests if t.normalize and not t.invariant)
        ['orthogonal']
    """
    found = []
    for normalize in (False, True):
        before = signed_squares(latents, anchors, normalize)
        for group in GROUPS:
            move = random_map(group, len(latents[0]), seed)
            after = signed_squares(move(latents), move(anchors), normalize)
            found.append(compare(before, after, group, normalize))
    return found
