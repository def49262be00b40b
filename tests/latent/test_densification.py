"""Topological densification, stitching, and the dimension of the relative image."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage

from neurocli.errors import DataError, TooLarge, UsageError
from neurocli.latent import densification
from neurocli.latent.densification import LOSSES, METRICS, barcode, densify
from neurocli.latent.image_dimension import image_dimension, log_jacobian
from neurocli.latent.stitching import cka, stitch


@pytest.mark.parametrize("metric", list(METRICS))
def test_deaths_are_the_heights_of_single_linkage(metric: str) -> None:
    points = np.random.default_rng(0).normal(size=(60, 3))
    heights = linkage(points, "single", METRICS[metric])[:, 2]
    found = barcode(points, metric)
    assert found.deaths == pytest.approx(np.sort(heights), rel=1e-12)
    assert len(found.tree) == 59


def test_repeated_points_die_at_once_and_stay_connected() -> None:
    points = np.array([[0., 0.], [1., 0.], [0., 0.], [1., 0.], [0., 0.]])
    found = barcode(points)
    assert found.deaths.tolist() == [0, 0, 0, 1]
    reached = {0}
    for _ in range(5):
        reached |= {int(v) for edge in found.tree for v in edge if reached & {int(x) for x in edge}}
    assert reached == set(range(5))


def test_tiny_and_huge_lengths() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    deaths = barcode(points).deaths
    for scale in (1e-12, 1e-150, 1e150):
        assert barcode(points * scale).deaths == pytest.approx(deaths * scale, rel=1e-9)


@pytest.mark.parametrize(("metric", "loss"), list(itertools.product(METRICS, LOSSES)))
def test_gradient_against_differences(metric: str, loss: str) -> None:
    draw = np.random.default_rng(3)
    points = draw.normal(size=(14, 3))
    labels = [str(i % 2) for i in range(14)]
    found = densify(points, labels, .7, metric, loss)
    for _ in range(10):
        direction = draw.normal(size=points.shape)
        step = 1e-6
        ahead = densify(points + step * direction, labels, .7, metric, loss).loss
        behind = densify(points - step * direction, labels, .7, metric, loss).loss
        assert (ahead - behind) / (2 * step) == pytest.approx(float((found.gradient * direction).sum()), rel=1e-4,
                                                             abs=1e-6)


def test_loss_by_hand_and_classes_apart() -> None:
    points = np.array([[0., 0.], [3., 4.], [100., 0.], [100., 1.], [50., 50.]])
    found = densify(points, ["a", "a", "b", "b", "c"], beta=3)
    assert found.loss == 2 + 2
    assert [b.label for b in found.barcodes] == ["a", "b", "c"]
    assert found.barcodes[1].tree.tolist() == [[2, 3]]
    assert found.gradient[4].tolist() == [0, 0]
    assert found.gradient[:2].tolist() == [[-.6, -.8], [.6, .8]]


def test_descending_the_gradient_reaches_beta() -> None:
    points = np.random.default_rng(5).normal(size=(12, 2))
    labels = ["a"] * 12
    start = densify(points, labels, .5, loss="squared").loss
    for _ in range(400):
        points = points - .05 * densify(points, labels, .5, loss="squared").gradient
    final = densify(points, labels, .5, loss="squared")
    assert final.loss < 1e-3 * start
    assert final.barcodes[0].deaths == pytest.approx(.5, abs=.02)


def test_densification_refuses() -> None:
    points = np.zeros((3, 2))
    with pytest.raises(DataError, match="2 labels for 3 rows"):
        densify(points, ["a", "b"])
    for wrong in ({"metric": "l3"}, {"loss": "cubic"}, {"beta": -1.0}, {"beta": float("nan")}):
        with pytest.raises(UsageError):
            densify(points, ["a"] * 3, **wrong)  # type: ignore[arg-type]


def test_large_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(densification, "LARGEST_CLASS", 10)
    with pytest.raises(TooLarge, match="11 points"):
        barcode(np.zeros((11, 2)))


#: n, d -> dimension of the image, from the Jacobian ranks of the notes; both transforms.
IMAGES = {(3, 2): 2, (4, 2): 3, (6, 2): 5, (8, 2): 7, (5, 3): 7, (8, 3): 13, (12, 3): 21, (10, 4): 24}


@pytest.mark.parametrize(("n", "d"), list(IMAGES))
def test_image_dimensions(n: int, d: int) -> None:
    for normalized in (False, True):
        found = image_dimension(n, d, normalized)
        assert found.rank == IMAGES[n, d] == n * d - n - d * (d - 1) // 2
        assert found.proved
    assert found.complete == n * d - 2 * d
    assert found.gap == n + d * (d - 1) // 2 - 2 * d


@pytest.mark.parametrize("seed", range(2))
def test_small_cases_stay_within_proved_bounds(seed: int) -> None:
    for n, d, normalized in itertools.product(range(2, 8), range(1, 7), (False, True)):
        found = image_dimension(n, d, normalized, seed=seed, prime=2**31 - 1 if seed else 1000003)
        assert found.rank == found.upper <= n * (n - 1) // 2
        assert found.rank <= found.complete or (n, d) == (2, 1)


def cosine_map(points: np.ndarray, normalized: bool) -> np.ndarray:
    if normalized:
        points = (points - points.mean(axis=0)) / points.std(axis=0)
    gram = points @ points.T
    i, j = np.triu_indices(len(points), 1)
    return np.log(gram[i, j] ** 2 / (gram[i, i] * gram[j, j]))


@pytest.mark.parametrize("normalized", [False, True])
def test_modular_jacobian_has_the_rank_of_the_real_one(normalized: bool) -> None:
    points = np.random.default_rng(1).normal(size=(6, 3))
    jacobian = np.zeros((15, 18))
    for column in range(18):
        step = np.zeros(18)
        step[column] = 1e-6
        step = step.reshape(6, 3)
        jacobian[:, column] = (cosine_map(points + step, normalized) - cosine_map(points - step, normalized)) / 2e-6
    values = np.linalg.svd(jacobian, compute_uv=False)
    rank = image_dimension(6, 3, normalized).rank
    assert values[rank - 1] > 1e-4 > 1e-6 > values[rank]
    assert log_jacobian(6, 3, normalized, 2**31 - 1, 0).shape == jacobian.shape


def test_image_dimension_refuses() -> None:
    for wrong in ((1, 2), (3, 0)):
        with pytest.raises(UsageError):
            image_dimension(*wrong)
    with pytest.raises(UsageError):
        image_dimension(10, 2, prime=101)
    with pytest.raises(UsageError):
        image_dimension(3, 2, prime=2**31 - 3)
    with pytest.raises(TooLarge):
        image_dimension(500, 50)


def encoders() -> tuple[np.ndarray, np.ndarray, list[str]]:
    draw = np.random.default_rng(4)
    centres = draw.normal(size=(4, 6)) * 3
    labels = [str(i % 4) for i in range(120)]
    left = np.array([centres[int(k)] for k in labels]) + draw.normal(size=(120, 6))
    order, scale = draw.permutation(6), draw.uniform(.2, 5, 6) * np.array([-1, 1, 1, -1, 1, 1])
    return left, left[:, order] * scale + draw.normal(size=6) * 3, labels


def test_stitching_fails_plain_and_succeeds_normalised() -> None:
    left, right, labels = encoders()
    absolute, plain, normalized = stitch(left, right, left[:20], right[:20], labels)
    assert normalized.error is not None
    assert normalized.error < 1e-12
    assert normalized.retrieval == 1
    assert normalized.stitched == normalized.own
    assert normalized.own is not None
    assert normalized.own > .9
    assert plain.error is not None
    assert plain.error > .3
    assert plain.stitched is not None
    assert plain.stitched < normalized.stitched
    assert absolute.representation == "absolute"
    rotated = left @ np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))[0]
    _, plain, normalized = stitch(left, rotated, left[:20], rotated[:20])
    assert plain.error == pytest.approx(0, abs=1e-12)
    assert normalized.error is not None
    assert normalized.error > .01
    assert plain.own is None


def test_stitching_encoders_of_different_widths() -> None:
    left, right, _ = encoders()
    wider = np.hstack([right, right[:, :2] ** 2])
    absolute, _, normalized = stitch(left, wider, left[:9], wider[:9])
    assert absolute.error is None
    assert absolute.cka > 0
    assert normalized.error is not None


def test_stitching_refuses_unpaired_input() -> None:
    left, right, labels = encoders()
    with pytest.raises(DataError, match="unpaired anchors: 9 of A, 8 of B"):
        stitch(left, right, left[:9], right[:8])
    with pytest.raises(DataError, match="120 latents of A for 119"):
        stitch(left, right[:-1], left[:9], right[:9])
    with pytest.raises(DataError, match="119 labels for 120 rows"):
        stitch(left, right, left[:9], right[:9], labels[:-1])


def test_cka_is_invariant_under_rotations_and_scale() -> None:
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(50, 4)), draw.normal(size=(50, 7))
    turn = np.linalg.qr(draw.normal(size=(7, 7)))[0]
    assert cka(a, b) == pytest.approx(cka(a * 3 + 1, b @ turn))
    assert 0 < cka(a, b) < cka(a, a) == pytest.approx(1)


def test_matrix_files_reach_the_transform(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(6).reshape(3, 2))
    from neurocli.latent.matrices import read_latents

    assert read_latents(tmp_path / "x.npy").dtype == np.float64
