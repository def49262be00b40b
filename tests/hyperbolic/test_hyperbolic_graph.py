"""The hyperbolic Delaunay and Gabriel graphs against independent characterisations."""

from __future__ import annotations

from fractions import Fraction as Q

import hyperbolic_cases as cases
import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.optimize import nnls

from neurocli.hyperbolic.delaunay import delaunay
from neurocli.hyperbolic.graph import hyperbolic_graph
from neurocli.hyperbolic.isometries import reflect, translate
from neurocli.hyperbolic.models import coordinates
from neurocli.hyperbolic.points import PointSet, point_set
from neurocli.hyperbolic.verification import fault


def edges(points: PointSet, method: str = "auto") -> set[tuple[int, int]]:
    return {(a, b) for a, b in hyperbolic_graph(points, method).edges.tolist()}


def gabriel(points: PointSet) -> set[tuple[int, int]]:
    graph = hyperbolic_graph(points)
    return {(a, b) for a, b in graph.edges[graph.gabriel].tolist()}


def voronoi_distance(hyperboloid: np.ndarray, p: int, q: int) -> float:
    """Least norm in the Voronoi facet of p, q in the Klein model; infinite when it is empty.

    The facet is given by linear conditions, so this is a least-distance problem, solved through
    non-negative least squares (Lawson and Hanson).
    """
    time, space = hyperboloid[:, 0], hyperboloid[:, 1:]
    normal, offset = space[p] - space[q], time[p] - time[q]
    base = normal * offset / (normal @ normal)
    frame = null_space(normal[None, :])
    rest = [r for r in range(len(time)) if r not in (p, q)]
    rows, bounds = space[p] - space[rest], time[p] - time[rest]
    g, h = rows @ frame, bounds - rows @ base
    scale = np.maximum(np.abs(g).max(axis=1), np.abs(h)) + 1e-300
    stacked = np.vstack([(g / scale[:, None]).T, (h / scale)[None, :]])
    target = np.zeros(len(stacked))
    target[-1] = 1
    solution, residual = nnls(stacked, target)
    if residual < 1e-7:
        return float("inf")
    r = stacked @ solution - target
    return float(np.hypot(np.linalg.norm(base), np.linalg.norm(-r[:-1] / r[-1])))


@pytest.mark.parametrize(("count", "dimension", "seed"),
                         [(40, 2, 0), (30, 2, 1), (25, 3, 2), (18, 4, 3), (9, 5, 4)])
def test_edges_are_the_voronoi_facets_that_meet_the_ball(count: int, dimension: int, seed: int) -> None:
    points = point_set(cases.random_points(count, dimension, seed))
    hyperboloid = np.array([[float(x) for x in row] for row in coordinates(points, "lorentz")])
    found = edges(points)
    for q in range(count):
        for p in range(q):
            distance = voronoi_distance(hyperboloid, p, q)
            assert abs(distance - 1) > 1e-6  # clear of the boundary: doubles can tell
            assert ((p, q) in found) == (distance < 1), (p, q, distance)


def edges_by_definition(points: PointSet) -> set[tuple[int, int]]:
    """Planar edges straight from the definition, exactly: the Voronoi facet of p, q in the Klein disk.

    The facet is an interval of the bisector x_0 + t u, cut out by one linear inequality per other point; the
    cells share a facet in the space when the interval has positive length and meets the open disk.
    """
    z = [[Q(x) for x in row] for row in coordinates(points, "lorentz")]
    found = set()
    for q in range(len(z)):
        for p in range(q):
            (tp, *vp), (tq, *vq) = z[p], z[q]
            nx, ny, offset = vp[0] - vq[0], vp[1] - vq[1], tp - tq
            size = nx * nx + ny * ny
            x0, y0, ux, uy = nx * offset / size, ny * offset / size, -ny, nx
            low: Q | None = None
            high: Q | None = None
            empty = False
            for r in range(len(z)):
                if r in (p, q):
                    continue
                # x . (v_p - v_r) >= t_p - t_r along the bisector: slope t >= bound.
                wx, wy = vp[0] - z[r][1], vp[1] - z[r][2]
                slope, bound = ux * wx + uy * wy, tp - z[r][0] - x0 * wx - y0 * wy
                if slope > 0:
                    low = bound / slope if low is None else max(low, bound / slope)
                elif slope < 0:
                    high = bound / slope if high is None else min(high, bound / slope)
                else:
                    empty = empty or bound > 0
            if empty or (low is not None and high is not None and low >= high):
                continue
            # The foot of the perpendicular from the origin is t = 0, as (x0, y0) is parallel to n.
            nearest = Q(0)
            nearest = nearest if low is None else max(nearest, low)
            nearest = nearest if high is None else min(nearest, high)
            if (x0 + nearest * ux) ** 2 + (y0 + nearest * uy) ** 2 < 1:
                found.add((p, q))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_planar_edges_straight_from_the_definition(seed: int) -> None:
    denominator = (2, 3, 4, 5, 7, 10)[seed % 6]
    given = cases.random_points(min(3 + seed % 10, 8 if denominator == 2 else 20), 2, seed, denominator)
    for rows in (given, translate((Q(1, 3), Q(-2, 5)), given)):
        points = point_set(rows)
        assert edges(points) == edges(points, "incremental") == edges_by_definition(points)


