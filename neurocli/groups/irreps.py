"""All irreducible representations of a finite group, exactly.

Closed forms for C_n, D_n, Q_4n and direct products, Young's seminormal form for S_n, and for every
other group the characters (`dixon.py`) followed by a splitting of the regular representation
(`splitting.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from neurocli.errors import TooLarge, UsageError
from neurocli.groups.cyclotomic import ONE, ZERO, Cyclotomic, Matrix, identity, kronecker, matrix
from neurocli.groups.dixon import character_table
from neurocli.groups.fourier_certificate import completeness_certificate
from neurocli.groups.group import Group
from neurocli.groups.names import group_by_name, parse_name
from neurocli.groups.representation import Representation, form_is_invariant, is_homomorphism
from neurocli.groups.seminormal import symmetric_irreps
from neurocli.groups.splitting import representation_of

#: All matrices together have |G|² entries.
LARGEST_ORDER = 1000


@lru_cache(maxsize=32)
def irreps(group: Group) -> tuple[Representation, ...]:
    """The irreducible representations, one for each conjugacy class; the trivial one first, small first.

    Args:
        group: any finite group; named ones in the numbering of `names.py` take the short way.

    Raises:
        TooLarge: the order exceeds `LARGEST_ORDER`.

    Example:
        >>> [rho.dimension for rho in irreps(group_by_name("A5"))]
        [1, 3, 3, 4, 5]
        >>> irreps(group_by_name("D3"))[2].matrices[1]
        ((z3, 0), (0, -1 - z3))
    """
    if group.order > LARGEST_ORDER:
        raise TooLarge(f"exact irreducible representations of {group.name}: {group.order}² matrix entries; "
                       f"the largest order handled is {LARGEST_ORDER}")
    factors = _named_factors(group)
    if factors is None:
        return _general(group)
    parts = [_of_factor(family, parameter) for family, parameter in factors]
    product = parts[0]
    for part in parts[1:]:
        product = [_tensor(a, b) for a in product for b in part]
    bound = [Representation(group, rho.name, rho.matrices, rho.form, rho.labels) for rho in product]
    return tuple(sorted(bound, key=lambda rho: rho.dimension))


def construction(group: Group) -> tuple[str, str | None]:
    """How `irreps` finds the representations of a group, and the key of the reference for it.

    Example:
        >>> construction(group_by_name("S4")), construction(group_by_name("A4"))[0]
        (('seminormal-form', 'james-kerber-1981'), 'dixon-schneider')
    """
    families = {family for family, _ in _named_factors(group) or (("A", 0),)}
    if "A" in families:
        return "dixon-schneider", "dixon-1993"
    return ("seminormal-form", "james-kerber-1981") if "S" in families else ("closed-form", None)


def verify_irreps(group: Group, representations: Sequence[Representation]) -> bool:
    """Are these all irreducible representations of the group, each once?  (Exact.)

    Notes:
        The squares of the dimensions add up to |G|; each is a homomorphism that preserves its positive
        definite form; and the matrix of the Fourier transform is invertible modulo a prime, hence in
        characteristic 0, so that they are irreducible and inequivalent.  Calls no solver.
    """
    if sum(rho.dimension**2 for rho in representations) != group.order:
        return False
    return (all(rho.group.table == group.table and is_homomorphism(rho) and form_is_invariant(rho)
                for rho in representations)
            and bool(completeness_certificate(group, representations)["holds"]))


def _named_factors(group: Group) -> tuple[tuple[str, int], ...] | None:
    """The direct factors, when the group carries a name and has the table that goes with it."""
    try:
        factors = parse_name(group.name)
    except UsageError:
        return None
    return factors if group_by_name(group.name).table == group.table else None


def _of_factor(family: str, parameter: int) -> list[Representation]:
    group = group_by_name(f"{family}{parameter}")
    if family == "C":
        return _cyclic(group)
    if family == "D":
        return _dihedral(group, parameter)
    if family == "Q":
        return _quaternion(group, parameter // 2)
    if family == "S":
        return symmetric_irreps(group, parameter)
    return list(_general(group))


def _general(group: Group) -> tuple[Representation, ...]:
    table = character_table(group)
    return tuple(representation_of(group, row, f"chi{i + 1}") for i, row in enumerate(table.values))


def _tensor(left: Representation, right: Representation) -> Representation:
    """The outer tensor product; the group is bound by the caller."""
    matrices = tuple(kronecker(a, b) for a in left.matrices for b in right.matrices)
    return Representation(left.group, f"{left.name}*{right.name}", matrices, kronecker(left.form, right.form))


def _linear(group: Group, name: str, values: Sequence[Cyclotomic]) -> Representation:
    return Representation(group, name, tuple(((value,),) for value in values), identity(1))


def _cyclic(group: Group) -> list[Representation]:
    """g → ζ_n^(kg)."""
    n = group.order
    roots = [Cyclotomic.root_of_unity(n, k) for k in range(n)]
    return [_linear(group, f"k={k}", [roots[k * g % n] for g in range(n)]) for k in range(n)]


def _signs(group: Group, half: int, a: int, b: Cyclotomic, name: str) -> Representation:
    """The linear representation r → a, s → b of a group with elements r^i, r^i s."""
    powers = [matrix([[a**i]])[0][0] for i in range(half)]
    return _linear(group, name, powers + [power * b for power in powers])


def _planar(group: Group, half: int, k: int, reflection: Matrix, name: str) -> Representation:
    """r → diag(ζ^k, ζ^−k), s → the given matrix with zero diagonal; unitary as it stands."""
    upper, lower = reflection[0][1], reflection[1][0]
    rotations, reflections = [], []
    for i in range(half):
        z, w = Cyclotomic.root_of_unity(half, k * i), Cyclotomic.root_of_unity(half, -k * i)
        rotations.append(((z, ZERO), (ZERO, w)))
        reflections.append(((ZERO, z * upper), (w * lower, ZERO)))
    return Representation(group, name, tuple(rotations + reflections), identity(2))


def _dihedral(group: Group, n: int) -> list[Representation]:
    """A1, A2 (and B1, B2 for even n) and E_k: r → diag(ζ^k, ζ^−k), s exchanges the axes."""
    found = [_signs(group, n, 1, ONE, "A1"), _signs(group, n, 1, -ONE, "A2")]
    if n % 2 == 0:
        found += [_signs(group, n, -1, ONE, "B1"), _signs(group, n, -1, -ONE, "B2")]
    exchange = matrix([[0, 1], [1, 0]])
    return found + [_planar(group, n, k, exchange, f"E{k}") for k in range(1, (n + 1) // 2)]


def _quaternion(group: Group, half: int) -> list[Representation]:
    """Q_4n, half = 2n: b² = a^n, so a linear b is a square root of (±1)^n; E_k: b² = (−1)^k."""
    n = half // 2
    root = Cyclotomic.root_of_unity(4) if n % 2 else ONE
    found = [_signs(group, half, 1, ONE, "A1"), _signs(group, half, 1, -ONE, "A2"),
             _signs(group, half, -1, root, "B1"), _signs(group, half, -1, -root, "B2")]
    return found + [_planar(group, half, k, matrix([[0, (-1)**k], [1, 0]]), f"E{k}") for k in range(1, n)]
