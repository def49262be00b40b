"""Batched path tracking: Hermite prediction, Newton correction, steps controlled by contraction.

One iteration moves every path of the batch by its own step:

1. *Predictor*: the cubic through the last two points and tangents (order 3), extrapolated.
2. *Corrector*: two Newton steps d0, d1.  Where the fibres have positive dimension the system is
   bordered by the kernel of the Jacobian, so the step is the one of least norm; the new kernel
   is one more right-hand side of the same linear system.  Steps of least norm are orthogonal to
   the orbits of the symmetries, hence keep |incoming|^2 - r |outgoing|^2 of every neuron (the
   moment map of the scalings): layers that are balanced at the start stay balanced.
3. *Control*: the contraction |d1|/|d0| estimates w |d0|/2 for the Lipschitz constant w of
   Newton's method (Kantorovich), independently of scales.  A step is accepted when it is small;
   then |d1|^2/|d0| bounds the error that is left.  Against jumps to a near path, the tangent
   found must agree with the tangent predicted, and no step is longer than a part of the distance
   of the nearest singularity of the path, estimated from its Taylor coefficients: two paths that
   come near each other have a branch point near by.

Finished paths leave at once and others take their places.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np

from neurocli.numerics.paths import EndPoints, Homotopy, Paths, ReturnCode, position
from neurocli.numerics.threads import one_thread

#: Gives up to the asked number of paths, fewer when there are no more at the moment.
Source = Callable[[int], Paths | None]
#: Takes end points; True says that no more are wanted.
Sink = Callable[[EndPoints], bool | None]


class Runner(Protocol):
    """Whatever tracks paths: a `Tracker`, or a pool of processes with one in each."""

    tracked: int

    def run(self, source: Source, sink: Sink) -> None: ...


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a search is: solutions per node, loops, paths, seconds, and an estimate of the total.

    Notes:
        The estimate is by capture and recapture: when fresh arrivals are mostly known already,
        little is left.
    """

    solutions: tuple[int, ...]
    loops: int
    paths: int
    seconds: float
    estimate: float


@dataclasses.dataclass(frozen=True)
class Options:
    """What the tracker is told.

    Args:
        batch: paths tracked at the same time.
        contraction: largest |d1|/|d0| of an accepted step.
        aim: the contraction that step lengths aim at.
        radius: longest step in terms of the distance of the nearest singularity of the path.
        bend: largest difference of predicted and found tangent, relative to their sizes.
        first_step: length of the first step, the whole path being 1.
        smallest_step, most_steps, infinity: limits; see `ReturnCode`.
        accuracy: relative error that an end point must reach.
    """

    batch: int = 256
    contraction: float = 0.1
    aim: float = 0.02
    bend: float = 0.3
    radius: float = 0.5
    first_step: float = 0.02
    longest_step: float = 0.25
    smallest_step: float = 1e-9
    most_steps: int = 2000
    infinity: float = 1e6
    accuracy: float = 1e-9


STANDARD = Options()
#: For paths that must not jump: the second look at contradictions.
CAUTIOUS = Options(contraction=0.02, aim=0.002, bend=0.05, radius=0.25, first_step=0.005, longest_step=0.05)

_ROUNDING = 1e-13
#: 1/cos of the angle between patch and kernel beyond which a new patch is taken.
_TILT = 2.5
_NEW, _MOVING, _POLISH = 0, 1, 2


