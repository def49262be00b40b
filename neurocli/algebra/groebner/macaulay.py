"""Macaulay matrices: symbolic preprocessing and the reduction of rows by multiples of a basis.

Rows are products (monomial) * (stored polynomial).  Starting from the rows asked for, every monomial
that some basis element's leading monomial divides gets a pivot row, until closure; the
remaining columns are irreducible.  Then `PivotBlock` reduces the rows.

Reference: [faugere-1999].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurocli.algebra.groebner.linear_algebra import Floats, PivotBlock, RowSpace, SparseRows
from neurocli.algebra.groebner.monomials import Keys, MonomialIndex, Packing, first_divisor
from neurocli.algebra.groebner.polynomial import PolynomialStore, ragged
from neurocli.errors import MemoryLimit

PANEL = 256


@dataclass(frozen=True)
class Reducers:
    """The basis elements rows are reduced by: numbers in the store, exponents of their leads."""

    numbers: NDArray[np.int64]
    leads: NDArray[np.int16]


class NeedsWiderFields(Exception):
    """A product's degree does not fit the packing; the store must be repacked."""

    def __init__(self, degree: int) -> None:
        super().__init__(degree)
        self.degree = degree


class MacaulayMatrix:
    """The closure of some rows under reduction by a basis.

    Args:
        store: where the polynomials are.
        reducers: the basis.
        memory_limit: bytes the matrix may take; None for no limit.
        check: called between parts of the work; may raise to interrupt.
    """

    def __init__(self, store: PolynomialStore, reducers: Reducers, memory_limit: int | None = None,
                 check: Callable[[], None] = lambda: None) -> None:
        self.store = store
        self.reducers = reducers
        self.memory_limit = memory_limit
        self.check = check
        self.index = MonomialIndex(store.packing.words)
        self._polynomials: list[NDArray[np.int64]] = []
        self._ids: list[NDArray[np.int32]] = []
        self._lower: list[NDArray[np.bool_]] = []
        self._settled = np.zeros(0, dtype=bool)
        self._entries = 0

    def number(self, keys: Keys) -> NDArray[np.int32]:
        """Number monomials in this matrix."""
        return self.index.insert(keys)

    def settle(self, ids: NDArray[np.int32]) -> None:
        """Declare monomials that get no reducer row: they have a pivot row already, or shall have none."""
        self._resize()
        self._settled[ids] = True

    def _resize(self) -> None:
        missing = self.index.size - len(self._settled)
        if missing > 0:
            self._settled = np.concatenate([self._settled, np.zeros(missing, dtype=bool)])

    def add_rows(self, multipliers: Keys, polynomials: NDArray[np.int64], lower: NDArray[np.bool_]) -> None:
        """Append the rows multiplier * polynomial; those not `lower` are pivot rows.

        Raises:
            NeedsWiderFields: if a product does not fit the packing.
            MemoryLimit: if the matrix would not fit the memory allowed.
        """
        store = self.store
        lengths = store.lengths[polynomials]
        total = int(lengths.sum())
        self._entries += total
        # ids, keys while gathering, values and indices of the sparse copies
        self._demand(self._entries * 64)
        self._check_degrees(multipliers, polynomials)
        source = ragged(store.starts[polynomials], lengths)
        keys = store.keys[:, source]
        for w in range(len(keys)):
            keys[w] += np.repeat(multipliers[w], lengths)
        self._ids.append(self.index.insert(keys))
        self._polynomials.append(polynomials)
        self._lower.append(lower)

    def add_lower_rows(self, polynomials: NDArray[np.int64]) -> None:
        """Append stored polynomials as they are, as rows to be reduced."""
        ones = np.zeros((self.store.packing.words, len(polynomials)), dtype=np.uint64)
        self.add_rows(ones, polynomials, np.ones(len(polynomials), dtype=bool))

    def _check_degrees(self, multipliers: Keys, polynomials: NDArray[np.int64]) -> None:
        if not len(polynomials):
            return
        packing = self.store.packing
        degrees = packing.unpack(multipliers).sum(axis=1, dtype=np.int64) + self.store.degrees[polynomials]
        largest = int(degrees.max())
        if largest > packing.capacity:
            raise NeedsWiderFields(largest)

    def _demand(self, size: int) -> None:
        if self.memory_limit is not None and size > self.memory_limit:
            raise MemoryLimit(f"a Macaulay matrix needs about {size >> 20} MB, "
                              f"{self.memory_limit >> 20} MB are allowed")

    def close(self) -> None:
        """Add reducer rows until every reducible monomial has a pivot row."""
        packing = self.store.packing
        while True:
            self.check()
            self._resize()
            todo = np.flatnonzero(~self._settled)
            if not len(todo):
                return
            self._settled[todo] = True
            keys = self.index.keys[:, todo]
            divisor = first_divisor(packing.unpack(keys), self.reducers.leads)
            found = np.flatnonzero(divisor >= 0)
            if not len(found):
                return
            polynomials = self.reducers.numbers[divisor[found]]
            multipliers = keys[:, found] - self.store.keys[:, self.store.starts[polynomials]]
            self.add_rows(multipliers, polynomials, np.zeros(len(found), dtype=bool))

    def assemble(self) -> AssembledMatrix:
        """Order the columns and set up the pivot rows."""
        store, size = self.store, self.index.size
        polynomials = np.concatenate(self._polynomials)
        ids = np.concatenate(self._ids)
        lower = np.concatenate(self._lower)
        lengths = store.lengths[polynomials]
        starts = np.cumsum(lengths) - lengths
        order = Packing.argsort_descending(self.index.keys)
        pivot_rows = np.flatnonzero(~lower)
        is_pivot = np.zeros(size, dtype=bool)
        is_pivot[ids[starts[pivot_rows]]] = True
        pivots, rest = order[is_pivot[order]], order[~is_pivot[order]]
        position = np.empty(size, dtype=np.int64)
        position[pivots] = np.arange(len(pivots))
        position[rest] = len(pivots) + np.arange(len(rest))
        pivot_rows = pivot_rows[np.argsort(position[ids[starts[pivot_rows]]])]
        tails = lengths[pivot_rows] - 1
        entries = SparseRows(
            np.repeat(np.arange(len(pivot_rows)), tails),
            position[ids[ragged(starts[pivot_rows] + 1, tails)]],
            store.coefficients[ragged(store.starts[polynomials[pivot_rows]] + 1, tails)],
            len(pivot_rows))
        lower_rows = np.flatnonzero(lower)
        lengths = lengths[lower_rows]
        lower_entries = SparseRows(
            np.repeat(np.arange(len(lower_rows)), lengths),
            position[ids[ragged(starts[lower_rows], lengths)]],
            store.coefficients[ragged(store.starts[polynomials[lower_rows]], lengths)],
            len(lower_rows))
        width = min(PANEL, max(1, len(lower_rows)))
        self._demand(self._entries * 64 + 24 * size * width + 16 * len(rest) * len(lower_rows))
        return AssembledMatrix(PivotBlock(store.field, entries, size), lower_entries,
                               self.index.keys[:, rest], size, self.check)


