"""Gröbner bases over F_p by Faugère's F4 algorithm.

Each round takes all critical pairs of least degree, writes their halves with all the multiples
of basis elements needed to reduce them into one matrix, and reads new basis elements off
its echelon form.

Reference: [faugere-1999].
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from neurocli.algebra.groebner.linear_algebra import ModularArithmetic
from neurocli.algebra.groebner.macaulay import MacaulayMatrix, NeedsWiderFields, Reducers
from neurocli.algebra.groebner.monomials import MonomialOrder, Packing
from neurocli.algebra.groebner.pairs import CriticalPairs
from neurocli.algebra.groebner.polynomial import (
    Polynomial,
    PolynomialStore,
    System,
    clean,
    degree,
    to_polynomial,
)
from neurocli.algebra.groebner.trace import Trace
from neurocli.errors import TimeLimit, UsageError


@dataclass(frozen=True)
class Round:
    """One round of F4, as told to `progress`."""

    degree: int
    pairs: int
    remaining: int
    rows: int
    columns: int
    new: int
    to_zero: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What a computation may take.

    Args:
        deadline: `time.monotonic()` value after which `TimeLimit` is raised.
        memory: bytes one matrix may take before `MemoryLimit` is raised.
        progress: called with a `Round` after every round; may raise to interrupt.
    """

    deadline: float | None = None
    memory: int | None = 8 << 30
    progress: Callable[[Round], None] | None = None

    def check(self) -> None:
        """Raise if the deadline has passed.

        Raises:
            TimeLimit: if so.
        """
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimeLimit("the time limit was reached during a Gröbner basis")


NO_LIMITS = Limits()

T = TypeVar("T")


class GroebnerBasis:
    """The reduced Gröbner basis of an ideal over F_p, ready for normal forms.

    Args:
        store: holds exactly the basis, leading monomials ascending.
        variables: names.
        degree_falls: whether some element's sugar exceeded its degree on the way.
        limits: for the computations asked of this object.
    """

    def __init__(self, store: PolynomialStore, variables: tuple[str, ...], degree_falls: bool,
                 limits: Limits = NO_LIMITS) -> None:
        self._store = store
        self._limits = limits
        self.variables = variables
        self.degree_falls = degree_falls
        n = store.packing.order.n
        leads = [store.lead(i) for i in range(len(store))]
        self._leads = np.array(leads, dtype=np.int16).reshape(len(leads), n)

    @property
    def order(self) -> MonomialOrder:
        """The monomial order."""
        return self._store.packing.order

    @property
    def characteristic(self) -> int:
        """The prime p."""
        return self._store.field.p

    @property
    def leading_monomials(self) -> list[tuple[int, ...]]:
        """Minimal generators of the leading ideal, ascending."""
        return [tuple(e) for e in self._leads.tolist()]

    @property
    def polynomials(self) -> list[Polynomial]:
        """The monic basis, leading monomials ascending, terms descending."""
        return [self._store.polynomial(i) for i in range(len(self._store))]

    @property
    def is_unit(self) -> bool:
        """Whether the ideal is the whole ring."""
        return len(self._leads) > 0 and not self._leads[0].any()

    def __len__(self) -> int:
        return len(self._store)

    def system(self) -> System:
        """The basis as a system."""
        return System(self.variables, self.characteristic, self.polynomials)

    def normal_forms(self, polynomials: Sequence[Polynomial]) -> list[Polynomial]:
        """The normal forms of polynomials: equal exactly when they agree modulo the ideal."""
        cleaned = [clean(f, self.characteristic) for f in polynomials]
        result: list[Polynomial] = [{} for _ in cleaned]
        nonzero = [i for i, f in enumerate(cleaned) if f]
        if not nonzero:
            return result
        widen(self._store, max(degree(f) for f in cleaned))
        base = len(self._store)

        def attempt() -> list[Polynomial]:
            self._store.truncate(base)
            numbers = [self._store.append_polynomial(cleaned[i], monic=False) for i in nonzero]
            reducers = Reducers(np.arange(base), self._leads)
            return normal_forms(self._store, reducers, numbers, self._limits)

        try:
            forms = with_wide_fields(self._store, attempt)
        finally:
            self._store.truncate(base)
        for i, form in zip(nonzero, forms):
            result[i] = form
        return result

    def normal_form(self, f: Polynomial) -> Polynomial:
        """The normal form of one polynomial."""
        return self.normal_forms([f])[0]

    def contains(self, f: Polynomial) -> bool:
        """Whether a polynomial lies in the ideal."""
        return not self.normal_form(f)


