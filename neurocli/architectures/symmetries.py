"""The continuous symmetries that several families share, as polynomial vector fields.

Each constructor states why its fields are symmetries; a test checks every one as an identity at
random points, on every family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from neurocli.algebra.rings import Array, Ring
from neurocli.architectures.parametrization import Symmetry, zero_like

Blocks = Mapping[str, Array]


def torus(size: int, incoming: Sequence[str], outgoing: str, power: int, place: str,
          axis_out: int = 1) -> Symmetry:
    """Rescaling the neurons of a layer with activation x^power.

    sigma(t y) = t^power sigma(y): multiply a neuron's incoming weights by t and its outgoing
    weights by t^-power.  The orbit is free: a generator moves the incoming weights of its own
    neuron, which no other generator of this layer or of a later one touches, so by induction
    over the layers no combination vanishes where all incoming weights are non-zero.
    """
    def fields(ring: Ring, blocks: Blocks) -> list[dict[str, Array]]:
        tangents = []
        for i in range(size):
            tangent = {}
            for name in incoming:
                tangent[name] = zero_like(ring, blocks[name])
                tangent[name][i] = blocks[name][i]
            out = zero_like(ring, blocks[outgoing])
            column = (slice(None),) * axis_out + (i,)
            out[column] = ring.scale(-power, blocks[outgoing][column])
            tangent[outgoing] = out
            tangents.append(tangent)
        return tangents

    name = "C*" if size == 1 else f"(C*)^{size}"
    return Symmetry(name, place, size, fields, free=True)


def general_linear(size: int, incoming: Sequence[str], outgoing: Sequence[str], place: str) -> Symmetry:
    """Change of basis of a layer without activation: y -> g y, outgoing weights times g^-1.

    Incoming blocks have the layer on their first axis, outgoing blocks on their last.
    """
    def fields(ring: Ring, blocks: Blocks) -> list[dict[str, Array]]:
        tangents = []
        for i in range(size):
            for j in range(size):
                tangent = {}
                for name in incoming:
                    tangent[name] = zero_like(ring, blocks[name])
                    tangent[name][i] = blocks[name][j]
                for name in outgoing:
                    out = zero_like(ring, blocks[name])
                    out[..., j] = ring.scale(-1, blocks[name][..., i])
                    tangent[name] = out
                tangents.append(tangent)
        return tangents

    return Symmetry(f"GL({size})", place, size * size, fields)


def contragredient(size: int, first: str, second: str, place: str) -> Symmetry:
    """GL acting on a factorization K^T Q of a matrix: (K, Q) -> (g K, g^-T Q)."""
    def fields(ring: Ring, blocks: Blocks) -> list[dict[str, Array]]:
        tangents = []
        for i in range(size):
            for j in range(size):
                left, right = zero_like(ring, blocks[first]), zero_like(ring, blocks[second])
                left[..., i, :] = blocks[first][..., j, :]
                right[..., j, :] = ring.scale(-1, blocks[second][..., i, :])
                tangents.append({first: left, second: right})
        return tangents

    return Symmetry(f"GL({size})", place, size * size, fields)


def orthogonal(size: int, incoming: Sequence[str], weights: str, place: str,
               shift: Fraction = Fraction(0), bias: str | None = None) -> Symmetry:
    """The orthogonal group of an outer sum of squares f = sum_i c_i y_i^2 (one output).

    The field y_i' = c_j y_j, y_j' = -c_i y_i keeps c_i y_i^2 + c_j y_j^2, since its derivative is
    2 c_i c_j y_i y_j - 2 c_i c_j y_i y_j.  An activation y^2 + b y is (y + b/2)^2 up to a
    constant, so with a bias the same field acts on y + shift, shift = b/2.
    """
    def fields(ring: Ring, blocks: Blocks) -> list[dict[str, Array]]:
        c = blocks[weights].reshape(-1)
        tangents = []
        for i in range(size):
            for j in range(i + 1, size):
                tangent = {}
                for name in incoming:
                    rows = blocks[name]
                    if name == bias and shift:
                        rows = ring.add(rows, ring.constant(np.full(rows.shape, shift, dtype=object)))
                    tangent[name] = zero_like(ring, blocks[name])
                    tangent[name][i] = ring.multiply(c[j], rows[j])
                    tangent[name][j] = ring.scale(-1, ring.multiply(c[i], rows[i]))
                tangents.append(tangent)
        return tangents

    return Symmetry(f"O({size})", place, size * (size - 1) // 2, fields)


def orthogonal_affine(size: int, incoming: Sequence[str], weights: str, place: str) -> Symmetry:
    """The subgroup of O(k) for f = sum_i c_i (y_i^2 + b y_i) without a bias.

    Both sum c_i y_i^2 and sum c_i y_i must be kept: O(k) fixing one vector, dimension
    (k-1)(k-2)/2.  Its fields are y_i' = c_j c_m (y_j - y_m) and cyclically.
    """
    def fields(ring: Ring, blocks: Blocks) -> list[dict[str, Array]]:
        c = blocks[weights].reshape(-1)
        tangents = []
        for j in range(1, size):
            for m in range(j + 1, size):
                tangent = {}
                for name in incoming:
                    rows = blocks[name]
                    moved = zero_like(ring, rows)
                    for a, b, d in ((0, j, m), (j, m, 0), (m, 0, j)):
                        difference = ring.add(rows[b], ring.scale(-1, rows[d]))
                        moved[a] = ring.multiply(ring.multiply(c[b], c[d]), difference)
                    tangent[name] = moved
                tangents.append(tangent)
        return tangents

    return Symmetry(f"O({size - 1})", place, (size - 1) * (size - 2) // 2, fields)


def scaling(up: Sequence[str], down: Sequence[tuple[str, int]], place: str, free: bool = True) -> Symmetry:
    """One scalar: blocks `up` times t, blocks `down` times t^-power."""
    def fields(ring: Ring, blocks: Blocks) -> list[dict[str, Array]]:
        tangent = {name: blocks[name] for name in up}
        tangent |= {name: ring.scale(-power, blocks[name]) for name, power in down}
        return [tangent]

    return Symmetry("C*", place, 1, fields, free=free)
