"""Gröbner bases over Q: modulo many primes, rational reconstruction, and a proof where there is one.

The computation modulo the first prime is traced and replayed modulo the others.

Why a verified candidate is right.  Let G be the candidate, monic with coefficients integral at a
prime p that was used, so that G modulo p is the Gröbner basis of F modulo p.  Suppose that over Q every
f in F reduces to zero by G, and that G satisfies Buchberger's criterion; then (F) is contained in
(G).  Suppose further that modulo p no element's sugar exceeded its degree and the order is degrevlex:
then the homogenizations of G modulo p lie in the ideal of those of F modulo p.  In every degree d

    dim (F^h)_d over Q >= dim (F^h)_d over F_p >= dim (G^h)_d over F_p = dim (G^h)_d over Q >= dim (F^h)_d,

the first since a rank can only drop modulo p, the equality since both sides have the same leading
monomials.  So (F^h) = (G^h), and (F) = (G).  Where sugar exceeds degree the argument fails, F = {x + p x^2}
being an example, and the answer is called `probable`.

Reference: [arnold-2003], for the homogeneous case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from neurocli.algebra.groebner.basis import GroebnerBasis
from neurocli.algebra.groebner.f4 import f4
from neurocli.algebra.groebner.fglm import change_order
from neurocli.algebra.groebner.limits import NO_LIMITS, Limits
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import Polynomial, System
from neurocli.algebra.groebner.trace import Trace, UnluckyPrime
from neurocli.algebra.groebner.verify import is_groebner_basis
from neurocli.errors import EngineError, TimeLimit

Modular = Callable[[int], list[Polynomial]]
MOST_REFUSALS = 20
Supports = tuple[tuple[tuple[int, ...], ...], ...]


@dataclass(frozen=True)
class Lifted:
    """Polynomials over Q found modulo primes.

    Args:
        polynomials: with `Fraction` coefficients, terms in the order the modular runs gave them.
        primes: those whose residues determine the coefficients.
        confirmations: how many further primes agreed.
    """

    polynomials: list[Polynomial]
    primes: tuple[int, ...]
    confirmations: int


@dataclass(frozen=True)
class RationalBasis:
    """A reduced Gröbner basis over Q.

    Args:
        variables: names.
        order: monomial order.
        polynomials: monic, leading monomials ascending, terms descending.
        status: `proved` or `probable`.
        reason: why, in one line.
        primes: the primes the coefficients were lifted from.
    """

    variables: tuple[str, ...]
    order: MonomialOrder
    polynomials: list[Polynomial]
    status: str
    reason: str
    primes: tuple[int, ...]

    @property
    def leading_monomials(self) -> list[tuple[int, ...]]:
        """Minimal generators of the leading ideal, ascending."""
        return [next(iter(f)) for f in self.polynomials]

    def system(self) -> System:
        """The basis as a system."""
        return System(self.variables, 0, self.polynomials)


def primes_below(bound: int = 1 << 31) -> Iterator[int]:
    """Primes in descending order."""
    from flint import fmpz

    for q in range(bound - 1, 1, -1):
        if fmpz(q).is_prime():
            yield q


def rational_reconstruction(residue: int, modulus: int) -> Fraction | None:
    """The fraction n/d = residue with |n|, d <= sqrt(modulus/2), if there is one.

    Reference: [wang-1981]

    Example:
        >>> rational_reconstruction(pow(3, -1, 10007) * -7 % 10007, 10007)
        Fraction(-7, 3)
    """
    bound = isqrt(modulus // 2)
    a, b, u, v = modulus, residue % modulus, 0, 1
    while b > bound:
        quotient = a // b
        a, b, u, v = b, a - quotient * b, v, u - quotient * v
    if v < 0:
        b, v = -b, -v
    if not 0 < v <= bound:
        return None
    result = Fraction(b, v)
    return result if result.denominator == v else None


def lift(modular: Modular, *, limits: Limits = NO_LIMITS, confirmations: int = 1) -> Lifted:
    """Lift polynomials that can be computed modulo every prime to Q.

    Args:
        modular: the polynomials modulo a prime, in a canonical form (a reduced Gröbner basis, say);
            may raise `UnluckyPrime` or `ZeroDivisionError` to refuse the prime.
        limits: deadline.
        confirmations: primes beyond those needed that must agree with the answer.

    Notes:
        Supports are compared first; of several, that which most primes have is lifted.
    """
    votes: Counter[Supports] = Counter()
    runs: dict[Supports, _Residues] = {}
    refusals = 0
    for p in primes_below():
        limits.check()
        try:
            polynomials = modular(p)
        except (UnluckyPrime, ZeroDivisionError) as refusal:
            refusals += 1
            if refusals > MOST_REFUSALS + sum(votes.values()):
                raise EngineError("computations modulo many primes never agree") from refusal
            continue
        supports = tuple(tuple(f) for f in polynomials)
        votes[supports] += 1
        run = runs.setdefault(supports, _Residues(supports, confirmations))
        complete = run.add(p, [int(c) for f in polynomials for c in f.values()])
        if complete and votes.most_common(1)[0][0] == supports:
            return run.answer()
    raise AssertionError("unreachable: the primes below 2^31 do not run out")


class _Residues:
    """Chinese remaindering of a vector, with reconstruction attempted at growing intervals."""

    def __init__(self, supports: Supports, confirmations: int) -> None:
        self.supports = supports
        self.wanted = confirmations
        self.primes: list[int] = []
        self.modulus = 1
        self.vector: list[int] = []
        self.candidate: list[Fraction] | None = None
        self.agreed = 0
        self.next_attempt = 1

    def add(self, p: int, residues: list[int]) -> bool:
        """Add a prime's residues; whether the answer is complete."""
        if self.candidate is not None:
            if self._agrees(p, residues):
                self.agreed += 1
                return self.agreed >= self.wanted
            self.candidate, self.agreed = None, 0
        if not self.primes:
            self.vector = [0] * len(residues)
        inverse = pow(self.modulus, -1, p)
        modulus = self.modulus
        self.vector = [v + modulus * ((r - v) * inverse % p) for v, r in zip(self.vector, residues)]
        self.modulus *= p
        self.primes.append(p)
        if len(self.primes) >= self.next_attempt:
            self.next_attempt = len(self.primes) + 1 + len(self.primes) // 8
            self.candidate = self._reconstruct()
        return self.candidate is not None and not self.wanted

    def _agrees(self, p: int, residues: list[int]) -> bool:
        assert self.candidate is not None
        return all((c.numerator - r * c.denominator) % p == 0 for c, r in zip(self.candidate, residues))

    def _reconstruct(self) -> list[Fraction] | None:
        """All coefficients as fractions, or None as soon as one fails.

        The coefficients of one polynomial mostly share a denominator, so the one found so far is
        multiplied in first, and what is left has a small denominator.
        """
        result: list[Fraction] = []
        position = 0
        for support in self.supports:
            common = 1
            for value in self.vector[position:position + len(support)]:
                part = rational_reconstruction(value * common % self.modulus, self.modulus)
                if part is None:
                    return None
                result.append(part / common)
                common *= part.denominator
            position += len(support)
        return result

    def answer(self) -> Lifted:
        assert self.candidate is not None
        values = iter(self.candidate)
        polynomials: list[Polynomial] = [{e: next(values) for e in support} for support in self.supports]
        return Lifted(polynomials, tuple(self.primes), self.agreed)


