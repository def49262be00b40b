"""Relative representations: the block transform, exact invariance, demonstration, and the layer fibre."""

from __future__ import annotations

from fractions import Fraction as Q
from pathlib import Path

import numpy as np
import pytest

from neurocli.architectures.grammar import parse
from neurocli.errors import DataError, UsageError
from neurocli.latent.demonstration import demonstrate
from neurocli.latent.exact import GROUPS, invariance, random_map, signed_squares
from neurocli.latent.layer_fibre import layer_fibre
from neurocli.latent.matrices import read_anchors, read_labels, read_latents
from neurocli.latent.relative import BLOCK, relative_transform, statistics


def direct(latents: np.ndarray, anchors: np.ndarray, normalize: bool) -> np.ndarray:
    """The definition, without blocks."""
    z, a = latents.astype(np.float64), anchors.astype(np.float64)
    if normalize:
        mean, deviation = z.mean(axis=0), z.std(axis=0)
        z, a = (z - mean) / deviation, (a - mean) / deviation
    return (z @ a.T) / (np.linalg.norm(z, axis=1)[:, None] * np.linalg.norm(a, axis=1))


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(("kind", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_blocks_agree_with_the_definition(normalize: bool, kind: type, tolerance: float) -> None:
    draw = np.random.default_rng(0)
    latents = (draw.normal(size=(2 * BLOCK + 17, 12)) * draw.uniform(.1, 9, 12) + 3).astype(kind)
    anchors = latents[[0, 5, BLOCK, 2 * BLOCK + 16]]
    found = relative_transform(latents, anchors, normalize)
    assert found.dtype == kind
    assert found == pytest.approx(direct(latents, anchors, normalize), abs=tolerance)
    assert found[5, 1] == pytest.approx(1, abs=tolerance)


def test_output_may_be_a_mapped_file(tmp_path: Path) -> None:
    latents = np.random.default_rng(1).normal(size=(50, 4))
    np.save(tmp_path / "z.npy", latents)
    mapped = read_latents(tmp_path / "z.npy")
    out = np.lib.format.open_memmap(tmp_path / "r.npy", mode="w+", dtype=np.float64, shape=(50, 3))
    relative_transform(mapped, np.asarray(mapped[:3]), out=out)
    out.flush()
    assert np.load(tmp_path / "r.npy") == pytest.approx(direct(latents, latents[:3], False))


def test_extreme_magnitudes_keep_their_cosines() -> None:
    latents = np.array([[3e-200, 4e-200], [3e200, -4e200], [1., 0.]])
    assert relative_transform(latents, np.array([[1., 0.]])).ravel() == pytest.approx([.6, .6, 1])


def test_zero_vectors_and_constant_coordinates_are_refused() -> None:
    latents = np.random.default_rng(1).normal(size=(BLOCK + 9, 3))
    latents[BLOCK + 3] = 0
    with pytest.raises(DataError, match=f"latents, row {BLOCK + 4}: a zero vector"):
        relative_transform(latents, latents[:2])
    with pytest.raises(DataError, match="anchors, row 2: a zero vector"):
        relative_transform(latents[:5], np.array([[1., 0, 0], [0, 0, 0]]))
    latents[:, 1] = 7
    with pytest.raises(DataError, match="coordinate 2 of the latents is constant"):
        relative_transform(latents, latents[:2], normalize=True)
    latents[BLOCK + 1, 1] = np.nan
    with pytest.raises(DataError, match=f"latents, row {BLOCK + 2}: not a finite number"):
        relative_transform(latents, latents[:2])
    with pytest.raises(DataError, match=f"latents, row {BLOCK + 2}: not a finite number"):
        statistics(latents)
    with pytest.raises(DataError, match="anchors of shape"):
        relative_transform(latents, latents[:2, :2])


def test_exact_values_agree_with_floating_point() -> None:
    draw = np.random.default_rng(2)
    whole = draw.integers(-9, 9, size=(12, 4))
    rows = [tuple(Q(int(x)) for x in row) for row in whole]
    for normalize in (False, True):
        exact = np.array([[float(x) for x in row] for row in signed_squares(rows, rows[:5], normalize)])
        cosines = direct(whole.astype(float), whole[:5].astype(float), normalize)
        assert exact == pytest.approx(np.sign(cosines) * cosines**2, abs=1e-12)


def test_exact_faults_name_rows() -> None:
    with pytest.raises(DataError, match="latents, row 2: a zero vector"):
        signed_squares([(1, 2), (0, 0)], [(1, 0)])
    with pytest.raises(DataError, match="anchors, row 1: a zero vector"):
        signed_squares([(1, 2), (3, 1)], [(0, 0)])
    with pytest.raises(DataError, match="coordinate 2 of the latents is constant"):
        signed_squares([(1, 2), (3, 2)], [(1, 0)], True)
    with pytest.raises(DataError, match="latents, row 2: a zero vector after normalisation"):
        signed_squares([(0, 0), (1, 1), (2, 2)], [(1, 0)], True)


#: Which transform is invariant under which group.
INVARIANT = {
    False: {"common scale", "orthogonal", "permutation"},
    True: {"permutation", "positive diagonal", "signed diagonal", "translation", "permutation, diagonal, shift",
           "common scale"},
}


@pytest.mark.parametrize("seed", range(4))
def test_invariance_is_exact_and_only_where_it_should_be(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = [tuple(Q(int(x), 7) for x in row) for row in draw.integers(-50, 50, size=(9, 3))]
    tests = invariance(rows, rows[:4], seed)
    assert len(tests) == 2 * len(GROUPS)
    for test in tests:
        assert test.invariant == (test.group in INVARIANT[test.normalize]), test
        assert (test.witness is None) == test.invariant
        assert (test.before != test.after) or test.invariant


def test_random_maps_belong_to_their_groups() -> None:
    for seed in range(5):
        orthogonal = random_map("orthogonal", 4, seed).matrix
        product = [[sum(a * b for a, b in zip(r, s)) for s in orthogonal] for r in orthogonal]
        assert product == [[int(i == j) for j in range(4)] for i in range(4)]
        mixed = random_map("permutation, diagonal, shift", 4, seed)
        assert all(sum(bool(x) for x in row) == 1 for row in mixed.matrix)
        assert any(x < 0 for row in mixed.matrix for x in row)


@pytest.mark.parametrize("seed", range(3))
def test_demonstration(seed: int) -> None:
    shown = demonstrate(30, 5, 6, seed)
    assert not shown.plain.invariant
    assert shown.normalised.invariant
    assert shown.plain_difference > .5
    assert shown.normalised_difference < 1e-12
    assert any(x < 0 for row in shown.move.matrix for x in row)
    with pytest.raises(UsageError):
        demonstrate(5, 3, 9)


@pytest.mark.parametrize(("spec", "layer"), [("mlp:3-4-2,r=2", 1), ("mlp:2-3-3-1,r=3/2", 2), ("mlp:2-3-1,r=3", 1),
                                             ("mlp:3-3-2,act=2*x^3", 1)])
def test_layer_fibre_is_one_point_after_normalisation(spec: str, layer: int) -> None:
    found = layer_fibre(parse(spec), layer)
    assert all(found.same_function)
    assert all(test.invariant for test in found.normalised)
    assert not any(test.invariant for test in found.plain)
    assert len({str(weights) for weights in found.weights}) == len(found.weights)


def test_layer_fibre_points_are_one_function_of_the_parametrization() -> None:
    import neurocli
    from neurocli.algebra.rings import ExactRing

    network = parse("mlp:3-4-2,r=2")
    found = layer_fibre(network)
    model = neurocli.parametrization(network)
    x = np.array([[Q(i * j + 1, 3) for j in range(3)] for i in range(40)], dtype=object)
    outputs = []
    for weights in found.weights:
        theta = np.array([[x for matrix in weights for row in matrix for x in row]], dtype=object)
        outputs.append(model.evaluate(ExactRing(Q), theta, x).tolist())
    assert all(output == outputs[0] for output in outputs)


def test_layer_fibre_refuses_other_networks() -> None:
    for spec in ("mlp:2-3-1,act=x^3+x^2", "cnn:2-2,r=2", "mlp:2-3-1,r=2,bias"):
        with pytest.raises(UsageError):
            layer_fibre(parse(spec))
    with pytest.raises(UsageError, match="hidden layer 2"):
        layer_fibre(parse("mlp:2-3-1,r=2"), 2)


def test_reading(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("u,v\n1,2\n3,4.5\n")
    latents = read_latents(tmp_path / "a.csv")
    assert latents.tolist() == [[1, 2], [3, 4.5]]
    (tmp_path / "rows.csv").write_text("1\n0\n")
    assert read_anchors(tmp_path / "rows.csv", latents, as_rows=True).tolist() == [[3, 4.5], [1, 2]]
    (tmp_path / "labels.txt").write_text("label\nx\ny\n")
    assert read_labels(tmp_path / "labels.txt", 2) == ["x", "y"]
    with pytest.raises(DataError, match="3 labels for 4 rows"):
        read_labels(tmp_path / "labels.txt", 4)
    (tmp_path / "bad.csv").write_text("5\n")
    with pytest.raises(DataError, match="row 1: 5 is no row number"):
        read_anchors(tmp_path / "bad.csv", latents, as_rows=True)
    with pytest.raises(DataError, match="anchors of 1 coordinates for latents of 2"):
        read_anchors(tmp_path / "bad.csv", latents)
    for name, text in [("c.csv", "1,2\n3\n"), ("d.csv", ""), ("e.csv", "1,x\n2,3\n"), ("f.csv", "1,nan\n"),
                       ("g.npy", "nothing")]:
        (tmp_path / name).write_text(text)
        with pytest.raises(DataError, match=name):
            read_latents(tmp_path / name)
    np.save(tmp_path / "h.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError):
        read_latents(tmp_path / "h.npy")
