"""Sprecher networks with piecewise linear functions: a polynomial map inside every cell pattern.

phi has G knots evenly spaced on [0, 1] and Phi on [0, d_out], the values at the knots being
parameters; outside they continue linearly.  Which interval every argument falls into is the cell
pattern.  Inside an interval [t_k, t_k + h] with z = argument,

    phi(z) = c_k (1 - u) + c_{k+1} u,   u = (z - t_k) / h,

which is linear in the values and in z: sum_k c_k (a_k + b_k z) with constants a, b of the cell.
The program takes these constants as further inputs, one set per sample, so that one program
serves every pattern; `cell_inputs` computes them exactly at a rational point.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization, Symmetry


def piecewise(network: Network) -> Parametrization:
    """The parametrization; its inputs are x and, per block, the constants of the cells."""
    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.sprecher import block_widths

    knots, widths = network.get("knots"), block_widths(network.shape)
    parameters: list[tuple[str, tuple[int, ...]]] = []
    inputs: list[tuple[str, tuple[int, ...]]] = [("x", (network.shape[0],))]
    for i, (a, b) in enumerate(widths, 1):
        parameters += [(f"lambda{i}", (a,)), (f"eta{i}", (1,)), (f"phi{i}", (knots,)), (f"Phi{i}", (knots,))]
        inputs += [(f"a{i}", (b, a, knots)), (f"b{i}", (b, a, knots)), (f"A{i}", (b, knots)), (f"B{i}", (b, knots))]
    builder = ProgramBuilder(parameters, inputs)
    value = builder["x"]
    for i, (a, b) in enumerate(widths, 1):
        spread = builder.gather(value, np.tile(np.arange(a), (b, 1)))
        shift = builder.contract("qi,i->q", builder.constant(np.arange(b).reshape(b, 1).tolist()), builder[f"eta{i}"])
        z = builder.add(spread, builder.gather(shift, np.tile(np.arange(b)[:, None], (1, a))))
        weights = builder.add(builder[f"a{i}"], builder.contract("qjk,qj->qjk", builder[f"b{i}"], z))
        inside = builder.contract("qjk,k->qj", weights, builder[f"phi{i}"])
        sums = builder.contract("qj,j->q", inside, builder[f"lambda{i}"])
        sums = builder.add(sums, builder.constant(list(range(b))))
        weights = builder.add(builder[f"A{i}"], builder.contract("qk,q->qk", builder[f"B{i}"], sums))
        value = builder.contract("qk,k->q", weights, builder[f"Phi{i}"])
    if network.shape[-1] == 1:
        ones = builder.constant([1] * builder.shapes[value][0])
        value = builder.reshape(builder.contract("q,q->", value, ones), (1,))
    return Parametrization(
        network=network, program=builder.finish(value), ambient=None, degree_x=None, degree_parameters=None,
        symmetries=tuple(_rescaling(i) for i in range(1, len(widths) + 1)), cone=False)


def _rescaling(i: int) -> Symmetry:
    """phi -> t phi, lambda -> lambda / t: the sums do not change, so neither does any cell.

    The shift phi -> phi + c moves the arguments of Phi by c sum(lambda) and would have to move its
    knots, which stand still, so it is no symmetry here.
    """
    from neurocli.architectures.symmetries import scaling

    return scaling([f"phi{i}"], [(f"lambda{i}", 1)], f"block {i}", free=True)


def cell_inputs(network: Network, theta: list[Fraction], x: list[Fraction]) -> tuple[list[Fraction], tuple[Any, ...]]:
    """The program's inputs at one sample, and the cell pattern there, both exact.

    Args:
        theta: the parameters, blocks in order.
        x: the sample.

    Returns:
        The flat inputs, and for every block the interval numbers of the arguments of phi and Phi.
    """
    from neurocli.architectures.sprecher import block_widths

    knots, flat, pattern = network.get("knots"), list(x), []
    value, start = list(x), 0
    for a, b in block_widths(network.shape):
        lam, eta = theta[start:start + a], theta[start + a]
        phi = theta[start + a + 1:start + a + 1 + knots]
        outer = theta[start + a + 1 + knots:start + a + 1 + 2 * knots]
        start += a + 1 + 2 * knots
        inner_constants, inner_cells, outer_constants, outer_cells, following = [], [], [], [], []
        for q in range(b):
            total = Fraction(q)
            for j in range(a):
                cell, constants = _cell(value[j] + eta * q, knots, Fraction(1))
                inner_cells.append(cell)
                inner_constants.append(constants)
                total += lam[j] * _value(constants, phi, value[j] + eta * q)
            cell, constants = _cell(total, knots, Fraction(b))
            outer_cells.append(cell)
            outer_constants.append(constants)
            following.append(_value(constants, outer, total))
        for constants_list in (inner_constants, outer_constants):
            flat += [c for constants in constants_list for c in constants[0]]
            flat += [c for constants in constants_list for c in constants[1]]
        pattern.append((tuple(inner_cells), tuple(outer_cells)))
        value = following
    return flat, tuple(pattern)


def _cell(z: Fraction, knots: int, length: Fraction) -> tuple[int, tuple[list[Fraction], list[Fraction]]]:
    """The interval of z, and the constants a, b with function(z) = sum_k c_k (a_k + b_k z)."""
    h = length / (knots - 1)
    cell = min(max(int(z / h) if z >= 0 else 0, 0), knots - 2)
    a, b = [Fraction(0)] * knots, [Fraction(0)] * knots
    a[cell], b[cell] = Fraction(1 + cell), -1 / h
    a[cell + 1], b[cell + 1] = Fraction(-cell), 1 / h
    return cell, (a, b)


def _value(constants: tuple[list[Fraction], list[Fraction]], values: list[Fraction], z: Fraction) -> Fraction:
    return sum((c * (a + b * z) for c, a, b in zip(values, *constants, strict=True)), Fraction(0))
