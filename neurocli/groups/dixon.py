"""Character tables by the method of Dixon and Schneider: modulo a prime, then lifted.

Reference: [dixon-1967], [schneider-1990].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from flint import nmod, nmod_mat

from neurocli.groups.cyclotomic import ZERO, Cyclotomic
from neurocli.groups.group import Group
from neurocli.groups.modular import root_of_unity_modulo, splitting_prime
from neurocli.groups.subgroups import linear_characters


@dataclass(frozen=True, eq=False)
class CharacterTable:
    """The irreducible complex characters of a group.

    Args:
        group: the group.
        values: one row for each character, one column for each conjugacy class; trivial row first,
            then by increasing degree.
    """

    group: Group
    values: tuple[tuple[Cyclotomic, ...], ...]

    @property
    def degrees(self) -> tuple[int, ...]:
        """The degree of each character."""
        return tuple(int(row[0].to_fraction()) for row in self.values)


def character_table(group: Group) -> CharacterTable:
    """The character table, exactly.

    Notes:
        The central characters ω_χ are the common eigenvectors of the class matrices
        (M_j)_kl = #{(x, y) in C_j × C_k : xy = z_l}.  For p ≡ 1 modulo the exponent and prime to |G|,
        the centre of F_p[G] is split and semisimple, so they are found and told apart modulo p.
        With p > 2√|G| the degree, and the multiplicity 0 ≤ m_k ≤ χ(1) of each eigenvalue ζ^k of g,
        are determined by their residues: m_k = (1/o) Σ_j χ(g^j) ζ^(−jk), o the order of g.

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> character_table(group_by_name("A5")).degrees
        (1, 3, 3, 4, 5)
    """
    p = splitting_prime(group.exponent, above=max(2**30, 2 * math.isqrt(group.order) + 2))
    if group.is_commutative:
        return _linear_table(group)
    characters = [_character(group, vector, p) for vector in _common_eigenvectors(group, p)]
    lifted = sorted((_lift(group, character, p) for character in characters), key=lambda pair: pair[0])
    return CharacterTable(group, tuple(values for _, values in lifted))


def verify_character_table(table: CharacterTable) -> bool:
    """Are the rows orthonormal characters in full number?  (Exact; does not call the solver.)

    Notes:
        Rows that are orthonormal class functions, as many as classes, with positive integer degrees
        whose squares add up to |G|.
    """
    group = table.group
    classes, sizes = group.conjugacy_classes, [len(c) for c in group.conjugacy_classes]
    if len(table.values) != len(classes) or sum(d * d for d in table.degrees) != group.order:
        return False
    for i, left in enumerate(table.values):
        for j, right in enumerate(table.values[: i + 1]):
            total = sum((size * a * b.conjugate() for size, a, b in zip(sizes, left, right)), ZERO)
            if total != (group.order if i == j else 0):
                return False
    return all(d > 0 for d in table.degrees)


def _linear_table(group: Group) -> CharacterTable:
    roots = [Cyclotomic.root_of_unity(group.exponent, k) for k in range(group.exponent)]
    rows = sorted(linear_characters(group))
    return CharacterTable(group, tuple(
        tuple(roots[row[members[0]]] for members in group.conjugacy_classes) for row in rows))


def _class_matrix(group: Group, j: int, p: int) -> Any:
    """M_j modulo p."""
    classes, class_of = group.conjugacy_classes, group.class_of
    r = len(classes)
    counts = [[0] * r for _ in range(r)]
    for l, members in enumerate(classes):
        z = members[0]
        for x in classes[j]:
            counts[class_of[group.table[group.inverses[x]][z]]][l] += 1
    return nmod_mat(r, r, [c % p for row in counts for c in row], p)


def _common_eigenvectors(group: Group, p: int) -> list[list[int]]:
    """The central characters modulo p, each scaled to 1 on the identity class."""
    r = len(group.conjugacy_classes)
    spaces = [nmod_mat(r, r, [int(i == k) for i in range(r) for k in range(r)], p)]
    for j in sorted(range(1, r), key=lambda c: len(group.conjugacy_classes[c])):
        if all(space.nrows() == 1 for space in spaces):
            break
        matrix = _class_matrix(group, j, p).transpose()
        spaces = [part for space in spaces for part in _split(space, matrix, p)]
    vectors = []
    for space in spaces:
        scale = 1 / space[0, 0]
        vectors.append([int(space[0, k] * scale) for k in range(r)])
    return vectors


def _split(space: Any, matrix: Any, p: int) -> list[Any]:
    """The eigenspaces of `matrix`, acting on rows from the right, inside an invariant row space."""
    k = space.nrows()
    if k == 1:
        return [space]
    space, _ = space.rref()
    pivots = [next(c for c in range(space.ncols()) if space[i, c] != 0) for i in range(k)]
    image = space * matrix
    # In echelon form the coordinates of a vector of the space are its entries at the pivots.
    action = nmod_mat(k, k, [int(image[i, c]) for i in range(k) for c in pivots], p)
    parts = []
    for eigenvalue, _ in sorted(action.charpoly().roots(), key=lambda root: int(root[0])):
        shifted = nmod_mat(k, k, [int(action[i, c]) - (int(eigenvalue) if i == c else 0)
                                  for i in range(k) for c in range(k)], p).transpose()
        kernel, nullity = shifted.nullspace()
        rows = nmod_mat(nullity, k, [int(kernel[i, c]) for c in range(nullity) for i in range(k)], p)
        parts.append(rows * space)
    return parts


def _character(group: Group, central: list[int], p: int) -> list[int]:
    """χ modulo p on the classes, from its central character."""
    classes, inverses, class_of = group.conjugacy_classes, group.inverses, group.class_of
    norm = nmod(0, p)
    for l, members in enumerate(classes):
        inverse = class_of[inverses[members[0]]]
        norm += nmod(central[l], p) * central[inverse] / len(members)
    square = int(nmod(group.order, p) / norm)
    degree = math.isqrt(square)
    assert degree * degree == square, "the square of the degree is an integer below p"
    return [int(nmod(degree, p) * w / len(members)) for w, members in zip(central, classes)]


def _lift(group: Group, character: list[int], p: int) -> tuple[tuple[Any, ...], tuple[Cyclotomic, ...]]:
    """χ over the cyclotomic numbers, with a key that sorts: degree first, the trivial one leading."""
    values, key = [], []
    for members in group.conjugacy_classes:
        g = members[0]
        o = group.element_orders[g]
        inverse_root = pow(root_of_unity_modulo(o, p), -1, p)
        roots = [pow(inverse_root, k, p) for k in range(o)]
        residues, power = [], 0
        for _ in range(o):
            residues.append(character[group.class_of[power]])
            power = group.table[power][g]
        multiplicities = [sum(c * roots[j * k % o] for j, c in enumerate(residues)) * pow(o, -1, p) % p
                          for k in range(o)]
        assert sum(multiplicities) == character[0], "the eigenvalues of g are as many as the degree"
        value = ZERO
        for k, m in enumerate(multiplicities):
            if m:
                value = value + m * Cyclotomic.root_of_unity(o, k)
        values.append(value.descend())
        key.append(tuple(-m for m in multiplicities))
    return (character[0], tuple(key)), tuple(values)