@dataclass
class AssembledMatrix:
    """Pivot rows, the lower rows to be reduced by them, and the keys of the irreducible columns."""

    pivots: PivotBlock
    lower: SparseRows
    irreducible: Keys
    columns: int
    check: Callable[[], None]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the whole matrix."""
        return self.pivots.count + self.lower.count, self.columns

    def _panel(self, start: int, stop: int) -> Floats:
        panel = np.zeros((self.columns, stop - start))
        begin, end = np.searchsorted(self.lower.rows, [start, stop])
        chosen = slice(int(begin), int(end))
        panel[self.lower.columns[chosen], self.lower.rows[chosen] - start] = self.lower.values[chosen]
        return self.pivots.reduce(panel, self.check)

    def reduced_rows(self) -> Floats:
        """All lower rows, reduced, on the irreducible columns (descending monomials)."""
        pieces = [self._panel(s, min(s + PANEL, self.lower.count)) for s in range(0, self.lower.count, PANEL)]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.irreducible.shape[1]))

    def echelon(self) -> tuple[RowSpace, list[int]]:
        """The reduced echelon form of the reduced rows, and the lower rows that were independent."""
        space = RowSpace(self.pivots.field, self.irreducible.shape[1])
        independent: list[int] = []
        for start in range(0, self.lower.count, PANEL):
            panel = self._panel(start, min(start + PANEL, self.lower.count))
            independent.extend(start + i for i in space.insert(panel))
        return space, independent
