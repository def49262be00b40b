"""Family `sprecher`: Sprecher networks with polynomial inner and outer functions.

A block d_in -> d_out computes s_q = sum_i lambda_i phi(x_i + eta q) + q and y_q = Phi(s_q); a
network with one output sums the last block's y_q, with several it appends a block that is not
summed.  With `knots` the functions are piecewise linear (see sprecher_piecewise.py).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from neurocli.architectures.keys import integer, read_integers
from neurocli.architectures.mlp import write_shape
from neurocli.architectures.network import Network
from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization, Symmetry

__all__ = ["EXAMPLE", "KEYS", "SHAPE", "SUMMARY", "parametrize", "read_shape", "validate", "write_shape"]

SUMMARY = "Sprecher network with polynomial (or piecewise linear) inner and outer functions"
EXAMPLE = "sprecher:2-3-1,phi=2,Phi=2"
SHAPE = "input dimension, block widths, outputs (2-3-1)"
KEYS = {
    "phi": integer("degree of the inner functions phi", 1, 1000),
    "Phi": integer("degree of the outer functions Phi", 1, 1000),
    "knots": integer("piecewise linear functions with this many knots, in place of degrees", 2, 4096),
}


def read_shape(text: str) -> tuple[int, ...]:
    """Input dimension, widths of the blocks, outputs."""
    return read_integers(text, "shape", "-", at_least=3)


def validate(shape: tuple[int, ...], keys: dict[str, Any], place: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Either both degrees or the number of knots."""
    if "knots" in keys:
        if "phi" in keys or "Phi" in keys:
            raise SpecificationError(place, "knots and degrees", "knots (piecewise linear) or phi and Phi (polynomial)")
        return shape, keys
    for key in ("phi", "Phi"):
        if key not in keys:
            raise SpecificationError(place, f"no {key}", f"{key}=DEGREE, or knots=NUMBER",
                                     place + ",phi=2,Phi=2")
    return shape, keys


