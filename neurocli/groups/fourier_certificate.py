"""A fast certificate that a list of representations is complete, modulo one prime."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flint import nmod_mat

from neurocli.groups.group import Group
from neurocli.groups.modular import splitting_prime
from neurocli.groups.representation import Representation


def fourier_matrices_modulo(group: Group, representations: Sequence[Representation],
                            p: int) -> tuple[Any, Any]:
    """The matrices of the Fourier transform and of |G| times its inverse, modulo p.

    Args:
        group: the group.
        representations: their conductors divide p − 1.
        p: prime that divides no denominator.

    Returns:
        FLINT matrices: rows (ρ, i, j) and columns g with entries ρ_ij(g⁻¹); rows g and columns
        (ρ, i, j) with entries d_ρ ρ_ji(g).
    """
    forward: list[int] = []
    columns: list[list[int]] = []
    for rho in representations:
        matrices = rho.modulo(p)
        d = rho.dimension
        for i in range(d):
            for j in range(d):
                forward += [int(matrices[group.inverses[g]][i, j]) for g in range(group.order)]
                columns.append([d * int(matrices[g][j, i]) % p for g in range(group.order)])
    size = len(columns)
    backward = [columns[c][g] for g in range(group.order) for c in range(size)]
    return nmod_mat(size, group.order, forward, p), nmod_mat(group.order, size, backward, p)


def completeness_certificate(group: Group, representations: Sequence[Representation]) -> dict[str, Any]:
    """Evidence that the matrix entries of the representations are a basis of the functions on G.

    Notes:
        The product of the two Fourier matrices is |G| times the identity modulo p, so the transform
        has a nonzero determinant modulo p and hence in characteristic 0: given homomorphisms, they
        are irreducible, pairwise inequivalent, and all there are.
    """
    n = math.lcm(group.exponent, *(rho.conductor for rho in representations))
    p = splitting_prime(n)
    return {"kind": "fourier-inverse", "group": group.name, "prime": p,
            "dimensions": [rho.dimension for rho in representations],
            "holds": _inverts(group, representations, p)}


def verify_completeness(group: Group, representations: Sequence[Representation],
                        certificate: Mapping[str, Any]) -> bool:
    """Does the certificate hold for these representations?"""
    return (certificate["dimensions"] == [rho.dimension for rho in representations]
            and bool(certificate["holds"]) and _inverts(group, representations, certificate["prime"]))


def _inverts(group: Group, representations: Sequence[Representation], p: int) -> bool:
    forward, backward = fourier_matrices_modulo(group, representations, p)
    if forward.nrows() != group.order:
        return False
    n = group.order
    scalar = nmod_mat(n, n, [n % p if i == j else 0 for i in range(n) for j in range(n)], p)
    return bool(backward * forward == scalar)