class TracedBasis:
    """The reduced Gröbner basis of a rational system modulo one prime after another.

    The way is that of `groebner_basis`; its runs of F4 are traced modulo the first prime and replayed.

    Args:
        system: characteristic 0.
        order: monomial order.
        limits: time and memory.
    """

    def __init__(self, system: System, order: MonomialOrder, limits: Limits = NO_LIMITS) -> None:
        self.system = system
        self.order = order
        self.limits = limits
        self.first: GroebnerBasis | None = None
        self._graded = MonomialOrder.degrevlex(system.n)
        self._traces: list[Trace] = []
        self._failures = 0

    def __call__(self, p: int) -> list[Polynomial]:
        reduced = self.system.modulo(p)
        if any(len(f) != len(g) for f, g in zip(reduced.polynomials, self.system.polynomials)):
            raise UnluckyPrime(p)  # a coefficient vanishes
        if self.first is not None:
            try:
                result = self._replay(reduced)
                self._failures = 0
                return result
            except UnluckyPrime:
                # if several primes in a row disagree with the traced one, that one was unlucky
                self._failures += 1
                if self._failures < 3:
                    raise
        self._failures = 0
        self.first = self._run(reduced)
        return self.first.polynomials

    def _run(self, system: System) -> GroebnerBasis:
        self._traces = [Trace()]
        if self.order.is_degree_compatible:
            return f4(system, self.order, limits=self.limits, trace=self._traces[0])
        graded = f4(system, self._graded, limits=self.limits, trace=self._traces[0])
        if graded.dimension <= 0:
            return change_order(graded, self.order)
        self._traces.append(Trace())
        return f4(graded.system(), self.order, limits=self.limits, trace=self._traces[1])

    def _replay(self, system: System) -> list[Polynomial]:
        polynomials = self._traces[0].replay(system, self.limits.check)
        p = system.characteristic
        if self.order.is_degree_compatible:
            return polynomials
        if len(self._traces) == 2:
            return self._traces[1].replay(System(system.variables, p, polynomials), self.limits.check)
        graded = GroebnerBasis.from_polynomials(system.variables, p, self._graded, polynomials, self.limits)
        return change_order(graded, self.order).polynomials


