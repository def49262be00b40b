"""Point sets shared by the tests of `neurocli.hyperbolic`."""

from __future__ import annotations

import random
from fractions import Fraction
from importlib.resources import files

from neurocli.formats.labelled_table import LabelledTable, read_labelled_table

Point = tuple[Fraction, ...]


def olsson() -> LabelledTable:
    """382 blood cells of 9 types in the Poincare disk (Olsson et al. 2016, Poincare map embedding)."""
    return read_labelled_table(str(files("neurocli.examples").joinpath("olsson_poincare.csv")))


def random_points(count: int, dimension: int, seed: int, denominator: int = 10**6,
                  radius: Fraction = Fraction(1)) -> list[Point]:
    """Different rational points inside a ball."""
    draw = random.Random(seed)
    found: dict[Point, None] = {}
    while len(found) < count:
        whole = [draw.randint(-denominator, denominator) for _ in range(dimension)]
        point = tuple(Fraction(x, denominator) for x in whole)
        if sum(x * x for x in point) < radius * radius:
            found[point] = None
    return list(found)


def grid(dimension: int, reach: int, denominator: int) -> list[Point]:
    """A cubic grid: as degenerate as points can be."""
    points: list[Point] = [()]
    for _ in range(dimension):
        points = [(*p, Fraction(i, denominator)) for p in points for i in range(-reach, reach + 1)]
    return points
