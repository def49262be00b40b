"""HyperDGA: published embeddings, hand cases, invariance, and inputs that must be refused."""

from __future__ import annotations

from fractions import Fraction as Q
from pathlib import Path

import hyperbolic_cases as cases
import numpy as np
import pytest

from neurocli.errors import DataError, TooLarge
from neurocli.formats.labelled_table import read_labelled_table
from neurocli.hyperbolic import baselines as baselines_module
from neurocli.hyperbolic.baselines import baselines
from neurocli.hyperbolic.isometries import reflect, translate
from neurocli.hyperbolic.models import coordinates, distances
from neurocli.hyperbolic.points import point_set
from neurocli.hyperbolic.score import score, scores_of_labels

#: (A, B): sizes, mixed, edges, Euclidean edges dropped, HyperDGA; from the embeddings of the paper's
#: public code, one of them cross-checked by an independent facet test.
OLSSON = {
    ("HSPC-1", "Mono"): ((59, 95), 5, 428, 15, Q(423, 428)),
    ("HSPC-1", "Gran"): ((59, 59), 4, 321, 19, Q(317, 321)),
    ("Mono", "Gran"): ((95, 59), 26, 433, 14, Q(407, 433)),
}


def test_olsson_table() -> None:
    table = cases.olsson()
    found = {s.names: s for s in scores_of_labels(point_set(table.rows), table.labels or ())}
    assert len(found) == 36
    for names, expected in OLSSON.items():
        s = found[names]
        assert (s.sizes, s.mixed, s.edges, s.dropped, s.value) == expected
        assert s.within_a + s.within_b + s.mixed == s.edges


def test_hand_cases() -> None:
    far = point_set([(Q(-9, 10), 0), (Q(9, 10), 0), (0, Q(-1, 10))])
    assert score(far, [True, True, False]).value == 0
    near = point_set([(.5, 0), (-.25, .4330127), (-.25, -.4330127)])
    assert score(near, [True, True, False]).value == Q(1, 3)
    line = point_set([(Q(-1, 2), Q(1, 2)), (0, Q(1, 2)), (Q(1, 2), Q(1, 2))])
    assert score(line, [True, True, False]).value == Q(1, 2)
    assert score(line, [True, False, True]).value == 0


def test_symmetric_and_invariant_under_isometries() -> None:
    given = cases.random_points(60, 2, 4, 1000)
    first = [i % 3 == 0 for i in range(60)]
    here = score(point_set(given), first)
    assert here.value == score(point_set(given), [not x for x in first]).value
    for by in ((Q(4, 5), Q(-1, 2)), (Q(999, 1000), Q(0))):
        there = score(point_set(translate(by, reflect((3, 1), given))), first)
        assert (there.value, there.edges, there.mixed) == (here.value, here.edges, here.mixed)


def test_far_sets_approach_one_and_never_reach_it() -> None:
    given = cases.random_points(30, 2, 2, 1000, Q(1, 2))
    last = Q(0)
    for by in ((Q(0), Q(1, 97)), (Q(1, 4), Q(0)), (Q(10**6 - 1, 10**6), Q(0))):
        points = point_set([*translate(by, given), *translate((-by[0], Q(0)), given)])
        found = score(points, [True] * 30 + [False] * 30)
        assert found.mixed >= 1
        assert last < found.value < 1
        last = found.value
    assert found.mixed == 1


def test_baselines_against_their_definitions() -> None:
    given = cases.random_points(12, 2, 3, 1000)
    points = point_set(given)
    first = [i % 2 == 0 for i in range(12)]
    matrix = np.array([[np.arccosh(float(1 + 2 * sum((x - y) ** 2 for x, y in zip(a, b))
                                         / ((1 - sum(x * x for x in a)) * (1 - sum(y * y for y in b)))))
                        for b in given[1::2]] for a in given[::2]])
    assert distances(points, np.arange(0, 12, 2), np.arange(1, 12, 2)) == pytest.approx(matrix, rel=1e-9)
    found = baselines(points, first)
    assert found.chamfer == pytest.approx(((matrix.min(0) ** 2).mean() + (matrix.min(1) ** 2).mean()) / 2)
    assert found.hausdorff == pytest.approx(max(matrix.min(0).max(), matrix.min(1).max()))
    moved = baselines(point_set(translate((Q(1, 2), Q(1, 5)), given)), first)
    assert found.wasserstein is not None
    assert moved.wasserstein == pytest.approx(found.wasserstein, rel=1e-9)
    assert moved.chamfer == pytest.approx(found.chamfer, rel=1e-9)
    pairing = baselines(point_set([(0, 0), (.5, 0), (.01, 0), (.51, 0)]), [True, True, False, False])
    assert pairing.wasserstein == pytest.approx(
        (2 * np.arctanh(.01) + 2 * np.arctanh(.51) - 2 * np.arctanh(.5)) / 4)
    assert baselines(points, [True] + [False] * 11).wasserstein is None


def test_large_baselines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines_module, "LARGEST_MATRIX", 10)
    with pytest.raises(TooLarge, match="6 x 6"):
        baselines(point_set(cases.random_points(12, 2, 3)), [True] * 6 + [False] * 6)


