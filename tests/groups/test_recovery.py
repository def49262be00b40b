"""Groups in weights: the bound, the certificate, noise, and files of the wrong shape."""

import numpy as np
import pytest

from neurocli.errors import DataError
from neurocli.groups.fourier_weights import fit_fourier, published_regularizer_of
from neurocli.groups.harmonics_weights import certify_result, recover_result, save_blocks
from neurocli.groups.intertwiners import unitary_change
from neurocli.groups.irreps import irreps
from neurocli.groups.names import group_by_name
from neurocli.groups.recovery import RECOVERY_BOUND, recover, stack
from neurocli.groups.recovery_certificate import certify_recovery
from neurocli.groups.weights import (
    fourier_blocks,
    invariance_error,
    normalized,
    read_weights,
    regularizer,
    weighted_gram,
)
from neurocli.results.result import Status


def exact(name):
    return fourier_blocks(irreps(group_by_name(name)))


def unitary(d, rng):
    return np.linalg.qr(rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d)))[0]


def disturbed(blocks, size, rng, kind="random"):
    """Every W(g) with g ≠ 1 moved by exactly `size` in operator norm, in a changed basis."""
    moved = []
    for block in blocks:
        d = block.shape[1]
        u = unitary(d, rng)
        block = u @ block @ u.conj().T
        if kind == "random":
            error = rng.normal(size=block.shape) + 1j * rng.normal(size=block.shape)
        elif kind == "unitary":
            error = np.array([unitary(d, rng) for _ in block])
        else:  # every matrix shrunk, or towards those of another element
            error = -block if kind == "shrink" else block[rng.permutation(len(block))] - block
            error = error + 1e-12
        error = error * (size / np.linalg.norm(error, 2, axis=(1, 2)))[:, None, None]
        error[0] = 0
        moved.append(block + error)
    return tuple(moved)


@pytest.mark.parametrize("name", ["C5", "C6", "D3", "D4", "Q8", "A4", "S4", "C2xC2"])
def test_exact_weights(name):
    group, blocks = group_by_name(name), exact(name)
    n = group.order
    found = recover(blocks)
    assert found.table == group.table and found.failure is None
    assert found.gap == pytest.approx(1, abs=1e-6) and found.separation == pytest.approx(1)
    # Distinct elements are at squared distance exactly 2|G| in the weighted norm.
    rows = stack(blocks)
    squares = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    assert np.allclose(squares, 2 * n * (1 - np.eye(n)), atol=1e-9)
    assert np.allclose(weighted_gram(blocks), n * np.eye(n), atol=1e-10)
    assert invariance_error(blocks, group) < 1e-12
    certificate = certify_recovery(normalized(blocks), group)
    assert certificate.holds and certificate.distance < 1e-12


def test_the_published_regularizer_is_one_third_on_d3():
    # It omits the factor d of each block: the sums of characters are 1 on the two rotations.
    for name in ("D3", "S3"):
        assert regularizer(exact(name), weighted=False) == pytest.approx(1 / 3, abs=1e-12)
        assert regularizer(exact(name)) == pytest.approx(0, abs=1e-24)
        group = group_by_name(name)
        assert published_regularizer_of(group, irreps(group)) == pytest.approx(1 / 3, abs=1e-12)
    for name in ("C6", "C2xC2"):
        assert regularizer(exact(name), weighted=False) == pytest.approx(0, abs=1e-24)


def test_the_bound_is_the_root_of_its_equation():
    e = RECOVERY_BOUND
    assert abs(3 * e + e**2 - 1 / np.sqrt(2)) < 1e-15
    assert f"{RECOVERY_BOUND:.4f}" == "0.2196"


@pytest.mark.parametrize("kind", ["random", "unitary", "shrink", "towards"])
@pytest.mark.parametrize("name", ["C2", "C6", "D3", "Q8", "A4", "S4"])
def test_below_the_bound_recovery_never_fails(name, kind):
    group, blocks = group_by_name(name), exact(name)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        for size in (0.1, 0.2195):
            found = recover(disturbed(blocks, size, rng, kind))
            assert found.table == group.table
            # What the proof promises of the lead of the right element over all others.
            assert found.gap >= 1 - np.sqrt(2) * (3 * size + size**2) - 1e-9


def test_far_above_the_bound_recovery_fails():
    # Otherwise the test above would be empty.
    blocks, group = exact("C6"), group_by_name("C6")
    rng = np.random.default_rng(0)
    tables = [recover(disturbed(blocks, 1.0, rng)).table for _ in range(20)]
    assert any(table != group.table for table in tables)


@pytest.mark.parametrize("name", ["D3", "Q8", "S4", "A5"])
def test_certified_distance_encloses_the_true_one(name):
    group, blocks = group_by_name(name), exact(name)
    rng = np.random.default_rng(1)
    for size in (0.01, 0.1):
        weights = disturbed(blocks, size, rng)
        certificate = certify_recovery(normalized(weights), recover(weights).group)
        assert certificate.holds and 0.5 * size < certificate.distance < 2 * size
        assert sorted(certificate.distances)[-1] == certificate.distance
    far = certify_recovery(normalized(disturbed(blocks, 0.4, rng)), group)
    assert not far.holds


def test_a_certificate_for_the_wrong_group_is_refused():
    # Weights of D4 against the table of Q8, which has irreducible representations of the same sizes.
    certificate = certify_recovery(normalized(exact("D4")), group_by_name("Q8"))
    assert not certificate.holds
    assert not certify_recovery(normalized(exact("C4")), group_by_name("C2xC2")).holds
    # Blocks of other sizes, more and fewer of them.
    assert not certify_recovery(exact("C6"), group_by_name("D3")).holds
    assert not certify_recovery(exact("D3"), group_by_name("C6")).holds
    # True blocks, but representations that are none, or not all.
    d3 = group_by_name("D3")
    first, second, third = irreps(d3)
    assert certify_recovery(exact("D3"), d3, (second, first, third)).holds
    assert not certify_recovery(exact("D3"), d3, (first, first, third)).holds
    assert not certify_recovery(exact("D3"), d3, irreps(group_by_name("S3"))).holds


