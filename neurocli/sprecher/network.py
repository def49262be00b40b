"""A Sprecher network with its weights.

A block with inputs x_1 ... x_m and d outputs computes, for q = 0 ... d-1,

    s_q = sum_i lambda_i phi(x_i + eta q) + alpha q,        (one inner function phi)
    s_q <- s_q + tau (w_q s_{q+1} + w'_q s_{q-1})           (lateral mixing, indices modulo d)
    y_q = g_q (Phi(s_q) + R_q(x)) + h_q                     (one outer function Phi, residual, affine norm)

A network composes blocks; one with a scalar output sums the last block's outputs.  The answer is
A y + B with two scalars.

Reference: [sprecher-networks-2025], [sprecher-1965].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from neurocli.errors import DataError
from neurocli.sprecher.spline import Spline

RESIDUALS = ("none", "scalar", "pool", "broadcast", "linear")


@dataclasses.dataclass(frozen=True)
class Lateral:
    """Mixing of neighbouring sums: scale tau, forward weights w, backward weights (empty when cyclic)."""

    scale: Any
    forward: tuple[Any, ...]
    backward: tuple[Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class Block:
    """One block.

    Args:
        weights: lambda, one per input.
        outputs: d.
        phi, Phi: inner and outer function.
        eta: shift of the inner arguments.
        lateral: mixing, or None.
        residual: "none"; "scalar" (one weight, as many inputs as outputs); "pool" (a weight per input,
            input i goes to output i mod d); "broadcast" (a weight per output, output q reads input
            q mod m); "linear" (an m x d matrix, row after row).
        residual_weights: as many numbers as the kind needs.
        norm: (g, h), d numbers each, or None.
        norm_first: the affine map acts on the inputs of the block instead of on its outputs.

    Raises:
        DataError: sizes do not fit.
    """

    weights: tuple[Any, ...]
    outputs: int
    phi: Spline
    Phi: Spline
    eta: Any
    lateral: Lateral | None = None
    residual: str = "none"
    residual_weights: tuple[Any, ...] = ()
    norm: tuple[tuple[Any, ...], tuple[Any, ...]] | None = None
    norm_first: bool = False

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return len(self.weights)

    def __post_init__(self) -> None:
        m, d = len(self.weights), self.outputs
        if m < 1 or d < 1:
            raise DataError(f"a block with {m} inputs and {d} outputs")
        if self.residual not in RESIDUALS:
            raise DataError(f"residual {self.residual!r}", ", ".join(RESIDUALS))
        fits = {"none": True, "scalar": m == d, "pool": m > d, "broadcast": m < d, "linear": True}
        count = residual_count(self.residual, m, d)
        if not fits[self.residual] or len(self.residual_weights) != count:
            raise DataError(f"residual {self.residual!r} with {len(self.residual_weights)} weights in a block "
                            f"{m} -> {d}")
        if self.lateral is not None and (len(self.lateral.forward) != d
                                         or len(self.lateral.backward) not in (0, d)):
            raise DataError(f"lateral weights {len(self.lateral.forward)} and {len(self.lateral.backward)} "
                            f"in a block {m} -> {d}")
        width = m if self.norm_first else d
        if self.norm is not None and (len(self.norm[0]) != width or len(self.norm[1]) != width):
            raise DataError(f"normalization of {len(self.norm[0])} channels in a block {m} -> {d}")


@dataclasses.dataclass(frozen=True)
class SprecherNetwork:
    """Blocks, and the affine map at the end.

    Args:
        blocks: in order; the outputs of one are the inputs of the next.
        summed: the outputs of the last block are added up (a scalar network).
        scale, bias: A and B.
        alpha: factor of q in the sums.

    Raises:
        DataError: no block, or widths that do not fit.
    """

    blocks: tuple[Block, ...]
    summed: bool
    scale: Any = 1
    bias: Any = 0
    alpha: Any = 1

    def __post_init__(self) -> None:
        if not self.blocks:
            raise DataError("a network needs a block")
        for k, (left, right) in enumerate(zip(self.blocks, self.blocks[1:]), 1):
            if left.outputs != right.inputs:
                raise DataError(f"block {k} has {left.outputs} outputs, block {k + 1} reads {right.inputs}")

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return self.blocks[0].inputs

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return 1 if self.summed else self.blocks[-1].outputs

    @property
    def widths(self) -> tuple[int, ...]:
        """Inputs, then the outputs of every block."""
        return (self.inputs, *(block.outputs for block in self.blocks))

    @property
    def cubic(self) -> bool:
        """Whether a spline is cubic, so that there is no exact arithmetic."""
        return any(spline.kind == "cubic" for block in self.blocks for spline in (block.phi, block.Phi))


def residual_count(kind: str, inputs: int, outputs: int) -> int:
    """How many residual weights a kind has."""
    return {"none": 0, "scalar": 1, "pool": inputs, "broadcast": outputs, "linear": inputs * outputs}[kind]


def residual_kind(style: str, inputs: int, outputs: int) -> str:
    """The kind that the style "node", "linear" or "none" takes in a block m -> d."""
    if style == "none":
        return "none"
    if inputs == outputs:
        return "scalar"
    if style == "linear":
        return "linear"
    return "pool" if inputs > outputs else "broadcast"


def residual_at(block: Block, x: Sequence[Any], q: int) -> Any:
    """R_q(x) at one point."""
    w, m, d = block.residual_weights, block.inputs, block.outputs
    if block.residual == "scalar":
        return w[0] * x[q]
    if block.residual == "pool":
        return sum(w[i] * x[i] for i in range(q, m, d))
    if block.residual == "broadcast":
        return w[q] * x[q % m]
    if block.residual == "linear":
        return sum(w[i * d + q] * x[i] for i in range(m))
    return 0
