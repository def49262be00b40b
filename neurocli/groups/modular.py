"""Primes that split a group: p ≡ 1 modulo the exponent, where F_p has the roots of unity needed."""

from __future__ import annotations

from functools import lru_cache

from neurocli.algebra.primes import is_prime


@lru_cache(maxsize=256)
def splitting_prime(exponent: int, above: int = 2**30) -> int:
    """The smallest prime p > `above` with p ≡ 1 modulo `exponent`.

    Example:
        >>> splitting_prime(6, above=10)
        13
    """
    p = (above // exponent + 1) * exponent + 1
    while not is_prime(p):
        p += exponent
    return p


@lru_cache(maxsize=256)
def primitive_root(p: int) -> int:
    """The smallest generator of the multiplicative group of F_p.

    Example:
        >>> primitive_root(13)
        2
    """
    from flint import fmpz

    divisors = [int(q) for q, _ in fmpz(p - 1).factor()]
    return next(x for x in range(1, p) if all(pow(x, (p - 1) // q, p) != 1 for q in divisors))


def root_of_unity_modulo(n: int, p: int) -> int:
    """An element of order exactly n in F_p, for p ≡ 1 modulo n.

    Notes:
        All are powers of one generator, so they are compatible as the complex ones are:
        root(m) = root(n)^(n/m) for m dividing n.  Roots chosen order by order would not define one
        homomorphism from the cyclotomic integers.

    Example:
        >>> root_of_unity_modulo(4, 13), root_of_unity_modulo(12, 13) ** 3 % 13
        (8, 8)
    """
    if (p - 1) % n:
        raise ValueError(f"{p} is not 1 modulo {n}")
    return pow(primitive_root(p), (p - 1) // n, p)