def pencil_edges(points: PointSet) -> set[tuple[int, int]]:
    """Planar edges by the pencil of circles through both ends: a quadratic in one parameter.

    The edge stays when 4 |c|^2 < (1 + k)^2 and 1 + k > 0 somewhere on the segment between the two
    circles (or the ray from one, at the hull).
    """
    graph = hyperbolic_graph(points)
    found = graph.triangulation
    z = coordinates(points, "poincare")

    def circle(index: list[int]) -> tuple[Q, Q, Q]:
        (x0, y0), (x1, y1), (x2, y2) = (z[i] for i in index)
        n0, n1, n2 = (x * x + y * y for x, y in (z[i] for i in index))
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        cx = ((n1 - n0) * (y2 - y0) - (n2 - n0) * (y1 - y0)) / (2 * area)
        cy = ((x1 - x0) * (n2 - n0) - (x2 - x0) * (n1 - n0)) / (2 * area)
        return cx, cy, 2 * cx * x0 + 2 * cy * y0 - n0

    def meets(start: tuple[Q, Q, Q], step: tuple[Q, Q, Q], end: Q | None) -> bool:
        def value(t: Q) -> tuple[Q, Q]:
            cx, cy, k = (a + t * b for a, b in zip(start, step))
            return (1 + k) ** 2 - 4 * (cx * cx + cy * cy), 1 + k

        def inside(t: Q) -> bool:
            form, positive = value(t)
            return form > 0 and positive > 0

        # value(t)[0] = a t^2 + 2 b t + const: look at the ends, the vertex, and far out.
        a = step[2] ** 2 - 4 * (step[0] ** 2 + step[1] ** 2)
        b = (1 + start[2]) * step[2] - 4 * (start[0] * step[0] + start[1] * step[1])
        if inside(Q(0)) or (end is not None and inside(end)):
            return True
        if a and -b / a > 0 and (end is None or -b / a < end) and inside(-b / a):
            return True
        return end is None and (a > 0 or (a == 0 and b > 0)) and step[2] > 0

    kept = set()
    for t, i, u, _ in found.shared.inner.tolist():
        first, second = circle(found.simplices[t].tolist()), circle(found.simplices[u].tolist())
        pair = tuple(v for k, v in enumerate(found.simplices[t].tolist()) if k != i)
        if first != second and meets(first, tuple(b - a for a, b in zip(first, second)), Q(1)):
            kept.add(pair)
    for t, i in found.shared.border.tolist():
        corners = found.simplices[t].tolist()
        p, q = (v for k, v in enumerate(corners) if k != i)
        (px, py), (qx, qy), (rx, ry) = z[p], z[q], z[corners[i]]
        # Away from the third corner, along the bisector; every circle stays through p.
        dx, dy = qy - py, px - qx
        if dx * (rx - px) + dy * (ry - py) > 0:
            dx, dy = -dx, -dy
        if meets(circle(corners), (dx, dy, 2 * (dx * px + dy * py)), None):
            kept.add((p, q))
    return kept


def test_planar_edges_agree_with_the_pencil_of_circles() -> None:
    inputs = [point_set(cases.olsson().rows[:150]), point_set(cases.random_points(150, 2, 5)),
              point_set(cases.grid(2, 5, 8)), point_set(cases.grid(2, 2, 3)),
              point_set(translate((Q(1, 3), Q(1, 7)), cases.grid(2, 4, 6)))]
    for points in inputs:
        assert edges(points) == pencil_edges(points)


def brute_gabriel(points: PointSet) -> set[tuple[int, int]]:
    z = coordinates(points, "poincare")
    w = [1 - sum(x * x for x in p) for p in z]

    def square(a: int, b: int) -> Q:
        return sum(((x - y) ** 2 for x, y in zip(z[a], z[b])), Q(0))

    count = len(points)
    return {(p, q) for q in range(count) for p in range(q)
            if all(w[q] * square(v, p) + w[p] * square(v, q) >= w[v] * square(p, q)
                   for v in range(count) if v not in (p, q))}


@pytest.mark.parametrize("dimension", [2, 3, 4])
def test_gabriel_graph_against_all_triples(dimension: int) -> None:
    points = point_set(cases.random_points(30, dimension, 2))
    assert gabriel(points) == brute_gabriel(points)
    assert gabriel(points) <= edges(points)


def test_hand_cases() -> None:
    far = hyperbolic_graph(point_set([(Q(-9, 10), 0), (Q(9, 10), 0), (0, Q(-1, 10))]))
    assert far.edges.tolist() == [[0, 2], [1, 2]]
    assert far.dropped.tolist() == [[0, 1]]
    equilateral = point_set([(.5, 0), (-.25, .4330127), (-.25, -.4330127)])
    assert edges(equilateral) == {(0, 1), (0, 2), (1, 2)}
    collinear = point_set([(Q(-1, 2), Q(1, 2)), (0, Q(1, 2)), (Q(1, 2), Q(1, 2))])
    assert edges(collinear) == {(0, 1), (1, 2)}


