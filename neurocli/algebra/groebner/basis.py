"""A Gröbner basis over F_p and the normal forms modulo it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np

from neurocli.algebra.groebner.hilbert import HilbertSeries, hilbert_series
from neurocli.algebra.groebner.limits import NO_LIMITS, Limits
from neurocli.algebra.groebner.linear_algebra import Floats, ModularArithmetic
from neurocli.algebra.groebner.macaulay import MacaulayMatrix, NeedsWiderFields, Reducers
from neurocli.algebra.groebner.monomials import LARGEST_DEGREE, MonomialOrder, Packing
from neurocli.algebra.groebner.polynomial import (
    Polynomial,
    PolynomialStore,
    System,
    clean,
    degree,
    to_polynomial,
)
from neurocli.errors import UsageError

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

    @classmethod
    def from_polynomials(cls, variables: tuple[str, ...], characteristic: int, order: MonomialOrder,
                         polynomials: Sequence[Polynomial], limits: Limits = NO_LIMITS) -> GroebnerBasis:
        """Wrap polynomials known to be a reduced Gröbner basis (not checked)."""
        packing = Packing.for_degree(order, max(map(degree, polynomials), default=1))
        store = PolynomialStore(packing, ModularArithmetic(characteristic))
        for f in sorted(polynomials, key=lambda f: max(map(order.sort_key, f))):
            store.append_polynomial(f)
        return cls(store, variables, False, limits)

    @property
    def limits(self) -> Limits:
        """Limits of the computations asked of this object."""
        return self._limits

    @property
    def arithmetic(self) -> ModularArithmetic:
        """Arithmetic modulo p."""
        return self._store.field

    @cached_property
    def hilbert_series(self) -> HilbertSeries:
        """The Hilbert series of the leading ideal."""
        return hilbert_series(self.leading_monomials, self.order.n)

    @property
    def dimension(self) -> int:
        """Affine dimension of the solution set; -1 for the unit ideal."""
        return self.hilbert_series.dimension

    @property
    def degree(self) -> int:
        """Degree of the ideal: of its top-dimensional part, with multiplicity.

        Raises:
            UsageError: unless the order respects degrees or the dimension is at most 0.
        """
        if self.dimension > 0 and not self.order.is_degree_compatible:
            raise UsageError("the degree needs a Gröbner basis for an order that respects degrees")
        return self.hilbert_series.degree

    def monomial_table(self, monomials: Sequence[tuple[int, ...]]) -> tuple[list[tuple[int, ...]], Floats]:
        """Normal forms of reducible monomials, all at once.

        Returns:
            the irreducible monomials that occur, and the coordinates, shape (monomials, irreducible).
        """
        exponents = np.array(monomials, dtype=np.int64).reshape(len(monomials), self.order.n)
        widen(self._store, int(exponents.sum(axis=1).max(initial=0)))

        def attempt() -> MacaulayMatrix:
            reducers = Reducers(np.arange(len(self._store)), self._leads)
            matrix = MacaulayMatrix(self._store, reducers, self._limits.memory, self._limits.check)
            matrix.number(self._store.packing.pack(exponents))
            matrix.close()
            return matrix

        matrix = with_wide_fields(self._store, attempt)
        skeleton = matrix.assemble()
        matrix.demand(24 * skeleton.pivots.count * skeleton.irreducible.shape[1])
        unpack = self._store.packing.unpack
        filled = skeleton.fill(self._store.field, self._store.coefficients, self._limits.check)
        table = filled.reduced_pivots()
        where = {tuple(e): i for i, e in enumerate(unpack(skeleton.reducible).tolist())}
        rows = [where[tuple(m)] for m in monomials]
        return [tuple(e) for e in unpack(skeleton.irreducible).tolist()], table[rows]

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
        roomy = min(2 * largest, max(largest, LARGEST_DEGREE))
        store.repack(Packing.for_degree(store.packing.order, roomy))


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
