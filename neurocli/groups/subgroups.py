"""Subgroups, quotients and linear characters of a finite group."""

from __future__ import annotations

from collections.abc import Sequence

from neurocli.groups.group import Group


def restriction(group: Group, elements: Sequence[int]) -> Group:
    """The subgroup on `elements` (sorted, hence the identity first) as a group of its own.

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> restriction(group_by_name("D3"), (0, 1, 2)).table == group_by_name("C3").table
        True
    """
    place = {g: i for i, g in enumerate(elements)}
    table = tuple(tuple(place[group.table[g][h]] for h in elements) for g in elements)
    return Group(f"subgroup of {group.name}", table, tuple(group.label(g) for g in elements))


def derived_subgroup(group: Group) -> tuple[int, ...]:
    """The commutator subgroup, sorted.

    Notes:
        It is the normal closure of the commutators of generators.
    """
    table, inverses = group.table, group.inverses
    gens = group.generators
    elements = {table[table[a][b]][table[inverses[a]][inverses[b]]] for a in gens for b in gens}
    while True:
        closed = set(group.subgroup(sorted(elements)))
        conjugates = {table[table[s][g]][inverses[s]] for g in closed for s in gens}
        if conjugates <= closed:
            return tuple(sorted(closed))
        elements = closed | conjugates


def centre(group: Group) -> tuple[int, ...]:
    """The elements that commute with all others."""
    return tuple(g for g in range(group.order)
                 if all(group.table[g][s] == group.table[s][g] for s in group.generators))


def quotient(group: Group, normal: Sequence[int]) -> tuple[Group, tuple[int, ...]]:
    """The quotient by a normal subgroup, and the projection as the coset of each element."""
    coset = [-1] * group.order
    representatives: list[int] = []
    for g in range(group.order):
        if coset[g] < 0:
            for h in normal:
                coset[group.table[g][h]] = len(representatives)
            representatives.append(g)
    table = tuple(tuple(coset[group.table[g][h]] for h in representatives) for g in representatives)
    labels = tuple(group.label(g) for g in representatives)
    return Group(f"quotient of {group.name}", table, labels), tuple(coset)


def linear_characters(group: Group) -> tuple[tuple[int, ...], ...]:
    """All homomorphisms to the roots of unity.

    Returns:
        For each character the exponents k(g) with λ(g) = ζ^k(g), ζ a root of unity of order the
        exponent of the group; the trivial character first.

    Notes:
        They factor through the abelianization.  There a character of a subgroup H extends to ⟨H, g⟩
        in m ways, m the least with g^m in H: λ(g) is any m-th root of λ(g^m).

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> linear_characters(group_by_name("S3"))
        ((0, 0, 0, 0, 0, 0), (0, 3, 3, 0, 0, 3))
    """
    abelian, coset = quotient(group, derived_subgroup(group))
    e = group.exponent
    subgroup, characters = [0], [{0: 0}]
    for g in abelian.generators:
        powers, power = [0], g
        while power not in characters[0]:
            powers.append(power)
            power = abelian.table[power][g]
        m = len(powers)
        # m divides k(g^m): the order of g is m·o', g^m has order dividing o', and m·o' divides e.
        extended = []
        for character in characters:
            for i in range(m):
                root = character[power] // m + i * (e // m)
                extended.append({abelian.table[h][powers[j]]: (character[h] + j * root) % e
                                 for h in subgroup for j in range(m)})
        characters = extended
        subgroup = [abelian.table[h][x] for h in subgroup for x in powers]
    return tuple(tuple(character[c] for c in coset) for character in characters)
