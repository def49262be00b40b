"""The multiplication table of a group from the weights of an invariant network.

If the blocks are W_i(g) = ρ_i(g)† for all irreducible representations, then g·h is the element k whose
stack of matrices is W(g)†W(h)† = W(k)†.  From weights that are only near, the nearest k is taken in
the norm |A|² = Σ_i d_i |A_i|_F², in which distinct elements of the true stack are at distance √(2|G|).

Reference: [marchetti-2023].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurocli.errors import DataError
from neurocli.groups.group import Group, Table
from neurocli.groups.weights import Blocks

#: The positive root of 3e + e² = 1/√2: below it the table is guaranteed.
RECOVERY_BOUND = (math.sqrt(9 + 2 * math.sqrt(2)) - 3) / 2
#: Products of pairs held at once; few large matrix products are faster than many small ones.
CHUNK = 2**21


@dataclass(frozen=True)
class Recovery:
    """A multiplication table read off weights.

    Args:
        table: the nearest element to each product, row by row; not necessarily a group.
        group: the group with this table (identity first), None when a law fails.
        failure: the law that fails, and on which elements.
        separation: the smallest distance between two elements over √(2|G|); 1 for exact weights.
        residual: the largest distance of a product to the element chosen, over √(2|G|); 0 for exact ones.
        gap: the smallest lead of the chosen element over the second, over √(2|G|); 1 for exact ones.
    """

    table: Table
    group: Group | None
    failure: str | None
    separation: float
    residual: float
    gap: float


def stack(blocks: Blocks) -> np.ndarray:
    """The matrices W(g)† of all blocks side by side, in the weighted norm.

    Returns:
        Real array of shape (|G|, 2|G|): row g holds the real and imaginary parts of √d_i W_i(g)†, so
        that Euclidean distances of rows are the weighted ones.
    """
    rows = [math.sqrt(b.shape[1]) * b.conj().swapaxes(1, 2).reshape(len(b), -1) for b in blocks]
    return np.concatenate([part for row in rows for part in (row.real, row.imag)], axis=1)


def recover(blocks: Blocks, name: str = "recovered") -> Recovery:
    """The multiplication table in the weights.

    Args:
        blocks: shapes (|G|, d_i, d_i), Σ d_i² = |G|, first element the identity; normalize them before.
        name: how the group is to be called.

    Notes:
        Guaranteed when every W_i(g)† is within operator norm e < `RECOVERY_BOUND` of ρ_i(g): the products
        are then within √|G| (2e + e²) of the true stack, each row within √|G| e, so the right element is
        nearer than any other as soon as 2√|G|(3e + e²) < √(2|G|).

    Example:
        >>> from neurocli.groups.irreps import irreps
        >>> from neurocli.groups.names import group_by_name
        >>> from neurocli.groups.weights import fourier_blocks
        >>> d3 = group_by_name("D3")
        >>> recover(fourier_blocks(irreps(d3))).table == d3.table
        True
    """
    rows = stack(blocks)
    n = len(rows)
    norms = np.sum(rows**2, axis=1)
    table = np.empty((n, n), dtype=np.int64)
    residual, gap = 0.0, math.inf
    unit = math.sqrt(2 * n)
    chunk = max(1, CHUNK // (n * n))
    for start in range(0, n, chunk):
        some = range(start, min(start + chunk, n))
        # (W(h) W(g))† = W(g)†W(h)†, for all h, and the distances of these products to all elements k.
        products = np.concatenate([stack(tuple(block @ block[g] for block in blocks)) for g in some])
        squares = np.sum(products**2, axis=1)[:, None] + norms - 2 * (products @ rows.T)
        distances = np.sqrt(np.maximum(squares, 0))
        table[start:some.stop] = np.argmin(distances, axis=1).reshape(-1, n)
        residual = max(residual, float(distances.min(axis=1).max()) / unit)
        if n > 1:
            ordered = np.partition(distances, 1, axis=1)[:, :2]
            gap = min(gap, float((ordered[:, 1] - ordered[:, 0]).min()) / unit)
    between = np.maximum(norms[:, None] + norms - 2 * (rows @ rows.T), 0)
    separation = math.sqrt(float(between[~np.eye(n, dtype=bool)].min(initial=2.0 * n))) / unit
    frozen = tuple(tuple(int(k) for k in row) for row in table)
    group: Group | None = None
    failure = None
    try:
        group = Group.from_table(frozen, name)
    except DataError as error:
        failure = error.message
    return Recovery(frozen, group, failure, separation, residual, gap if n > 1 else 1.0)