def rational_groebner_basis(system: System, order: MonomialOrder | None = None, *, limits: Limits = NO_LIMITS,
                            prove: bool = True) -> RationalBasis:
    """The reduced Gröbner basis over Q.

    Args:
        system: characteristic 0.
        order: monomial order, degrevlex by default.
        limits: time, memory, progress.
        prove: check Buchberger's criterion over Q, where the check proves the answer.

    Reference: [arnold-2003]

    Example:
        >>> f, g = {(2, 0): 2, (0, 0): -1}, {(1, 1): 3, (0, 0): -1}
        >>> basis = rational_groebner_basis(System("xy", 0, [f, g]))
        >>> basis.status, basis.polynomials[0]
        ('probable', {(1, 0): Fraction(1, 1), (0, 1): Fraction(-3, 2)})
    """
    order = order or MonomialOrder.degrevlex(system.n)
    traced = TracedBasis(system, order, limits)
    lifted = lift(traced, limits=limits)
    status, reason = _judge(system, order, traced, lifted, limits, prove)
    return RationalBasis(system.variables, order, lifted.polynomials, status, reason, lifted.primes)


def _judge(system: System, order: MonomialOrder, traced: TracedBasis, lifted: Lifted, limits: Limits,
           prove: bool) -> tuple[str, str]:
    if not prove:
        return "probable", "lifted from residues, a further prime agreed; no proof was asked for"
    assert traced.first is not None
    if traced.first.characteristic not in lifted.primes:
        return "probable", "the prime whose computation was traced did not vote for the answer"
    if traced.first.degree_falls or not order.is_degree_compatible:
        return "probable", "degrees fall on the way, so that reductions over Q would not prove equality"
    try:
        verified = is_groebner_basis(system.polynomials, lifted.polynomials, order, 0, limits.check)
    except TimeLimit:
        return "probable", "lifted from residues; the time left was too short for a proof"
    if not verified:
        return "probable", "lifted from residues, but Buchberger's criterion over Q failed"
    return "proved", "generators and S-polynomials reduce to zero over Q, no degree fell modulo p"