def widen(store: PolynomialStore, largest: int) -> None:
    """Repack the store unless degrees up to `largest` fit."""
    if largest > store.packing.capacity:
        store.repack(Packing.for_degree(store.packing.order, 2 * largest))


def with_wide_fields(store: PolynomialStore, attempt: Callable[[], T]) -> T:
    """Run `attempt`, repacking the store for larger degrees as often as it asks."""
    while True:
        try:
            return attempt()
        except NeedsWiderFields as error:
            widen(store, error.degree)


def normal_forms(store: PolynomialStore, reducers: Reducers, numbers: Sequence[int],
                 limits: Limits) -> list[Polynomial]:
    """Normal forms of stored polynomials as plain ones."""
    matrix = MacaulayMatrix(store, reducers, limits.memory, limits.check)
    matrix.add_lower_rows(np.array(numbers, dtype=np.int64))
    matrix.close()
    skeleton = matrix.assemble()
    result = []
    for row in skeleton.fill(store.field, store.coefficients, limits.check).reduced_rows():
        support = np.flatnonzero(row)
        keys = skeleton.irreducible[:, support]
        result.append(to_polynomial(store.packing, store.field, keys, row[support]))
    return result


def groebner_basis(system: System, order: MonomialOrder | None = None, *,
                   limits: Limits = NO_LIMITS, trace: Trace | None = None) -> GroebnerBasis:
    """The reduced Gröbner basis of an ideal over a prime field.

    Args:
        system: generators; characteristic a prime below 2^31.
        order: monomial order, degrevlex by default.
        limits: time, memory, progress.
        trace: an empty trace, to be filled for replay modulo other primes.

    Raises:
        UsageError: for a characteristic that is not a prime below 2^31.
        TimeLimit, MemoryLimit: when a limit is reached.

    Reference: [faugere-1999]

    Example:
        >>> circle = {(2, 0): 1, (0, 2): 1, (0, 0): -1}
        >>> line = {(1, 0): 1, (0, 1): -1}
        >>> groebner_basis(System("xy", 101, [circle, line])).leading_monomials
        [(1, 0), (0, 2)]
    """
    return _F4(system, order or MonomialOrder.degrevlex(system.n), limits, trace).run()


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
        for row in order:
            support = np.flatnonzero(space.rows[row])
            supports.append(support)
            self._insert(self.store.append(skeleton.irreducible[:, support], space.rows[row, support]), sugar)
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

    def _insert(self, number: int, sugar: int) -> None:
        lead = self.store.lead(number)
        self.numbers.append(number)
        self.pairs.insert(lead, sugar)
        self.degree_falls |= int(self.store.degrees[number]) < sugar
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
        result = PolynomialStore(self.store.packing, self.store.field)
        if len(numbers):
            self._reduce_tails(numbers, result)
        basis = GroebnerBasis(result, self.variables, self.degree_falls, self.limits)
        if self.trace is not None:
            self.trace.monomials = [list(f) for f in basis.polynomials]
        return basis

    def _reduce_tails(self, numbers: NDArray[np.int64], result: PolynomialStore) -> None:
        store = self.store
        reducers = Reducers(numbers, np.array([store.lead(int(i)) for i in numbers]))

        def attempt() -> MacaulayMatrix:
            matrix = MacaulayMatrix(store, reducers, self.limits.memory, self.limits.check)
            matrix.add_lower_rows(numbers, skip=1)
            matrix.close()
            return matrix

        skeleton = with_wide_fields(store, attempt).assemble()
        result.repack(store.packing)
        rows = skeleton.fill(store.field, store.coefficients, self.limits.check).reduced_rows()
        leads = store.keys[:, store.starts[numbers]]
        supports = []
        order = Packing.argsort_descending(leads)[::-1]
        for i in order:
            support = np.flatnonzero(rows[i])
            supports.append(support)
            result.append(np.concatenate([leads[:, i:i + 1], skeleton.irreducible[:, support]], axis=1),
                          np.concatenate([np.ones(1), rows[i, support]]))
        if self.trace is not None:
            self.trace.finish(skeleton, order, supports)
