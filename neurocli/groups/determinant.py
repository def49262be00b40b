"""Frobenius' factorization of the group determinant det(x_{g h⁻¹}).

Over C it is Π_ρ det(Σ_g x_g ρ(g))^{d_ρ}, with distinct irreducible factors; over Q the factors of
Galois conjugate representations come together in one irreducible factor.

Reference: [frobenius-1896], [conrad-1998].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import Ordering, fmpq_mpoly_ctx, nmod_mat

from neurocli.algebra.primes import derive_seed
from neurocli.groups.cyclotomic import Cyclotomic, cyclotomic_polynomial
from neurocli.groups.fourier_certificate import completeness_certificate
from neurocli.groups.group import Group
from neurocli.groups.modular import splitting_prime
from neurocli.groups.representation import Representation, is_homomorphism

#: Up to this order both sides are written out and compared within a fraction of a second.
LARGEST_EXPANDED = 8


@dataclass(frozen=True)
class DeterminantFactor:
    """An irreducible factor over Q of a group determinant.

    Args:
        representations: the Galois conjugate representations that make it up.
        degree: its degree, their number times their dimension.
        multiplicity: its exponent, their dimension.
        polynomial: the factor written out in x0, x1, …; None when the group is too large for that.
    """

    representations: tuple[str, ...]
    degree: int
    multiplicity: int
    polynomial: str | None = None


def galois_orbits(representations: Sequence[Representation]) -> list[list[Representation]]:
    """The representations, grouped by conjugation of their characters."""
    orbits: list[list[Representation]] = []
    for rho in representations:
        for orbit in orbits:
            if _are_conjugate(orbit[0], rho):
                orbit.append(rho)
                break
        else:
            orbits.append([rho])
    return orbits


def _are_conjugate(left: Representation, right: Representation) -> bool:
    if left.dimension != right.dimension:
        return False
    n = left.group.exponent
    ours = [value.lift(n) for value in left.character]
    units = (a for a in range(1, n + 1) if math.gcd(a, n) == 1)
    return any(all(x.galois(a) == y for x, y in zip(ours, right.character)) for a in units)


def determinant_factors(group: Group, representations: Sequence[Representation]) -> list[DeterminantFactor]:
    """The factors of the group determinant over Q.

    Args:
        group: any finite group.
        representations: all its irreducible representations.

    Example:
        >>> from neurocli.groups.irreps import irreps
        >>> from neurocli.groups.names import group_by_name
        >>> c2 = group_by_name("C2")
        >>> [factor.polynomial for factor in determinant_factors(c2, irreps(c2))]
        ['x0 + x1', 'x0 - x1']
    """
    expanded = group.order <= LARGEST_EXPANDED
    factors = []
    for orbit in galois_orbits(representations):
        d = orbit[0].dimension
        polynomial = str(_expand_factor(group, orbit)) if expanded else None
        factors.append(DeterminantFactor(tuple(rho.name for rho in orbit), d * len(orbit), d, polynomial))
    return factors


def _context(group: Group) -> Any:
    """Q[z, x0, …]: the root of unity first, so that division by its polynomial eliminates it."""
    return fmpq_mpoly_ctx.get(["z", *(f"x{g}" for g in range(group.order))], Ordering.lex)


def _expand_factor(group: Group, orbit: Sequence[Representation]) -> Any:
    """Π det(Σ_g x_g ρ(g)) over an orbit: a polynomial with rational coefficients."""
    context = _context(group)
    variables = context.gens()[1:]
    n = math.lcm(*(rho.conductor for rho in orbit))
    modulus = _in_z(context, Cyclotomic(n, cyclotomic_polynomial(n)), n, whole=True)
    product = context.constant(1)
    for rho in orbit:
        d = rho.dimension
        rows = [[context.constant(0)] * d for _ in range(d)]
        for x, m in zip(variables, rho.matrices):
            for i in range(d):
                for j in range(d):
                    if m[i][j]:
                        rows[i][j] = rows[i][j] + _in_z(context, m[i][j], n) * x
        product = divmod(product * _determinant(rows, context), modulus)[1]
    assert all(monomial[0] == 0 for monomial in product.monoms()), "a norm is rational"
    return product


def _in_z(context: Any, value: Cyclotomic, n: int, whole: bool = False) -> Any:
    """A cyclotomic number, or the cyclotomic polynomial itself, as a polynomial in z."""
    polynomial = cyclotomic_polynomial(n) if whole else value.lift(n).polynomial
    zeros = (0,) * (context.nvars() - 1)
    return context.from_dict({(k, *zeros): c for k, c in enumerate(polynomial.coeffs()) if c != 0})


def _determinant(rows: Sequence[Sequence[Any]], context: Any) -> Any:
    """Laplace expansion with the minors of the leading rows kept: 2^n products instead of n!."""
    minors = {0: context.constant(1)}
    for row in rows:
        extended: dict[int, Any] = {}
        for columns, minor in minors.items():
            for j, entry in enumerate(row):
                if columns >> j & 1 or entry == 0:
                    continue
                # The sign counts the columns already used to the right of j.
                term = minor * entry * (-1) ** (columns >> j).bit_count()
                key = columns | 1 << j
                extended[key] = extended[key] + term if key in extended else term
        minors = extended
    return minors.get((1 << len(rows)) - 1, context.constant(0))


def verify_by_expansion(group: Group, factors: Sequence[DeterminantFactor],
                        representations: Sequence[Representation]) -> bool:
    """Is det(x_{g h⁻¹}) the product of the factors, as polynomials over Q?

    Both sides are written out, so this is for groups of order at most `LARGEST_EXPANDED`.
    """
    context = _context(group)
    variables = context.gens()[1:]
    rows = [[variables[group.table[g][group.inverses[h]]] for h in range(group.order)]
            for g in range(group.order)]
    product = context.constant(1)
    by_name = {rho.name: rho for rho in representations}
    for factor in factors:
        expanded = _expand_factor(group, [by_name[name] for name in factor.representations])
        if str(expanded) != factor.polynomial:
            return False
        product = product * expanded**factor.multiplicity
    return bool(product == _determinant(rows, context))


def verify_by_block_diagonalization(group: Group, representations: Sequence[Representation]) -> bool:
    """Does the Fourier transform bring the matrix (x_{g h⁻¹}) to its blocks?  A proof for any order.

    Notes:
        (x_{g h⁻¹}) = Σ_g x_g L(g) with L the regular representation.  If every ρ is a homomorphism and
        the Fourier matrix is invertible, it conjugates L to the sum of d_ρ copies of each ρ, and the
        determinants agree identically in x.  The homomorphisms are checked exactly; invertibility modulo
        one prime implies it in characteristic 0.
    """
    return (all(is_homomorphism(rho) for rho in representations)
            and bool(completeness_certificate(group, representations)["holds"]))


def verify_at_a_point(group: Group, representations: Sequence[Representation], seed: int = 0) -> bool:
    """Do both sides agree at a random point modulo a prime p?  Wrong with probability below |G|/p."""
    n = math.lcm(group.exponent, *(rho.conductor for rho in representations))
    p = splitting_prime(n)
    point = [derive_seed(seed, "group determinant", g) % p for g in range(group.order)]
    regular = nmod_mat(group.order, group.order,
                       [point[group.table[g][group.inverses[h]]] for g in range(group.order)
                        for h in range(group.order)], p)
    product = 1
    for rho in representations:
        d = rho.dimension
        total = nmod_mat(d, d, p)
        for x, m in zip(point, rho.modulo(p)):
            total += m * x
        product = product * pow(int(total.det()), d, p) % p
    return int(regular.det()) == product


