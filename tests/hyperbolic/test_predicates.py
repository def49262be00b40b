"""Predicates: the floating-point filter against exact arithmetic, and both against other formulas."""

from __future__ import annotations

import random
from fractions import Fraction

import hyperbolic_cases as cases
import numpy as np
import pytest

from neurocli.hyperbolic import conformal
from neurocli.hyperbolic.models import coordinates
from neurocli.hyperbolic.points import PointSet, point_set
from neurocli.hyperbolic.predicates import Predicates
from neurocli.hyperbolic.roots import sign


def tuples(points: PointSet, count: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return np.array([draw.choice(len(points), points.dimension + 2, replace=False) for _ in range(count)])


def all_signs(decide: Predicates, index: np.ndarray) -> list[np.ndarray]:
    found = [decide.orientation(index[:, :-1]), decide.in_sphere(index[:, :-1], index[:, -1])]
    for size in range(2, index.shape[1]):
        found.append(decide.compact(index[:, :size]))
        found.append(decide.outside(index[:, :size], index[:, -1]))
    return found


def near_grid(dimension: int, seed: int) -> list[tuple[float, ...]]:
    """A grid of doubles, each moved by a few units in the last place: the worst for a filter."""
    draw = random.Random(seed)
    return [tuple(float(x) * (1 + draw.randint(-4, 4) * 2.0**-52) for x in p)
            for p in cases.grid(dimension, 2, 5) if sum(x * x for x in p) < 1]


@pytest.mark.parametrize("model", ["poincare", "klein"])
@pytest.mark.parametrize("dimension", [2, 3, 4])
def test_filter_agrees_with_exact_arithmetic(dimension: int, model: str) -> None:
    inputs = [cases.random_points(25, dimension, 1), near_grid(dimension, 2),
              [p for p in cases.grid(dimension, 2, 5) if sum(x * x for x in p) < 1]]
    for given in inputs:
        points = point_set(given[:300], model)
        index = tuples(points, 40 if model == "klein" else 150, dimension)
        quick, slow = Predicates(points), Predicates(points, filtered=False)
        for a, b in zip(all_signs(quick, index), all_signs(slow, index)):
            assert a.tolist() == b.tolist()
        assert slow.floating == 0
        assert quick.floating > 0


def test_filter_decides_clear_cases_and_leaves_degenerate_ones() -> None:
    points = point_set(cases.random_points(60, 3, 5))
    decide = Predicates(points)
    all_signs(decide, tuples(points, 200, 0))
    assert decide.exact == 0
    square = point_set([(.5, 0), (0, .5), (-.5, 0), (0, -.5)])
    decide = Predicates(square)
    assert decide.in_sphere(np.array([[0, 1, 2]]), np.array([3])).tolist() == [0]
    assert decide.exact == 1


def test_filter_near_the_boundary_of_the_ball() -> None:
    draw = random.Random(3)
    given = []
    for _ in range(40):
        turn = Fraction(draw.randint(-99, 99), 100 + draw.randint(0, 40))
        radius = 1 - Fraction(1, 10 ** draw.randint(3, 30))
        given.append((radius * (1 - turn**2) / (1 + turn**2), radius * 2 * turn / (1 + turn**2)))
    points = point_set(given)
    index = tuples(points, 300, 1)
    for a, b in zip(all_signs(Predicates(points), index), all_signs(Predicates(points, False), index)):
        assert a.tolist() == b.tolist()


def in_pencil(points: list[cases.Point], p: int, q: int, r: int) -> bool:
    """Whether r is outside the smallest hyperbolic circle of pq, from its Klein midpoint."""
    klein = coordinates(point_set(points), "lorentz")
    # The hyperbolic midpoint of two hyperboloid points is a multiple of their sum.
    middle = [a + b for a, b in zip(klein[p], klein[q])]

    def nearness(v: int) -> Fraction:
        return sum((a * b for a, b in zip(middle[1:], klein[v][1:])), -middle[0] * klein[v][0])

    return nearness(r) <= nearness(p)


def test_outside_is_nearness_to_the_hyperbolic_midpoint() -> None:
    given = cases.random_points(12, 3, 8, denominator=9)
    points = point_set(given)
    decide = Predicates(points)
    for p in range(12):
        for q in range(p):
            for r in set(range(12)) - {p, q}:
                outside = decide.outside(np.array([[p, q]]), np.array([r]))[0] >= 0
                assert outside == in_pencil(given, p, q, r)


def test_circle_is_compact_exactly_when_inside_the_disk() -> None:
    # 4 |c|^2 < (1 + k)^2 and 1 + k > 0 for the circle |z|^2 - 2 c.z + k = 0.
    for seed in range(300):
        given = cases.random_points(3, 2, seed, denominator=7)
        (x0, y0), (x1, y1), (x2, y2) = given
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        found = Predicates(point_set(given)).compact(np.array([[0, 1, 2]]))[0]
        if not area:
            assert found == -1
            continue
        n0, n1, n2 = (x * x + y * y for x, y in given)
        cx = ((n1 - n0) * (y2 - y0) - (n2 - n0) * (y1 - y0)) / (2 * area)
        cy = ((x1 - x0) * (n2 - n0) - (x2 - x0) * (n1 - n0)) / (2 * area)
        k = 2 * cx * x0 + 2 * cy * y0 - n0
        value = (1 + k) ** 2 - 4 * (cx**2 + cy**2)
        assert found == (sign(value) if 1 + k > 0 else -1)


def test_horocycle_is_recognised_exactly() -> None:
    # The circle with centre (1/2, 0) and radius 1/2 touches the boundary at (1, 0).
    on = [(Fraction(1, 2) + Fraction(1 - t * t, 2 * (1 + t * t)), Fraction(t, 1 + t * t))
          for t in (Fraction(1, 2), Fraction(-2), Fraction(3))]
    assert Predicates(point_set(on)).compact(np.array([[0, 1, 2]])).tolist() == [0]


def klein_circle(radius: Fraction, turns: list[Fraction]) -> list[cases.Point]:
    return [(radius * (1 - t * t) / (1 + t * t), radius * 2 * t / (1 + t * t)) for t in turns]


def test_klein_points_on_one_circle_are_recognised_through_the_roots() -> None:
    turns = [Fraction(n, 3) for n in range(-5, 6)]
    # sqrt(1 - 1/4) is irrational: all weights are one root.  A rational boost makes them differ.
    circle = klein_circle(Fraction(1, 2), turns)
    boosted = [((5 * x + 3) / (5 + 3 * x), 4 * y / (5 + 3 * x)) for x, y in circle]
    for given in (circle, boosted):
        points = point_set(given, "klein")
        index = tuples(points, 60, 4)
        assert not Predicates(points).in_sphere(index[:, :-1], index[:, -1]).any()
        moved = [*given[:-1], (given[-1][0], given[-1][1] + Fraction(1, 10**30))]
        assert Predicates(point_set(moved, "klein")).in_sphere(
            np.array([[0, 1, 2]]), np.array([len(turns) - 1])).any()


def degenerate_or_random(count: int) -> list[list[cases.Point]]:
    """Sets of four planar points, many of them collinear, cocircular, on horocycles or right angles."""
    draw = random.Random(11)
    found = []
    for n in range(count):
        denominator = draw.choice([2, 3, 5, 10**9]) if n % 2 else 5
        found.append(cases.random_points(4, 2, n, denominator))
    return found


def test_conformal_algebra_gives_the_same_signs() -> None:
    in_circle, compact, outside = (conformal.in_sphere_form(2), conformal.compact_form(2),
                                   conformal.outside_form(2, 2))
    zeros = [0, 0, 0]
    triangle, last = np.array([[0, 1, 2]]), np.array([3])
    for given in degenerate_or_random(2000):
        decide = Predicates(point_set(given))
        pairs = [(sign(in_circle(*given)), decide.in_sphere(triangle, last)[0]),
                 (sign(compact(*given[:3])), decide.compact(triangle)[0]),
                 (sign(outside(*given[:3])), decide.outside(triangle[:, :2], np.array([2]))[0])]
        for kind, (a, b) in enumerate(pairs):
            assert a == b, (kind, given)
            zeros[kind] += a == 0
    assert min(zeros) > 10


@pytest.mark.slow
def test_conformal_algebra_of_space_gives_the_same_signs() -> None:
    in_sphere = conformal.in_sphere_form(3)
    for seed in range(1000):
        given = cases.random_points(5, 3, seed, denominator=4)
        found = Predicates(point_set(given)).in_sphere(np.array([[0, 1, 2, 3]]), np.array([4]))[0]
        assert sign(in_sphere(*given)) == found


def test_galgebra_stays_silent_and_lazy(capfd: pytest.CaptureFixture[str]) -> None:
    conformal.ConformalAlgebra(2, 2)
    assert capfd.readouterr().out == ""
