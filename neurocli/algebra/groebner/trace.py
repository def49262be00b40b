"""Replaying F4 modulo further primes: the same rows, columns and pivots, other coefficients.

A traced run keeps the skeletons of its matrices without the rows that reduced to zero.  Replay then needs
linear algebra only.  It refuses a prime modulo which anything but the coefficients differs.

Reference: [traverso-1988].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from neurocli.algebra.groebner.linear_algebra import Floats, ModularArithmetic
from neurocli.algebra.groebner.macaulay import Skeleton
from neurocli.algebra.groebner.polynomial import Polynomial, System


class UnluckyPrime(Exception):
    """Modulo this prime the computation takes another course."""


@dataclass
class Trace:
    """What a run of F4 did, to be repeated modulo other primes."""

    rounds: list[tuple[Skeleton, list[NDArray[np.int64]]]] = field(default_factory=list)
    tails: list[tuple[Skeleton, list[NDArray[np.int64]]]] = field(default_factory=list)
    monomials: list[list[tuple[int, ...]]] = field(default_factory=list)
    generators: list[list[tuple[int, ...]]] = field(default_factory=list)
    unit: bool = False

    def record(self, skeleton: Skeleton, independent: list[int], supports: list[NDArray[np.int64]]) -> None:
        """Keep one round: the rows that gave new elements, and the supports of those, leads ascending."""
        self.rounds.append((replace(skeleton, lower=skeleton.lower.take(sorted(independent))), supports))

    def replay(self, system: System, check: Callable[[], None] = lambda: None) -> list[Polynomial]:
        """The reduced Gröbner basis of `system`, which has the traced supports.

        Raises:
            UnluckyPrime: if a support or a pivot differs.
        """
        arithmetic = ModularArithmetic(system.characteristic)
        store = _Coefficients(arithmetic)
        generators = [f for f in system.polynomials if f]
        if [set(f) for f in generators] != [set(monomials) for monomials in self.generators]:
            raise UnluckyPrime(system.characteristic)
        for monomials, f in zip(self.generators, generators):
            values = np.array([int(f[e]) for e in monomials], dtype=np.int64)
            monic = arithmetic.from_integers(values)
            store.append(arithmetic.scale(monic, arithmetic.inverse(monic[0])))
        for skeleton, supports in self.rounds:
            check()
            space, _ = skeleton.fill(arithmetic, store.values, check).echelon()
            order = np.argsort(space.pivots)[::-1]
            expected = [int(support[0]) for support in supports]
            if space.pivots[order].tolist() != expected:
                raise UnluckyPrime(system.characteristic)
            for row, support in zip(space.rows[order], supports):
                store.append(_on_support(row, support, system.characteristic))
        if self.unit:
            return [{(0,) * system.n: 1}]
        result: list[Polynomial] = []
        for skeleton, supports in self.tails:
            rows = skeleton.fill(arithmetic, store.values, check).reduced_rows()
            for row, support in zip(rows, supports):
                terms = np.concatenate([np.ones(1), _on_support(row, support, system.characteristic)])
                store.append(terms)
                monomials = self.monomials[len(result)]
                result.append({e: c for e, c in zip(monomials, arithmetic.canonical(terms).tolist()) if c})
        return result


class _Coefficients:
    """The coefficients of a polynomial store, without the monomials."""

    def __init__(self, arithmetic: ModularArithmetic) -> None:
        self._arithmetic = arithmetic
        self._buffer: Floats = np.zeros(1 << 12)
        self._used = 0

    @property
    def values(self) -> Floats:
        return self._buffer

    def append(self, coefficients: Floats) -> None:
        while self._used + len(coefficients) > len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.zeros_like(self._buffer)])
        self._buffer[self._used:self._used + len(coefficients)] = coefficients
        self._used += len(coefficients)


def _on_support(row: Floats, support: NDArray[np.int64], p: int) -> Floats:
    """The entries on the support, which must be all the non-zero ones."""
    values = row[support]
    if np.count_nonzero(values) != np.count_nonzero(row):
        raise UnluckyPrime(p)
    return values

