"""Evaluation of Sprecher networks: exactly, in floats, and in floats with memory of one layer only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurocli.errors import DataError, TooLarge
from neurocli.sprecher.network import Block, SprecherNetwork, residual_at
from neurocli.sprecher.spline import Array

#: Entries of the largest intermediate array that plain evaluation may form (4 GB of doubles).
LARGEST_PLAIN = 2**29
#: Entries a sequential evaluation handles at once: enough to hide the cost of a numpy call.
_CHUNK = 2**19


def evaluate_exactly(network: SprecherNetwork, x: Sequence[Any]) -> tuple[Any, ...]:
    """The outputs at one point, as exact numbers.

    Args:
        network: piecewise linear, with rational weights.
        x: rational inputs.

    Raises:
        DataError: wrong number of inputs, or a cubic spline.
    """
    if len(x) != network.inputs:
        raise DataError(f"{len(x)} inputs; the network reads {network.inputs}")
    values = list(x)
    for block in network.blocks:
        if block.norm is not None and block.norm_first:
            values = [g * value + h for g, h, value in zip(*block.norm, values)]
        s = [sum(w * block.phi(value + block.eta * q) for w, value in zip(block.weights, values))
             + network.alpha * q for q in range(block.outputs)]
        s = _mix(block, s)
        outputs = [block.Phi(s[q]) + residual_at(block, values, q) for q in range(block.outputs)]
        if block.norm is not None and not block.norm_first:
            outputs = [g * value + h for g, h, value in zip(*block.norm, outputs)]
        values = outputs
    if network.summed:
        values = [sum(values)]
    return tuple(network.scale * value + network.bias for value in values)


def _mix(block: Block, s: list[Any]) -> list[Any]:
    """Lateral mixing at one point."""
    if block.lateral is None:
        return s
    d, mixing = block.outputs, block.lateral
    mixed = []
    for q in range(d):
        total = mixing.forward[q] * s[(q + 1) % d]
        if mixing.backward:
            total = total + mixing.backward[q] * s[(q - 1) % d]
        mixed.append(s[q] + mixing.scale * total)
    return mixed


def evaluate(network: SprecherNetwork, x: Array, low_memory: bool = False) -> Array:
    """The outputs for a batch of inputs, in floats.

    Args:
        network: any Sprecher network.
        x: batch x inputs.
        low_memory: go through the outputs of a block one after the other, so that no array is larger
            than batch x width.

    Returns:
        batch x outputs, bit for bit the same in both ways: each s_q is one sum over the inputs, formed in
        the same order.

    Raises:
        DataError: wrong shape, or inputs that are not finite.
        TooLarge: the plain way would form an array of more than 4 GB.
    """
    if x.ndim != 2 or x.shape[1] != network.inputs:
        raise DataError(f"inputs of shape {x.shape}; the network reads rows of {network.inputs}")
    if not np.all(np.isfinite(x)):
        row = int(np.argwhere(~np.isfinite(x))[0][0]) + 1
        raise DataError(f"row {row}: an input is not finite")
    if not low_memory and len(x) * largest_product(network) > LARGEST_PLAIN:
        size = 8 * len(x) * largest_product(network) / 1e9
        raise TooLarge(f"plain evaluation would form an array of {size:.1f} GB", "use --low-memory")
    values = np.ascontiguousarray(x, dtype=float)
    for block in network.blocks:
        values = _block(block, values, float(network.alpha), low_memory)
    if network.summed:
        values = values.sum(axis=1, keepdims=True)
    return float(network.scale) * values + float(network.bias)


def largest_product(network: SprecherNetwork) -> int:
    """The largest inputs x outputs of a block: floats per sample that plain evaluation holds."""
    return max(block.inputs * block.outputs for block in network.blocks)


def _block(block: Block, x: Array, alpha: float, low_memory: bool) -> Array:
    if block.norm is not None and block.norm_first:
        x = np.ascontiguousarray(x * _floats(block.norm[0]) + _floats(block.norm[1]))
    d, weights, eta = block.outputs, _floats(block.weights), float(block.eta)
    s = np.empty((len(x), d))
    step = max(1, _CHUNK // x.size) if low_memory else d
    for start in range(0, d, step):
        q = np.arange(start, min(start + step, d), dtype=float)
        inner = block.phi.at(x[None, :, :] + eta * q[:, None, None])
        inner *= weights
        # The inputs are the last, contiguous axis: numpy adds each row in one fixed order.
        s[:, start:start + len(q)] = inner.sum(axis=2).T + alpha * q
    s = _mixed(block, s)
    y = block.Phi.at(s)
    _add_residual(block, x, y)
    if block.norm is not None and not block.norm_first:
        y = y * _floats(block.norm[0]) + _floats(block.norm[1])
    return y


def _mixed(block: Block, s: Array) -> Array:
    if block.lateral is None:
        return s
    mixing = block.lateral
    total = _floats(mixing.forward) * np.roll(s, -1, axis=1)
    if mixing.backward:
        total += _floats(mixing.backward) * np.roll(s, 1, axis=1)
    return s + float(mixing.scale) * total


def _add_residual(block: Block, x: Array, y: Array) -> None:
    """y += R(x), in place."""
    m, d, w = block.inputs, block.outputs, _floats(block.residual_weights)
    if block.residual == "scalar":
        y += w[0] * x
    elif block.residual == "broadcast":
        y += w * x[:, np.arange(d) % m]
    elif block.residual == "linear":
        y += x @ w.reshape(m, d)
    elif block.residual == "pool":
        for start in range(0, m, d):
            part = x[:, start:start + d] * w[start:start + d]
            y[:, :part.shape[1]] += part


def _floats(values: Sequence[Any]) -> Array:
    return np.array([float(value) for value in values])
