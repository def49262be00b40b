"""Gröbner bases over F_p by Faugère's F4 algorithm.

Each round takes all critical pairs of least degree, writes their halves with all the multiples
of basis elements needed to reduce them into one matrix, and reads new basis elements off
its echelon form.

Reference: [faugere-1999].
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from neurocli.algebra.groebner.basis import GroebnerBasis, with_wide_fields
from neurocli.algebra.groebner.limits import NO_LIMITS, Limits, Round
from neurocli.algebra.groebner.linear_algebra import Floats, ModularArithmetic
from neurocli.algebra.groebner.macaulay import MacaulayMatrix, NeedsWiderFields, Reducers
from neurocli.algebra.groebner.monomials import Keys, MonomialOrder, Packing
from neurocli.algebra.groebner.pairs import CriticalPairs
from neurocli.algebra.groebner.polynomial import (
    PolynomialStore,
    System,
    degree,
)
from neurocli.algebra.groebner.trace import Trace
from neurocli.errors import UsageError


def f4(system: System, order: MonomialOrder, *, limits: Limits = NO_LIMITS,
       trace: Trace | None = None) -> GroebnerBasis:
    """The reduced Gröbner basis of an ideal over a prime field, by F4 directly in the given order.

    `groebner_basis` chooses a better way where the order does not respect degrees.

    Args:
        system: generators; characteristic a prime below 2^31.
        order: monomial order.
        limits: time, memory, progress.
        trace: an empty trace, to be filled for replay modulo other primes.

    Raises:
        UsageError: for a characteristic that is not a prime below 2^31.
        TimeLimit, MemoryLimit: when a limit is reached.

    Reference: [faugere-1999]
    """
    return _F4(system, order, limits, trace).run()


class _F4:
    """The state of one computation."""

    def __init__(self, system: System, order: MonomialOrder, limits: Limits, trace: Trace | None) -> None:
        from flint import fmpz

        p = system.characteristic
        if not (2 <= p < 1 << 31 and fmpz(p).is_prime()):
            raise UsageError(f"the characteristic must be a prime below 2^31, not {p}")
        if order.n != system.n:
            raise UsageError(f"an order of {order.n} variables for a ring of {system.n}")
        self.variables = system.variables
        self.limits = limits
        self.trace = trace
        generators = [f for f in system.polynomials if f]
        packing = Packing.for_degree(order, max(map(degree, generators), default=1))
        self.store = PolynomialStore(packing, ModularArithmetic(p))
        self.pairs = CriticalPairs(order.n)
        self.numbers: list[int] = []  # of the basis elements in the store
        self.waiting = [self.store.append_polynomial(f) for f in generators]
        if trace is not None:
            trace.generators = [list(self.store.polynomial(w)) for w in self.waiting]
        self.unit = False
        self.degree_falls = False
        # without a degree order, degrees of lcms say little about the cost of a pair
        self.by_sugar = not order.is_degree_compatible

    def run(self) -> GroebnerBasis:
        while (len(self.pairs) or self.waiting) and not self.unit:
            self._round()
        return self._reduced()

    def _reducers(self) -> Reducers:
        active = np.flatnonzero(self.pairs.active)
        numbers = np.array(self.numbers, dtype=np.int64)[active]
        leads = self.pairs.leads[active]
        # short reducers first: they make sparse rows
        preference = np.argsort(self.store.lengths[numbers], kind="stable")
        return Reducers(numbers[preference], leads[preference])

    def _round(self) -> None:
        started = time.monotonic()
        degrees = self.pairs.degrees(self.by_sugar)
        waiting_degrees = [int(self.store.degrees[w]) for w in self.waiting]
        least = min([*degrees.tolist(), *waiting_degrees])
        first, second, lcm, sugar = self.pairs.take(degrees == least)
        generators = [w for w, d in zip(self.waiting, waiting_degrees) if d == least]
        self.waiting = [w for w, d in zip(self.waiting, waiting_degrees) if d != least]
        sugar = max(sugar, least)

        def attempt() -> MacaulayMatrix:
            matrix = MacaulayMatrix(self.store, self._reducers(), self.limits.memory, self.limits.check)
            self._add_pairs(matrix, first, second, lcm)
            matrix.add_lower_rows(np.array(generators, dtype=np.int64))
            matrix.close()
            return matrix

        skeleton = with_wide_fields(self.store, attempt).assemble()
        filled = skeleton.fill(self.store.field, self.store.coefficients, self.limits.check)
        space, independent = filled.echelon()
        supports = []
        order = np.argsort(space.pivots)[::-1]
        leads = self.store.packing.unpack(skeleton.irreducible[:, space.pivots[order]])
        for row, lead in zip(order, leads):
            support = np.flatnonzero(space.rows[row])
            supports.append(support)
            self._insert(skeleton.irreducible[:, support], space.rows[row, support], lead, sugar)
        if self.trace is not None and supports:
            self.trace.record(skeleton, independent, supports)
        if self.limits.progress is not None:
            rows = skeleton.pivots.count + skeleton.lower.count
            self.limits.progress(Round(least, len(first), len(self.pairs), rows, skeleton.columns, space.rank,
                                       skeleton.lower.count - space.rank, time.monotonic() - started))
        self.limits.check()

    def _add_pairs(self, matrix: MacaulayMatrix, first: NDArray[np.int64], second: NDArray[np.int64],
                   lcm: NDArray[np.int16]) -> None:
        """The halves of the pairs as rows: for each lcm the shortest is a pivot, the others are lower."""
        if not len(first):
            return
        store, basis = self.store, np.array(self.numbers, dtype=np.int64)
        degrees = lcm.sum(axis=1, dtype=np.int64)
        if degrees.max() > store.packing.capacity:
            raise NeedsWiderFields(int(degrees.max()))
        keys = store.packing.pack(lcm.astype(np.int64))
        ids = matrix.number(keys)
        matrix.settle(ids)
        halves = np.concatenate([first, second])
        both = np.concatenate([ids, ids]).astype(np.int64)
        rows, where = np.unique(both * len(basis) + halves, return_index=True)
        polynomials = basis[rows % len(basis)]
        lcm_ids = rows // len(basis)
        order = np.lexsort((store.lengths[polynomials], lcm_ids))
        polynomials, lcm_ids, where = polynomials[order], lcm_ids[order], where[order]
        lower = np.zeros(len(rows), dtype=bool)
        lower[1:] = lcm_ids[1:] == lcm_ids[:-1]
        multipliers = keys[:, where % len(first)] - store.keys[:, store.starts[polynomials]]
        matrix.add_rows(multipliers, polynomials, lower)

    def _insert(self, keys: Keys, coefficients: Floats, lead: NDArray[np.int16], sugar: int) -> None:
        graded = self.store.packing.order.is_degree_compatible
        number = self.store.append(keys, coefficients, int(lead.sum()) if graded else None)
        self.numbers.append(number)
        self.pairs.insert(lead, sugar)
        self.degree_falls |= self.store.degree(number) < sugar
        self.unit |= not lead.any()

    def _reduced(self) -> GroebnerBasis:
        """The minimal basis with reduced tails, in a store of its own."""
        active = np.flatnonzero(self.pairs.active)
        numbers = np.array(self.numbers, dtype=np.int64)[active]
        if self.unit and self.trace is not None:
            self.trace.unit = True
        if self.unit:
            keep = [i for i in numbers if not self.store.lead(int(i)).any()]
            numbers = np.array(keep[:1], dtype=np.int64)
        leads = self.store.keys[:, self.store.starts[numbers]]
        numbers = numbers[Packing.argsort_descending(leads)[::-1]]
        if self.store.packing.order.is_degree_compatible:
            reduced = self._reduce_tails(numbers, numbers)
        else:
            # one after the other by tails already reduced: all at once could meet far more monomials
            reduced = []
            for i in numbers:
                reduced += self._reduce_tails(np.array([i]), np.array(reduced, dtype=np.int64))
        result = PolynomialStore(self.store.packing, self.store.field)
        for i in reduced:
            result.append(*self.store.terms(i))
        basis = GroebnerBasis(result, self.variables, self.degree_falls, self.limits)
        if self.trace is not None:
            self.trace.monomials = [list(f) for f in basis.polynomials]
        return basis

    def _reduce_tails(self, numbers: NDArray[np.int64], by: NDArray[np.int64]) -> list[int]:
        """Store the polynomials with their tails reduced by others; returns the new numbers."""
        store = self.store
        leads = np.array([store.lead(int(i)) for i in by], dtype=np.int16).reshape(len(by), store.packing.order.n)

        def attempt() -> MacaulayMatrix:
            matrix = MacaulayMatrix(store, Reducers(by, leads), self.limits.memory, self.limits.check)
            matrix.add_lower_rows(numbers, skip=1)
            matrix.close()
            return matrix

        skeleton = with_wide_fields(store, attempt).assemble()
        supports, reduced = [], []
        rows = skeleton.fill(store.field, store.coefficients, self.limits.check).reduced_rows()
        for number, row in zip(numbers.tolist(), rows):
            support = np.flatnonzero(row)
            supports.append(support)
            keys = np.concatenate([store.terms(number)[0][:, :1], skeleton.irreducible[:, support]], axis=1)
            reduced.append(store.append(keys, np.concatenate([np.ones(1), row[support]])))
        if self.trace is not None:
            self.trace.tails.append((skeleton, supports))
        return reduced
