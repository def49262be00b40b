"""Quadratic networks learning the product of a finite group: one irreducible representation at a time.

The neuron is w (<u, x_g> + <v, x_h>)^2 with target x_{gh}, x_g the translates of a real signal x.

Reference: [group-composition-2026].
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import Any

from neurocli.dynamics.plateaus import Feature, Prediction
from neurocli.errors import DataError
from neurocli.groups.cyclotomic import Cyclotomic, cyclotomic
from neurocli.groups.fourier import fourier_transform, powers
from neurocli.groups.group import Group
from neurocli.groups.irreps import irreps
from neurocli.groups.representation import Representation


def group_staircase(group: Group, signal: Sequence[Any], scale: float | None = None) -> Prediction:
    """Plateaus (1/|G|) times the sum of the remaining powers, in decreasing order of utility.

    Args:
        group: a finite group.
        signal: one real number (rational or cyclotomic) per element, with sum zero.
        scale: norm of a dormant neuron at the start (see `modular_addition_staircase`).

    Returns:
        Exact plateaus; utilities 2 |G|^(-3/2) (c_rho d_rho)^(-1/2) |xhat(rho)|_op^3 / sqrt(27), with
        c_rho = 1 for representations of real type and 2 otherwise; times that are lower bounds.

    Raises:
        DataError: the signal has the wrong length, is not real, or has a mean that is not zero.

    Notes:
        The utility is 2/|G|^2 sum_{g,h} <u,x_g><v,x_h><w,x_gh> = sum over rho of d_rho/|G| times traces of
        products of three matrices xhat u, xhat v, xhat w; |tr(ABC)| <= |A|_F |B|_F |C|_F with equality on
        rank one, so each representation offers a multiple of the cube of its operator norm, and
        mixing representations loses by convexity.  A representation that is not of real type comes
        with its conjugate (or with itself, quaternionic case) and shares the norm with it.  On a
        cyclic group this is the utility of modular addition.

    Reference: [group-composition-2026].

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> found = group_staircase(group_by_name("S3"), [Fraction(v) for v in (2, 0, 0, -1, 0, -1)])
        >>> [str(loss) for loss in found.losses][0], found.features[-1].loss
        ('1', Fraction(0, 1))
    """
    values = [cyclotomic(value) for value in signal]
    if any(value.conjugate() != value for value in values):
        raise DataError("the signal is not real; the network has real weights")
    rhos = irreps(group)
    coefficients = fourier_transform(rhos, values)
    if sum(values, cyclotomic(0)):
        raise DataError("the mean of the signal is not zero, the theory needs mean zero", "subtract the mean")
    strengths = powers(rhos, coefficients)
    blocks: list[tuple[str, Any, float, int]] = []
    seen: set[int] = set()
    for number, rho in enumerate(rhos):
        if number in seen or not strengths[number]:
            continue
        members = [number]
        if rho.frobenius_schur == 0:
            members.append(_conjugate(rhos, number))
        seen.update(members)
        power = sum((strengths[m] for m in members), cyclotomic(0)).descend()
        rate = _utility(group, rho, coefficients[number])
        blocks.append((" + ".join(rhos[m].name for m in members), power, rate, rho.dimension))
    blocks.sort(key=lambda block: -block[2])
    total = sum((block[1] for block in blocks), cyclotomic(0))
    loss = _plain(total / group.order)
    initial, features = loss, []
    remaining = total
    for name, power, rate, dimension in blocks:
        remaining = remaining - power
        time = (1 / scale - 1) / (3 * rate) if scale else 1 / (3 * rate)
        tie = sum(1 for block in blocks if abs(block[2] - rate) <= 1e-9 * rate) > 1
        loss, drop = _plain(remaining / group.order), _plain(power / group.order)
        features.append(Feature(name, loss, drop, time, rate, tie, None,
                                (("dimension", dimension), ("power", _plain(power)))))
    notes = ["each time is a lower bound: it takes the utility of the neuron to be the largest possible"]
    if any(feature.tie for feature in features):
        notes.append("utilities agree to nine digits: the order may depend on the initialization")
    return Prediction("group", 3, initial, tuple(features), "bound",
                      "time" if scale else "1/norm of a dormant neuron", True, tuple(notes))


def _conjugate(rhos: Sequence[Representation], number: int) -> int:
    wanted = [value.conjugate() for value in rhos[number].character]
    return next(m for m, rho in enumerate(rhos) if m != number and list(rho.character) == wanted)


def _utility(group: Group, rho: Representation, coefficient: Any) -> float:
    """The largest utility offered by one representation (with its conjugate)."""
    import numpy as np

    from neurocli.groups.cyclotomic import to_complex

    # In an orthonormal basis of the invariant form H = L L*, the matrix A becomes L* A L^-*.
    half = np.linalg.cholesky(np.array(to_complex(rho.form))).conj().T
    unitary = half @ np.array(to_complex(coefficient)) @ np.linalg.inv(half)
    shared = rho.dimension * (1 if rho.frobenius_schur == 1 else 2)
    norm = float(np.linalg.norm(unitary, 2))
    return 2 * norm**3 / (group.order * sqrt(27 * group.order * shared))


def _plain(value: Any) -> Any:
    """A `Fraction` where the number is rational."""
    if isinstance(value, Cyclotomic):
        value = value.descend()
        return value.to_fraction() if value.is_rational else value
    return Fraction(value)
