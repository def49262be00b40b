"""Exact signs of sums of square roots."""

from __future__ import annotations

import random
from decimal import Decimal, localcontext

import pytest

from neurocli.hyperbolic.roots import RootSum, sign


def test_identities_are_exactly_zero() -> None:
    two, three, twelve = RootSum({2: 1}), RootSum({3: 1}), RootSum({12: 1})
    assert ((two + three) * (two + three) - RootSum({6: 2}) - 5).sign() == 0
    assert (twelve - three * 2).sign() == 0
    assert (RootSum({8: 3, 2: -6, 50: 1, 98: -1}) + two * 2).sign() == 0
    assert float(twelve - three * 2) == 0.0


def test_signs_that_doubles_get_wrong() -> None:
    # sqrt(n+1) + sqrt(n-1) < 2 sqrt(n), by about n^(-3/2)/4: 10^-61 here.
    n = 10**40
    assert (RootSum({n + 1: 1}) + RootSum({n - 1: 1}) - RootSum({n: 2})).sign() == -1
    # The integer nearest to 10^30 sqrt(2) is below it.
    assert (RootSum({2: 10**30}) - 1414213562373095048801688724209).sign() == 1
    assert (RootSum({2: 10**30}) - 1414213562373095048801688724210).sign() == -1


@pytest.mark.parametrize("seed", range(5))
def test_against_high_precision_decimals(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(100):
        terms = {draw.randint(1, 50): draw.randint(-9, 9) for _ in range(6)}
        other = {draw.randint(1, 50): draw.randint(-9, 9) for _ in range(3)}
        product = RootSum(terms) * RootSum(other)
        with localcontext() as context:
            context.prec = 80
            value = sum((c * Decimal(n).sqrt() for n, c in terms.items()), Decimal(0)) * sum(
                (c * Decimal(n).sqrt() for n, c in other.items()), Decimal(0))
        expected = 0 if abs(value) < Decimal(10) ** -60 else (1 if value > 0 else -1)
        assert product.sign() == expected
        assert float(product) == pytest.approx(float(value), rel=1e-15, abs=1e-60)


def test_arithmetic_with_integers() -> None:
    assert sign(3 - RootSum({9: 1})) == 0
    assert sign(2 + RootSum({2: -1})) == 1
    assert sign(-RootSum({5: 1}) * 2) == -1
    assert RootSum.root(49) == 7
    assert (RootSum({5: 1}) * 0).sign() == 0
