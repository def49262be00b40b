"""Gradient flow from a small initialization, its plateaus, and their comparison with a prediction."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from neurocli.dynamics.systems import Array, System
from neurocli.errors import UsageError

#: A stretch counts as a plateau when the gradient's norm is a local minimum along the curve and rises
#: by this factor on both sides.
_RISE = 3.0


@dataclasses.dataclass(frozen=True)
class Flow:
    """A trajectory of gradient flow.

    Args:
        times: increasing, in plain time.
        losses: reported loss at each time.
        speeds: norm of the gradient at each time.
        plateaus: (time, loss) where the flow nearly stands still, the end included.
        theta: final parameters.
        scale: initial scale.
        seed: of the random directions of the initialization.
        finished: False when the time limit ended the flow before it came to rest.
    """

    times: tuple[float, ...]
    losses: tuple[float, ...]
    speeds: tuple[float, ...]
    plateaus: tuple[tuple[float, float], ...]
    theta: tuple[float, ...]
    scale: float
    seed: int
    finished: bool


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One predicted plateau beside the nearest plateau of the flow.

    Args:
        predicted: predicted loss.
        observed: loss where the flow stands still, nearest to it.
        time: when.
        error: difference relative to the predicted loss (relative to the initial one where that is 0).
    """

    predicted: float
    observed: float
    time: float
    error: float


def gradient_flow(system: System, scale: float, seed: int = 0, end: float | None = None,
                  rest: float = 1e-6, progress: Callable[[float, float], None] | None = None,
                  steps: int = 400_000) -> Flow:
    """Follow d theta/dt = -grad L from an initialization of size `scale`.

    Args:
        system: what is trained.
        scale: size alpha of the initialization.
        seed: seed of its directions.
        end: final time; default: until the flow has come to rest.
        rest: the flow has come to rest when the loss is below `rest` times the initial one, or when the
            gradient stays below `rest` times its largest norm a hundred times longer than any plateau so far.
        progress: called now and then with (time, loss).
        steps: largest number of integrator steps.

    Returns:
        The trajectory; a limit that ends it early is told by `finished`.

    Raises:
        UsageError: the scale is not between 0 and 1.

    Notes:
        scipy's LSODA: Adams steps that grow on plateaus, stiff steps where the flow has settled.
        The absolute tolerance is far below the initialization, whose exponentially small
        differences decide the next jump.
    """
    from scipy.integrate import LSODA

    if not 0 < scale < 1:
        raise UsageError(f"scale {scale}", "the initial scale lies between 0 and 1")
    theta = system.start(scale, seed)

    def downhill(_: float, point: Array) -> Array:
        return -system.loss_and_gradient(point)[1]

    start_loss, gradient = system.loss_and_gradient(theta)
    times, losses, speeds = [0.0], [start_loss], [float(np.linalg.norm(gradient))]
    solver = LSODA(downhill, 0.0, theta, np.inf if end is None else end, rtol=1e-6, atol=scale * 1e-6)
    finished, fastest, last_move, longest = False, speeds[0], 0.0, 0.0
    for count in range(steps):
        if solver.status != "running":
            break
        with warnings.catch_warnings():        # LSODA's complaints show in its status as well
            warnings.simplefilter("ignore")
            solver.step()
        loss, gradient = system.loss_and_gradient(solver.y)
        speed = float(np.linalg.norm(gradient))
        times.append(float(solver.t))
        losses.append(loss)
        speeds.append(speed)
        fastest = max(fastest, speed)
        if speed > 1e-2 * fastest:
            longest, last_move = max(longest, solver.t - last_move), float(solver.t)
        still = solver.t - last_move
        settled = speed < rest * fastest and still > 100 * longest and longest > 0
        if loss <= rest * start_loss or settled:
            finished = True
            break
        if progress is not None and count % 200 == 0:
            progress(times[-1], loss * system.reported)
    reported = [loss * system.reported for loss in losses]
    finished = finished or solver.status == "finished"
    return Flow(tuple(times), tuple(reported), tuple(speeds), tuple(plateaus(times, reported, speeds)),
                tuple(float(entry) for entry in solver.y), scale, seed, finished)


def plateaus(times: Sequence[float], losses: Sequence[float],
             speeds: Sequence[float]) -> list[tuple[float, float]]:
    """Where the flow nearly stands still: (time, loss) at local minima of the speed, and the end.

    A minimum counts when the speed rises by a factor of 3 on both sides of it (the start counts as
    slow), so that ripples on one descent do not.
    """
    found: list[tuple[float, float]] = []
    low, high = 0, 0
    falling = True
    for i, speed in enumerate(speeds):
        if falling:
            if speed < speeds[low]:
                low = i
            elif speed > _RISE * speeds[low]:
                found.append((times[low], losses[low]))
                falling, high = False, i
        elif speed > speeds[high]:
            high = i
        elif speed * _RISE < speeds[high]:
            falling, low = True, i
    found.append((times[-1], losses[-1]))
    # Minima of the speed at one loss are ripples of one plateau.
    return [spot for i, spot in enumerate(found)
            if i == 0 or found[i - 1][1] - spot[1] > 1e-3 * losses[0] or i == len(found) - 1]


def compare(flow: Flow, predicted: Sequence[Any]) -> tuple[Comparison, ...]:
    """Match each predicted plateau with the nearest plateau of the flow, keeping their order.

    Args:
        flow: a trajectory.
        predicted: losses, decreasing.
    """
    rows = []
    largest = float(predicted[0])
    earliest = 0
    for value in map(float, predicted):
        best = min(range(earliest, len(flow.plateaus)), key=lambda i: (abs(flow.plateaus[i][1] - value), i))
        time, observed = flow.plateaus[best]
        unit = value if value > 1e-9 * largest else largest
        rows.append(Comparison(value, observed, time, abs(observed - value) / unit))
        earliest = best
    return tuple(rows)
