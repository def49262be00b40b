"""The hyperbolic Delaunay graph with exact predicates, beside Qhull alone in floating point.

    python tests/benchmarks/bench_hyperbolic.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial import Delaunay

from neurocli.hyperbolic.graph import hyperbolic_graph
from neurocli.hyperbolic.points import point_set
from neurocli.hyperbolic.triangulation import triangulate


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Seconds, and what the function gave."""
    started = time.perf_counter()
    value = function(*arguments)
    return time.perf_counter() - started, value


def ball(count: int, dimension: int, thickness: float) -> list[list[float]]:
    """Points at distance below `thickness` of the boundary of the ball."""
    draw = np.random.default_rng(0)
    z = draw.normal(size=(count, dimension))
    z *= (1 - thickness * draw.random(count))[:, None] / np.linalg.norm(z, axis=1)[:, None]
    return z.tolist()  # type: ignore[no-any-return]


def main() -> None:
    """Planar and four-dimensional sets, in general and near the boundary; the exact algorithm alone."""
    for count, dimension, thickness in [(20_000, 2, 1.0), (20_000, 2, 1e-6), (2_000, 4, 1.0), (2_000, 4, 1e-6)]:
        given = ball(count, dimension, thickness)
        rival, _ = timed(Delaunay, given)
        reading, points = timed(point_set, given)
        seconds, graph = timed(hyperbolic_graph, points)
        decide = graph.triangulation.predicates
        print(f"{count} points, dimension {dimension}, within {thickness:g} of the boundary: points {reading:.2f} s, "
              f"graph {seconds:.2f} s ({(reading + seconds) / rival:.0f} times Qhull alone, {rival:.2f} s), "
              f"{len(graph.edges)} edges, {decide.exact} of {decide.floating + decide.exact} signs exact")
    for count, dimension in [(20_000, 2), (500, 4)]:
        seconds, (simplices, _) = timed(triangulate, point_set(ball(count, dimension, 1.0)))
        print(f"{count} points, dimension {dimension}, exact algorithm alone: {seconds:.2f} s, "
              f"{len(simplices)} simplices")


if __name__ == "__main__":
    main()
