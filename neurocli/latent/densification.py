"""Topological densification: a loss on the zero-dimensional persistence of each class.

The connected components of the Vietoris-Rips filtration of m points die at the lengths of the m - 1
edges of a minimum spanning tree.  The loss |death - beta|, summed over the tree of each class, pulls
those lengths to a common value beta, and with it the points of a class together.

Reference:
    [hofer-2020], [garcia-castellanos-2024]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neurocli.errors import DataError, TooLarge, UsageError

if TYPE_CHECKING:
    import numpy as np

METRICS = {"l1": "cityblock", "l2": "euclidean", "linf": "chebyshev"}
LOSSES = ("absolute", "squared", "hinge")
#: Largest class whose matrix of distances is formed (about 2 GB with its sparse copy).
LARGEST_CLASS = 8_000


@dataclasses.dataclass(frozen=True)
class Barcode:
    """Zero-dimensional persistence of one class: components are born at 0 and die along a tree.

    Args:
        label: the class.
        tree: array (m - 1, 2) of row numbers, in the order of the deaths.
        deaths: array (m - 1,), ascending.
    """

    label: str
    tree: np.ndarray
    deaths: np.ndarray


@dataclasses.dataclass(frozen=True)
class Densification:
    """The densification loss of labelled points.

    Args:
        loss: sum over all deaths.
        gradient: array (n, d), the derivative of the loss with respect to the points.
        barcodes: one per class.
        beta: the length that deaths are pulled to.
    """

    loss: float
    gradient: np.ndarray
    barcodes: tuple[Barcode, ...]
    beta: float


def barcode(points: np.ndarray, metric: str = "l2", label: str = "", rows: np.ndarray | None = None) -> Barcode:
    """The zero-dimensional barcode of a set of points, from a minimum spanning tree.

    Args:
        points: array (m, d).
        metric: "l1", "l2" or "linf".
        label: of the class.
        rows: the row numbers to give the points; 0 to m - 1 by default.

    Raises:
        TooLarge: the matrix of distances would not fit in memory.

    Example:
        >>> import numpy as np
        >>> barcode(np.array([[0., 0.], [3., 4.], [0., 1.]])).deaths.round(6).tolist()
        [1.0, 4.242641]
    """
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial.distance import cdist

    if metric not in METRICS:
        raise UsageError(f"metric {metric!r}", f"one of {', '.join(METRICS)}")
    rows = np.arange(len(points)) if rows is None else rows
    if len(points) > LARGEST_CLASS:
        raise TooLarge(f"class {label!r}: {len(points)} points need "
                       f"{len(points) ** 2 * 28 / 1e9:.1f} GB of distances")
    if len(points) < 2:
        return Barcode(label, np.zeros((0, 2), dtype=np.intp), np.zeros(0))
    distance: Any = METRICS[metric]
    matrix = cdist(points, points, distance)
    # In a dense matrix csgraph takes all that is below 1e-8 for "no edge", in a sparse one what is zero: pass
    # the upper triangle as a sparse matrix, with the smallest positive number between equal points.
    size = len(points)
    row, column = np.triu_indices(size, 1)
    lengths = matrix[row, column]
    starts = np.concatenate([[0], np.cumsum(np.arange(size - 1, -1, -1))])
    graph = csr_array((np.where(lengths == 0, np.nextafter(0, 1), lengths), column, starts), shape=(size, size))
    found = minimum_spanning_tree(graph).tocoo()
    ends = np.sort(np.column_stack([found.row, found.col]), axis=1)
    deaths = matrix[ends[:, 0], ends[:, 1]]
    order = np.lexsort((ends[:, 1], ends[:, 0], deaths))
    return Barcode(label, rows[ends[order]], deaths[order])


def densify(points: np.ndarray, labels: Sequence[str], beta: float = 1.0, metric: str = "l2",
            loss: str = "absolute") -> Densification:
    """The densification loss of each class, and its gradient.

    Args:
        points: array (n, d).
        labels: n classes.
        beta: the length that deaths are pulled to.
        metric: "l1", "l2" or "linf".
        loss: |w - beta|, (w - beta)^2, or max(0, w - beta), summed over the deaths w.

    Raises:
        DataError: another number of labels than of points.
        UsageError: no such metric or loss, or a negative beta.

    Notes:
        Where the tree is unique and no death is 0 or beta the loss is differentiable and this is its
        gradient: each death is the length of one edge.  Elsewhere it is the derivative for the tree found,
        with 0 at w = 0 and at w = beta.

    Example:
        >>> import numpy as np
        >>> found = densify(np.array([[0., 0.], [3., 4.]]), ["a", "a"], beta=2)
        >>> found.loss, found.gradient.tolist()
        (3.0, [[-0.6, -0.8], [0.6, 0.8]])
    """
    import numpy as np

    if loss not in LOSSES:
        raise UsageError(f"loss {loss!r}", f"one of {', '.join(LOSSES)}")
    if not (beta >= 0 and np.isfinite(beta)):
        raise UsageError(f"beta {beta}", "a length that is not negative")
    if len(labels) != len(points):
        raise DataError(f"{len(labels)} labels for {len(points)} rows")
    points = np.asarray(points, dtype=np.float64)
    every = np.array(labels)
    gradient = np.zeros_like(points)
    total = 0.0
    barcodes = []
    for label in dict.fromkeys(labels):
        rows = np.flatnonzero(every == label)
        found = barcode(points[rows], metric, label, rows)
        barcodes.append(found)
        excess = found.deaths - beta
        if loss == "absolute":
            total += float(np.abs(excess).sum())
            slope = np.sign(excess)
        elif loss == "squared":
            total += float((excess**2).sum())
            slope = 2 * excess
        else:
            total += float(np.maximum(excess, 0).sum())
            slope = (excess > 0).astype(float)
        step = slope[:, None] * _length_gradient(points[found.tree[:, 0]] - points[found.tree[:, 1]], metric)
        np.add.at(gradient, found.tree[:, 0], step)
        np.add.at(gradient, found.tree[:, 1], -step)
    return Densification(total, gradient, tuple(barcodes), beta)


def _length_gradient(difference: np.ndarray, metric: str) -> np.ndarray:
    """The gradient of the length of x - y with respect to x; zero for equal points."""
    import numpy as np

    if metric == "l1":
        return np.sign(difference)
    if metric == "linf":
        largest = np.abs(difference).argmax(axis=1) if difference.size else np.zeros(0, dtype=int)
        chosen = np.zeros_like(difference)
        every = np.arange(len(difference))
        chosen[every, largest] = np.sign(difference[every, largest])
        return chosen
    length = np.linalg.norm(difference, axis=1, keepdims=True)
    return np.asarray(difference / np.where(length == 0, 1, length))
