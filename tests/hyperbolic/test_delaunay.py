"""The exact triangulation: verified proposals, the incremental algorithm, and the verifier itself."""

from __future__ import annotations

from fractions import Fraction as Q

import hyperbolic_cases as cases
import numpy as np
import pytest

from neurocli.errors import TooLarge
from neurocli.hyperbolic import delaunay as module
from neurocli.hyperbolic.delaunay import delaunay
from neurocli.hyperbolic.points import PointSet, point_set
from neurocli.hyperbolic.verification import fault


@pytest.mark.parametrize(("count", "dimension"), [(3, 2), (200, 2), (60, 3), (40, 4), (12, 5)])
def test_two_algorithms_agree_in_general_position(count: int, dimension: int) -> None:
    points = point_set(cases.random_points(count, dimension, 1))
    proposed, grown = delaunay(points), delaunay(points, "incremental")
    assert proposed.method == "qhull"
    assert grown.method == "incremental"
    assert proposed.simplices.tolist() == grown.simplices.tolist()
    assert fault(points, grown.simplices) == ""


@pytest.mark.parametrize(("dimension", "reach", "denominator"), [(2, 5, 8), (3, 2, 4), (4, 1, 3)])
def test_grids(dimension: int, reach: int, denominator: int) -> None:
    points = point_set(cases.grid(dimension, reach, denominator))
    for method in ("auto", "incremental"):
        found = delaunay(points, method)
        assert fault(points, found.simplices) == ""
        # The unit cubes of the grid are the empty cospherical cells: no other facet is crossed.
        assert found.cospherical.sum() > 0


def clusters(spacing: float) -> PointSet:
    draw = np.random.default_rng(7)
    centres = draw.uniform(-.6, .6, size=(12, 2))
    return point_set([(x + spacing * a, y + spacing * b) for x, y in centres.tolist()
                      for a, b in draw.integers(-50, 50, size=(12, 2)).tolist()])


def test_points_too_close_for_qhull() -> None:
    points = clusters(2.0**-40)
    found = delaunay(points)
    assert found.method == "incremental"
    assert found.rejected
    assert fault(points, found.simplices) == ""


def test_klein_clusters_go_through_the_incremental_algorithm() -> None:
    draw = np.random.default_rng(7)
    given = [(.5 + 2.0**-45 * a, .25 + 2.0**-45 * b) for a, b in draw.integers(-9, 9, size=(30, 2)).tolist()]
    points = point_set(list(dict.fromkeys(given)) + [(0, 0), (.1, .7)], "klein")
    found = delaunay(points)
    assert found.method == "incremental"
    assert fault(points, found.simplices) == ""


def test_flat_input() -> None:
    line = point_set([(x / 16, x / 32, 1 / 8) for x in (3, -5, 7, 0, 12)])
    found = delaunay(line)
    assert len(found.axes) == 1
    assert found.simplices.tolist() == [[0, 2], [0, 3], [1, 3], [2, 4]]
    plane = point_set([(x, y, (x + y) / 2) for x, y in cases.random_points(30, 2, 4, radius=Q(4, 5))])
    found = delaunay(plane)
    assert len(found.axes) == 2
    assert found.rejected


def broken(points: PointSet) -> dict[str, np.ndarray]:
    good = delaunay(points).simplices
    shared = delaunay(points).shared
    t, i, u, j = next(row for row in shared.inner.tolist())
    corners = set(good[t].tolist()) | set(good[u].tolist())
    a, b = int(good[t, i]), int(good[u, j])
    c, d = corners - {a, b}
    flipped = np.array([*(row for k, row in enumerate(good.tolist()) if k not in (t, u)),
                        sorted([a, b, c]), sorted([a, b, d])])
    return {"missing": np.delete(good, t, axis=0), "twice": np.concatenate([good, good[t:t + 1]]),
            "flipped": flipped, "thinned": good[(good != 0).all(axis=1)]}


@pytest.mark.parametrize("kind", ["missing", "twice", "flipped", "thinned"])
def test_verifier_finds_every_fault(kind: str) -> None:
    points = point_set(cases.random_points(40, 2, 3))
    assert fault(points, delaunay(points).simplices) == ""
    assert fault(points, broken(points)[kind]) != ""


def test_verifier_in_space() -> None:
    points = point_set(cases.random_points(25, 3, 3))
    good = delaunay(points).simplices
    assert fault(points, good) == ""
    for t in range(0, len(good), 7):
        assert fault(points, np.delete(good, t, axis=0)) != ""
    # Two tetrahedra that overlap in a neighbourhood of the origin, each right by itself.
    star = point_set([(Q(x) / 2, Q(y) / 2, Q(z) / 2) for x, y, z in
                      [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1),
                       (-1, -1, -1), (-1, 1, 1), (1, -1, 1), (1, 1, -1)]])
    assert fault(star, np.array([[0, 1, 2, 3], [4, 5, 6, 7]])) != ""
    assert fault(star, delaunay(star).simplices) == ""


def test_a_wrong_proposal_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    points = point_set(cases.random_points(40, 2, 3))
    expected = delaunay(points).simplices.tolist()
    for kind, simplices in broken(points).items():
        monkeypatch.setattr(module, "propose", lambda _, wrong=simplices: wrong)
        found = delaunay(points)
        assert found.method == "incremental", kind
        assert found.simplices.tolist() == expected


def test_triangulations_too_large_are_refused_before_any_work() -> None:
    # Coordinates below 1/4 keep 9 of them inside the ball.
    whole = np.random.default_rng(0).integers(-1000, 1000, size=(2000, 9)).tolist()
    given = [[Q(x, 4000) for x in row] for row in whole]
    with pytest.raises(TooLarge, match="2000 points in dimension 9"):
        delaunay(point_set(given))
    assert delaunay(point_set(given[:11])).simplices.shape[1] == 10


def test_very_long_numbers() -> None:
    tiny = Q(1, 3 * 10**390)
    given = [(Q(1, 2) + tiny, 0), (Q(1, 2), 0), (Q(1, 2), tiny), (0, Q(1, 10**200)), (Q(-1, 3), Q(1, 7)), (0, Q(-2, 3))]
    for model in ("poincare", "klein"):
        points = point_set(given, model)
        for method in ("auto", "incremental"):
            assert fault(points, delaunay(points, method).simplices) == ""