def test_conversions() -> None:
    given = cases.random_points(20, 3, 7, 100)
    points = point_set(given)
    assert coordinates(points, "poincare") == given
    for model in ("klein", "lorentz"):
        there = coordinates(points, model)
        assert coordinates(point_set(there, model), "poincare") == given
    for row in coordinates(points, "lorentz"):
        assert row[0] ** 2 - sum(x * x for x in row[1:]) == 1
    irrational = point_set([(.5, 0), (0, .25), (0, 0)], "klein")
    assert coordinates(irrational, "poincare")[0][0] == pytest.approx(.5 / (1 + .75**.5), rel=1e-16)
    assert coordinates(irrational, "lorentz")[0][0] == pytest.approx(.75**-.5, rel=1e-16)
    # Doubles on the hyperboloid are taken along their ray.
    row = (float(np.sqrt(1 + .3**2 + .4**2)), .3, .4)
    assert point_set([row, (1, 0, 0), (1.25, .75, 0)], "lorentz").high[0] == pytest.approx(
        np.array([.3, .4]) / (1 + row[0]))


@pytest.mark.parametrize(("rows", "model", "message"), [
    ([(0, 0), (.5, 0), (1, 0)], "poincare", "row 3: on the boundary of the unit ball of the Poincare"),
    ([(0, 0), (Q(3, 5), Q(4, 5)), (0, .5)], "klein", "row 2: on the boundary of the unit ball of the Klein"),
    ([(0, 0), (0, .1), (.9, .9)], "poincare", "row 3: outside"),
    ([(0, 0), (.5, 0), (0, .5), (.5, 0)], "poincare", "row 4: the same point as row 2"),
    ([(0, 0), (.5, 0)], "poincare", "2 points: dimension 2 needs at least 3"),
    ([(0,), (.5,)], "poincare", "dimension 1"),
    ([(1, 0, 0), (2, 0, 0), (1.25, .75, 0)], "lorentz", "row 2: off the hyperboloid"),
    ([(1, 0, 0), (-1.25, .75, 0), (1.25, .75, 0)], "lorentz", "row 2: off the hyperboloid"),
    ([(0, 0), (.5, 0), (0, float("nan"))], "poincare", "row 3: not a finite number"),
    ([(0, 0), (.5, 0, 0), (0, .5)], "poincare", "row 2: 3 coordinates, expected 2"),
    ([(0, 0), (.5, 0), (0, .5)], "disk", "model 'disk'"),
])
def test_bad_points_are_refused_by_row(rows: list[tuple[float, ...]], model: str, message: str) -> None:
    with pytest.raises(DataError) as fault:
        point_set(rows, model)
    assert message in fault.value.message


def test_bad_labels_are_refused() -> None:
    points = point_set(cases.random_points(6, 2, 1))
    with pytest.raises(DataError, match="class 'B' is empty"):
        score(points, [True] * 6)
    with pytest.raises(DataError, match="5 labels for 6 points"):
        score(points, [True] * 5)
    with pytest.raises(DataError, match="4 labels for 6 points"):
        scores_of_labels(points, list("aabb"))
    with pytest.raises(DataError, match="a score needs two"):
        scores_of_labels(points, list("aaaaaa"))
    with pytest.raises(DataError, match="class 'c' is empty"):
        scores_of_labels(points, list("aaabbb"), chosen=("a", "c"))
    with pytest.raises(DataError, match="needs at least 3"):
        scores_of_labels(points, list("aaaabc"))


def test_reading_points(tmp_path: Path) -> None:
    for name, text, labels in [
        ("a.csv", "x,y,label\n0.1,1/3,a\n0,2e-1,b\n", ("a", "b")),
        ("b.csv", "0.1,1/3\n# note\n0,2e-1\n", None),
        ("c.csv", "0.1,1/3,one\n0,0.2,two\n", ("one", "two")),
        ("d.json", '{"a": [[0.1, 0.33]], "b": [[0, 0.2]]}', ("a", "b")),
        ("e.json", "[[0.1, 0.33], [0, 0.2]]", None),
    ]:
        (tmp_path / name).write_text(text)
        table = read_labelled_table(tmp_path / name)
        assert table.rows[0][0] == Q(1, 10)
        assert table.rows[1] == (0, Q(1, 5))
        assert table.labels == labels
    np.save(tmp_path / "f.npy", np.array([[.1, .2], [0, 1]]))
    assert read_labelled_table(tmp_path / "f.npy").rows[0][0] == Q(.1)
    (tmp_path / "g.csv").write_text("kind,x,y\n1,0.5,0\n2,0,0.5\n")
    table = read_labelled_table(tmp_path / "g.csv", "kind")
    assert (table.labels, table.rows[0]) == (("1", "2"), (Q(1, 2), 0))


@pytest.mark.parametrize(("name", "text", "message"), [
    ("a.csv", "x,y\n0.1,0.2\n0.1,nan\n", "line 3: read 'nan'"),
    ("b.csv", "0.1,0.2\n0.1,0.2,0.3\n", "line 2: 3 numbers, expected 2"),
    ("c.csv", "", "no rows"),
    ("d.csv", "0.1,1/0\n", "division by zero"),
    ("e.csv", "0.1,1e99999\n", "read '1e99999'"),
    ("f.csv", "x,y,label\n0.1,0.2,a\n0.3\n", "line 3: no label"),
    ("g.json", "[[0.1, NaN]]", "read 'NaN'"),
    ("h.json", "[[0.1, [2]]]", "row 1: expected a list of numbers"),
    ("i.json", "{", "not JSON"),
    ("j.npy", "no array", ""),
])
def test_malformed_files_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError) as fault:
        read_labelled_table(tmp_path / name)
    assert name in fault.value.message
    assert message in fault.value.message


def test_pickles_and_missing_files_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([{}, {}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError):
        read_labelled_table(tmp_path / "p.npy")
    with pytest.raises(DataError, match="No such file"):
        read_labelled_table(tmp_path / "none.csv")
    np.save(tmp_path / "q.npy", np.array([[0, np.inf]]))
    with pytest.raises(DataError, match="row 1: not a finite number"):
        read_labelled_table(tmp_path / "q.npy")
