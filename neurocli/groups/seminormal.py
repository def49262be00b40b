"""Young's seminormal form: the irreducible representations of S_n over Q.

Reference: [james-kerber-1981], section 3.2.
"""

from __future__ import annotations

from fractions import Fraction

from neurocli.groups.cyclotomic import Matrix, matrix
from neurocli.groups.group import Group
from neurocli.groups.names import permutation_elements
from neurocli.groups.representation import Representation, extend

Partition = tuple[int, ...]
#: A standard tableau as the row of each of 1, …, n (a Yamanouchi word); the column follows.
Tableau = tuple[int, ...]


def partitions(n: int, largest: int | None = None) -> list[Partition]:
    """The partitions of n, largest first.

    Example:
        >>> partitions(4)
        [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    """
    if n == 0:
        return [()]
    return [(part, *rest) for part in range(min(n, largest or n), 0, -1)
            for rest in partitions(n - part, part)]


def standard_tableaux(shape: Partition) -> list[Tableau]:
    """The standard tableaux of a shape, each as the row of every entry.

    Example:
        >>> standard_tableaux((2, 1))
        [(0, 0, 1), (0, 1, 0)]
    """
    n = sum(shape)
    found = []

    def place(word: Tableau, filled: Partition) -> None:
        if len(word) == n:
            found.append(word)
            return
        for row in range(len(shape)):
            if filled[row] < shape[row] and (row == 0 or filled[row - 1] > filled[row]):
                place((*word, row), (*filled[:row], filled[row] + 1, *filled[row + 1:]))

    place((), (0,) * len(shape))
    return found


def contents(tableau: Tableau) -> tuple[int, ...]:
    """Column minus row of each entry.

    Example:
        >>> contents((0, 0, 1))
        (0, 1, -1)
    """
    filled = [0] * (max(tableau) + 1)
    result = []
    for row in tableau:
        result.append(filled[row] - row)
        filled[row] += 1
    return tuple(result)


def seminormal_generator(shape: Partition, k: int) -> Matrix:
    """The matrix of the transposition of k and k+1 (counted from 0) in the seminormal form.

    Notes:
        On a tableau t with axial distance r = c(k+1) − c(k) it is t → t/r + (1 − 1/r²)·t' when
        t' = t with k and k+1 exchanged is standard and comes later than t, and t → t/r + t' when it
        comes earlier; t → ±t when t' is not standard.

    Example:
        >>> seminormal_generator((2, 1), 0), seminormal_generator((2, 1), 1)
        (((1, 0), (0, -1)), ((-1/2, 1), (3/4, 1/2)))
    """
    tableaux = standard_tableaux(shape)
    index = {t: i for i, t in enumerate(tableaux)}
    rows = [[Fraction(0)] * len(tableaux) for _ in tableaux]
    for j, t in enumerate(tableaux):
        content = contents(t)
        r = content[k + 1] - content[k]
        rows[j][j] = Fraction(1, r)
        exchanged = (*t[:k], t[k + 1], t[k], *t[k + 2:])
        if abs(r) > 1:
            i = index[exchanged]
            rows[i][j] = 1 - Fraction(1, r * r) if i > j else Fraction(1)
    return matrix(rows)


def seminormal_form(shape: Partition) -> Matrix:
    """The invariant form of the seminormal basis: diagonal, the first tableau of length 1.

    Notes:
        For t' later than t, s_k t = t/r + (1 − 1/r²) t' and invariance gives
        |t|² (1 − 1/r²) = (1 − 1/r²)² |t'|², hence |t'|² = |t|² / (1 − 1/r²).
    """
    tableaux = standard_tableaux(shape)
    length = {tableaux[0]: Fraction(1)}
    frontier = [tableaux[0]]
    for t in frontier:
        content = contents(t)
        for k in range(len(t) - 1):
            r = content[k + 1] - content[k]
            exchanged = (*t[:k], t[k + 1], t[k], *t[k + 2:])
            if abs(r) > 1 and exchanged not in length:
                factor = 1 - Fraction(1, r * r)
                length[exchanged] = length[t] / factor if exchanged > t else length[t] * factor
                frontier.append(exchanged)
    return matrix([[length[t] if i == j else 0 for j in range(len(tableaux))]
                   for i, t in enumerate(tableaux)])


def symmetric_irreps(group: Group, degree: int) -> list[Representation]:
    """The irreducible representations of S_n, by partitions, smallest dimension first.

    Args:
        group: S_n in the numbering of `names.py`.
        degree: n.
    """
    number = {g: i for i, g in enumerate(permutation_elements("S", degree))}
    transpositions = [number[(*range(k), k + 1, k, *range(k + 2, degree))] for k in range(degree - 1)]
    representations = []
    for shape in partitions(degree):
        tableaux = standard_tableaux(shape)
        generators = {g: seminormal_generator(shape, k) for k, g in enumerate(transpositions)}
        matrices = extend(group, generators) if generators else (matrix([[1]]),)
        labels = tuple("".join(str(row + 1) for row in t) for t in tableaux)
        name = "[" + ",".join(map(str, shape)) + "]"
        representations.append(Representation(group, name, matrices, seminormal_form(shape), labels))
    return sorted(representations, key=lambda rho: rho.dimension)
