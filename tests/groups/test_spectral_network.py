"""The spectral network: its gradient, and the groups it learns."""

import numpy as np
import pytest

from neurocli.errors import UsageError
from neurocli.groups.irreps import irreps
from neurocli.groups.names import group_by_name
from neurocli.groups.recovery import recover
from neurocli.groups.recovery_certificate import certify_recovery
from neurocli.groups.spectral_network import initial_blocks, invariance_gradient, regularizer_gradient, train
from neurocli.groups.weights import fourier_blocks, invariance_error, regularizer


@pytest.mark.parametrize("weighted", [True, False])
def test_gradients_against_differences(weighted):
    rng = np.random.default_rng(0)
    blocks = initial_blocks(6, [1, 1, 2], rng)
    x, y = (rng.normal(size=(3, 6)) + 1j * rng.normal(size=(3, 6)) for _ in range(2))

    def loss(trial):
        return invariance_gradient(trial, x, y)[0] + 2 * regularizer_gradient(trial, weighted)[0]

    gradients = [a + 2 * b for a, b in zip(invariance_gradient(blocks, x, y)[1],
                                           regularizer_gradient(blocks, weighted)[1])]
    assert regularizer_gradient(blocks, weighted)[0] == pytest.approx(regularizer(tuple(blocks), weighted))
    for i in range(3):
        direction = rng.normal(size=blocks[i].shape) + 1j * rng.normal(size=blocks[i].shape)
        step = 1e-6
        sides = [loss([b + s * step * direction if k == i else b for k, b in enumerate(blocks)]) for s in (1, -1)]
        expected = float(np.sum((gradients[i].conj() * direction).real))
        assert (sides[0] - sides[1]) / (2 * step) == pytest.approx(expected, rel=1e-6)


def test_the_fourier_transform_is_a_global_minimum():
    group = group_by_name("Q8")
    blocks = list(fourier_blocks(irreps(group)))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 8)) + 1j * rng.normal(size=(5, 8))
    y = x[:, list(group.table[3])]
    loss, gradient = invariance_gradient(blocks, x, y)
    assert loss < 1e-24 and max(np.abs(g).max() for g in gradient) < 1e-12
    assert invariance_error(tuple(blocks[:-1]) + (blocks[-1] + 0.1,), group) > 0.01


def test_d3_is_recovered_in_ten_seeds_out_of_ten():
    group = group_by_name("D3")
    for seed in range(10):
        trained = train(group, [1, 1, 2], seed=seed)
        found = recover(trained.blocks)
        assert found.table == group.table, seed
        assert certify_recovery(trained.blocks, group).distance < 1e-4, seed


@pytest.mark.parametrize("name, sizes", [("C5", [1] * 5), ("D4", [1, 1, 1, 1, 2])])
def test_other_groups(name, sizes):
    group = group_by_name(name)
    trained = train(group, sizes, seed=1)
    assert recover(trained.blocks).table == group.table


def test_training_is_reproducible_and_reports_progress():
    group, seen = group_by_name("C3"), []
    first = train(group, [1, 1, 1], steps=50, seed=7, progress=lambda *line: seen.append(line))
    second = train(group, [1, 1, 1], steps=50, seed=7)
    assert all(np.array_equal(a, b) for a, b in zip(first.blocks, second.blocks))
    assert not np.array_equal(first.blocks[0], train(group, [1, 1, 1], steps=50, seed=8).blocks[0])
    assert seen[0][:2] == (1, 50) and seen[-1][0] == 50 and first.losses[-1][1] == seen[-1][2]


def test_noise_leaves_an_approximately_invariant_network():
    group = group_by_name("C4")
    trained = train(group, [1] * 4, seed=0, noise=0.05)
    assert 1e-4 < invariance_error(trained.blocks, group) < 0.2
    assert recover(trained.blocks).table == group.table


def test_bad_arguments():
    with pytest.raises(UsageError, match=r"blocks of sizes \[1, 2\] for a group of order 6"):
        train(group_by_name("D3"), [1, 2])
    with pytest.raises(UsageError, match="must be positive"):
        train(group_by_name("C1"), [1], rate=0)
