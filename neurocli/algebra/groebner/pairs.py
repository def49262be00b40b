"""Critical pairs and the criteria of Gebauer and Möller that discard most of them.

Reference: [gebauer-moeller-1988]; the sugar of a pair is that of [giovini-1991].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Exponents = NDArray[np.int16]


class CriticalPairs:
    """The leading monomials of a growing basis with its unprocessed pairs.

    Args:
        n: number of variables.
    """

    def __init__(self, n: int) -> None:
        self.leads: Exponents = np.zeros((0, n), dtype=np.int16)
        self.sugar: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.active: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self.first: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.second: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.lcm: Exponents = np.zeros((0, n), dtype=np.int16)
        self.pair_sugar: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.first)

    def insert(self, lead: Exponents, sugar: int) -> int:
        """Append a basis element; returns its number.

        Elements whose leading monomial it divides become inactive: they form no more pairs.  It is
        itself inactive if an active one divides it (two elements of one round may); the pair of the
        two is kept and reduces it.
        """
        number = len(self.leads)
        lcm = np.maximum(self.leads, lead)
        self._drop_chained(lead, lcm)
        candidates = np.flatnonzero(self.active)
        partners = self._minimal(candidates, lcm, lead)
        if len(partners):
            common = lcm[partners]
            degree = common.sum(axis=1, dtype=np.int64)
            own = sugar + degree - int(lead.sum())
            other = self.sugar[partners] + degree - self.leads[partners].sum(axis=1, dtype=np.int64)
            self.first = np.concatenate([self.first, partners])
            self.second = np.concatenate([self.second, np.full(len(partners), number)])
            self.lcm = np.concatenate([self.lcm, common])
            self.pair_sugar = np.concatenate([self.pair_sugar, np.maximum(own, other)])
        redundant = bool((lcm[candidates] == lead).all(axis=1).any())
        self.active[candidates[(lcm[candidates] == self.leads[candidates]).all(axis=1)]] = False
        self.leads = np.concatenate([self.leads, lead[None]])
        self.sugar = np.append(self.sugar, sugar)
        self.active = np.append(self.active, not redundant)
        return number

    def _drop_chained(self, lead: Exponents, lcm: Exponents) -> None:
        """Criterion B: (i, j) follows from (i, h), (j, h) if h divides its lcm and both are smaller."""
        chained = np.flatnonzero((self.lcm >= lead).all(axis=1))
        if not len(chained):
            return
        own = self.lcm[chained]
        smaller = (lcm[self.first[chained]] != own).any(axis=1)
        smaller &= (lcm[self.second[chained]] != own).any(axis=1)
        keep = np.ones(len(self), dtype=bool)
        keep[chained[smaller]] = False
        self._select(keep)

    def _minimal(self, candidates: NDArray[np.intp], lcm: Exponents,
                 lead: Exponents) -> NDArray[np.intp]:
        """Criteria M and F, then the product criterion, on the pairs of a new element.

        Pairs are compared by lcm / lead: those with a proper divisor among the others go (M), of
        equal ones a single one stays (F), and none if one of them has coprime leading monomials.
        """
        colon = lcm[candidates] - lead
        degree = colon.sum(axis=1, dtype=np.int64)
        coprime = degree == self.leads[candidates].sum(axis=1, dtype=np.int64)
        chosen: list[int] = []
        rest = np.argsort(degree, kind="stable")
        while len(rest):
            level = rest[degree[rest] == degree[rest[0]]]
            classes: dict[bytes, int] = {}
            dead: set[bytes] = set()
            for position in level.tolist():
                key = colon[position].tobytes()
                if coprime[position]:
                    dead.add(key)
                # of equal pairs the newest partner is taken: its tail is the most reduced
                classes[key] = position
            chosen.extend(p for key, p in classes.items() if key not in dead)
            rest = rest[len(level):]
            if len(rest):
                minimal = colon[list(classes.values())]
                divided = np.any(np.all(colon[rest][:, None, :] >= minimal, axis=2), axis=1)
                rest = rest[~divided]
        return candidates[np.array(sorted(chosen), dtype=np.intp)]

    def _select(self, keep: NDArray[np.bool_]) -> None:
        self.first, self.second = self.first[keep], self.second[keep]
        self.lcm, self.pair_sugar = self.lcm[keep], self.pair_sugar[keep]

    def degrees(self, by_sugar: bool) -> NDArray[np.int64]:
        """Degree of each pair: of its lcm, or its sugar."""
        return self.pair_sugar if by_sugar else self.lcm.sum(axis=1, dtype=np.int64)

    def take(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], Exponents, int]:
        """Remove pairs; returns their first and second elements, lcms, and largest sugar."""
        taken = (self.first[chosen], self.second[chosen], self.lcm[chosen],
                 int(self.pair_sugar[chosen].max(initial=0)))
        self._select(~chosen)
        return taken
