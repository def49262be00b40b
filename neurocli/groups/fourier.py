"""The Fourier transform of a finite group, exactly: transform, inverse, power spectrum, bispectrum.

For a signal x on G and an irreducible representation ρ,

    x̂(ρ) = Σ_g x(g) ρ(g)†,        x(g) = (1/|G|) Σ_ρ d_ρ tr(ρ(g) x̂(ρ)),

with the adjoint of the invariant form, so ρ(g)† = ρ(g⁻¹).  The translate (a·x)(g) = x(a⁻¹g) has the
transform x̂(ρ) ρ(a)†, hence x̂(ρ) x̂(ρ)† does not change.

Reference: [diaconis-1988], [kakarala-2012].
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from neurocli.errors import DataError
from neurocli.groups.cyclotomic import (
    ZERO,
    Cyclotomic,
    Matrix,
    add,
    cyclotomic,
    kronecker,
    matrix,
    multiply,
    scale,
    trace,
)
from neurocli.groups.group import Group
from neurocli.groups.representation import Representation

if TYPE_CHECKING:
    import numpy as np

Signal = Sequence[Cyclotomic | Fraction | int]
Representations = Sequence[Representation]


def check_length(group: Group, signal: Sequence[Any]) -> None:
    """Does the signal have one value for each element?

    Raises:
        DataError: it has not.
    """
    if len(signal) != group.order:
        raise DataError(f"the signal has {len(signal)} values, but {group.name} has {group.order} elements")


def fourier_transform(representations: Representations, signal: Signal) -> tuple[Matrix, ...]:
    """The coefficients x̂(ρ) = Σ_g x(g) ρ(g⁻¹).

    Args:
        representations: the irreducible representations of a group (or some of them).
        signal: one number for each element.

    Raises:
        DataError: the signal has the wrong length.

    Example:
        >>> from neurocli.groups.irreps import irreps
        >>> from neurocli.groups.names import group_by_name
        >>> fourier_transform(irreps(group_by_name("C4")), [1, 2, 3, 4])
        (((10,),), ((-2 + 2*z4,),), ((-2,),), ((-2 - 2*z4,),))
    """
    return tuple(_coefficient(rho, signal) for rho in representations)


def _coefficient(rho: Representation, signal: Signal) -> Matrix:
    check_length(rho.group, signal)
    total = matrix([[0] * rho.dimension] * rho.dimension)
    for g, value in enumerate(signal):
        if value:
            total = add(total, scale(value, rho.matrices[rho.group.inverses[g]]))
    return total


def inverse_fourier_transform(representations: Representations,
                              coefficients: Sequence[Matrix]) -> tuple[Cyclotomic, ...]:
    """The signal with given coefficients, x(g) = (1/|G|) Σ_ρ d_ρ tr(ρ(g) x̂(ρ)).

    Args:
        representations: all irreducible representations of a group.
        coefficients: a d_ρ × d_ρ matrix for each.

    Raises:
        DataError: a matrix has the wrong size.
    """
    group = representations[0].group
    if [len(c) for c in coefficients] != [rho.dimension for rho in representations]:
        raise DataError(f"coefficients of sizes {[len(c) for c in coefficients]} for representations of "
                        f"dimensions {[rho.dimension for rho in representations]}")
    signal = []
    for g in range(group.order):
        total = ZERO
        for rho, c in zip(representations, coefficients):
            pairing = sum((left * right for row, column in zip(rho.matrices[g], zip(*c))
                           for left, right in zip(row, column) if left and right), ZERO)
            total = total + rho.dimension * pairing
        signal.append((total / group.order).descend())
    return tuple(signal)


def power_spectrum(representations: Representations, coefficients: Sequence[Matrix]) -> tuple[Matrix, ...]:
    """The invariant matrices x̂(ρ) x̂(ρ)†."""
    return tuple(multiply(c, rho.adjoint(c)) for rho, c in zip(representations, coefficients))


def powers(representations: Representations, coefficients: Sequence[Matrix]) -> tuple[Cyclotomic, ...]:
    """The power d_ρ tr(x̂ x̂†)/|G| of each representation; together they are Σ |x(g)|² (Plancherel).

    Example:
        >>> from neurocli.groups.irreps import irreps
        >>> from neurocli.groups.names import group_by_name
        >>> rhos = irreps(group_by_name("S3"))
        >>> powers(rhos, fourier_transform(rhos, [1, 0, 0, 0, 0, 1]))
        (2/3, 0, 4/3)
    """
    return tuple((rho.dimension * trace(p) / rho.group.order).descend() for rho, p
                 in zip(representations, power_spectrum(representations, coefficients)))


def squared_norm(signal: Signal) -> Cyclotomic:
    """Σ_g |x(g)|²."""
    return sum((cyclotomic(x) * cyclotomic(x).conjugate() for x in signal), ZERO).descend()


def bispectrum(left: Representation, right: Representation, signal: Signal) -> Matrix:
    """The bispectral coefficient (x̂(ρ) ⊗ x̂(σ)) · x̂(ρ ⊗ σ)†, invariant under translation.

    Notes:
        The Fourier transform in both variables of the triple correlation
        Σ_g conj(x(g)) x(g g₁) x(g g₂).  On C_n it is x̂(k) x̂(l) conj(x̂(k+l)).  The third factor is
        Σ_g conj(x(g)) ρ(g) ⊗ σ(g): no Clebsch-Gordan matrix is needed.

    Reference: [kakarala-2012].
    """
    first, second = _coefficient(left, signal), _coefficient(right, signal)
    third = matrix([[0] * (left.dimension * right.dimension)] * (left.dimension * right.dimension))
    for g, value in enumerate(signal):
        if value:
            product = kronecker(left.matrices[g], right.matrices[g])
            third = add(third, scale(cyclotomic(value).conjugate(), product))
    return multiply(kronecker(first, second), third)


def convolve(group: Group, left: Signal, right: Signal) -> tuple[Cyclotomic, ...]:
    """(x * y)(g) = Σ_h x(h) y(h⁻¹g); its transform is ŷ(ρ) x̂(ρ), in this order."""
    check_length(group, left)
    check_length(group, right)
    result = [ZERO] * group.order
    for h, x in enumerate(left):
        if x:
            for k, y in enumerate(right):
                if y:
                    g = group.table[h][k]
                    result[g] = result[g] + cyclotomic(x) * y
    return tuple(result)


def translate(group: Group, a: int, signal: Sequence[Any]) -> tuple[Any, ...]:
    """(a·x)(g) = x(a⁻¹g)."""
    check_length(group, signal)
    row = group.table[group.inverses[a]]
    return tuple(signal[row[g]] for g in range(group.order))


def fourier_transform_floats(representations: Representations, signals: np.ndarray) -> list[np.ndarray]:
    """The coefficients of a batch of signals, in floats and in unitary bases.

    Args:
        representations: irreducible representations of a group.
        signals: shape (..., |G|), real or complex.

    Returns:
        For each ρ an array of shape (..., d_ρ, d_ρ).
    """
    import numpy as np

    signals = np.asarray(signals)
    check_length(representations[0].group, range(signals.shape[-1] if signals.ndim else 0))
    if _is_discrete(representations):
        hat = np.fft.fft(signals)
        return [hat[..., k, None, None] for k in range(hat.shape[-1])]
    return [np.einsum("...g,gij->...ji", signals, rho.unitary().conj()) for rho in representations]


def _is_discrete(representations: Representations) -> bool:
    """Are these g → ζ^(kg), k = 0, …, n−1, on the integers modulo n: the transform of numpy?"""
    group = representations[0].group
    n = group.order
    return (n > 1 and len(representations) == n and group.table[1] == (*range(1, n), 0)
            and all(rho.dimension == 1 and rho.matrices[1][0][0] == Cyclotomic.root_of_unity(n, k)
                    for k, rho in enumerate(representations)))


def inverse_fourier_transform_floats(representations: Representations,
                                     coefficients: Sequence[np.ndarray]) -> np.ndarray:
    """The signals with given coefficients in unitary bases.

    Args:
        representations: all irreducible representations of a group.
        coefficients: for each ρ an array of shape (..., d_ρ, d_ρ).

    Returns:
        Complex array of shape (..., |G|).
    """
    import numpy as np

    group = representations[0].group
    total: Any = 0
    for rho, c in zip(representations, coefficients):
        total = total + rho.dimension * np.einsum("gij,...ji->...g", rho.unitary(), c)
    return np.asarray(total / group.order)