def block_widths(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Input and output width of every block: a last width 1 is the sum of the block before it."""
    stages = shape[:-1] if shape[-1] == 1 else shape
    return list(itertools.pairwise(stages))


def parametrize(network: Network) -> Parametrization:
    """The parametrization of a polynomial Sprecher network."""
    import numpy as np

    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Parametrization

    if network.get("knots"):
        from neurocli.architectures.sprecher_piecewise import piecewise

        return piecewise(network)
    inner, outer = network.get("phi"), network.get("Phi")
    widths = block_widths(network.shape)
    names = []
    for i, (a, _) in enumerate(widths, 1):
        names += [(f"lambda{i}", (a,)), (f"eta{i}", (1,)), (f"phi{i}", (inner + 1,)), (f"Phi{i}", (outer + 1,))]
    builder = ProgramBuilder(names, [("x", (network.shape[0],))])
    value = builder["x"]
    for i, (a, b) in enumerate(widths, 1):
        # arguments z[q, j] = x_j + eta q
        spread = builder.gather(value, np.tile(np.arange(a), (b, 1)))
        index = builder.constant(np.arange(b).reshape(b, 1).tolist())
        shift = builder.contract("qi,i->q", index, builder[f"eta{i}"])
        shifted = builder.add(spread, builder.gather(shift, np.tile(np.arange(b)[:, None], (1, a))))
        inside = builder.contract("qjk,k->qj", builder.powers(shifted, inner), builder[f"phi{i}"])
        sums = builder.contract("qj,j->q", inside, builder[f"lambda{i}"])
        sums = builder.add(sums, builder.constant(list(range(b))))
        value = builder.contract("qk,k->q", builder.powers(sums, outer), builder[f"Phi{i}"])
    if network.shape[-1] == 1:
        ones = builder.constant([1] * builder.shapes[value][0])
        value = builder.reshape(builder.contract("q,q->", value, ones), (1,))
    degree = (inner * outer) ** len(widths)
    degree_parameters = 0
    for _ in widths:  # eta z-power, phi and lambda, then Phi
        degree_parameters = (max(degree_parameters, 1) * inner + 2) * outer + 1
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=Ambient(network.shape[0], range(degree + 1), network.shape[-1],
                        note="all polynomials up to this degree; sums of functions of one variable inside "
                             "make some of their coefficients vanish identically"),
        degree_x=degree,
        degree_parameters=degree_parameters,
        symmetries=tuple(_symmetries(widths, inner, outer)),
    )


def _symmetries(widths: list[tuple[int, int]], inner: int, outer: int) -> list[Symmetry]:
    """Two gauges per block, two more per junction; a block of width one never uses its
    eta, and its only sum may be rescaled (Phi(s) -> Phi(s / t), lambda -> t lambda), since q = 0 there.

    In a block: phi -> t phi with lambda -> lambda / t; phi -> phi + c with Phi(s) -> Phi(s - c sum lambda).
    Between blocks: y -> t y (Phi -> t Phi, next phi(z) -> phi(z / t), eta -> t eta), and y -> y + c
    (Phi -> Phi + c, next phi(z) -> phi(z - c)).
    """
    from neurocli.architectures.parametrization import Symmetry
    from neurocli.architectures.symmetries import scaling

    found: list[Symmetry] = []
    count = len(widths)
    for i in range(1, count + 1):
        if widths[i - 1][1] == 1:
            found.append(Symmetry("C", f"block {i}, eta", 1, _any_eta(i)))
            found.append(Symmetry("C*", f"block {i}, scale of the sum", 1, _sum_scale(i)))
        found.append(scaling([f"phi{i}"], [(f"lambda{i}", 1)], f"block {i}", free=False))
        found.append(Symmetry("C", f"block {i}, shift of phi", 1, _shift_inner(i, outer)))
    for i in range(1, count):
        found.append(Symmetry("C*", f"junction {i}, scale", 1, _junction_scale(i, inner)))
        found.append(Symmetry("C", f"junction {i}, shift", 1, _junction_shift(i, inner)))
    return found


def _sum_scale(i: int) -> Any:
    def fields(ring: Any, blocks: Any) -> Any:
        outer = blocks[f"Phi{i}"]
        exponents = ring.constant([-j for j in range(len(outer))])
        return [{f"lambda{i}": blocks[f"lambda{i}"], f"Phi{i}": ring.multiply(exponents, outer)}]
    return fields


def _any_eta(i: int) -> Any:
    def fields(ring: Any, blocks: Any) -> Any:
        import numpy as np

        return [{f"eta{i}": ring.constant(np.ones(1, dtype=np.int64))}]
    return fields


def _shift_inner(i: int, outer: int) -> Any:
    def fields(ring: Any, blocks: Any) -> Any:
        import numpy as np

        constant = ring.constant(np.array([1] + [0] * (len(blocks[f"phi{i}"]) - 1), dtype=np.int64))
        total = ring.sum_last(blocks[f"lambda{i}"])
        slope = derivative(ring, blocks[f"Phi{i}"])
        return [{f"phi{i}": constant, f"Phi{i}": ring.scale(-1, ring.multiply(total, slope))}]
    return fields


def _junction_scale(i: int, inner: int) -> Any:
    def fields(ring: Any, blocks: Any) -> Any:
        exponents = ring.constant([-j for j in range(inner + 1)])
        return [{f"Phi{i}": blocks[f"Phi{i}"], f"eta{i + 1}": blocks[f"eta{i + 1}"],
                 f"phi{i + 1}": ring.multiply(exponents, blocks[f"phi{i + 1}"])}]
    return fields


def _junction_shift(i: int, inner: int) -> Any:
    def fields(ring: Any, blocks: Any) -> Any:
        import numpy as np

        constant = ring.constant(np.array([1] + [0] * (len(blocks[f"Phi{i}"]) - 1), dtype=np.int64))
        return [{f"Phi{i}": constant,
                 f"phi{i + 1}": ring.scale(-1, derivative(ring, blocks[f"phi{i + 1}"]))}]
    return fields


def derivative(ring: Any, coefficients: Any) -> Any:
    """Coefficients of the derivative of a polynomial, padded with a zero."""
    import numpy as np

    count = len(coefficients)
    scaled = ring.multiply(ring.constant(list(range(count))), coefficients)
    zero = ring.constant(np.zeros(1, dtype=np.int64))
    return np.concatenate([scaled[1:], zero])


def parameter_count(network: Network) -> int:
    """Number of parameters, without building the program."""
    per_block = (network.get("knots") or 0) * 2 or network.get("phi") + network.get("Phi") + 2
    return sum(a + 1 + per_block for a, _ in block_widths(network.shape)) if math.prod(network.shape) else 0
