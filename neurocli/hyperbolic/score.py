"""HyperDGA: how well two sets of points are mixed, from the hyperbolic Delaunay graph of their union.

Reference:
    [medbouhi-2024]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from neurocli.errors import DataError
from neurocli.hyperbolic.graph import HyperbolicGraph, hyperbolic_graph
from neurocli.hyperbolic.points import PointSet

if TYPE_CHECKING:
    import numpy as np


@dataclasses.dataclass(frozen=True)
class Score:
    """HyperDGA of two sets A and B.

    Args:
        value: 1 - mixed / edges: 0 when every edge joins A to B, near 1 when few do.
        edges: edges of the hyperbolic Delaunay graph of the union.
        within_a, within_b, mixed: how many of them join A to A, B to B, A to B.
        dropped: edges of the Euclidean Delaunay graph of the Poincare coordinates that are not
            hyperbolic.
        names: of A and B.
        sizes: of A and B.
        graph: the graph itself.
        kinds: array (E,): 0, 1 or 2 for AA, BB and AB.
        first: array (n,): which points of the graph belong to A.
    """

    value: Fraction
    edges: int
    within_a: int
    within_b: int
    mixed: int
    dropped: int
    names: tuple[str, str]
    sizes: tuple[int, int]
    graph: HyperbolicGraph
    kinds: np.ndarray
    first: np.ndarray


def score(points: PointSet, first: Sequence[bool], names: tuple[str, str] = ("A", "B"),
          method: str = "auto") -> Score:
    """HyperDGA(A, B) = 1 - |mixed edges| / |edges| on the Delaunay graph of the union.

    Args:
        points: the union of A and B.
        first: for each point, whether it belongs to A.
        names: what to call A and B.
        method: as in `delaunay`.

    Raises:
        DataError: one of the sets is empty.

    Notes:
        The value is rational, symmetric in A and B, and invariant under isometries.  It is below 1:
        the graph contains a minimum spanning tree of the hyperbolic distances (the smallest sphere of
        such an edge is empty), so it is connected, and some edge joins A to B.

    Example:
        >>> from neurocli.hyperbolic.points import point_set
        >>> far = point_set([(Fraction(-9, 10), 0), (Fraction(9, 10), 0), (0, Fraction(-1, 10))])
        >>> score(far, [True, True, False]).value
        Fraction(0, 1)
    """
    import numpy as np

    member = np.array(first, dtype=bool)
    if len(member) != len(points):
        raise DataError(f"{len(member)} labels for {len(points)} points")
    for name, size in zip(names, (int(member.sum()), int((~member).sum()))):
        if size == 0:
            raise DataError(f"class {name!r} is empty")
    graph = hyperbolic_graph(points, method)
    left, right = member[graph.edges[:, 0]], member[graph.edges[:, 1]]
    kinds = np.where(left != right, 2, np.where(left, 0, 1))
    within_a, within_b, mixed = (int(n) for n in np.bincount(kinds, minlength=3))
    return Score(1 - Fraction(mixed, len(kinds)), len(kinds), within_a, within_b, mixed,
                 len(graph.dropped), names, (int(member.sum()), int((~member).sum())), graph, kinds, member)


def scores_of_labels(points: PointSet, labels: Sequence[str], method: str = "auto",
                     chosen: Sequence[str] = ()) -> list[Score]:
    """HyperDGA of every pair of labels, in the order of their first appearance.

    Args:
        points: all points.
        labels: one label per point.
        method: as in `delaunay`.
        chosen: only pairs of these labels.

    Raises:
        DataError: another number of labels than of points, an unknown label, or fewer than two.
    """
    if len(labels) != len(points):
        raise DataError(f"{len(labels)} labels for {len(points)} points")
    classes: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        classes.setdefault(label, []).append(i)
    for label in chosen:
        if label not in classes:
            raise DataError(f"class {label!r} is empty", f"classes: {', '.join(classes)}")
    names = [name for name in classes if not chosen or name in chosen]
    if len(names) < 2:
        raise DataError(f"{len(names)} class{'' if len(names) == 1 else 'es'} of points: a score needs two")
    found = []
    for a, b in combinations(names, 2):
        members = sorted(classes[a] + classes[b])
        if len(members) < points.dimension + 1:
            raise DataError(f"classes {a!r} and {b!r}: {len(members)} points, dimension "
                            f"{points.dimension} needs at least {points.dimension + 1}")
        inside = set(classes[a])
        found.append(score(points.subset(members), [i in inside for i in members], (a, b), method))
    return found
