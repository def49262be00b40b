"""Einsum by matrix products, planned once: the inner loop of every batched evaluation.

`numpy.einsum` does not use BLAS for batched products and parses its subscripts on each call.  A
`Contraction` sorts the letters into batch, kept and summed ones when it is made, so that a call is
two transposed views, one `matmul`, and a reshape.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurocli.algebra.rings import Array


class Contraction:
    """The product of two arrays over named axes.

    Args:
        left: letters of the axes of the first array.
        right: letters of the axes of the second.
        result: letters of the axes of the result; every letter of an operand that is missing here
            is summed over, also when the other operand does not have it.
        broadcast: letters whose axis has length 1 in an operand that lacks them.

    Example:
        >>> import numpy as np
        >>> a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
        >>> bool((Contraction("ij", "jk", "ki")(a, b) == (a @ b).T).all())
        True
    """

    def __init__(self, left: str, right: str, result: str) -> None:
        self.left_alone = [i for i, c in enumerate(left) if c not in right and c not in result]
        self.right_alone = [i for i, c in enumerate(right) if c not in left and c not in result]
        left = "".join(c for c in left if c in right or c in result)
        right = "".join(c for c in right if c in left or c in result)
        batch = [c for c in left if c in right and c in result]
        summed = [c for c in left if c in right and c not in result]
        rows = [c for c in left if c not in right]
        columns = [c for c in right if c not in left]
        if set(result) != {*batch, *rows, *columns}:
            raise ValueError(f"{left},{right}->{result}: a letter of the result is in no operand")
        self._left = tuple(left.index(c) for c in (*batch, *rows, *summed))
        self._right = tuple(right.index(c) for c in (*batch, *summed, *columns))
        order = (*batch, *rows, *columns)
        self._result = tuple(order.index(c) for c in result)
        self._batch, self._rows, self._summed = len(batch), len(rows), len(summed)
        self._in_order = self._result == tuple(range(len(order)))

    def __call__(self, a: Array, b: Array) -> Array:
        """The product of `a` and `b`."""
        if self.left_alone:
            a = a.sum(axis=tuple(self.left_alone))
        if self.right_alone:
            b = b.sum(axis=tuple(self.right_alone))
        a, b = a.transpose(self._left), b.transpose(self._right)
        n, r, s = self._batch, self._rows, self._summed
        batch, rows, columns = a.shape[:n], a.shape[n:n + r], b.shape[n + s:]
        length = _product(a.shape[n + r:])
        product = a.reshape(*batch, _product(rows), length) @ b.reshape(*batch, length, _product(columns))
        product = product.reshape(*batch, *rows, *columns)
        return product if self._in_order else product.transpose(self._result)


def _product(shape: Sequence[int]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def contract(left: str, right: str, result: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The contraction that is wanted once."""
    return Contraction(left, right, result)(a, b)
