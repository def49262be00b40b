"""Rank modulo p of a large matrix whose columns are partly private to blocks of rows.

Let the rows be cut into blocks R_1, ..., R_m, and call a column private to R_o when it vanishes
outside R_o.  With A_o = M[R_o, private], B_o = M[R_o, shared] and K_o a basis of the left kernel
of A_o, row operations inside the blocks give

    rank M = sum_o rank A_o + rank [K_1 B_1; ...; K_m B_m],

since the rows of A_o's row space can be used to clear B_o without touching other blocks.  The
Jacobian of a network has this form: the last layer's weights are private to one output each, and
at a sparse point so are many weights of the layer before.
"""

from __future__ import annotations

import numpy as np

from neurocli.algebra.matrices import kernel, rank


def rank_by_blocks(blocks: np.ndarray, p: int) -> int:
    """Rank over F_p, p below 2^31, of the rows of all blocks together.

    Args:
        blocks: array (m, rows, columns) of residues: m blocks of rows.

    Example:
        >>> rank_by_blocks(np.array([[[1, 0, 2]], [[0, 1, 3]]], dtype=np.uint64), 101)
        2
    """
    m, rows, _ = blocks.shape
    if m == 1:
        return rank(blocks[0], p)
    used: np.ndarray = np.any(blocks, axis=1)  # (m, columns): does block o use the column
    count = used.sum(axis=0)
    shared = np.flatnonzero(count > 1)
    total, remaining = 0, []
    for block, own in zip(blocks, used, strict=True):
        private = np.flatnonzero(own & (count == 1))
        if private.size == 0:
            remaining.append(block[:, shared])
            continue
        left = kernel(np.ascontiguousarray(block[:, private].T), p)  # rows: the left kernel of A_o
        total += rows - len(left)
        if len(left):
            remaining.append(multiply(left, block[:, shared], p))
    if remaining and shared.size:
        total += rank(np.concatenate(remaining), p)
    return total


def multiply(a: np.ndarray, b: np.ndarray, p: int) -> np.ndarray:
    """Product of two matrices of residues, p below 2^31, by floating-point BLAS.

    One factor is cut into three parts below 2^11; a part times a residue is below 2^42, so sums
    of up to 2048 products stay below 2^53 and are exact in double precision.

    Example:
        >>> multiply(np.array([[2**30, 1]]), np.array([[4], [5]]), 2**31 - 1).tolist()
        [[7]]
    """
    result = np.zeros((a.shape[0], b.shape[1]), dtype=np.uint64)
    modulus = np.uint64(p)
    for start in range(0, a.shape[1], 2048):
        left = a[:, start:start + 2048].astype(np.uint64)
        right = b[start:start + 2048].astype(np.float64)
        for shift in (22, 11, 0):
            part = ((left >> np.uint64(shift)) & np.uint64(2047)).astype(np.float64)
            product = (part @ right).astype(np.uint64) % modulus
            result = (result + product * np.uint64(2**shift % p)) % modulus
    return result
