"""Packed monomials: the integer order is the monomial order, products are sums, numbers are stable."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from neurocli.algebra.groebner.monomials import MonomialIndex, MonomialOrder, Packing, first_divisor


def degrevlex_larger(a: list[int], b: list[int]) -> bool:
    """The textbook definition, apart from the packing's."""
    if sum(a) != sum(b):
        return sum(a) > sum(b)
    differences = [x - y for x, y in zip(a, b) if x != y]
    return bool(differences) and differences[-1] < 0


@pytest.mark.parametrize("n", [1, 2, 7, 13, 16, 17, 40])
def test_packing_orders_as_degrevlex_does(n: int) -> None:
    rng = np.random.default_rng(n)
    exponents = rng.integers(0, 3, (60, n))
    packing = Packing.for_degree(MonomialOrder.degrevlex(n), int(exponents.sum(axis=1).max()))
    keys = packing.pack(exponents)
    assert (packing.unpack(keys) == exponents).all()
    ordered = exponents[Packing.argsort_descending(keys)].tolist()
    assert not any(degrevlex_larger(b, a) for a, b in pairwise(ordered))


@pytest.mark.parametrize("order", [MonomialOrder.lex(5), MonomialOrder.elimination(5, [3, 1]),
                                   MonomialOrder.elimination(5, [])])
def test_products_are_sums_of_keys_in_every_order(order: MonomialOrder) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 8, (2, 40, 5))
    packing = Packing.for_degree(order, 100)
    assert (packing.pack(a) + packing.pack(b) == packing.pack(a + b)).all()
    assert (packing.unpack(packing.pack(a + b)) == a + b).all()


def test_lex_and_elimination_compare_blocks_first() -> None:
    assert MonomialOrder.lex(2).sort_key((1, 0)) > MonomialOrder.lex(2).sort_key((0, 9))
    order = MonomialOrder.elimination(3, [2])
    assert order.sort_key((0, 0, 1)) > order.sort_key((9, 9, 0))
    assert order.sort_key((2, 0, 0)) > order.sort_key((1, 1, 0)) > order.sort_key((0, 2, 0))


@pytest.mark.parametrize("words", [1, 2, 3])
def test_index_numbers_each_monomial_once_and_for_good(words: int) -> None:
    rng = np.random.default_rng(words)
    index = MonomialIndex(words, capacity=16)
    first = rng.integers(0, 30, (words, 500)).astype(np.uint64)
    numbers = index.insert(first)
    assert (index.keys[:, numbers] == first).all()
    later = index.insert(rng.integers(0, 3000, (words, 20000)).astype(np.uint64))  # grows several times
    assert (index.insert(first) == numbers).all()
    assert later.max() < index.size == len({tuple(k) for k in index.keys.T.tolist()})


def test_first_divisor_is_the_first_and_none_is_minus_one() -> None:
    monomials = np.array([[2, 1], [0, 3], [300, 0], [0, 0]], dtype=np.int16)
    divisors = np.array([[1, 1], [2, 0], [0, 4]], dtype=np.int16)
    assert first_divisor(monomials, divisors).tolist() == [0, -1, 1, -1]
    assert first_divisor(monomials, divisors[:0]).tolist() == [-1] * 4
