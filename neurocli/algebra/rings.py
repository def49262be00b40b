"""Arrays over a ring: the arithmetic in which straight-line programs are evaluated.

A `Ring` offers a closed set of operations on arrays, so that one program (see `program.py`) is
evaluated and differentiated over F_p, over Q, over complex floats in batches, over balls, over
polynomials (for symbolic expansion) and over dual numbers.  Arrays have batch axes first and
event axes last; operations name event axes only.

`PrimeField` keeps residues in unsigned 64-bit words.  For p < 2^31 a product is below 2^62; a
sum of products is kept exact by splitting one factor at 16 bits: the high half is below 2^15, so
2^17 products of it with a residue stay below 2^63, and the low half likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from neurocli.errors import UsageError

Array = Any
Scalar = int | Fraction


class Ring(Protocol):
    """The operations a straight-line program needs; arrays are opaque to the program."""

    def constant(self, values: Array) -> Array: ...
    def add(self, a: Array, b: Array) -> Array: ...
    def multiply(self, a: Array, b: Array) -> Array: ...
    def scale(self, c: Scalar, a: Array) -> Array: ...
    def contract(self, subscripts: str, a: Array, b: Array) -> Array: ...
    def sum_last(self, a: Array) -> Array: ...
    def apply(self, move: Callable[[np.ndarray], np.ndarray], a: Array) -> Array: ...
    def stack_last(self, arrays: Sequence[Array]) -> Array: ...
    def elementary(self, name: str, a: Array) -> Array: ...


def residue_of(c: Scalar, p: int) -> int:
    """The residue modulo p of a rational number.

    Raises:
        UsageError: p divides the denominator.
    """
    if not isinstance(c, Fraction):
        return int(c) % p
    if c.denominator % p == 0:
        raise UsageError(f"the prime {p} divides a denominator of the network", "give another one with --prime")
    return c.numerator * pow(c.denominator, -1, p) % p


def power(ring: Ring, a: Array, exponent: int) -> Array:
    """`a` to a positive power, by repeated squaring."""
    result = None
    while True:
        if exponent & 1:
            result = a if result is None else ring.multiply(result, a)
        exponent >>= 1
        if not exponent:
            return result
        a = ring.multiply(a, a)


class NumpyRing:
    """What every ring on plain numpy arrays shares."""

    dtype: Any = object

    def constant(self, values: Array) -> Array:
        return np.asarray(values, dtype=self.dtype)

    def add(self, a: Array, b: Array) -> Array:
        return a + b

    def multiply(self, a: Array, b: Array) -> Array:
        return a * b

    def scale(self, c: Scalar, a: Array) -> Array:
        return a * self.constant(c)

    def contract(self, subscripts: str, a: Array, b: Array) -> Array:
        return np.einsum(subscripts, a, b)

    def sum_last(self, a: Array) -> Array:
        return a.sum(axis=-1)

    def apply(self, move: Callable[[np.ndarray], np.ndarray], a: Array) -> Array:
        return move(a)

    def stack_last(self, arrays: Sequence[Array]) -> Array:
        return np.stack(np.broadcast_arrays(*arrays), axis=-1)

    def elementary(self, name: str, a: Array) -> Array:
        raise TypeError(f"{name} is no polynomial: it has no value over {type(self).__name__}")


class PrimeField(NumpyRing):
    """F_p for a prime p below 2^31, on unsigned 64-bit words.

    Example:
        >>> field = PrimeField(2**31 - 1)
        >>> int(field.contract("...i,...i->...", field.constant([-1, 2]), field.constant([5, 7])))
        9
    """

    dtype = np.uint64

    def __init__(self, p: int) -> None:
        if not 2 <= p < 2**31:
            raise ValueError(f"{p} is not below 2^31: use LargePrimeField")
        self.p = p
        self._modulus = np.uint64(p)

    def residue(self, c: Scalar) -> int:
        """The residue of a rational number whose denominator is prime to p."""
        return residue_of(c, self.p)

    def constant(self, values: Array) -> Array:
        array = np.asarray(values)
        if array.dtype == np.uint64:
            return array
        if array.dtype == object:
            flat = [self.residue(value) for value in array.ravel().tolist()]
            return np.array(flat, dtype=np.uint64).reshape(array.shape)
        return np.remainder(array.astype(np.int64), self.p).astype(np.uint64)

    def add(self, a: Array, b: Array) -> Array:
        return (a + b) % self._modulus

    def multiply(self, a: Array, b: Array) -> Array:
        return a * b % self._modulus

    def scale(self, c: Scalar, a: Array) -> Array:
        return a * np.uint64(self.residue(c)) % self._modulus

    def contract(self, subscripts: str, a: Array, b: Array) -> Array:
        operands, result = subscripts.split("->")
        left, right = operands.split(",")
        if not (set(left) | set(right)) - set(result):  # nothing is summed: one product each
            return np.einsum(subscripts, a, b) % self._modulus
        high = np.einsum(subscripts, a >> np.uint64(16), b) % self._modulus
        low = np.einsum(subscripts, a & np.uint64(0xFFFF), b)
        return ((high << np.uint64(16)) + low) % self._modulus

    def sum_last(self, a: Array) -> Array:
        return a.sum(axis=-1) % self._modulus

    def random(self, shape: tuple[int, ...], seed: int) -> Array:
        """Residues drawn by SplitMix64 from `seed` (the bias of the reduction is below 2^-33)."""
        size = int(np.prod(shape, dtype=np.int64))
        with np.errstate(over="ignore"):
            counters = np.arange(1, size + 1, dtype=np.uint64)
            z = np.uint64(seed & (2**64 - 1)) + counters * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
        return (z % self._modulus).reshape(shape)


class ExactRing(NumpyRing):
    """Object arrays whose entries bring their own `+` and `*`: `Fraction`, FLINT types, ...

    Args:
        embed: turns an integer or `Fraction` into an entry.

    Example:
        >>> ring = ExactRing(Fraction)
        >>> ring.contract("i,i->", ring.constant([1, Fraction(1, 2)]), ring.constant([1, 4]))
        Fraction(3, 1)
    """

    def __init__(self, embed: Callable[[Any], Any]) -> None:
        self.embed = embed

    def constant(self, values: Array) -> Array:
        array = np.asarray(values, dtype=object)
        flat = [self.embed(value) if isinstance(value, (int, Fraction, np.integer)) else value
                for value in array.ravel().tolist()]
        result = np.empty(len(flat), dtype=object)
        result[:] = flat
        return result.reshape(array.shape)

    def scale(self, c: Scalar, a: Array) -> Array:
        return a * self.constant(c)  # wrapped: numpy would iterate over a bare polynomial

    def sum_last(self, a: Array) -> Array:
        return a.sum(axis=-1) if a.shape[-1] else np.full(a.shape[:-1], self.embed(0), dtype=object)

    def elementary(self, name: str, a: Array) -> Array:
        functions = {"exp": lambda x: x.exp(), "reciprocal": lambda x: 1 / x}
        return np.frompyfunc(functions[name], 1, 1)(a)


class LargePrimeField(ExactRing):
    """F_p for a prime p of up to 62 bits, on Python integers."""

    def __init__(self, p: int) -> None:
        self.p = p
        super().__init__(self.residue)

    def residue(self, c: Scalar) -> int:
        return residue_of(c, self.p)

    def add(self, a: Array, b: Array) -> Array:
        return (a + b) % self.p

    def multiply(self, a: Array, b: Array) -> Array:
        return a * b % self.p

    def scale(self, c: Scalar, a: Array) -> Array:
        return a * self.residue(c) % self.p

    def contract(self, subscripts: str, a: Array, b: Array) -> Array:
        return np.einsum(subscripts, a, b) % self.p

    def sum_last(self, a: Array) -> Array:
        return super().sum_last(a) % self.p

    def random(self, shape: tuple[int, ...], seed: int) -> Array:
        """Residues drawn by SplitMix64 from `seed`."""
        from neurocli.algebra.primes import splitmix64

        size = int(np.prod(shape, dtype=np.int64))
        flat = np.empty(size, dtype=object)
        flat[:] = [splitmix64((seed + i * 0x9E3779B97F4A7C15) & (2**64 - 1)) % self.p for i in range(size)]
        return flat.reshape(shape)


def prime_field(p: int) -> PrimeField | LargePrimeField:
    """F_p in its fastest form."""
    return PrimeField(p) if p < 2**31 else LargePrimeField(p)


class ComplexFloats(NumpyRing):
    """Double-precision complex numbers, for batches of points."""

    dtype = np.complex128

    def constant(self, values: Array) -> Array:
        array = np.asarray(values)
        if array.dtype == object:
            array = np.array([complex(value) for value in array.ravel().tolist()]).reshape(array.shape)
        return array.astype(self.dtype)

    def scale(self, c: Scalar, a: Array) -> Array:
        return a * float(c)

    def elementary(self, name: str, a: Array) -> Array:
        return np.exp(a) if name == "exp" else 1.0 / a


class Floats(ComplexFloats):
    """Double-precision real numbers."""

    dtype = np.float64  # type: ignore[assignment]

    def constant(self, values: Array) -> Array:
        array = np.asarray(values)
        if array.dtype == object:
            array = np.array([float(value) for value in array.ravel().tolist()]).reshape(array.shape)
        return array.astype(self.dtype)


class DualNumbers:
    """R[e]/(e^2) over a ring R: arrays are pairs (value, derivative along one direction).

    Evaluating a gradient over dual numbers gives second derivatives contracted with a vector.
    """

    def __init__(self, base: Ring) -> None:
        self.base = base

    def constant(self, values: Array) -> Array:
        value = self.base.constant(values)
        return value, self.base.scale(0, value)

    def add(self, a: Array, b: Array) -> Array:
        return self.base.add(a[0], b[0]), self.base.add(a[1], b[1])

    def multiply(self, a: Array, b: Array) -> Array:
        slope = self.base.add(self.base.multiply(a[1], b[0]), self.base.multiply(a[0], b[1]))
        return self.base.multiply(a[0], b[0]), slope

    def scale(self, c: Scalar, a: Array) -> Array:
        return self.base.scale(c, a[0]), self.base.scale(c, a[1])

    def contract(self, subscripts: str, a: Array, b: Array) -> Array:
        slope = self.base.add(self.base.contract(subscripts, a[1], b[0]),
                              self.base.contract(subscripts, a[0], b[1]))
        return self.base.contract(subscripts, a[0], b[0]), slope

    def sum_last(self, a: Array) -> Array:
        return self.base.sum_last(a[0]), self.base.sum_last(a[1])

    def apply(self, move: Callable[[np.ndarray], np.ndarray], a: Array) -> Array:
        return self.base.apply(move, a[0]), self.base.apply(move, a[1])

    def stack_last(self, arrays: Sequence[Array]) -> Array:
        return (self.base.stack_last([a[0] for a in arrays]),
                self.base.stack_last([a[1] for a in arrays]))

    def elementary(self, name: str, a: Array) -> Array:
        value = self.base.elementary(name, a[0])
        slope = value if name == "exp" else self.base.scale(-1, self.base.multiply(value, value))
        return value, self.base.multiply(slope, a[1])
