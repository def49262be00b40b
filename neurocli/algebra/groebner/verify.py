"""A check of Gröbner bases by Buchberger's criterion, independent of the engine.

Plain dictionaries, plain division, FLINT scalars: short enough to be read, and it never calls F4.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import Polynomial

Exponents = tuple[int, ...]
Terms = dict[int, Any]
FIELD = 32  # bits of one partial sum


def is_groebner_basis(generators: Iterable[Polynomial], basis: Sequence[Polynomial], order: MonomialOrder,
                      characteristic: int, check: Callable[[], None] = lambda: None) -> bool:
    """Whether `basis` is a Gröbner basis of an ideal that contains the generators.

    With the further knowledge that `basis` lies in the ideal of the generators, it is a Gröbner
    basis of that ideal; this function does not decide that.

    Args:
        generators: polynomials that must reduce to zero.
        basis: the candidate.
        order: monomial order.
        characteristic: 0 or a prime.
        check: called between reductions; may raise to interrupt.

    Reference: [buchberger-1965]

    Example:
        >>> x, y = {(1, 0): 1, (0, 1): 1}, {(0, 2): 1}
        >>> is_groebner_basis([x], [x, y], MonomialOrder.degrevlex(2), 7)
        True
        >>> is_groebner_basis([{(1, 1): 1}], [x, {(1, 1): 1}], MonomialOrder.degrevlex(2), 7)
        False
    """
    division = _Division(basis, order, characteristic)
    for f in generators:
        check()
        if not division.reduces_to_zero(division.terms(f)):
            return False
    for i, j in _necessary_pairs([exponents for exponents, _, _ in division.divisors]):
        check()
        if not division.reduces_to_zero(division.s_polynomial(i, j)):
            return False
    return True


class _Division:
    """Division by a fixed list of polynomials.

    A monomial is one Python integer, the partial sums that define the order side by side: comparing
    integers compares monomials, adding them multiplies.
    """

    def __init__(self, basis: Sequence[Polynomial], order: MonomialOrder, characteristic: int) -> None:
        self.order = order
        self.characteristic = characteristic
        self.divisors: list[tuple[Exponents, int, list[tuple[int, Any]]]] = []  # lead twice, monic tail
        self._found: dict[int, int | None] = {}
        for g in basis:
            terms = self.terms(g)
            if not terms:
                continue
            lead = max(terms)
            unit = terms.pop(lead)
            exponents = max(g, key=order.sort_key)
            self.divisors.append((exponents, lead, [(e, c / unit) for e, c in terms.items()]))

    def terms(self, f: Polynomial) -> Terms:
        """A polynomial with encoded monomials and FLINT scalars."""
        from flint import fmpq, nmod

        p = self.characteristic
        result: Terms = {}
        for e, c in f.items():
            value = nmod(c.numerator, p) / nmod(c.denominator, p) if p else fmpq(c.numerator, c.denominator)
            if value != 0:
                result[self._encode(e)] = value
        return result

    def _encode(self, exponents: Exponents) -> int:
        code = 0
        for partial in self.order.sort_key(exponents):
            code = code << FIELD | partial
        return code

    def _decode(self, code: int) -> Exponents:
        exponents = [0] * self.order.n
        smaller = 0
        for block in reversed(self.order.blocks):
            for k, variable in enumerate(block):
                partial = code & (1 << FIELD) - 1
                code >>= FIELD
                exponents[variable] = partial - smaller if k else partial
                smaller = partial
        return tuple(exponents)

    def _divisor(self, code: int) -> int | None:
        """The number of the first divisor whose leading monomial divides a monomial."""
        if code not in self._found:
            exponents = self._decode(code)
            self._found[code] = next((i for i, (lead, _, _) in enumerate(self.divisors)
                                      if _divides(lead, exponents)), None)
        return self._found[code]

    def s_polynomial(self, i: int, j: int) -> Terms:
        """The S-polynomial of two divisors."""
        code = self._encode(_lcm(self.divisors[i][0], self.divisors[j][0]))
        result: Terms = {}
        for k, sign in ((i, 1), (j, -1)):
            _, lead, tail = self.divisors[k]
            for e, c in tail:
                target = e + code - lead
                result[target] = result.get(target, 0) + sign * c
        return result

    def reduces_to_zero(self, f: Terms) -> bool:
        """Whether the remainder of f is zero; f is consumed."""
        heap = [-e for e in f]
        heapq.heapify(heap)
        while heap:
            monomial = -heapq.heappop(heap)
            c = f.pop(monomial, 0)
            if c == 0:
                continue
            number = self._divisor(monomial)
            if number is None:
                return False
            _, lead, tail = self.divisors[number]
            shift = monomial - lead
            for e, d in tail:
                target = e + shift
                if target in f:
                    f[target] -= c * d
                else:
                    f[target] = -c * d
                    heapq.heappush(heap, -target)
        return True


def _divides(a: Exponents, b: Exponents) -> bool:
    return all(x <= y for x, y in zip(a, b))


def _lcm(a: Exponents, b: Exponents) -> Exponents:
    return tuple(max(x, y) for x, y in zip(a, b))


def _necessary_pairs(leads: Sequence[Exponents]) -> list[tuple[int, int]]:
    """Pairs by ascending lcm that Buchberger's product and chain criteria do not settle.

    The pair (i, j) follows from (i, k) and (k, j) if lead k divides its lcm and those two were
    taken care of before.
    """
    pairs = sorted((sum(_lcm(leads[i], leads[j])), _lcm(leads[i], leads[j]), i, j)
                   for j in range(len(leads)) for i in range(j))
    done: set[tuple[int, int]] = set()
    necessary = []
    for _, lcm, i, j in pairs:
        chained = any((min(i, k), max(i, k)) in done and (min(j, k), max(j, k)) in done
                      for k, lead in enumerate(leads) if k not in (i, j) and _divides(lead, lcm))
        coprime = all(not (a and b) for a, b in zip(leads[i], leads[j]))
        if not chained and not coprime:
            necessary.append((i, j))
        done.add((i, j))
    return necessary
