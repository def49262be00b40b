"""The quadratic map x → (x̂(ρ) x̂(ρ)†)_ρ of a group: dimension of its image and of its generic fibre.

It is the autocorrelation a(h) = Σ_g conj(x(g)) x(gh) in the Fourier basis, since
x̂(ρ) x̂(ρ)† = Σ_h conj(a(h)) ρ(h).  As a(h⁻¹) = conj(a(h)), the image of the complex signals has real
dimension at most |G|, that of the real signals at most the number of pairs {h, h⁻¹}, which is
(|G| + #{h : h² = 1})/2; a rank at one point shows that both are attained.  The generic fibre of the
complex map is an orbit of Π U(d_ρ), of dimension Σ d_ρ² = |G|.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import nmod_mat

from neurocli.algebra.primes import derive_seed
from neurocli.groups.group import Group
from neurocli.groups.modular import splitting_prime
from neurocli.groups.representation import Representation


@dataclass(frozen=True)
class PowerMapDimension:
    """Real dimensions of the power spectrum map.

    Args:
        source: of the space of signals.
        image: of the image, by the formula; proved when `rank` equals it.
        fibre: of the generic fibre, source minus image.
        rank: of the Jacobian at a random point modulo `prime`, a lower bound of the image's dimension.
        prime: ≡ 1 modulo the exponent.
        seed: of the point.
    """

    source: int
    image: int
    fibre: int
    rank: int
    prime: int
    seed: int


def image_dimension(group: Group, real: bool) -> int:
    """The real dimension of the image: |G|, or (|G| + #{h : h² = 1})/2 for real signals.

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> image_dimension(group_by_name("C6"), real=True), image_dimension(group_by_name("D3"), real=True)
        (4, 5)
    """
    if not real:
        return group.order
    return (group.order + sum(order <= 2 for order in group.element_orders)) // 2


def power_map_dimension(group: Group, representations: Sequence[Representation], real: bool = False,
                        seed: int = 0) -> PowerMapDimension:
    """Image and generic fibre of x → (x̂ x̂†)_ρ, with the Jacobian rank that proves the formula.

    Args:
        group: the group.
        representations: all its irreducible representations.
        real: real signals instead of complex ones.
        seed: of the random point.

    Notes:
        For complex signals the conjugate is an independent variable y: the map
        (x, y) → Σ_g x(g)ρ(g⁻¹) · Σ_g y(g)ρ(g) is the complexification, and its generic complex rank is
        the generic real rank.  For real signals y = x.
    """
    n = group.order
    p = splitting_prime(math.lcm(group.exponent, *(rho.conductor for rho in representations)))
    x = [derive_seed(seed, "power map", g) % p for g in range(n)]
    y = x if real else [derive_seed(seed, "power map conjugate", g) % p for g in range(n)]
    columns: list[list[int]] = [[] for _ in range(n if real else 2 * n)]
    for rho in representations:
        matrices = rho.modulo(p)
        d = rho.dimension
        left, right = nmod_mat(d, d, p), nmod_mat(d, d, p)
        for g, m in enumerate(matrices):
            left += matrices[group.inverses[g]] * x[g]
            right += m * y[g]
        for g, m in enumerate(matrices):
            by_x, by_y = matrices[group.inverses[g]] * right, left * m
            if real:
                columns[g] += _entries(by_x + by_y)
            else:
                columns[g] += _entries(by_x)
                columns[n + g] += _entries(by_y)
    jacobian = nmod_mat(len(columns), n, [entry for column in columns for entry in column], p)
    image = image_dimension(group, real)
    source = n if real else 2 * n
    return PowerMapDimension(source, image, source - image, int(jacobian.rank()), p, seed)


def _entries(a: Any) -> list[int]:
    return [int(entry) for entry in a.entries()]


def autocorrelation_model(group: Group, real: bool = False) -> dict[str, list[str]]:
    """The map in integer coordinates, as variables and polynomials of a `poly` specification.

    Returns:
        Real signals: x0, x1, … and Σ_g x_g x_{gh}, one for each pair {h, h⁻¹}.  Complex signals
        u + iv: the real part for each pair and the imaginary part where h ≠ h⁻¹.

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> autocorrelation_model(group_by_name("C2"), real=True)["polynomials"]
        ['x0*x0 + x1*x1', 'x0*x1 + x1*x0']
    """
    n, table = group.order, group.table
    pairs = [h for h in range(n) if h <= group.inverses[h]]
    if real:
        return {"variables": [f"x{g}" for g in range(n)],
                "polynomials": [" + ".join(f"x{g}*x{table[g][h]}" for g in range(n)) for h in pairs]}
    polynomials = []
    for h in pairs:
        polynomials.append(" + ".join(f"u{g}*u{table[g][h]} + v{g}*v{table[g][h]}" for g in range(n)))
        if h != group.inverses[h]:
            polynomials.append(" + ".join(f"u{g}*v{table[g][h]} - v{g}*u{table[g][h]}" for g in range(n)))
    return {"variables": [f"{part}{g}" for part in "uv" for g in range(n)], "polynomials": polynomials}
