"""Exact linear algebra modulo a prime p < 2^31 in float64, at the speed of BLAS.

Residues are balanced, |a| <= 2^30.  One factor of each product is written lo + 2^16 hi with
|lo| <= 2^15, |hi| <= 2^14, so a sum of `TERMS` products stays below 2^53 and is exact.
Primes below 2^23 need no splitting.

The matrix of a step of F4 is [[A, B], [C, D]] with A sparse, unit upper triangular (its rows are
multiples of known polynomials).  Wanted is an echelon form of D - C A^{-1} B [faugere-lachartre-2010].
The few rows (C D) are reduced together, as columns of a dense panel: Y with A^T Y = C^T is found
block by block, where a sparse product brings in the earlier blocks and the inverse of the
block's own unit triangle finishes it; then D^T - B^T Y is one more sparse product.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

TERMS = 240  # 240 * 2^45 + 2^46 < 2^53
BLOCK = 128
_SHIFT = 65536.0


class ModularArithmetic:
    """Arithmetic on arrays of balanced residues modulo p, kept in float64.

    Args:
        p: a prime below 2^31.
    """

    def __init__(self, p: int) -> None:
        self.p = p
        self._p = float(p)
        self._inverse = 1.0 / p
        self.split_needed = p >= 1 << 23

    def balance(self, x: Floats) -> Floats:
        """Reduce integers of absolute value below 2^53 to balanced residues, in place."""
        quotient = x * self._inverse
        np.rint(quotient, out=quotient)
        quotient *= self._p
        x -= quotient
        return x

    def from_integers(self, x: NDArray[np.int64]) -> Floats:
        """Balanced residues of integers below 2^53."""
        return self.balance(x.astype(np.float64))

    def canonical(self, x: Floats) -> NDArray[np.int64]:
        """Residues in 0..p-1."""
        return np.asarray(x.astype(np.int64) % self.p)

    def split(self, a: Floats) -> tuple[Floats, Floats | None]:
        """The pair (lo, hi) with a = lo + 2^16 hi, or (a, None) for a small prime."""
        if not self.split_needed:
            return a, None
        high = np.rint(a * (1.0 / _SHIFT))
        return a - _SHIFT * high, high

    def join(self, low: Floats, high: Floats | None) -> Floats:
        """The residues of low + 2^16 high, destroying both."""
        if high is not None:
            self.balance(high)
            high *= _SHIFT
            low += high
        return self.balance(low)

    def matmul(self, a: Floats, b: Floats) -> Floats:
        """The product of (stacks of) matrices of balanced residues."""
        inner = a.shape[-1]
        if inner == 0:
            return np.zeros(a.shape[:-1] + b.shape[-1:])
        total: Floats | None = None
        for start in range(0, inner, TERMS):
            low, high = self.split(a[..., start:start + TERMS])
            part = b[..., start:start + TERMS, :]
            product = self.join(low @ part, None if high is None else high @ part)
            total = product if total is None else self.balance(np.add(total, product, out=total))
        assert total is not None
        return total

    def scale(self, x: Floats, factor: float) -> Floats:
        """Residues of factor * x."""
        low, high = self.split(x)
        return self.join(low * factor, None if high is None else high * factor)

    def inverse(self, value: float) -> float:
        """The balanced inverse of a non-zero residue."""
        inverse = pow(int(value), -1, self.p)
        return float(inverse if 2 * inverse <= self.p else inverse - self.p)


class RowSpace:
    """A reduced row echelon form that grows by batches of dense rows.

    Args:
        arithmetic: the field.
        columns: number of columns.
    """

    def __init__(self, arithmetic: ModularArithmetic, columns: int) -> None:
        self.arithmetic = arithmetic
        self.rows: Floats = np.zeros((0, columns))
        self.pivots: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    @property
    def rank(self) -> int:
        """Number of independent rows so far."""
        return len(self.pivots)

    def reduce(self, rows: Floats) -> Floats:
        """The rows modulo the row space."""
        if not self.rank:
            return rows
        return self.arithmetic.balance(rows - self.arithmetic.matmul(rows[:, self.pivots], self.rows))

    def insert(self, rows: Floats, chunk: int = 32) -> list[int]:
        """Add rows; return the positions of those independent of the space and their forerunners."""
        independent: list[int] = []
        for start in range(0, len(rows), chunk):
            piece = self.reduce(rows[start:start + chunk])
            fresh = self._eliminate(piece)
            if not fresh:
                continue
            order = [row for row, _ in fresh]
            pivots = np.array([column for _, column in fresh], dtype=np.int64)
            new = piece[order]
            if self.rank:
                correction = self.arithmetic.matmul(self.rows[:, pivots], new)
                self.rows = self.arithmetic.balance(self.rows - correction)
            self.rows = np.concatenate([self.rows, new])
            self.pivots = np.concatenate([self.pivots, pivots])
            independent.extend(start + row for row in order)
        return independent

    def _eliminate(self, piece: Floats) -> list[tuple[int, int]]:
        """Gauss-Jordan elimination inside a chunk, in place; the (row, pivot column) found."""
        field = self.arithmetic
        fresh: list[tuple[int, int]] = []
        for i in range(len(piece)):
            support = np.flatnonzero(piece[i])
            if not len(support):
                continue
            column = int(support[0])
            # the row is zero left of its pivot, so only columns from there on change
            row = field.scale(piece[i, column:], field.inverse(piece[i, column]))
            piece[i, column:] = row
            others = piece[:, column].copy()
            others[i] = 0.0
            touched = np.flatnonzero(others)
            if len(touched):
                low, high = field.split(others[touched, None])
                product = field.join(low * row, None if high is None else high * row)
                piece[touched, column:] = field.balance(piece[touched, column:] - product)
            fresh.append((i, column))
        return fresh


class TriangularSolver:
    """Solves L y = t for a sparse unit lower triangular L, and applies further rows to the solution.

    Args:
        field: arithmetic modulo p.
        lower: scipy CSR array of balanced residues, shape (m, n) with m >= n: the first n rows are
            strictly lower triangular, the unit diagonal is not stored.
    """

    def __init__(self, field: ModularArithmetic, lower: csr_array) -> None:
        from scipy.sparse import csr_array

        self.field = field
        self.rows, self.count = lower.shape
        n = self.count
        row = np.repeat(np.arange(self.rows), np.diff(lower.indptr))
        own = (row < n) & (row // BLOCK == lower.indices // BLOCK)
        self._triangles = self._invert_triangles(row[own], lower.indices[own], lower.data[own])
        if own.any():
            pointers = np.zeros(self.rows + 1, dtype=np.int64)
            np.cumsum(np.bincount(row[~own], minlength=self.rows), out=pointers[1:])
            lower = csr_array((lower.data[~own], lower.indices[~own], pointers), shape=lower.shape)
        self._indices = lower.indices
        self._low, self._high = field.split(lower.data)
        # a row with many entries is cut into pieces of at most TERMS, so that sums stay exact
        pieces = np.maximum(1, -(-np.diff(lower.indptr) // TERMS))
        self._first_piece = np.zeros(self.rows + 1, dtype=np.int64)
        np.cumsum(pieces, out=self._first_piece[1:])
        within = np.arange(self._first_piece[-1]) - np.repeat(self._first_piece[:-1], pieces)
        starts = np.repeat(lower.indptr[:-1], pieces) + TERMS * within
        self._pointers = np.append(starts, lower.indptr[-1]).astype(lower.indices.dtype)

    def _invert_triangles(self, row: NDArray[np.int64], column: NDArray[np.int32], values: Floats) -> Floats:
        """Inverses of the unit triangles on the diagonal, shape (blocks, BLOCK, BLOCK)."""
        field = self.field
        lower = np.zeros((-(-self.count // BLOCK), BLOCK, BLOCK))
        lower[row // BLOCK, row % BLOCK, column % BLOCK] = values
        inverse = np.zeros_like(lower)
        diagonal = np.arange(BLOCK)
        inverse[:, diagonal, diagonal] = 1.0
        size = 1
        while size < BLOCK:
            # [[P, 0], [Q, S]]^-1 = [[P^-1, 0], [-S^-1 Q P^-1, S^-1]] for all pairs of this size at once
            at = np.arange(0, BLOCK, 2 * size)
            first = at[:, None] + np.arange(size)
            second = first + size
            q = lower[:, second[:, :, None], first[:, None, :]]
            if size > 1:
                left = inverse[:, second[:, :, None], second[:, None, :]]
                right = inverse[:, first[:, :, None], first[:, None, :]]
                q = field.matmul(field.matmul(left, q), right)
            inverse[:, second[:, :, None], first[:, None, :]] = -q
            size *= 2
        return inverse

    def _product(self, start: int, stop: int, y: Floats) -> Floats:
        """The rows start..stop outside the diagonal triangles, times y, reduced."""
        from scipy.sparse import csr_array

        first, last = int(self._first_piece[start]), int(self._first_piece[stop])
        begin, end = int(self._pointers[first]), int(self._pointers[last])
        if begin == end:
            return np.zeros((stop - start, y.shape[1]))
        pointers = self._pointers[first:last + 1] - self._pointers[first]
        indices = self._indices[begin:end]
        shape = (last - first, y.shape[0])
        low = csr_array((self._low[begin:end], indices, pointers), shape=shape) @ y
        high = None
        if self._high is not None:
            high = csr_array((self._high[begin:end], indices, pointers), shape=shape) @ y
        product = self.field.join(low, high)
        if last - first > stop - start:
            product = np.add.reduceat(product, self._first_piece[start:stop] - first, axis=0)
            self.field.balance(product)
        return product

    def solve(self, panel: Floats, check: Callable[[], None] = lambda: None) -> None:
        """Overwrite the first n rows of a panel (m, width) by y, and subtract the further rows of L times y.

        Args:
            panel: right-hand sides as columns.
            check: called between blocks; may raise to interrupt.
        """
        for block, start in enumerate(range(0, self.count, BLOCK)):
            check()
            stop = min(start + BLOCK, self.count)
            part = panel[start:stop]
            if start:
                part -= self._product(start, stop, panel[:start])
                self.field.balance(part)
            size = stop - start
            panel[start:stop] = self.field.matmul(self._triangles[block, :size, :size], part)
        if self.count and self.rows > self.count:
            rest = panel[self.count:]
            rest -= self._product(self.count, self.rows, panel[:self.count])
            self.field.balance(rest)
