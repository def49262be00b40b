"""Alternating gradient flows for two-layer networks: dormant neurons align, one joins, the loss is minimized.

1. Utility step: with the residual frozen, the direction of every dormant neuron follows the gradient
   of the leading utility on the sphere, and its norm grows; the first to reach norm 1 becomes active.
2. Cost step: gradient flow of the loss over the active neurons, to its limit; neurons whose norm falls
   to the scale of the initialization become dormant again.

Reference: [kunin-2025].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from neurocli.dynamics.systems import Array, TwoLayer

#: Moments below this share of the first residual's count as zero when kappa is found anew.
_NOTHING = 1e-7


@dataclasses.dataclass(frozen=True)
class Round:
    """One turn of the two steps.

    Args:
        time: when the neuron becomes active (plain time of gradient flow).
        neuron: which one.
        kappa: degree of the leading utility in this round.
        utility: utility of its direction at that time, for norm 1.
        loss: reported loss after the cost step.
        gradient: norm of the loss gradient over the active neurons there.
        active: the active neurons after the cost step, increasing.
        returned: neurons that became dormant in the cost step.
    """

    time: float
    neuron: int
    kappa: int
    utility: float
    loss: float
    gradient: float
    active: tuple[int, ...]
    returned: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class TwoStep:
    """The whole run.

    Args:
        initial_loss: reported loss of the empty network.
        rounds: in order of time.
        reason: why it ended: "all neurons active", "fitted", "no utility left", "limit of rounds".
        parameters: final (a_i, w_i) of the active neurons, by neuron.
    """

    initial_loss: float
    rounds: tuple[Round, ...]
    reason: str
    parameters: tuple[tuple[int, tuple[float, ...]], ...]


def two_step(system: TwoLayer, scale: float = 1e-2, seed: int = 0, rounds: int = 1000, tolerance: float = 1e-6,
             progress: Callable[[int, float], None] | None = None) -> TwoStep:
    """Run alternating gradient flows.

    Args:
        system: the network on its data.
        scale: every neuron starts with norm sqrt(2) scale in a random direction.
        seed: of the directions.
        rounds: largest number of rounds.
        tolerance: "fitted" when the loss falls below this share of the first one.
        progress: called with (round, loss).

    Notes:
        The accumulated utility S of a neuron and its norm r satisfy r = exp(S - c), c = -log r_0, when
        kappa = 2, and r = (1 + (kappa-2)(c - S))^(-1/(kappa-2)), c = (r_0^(2-kappa) - 1)/(kappa-2),
        when kappa > 2; it becomes active when S reaches c, at norm 1.

    Reference: [kunin-2025].
    """
    units = system.start(scale, seed).reshape(system.hidden, -1)
    norms = np.linalg.norm(units, axis=1)
    directions = units / norms[:, None]
    active: dict[int, Array] = {}
    residual = system.residual(np.empty(0))
    first = float(np.sum(residual**2)) / (2 * len(residual))
    loss, clock, done = first, 0.0, []
    reason = "limit of rounds"
    strengths = {j: _strength(system, residual, j) for j, s in enumerate(system.s.coef) if s and j}
    for number in range(rounds):
        dormant = [i for i in range(system.hidden) if i not in active]
        if not dormant or loss <= tolerance * first:
            reason = "fitted" if loss <= tolerance * first else "all neurons active"
            break
        degree = next((j for j in strengths if _strength(system, residual, j) > _NOTHING * strengths[j]), None)
        jump = None if degree is None else utility_step(system, residual, degree, directions[dormant], norms[dormant])
        if degree is None or jump is None:
            reason = "no utility left"
            break
        clock += jump.time
        directions[dormant], norms[dormant] = jump.directions, jump.norms
        winner = dormant[jump.winner]
        active[winner] = _lowest_on_ray(system, residual, directions[winner])
        order = sorted(active)
        theta, loss, slope = cost_step(system, np.concatenate([active[i] for i in order]))
        active = dict(zip(order, theta.reshape(len(order), -1)))
        returned = [i for i in order if np.linalg.norm(active[i]) <= np.sqrt(2) * scale]
        for i in returned:
            unit = active.pop(i)
            size = float(np.linalg.norm(unit))
            # A neuron that died out exactly keeps its old direction, mirrored: it crossed zero.
            directions[i] = unit / size if size > 0 else -directions[i]
            norms[i] = max(size, np.sqrt(2) * scale)
        theta = np.concatenate([active[i] for i in sorted(active)]) if active else np.empty(0)
        residual = system.residual(theta)
        done.append(Round(clock, winner, degree + 1, jump.utility, loss * system.reported, slope,
                          tuple(sorted(active)), tuple(returned)))
        if progress is not None:
            progress(number + 1, loss * system.reported)
        if winner in returned:
            reason = "no utility left"
            break
    weights = tuple((i, tuple(float(entry) for entry in active[i])) for i in sorted(active))
    return TwoStep(first * system.reported, tuple(done), reason, weights)


@dataclasses.dataclass(frozen=True)
class Jump:
    """The end of a utility step: the winner (an index into the dormant neurons) and all their states."""

    time: float
    winner: int
    utility: float
    directions: Array
    norms: Array


def utility_step(system: TwoLayer, residual: Array, degree: int, directions: Array, norms: Array) -> Jump | None:
    """Flow of the dormant neurons until the first reaches norm 1; None when none ever will.

    Args:
        system: gives the data and the activation.
        residual: n x c, frozen.
        degree: of the leading utility in the input weights; kappa = degree + 1.
        directions: m unit vectors (a, w).
        norms: m norms below 1.

    Notes:
        Directions move at the rate at which norms grow, so the equations are not stiff.
    """
    from scipy.integrate import DOP853

    kappa, count, c = degree + 1, len(norms), system.outputs
    coefficient = float(system.s.coef[degree]) / len(residual)
    x = system.x
    thresholds = -np.log(norms) if kappa == 2 else (norms ** (2.0 - kappa) - 1) / (kappa - 2)

    def sizes(total: Array) -> Array:
        left = np.maximum(thresholds - total, 0.0)
        size: Array = np.exp(-left) if kappa == 2 else (1 + (kappa - 2) * left) ** (-1 / (kappa - 2))
        return size

    def slopes(state: Array) -> tuple[Array, Array]:
        units = state[:-count].reshape(count, -1)
        units = units / np.linalg.norm(units, axis=1, keepdims=True)
        a, w = units[:, :c], units[:, c:]
        inner = x @ w.T
        power = inner ** (degree - 1)
        against = (residual @ a.T) * power
        gradient = coefficient * np.concatenate(
            [(power * inner).T @ residual, degree * (against.T @ x)], axis=1)
        value = np.sum(gradient * units, axis=1) / kappa           # Euler: kappa U = <theta, grad U>
        along = gradient - kappa * value[:, None] * units
        return value, along

    def field(_: float, state: Array) -> Array:
        value, along = slopes(state)
        factor = sizes(state[-count:]) ** (kappa - 2)
        return np.concatenate([(factor[:, None] * along).ravel(), kappa * value])

    state = np.concatenate([directions.ravel(), np.zeros(count)])
    strength = abs(float(system.s.coef[degree])) * _strength(system, residual, degree)
    solver = DOP853(field, 0.0, state, np.inf, rtol=1e-8, atol=1e-10)
    for _ in range(100_000):
        solver.step()
        if solver.status == "failed":
            return None
        value, along = slopes(solver.y)
        reached = solver.y[-count:] >= thresholds
        if np.any(reached):
            dense = solver.dense_output()
            time = _first_crossing(lambda t: float(np.max(dense(t)[-count:] - thresholds)), solver.t_old, solver.t)
            state = dense(time)
            value, _along = slopes(state)
            winner = int(np.argmax(state[-count:] - thresholds))
            units = state[:-count].reshape(count, -1)
            units = units / np.linalg.norm(units, axis=1, keepdims=True)
            return Jump(time, winner, float(value[winner]), units, np.minimum(sizes(state[-count:]), 1.0))
        # A direction can end where the utility vanishes (a saddle of the sphere with its whole basin):
        # what is left there is the noise of a residual that was found in floats.
        if float(np.max(value)) < 1e-6 * strength and float(np.max(np.abs(along))) < 1e-6 * strength:
            return None
    return None


def cost_step(system: TwoLayer, theta: Array) -> tuple[Array, float, float]:
    """Gradient flow of the loss over the active neurons towards its limit, then polished by BFGS.

    Returns:
        Parameters, loss, and the norm of the gradient there.

    Notes:
        The flow chooses the basin.  It is left when it has slowed down a thousandfold or when doubling
        its time lowers the loss by less than a thousandth.  The limit need not be attained: neurons
        that cancel can run off to infinity while the loss still falls (tensors of border rank), which
        shows as a gradient that is not quite zero.
    """
    from scipy.integrate import LSODA
    from scipy.optimize import minimize

    def downhill(_: float, point: Array) -> Array:
        return -system.loss_and_gradient(point)[1]

    solver = LSODA(downhill, 0.0, theta, np.inf, rtol=1e-4, atol=1e-7)
    loss, gradient = system.loss_and_gradient(theta)
    fastest, mark, marked = float(np.linalg.norm(gradient)), 0.0, loss
    for _ in range(3_000):
        _step(solver)
        if solver.status != "running":       # the integrator gave up: the polish starts from where it is
            break
        loss, gradient = system.loss_and_gradient(solver.y)
        speed = float(np.linalg.norm(gradient))
        fastest = max(fastest, speed)
        if speed <= 1e-3 * fastest:
            break
        if solver.t >= 2 * mark:
            # An early doubling may sit on a saddle: only a flow that has already descended counts.
            if mark > 0 and speed <= 0.1 * fastest and marked - loss < 1e-3 * marked:
                break
            mark, marked = float(solver.t), loss
    polished = minimize(system.loss_and_gradient, solver.y, jac=True, method="BFGS",
                        options={"gtol": 1e-7 * max(fastest, 1e-12), "maxiter": 1000})
    point: Array = polished.x
    loss, gradient = system.loss_and_gradient(point)
    return point, loss, float(np.linalg.norm(gradient))


def _step(solver: Any) -> None:
    """One step of LSODA, whose complaints about convergence show in its status as well."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solver.step()


def _strength(system: TwoLayer, residual: Array, degree: int) -> float:
    """The size of the moments E[r x^j], seen through the kernel: sum over sample pairs of <r, r'> <x, x'>^j."""
    kernel = (system.x @ system.x.T) ** degree
    return float(np.sqrt(max(np.sum((residual @ residual.T) * kernel), 0.0))) / len(residual)


def _lowest_on_ray(system: TwoLayer, residual: Array, direction: Array) -> Array:
    """The point r * direction, 0 < r <= 1, of least loss on a grid refined once: the start of the cost step."""
    w, a = direction[system.outputs:], direction[:system.outputs]
    inner = system.x @ w

    def loss(r: Any) -> float:
        change = residual - r * np.outer(system.s(r * inner), a)
        return float(np.sum(change * change))

    radii = np.geomspace(1e-3, 1.0, 61)
    return min(radii, key=loss) * direction


def _first_crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """A root of an increasing function between two times, by bisection."""
    for _ in range(80):
        middle = (low + high) / 2
        if function(middle) >= 0:
            high = middle
        else:
            low = middle
    return high
