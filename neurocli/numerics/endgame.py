"""The end of paths whose end points are singular or at infinity: Cauchy's integral over loops.

Near the end t = 1 of a path the solution is a power series in (1 - t)^(1/w), w its winding
number.  Following it around the end point w times closes the loop, and the mean over the loop is
the end point itself, without ever coming near the singularity.  Where the series has negative
exponents the mean is its constant term only; such a path goes to infinity, and is known by its
distance from the mean, which grows from loop to smaller loop.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from neurocli.numerics.paths import EndPoints, Homotopy, Paths, ReturnCode, position
from neurocli.numerics.tracker import STANDARD, Options, Tracker

#: Points on a loop.
_CORNERS = 16
#: Relative difference of the means over two loops that are believed.
_AGREEMENT = 1e-4


@dataclasses.dataclass(frozen=True, eq=False)
class Finished:
    """Where paths ended, singular ends included.

    Args:
        ends: end points; the codes tell isolated regular solutions from the others.
        invariants: coordinates of the end points (the mean over the loop for singular ones).
        windings: winding numbers; 0 where no loop was needed or none closed.
    """

    ends: EndPoints
    invariants: np.ndarray
    windings: np.ndarray


def track_to_the_end(homotopy: Homotopy, paths: Paths, options: Options = STANDARD, *, seed: int = 0,
                     radii: tuple[float, ...] = (1e-2, 2e-3, 4e-4, 8e-5), most_windings: int = 12) -> Finished:
    """Track paths; where Newton's method fails at the end, go around it.

    Args:
        homotopy: the systems.
        paths: with any end, also where the system is singular.
        options: of the tracker.
        seed: of the tracker.
        radii: distances 1 - t at which loops are tried, decreasing.
        most_windings: largest winding number.

    Returns:
        End points; a path whose loops close and agree has a winding number, and code `SINGULAR`, or
        `AT_INFINITY` where smaller loops are wider.
    """
    tracker = Tracker(homotopy, options, seed)
    near = tracker.track(_part(paths, 0.0, 1 - radii[0]))
    codes, x = near.codes.copy(), homotopy.normalize(near.x)
    steps, t = near.steps.copy(), near.t * (1 - radii[0])
    errors = near.errors.copy()
    windings = np.zeros(len(paths), dtype=np.int64)
    alive = np.flatnonzero(codes == ReturnCode.SUCCESS)
    last = tracker.track(Paths(x[alive], _part(paths, 1 - radii[0], 1.0).ways[alive], alive))
    codes[alive], errors[alive] = last.codes, last.errors
    steps[alive] += last.steps
    before = x.copy()
    good = last.codes == ReturnCode.SUCCESS
    x[alive[good]] = homotopy.normalize(last.x[good])
    t[alive[good]] = 1.0
    invariants = homotopy.invariants(x)
    open_ends, start = alive[~good], before[alive[~good]]
    guesses = np.full_like(invariants, np.nan)
    widths = np.zeros(len(paths))
    for number, radius in enumerate(radii):
        if number and len(open_ends):
            closer = tracker.track(Paths(start, _part(paths, 1 - radii[number - 1], 1 - radius).ways[open_ends],
                                         open_ends))
            fine = closer.codes == ReturnCode.SUCCESS
            open_ends, start = open_ends[fine], homotopy.normalize(closer.x[fine])
        if not len(open_ends):
            break
        means, turns = _loops(homotopy, tracker, start, paths.ways[open_ends], radius, most_windings)
        # A loop may close around the wrong things; loops of two radii about one end agree.
        gap = np.linalg.norm(means - guesses[open_ends], axis=1)
        agreed = (turns > 0) & (gap <= _AGREEMENT * np.linalg.norm(means, axis=1))
        width = np.linalg.norm(homotopy.invariants(start) - means, axis=1)
        chosen = open_ends[agreed]
        invariants[chosen], windings[chosen] = means[agreed], turns[agreed]
        codes[chosen] = np.where(width > widths[open_ends], ReturnCode.AT_INFINITY, ReturnCode.SINGULAR)[agreed]
        t[chosen] = 1.0
        widths[open_ends] = width
        guesses[open_ends] = np.where(turns[:, None] > 0, means, np.nan)
        open_ends, start = open_ends[~agreed], start[~agreed]
    ends = EndPoints(paths.labels, x, codes, errors, steps, t)
    return Finished(ends, invariants, windings)


def _part(paths: Paths, a: float, b: float) -> Paths:
    """The part of each way between two times."""
    c0, c1, c2 = paths.ways[:, 0], paths.ways[:, 1], paths.ways[:, 2]
    length = b - a
    ways = np.stack([c0 + a * (c1 + a * c2), length * (c1 + 2 * a * c2), length**2 * c2], axis=1)
    return Paths(paths.x, ways, paths.labels)


def _loops(homotopy: Homotopy, tracker: Tracker, start: np.ndarray, ways: np.ndarray, radius: float,
           most: int) -> tuple[np.ndarray, np.ndarray]:
    """Means over closed loops about the ends, and winding numbers (0: not closed)."""
    count = len(start)
    end, _ = position(ways, np.ones(count))
    first, _ = position(ways, np.full(count, 1 - radius))
    corners = [end + (first - end) * np.exp(2j * np.pi * k / _CORNERS) for k in range(_CORNERS + 1)]
    origin = homotopy.invariants(start)
    total = np.zeros_like(origin)
    windings = np.zeros(count, dtype=np.int64)
    means = np.zeros_like(origin)
    alive = np.arange(count)
    x = start.copy()
    for turn in range(1, most + 1):
        for k in range(_CORNERS):
            total[alive] += homotopy.invariants(x[alive])
            sides = np.stack([corners[k], corners[k + 1] - corners[k], np.zeros_like(end)], axis=1)
            ends = tracker.track(Paths(x[alive], sides[alive], alive))
            fine = ends.codes == ReturnCode.SUCCESS
            alive = alive[fine]
            x[alive] = homotopy.normalize(ends.x[fine])
            if not len(alive):
                return means, windings
        here = homotopy.invariants(x[alive])
        gap = np.linalg.norm(here - origin[alive], axis=1)
        closed = gap <= 1e-6 * np.linalg.norm(origin[alive], axis=1)
        means[alive[closed]] = total[alive[closed]] / (turn * _CORNERS)
        windings[alive[closed]] = turn
        alive = alive[~closed]
        if not len(alive):
            break
    return means, windings
