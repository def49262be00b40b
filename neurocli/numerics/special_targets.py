"""From a generic target to a given one, which may be special: where solutions merge, or go to infinity."""

from __future__ import annotations

import collections
import dataclasses

import numpy as np

from neurocli.numerics.endgame import track_to_the_end
from neurocli.numerics.paths import Homotopy, Paths, ReturnCode, detoured

#: Singular end points are known to about the radius of the loops around them.
_NEAR = 1e-4


@dataclasses.dataclass(frozen=True, eq=False)
class Ends:
    """Where paths have gone.

    Args:
        regular: end points with an isolated regular solution (count, unknowns).
        singular: invariant coordinates of singular end points (k, size), each once.
        multiplicities: number of paths that end in each of them.
        lost: all paths that end in no regular point, by return code.
    """

    regular: np.ndarray
    singular: np.ndarray
    multiplicities: tuple[int, ...]
    lost: dict[str, int]

    @property
    def at_infinity(self) -> int:
        """Paths that go to infinity."""
        return self.lost.get(ReturnCode.AT_INFINITY.name, 0)


def ends_at(system: Homotopy, points: np.ndarray, data: np.ndarray, target: np.ndarray, seed: int = 0) -> Ends:
    """Track solutions from generic data to a target, with an endgame for those that end in no regular point.

    Args:
        system: the equations.
        points: solutions (N, unknowns) over `data`.
        data, target: values of the parameter.
        seed: of the tracker, and of the way.

    Notes:
        The way is `detoured`, so every isolated solution is the end of as many paths as its multiplicity says.
    """
    count = len(points)
    way = detoured(data, target, seed)
    done = track_to_the_end(system, Paths(points, np.repeat(way[None], count, axis=0), np.arange(count)), seed=seed)
    codes = done.ends.codes
    good = codes == ReturnCode.SUCCESS
    singular, multiplicities = _merged(done.invariants[(codes == ReturnCode.SINGULAR) & (done.windings > 0)])
    names = collections.Counter(ReturnCode(code).name for code in codes[~good].tolist())
    return Ends(done.ends.x[good], singular, multiplicities, dict(sorted(names.items())))


def _merged(points: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    """Points up to the accuracy of loops, and how often each occurs."""
    kept: list[np.ndarray] = []
    times: list[int] = []
    for point in points:
        for i, other in enumerate(kept):
            if np.linalg.norm(point - other) <= _NEAR * np.linalg.norm(other):
                times[i] += 1
                break
        else:
            kept.append(point)
            times.append(1)
    return np.array(kept).reshape(len(kept), points.shape[1]), tuple(times)
