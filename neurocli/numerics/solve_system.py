"""All isolated solutions of a square polynomial system, by its total degree."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence

import numpy as np

from neurocli.errors import TooLarge
from neurocli.numerics.endgame import track_to_the_end
from neurocli.numerics.paths import Paths, ReturnCode, segment
from neurocli.numerics.point_table import PointTable
from neurocli.numerics.polynomials import Polynomial, TotalDegreeHomotopy
from neurocli.numerics.tracker import STANDARD, Options

#: Paths beyond which a total-degree homotopy is refused.
MOST_PATHS = 200_000
_AT_INFINITY = 1e-8


@dataclasses.dataclass(frozen=True, eq=False)
class SystemSolutions:
    """Solutions of a square system.

    Args:
        points: regular finite solutions (count, n).
        singular: finite singular end points (count, n), each once.
        at_infinity: paths that end at infinity.
        failures: paths by return code that ended nowhere.
        paths: the number of paths: the product of the degrees.
        repeated: paths that ended in a regular solution already found: a sign of path jumping.
    """

    points: np.ndarray
    singular: np.ndarray
    at_infinity: int
    failures: dict[str, int]
    paths: int
    repeated: int


def solve_polynomials(polynomials: Sequence[Polynomial], seed: int = 0,
                      options: Options = STANDARD) -> SystemSolutions:
    """Track all paths of a total-degree homotopy, singular ends and ends at infinity included.

    Args:
        polynomials: n polynomials in n variables, exponents -> coefficient.
        seed: of the start system.
        options: of the tracker.

    Raises:
        UsageError: not square, or a constant equation.
        TooLarge: more than `MOST_PATHS` paths.

    Example:
        >>> found = solve_polynomials([{(2, 0): 1, (0, 0): -1}, {(1, 1): 1, (0, 0): -1}])
        >>> sorted((round(x.real), round(y.real)) for x, y in found.points), found.at_infinity
        ([(-1, -1), (1, 1)], 2)
    """
    homotopy = TotalDegreeHomotopy(polynomials, seed)
    count = int(np.prod([float(d) for d in homotopy.degrees]))
    if count > MOST_PATHS:
        raise TooLarge(f"a total-degree homotopy has {count} paths", f"at most {MOST_PATHS}")
    start = homotopy.start_points()
    way = segment(np.zeros(1), np.ones(1))
    done = track_to_the_end(homotopy, Paths(start, np.repeat(way[None], count, axis=0), np.arange(count)),
                            options, seed=seed)
    codes = done.ends.codes
    share = np.abs(done.invariants[:, 0]) / np.linalg.norm(done.invariants, axis=1)
    arrived = (codes == ReturnCode.SUCCESS) | (codes == ReturnCode.SINGULAR) & (done.windings > 0)
    # The mean over a loop carries an error of the order of the radius at singular points.
    infinite = arrived & (share < np.where(done.windings > 0, 1e-4, _AT_INFINITY))
    regular = (codes == ReturnCode.SUCCESS) & ~infinite
    singular = arrived & ~regular & ~infinite
    points, repeated = _unique(done.invariants[regular])
    degenerate, _ = _unique(done.invariants[singular])
    names = collections.Counter(ReturnCode(code).name for code in codes[~arrived].tolist())
    return SystemSolutions(points, degenerate, int(infinite.sum()), dict(sorted(names.items())), count, repeated)


def _unique(projective: np.ndarray) -> tuple[np.ndarray, int]:
    """Affine points, each once, and how many were repeated."""
    affine = projective[:, 1:] / projective[:, :1]
    table = PointTable(affine.shape[1], affine.shape[1])
    _, new = table.find_or_add(affine, affine)
    return affine[np.array(new, dtype=bool)] if len(affine) else affine, len(affine) - len(table)
