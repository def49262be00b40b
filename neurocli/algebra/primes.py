"""Primes, and residues drawn from a seed in a way that never changes.

Certificates name a seed instead of a point, so the generator is part of the file format: it is
SplitMix64 [steele-2014], written out here because library generators may change their streams.
"""

from __future__ import annotations

from neurocli.errors import UsageError

#: The Mersenne prime 2^31 - 1: products of two residues fit a 64-bit integer.
DEFAULT_PRIME = 2**31 - 1
#: Largest accepted `--prime`; above 2^31 arithmetic runs on Python integers and is slower.
LARGEST_PRIME = 2**62
#: Primes below this collide with exponents and make rank accidents likely.
SMALLEST_PRIME = 1009

_MASK = 2**64 - 1
#: Bases that make Miller-Rabin deterministic below 3.3 * 10^24 [sorenson-webster-2015].
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


def is_prime(n: int) -> bool:
    """Whether `n` is prime (deterministic Miller-Rabin, exact below 3.3 * 10^24).

    Example:
        >>> [n for n in range(30) if is_prime(n)]
        [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    """
    if n < 2:
        return False
    for q in _WITNESSES:
        if n % q == 0:
            return n == q
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in _WITNESSES:
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def check_prime(p: int) -> int:
    """`p` itself when it is a usable prime.

    Raises:
        UsageError: `p` is composite, too small or too large.
    """
    if not SMALLEST_PRIME <= p <= LARGEST_PRIME:
        raise UsageError(f"--prime: read {p}, expected a prime between {SMALLEST_PRIME} and 2^62",
                         f"the default is {DEFAULT_PRIME}")
    if not is_prime(p):
        raise UsageError(f"--prime: read {p}, which is composite",
                         f"the nearest prime below is {previous_prime(p)}")
    return p


def previous_prime(n: int) -> int:
    """The largest prime below `n` (`n` above 2)."""
    n -= 1
    while not is_prime(n):
        n -= 1
    return n


def splitmix64(state: int) -> int:
    """The SplitMix64 output for one 64-bit state.

    Example:
        >>> hex(splitmix64(0))
        '0xe220a8397b1dcdaf'
    """
    z = (state + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def derive_seed(seed: int, *labels: int | str) -> int:
    """A 64-bit seed that depends on `seed` and every label, for independent streams.

    Example:
        >>> derive_seed(0, "point", 1) != derive_seed(0, "point", 2)
        True
    """
    state = splitmix64(seed & _MASK)
    for label in labels:
        data = label if isinstance(label, int) else int.from_bytes(label.encode()[:64], "big")
        while True:
            state = splitmix64(state ^ (data & _MASK))
            data >>= 64
            if data <= 0:
                break
    return state


def random_prime(seed: int, bits: int = 31) -> int:
    """A prime of exactly `bits` bits, drawn from `seed`.

    Example:
        >>> random_prime(0).bit_length()
        31
    """
    state = derive_seed(seed, "prime")
    low = 1 << (bits - 1)
    while True:
        state = splitmix64(state)
        candidate = low + state % low | 1
        if is_prime(candidate):
            return candidate
