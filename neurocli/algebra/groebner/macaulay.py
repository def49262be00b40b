"""Macaulay matrices: symbolic preprocessing and the reduction of rows by multiples of a basis.

Rows are products (monomial) * (stored polynomial).  Starting from the rows asked for, every monomial
that some basis element's leading monomial divides gets a pivot row, until closure; the
remaining columns are irreducible.

Reference: [faugere-1999].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurocli.algebra.groebner.linear_algebra import Floats, ModularArithmetic, RowSpace, TriangularSolver
from neurocli.algebra.groebner.monomials import Keys, MonomialIndex, Packing, first_divisor
from neurocli.algebra.groebner.polynomial import PolynomialStore, ragged
from neurocli.errors import MemoryLimit

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PANEL = 256
BYTES_PER_ENTRY = 64  # ids and keys while gathering; indices, values and their copies afterwards


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
        self._starts: list[NDArray[np.int64]] = []
        self._lengths: list[NDArray[np.int64]] = []
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

    def add_rows(self, multipliers: Keys, polynomials: NDArray[np.int64], lower: NDArray[np.bool_],
                 skip: int = 0) -> None:
        """Append the rows multiplier * polynomial; those not `lower` are pivot rows.

        Args:
            multipliers: packed monomials, one per row.
            polynomials: numbers in the store.
            lower: which rows are to be reduced.
            skip: leading terms left out.

        Raises:
            NeedsWiderFields: if a product does not fit the packing.
            MemoryLimit: if the matrix would not fit the memory allowed.
        """
        store = self.store
        starts, lengths = store.starts[polynomials] + skip, store.lengths[polynomials] - skip
        self._entries += int(lengths.sum())
        self.demand(self._entries * BYTES_PER_ENTRY)
        self._check_degrees(multipliers, polynomials)
        keys = store.keys[:, ragged(starts, lengths)]
        for w in range(len(keys)):
            keys[w] += np.repeat(multipliers[w], lengths)
        self._ids.append(self.index.insert(keys))
        self._starts.append(starts)
        self._lengths.append(lengths)
        self._lower.append(lower)

    def add_lower_rows(self, polynomials: NDArray[np.int64], skip: int = 0) -> None:
        """Append stored polynomials as they are, without their `skip` leading terms, as lower rows."""
        ones = np.zeros((self.store.packing.words, len(polynomials)), dtype=np.uint64)
        self.add_rows(ones, polynomials, np.ones(len(polynomials), dtype=bool), skip)

    def _check_degrees(self, multipliers: Keys, polynomials: NDArray[np.int64]) -> None:
        if not len(polynomials):
            return
        packing = self.store.packing
        degrees = packing.unpack(multipliers).sum(axis=1, dtype=np.int64) + self.store.degrees[polynomials]
        largest = int(degrees.max())
        if largest > packing.capacity:
            raise NeedsWiderFields(largest)

    def demand(self, size: int) -> None:
        """Raise `MemoryLimit` if `size` bytes are more than allowed."""
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

    def assemble(self) -> Skeleton:
        """Order the columns and say where each entry comes from."""
        size = self.index.size
        ids = np.concatenate([np.zeros(0, dtype=np.int32), *self._ids])
        lower = np.concatenate([np.zeros(0, dtype=bool), *self._lower])
        sources = np.concatenate([np.zeros(0, dtype=np.int64), *self._starts])
        lengths = np.concatenate([np.zeros(0, dtype=np.int64), *self._lengths])
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

        def entries(rows: NDArray[np.int64], skip: int) -> SparseRows:
            tails = lengths[rows] - skip
            pointers = np.zeros(len(rows) + 1, dtype=np.int64)
            np.cumsum(tails, out=pointers[1:])
            return SparseRows(pointers, position[ids[ragged(starts[rows] + skip, tails)]],
                              ragged(sources[rows] + skip, tails))

        count = int(lower.sum())
        self.demand(self._entries * BYTES_PER_ENTRY + 24 * size * min(PANEL, count) + 16 * len(rest) * count)
        return Skeleton(entries(pivot_rows, 1), entries(np.flatnonzero(lower), 0), self.index.keys[:, pivots],
                        self.index.keys[:, rest])


@dataclass(frozen=True)
class SparseRows:
    """Sparse rows in CSR layout; the value of entry k is the stored coefficient number `sources[k]`."""

    pointers: NDArray[np.int64]
    columns: NDArray[np.int64]
    sources: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.pointers) - 1

    def take(self, rows: Sequence[int]) -> SparseRows:
        """Some of the rows."""
        chosen = np.array(rows, dtype=np.int64)
        starts, lengths = self.pointers[chosen], np.diff(self.pointers)[chosen]
        where = ragged(starts, lengths)
        pointers = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        return SparseRows(pointers, self.columns[where], self.sources[where])


@dataclass(frozen=True)
class Skeleton:
    """A Macaulay matrix without its numbers: valid modulo every prime with the same supports.

    Args:
        pivots: pivot rows in the order of their leading monomials, which are left out; columns
            below `pivots.count` are those leading monomials.
        lower: the rows to be reduced.
        reducible: keys of the pivots' leading monomials, descending.
        irreducible: keys of the remaining columns, descending.
    """

    pivots: SparseRows
    lower: SparseRows
    reducible: Keys
    irreducible: Keys

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self.pivots.count + self.irreducible.shape[1]

    def fill(self, field: ModularArithmetic, coefficients: Floats,
             check: Callable[[], None] = lambda: None) -> FilledMatrix:
        """The matrix with the coefficients of a store."""
        return FilledMatrix(self, field, coefficients, check)


class FilledMatrix:
    """A Macaulay matrix modulo p.

    Args:
        skeleton: the positions.
        field: arithmetic modulo p.
        coefficients: what the sources point into.
        check: called now and then; may raise to interrupt.
    """

    def __init__(self, skeleton: Skeleton, field: ModularArithmetic, coefficients: Floats,
                 check: Callable[[], None]) -> None:
        self.skeleton = skeleton
        self.field = field
        self._check = check
        self._lower_values = coefficients[skeleton.lower.sources]
        self._pivot_values = coefficients[skeleton.pivots.sources]

    def _pivot_matrix(self) -> csr_array:
        from scipy.sparse import csr_array

        rows = self.skeleton.pivots
        return csr_array((self._pivot_values, rows.columns, rows.pointers),
                         shape=(rows.count, self.skeleton.columns))

    def _panels(self) -> Iterator[tuple[int, Floats]]:
        """The reduced lower rows on the irreducible columns, by groups of at most PANEL rows."""
        lower, count = self.skeleton.lower, self.skeleton.pivots.count
        solver = TriangularSolver(self.field, self._pivot_matrix().T.tocsr())
        for start in range(0, lower.count, PANEL):
            stop = min(start + PANEL, lower.count)
            chosen = slice(lower.pointers[start], lower.pointers[stop])
            rows = np.repeat(np.arange(stop - start), np.diff(lower.pointers[start:stop + 1]))
            panel = np.zeros((self.skeleton.columns, stop - start))
            panel[lower.columns[chosen], rows] = self._lower_values[chosen]
            solver.solve(panel, self._check)
            yield start, np.ascontiguousarray(panel[count:].T)

    def reduced_rows(self) -> Floats:
        """All lower rows, reduced, on the irreducible columns."""
        pieces = [piece for _, piece in self._panels()]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.skeleton.irreducible.shape[1]))

    def echelon(self) -> tuple[RowSpace, list[int]]:
        """The reduced echelon form of the reduced rows, and the lower rows that were independent."""
        space = RowSpace(self.field, self.skeleton.irreducible.shape[1])
        independent: list[int] = []
        for start, panel in self._panels():
            independent.extend(start + i for i in space.insert(panel))
        return space, independent

    def reduced_pivots(self) -> Floats:
        """The normal forms of the pivots' leading monomials, shape (pivots, irreducible columns).

        A X = -B for the pivot rows (A B), read from the last row to the first, is lower triangular.
        """
        matrix = self._pivot_matrix()
        count = self.skeleton.pivots.count
        table = -matrix[:, count:].toarray()[::-1]
        if count:
            TriangularSolver(self.field, matrix[::-1, :count][:, ::-1].tocsr()).solve(table, self._check)
        return np.ascontiguousarray(table[::-1])
