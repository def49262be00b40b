"""Which simplices of a triangulation share which facets."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclasses.dataclass(frozen=True)
class Facets:
    """The facets of N simplices of m + 1 vertices.

    Args:
        inner: array (K, 4): simplex, position of the vertex opposite the facet, and the same for the
            simplex on the other side.
        border: array (B, 2): simplex and position, for facets of one simplex only.
        crowded: facets that belong to more than two simplices; 0 in a triangulation.
    """

    inner: np.ndarray
    border: np.ndarray
    crowded: int


def facets(simplices: np.ndarray) -> Facets:
    """Match the facets of simplices with sorted vertices.

    Args:
        simplices: array (N, m+1) of indices, each row ascending.

    Example:
        >>> import numpy as np
        >>> shared = facets(np.array([[0, 1, 2], [1, 2, 3]]))
        >>> shared.inner.tolist(), len(shared.border)
        ([[0, 0, 1, 2]], 4)
    """
    import numpy as np

    count, size = simplices.shape
    faces = np.concatenate([np.delete(simplices, i, axis=1) for i in range(size)])
    owner = np.tile(np.arange(count), size)
    place = np.repeat(np.arange(size), count)
    # Owners ascend among equal faces, so the pairing does not depend on the sort.
    order = np.lexsort((owner, *faces.T[::-1])) if size > 1 else np.arange(0)
    faces, owner, place = faces[order], owner[order], place[order]
    same = np.all(faces[1:] == faces[:-1], axis=1)
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    lengths = np.diff(np.append(starts, len(faces)))
    pairs, single = starts[lengths == 2], starts[lengths == 1]
    return Facets(np.column_stack([owner[pairs], place[pairs], owner[pairs + 1], place[pairs + 1]]),
                  np.column_stack([owner[single], place[single]]), int(np.sum(lengths > 2)))
