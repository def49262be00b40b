"""Isomorphism of finite groups, and the name of a group given by its table.

Elements are coloured by properties that every isomorphism keeps, then images of a generating set are
tried within their colours; each choice is extended to the subgroup generated so far and dropped at the
first contradiction.  No relabelling of the whole group is ever searched.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from neurocli.groups.group import Group
from neurocli.groups.names import group_by_name
from neurocli.groups.seminormal import partitions


def isomorphism(left: Group, right: Group) -> tuple[int, ...] | None:
    """An isomorphism as the image of each element, or None when there is none.

    Example:
        >>> isomorphism(group_by_name("D3"), group_by_name("S3"))
        (0, 3, 4, 1, 2, 5)
        >>> isomorphism(group_by_name("D4"), group_by_name("Q8")) is None
        True
    """
    if left.order != right.order or left.order_statistics != right.order_statistics:
        return None
    ours, theirs = _colours(left), _colours(right)
    if Counter(ours) != Counter(theirs):
        return None
    sizes = Counter(ours)
    generators: list[int] = []
    reached: tuple[int, ...] = (0,)
    for g in sorted(range(1, left.order), key=lambda g: (sizes[ours[g]], g)):
        if g not in reached:
            generators.append(g)
            reached = left.subgroup(generators)
    choices = [[h for h in range(right.order) if theirs[h] == ours[g]] for g in generators]
    images = _search(left, right, generators, choices, [])
    return None if images is None else tuple(images[g] for g in range(left.order))


def is_isomorphism(left: Group, right: Group, images: tuple[int, ...]) -> bool:
    """Is the map a bijection with φ(gh) = φ(g)φ(h)?"""
    if sorted(images) != list(range(right.order)) or len(images) != left.order:
        return False
    return all(images[left.table[g][s]] == right.table[images[g]][images[s]]
               for s in left.generators for g in range(left.order))


def isomorphism_type(group: Group) -> tuple[str, tuple[int, ...]] | None:
    """The name of a group, and an isomorphism from the named group to it.

    Returns:
        None when the group is not among the named ones: direct products of C_n, D_n, Q_4n, S_n, A_n.
        Every commutative group is among them.

    Example:
        >>> isomorphism_type(group_by_name("C2xC3"))[0], isomorphism_type(group_by_name("O"))[0]
        ('C6', 'S4')
    """
    for name in _candidates(group):
        named = group_by_name(name)
        images = isomorphism(named, group)
        if images is not None:
            return name, images
    return None


def _colours(group: Group) -> list[object]:
    """For each element: orders and class sizes of its powers, and how often it is a product of elements
    of given orders (one round of refinement)."""
    sizes = [len(group.conjugacy_classes[c]) for c in group.class_of]
    roots = Counter(group.table[g][g] for g in range(group.order))
    first = []
    for g in range(group.order):
        powers, power = [], g
        while power:
            powers.append((sizes[power], group.element_orders[power], roots[power]))
            power = group.table[power][g]
        first.append(tuple(powers))
    number = {colour: i for i, colour in enumerate(sorted(set(first)))}
    colour = [number[c] for c in first]
    # A class function, so one representative of each class is enough.
    refined = {c: tuple(sorted(Counter((colour[h], colour[group.table[members[0]][h]])
                                       for h in range(group.order)).items()))
               for c, members in enumerate(group.conjugacy_classes)}
    return [(first[g], refined[group.class_of[g]]) for g in range(group.order)]


def _search(left: Group, right: Group, generators: list[int], choices: list[list[int]],
            chosen: list[int]) -> dict[int, int] | None:
    images = _extend(left, right, generators[: len(chosen)], chosen)
    if images is None or len(chosen) == len(generators):
        return images
    used = set(images.values())
    for h in choices[len(chosen)]:
        if h not in used:
            found = _search(left, right, generators, choices, [*chosen, h])
            if found is not None:
                return found
    return None


def _extend(left: Group, right: Group, generators: list[int], chosen: list[int]) -> dict[int, int] | None:
    """The injective homomorphism on the generated subgroup, None when there is none."""
    images, frontier, taken = {0: 0}, [0], {0}
    for g in frontier:
        for s, t in zip(generators, chosen):
            x, y = left.table[g][s], right.table[images[g]][t]
            if x not in images:
                if y in taken:
                    return None
                images[x] = y
                taken.add(y)
                frontier.append(x)
            elif images[x] != y:
                return None
    return images


def _candidates(group: Group) -> Iterator[str]:
    """Names with the order statistics of the group, simplest first."""
    if group.is_commutative:
        yield _abelian_name(group)
        return
    statistics = group.order_statistics
    for name, theirs in _noncommutative_names(group.order):
        if theirs == statistics:
            yield name


def _abelian_name(group: Group) -> str:
    """The invariant factors, from how many elements have order dividing each prime power.

    Notes:
        In ⊕ C_{p^a_i} the elements killed by p^k number p^(Σ min(a_i, k)), so the second differences
        of the logarithms count the summands of each size.
    """
    n, factors = group.order, []
    for p in (q for q in range(2, n + 1) if n % q == 0 and all(q % r for r in range(2, q))):
        logs, k = [0], 1
        while len(logs) < 2 or logs[-1] > logs[-2]:
            killed = sum(c for order, c in group.order_statistics.items() if p**k % order == 0)
            logs.append(round(math.log(killed, p)))
            k += 1
        # logs[k] − logs[k − 1] summands have size at least p^k.
        summands = [p**k for k in range(len(logs) - 2, 0, -1)
                    for _ in range(2 * logs[k] - logs[k - 1] - logs[k + 1])]
        factors.append(summands)
    width = max(map(len, factors), default=0)
    orders = [math.prod(s[i] for s in factors if i < len(s)) for i in range(width)]
    return "x".join(f"C{order}" for order in orders) or "C1"


def _abelian_names(n: int) -> list[str]:
    """All commutative groups of order n, by invariant factors."""
    exponents = []
    rest, p = n, 2
    while rest > 1:
        a = 0
        while rest % p == 0:
            rest, a = rest // p, a + 1
        if a:
            exponents.append((p, a))
        p += 1
    names = []
    for shapes in product(*(partitions(a) for _, a in exponents)):
        width = max(map(len, shapes), default=0)
        orders = [math.prod(p**shape[i] for (p, _), shape in zip(exponents, shapes) if i < len(shape))
                  for i in range(width)]
        names.append("x".join(f"C{order}" for order in orders))
    return names


@lru_cache(maxsize=64)
def _noncommutative_names(n: int) -> tuple[tuple[str, dict[int, int]], ...]:
    """Products of order n of noncommutative named groups and one commutative group, with statistics."""
    found = []
    for atoms in _atom_lists(n, 6):
        rest = n // math.prod(order for order, _ in atoms)
        for abelian in _abelian_names(rest):
            name = "x".join([atom for _, atom in atoms] + ([abelian] if abelian else []))
            statistics: dict[int, int] = {1: 1}
            for factor in name.split("x"):
                statistics = _product_statistics(statistics, group_by_name(factor).order_statistics)
            found.append((name, dict(sorted(statistics.items()))))
    return tuple(sorted(found, key=lambda pair: pair[0].count("x")))


def _atoms(order: int) -> list[str]:
    """Noncommutative named groups of an order that are no products by name; the simplest name each."""
    names = [f"S{k}" for k in range(4, 8) if math.factorial(k) == order]
    names += [f"A{k}" for k in range(4, 8) if math.factorial(k) == 2 * order]
    names += [f"D{order // 2}"] if order % 2 == 0 and order >= 6 else []
    return names + ([f"Q{order}"] if order % 4 == 0 and order >= 8 else [])


def _atom_lists(n: int, smallest: int) -> Iterator[list[tuple[int, str]]]:
    """Nonempty lists of atoms, orders not decreasing, whose orders multiply to a divisor of n."""
    for order in (d for d in range(smallest, n + 1) if n % d == 0):
        for atom in _atoms(order):
            yield [(order, atom)]
            for rest in _atom_lists(n // order, order):
                yield [(order, atom), *rest]


def _product_statistics(left: dict[int, int], right: dict[int, int]) -> dict[int, int]:
    """Order statistics of a direct product: orders combine by least common multiple."""
    combined: Counter[int] = Counter()
    for a, x in left.items():
        for b, y in right.items():
            combined[math.lcm(a, b)] += x * y
    return dict(combined)
