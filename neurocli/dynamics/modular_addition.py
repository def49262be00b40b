"""Quadratic networks learning modular addition: Fourier features in decreasing order of magnitude.

A neuron is w (<u, x_a> + <v, x_b>)^2 and the target is x_{a+b}, where x_a is the encoding x of Z_p
shifted by a.  Its utility has degree kappa = 3 and is largest on pure frequencies.

Reference: [kunin-2025].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import Any

from neurocli.dynamics.plateaus import Feature, Prediction
from neurocli.errors import DataError
from neurocli.groups.cyclotomic import Cyclotomic, cyclotomic

#: Larger groups get powers in floats: exact ones have phi(p) coefficients each.
LARGEST_EXACT = 256


def powers_of_encoding(encoding: Sequence[Fraction]) -> dict[int, Any]:
    """The power of each frequency 1 <= xi <= p/2 of a rational encoding of mean zero.

    Args:
        encoding: p rationals with sum zero.

    Returns:
        xi -> 2 |xhat(xi)|^2 / p (without the factor 2 at xi = p/2): exact elements of Q(zeta_p), as
        fractions where they are rational; floats for p > 256.  Frequencies of power zero are left out.

    Raises:
        DataError: fewer than 2 entries, or the mean is not zero.

    Example:
        >>> powers_of_encoding([Fraction(n) for n in (2, -1, -1)])
        {1: Fraction(6, 1)}
    """
    p = len(encoding)
    if p < 2:
        raise DataError(f"an encoding of length {p}; Z_p needs p >= 2")
    if sum(encoding):
        raise DataError(f"the encoding has mean {Fraction(sum(encoding), p)}, the theory needs mean zero",
                        "subtract the mean")
    shifts = [sum(encoding[a] * encoding[(a + k) % p] for a in range(p)) for k in range(p)]
    found: dict[int, Any] = {}
    for xi in range(1, p // 2 + 1):
        factor = Fraction(1 if 2 * xi == p else 2, p)
        power: Any
        if p > LARGEST_EXACT:
            from math import cos, pi

            power = float(factor) * sum(float(shift) * cos(2 * pi * xi * k / p)
                                        for k, shift in enumerate(shifts))
            if power > 1e-12 * float(shifts[0]):
                found[xi] = power
            continue
        total = cyclotomic(0)
        for k, shift in enumerate(shifts):
            total = total + Cyclotomic.root_of_unity(p, xi * k) * (factor * shift)
        total = total.descend()
        if total:
            found[xi] = total.to_fraction() if total.is_rational else total
    return found


def powers_of_spectrum(p: int, magnitudes: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """The powers 2 |xhat|^2/p from given magnitudes |xhat(xi)|.

    Args:
        p: size of the group.
        magnitudes: frequency 1 <= xi <= p/2 -> |xhat(xi)| (the same at -xi).

    Raises:
        DataError: a frequency out of range or a negative magnitude.

    Example:
        >>> powers_of_spectrum(20, {1: Fraction(10), 3: Fraction(5)})
        {1: Fraction(10, 1), 3: Fraction(5, 2)}
    """
    for xi, size in magnitudes.items():
        if not 1 <= xi <= p // 2:
            raise DataError(f"frequency {xi} of Z_{p}", f"frequencies run from 1 to {p // 2}")
        if size < 0:
            raise DataError(f"frequency {xi}: magnitude {size} is negative")
    return {xi: size * size * Fraction(1 if 2 * xi == p else 2, p) for xi, size in sorted(magnitudes.items())
            if size}


def encoding_of_spectrum(p: int, magnitudes: Mapping[int, Fraction]) -> list[float]:
    """A real encoding with given magnitudes and zero phases, in floats."""
    from math import cos, pi

    return [sum(float(size) * (1 if 2 * xi == p else 2) * cos(2 * pi * xi * a / p)
                for xi, size in magnitudes.items()) / p for a in range(p)]


def modular_addition_staircase(p: int, powers: Mapping[int, Any], scale: float | None = None) -> Prediction:
    """Plateaus of the mean squared error per output, utilities, and bounds of the jump times.

    Args:
        p: size of the group.
        powers: frequency -> power, from `powers_of_encoding` or `powers_of_spectrum`.
        scale: norm of a dormant neuron at the start; without it times are in units of 1/scale as it
            tends to 0.

    Returns:
        Plateaus (1/p) times the sum of the remaining powers; utilities
        sqrt(2/27) p^(-3/2) |xhat|^3 (times sqrt 2 at p/2); times (1/scale - 1)/(3 U), lower bounds.

    Notes:
        The utility 2/p^2 sum <u,x_a><v,x_b><w,x_{a+b}> is a sum over frequencies of products of three
        coefficients; for a fixed norm it is largest when all of u, v, w sit on one pair of
        frequencies, in equal shares (a power-mean inequality).

    Reference: [kunin-2025].

    Example:
        >>> powers = powers_of_spectrum(20, {1: Fraction(10), 5: Fraction(5, 2)})
        >>> found = modular_addition_staircase(20, powers)
        >>> [str(loss) for loss in found.losses]
        ['17/32', '1/32', '0']
    """
    order = sorted(powers, key=lambda xi: (-utility(p, xi, powers[xi]), xi))
    exact = not any(isinstance(power, float) for power in powers.values())
    loss = _real(sum((powers[xi] for xi in order), Fraction(0)) / p)
    initial, features = loss, []
    for xi in order:
        rate = utility(p, xi, powers[xi])
        time = (1 / scale - 1) / (3 * rate) if scale else 1 / (3 * rate)
        ties = [other for other in order if other != xi and _same_utility(p, xi, other, powers)]
        loss = _real(loss - powers[xi] / p)
        details: list[tuple[str, Any]] = [("frequency", xi), ("power", _real(powers[xi]))]
        if isinstance(powers[xi], Fraction):
            details.append(("utility_squared", _utility_squared(p, xi, powers[xi])))
        if ties:
            details.append(("tied_with", tuple(ties)))
        features.append(Feature(f"frequency {xi}", loss, _real(powers[xi] / p), time, rate, bool(ties), None,
                                tuple(details)))
    notes = ["each time is a lower bound: it takes the utility of the neuron to be the largest possible",
             "six neurons per frequency remove it exactly (checked over Q(zeta_6))"]
    if any(feature.tie for feature in features):
        notes.append("frequencies with equal utility: their order depends on the initialization")
    return Prediction("modadd", 3, initial, tuple(features), "bound",
                      "time" if scale else "1/norm of a dormant neuron", exact, tuple(notes))


def utility(p: int, xi: int, power: Any) -> float:
    """The largest utility of frequency xi over neurons of norm 1."""
    size = complex(power).real if isinstance(power, Cyclotomic) else float(power)
    return sqrt(_squared(p, xi, size))


def _utility_squared(p: int, xi: int, power: Fraction) -> Fraction:
    value: Fraction = _squared(p, xi, power)
    return value


def _squared(p: int, xi: int, power: Any) -> Any:
    # |xhat|^2 = p power / 2 for a pair of frequencies, U^2 = (2/27) |xhat|^6 / p^3 = power^3/108;
    # at p/2 the single real frequency has |xhat|^2 = p power and U^2 = (4/27) |xhat|^6 / p^3.
    return power**3 * 4 / 27 if 2 * xi == p else power**3 / 108


def _same_utility(p: int, xi: int, other: int, powers: Mapping[int, Any]) -> bool:
    left, right = powers[xi], powers[other]
    if isinstance(left, float) or isinstance(right, float):
        return abs(utility(p, xi, left) / utility(p, other, right) - 1) < 1e-12
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _utility_squared(p, xi, left) == _utility_squared(p, other, right)
    return bool(_squared(p, xi, cyclotomic(left)) == _squared(p, other, cyclotomic(right)))


def _real(value: Any) -> Any:
    """A `Fraction` where the number is rational; otherwise the number as it is."""
    if isinstance(value, Cyclotomic):
        value = value.descend()
        return value.to_fraction() if value.is_rational else value
    return value
