"""Bases over Q: reconstruction, unlucky primes, and when an answer counts as proved."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from neurocli.algebra.groebner.f4 import f4
from neurocli.algebra.groebner.limits import Limits
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import Polynomial, System
from neurocli.algebra.groebner.rational import (
    TracedBasis,
    lift,
    primes_below,
    rational_groebner_basis,
    rational_reconstruction,
)
from neurocli.algebra.groebner.systems import cyclic, eco, katsura
from neurocli.algebra.groebner.trace import Trace, UnluckyPrime
from neurocli.algebra.groebner.verify import is_groebner_basis
from neurocli.errors import EngineError, TimeLimit

P = 2147483647


def test_reconstruction_finds_every_small_fraction_and_nothing_else() -> None:
    modulus = 2 * 50 * 50 * 13 + 1
    for n in range(-40, 41):
        for d in range(1, 41):
            try:
                residue = n * pow(d, -1, modulus) % modulus
            except ValueError:
                continue
            assert rational_reconstruction(residue, modulus) == Fraction(n, d)
    found = [rational_reconstruction(r, 101) for r in range(101)]
    assert None in found
    assert all(f is None or (f.numerator - r * f.denominator) % 101 == 0 for r, f in enumerate(found))


def test_primes_descend_from_the_largest() -> None:
    primes = primes_below()
    assert [next(primes) for _ in range(3)] == [2147483647, 2147483629, 2147483587]


@pytest.mark.parametrize("system", [katsura(3), katsura(4), katsura(5), cyclic(5)])
def test_bases_over_q_reduce_to_those_modulo_primes(system: System) -> None:
    basis = rational_groebner_basis(system)
    assert is_groebner_basis(system.polynomials, basis.polynomials, basis.order, 0)
    p = 1000003  # not among the primes used
    assert basis.system().modulo(p).polynomials == tuple(f4(system.modulo(p), basis.order).polynomials)


def test_status_is_proved_without_falls_of_degree_only() -> None:
    assert rational_groebner_basis(katsura(4)).status == "proved"
    assert rational_groebner_basis(katsura(4), prove=False).status == "probable"
    assert rational_groebner_basis(cyclic(4)).status == "proved"
    assert rational_groebner_basis(katsura(3), MonomialOrder.lex(4)).status == "probable"
    # x y - 1 and x^2 - y: degree falls in x (x y - 1) - y (x^2 - y) = y^2 - x
    falling = System("xy", 0, [{(1, 1): 1, (0, 0): -1}, {(2, 0): 1, (0, 1): -1, (1, 0): 1}, {(2, 0): 1}])
    assert rational_groebner_basis(falling).status == "probable"


def test_a_solution_near_infinity_is_never_lost_with_proof() -> None:
    # modulo the first prime tried, p x^2 + x loses its second root
    p = next(primes_below())
    basis = rational_groebner_basis(System("x", 0, [{(2,): p, (1,): 1}]))
    assert basis.polynomials == [{(2,): 1, (1,): Fraction(1, p)}]


def test_unlucky_first_primes_are_outvoted() -> None:
    # modulo p_1 the generators are dependent in degree one, over Q they are not
    p = next(primes_below())
    system = System("xy", 0, [{(1, 0): 1, (0, 1): 1}, {(1, 0): 1, (0, 1): 1 + p, (0, 0): p}])
    basis = rational_groebner_basis(system)
    assert basis.polynomials == [{(0, 1): 1, (0, 0): 1}, {(1, 0): 1, (0, 0): -1}]
    assert p not in basis.primes


def test_unit_zero_and_fractional_input() -> None:
    assert rational_groebner_basis(System("xy", 0, [{(1, 0): 1}, {(1, 0): 1, (0, 0): 3}])).polynomials == [{(0, 0): 1}]
    assert rational_groebner_basis(System("xy", 0, [])).polynomials == []
    half = rational_groebner_basis(System("x", 0, [{(1,): Fraction(2, 3), (0,): Fraction(5, 7)}]))
    assert half.polynomials == [{(1,): 1, (0,): Fraction(15, 14)}] and half.status == "proved"


@pytest.mark.parametrize("system,order", [(katsura(4), None), (cyclic(5), None), (eco(6), None), (cyclic(4), None),
                                          (cyclic(4), MonomialOrder.elimination(4, [0]))])
def test_replay_equals_a_fresh_run(system: System, order: MonomialOrder | None) -> None:
    order = order or MonomialOrder.degrevlex(system.n)
    trace = Trace()
    first = f4(system.modulo(P), order, trace=trace)
    assert trace.replay(system.modulo(P)) == first.polynomials
    for p in (2147483629, 1000003):
        assert trace.replay(system.modulo(p)) == f4(system.modulo(p), order).polynomials


def test_replay_refuses_another_system_and_an_unlucky_prime() -> None:
    trace = Trace()
    f4(katsura(3, P), MonomialOrder.degrevlex(4), trace=trace)
    with pytest.raises(UnluckyPrime):
        trace.replay(katsura(4, P))
    with pytest.raises(UnluckyPrime):
        trace.replay(katsura(3, 3))


def test_traced_bases_recover_from_an_unlucky_first_prime() -> None:
    p = 101
    system = System("xy", 0, [{(1, 0): 1, (0, 1): 1}, {(1, 0): 1, (0, 1): 1 + p, (0, 0): 3}])
    traced = TracedBasis(system, MonomialOrder.degrevlex(2))
    assert traced(101) == [{(0, 0): 1}]
    refused = 0
    for q in (10007, 10009, 10037, 10039):
        try:
            basis = traced(q)
        except UnluckyPrime:
            refused += 1
    assert refused == 2 and [next(iter(f)) for f in basis] == [(0, 1), (1, 0)]


def test_lift_gives_up_on_functions_that_always_refuse() -> None:
    def refuse(p: int) -> list[Polynomial]:
        raise UnluckyPrime(p)

    with pytest.raises(EngineError):
        lift(refuse)
    with pytest.raises(TimeLimit):
        lift(lambda p: [{(0,): pow(2, 10**6, p)}], limits=Limits(deadline=time.monotonic() + 0.3))
