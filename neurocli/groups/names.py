"""Groups by name: `C6 D4 S3 A4 Q8 T O I`, and direct products `C2xC2`, `S3xC2`.

The numbering of the elements is part of the contract, since signals and weights follow it:

    C_n     g is the rotation by g steps
    D_n     r^i is i, r^i s is n + i (order 2n, s r s = r^-1)
    Q_4n    a^i is i, a^i b is 2n + i (a^2n = 1, b² = a^n, b a b^-1 = a^-1); Q8 is n = 2
    S_n     permutations in lexicographic order of (g(0), …, g(n−1)), (g·h)(i) = g(h(i))
    A_n     the even ones in that order
    T O I   rotations of the tetrahedron, cube, icosahedron, as they permute the 4 vertices, the 4
            diagonals, the 5 inscribed cubes: numbered as A4, S4, A5
    GxH     (g, h) is g·|H| + h
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import permutations
from operator import itemgetter

from neurocli.errors import TooLarge, UsageError
from neurocli.groups.group import Group, Table

#: Tables are stored; at this order one takes about 200 MB.
LARGEST_ORDER = 5040
_FACTOR = re.compile(r"(?:([CDSAQ])([1-9][0-9]{0,8})|([TOI]))\Z")
_POLYHEDRAL = {"T": ("A", 4), "O": ("S", 4), "I": ("A", 5)}


def parse_name(name: str) -> tuple[tuple[str, int], ...]:
    """The direct factors of a group name, as family letter and parameter.

    Raises:
        UsageError: no name of a group.

    Example:
        >>> parse_name("S3xC2")
        (('S', 3), ('C', 2))
    """
    factors = []
    for part in name.split("x"):
        match = _FACTOR.match(part)
        if match is None:
            raise UsageError(f"{name!r} names no group: read {part!r}, expected one of C_n D_n S_n A_n "
                             "Q_4n T O I, as in C6, D4, Q8", "direct products are written C2xC2; "
                             "any other group can be given as the file of its Cayley table")
        family, parameter = _POLYHEDRAL.get(match[3], (match[1], int(match[2] or 0)))
        if family == "Q" and (parameter < 8 or parameter % 4):
            raise UsageError(f"{name!r} names no group: the quaternion group Q{parameter} needs an order "
                             "divisible by 4 and at least 8", "did you mean Q8?")
        factors.append((family, parameter))
    return tuple(factors)


def order_by_name(name: str) -> int:
    """The order of a named group, without building it.

    Raises:
        UsageError: no name of a group.
        TooLarge: the order exceeds `LARGEST_ORDER`.

    Example:
        >>> order_by_name("S4xC2")
        48
    """
    order = math.prod(_factor_order(*factor) for factor in parse_name(name))
    if order > LARGEST_ORDER:
        shown = f"order {order}, a table of {order * order * 8 / 1e9:.1f} GB" if order < 10**15 \
            else "order beyond 10^15"
        raise TooLarge(f"the group {name} has {shown}; the largest order handled is {LARGEST_ORDER}")
    return order


@lru_cache(maxsize=64)
def group_by_name(name: str) -> Group:
    """The group of that name.

    Args:
        name: `C6`, `D4` (order 8), `S3`, `A4`, `Q8`, `T`, `O`, `I`, or a product such as `S3xC2`.

    Raises:
        UsageError: no name of a group.
        TooLarge: the order exceeds `LARGEST_ORDER`.

    Example:
        >>> group_by_name("D3").order_statistics
        {1: 1, 2: 3, 3: 2}
    """
    order_by_name(name)
    group = None
    for family, parameter in parse_name(name):
        factor = _factor(family, parameter)
        group = factor if group is None else direct_product(group, factor)
    assert group is not None
    return Group(name, group.table, group.labels)


def direct_product(left: Group, right: Group) -> Group:
    """The direct product; (g, h) has the number g·|H| + h."""
    m = right.order
    table = tuple(tuple(a * m + b for a in left_row for b in right_row)
                  for left_row in left.table for right_row in right.table)
    labels = tuple(f"({left.label(g)}, {right.label(h)})" for g in range(left.order) for h in range(m))
    return Group(f"{left.name}x{right.name}", table, labels)


def permutation_elements(family: str, degree: int) -> tuple[tuple[int, ...], ...]:
    """The elements of S_n (family "S") or A_n ("A") in the order of their numbers.

    Example:
        >>> permutation_elements("A", 3)
        ((0, 1, 2), (1, 2, 0), (2, 0, 1))
    """
    everything = permutations(range(degree))
    return tuple(everything if family == "S" else (g for g in everything if parity(g) == 0))


def parity(permutation: Sequence[int]) -> int:
    """0 for an even permutation, 1 for an odd one."""
    return (len(permutation) - len(_cycles(permutation))) % 2


def _cycles(permutation: Sequence[int]) -> list[list[int]]:
    """The cycles, fixed points included."""
    cycles, seen = [], set()
    for start in range(len(permutation)):
        cycle, i = [], start
        while i not in seen:
            seen.add(i)
            cycle.append(i)
            i = permutation[i]
        if cycle:
            cycles.append(cycle)
    return cycles


def _factor_order(family: str, parameter: int) -> int:
    if family in "SA":
        # Beyond 20! the order is far too large anyway, and the factorial itself becomes the cost.
        order = math.factorial(min(parameter, 20))
        return order if family == "S" or parameter == 1 else order // 2
    return 2 * parameter if family == "D" else parameter


def _factor(family: str, parameter: int) -> Group:
    if family == "C":
        return _cyclic(parameter)
    if family == "D":
        return _dihedral(parameter)
    if family == "Q":
        return _quaternion(parameter)
    return _permutations(family, parameter)


def _cyclic(n: int) -> Group:
    table = tuple(tuple((g + h) % n for h in range(n)) for g in range(n))
    return Group(f"C{n}", table, tuple(str(g) for g in range(n)))


def _power(letter: str, i: int) -> str:
    return "" if i == 0 else letter if i == 1 else f"{letter}^{i}"


def _dihedral(n: int) -> Group:
    def product(g: int, h: int) -> int:
        # r^i s^a · r^j s^b = r^(i ± j) s^(a + b), minus when a = 1.
        (a, i), (b, j) = divmod(g, n), divmod(h, n)
        return (i + (-j if a else j)) % n + n * (a ^ b)

    labels = tuple((_power("r", g % n) + " s" * (g // n)).strip() or "e" for g in range(2 * n))
    return Group(f"D{n}", _table(2 * n, product), labels)


def _quaternion(order: int) -> Group:
    m, centre = order // 2, order // 4

    def product(g: int, h: int) -> int:
        # a^i b · a^j b = a^(i − j) b² = a^(i − j + n).
        (x, i), (y, j) = divmod(g, m), divmod(h, m)
        return (i + (-j if x else j) + (centre if x and y else 0)) % m + m * (x ^ y)

    labels = tuple((_power("a", g % m) + " b" * (g // m)).strip() or "e" for g in range(order))
    return Group(f"Q{order}", _table(order, product), labels)


def _permutations(family: str, degree: int) -> Group:
    elements = permutation_elements(family, degree)
    if len(elements) == 1:
        return Group(f"{family}{degree}", ((0,),), ("()",))
    number = {g: i for i, g in enumerate(elements)}
    # g∘h = (g(h(0)), …) is the tuple g read at the places h.
    read_at = [itemgetter(*h) for h in elements]
    table = tuple(tuple([number[read(g)] for read in read_at]) for g in elements)
    return Group(f"{family}{degree}", table, tuple(map(_cycle_notation, elements)))


def _table(n: int, product: Callable[[int, int], int]) -> Table:
    return tuple(tuple(product(g, h) for h in range(n)) for g in range(n))


def _cycle_notation(permutation: Sequence[int]) -> str:
    cycles = [cycle for cycle in _cycles(permutation) if len(cycle) > 1]
    return "".join("(" + " ".join(str(i + 1) for i in cycle) + ")" for cycle in cycles) or "()"
