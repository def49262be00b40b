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
Terms = dict[Exponents, Any]


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
    divisors = [_Divisor(g, order, characteristic) for g in basis if g]
    for f in generators:
        check()
        if remainder(_scalars(f, characteristic), divisors, order):
            return False
    for i, j in _necessary_pairs([d.lead for d in divisors]):
        check()
        if remainder(_s_polynomial(divisors[i], divisors[j]), divisors, order):
            return False
    return True


class _Divisor:
    """A monic polynomial split into leading monomial and tail."""

    def __init__(self, f: Polynomial, order: MonomialOrder, characteristic: int) -> None:
        terms = _scalars(f, characteristic)
        self.lead: Exponents = max(terms, key=order.sort_key)
        unit = terms.pop(self.lead)
        self.tail: list[tuple[Exponents, Any]] = [(e, c / unit) for e, c in terms.items()]


def _scalars(f: Polynomial, characteristic: int) -> Terms:
    from flint import fmpq, nmod

    if characteristic:
        p = characteristic
        terms = {e: nmod(c.numerator, p) / nmod(c.denominator, p) for e, c in f.items()}
    else:
        terms = {e: fmpq(c.numerator, c.denominator) for e, c in f.items()}
    return {e: c for e, c in terms.items() if c != 0}


def remainder(f: Terms, divisors: Sequence[_Divisor], order: MonomialOrder) -> Terms:
    """The remainder of f on division; f is consumed."""
    heap = [(_descending(e, order), e) for e in f]
    heapq.heapify(heap)
    rest: Terms = {}
    while heap:
        monomial = heapq.heappop(heap)[1]
        c = f.pop(monomial, 0)
        if c == 0:
            continue
        divisor = next((d for d in divisors if _divides(d.lead, monomial)), None)
        if divisor is None:
            rest[monomial] = c
            continue
        shift = tuple(a - b for a, b in zip(monomial, divisor.lead))
        for e, d in divisor.tail:
            target = tuple(a + b for a, b in zip(e, shift))
            if target in f:
                f[target] -= c * d
            else:
                f[target] = -c * d
                heapq.heappush(heap, (_descending(target, order), target))
    return rest


def _descending(e: Exponents, order: MonomialOrder) -> tuple[int, ...]:
    return tuple(-s for s in order.sort_key(e))


def _divides(a: Exponents, b: Exponents) -> bool:
    return all(x <= y for x, y in zip(a, b))


def _lcm(a: Exponents, b: Exponents) -> Exponents:
    return tuple(max(x, y) for x, y in zip(a, b))


def _s_polynomial(f: _Divisor, g: _Divisor) -> Terms:
    lcm = _lcm(f.lead, g.lead)
    result: Terms = {}
    for divisor, sign in ((f, 1), (g, -1)):
        for e, c in divisor.tail:
            target = tuple(a + b - x for a, b, x in zip(e, lcm, divisor.lead))
            result[target] = result.get(target, 0) + sign * c
    return result


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
