"""Two-layer networks in coordinates that do not see the order of the neurons.

A network x -> sum_i w_oi (l_i . x)^r with l_i = (1, a_i) has as coefficients, up to multinomial factors, the
moments y_o(m) = sum_i w_oi m(a_i) of functionals supported on k points a_1, ..., a_k.  A functional on
those points is given by its values on k monomials B (the first k by degree, a basis for general points),
and products by the multiplication matrices of the points in that basis.  The entries of these border matrices, and
the values y_o(b) for b in B, are coordinates on pairs of a set of points and functionals: k! times fewer
solutions than with the points in order.  That the matrices commute is what defines the border basis
scheme [kreuzer-robbiano-2008], an open part of the Hilbert scheme of k points, which is irreducible in the plane and
for k <= 7 in every dimension [cartwright-2009].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import Any

import numpy as np

from neurocli.algebra.matrices import kernel
from neurocli.algebra.primes import derive_seed
from neurocli.architectures.network import Network
from neurocli.invariants.systems import RestrictedMap, constants, context_of

Exponents = tuple[int, ...]


def applies(network: Network, dimension: int) -> bool:
    """Whether the network has two layers, one monomial activation, at least three neurons and finite fibres."""
    powers = network.get("r", ())
    if network.family != "mlp" or len(network.shape) != 3 or network.get("bias") or not powers or powers[0] < 2:
        return False
    n, k, m = network.shape
    return k >= 3 and n >= 2 and (k <= 7 or n <= 3) and dimension == k * (n - 1 + m) and _fits(n - 1, k, powers[0])


def _fits(n: int, k: int, r: int) -> bool:
    return max(map(sum, _first_monomials(n, k))) < r or k <= n + 1


def _first_monomials(n: int, k: int) -> list[Exponents]:
    """The first k monomials in n variables by degree: closed under division."""
    found: list[Exponents] = []
    degree = 0
    while len(found) < k:
        for picked in combinations_with_replacement(range(n), degree):
            found.append(tuple(picked.count(i) for i in range(n)))
        degree += 1
    return found[:k]


@dataclasses.dataclass(frozen=True, eq=False)
class NodeMap(RestrictedMap):
    """The map of a two-layer network from border matrices and functionals to coefficients.

    Its `constraints` say that the border matrices commute.
    """

    @property
    def _shape(self) -> tuple[int, int, int, int]:
        n, k, m = self.parametrization.network.shape
        return n - 1, k, m, self.parametrization.network.get("r")[0]

    @cached_property
    def basis(self) -> list[Exponents]:
        """The monomials B."""
        n, k, _, _ = self._shape
        return _first_monomials(n, k)

    @cached_property
    def border(self) -> list[Exponents]:
        """Multiples of B by a variable that are not in B."""
        n, _, _, _ = self._shape
        return sorted({_times(b, j) for b in self.basis for j in range(n)} - set(self.basis),
                      key=lambda e: (sum(e), [-i for i in e]))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Entries of the border matrices, then values of the functionals."""
        _, k, m, _ = self._shape
        border = [f"b{i + 1}_{j + 1}" for i in range(len(self.border)) for j in range(k)]
        return (*border, *(f"w{o + 1}_{j + 1}" for o in range(m) for j in range(k)))

    @cached_property
    def context(self) -> Any:
        """The FLINT ring of these variables."""
        return context_of(len(self.names), self.characteristic)

    @cached_property
    def _matrices(self) -> list[list[list[Any]]]:
        """Rows: the products x_j b in terms of B, for every variable x_j and b in B."""
        n, k, _, _ = self._shape
        generators = self.context.gens()
        zero, one = self.context.constant(0), self.context.constant(1)
        matrices = []
        for j in range(n):
            rows = []
            for b in self.basis:
                product = _times(b, j)
                if product in self.basis:
                    rows.append([one if product == other else zero for other in self.basis])
                else:
                    start = self.border.index(product) * k
                    rows.append(list(generators[start:start + k]))
            matrices.append(rows)
        return matrices

    @cached_property
    def constraints(self) -> list[Any]:
        """The entries of the commutators, without repetition."""
        found: list[Any] = []
        n = self._shape[0]
        for i in range(n):
            for j in range(i):
                left, right = _product(self._matrices[i], self._matrices[j]), _product(
                    self._matrices[j], self._matrices[i])
                for row, other in zip(left, right, strict=True):
                    for a, b in zip(row, other, strict=True):
                        if a != b and a - b not in found and b - a not in found:
                            found.append(a - b)
        return found

    @cached_property
    def _written(self) -> tuple[list[Any], list[Any]]:
        n, k, m, r = self._shape
        generators = self.context.gens()
        start = len(self.border) * k
        reduced: dict[Exponents, list[Any]] = {(0,) * n: [self.context.constant(int(i == 0)) for i in range(k)]}
        coordinates, labels = [], []
        for degree in range(1, r + 1):
            for picked in combinations_with_replacement(range(n), degree):
                monomial = tuple(picked.count(i) for i in range(n))
                j = next(i for i, e in enumerate(monomial) if e)
                before = reduced[tuple(e - (i == j) for i, e in enumerate(monomial))]
                reduced[monomial] = _product([before], self._matrices[j])[0]
        for o in range(m):
            values = generators[start + o * k:start + (o + 1) * k]
            for monomial, row in reduced.items():
                exponents = (r - sum(monomial), *monomial)
                count = factorial(r) // prod(map(factorial, exponents))
                total = self.context.constant(0)
                for entry, value in zip(row, values, strict=True):
                    total += entry * value
                coordinates.append(total * self.context.constant(count))
                labels.append((o, exponents))
        return coordinates, labels

    def point(self, seed: int) -> list[int]:
        """Border matrices of random points, and random functionals."""
        n, k, m, _ = self._shape
        p = self.characteristic
        nodes = constants(n * k, p, derive_seed(seed, "nodes"))
        points = [nodes[i * n:(i + 1) * n] for i in range(k)]
        rows = [[_value(b, q, p) for q in points] for b in (*self.basis, *self.border)]
        # the relations between the rows: border monomials in terms of the basis, up to the sign
        relations = kernel(np.array(rows, dtype=np.uint64).T, p)
        entries = [(p - int(v)) % p for v in relations[:, :k].ravel()]
        return entries + constants(m * k, p, derive_seed(seed, "functionals"))


def node_map(restricted: RestrictedMap) -> NodeMap:
    """The same network as a map of border matrices; modulo a prime only."""
    return NodeMap(restricted.parametrization, restricted.characteristic, restricted.free, restricted.fixed,
                   restricted.dimension, restricted.cut, restricted.seed)


def _times(monomial: Exponents, variable: int) -> Exponents:
    return tuple(e + (i == variable) for i, e in enumerate(monomial))


def _product(a: Sequence[Sequence[Any]], b: Sequence[Sequence[Any]]) -> list[list[Any]]:
    result = []
    for row in a:
        line = []
        for column in zip(*b, strict=True):
            total = row[0] * column[0]
            for x, y in zip(row[1:], column[1:], strict=True):
                total += x * y
            line.append(total)
        result.append(line)
    return result


def _value(monomial: Exponents, point: Sequence[int], p: int) -> int:
    total = 1
    for e, x in zip(monomial, point, strict=True):
        total = total * pow(x, e, p) % p
    return total