def test_unitary_changes_and_constants_are_divided_out():
    rng = np.random.default_rng(3)
    group = group_by_name("D4")
    weights = tuple(3 * unitary(b.shape[1], rng) @ b @ unitary(b.shape[1], rng) for b in exact("D4"))
    assert recover(normalized(weights)).table == group.table
    result = certify_result(weights, "w", group)
    assert result.value is True and result.status is Status.CERTIFIED
    assert [block["scale"] for block in result.data["blocks"]] == pytest.approx([3] * 5)
    assert result.data["distance"] < 1e-12


def test_unitary_change_finds_the_change():
    rng = np.random.default_rng(5)
    rho = irreps(group_by_name("S4"))[4].unitary()
    a, b = unitary(3, rng), unitary(3, rng)
    weights = a @ rho.conj().swapaxes(1, 2) @ b
    x, y = unitary_change(weights, rho)
    assert np.allclose(x @ rho.conj().swapaxes(1, 2) @ y, weights, atol=1e-12)


def test_certify_tells_representations_apart():
    group = group_by_name("Q8")
    # Two equal blocks: the unitary change cannot repair that.
    blocks = list(exact("Q8"))
    blocks[1] = blocks[0]
    result = certify_result(tuple(blocks), "w", group)
    assert result.value is False and result.status is Status.NUMERICAL and result.data["distance"] > 0.5
    fit = fit_fourier(exact("Q8")[::-1], group, irreps(group))
    assert [b.representation for b in fit.blocks] == [rho.name for rho in irreps(group)][::-1]


def test_large_noisy_groups():
    rng = np.random.default_rng(0)
    result = recover_result(disturbed(exact("S5"), 0.15, rng), "w")
    assert result.value == "S5" and result.status is Status.CERTIFIED
    assert result.data["commutative"] is False and result.data["order"] == 120
    assert result.data["order_statistics"] == {"1": 1, "2": 25, "3": 20, "4": 30, "5": 24, "6": 20}


def test_random_weights_are_undecided_not_a_group():
    rng = np.random.default_rng(0)
    blocks = tuple(rng.normal(size=(6, d, d)) + 0j for d in (1, 1, 2))
    result = recover_result(blocks, "w")
    assert result.status is Status.UNDECIDED and result.value is None and "not a group" in result.data["failure"]


def test_approximately_invariant_weights_outside_the_bound_are_numerical():
    rng = np.random.default_rng(2)
    result = recover_result(disturbed(exact("A4"), 0.3, rng), "w")
    assert result.value == "A4" and result.status is Status.NUMERICAL and not result.data["certified"]


def test_files(tmp_path):
    blocks = exact("D3")
    save_blocks(str(tmp_path / "d3.npz"), blocks)
    assert all(np.array_equal(a, b) for a, b in zip(read_weights(tmp_path / "d3.npz"), blocks))
    flat = np.concatenate([b.reshape(6, -1) for b in blocks], axis=1)
    np.save(tmp_path / "d3.npy", flat)
    assert all(np.allclose(a, b) for a, b in zip(read_weights(tmp_path / "d3.npy", [1, 1, 2]), blocks))
    np.save(tmp_path / "c4.npy", np.fft.fft(np.eye(4)))
    assert recover(normalized(read_weights(tmp_path / "c4.npy"))).table == group_by_name("C4").table


@pytest.mark.parametrize("arrays, message", [
    ([np.ones((6, 1, 1)), np.ones((6, 2, 2))], "wrong block sizes 1, 2: their squares add up to 5, not to the 6"),
    ([np.ones((6, 2, 3))], r"read shape \(6, 2, 3\), expected"),
    ([np.ones((2, 1, 1)), np.ones((3, 1, 1))], "3 elements, the blocks before have 2"),
    ([np.full((1, 1, 1), np.nan)], "not finite"),
    ([np.array(["a"])], "are no numbers"),
    ([], "no blocks"),
])
def test_bad_blocks(tmp_path, arrays, message):
    np.savez(tmp_path / "w.npz", *arrays)
    with pytest.raises(DataError, match=message):
        read_weights(tmp_path / "w.npz")


def test_bad_files(tmp_path):
    np.savez(tmp_path / "pickled.npz", np.array([{}], dtype=object))
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "text.npz").write_text("weights")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 not a zip archive")
    np.save(tmp_path / "wide.npy", np.ones((6, 7)))
    for name in ("pickled.npz", "pickled.npy", "text.npz", "broken.npz", "none.npz"):
        with pytest.raises(DataError, match=r"plain numbers|No such file"):
            read_weights(tmp_path / name)
    with pytest.raises(DataError, match=r"need shape \(\|G\|, 6\), read \(6, 7\)"):
        read_weights(tmp_path / "wide.npy", [1, 1, 2])
    with pytest.raises(DataError, match="singular"):
        normalized((np.zeros((1, 1, 1)),))
    with pytest.raises(DataError, match="the weights have 6 elements, D4 has 8"):
        fit_fourier(exact("D3"), group_by_name("D4"), irreps(group_by_name("D4")))
    with pytest.raises(DataError, match="wrong block sizes 1, 1, 2"):
        fit_fourier(exact("D3"), group_by_name("C6"), irreps(group_by_name("C6")))
