"""The spectral network: trained to be invariant, its weights become the group Fourier transform.

For each block the network computes y_i = (W_i x)(W_i x)† with W_i x = Σ_g x(g) W_i(g), W_i(1) = 1
fixed.  The loss is the mean squared difference of the outputs at a signal and at a random translate,
plus a multiple of a regularizer that keeps the blocks orthonormal.

Reference: [marchetti-2023].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neurocli.errors import UsageError
from neurocli.groups.group import Group
from neurocli.groups.weights import Blocks, weighted_gram

#: Called with the step, the number of steps and the loss.
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Training:
    """A trained spectral network.

    Args:
        blocks: the weights, W_i(1) = 1.
        steps: how many gradient steps were taken.
        losses: (step, loss on the batch of that step), about a hundred of them.
    """

    blocks: Blocks
    steps: int
    losses: tuple[tuple[int, float], ...]


def initial_blocks(order: int, dimensions: Sequence[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Random blocks of the size of unitary matrices, with W_i(1) = 1."""
    blocks = []
    for d in dimensions:
        block = (rng.normal(size=(order, d, d)) + 1j * rng.normal(size=(order, d, d))) / np.sqrt(2 * d)
        block[0] = np.eye(d)
        blocks.append(block)
    return blocks


def invariance_gradient(blocks: Sequence[np.ndarray], signals: np.ndarray,
                        translates: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """The invariance loss of a batch and its gradient.

    Args:
        blocks: shapes (|G|, d_i, d_i).
        signals, translates: shape (batch, |G|), row by row in one orbit.

    Returns:
        The mean over blocks and batch of |y − y'|²/d², and 2 ∂/∂W̄ for each block.
    """
    loss, gradients = 0.0, []
    for block in blocks:
        d = block.shape[1]
        a = np.tensordot(signals, block, axes=(1, 0))
        b = np.tensordot(translates, block, axes=(1, 0))
        difference = a @ a.conj().swapaxes(1, 2) - b @ b.conj().swapaxes(1, 2)
        factor = 1 / (len(signals) * len(blocks) * d * d)
        loss += factor * float(np.sum(np.abs(difference) ** 2))
        # d|D|² = 4 Re tr(D dA A†) − 4 Re tr(D dB B†) for Hermitian D.
        gradients.append(4 * factor * (np.tensordot(signals.conj(), difference @ a, axes=(0, 0))
                                       - np.tensordot(translates.conj(), difference @ b, axes=(0, 0))))
    return loss, gradients


def regularizer_gradient(blocks: Sequence[np.ndarray], weighted: bool) -> tuple[float, list[np.ndarray]]:
    """The regularizer (see `weights.regularizer`) and 2 ∂/∂W̄ for each block."""
    n = len(blocks[0])
    c = n if weighted else sum(block.shape[1] for block in blocks)
    error = weighted_gram(tuple(blocks), weighted) - c * np.eye(n)
    gradients = []
    for block in blocks:
        weight = block.shape[1] if weighted else 1
        gradients.append(4 * weight / n**2 * np.tensordot(error, block, axes=(1, 0)))
    return float(np.mean(np.abs(error) ** 2)), gradients


def train(group: Group, dimensions: Sequence[int], *, steps: int = 2000, batch: int = 16,
          rate: float = 0.1, penalty: float = 3.0, weighted: bool = True, noise: float = 0.0,
          seed: int = 0, progress: Progress | None = None) -> Training:
    """Train a spectral network on random orbits.

    Args:
        group: the group that acts on the signals; the network sees only orbits, not the table.
        dimensions: the d_i of the blocks, Σ d_i² = |G|.
        steps: gradient steps (Adam, the rate falling to zero along a cosine).
        batch: pairs of a signal and a translate in each step.
        rate: the largest step size.
        penalty: factor of the regularizer.
        weighted: the regularizer with the factors d_i, which vanishes at the Fourier transform; or the
            published one without.
        noise: standard deviation of Gaussian noise added to the translates.
        seed: of the initial weights, the signals and the translations.
        progress: called about a hundred times.

    Raises:
        UsageError: Σ d_i² ≠ |G|, or a size, rate or factor that is not positive.
    """
    n = group.order
    if sum(d * d for d in dimensions) != n:
        raise UsageError(f"blocks of sizes {list(dimensions)} for a group of order {n}: the squares of the "
                         "sizes must add up to the order")
    if min(steps, batch) < 1 or rate <= 0 or penalty < 0 or noise < 0:
        raise UsageError("steps, batch and rate must be positive, penalty and noise not negative")
    rng = np.random.default_rng(seed)
    table, inverses = np.array(group.table), np.array(group.inverses)
    blocks = initial_blocks(n, dimensions, rng)
    first = [np.zeros_like(block) for block in blocks]
    second = [np.zeros(block.shape) for block in blocks]
    losses: list[tuple[int, float]] = []
    for step in range(1, steps + 1):
        signals = (rng.normal(size=(batch, n)) + 1j * rng.normal(size=(batch, n))) / np.sqrt(2)
        movers = inverses[rng.integers(n, size=batch)]
        translates = np.take_along_axis(signals, table[movers], axis=1)
        if noise:
            translates = translates + noise * (rng.normal(size=(batch, n)) + 1j * rng.normal(size=(batch, n)))
        loss, gradients = invariance_gradient(blocks, signals, translates)
        extra, more = regularizer_gradient(blocks, weighted)
        now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        for i, block in enumerate(blocks):
            gradient = gradients[i] + penalty * more[i]
            gradient[0] = 0  # the weights at the identity are held
            first[i] = 0.9 * first[i] + 0.1 * gradient
            second[i] = 0.99 * second[i] + 0.01 * np.abs(gradient) ** 2
            mean, square = first[i] / (1 - 0.9**step), second[i] / (1 - 0.99**step)
            blocks[i] = block - now * mean / (np.sqrt(square) + 1e-8)
        if step == 1 or step % max(1, steps // 100) == 0 or step == steps:
            losses.append((step, loss + penalty * extra))
            if progress is not None:
                progress(step, steps, losses[-1][1])
    return Training(tuple(blocks), steps, tuple(losses))
