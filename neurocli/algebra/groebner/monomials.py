"""Monomials packed into machine words so that integer comparison is the monomial order.

A monomial order made of blocks, each compared by degrevlex, is the lexicographic order of vectors
of partial degree sums: within the block x_1 > ... > x_k these are e_1+...+e_k, e_1+...+e_{k-1},
..., e_1.  The sums are non-negative and additive, so with a fixed number of bits per sum a
product of monomials is one integer addition, and sorting keys sorts monomials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurocli.errors import TooLarge

LARGEST_DEGREE = 32767  # exponents are 16-bit integers
Keys = NDArray[np.uint64]
Exponents = NDArray[np.int64]


@dataclass(frozen=True)
class MonomialOrder:
    """A product of degrevlex orders: blocks of variables, the most significant block first.

    Args:
        blocks: a partition of the variable indices; inside a block, earlier variables are larger.

    Example:
        >>> MonomialOrder.elimination(3, [2]).blocks
        ((2,), (0, 1))
    """

    blocks: tuple[tuple[int, ...], ...]

    @classmethod
    def degrevlex(cls, n: int) -> MonomialOrder:
        """The degree reverse lexicographic order with x_0 > x_1 > ... > x_{n-1}."""
        return cls((tuple(range(n)),))

    @classmethod
    def lex(cls, n: int) -> MonomialOrder:
        """The lexicographic order with x_0 > x_1 > ... > x_{n-1}."""
        return cls(tuple((i,) for i in range(n)))

    @classmethod
    def elimination(cls, n: int, variables: Sequence[int]) -> MonomialOrder:
        """A block order in which every monomial with one of `variables` exceeds those without."""
        first = tuple(variables)
        rest = tuple(i for i in range(n) if i not in set(first))
        return cls(tuple(block for block in (first, rest) if block))

    @property
    def n(self) -> int:
        """Number of variables."""
        return sum(len(block) for block in self.blocks)

    @property
    def is_degree_compatible(self) -> bool:
        """Whether a larger total degree always means a larger monomial."""
        return len(self.blocks) <= 1

    @cached_property
    def fields(self) -> tuple[tuple[int, ...], ...]:
        """The variables summed in each field of a key, the most significant field first."""
        return tuple(block[:k] for block in self.blocks for k in range(len(block), 0, -1))

    def sort_key(self, exponents: Sequence[int]) -> tuple[int, ...]:
        """The partial sums of one monomial: larger tuples are larger monomials."""
        return tuple(sum(exponents[i] for i in field) for field in self.fields)


@dataclass(frozen=True)
class Packing:
    """How exponent vectors become keys: `bits` bits per partial sum, several words if needed.

    Keys are arrays of shape (words, N), the most significant word first; the order of monomials
    is the lexicographic order of their columns.
    """

    order: MonomialOrder
    bits: int

    @classmethod
    def for_degree(cls, order: MonomialOrder, degree: int) -> Packing:
        """The packing into fewest words whose fields hold sums up to `degree`, fields as wide as fit.

        Raises:
            TooLarge: for degrees beyond `LARGEST_DEGREE`.
        """
        if degree > LARGEST_DEGREE:
            raise TooLarge(f"a polynomial of degree {degree}; Gröbner bases handle at most {LARGEST_DEGREE}")
        bits = max(4, int(degree).bit_length())
        n = max(1, order.n)
        words = -(-n // (64 // bits))
        return cls(order, 64 // -(-n // words))

    @property
    def per_word(self) -> int:
        """Fields per word."""
        return 64 // self.bits

    @property
    def words(self) -> int:
        """Words per key."""
        return max(1, -(-self.order.n // self.per_word))

    @property
    def capacity(self) -> int:
        """The largest total degree that fits."""
        return min((1 << self.bits) - 1, LARGEST_DEGREE)

    def _place(self, field: int) -> tuple[int, np.uint64]:
        word, position = divmod(field, self.per_word)
        return word, np.uint64((self.per_word - 1 - position) * self.bits)

    def pack(self, exponents: Exponents) -> Keys:
        """Keys of the rows of an (N, n) array of exponents."""
        keys = np.zeros((self.words, len(exponents)), dtype=np.uint64)
        for f, variables in enumerate(self.order.fields):
            word, shift = self._place(f)
            keys[word] |= exponents[:, list(variables)].sum(axis=1).astype(np.uint64) << shift
        return keys

    def unpack(self, keys: Keys) -> NDArray[np.int16]:
        """The (N, n) array of exponents of packed keys."""
        mask = np.uint64((1 << self.bits) - 1)
        exponents = np.empty((keys.shape[1], self.order.n), dtype=np.int16)
        field = 0
        for block in self.order.blocks:
            places = [self._place(field + k) for k in range(len(block))]
            sums = [((keys[word] >> shift) & mask).astype(np.int16) for word, shift in places]
            for k, variable in enumerate(reversed(block)):
                exponents[:, variable] = sums[k] - sums[k + 1] if k + 1 < len(block) else sums[k]
            field += len(block)
        return exponents

    @staticmethod
    def argsort_descending(keys: Keys) -> NDArray[np.intp]:
        """Positions of the monomials from largest to smallest."""
        if len(keys) == 1:
            return np.argsort(keys[0], kind="stable")[::-1]
        return np.lexsort(keys[::-1])[::-1]


class MonomialIndex:
    """A hash table that numbers monomials, filled and asked by whole arrays.

    Open addressing with linear probing; a batch is inserted in rounds, each of which settles
    every key whose slot is free or already holds it.  Exact: words are compared, not hashes.
    """

    _MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)

    def __init__(self, words: int, capacity: int = 1 << 10) -> None:
        self.words = words
        self.size = 0
        self._keys = np.zeros((words, capacity), dtype=np.uint64)
        self._table = np.full(4 * capacity, -1, dtype=np.int32)
        self._scratch = np.zeros(4 * capacity, dtype=np.int32)

    @property
    def keys(self) -> Keys:
        """The numbered monomials, in the order of their numbers."""
        return self._keys[:, : self.size]

    def _slots(self, keys: Keys) -> NDArray[np.int64]:
        mixed = keys[0] * np.uint64(self._MULTIPLIERS[0])
        for w in range(1, self.words):
            mixed ^= mixed >> np.uint64(29)
            mixed += keys[w] * np.uint64(self._MULTIPLIERS[w % 4])
            mixed *= np.uint64(self._MULTIPLIERS[(w + 1) % 4])
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(self._MULTIPLIERS[3])
        return (mixed >> np.uint64(65 - len(self._table).bit_length())).astype(np.int64)

    def _grow(self, capacity: int) -> None:
        """Enlarge the table; monomials keep their numbers."""
        old = self.keys
        self._keys = np.zeros((self.words, capacity), dtype=np.uint64)
        self._keys[:, : self.size] = old
        self._table = np.full(4 * capacity, -1, dtype=np.int32)
        self._scratch = np.zeros(4 * capacity, dtype=np.int32)
        slots = self._slots(old)
        pending = np.arange(self.size, dtype=np.int32)
        while len(pending):
            free = self._table[slots] < 0
            self._table[slots[free]] = pending[free]  # of several claims on one slot, one is kept
            waiting = self._table[slots] != pending
            pending, slots = pending[waiting], (slots[waiting] + 1) & (4 * capacity - 1)

    def insert(self, keys: Keys) -> NDArray[np.int32]:
        """Numbers of the given monomials; unknown ones get the next free numbers."""
        total = keys.shape[1]
        result = np.empty(total, dtype=np.int32)
        step = 1 << 16  # pieces keep the temporaries in cache
        for start in range(0, total, step):
            piece = np.ascontiguousarray(keys[:, start:start + step])
            while self.size + piece.shape[1] > self._keys.shape[1]:
                self._grow(2 * self._keys.shape[1])
            result[start:start + step] = self._insert_piece(piece)
        return result

    def _insert_piece(self, keys: Keys) -> NDArray[np.int32]:
        table, mask = self._table, len(self._table) - 1
        slots = self._slots(keys)
        result = np.empty(keys.shape[1], dtype=np.int32)
        pending: NDArray[np.intp] | None = None  # None: all of them
        while True:
            found = table[slots]
            if (found < 0).any():
                free = np.flatnonzero(found < 0)
                places = slots[free]
                self._scratch[places] = free  # of several claims on one slot, one is kept
                chosen = free[self._scratch[places] == free]
                numbers = np.arange(self.size, self.size + len(chosen), dtype=np.int32)
                self._keys[:, self.size:self.size + len(chosen)] = keys[:, chosen]
                self.size += len(chosen)
                table[slots[chosen]] = numbers
                found = table[slots]
            equal = self._keys[0][found] == keys[0]
            for w in range(1, self.words):
                equal &= self._keys[w][found] == keys[w]
            if pending is None:
                result = found
            else:
                result[pending] = found
            if equal.all():
                return result
            wrong = np.flatnonzero(~equal)
            pending = wrong if pending is None else pending[wrong]
            keys = keys[:, wrong]
            slots = (slots[wrong] + 1) & mask


def first_divisor(monomials: NDArray[np.int16], divisors: NDArray[np.int16]) -> NDArray[np.int64]:
    """For each monomial the first of `divisors` that divides it, or -1.

    Args:
        monomials: exponents, shape (N, n).
        divisors: exponents, shape (G, n).
    """
    result = np.full(len(monomials), -1, dtype=np.int64)
    if not len(divisors) or not len(monomials):
        return result
    small = max(int(monomials.max(initial=0)), int(divisors.max(initial=0))) < 256
    kind = np.uint8 if small else np.uint16
    columns = np.ascontiguousarray(divisors.T).astype(kind)
    wide = monomials.astype(kind)
    step = max(1, (1 << 20) // len(divisors))
    for start in range(0, len(wide), step):
        piece = wide[start:start + step]
        divides = np.ones((len(piece), len(divisors)), dtype=bool)
        for v in range(columns.shape[0]):
            divides &= columns[v] <= piece[:, v, None]
        first = divides.argmax(axis=1)
        hit = divides[np.arange(len(piece)), first]
        result[start:start + step] = np.where(hit, first, -1)
    return result
