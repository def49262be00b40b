"""From a generic target to a given one, which may be special: where solutions merge, or go to infinity."""

from __future__ import annotations

import collections
import dataclasses

import numpy as np

from neurocli.numerics.endgame import track_to_the_end
from neurocli.numerics.paths import Paths, ReturnCode, segment
from neurocli.numerics.solutions import Solutions

#: Singular end points are known to about the radius of the loops around them.
_NEAR = 1e-4


@dataclasses.dataclass(frozen=True, eq=False)
class Followed:
    """Where the solutions over a generic target have gone.

    Args:
        solutions: the regular ones over the given target.
        singular: coordinates of the functions at singular end points (k, size), each once.
        multiplicities: number of paths that end in each of them.
        at_infinity: paths that go to infinity.
        lost: all paths that end in no regular point, by return code.
    """

    solutions: Solutions
    singular: np.ndarray
    multiplicities: tuple[int, ...]
    at_infinity: int
    lost: dict[str, int]


def follow(solutions: Solutions, target: np.ndarray) -> Followed:
    """Track all solutions to a target, with an endgame for those that end in no regular point.

    Args:
        solutions: over a generic target.
        target: in the coordinates of `solutions.data`.

    Notes:
        The straight way from a generic complex target to a given one meets the discriminant at most at
        its end, so every isolated solution is the end of as many paths as its multiplicity says.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> from neurocli.numerics.slices import solve_slice
        >>> found = solve_slice(parametrization(parse("mlp:3-2-1,r=2")))
        >>> follow(found, 2 * found.data).solutions.count
        3
    """
    target = np.asarray(target).astype(complex)
    way = segment(solutions.data, target)
    count = solutions.count
    done = track_to_the_end(solutions.system, Paths(solutions.points, np.repeat(way[None], count, axis=0),
                                                    np.arange(count)), seed=solutions.seed)
    codes = done.ends.codes
    good = codes == ReturnCode.SUCCESS
    singular, multiplicities = _merged(done.invariants[(codes == ReturnCode.SINGULAR) & (done.windings > 0)])
    names = collections.Counter(ReturnCode(code).name for code in codes[~good].tolist())
    regular = dataclasses.replace(solutions, count=int(good.sum()), points=done.ends.x[good],
                                  values=done.invariants[good], data=target)
    return Followed(regular, singular, multiplicities, names[ReturnCode.AT_INFINITY.name], dict(sorted(names.items())))


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