def test_convention_for_points_on_a_circle() -> None:
    square = point_set([(.5, 0), (0, .5), (-.5, 0), (0, -.5)])
    assert edges(square) == gabriel(square) == {(0, 1), (1, 2), (2, 3), (0, 3)}
    cube = point_set([tuple(Q(x, 2) for x in p) for p in cases.grid(3, 1, 1) if 0 not in p])
    assert len(edges(cube)) == 12
    tesseract = point_set([tuple(x / 3 for x in p) for p in cases.grid(4, 1, 1) if 0 not in p])
    assert len(edges(tesseract)) == 32
    # The grid is its own graph, and only hyperbolically short sides remain near the boundary.
    inner = hyperbolic_graph(point_set(cases.grid(2, 3, 20)))
    assert len(inner.edges) == 2 * 6 * 7
    assert inner.gabriel.sum() == 2 * 6 * 7


def test_cells_that_touch_at_infinity_are_not_joined() -> None:
    # On a horocycle through (1, 0), which is t = 0, the order is t = 1, 4, -3: 4 separates, exactly.
    on = [(Q(1, 2) + Q(1 - t * t, 2 * (1 + t * t)), t / (1 + t * t)) for t in (Q(-3), Q(1), Q(4))]
    assert edges(point_set(on)) == {(0, 2), (1, 2)}


def moved(given: list[cases.Point]) -> list[cases.Point]:
    dimension = len(given[0])
    step = [Q(1, 3 + i) for i in range(dimension)]
    normal = [Q(2 * i + 1) for i in range(dimension)]
    return translate([-x / 2 for x in step], reflect(normal, translate(step, given)))


@pytest.mark.parametrize("dimension", [2, 3, 4])
def test_isometries_change_nothing(dimension: int) -> None:
    sets = [cases.random_points(40, dimension, 6, 1000), cases.grid(dimension, 4 - dimension or 1, 7)[:45]]
    for given in sets:
        here, there = point_set(given), point_set(moved(given))
        assert edges(here) == edges(there)
        assert gabriel(here) == gabriel(there)


@pytest.mark.parametrize(("dimension", "denominator", "seed"),
                         [(d, n, seed) for d in (3, 4) for n in (2, 3, 4) for seed in range(3)])
def test_degenerate_sets_in_higher_dimension(dimension: int, denominator: int, seed: int) -> None:
    given = cases.random_points(20 if dimension == 3 else 12, dimension, seed, denominator)
    here, there = point_set(given), point_set(moved(given))
    assert edges(here) == edges(here, "incremental") == edges(there)
    assert gabriel(here) == gabriel(there) == brute_gabriel(here) & edges(here)
    assert fault(here, delaunay(here).simplices) == ""
    assert fault(here, delaunay(here, "incremental").simplices) == ""


def test_isometry_of_collinear_points_leaves_the_flat() -> None:
    line = [(Q(x, 16), Q(1, 4), Q(x, 20)) for x in (3, -5, 7, 0, 11, -12)]
    assert edges(point_set(line)) == edges(point_set(moved(line)))


@pytest.mark.parametrize("dimension", [2, 3])
def test_models_and_algorithms_agree(dimension: int) -> None:
    for given in (cases.random_points(40, dimension, 9), cases.grid(dimension, 2, 5)):
        points = point_set(given)
        expected = edges(points)
        assert edges(points, "incremental") == expected
        for model in ("klein", "lorentz"):
            assert edges(point_set(coordinates(points, model), model)) == expected


def test_order_of_the_points_changes_nothing() -> None:
    given = cases.grid(2, 4, 6) + cases.random_points(20, 2, 1)
    shuffled = np.random.default_rng(0).permutation(len(given))
    expected = edges(point_set(given))
    found = edges(point_set([given[i] for i in shuffled]))
    assert {tuple(sorted((int(shuffled[a]), int(shuffled[b])))) for a, b in found} == expected


def test_klein_input_with_irrational_weights() -> None:
    given = cases.random_points(60, 2, 12, 50)
    klein = point_set(given, "klein")
    poincare = point_set(coordinates(klein, "poincare"))
    assert edges(klein) == edges(poincare)
    # A grid in Klein coordinates, exactly degenerate by its symmetries, under a rational boost.
    grid = [p for p in cases.grid(2, 3, 5) if sum(x * x for x in p) < 1]
    boosted = [((x + Q(3, 5)) / (1 + Q(3, 5) * x), y * Q(4, 5) / (1 + Q(3, 5) * x)) for x, y in grid]
    assert edges(point_set(grid, "klein")) == edges(point_set(boosted, "klein"))
    assert edges(point_set(grid, "klein")) == edges(point_set(grid, "klein"), "incremental")
