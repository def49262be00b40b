"""Finite groups as Cayley tables, with the group laws checked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from neurocli.errors import DataError

Table = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Group:
    """A finite group on 0, …, n−1, given by its multiplication table; 0 is the identity.

    Args:
        name: how the group is called ("D3", or the name of a file).
        table: Cayley table, `table[g][h]` = g·h; trusted to be a group (`from_table` checks).
        labels: how the elements are written; their numbers when empty.

    Example:
        >>> klein = Group("V", ((0, 1, 2, 3), (1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0)))
        >>> klein.order, klein.exponent, klein.is_commutative
        (4, 2, True)
    """

    name: str
    table: Table = field(repr=False)
    labels: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __hash__(self) -> int:
        return hash((self.name, len(self.table)))

    @classmethod
    def from_table(cls, table: Sequence[Sequence[int]], name: str = "table",
                   labels: Sequence[str] = ()) -> Group:
        """The group of a Cayley table, after checking the four laws.

        The elements are renumbered so that the identity comes first; the others keep their order.

        Args:
            table: n × n, `table[g][h]` = g·h, entries 0, …, n−1.
            name: how the group is to be called.
            labels: n names of the elements; their numbers in `table` when empty.

        Raises:
            DataError: a law fails; the message names the law and the elements.

        Notes:
            Associativity is decided by Light's test: the elements c with (a·c)·b = a·(c·b) for all
            a, b are closed under multiplication, so a generating set is enough.

        Example:
            >>> Group.from_table([[1, 0], [0, 1]]).table
            ((0, 1), (1, 0))
        """
        n = len(table)
        names = tuple(labels) or tuple(str(g) for g in range(n))
        _check_closure(table, names)
        identity = _identity(table, names)
        order = [identity, *(g for g in range(n) if g != identity)]
        place = {g: i for i, g in enumerate(order)}
        rows = tuple(tuple(place[table[g][h]] for h in order) for g in order)
        names = tuple(names[g] for g in order)
        _check_inverses(rows, names)
        _check_associativity(rows, names)
        return cls(name, rows, names)

    def __str__(self) -> str:
        return self.name

    def __len__(self) -> int:
        return len(self.table)

    @property
    def order(self) -> int:
        """The number of elements."""
        return len(self.table)

    def label(self, g: int) -> str:
        """How element g is written."""
        return self.labels[g] if self.labels else str(g)

    def multiply(self, g: int, h: int) -> int:
        """The product g·h."""
        return self.table[g][h]

    @cached_property
    def inverses(self) -> tuple[int, ...]:
        """The inverse of each element."""
        return tuple(row.index(0) for row in self.table)

    @cached_property
    def is_commutative(self) -> bool:
        """Do all elements commute?"""
        return all(self.table[g][h] == self.table[h][g] for g in self.generators for h in self.generators)

    @cached_property
    def element_orders(self) -> tuple[int, ...]:
        """The order of each element."""
        orders = []
        for g in range(self.order):
            power, order = g, 1
            while power:
                power, order = self.table[power][g], order + 1
            orders.append(order)
        return tuple(orders)

    @cached_property
    def order_statistics(self) -> dict[int, int]:
        """How many elements have each order, sorted by order."""
        return dict(sorted(Counter(self.element_orders).items()))

    @cached_property
    def exponent(self) -> int:
        """The least m with g^m = 1 for all g."""
        return math.lcm(*self.element_orders)

    @cached_property
    def conjugacy_classes(self) -> tuple[tuple[int, ...], ...]:
        """The conjugacy classes, each sorted, in the order of their smallest elements."""
        classes, seen = [], [False] * self.order
        for g in range(self.order):
            if seen[g]:
                continue
            orbit, frontier = {g}, [g]
            while frontier:
                h = frontier.pop()
                for s in self.generators:
                    conjugate = self.table[self.table[s][h]][self.inverses[s]]
                    if conjugate not in orbit:
                        orbit.add(conjugate)
                        frontier.append(conjugate)
            for h in orbit:
                seen[h] = True
            classes.append(tuple(sorted(orbit)))
        return tuple(classes)

    @cached_property
    def class_of(self) -> tuple[int, ...]:
        """The index of the conjugacy class of each element."""
        index = [0] * self.order
        for i, members in enumerate(self.conjugacy_classes):
            for g in members:
                index[g] = i
        return tuple(index)

    @cached_property
    def generators(self) -> tuple[int, ...]:
        """A generating set found greedily: each member enlarges the subgroup of those before it."""
        return _generators(self.table)

    def subgroup(self, elements: Sequence[int]) -> tuple[int, ...]:
        """The elements of the subgroup generated by `elements`, sorted.

        Example:
            >>> Group.from_table([[(g + h) % 6 for h in range(6)] for g in range(6)]).subgroup([4])
            (0, 2, 4)
        """
        return tuple(sorted(_closure(self.table, elements)))

    def power(self, g: int, exponent: int) -> int:
        """The power g^exponent (negative exponents too)."""
        result = 0
        for _ in range(exponent % self.element_orders[g]):
            result = self.table[result][g]
        return result


def _closure(table: Sequence[Sequence[int]], elements: Sequence[int]) -> set[int]:
    """Everything reached from 0 by multiplying from the right with `elements`."""
    reached, frontier = {0}, [0]
    while frontier:
        g = frontier.pop()
        for s in elements:
            product = table[g][s]
            if product not in reached:
                reached.add(product)
                frontier.append(product)
    return reached


def _generators(table: Sequence[Sequence[int]]) -> tuple[int, ...]:
    generators: list[int] = []
    reached = {0}
    for g in range(len(table)):
        if g not in reached:
            generators.append(g)
            reached = _closure(table, generators)
    return tuple(generators)


def _check_closure(table: Sequence[Sequence[int]], names: Sequence[str]) -> None:
    n = len(table)
    if n == 0:
        raise DataError("the Cayley table is empty", "a group has at least its identity")
    if len(names) != n:
        raise DataError(f"{len(names)} labels for {n} elements")
    for g, row in enumerate(table):
        if len(row) != n:
            raise DataError(f"the Cayley table is not square: row {names[g]} has {len(row)} entries, not {n}")
        for h, product in enumerate(row):
            if isinstance(product, bool) or not isinstance(product, int) or not 0 <= product < n:
                raise DataError(f"not a group: closure fails, {names[g]}·{names[h]} = {product!r} "
                                f"is not one of the {n} elements")


def _identity(table: Sequence[Sequence[int]], names: Sequence[str]) -> int:
    everything = list(range(len(table)))
    left = [g for g, row in enumerate(table) if list(row) == everything]
    for g in left:
        if all(row[g] == h for h, row in enumerate(table)):
            return g
    if left:
        g = left[0]
        h = next(h for h, row in enumerate(table) if row[g] != h)
        raise DataError(f"not a group: no identity, {names[g]} is neutral on the left "
                        f"but {names[h]}·{names[g]} = {names[table[h][g]]}")
    # The element that is neutral most often is the one the writer meant.
    best = max(everything, key=lambda g: sum(table[g][h] == h for h in everything))
    h = next(h for h in everything if table[best][h] != h)
    raise DataError(f"not a group: no identity; the nearest is {names[best]}, "
                    f"but {names[best]}·{names[h]} = {names[table[best][h]]}")


def _check_inverses(table: Sequence[Sequence[int]], names: Sequence[str]) -> None:
    for g, row in enumerate(table):
        right = [h for h, product in enumerate(row) if product == 0]
        if not any(table[h][g] == 0 for h in right):
            side = "has no right inverse" if not right else \
                f"has the right inverse {names[right[0]]} which is no left inverse"
            raise DataError(f"not a group: inverses fail, {names[g]} {side} (the identity is {names[0]})")


def _check_associativity(table: Table, names: Sequence[str]) -> None:
    if len(table) == 1:
        return
    for c in _generators(table):
        # Row a·(c·b) over all b, picked from row a by the entries of row c.
        pick = itemgetter(*table[c])
        for a, row in enumerate(table):
            left, right = table[row[c]], pick(row)
            if left != right:
                b = next(b for b in range(len(table)) if left[b] != right[b])
                x, y, z = names[a], names[c], names[b]
                raise DataError(f"not a group: associativity fails, ({x}·{y})·{z} = {names[left[b]]} "
                                f"but {x}·({y}·{z}) = {names[right[b]]}")
