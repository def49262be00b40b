"""`Parametrization`: the map from parameters to functions, unexpanded, with what is known of it.

A family turns a `Network` into this record: named parameter blocks, a straight-line program that
is evaluated and differentiated over any ring, the known symmetries with their vector fields, a
gauge, and the ambient space of coefficients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import comb
from typing import Any

from neurocli.algebra.program import Program
from neurocli.algebra.rings import Array, Ring
from neurocli.architectures.network import Network

#: A tangent vector to parameter space: its entries by parameter block, absent blocks are zero.
Tangent = Mapping[str, Array]


@dataclasses.dataclass(frozen=True, eq=False)
class Symmetry:
    """A connected group of parameter changes that leave the function unchanged.

    Args:
        name: the group, as the literature writes it: ``(C*)^3``, ``GL(2)``, ``O(4)``.
        place: where it acts ("hidden layer 1").
        dimension: dimension of the group.
        fields: (ring, blocks) -> one tangent vector per generator of its Lie algebra, with
            polynomial entries; each lies in the kernel of the Jacobian identically.
        free: generic orbits have the full dimension, by a proof in the family's file.
    """

    name: str
    place: str
    dimension: int
    fields: Callable[[Ring, Mapping[str, Array]], list[dict[str, Array]]]
    free: bool = False


@dataclasses.dataclass(frozen=True)
class Gauge:
    """A slice of parameter space: some entries fixed to constants.

    Args:
        fixed: block name -> ((flat index, value), ...).
        complete: generic orbits of the known symmetries meet it in finitely many points.
        description: what is fixed, in words.
    """

    fixed: Mapping[str, tuple[tuple[int, int], ...]]
    complete: bool
    description: str


@dataclasses.dataclass(frozen=True)
class Ambient:
    """The space of coefficient vectors in which the image lies.

    Args:
        variables: number of input variables.
        degrees: degrees of the forms that may occur in each output, increasing; a range where they
            are all the degrees up to one, which may be too many to list.
        outputs: number of outputs.
        note: what the space leaves out or counts although it vanishes.
        size: dimension, where it is not that of all forms of these degrees.
    """

    variables: int
    degrees: Sequence[int]
    outputs: int
    note: str = ""
    size: int | None = None

    @property
    def dimension(self) -> int:
        """Dimension of the space of coefficient vectors."""
        if self.size is not None:
            return self.size
        n = self.variables
        if isinstance(self.degrees, range) and self.degrees[0] == 0:
            return self.outputs * comb(self.degrees[-1] + n, n)
        return self.outputs * sum(comb(d + n - 1, n - 1) if n else int(d == 0) for d in self.degrees)


@dataclasses.dataclass(frozen=True, eq=False)
class Parametrization:
    """The map from parameters to functions.

    Args:
        network: the architecture.
        program: evaluates outputs from parameters and inputs.
        ambient: the coefficient space, or None when the functions are not polynomial.
        degree_x: degree of the outputs in the inputs (None: not polynomial).
        degree_parameters: degree of the coefficients in the parameters (None: not polynomial).
        symmetries: the known continuous symmetries.
        finite_symmetries: the known discrete ones, in words.
        gauge: a slice for the symmetries.
        cone: the image is closed under multiplication by scalars.
        equivalent: sentences that say why another network's image has the same closure, when
            this is a reduced form.
    """

    network: Network
    program: Program
    ambient: Ambient | None
    degree_x: int | None
    degree_parameters: int | None
    symmetries: tuple[Symmetry, ...] = ()
    finite_symmetries: tuple[str, ...] = ()
    gauge: Gauge = dataclasses.field(default_factory=lambda: Gauge({}, False, "none"))
    cone: bool = True
    equivalent: tuple[str, ...] = ()

    @property
    def parameter_count(self) -> int:
        """Number of scalar parameters."""
        return self.program.parameter_count

    @property
    def symmetry_dimension(self) -> int:
        """Dimension of the known symmetry group (its orbits may be smaller)."""
        return sum(symmetry.dimension for symmetry in self.symmetries)

    @cached_property
    def slices(self) -> dict[str, tuple[slice, tuple[int, ...]]]:
        """Where each block stands in the flat parameter vector, and its shape."""
        places, start = {}, 0
        for name, shape in self.program.parameters:
            size = 1
            for n in shape:
                size *= n
            places[name] = (slice(start, start + size), shape)
            start += size
        return places

    def blocks(self, theta: Array) -> dict[str, Array]:
        """The parameter blocks of one flat parameter vector."""
        return {name: theta[place].reshape(shape) for name, (place, shape) in self.slices.items()}

    def evaluate(self, ring: Ring, theta: Array, x: Array) -> Array:
        """Outputs (points, samples, *outputs) at flat parameter points and flat samples."""
        return self.program.evaluate(ring, theta, x)

    def jacobian(self, ring: Ring, theta: Array, x: Array) -> Array:
        """Jacobian rows (outputs, points, samples, parameters)."""
        return self.program.jacobian(ring, theta, x)

    def orbit_tangents(self, ring: Ring, theta: Array) -> Array:
        """Tangent vectors of the known symmetries at one flat parameter point, as rows.

        Every row lies in the kernel of the Jacobian, so the rank of these rows at any point is a
        lower bound for the dimension of the generic fibre.
        """
        import numpy as np

        blocks = self.blocks(theta)
        rows: list[Array] = []
        for symmetry in self.symmetries:
            for tangent in symmetry.fields(ring, blocks):
                row = ring.constant(np.zeros(self.parameter_count, dtype=np.int64))
                for name, value in tangent.items():
                    row[self.slices[name][0]] = value.reshape(-1)
                rows.append(row)
        if not rows:
            return ring.constant(np.zeros((0, self.parameter_count), dtype=np.int64))
        return np.stack(rows)


def zero_like(ring: Ring, block: Array) -> Array:
    """A block of zeros of the same shape."""
    return ring.scale(0, block)


def joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


def identity_block(rows: int, columns: int, size: int) -> tuple[tuple[int, int], ...]:
    """Gauge entries that fix the upper left size x size block of a matrix to the identity."""
    return tuple((i * columns + j, int(i == j)) for i in range(min(size, rows)) for j in range(size))


def merged(*gauges: Mapping[str, Any]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Gauge entries of several blocks together."""
    result: dict[str, tuple[tuple[int, int], ...]] = {}
    for gauge in gauges:
        for name, entries in gauge.items():
            result[name] = result.get(name, ()) + tuple(entries)
    return result
