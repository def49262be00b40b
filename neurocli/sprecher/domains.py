"""Interval propagation: the exact range that every block can be asked for, given ranges of the inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from neurocli.errors import DataError
from neurocli.sprecher.network import Block, SprecherNetwork

Interval = tuple[Any, Any]


@dataclasses.dataclass(frozen=True)
class BlockDomain:
    """Intervals of one block.

    Args:
        inputs: of every input.
        inner: of the arguments of phi, x_i + eta q over all i and q.
        sums: of every s_q after mixing.
        outer: hull of the sums: the domain Phi needs.
        outputs: of every output.
        inner_covered: the knots of phi reach over `inner`.
        outer_covered: the knots of Phi reach over `outer`.
    """

    inputs: tuple[Interval, ...]
    inner: Interval
    sums: tuple[Interval, ...]
    outer: Interval
    outputs: tuple[Interval, ...]
    inner_covered: bool
    outer_covered: bool


def propagate(network: SprecherNetwork, inputs: Sequence[Interval] | None = None) -> tuple[BlockDomain, ...]:
    """The intervals of every block, by interval arithmetic that is exact for exact data.

    Args:
        network: piecewise linear for exact results; floats where a spline is cubic.
        inputs: (low, high) for each input; default [0, 1].

    Returns:
        One record per block.  Every value that occurs for inputs in the given box lies in the
        intervals; they need not be attained, since an input occurs in many sums.

    Raises:
        DataError: a wrong number of intervals, or an empty one.

    Notes:
        phi increases, so lambda_i phi(x_i + eta q) ranges between its values at the ends of the interval,
        exchanged where lambda_i is negative.
    """
    intervals = list(inputs) if inputs is not None else [(0, 1)] * network.inputs
    if len(intervals) != network.inputs:
        raise DataError(f"{len(intervals)} intervals for {network.inputs} inputs")
    for k, (low, high) in enumerate(intervals, 1):
        if low > high:
            raise DataError(f"interval {k} is empty: [{low}, {high}]")
    found = []
    for block in network.blocks:
        found.append(_through(block, intervals, network.alpha))
        intervals = list(found[-1].outputs)
    return tuple(found)


def output_interval(network: SprecherNetwork, domains: Sequence[BlockDomain]) -> tuple[Interval, ...]:
    """The ranges of the network's outputs."""
    last: Sequence[Interval] = domains[-1].outputs
    if network.summed:
        last = [(sum(low for low, _ in last), sum(high for _, high in last))]
    return tuple(shift(scale(interval, network.scale), network.bias) for interval in last)


def scale(interval: Interval, factor: Any) -> Interval:
    """factor * [a, b]."""
    low, high = interval
    return (factor * low, factor * high) if factor >= 0 else (factor * high, factor * low)


def shift(interval: Interval, by: Any) -> Interval:
    """[a, b] + by."""
    return interval[0] + by, interval[1] + by


def plus(left: Interval, right: Interval) -> Interval:
    """[a, b] + [c, d]."""
    return left[0] + right[0], left[1] + right[1]


def _through(block: Block, inputs: list[Interval], alpha: Any) -> BlockDomain:
    if block.norm is not None and block.norm_first:
        inputs = [shift(scale(interval, g), h) for interval, g, h in zip(inputs, *block.norm)]
    d = block.outputs
    least, greatest = min(low for low, _ in inputs), max(high for _, high in inputs)
    reach = block.eta * (d - 1)
    inner = (least + min(reach, 0), greatest + max(reach, 0))
    sums: list[Interval] = []
    # Inputs with one interval (pixels, say) share the values of phi: their weights are added first.
    shared: dict[Interval, list[Any]] = {}
    for weight, interval in zip(block.weights, inputs):
        shared.setdefault(interval, []).append(weight)
    groups = [(interval, sum(w for w in weights if w > 0), sum(w for w in weights if w < 0))
              for interval, weights in shared.items()]
    for q in range(d):
        total: Interval = (alpha * q, alpha * q)
        for (low, high), positive, negative in groups:
            values = block.phi.bounds(low + block.eta * q, high + block.eta * q)
            total = plus(plus(total, scale(values, positive)), scale(values, negative))
        sums.append(total)
    if block.lateral is not None:
        mixing, plain = block.lateral, sums
        sums = []
        for q in range(d):
            total = plus(plain[q], scale(plain[(q + 1) % d], mixing.scale * mixing.forward[q]))
            if mixing.backward:
                total = plus(total, scale(plain[(q - 1) % d], mixing.scale * mixing.backward[q]))
            sums.append(total)
    outer = (min(low for low, _ in sums), max(high for _, high in sums))
    outputs = [plus(block.Phi.bounds(*sums[q]), _residual(block, inputs, q)) for q in range(d)]
    if block.norm is not None and not block.norm_first:
        outputs = [shift(scale(interval, g), h) for interval, g, h in zip(outputs, *block.norm)]
    return BlockDomain(tuple(inputs), inner, tuple(sums), outer, tuple(outputs),
                       block.phi.knots[0] <= inner[0] and inner[1] <= block.phi.knots[-1],
                       block.Phi.knots[0] <= outer[0] and outer[1] <= block.Phi.knots[-1])


def _residual(block: Block, inputs: list[Interval], q: int) -> Interval:
    w, m, d = block.residual_weights, block.inputs, block.outputs
    if block.residual == "scalar":
        return scale(inputs[q], w[0])
    if block.residual == "broadcast":
        return scale(inputs[q % m], w[q])
    total: Interval = (0, 0)
    if block.residual == "pool":
        for i in range(q, m, d):
            total = plus(total, scale(inputs[i], w[i]))
    if block.residual == "linear":
        for i in range(m):
            total = plus(total, scale(inputs[i], w[i * d + q]))
    return total