class Tracker:
    """Tracks paths of a homotopy.

    Args:
        homotopy: the systems.
        options: see `Options`.
        seed: for the border of start points.
    """

    def __init__(self, homotopy: Homotopy, options: Options = STANDARD, seed: int = 0) -> None:
        self.homotopy, self.options = homotopy, options
        self.tracked = 0
        n, kernel = homotopy.unknowns, homotopy.kernel
        rng = np.random.default_rng([seed, 0xB0])
        border = rng.standard_normal((n, kernel)) + 1j * rng.standard_normal((n, kernel))
        self._border = np.linalg.qr(border)[0] if kernel else border

    def track(self, paths: Paths) -> EndPoints:
        """Track all paths; end points in the order of the paths."""
        position_of = 0
        found: list[EndPoints] = []

        def source(count: int) -> Paths | None:
            nonlocal position_of
            piece = slice(position_of, position_of + count)
            position_of += count
            labels = np.arange(len(paths))[piece]
            return Paths(paths.x[piece], paths.ways[piece], labels) if len(labels) else None

        def sink(ends: EndPoints) -> None:
            found.append(ends)

        self.run(source, sink)
        if not found:
            empty = np.zeros(0)
            return EndPoints(empty.astype(int), paths.x, empty.astype(int), empty, empty.astype(int), empty)
        fields = {f.name: np.concatenate([getattr(e, f.name) for e in found])
                  for f in dataclasses.fields(EndPoints)}
        order = np.argsort(fields["labels"])
        ends = {name: value[order] for name, value in fields.items()}
        return EndPoints(**{**ends, "labels": paths.labels})

    def run(self, source: Source, sink: Sink) -> None:
        """Track paths from `source` until it has no more, and hand end points to `sink`."""
        homotopy = self.homotopy
        state = _State(homotopy.unknowns, homotopy.kernel, homotopy.data, self._border)
        with one_thread(), np.errstate(all="ignore"):
            while True:
                if len(state) < self.options.batch:
                    more = source(self.options.batch - len(state))
                    if more is not None and len(more):
                        state.append(more, self.options)
                if not len(state):
                    return
                ended = self._iterate(state)
                if ended is not None:
                    self.tracked += len(ended)
                    if sink(ended):
                        return

    def _iterate(self, state: _State) -> EndPoints | None:
        o = self.options
        moving = state.phase == _MOVING
        h = np.where(moving, np.minimum(np.minimum(state.h, o.radius * state.convergence()), 1 - state.t), 0.0)
        t = state.t + h
        q, speed = position(state.ways, t)
        guess, slope = state.predict(h)
        g, jacobian, _ = self.homotopy.evaluate(guess, q, speed)
        solved = self._solve(state, guess, g, jacobian, None)
        d0 = solved[:, :, 0]
        middle = guess + d0
        tilted = np.zeros(len(state), dtype=bool)
        if self.homotopy.kernel:
            found = solved[:, :, 1:]
            tilted = (found.real**2 + found.imag**2).sum(axis=1).max(axis=1) > _TILT**2
            state.anchor(state.phase == _NEW, middle, found)
        g, jacobian, velocity = self.homotopy.evaluate(middle, q, speed)
        solved = self._solve(state, middle, g, jacobian, velocity)
        d1 = solved[:, :, 0]
        x = middle + d1
        v = solved[:, :, 1]
        size = _norm(x)
        e0, e1 = _norm(d0) / size, _norm(d1) / size
        finite = np.isfinite(e1) & np.isfinite(e0) & np.isfinite(size)
        rounding = (e1 < _ROUNDING * 10) | ((e0 < 1e-9) & (e1 < 1e-9))
        rate = np.where(finite, np.where(rounding, 0.0, e1 / np.maximum(e0, _ROUNDING)), 1.0)
        slopes = _norm(v) + _norm(slope)
        # A point that hardly moves has a tangent of rounding errors, which says nothing.
        bend = np.where(finite & state.history & (h * slopes > 1e-6 * size), _norm(v - slope) / slopes, 0.0)
        good = finite & (rate <= o.contraction) & (e0 < 0.1)
        accepted = moving & good & (bend <= o.bend)
        arrived = ~moving & good
        rejected = moving & ~accepted
        # Lengths: contraction and tangent error grow like h^4 and h^3 (h^2 and h at the first step).
        order = np.where(state.history, 4.0, 2.0)
        factor = np.minimum((o.aim / np.maximum(rate, 1e-12)) ** (1 / order),
                            (0.35 * o.bend / np.maximum(bend, 1e-12)) ** (1 / (order - 1)))
        factor = np.clip(factor, 0.1, 2.5)
        state.steps += 1
        state.h = np.where(rejected, np.minimum(factor, 0.5) * h, np.where(
            accepted, np.minimum(factor * h, o.longest_step), state.h))
        state.accept(accepted | arrived, accepted, x, v, h, t)
        left = e1 * np.minimum(e1 / np.maximum(e0, _ROUNDING), 1.0) + _ROUNDING / 100
        state.error = np.where(accepted | arrived, left, state.error)
        code = np.full(len(state), -1)
        done = arrived & (state.phase == _POLISH) & (state.error < o.accuracy)
        code[done] = ReturnCode.SUCCESS
        self._judge(state, code, finite, good, moving, size, done)
        state.phase = np.where(arrived & (state.phase == _NEW), _MOVING, np.where(
            accepted & (t >= 1.0), _POLISH, state.phase))
        # A patch that is no longer transversal: take a new one here, and forget the history.
        again = accepted & tilted & (t < 1.0)
        state.phase[again] = _NEW
        state.history &= ~again
        state.h[again] *= 0.5
        ended = code >= 0
        if not ended.any():
            return None
        result = EndPoints(state.labels[ended], np.where(done[ended, None], x[ended], state.x[ended]),
                           code[ended], state.error[ended], state.steps[ended], state.t[ended])
        state.keep(~ended)
        return result

    def _judge(self, state: _State, code: np.ndarray, finite: np.ndarray, good: np.ndarray,
               moving: np.ndarray, size: np.ndarray, done: np.ndarray) -> None:
        """Return codes of the paths that cannot go on."""
        o = self.options
        bad_start = (state.phase == _NEW) & ~good
        code[bad_start & (state.t > 0) & (state.tries > 1)] = ReturnCode.STEP_TOO_SMALL
        state.tries += bad_start
        bad_start &= state.t == 0
        # Newton's method gets two more chances at a start point that is not refined.
        code[bad_start & (state.steps > 2)] = ReturnCode.BAD_START
        code[bad_start & ~finite] = ReturnCode.SINGULAR_START
        polish = (state.phase == _POLISH) & ~done
        code[polish & (state.tries >= 3)] = ReturnCode.SINGULAR
        state.tries += polish
        short = moving & (state.h < o.smallest_step) & (state.t < 1)
        code[short] = ReturnCode.STEP_TOO_SMALL
        code[short & ~finite] = ReturnCode.NOT_FINITE
        code[moving & (state.steps > o.most_steps)] = ReturnCode.TOO_MANY_STEPS
        code[moving & good & (size > o.infinity * state.first)] = ReturnCode.AT_INFINITY

    def _solve(self, state: _State, x: np.ndarray, g: np.ndarray, jacobian: np.ndarray,
               velocity: np.ndarray | None) -> np.ndarray:
        """Newton step back into the patch, and with it the kernel at x (no `velocity`) or the tangent.

        The patch is the affine space K^H x = const, K the kernel at the start of the path.  It is
        imposed exactly: a component along the fibre that nobody corrects would be multiplied at
        every step by the extrapolation, which alone is an unstable integrator.
        """
        count, n, m = jacobian.shape
        extra = self.homotopy.kernel
        size = n + extra if m == n else n
        matrix = np.zeros((count, size, size), dtype=np.complex128)
        right = np.zeros((count, size, 1 + extra if velocity is None else 2), dtype=np.complex128)
        matrix[:, :m, :n] = jacobian.swapaxes(1, 2)
        right[:, :m, 0] = -g
        if velocity is not None:
            right[:, :m, 1] = -velocity
        if extra:
            dual = state.kernel.conj().swapaxes(1, 2)
            matrix[:, m:, :n] = dual
            if m == n:
                matrix[:, :n, n:] = state.kernel.conj()
            right[:, m:, 0] = state.patch - (dual @ x[:, :, None])[:, :, 0]
            if velocity is None:
                right[:, np.arange(m, size), np.arange(1, 1 + extra)] = 1
        return solve(matrix, right)[:, :n]


def solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve a batch of linear systems; NaN where a matrix is singular or not finite."""
    if not np.isfinite(matrix.sum()):
        wrong = ~np.isfinite(matrix).all(axis=(1, 2))
        matrix, right = matrix.copy(), right.copy()
        matrix[wrong] = np.eye(matrix.shape[1])
        right[wrong] = np.nan
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        result = np.full_like(right, np.nan)
        for i in range(len(matrix)):
            try:
                result[i] = np.linalg.solve(matrix[i], right[i])
            except np.linalg.LinAlgError:
                continue
        return result


class _State:
    """The batch: one row per path."""

    _rows = ("x", "v", "old_x", "old_v", "old_h", "ways", "labels", "t", "h", "kernel", "patch", "phase",
             "history", "steps", "error", "first", "tries")

    def __init__(self, unknowns: int, kernel: int, data: int, border: np.ndarray) -> None:
        self._border = border
        points = np.zeros((0, unknowns), dtype=np.complex128)
        self.x = self.v = self.old_x = self.old_v = points
        self.ways = np.zeros((0, 3, data), dtype=np.complex128)
        self.kernel = np.zeros((0, unknowns, kernel), dtype=np.complex128)
        self.patch = np.zeros((0, kernel), dtype=np.complex128)
        self.old_h = self.t = self.h = self.error = self.first = np.zeros(0)
        self.labels = self.phase = self.steps = self.tries = np.zeros(0, dtype=np.int64)
        self.history = np.zeros(0, dtype=bool)

    def __len__(self) -> int:
        return len(self.labels)

    def append(self, paths: Paths, options: Options) -> None:
        """Take in new paths."""
        count = len(paths)
        zeros, whole = np.zeros(count), np.zeros(count, dtype=np.int64)
        fresh = {
            "x": paths.x, "v": np.zeros_like(paths.x), "old_x": paths.x, "old_v": paths.x, "old_h": zeros + 1,
            "ways": paths.ways, "labels": paths.labels, "t": zeros, "h": zeros + options.first_step,
            "kernel": np.broadcast_to(self._border, (count, *self._border.shape)),
            "patch": paths.x @ self._border.conj(), "phase": whole + _NEW,
            "history": np.zeros(count, dtype=bool), "steps": whole, "error": zeros + 1.0,
            "first": _norm(paths.x), "tries": whole}
        for name in self._rows:
            setattr(self, name, np.concatenate([getattr(self, name), fresh[name]]))

    def keep(self, mask: np.ndarray) -> None:
        """Drop the paths that are not in the mask."""
        for name in self._rows:
            setattr(self, name, getattr(self, name)[mask])

    def predict(self, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cubic Hermite polynomial at t + h, and its derivative; a line where there is no history."""
        known = self.history[:, None]
        step, old = h[:, None], self.old_h[:, None]
        mean = (self.x - self.old_x) / old
        second = np.where(known, (self.v - mean) / old, 0)
        third = np.where(known, (self.v + self.old_v - 2 * mean) / (old * old), 0)
        guess = self.x + step * (self.v + step * (second + (step + old) * third))
        slope = self.v + step * (2 * second + (3 * step + 2 * old) * third)
        return guess, slope

    def convergence(self) -> np.ndarray:
        """Estimated distance of the nearest singularity of the path in the complex t-plane.

        Fabry: it is the ratio of successive Taylor coefficients.  Where a pole 1/(a - t) dominates,
        the coefficients of the cubic through two points at distance h have exactly the ratio
        a - t + 2 h.  A path next to another bends little until it is very near, and this sees it from afar.
        """
        old = self.old_h[:, None]
        mean = (self.x - self.old_x) / old
        third = (self.v + self.old_v - 2 * mean) / (old * old)
        second = (self.v - mean) / old + old * third
        sizes = _norm(third)
        noise = 1e-10 * _norm(self.x) / (self.old_h**3)
        ratio = _norm(second) / np.maximum(sizes, 1e-300) - 2 * self.old_h
        return np.where(self.history & (sizes > noise), np.maximum(ratio, 0.5 * self.old_h), np.inf)

    def accept(self, good: np.ndarray, moved: np.ndarray, x: np.ndarray, v: np.ndarray,
               h: np.ndarray, t: np.ndarray) -> None:
        """Move the paths in `good`; those in `moved` also remember where they were."""
        row, wide = good[:, None], moved[:, None]
        self.old_x, self.old_v = np.where(wide, self.x, self.old_x), np.where(wide, self.v, self.old_v)
        self.old_h = np.where(moved, h, self.old_h)
        self.history = self.history | moved
        self.x, self.v = np.where(row, x, self.x), np.where(row, v, self.v)
        self.t = np.where(moved, t, self.t)

    def anchor(self, which: np.ndarray, x: np.ndarray, kernel: np.ndarray) -> None:
        """The patch through x, orthogonal to the kernel there."""
        if which.any():
            rows = np.flatnonzero(which & np.isfinite(kernel).all(axis=(1, 2)))
            basis = np.linalg.qr(kernel[rows])[0]
            self.kernel, self.patch = self.kernel.copy(), self.patch.copy()
            self.kernel[rows] = basis
            self.patch[rows] = (basis.conj() * x[rows, :, None]).sum(axis=1)


def _norm(a: np.ndarray) -> np.ndarray:
    return np.sqrt((a.real**2 + a.imag**2).sum(axis=-1))
