"""Ramified critical points of a loss that degenerates on the span of the functions, for a given target.

Let L be a root of the form, r its rank, and G = G(theta) the transposed derivative of L f_theta.  For r <= dim X a
critical point with residual lambda = L f - q not zero has G lambda = 0, so L is not injective on the tangent space or
not onto.  Such (theta, lambda) are found by Newton's method from random ones; with q = L f - lambda each is a ramified
critical point for a random target, and its path to the given target ends in one of those that are looked for.  How many
these are is known from equations.  For r > dim X a generic target has no ramified critical point, since L is not
injective on tangent spaces in codimension r - dim X + 1 only.  Reference: [marchetti-2025-degenerate].
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from neurocli.numerics.systems import CriticalSystem

#: Random starts of Newton's method for every pair that is wanted, its steps, and the residual that ends them.
STARTS, STEPS, SMALL = 6, 40, 1e-12
#: Singular values below this, relative to the largest, are zero; at ends of paths less is known.
ZERO, NEAR = 1e-8, 1e-6
#: Rounds of paths, and paths for every point that is looked for.
ROUNDS, PATHS = 5, 4


def ramified_points(system: CriticalSystem, target: np.ndarray, count: int, seed: int,
                    until: float | None = None) -> np.ndarray:
    """Ramified critical points of a real target, each function once.

    Args:
        count: how many there are; the search ends with these.
        until: moment on the clock of `time.monotonic` when to stop.

    Returns:
        Array (at most `count`, parameters).
    """
    from neurocli.numerics.paths import Paths, ReturnCode, detoured
    from neurocli.numerics.tracker import STANDARD, Tracker

    found: list[np.ndarray] = []
    values: list[np.ndarray] = []
    rng = np.random.default_rng([seed, 0x4A])
    if len(image_basis(system)) > system.space.dimension:
        return np.zeros((0, system.unknowns), dtype=complex)
    for _ in range(ROUNDS):
        starts, data = ramified_pairs(system, rng, PATHS * count)
        if not len(starts):
            break
        ways = np.stack([detoured(q, target.astype(complex), seed) for q in data])
        ends = Tracker(system, STANDARD, seed).track(Paths(starts, ways, np.arange(len(starts))))
        reached = ends.x[ends.codes == ReturnCode.SUCCESS]
        for x in [*reached, *(() if system.root.imag.any() else reached.conj())]:
            value = system.invariants(x[None])[0]
            new = all(np.linalg.norm(value - v) > NEAR * np.linalg.norm(v) for v in values)
            if new and len(found) < count and _ramified(system, x):
                found.append(x)
                values.append(value)
        if len(found) == count or (until is not None and time.monotonic() > until):
            break
    return np.array(found, dtype=complex).reshape(-1, system.unknowns)


def _ramified(system: CriticalSystem, x: np.ndarray) -> bool:
    """Whether L drops rank on the tangent space there, and the parametrization does not."""
    trace, dimension = system.space.evaluation.run(x[None]), system.space.dimension
    tangents = np.linalg.svd(trace.jacobian[0] @ system.space.coordinates.T, compute_uv=False)
    seen = np.linalg.svd(trace.jacobian[0] @ system.root.T, compute_uv=False)
    return bool(tangents[dimension - 1] > NEAR * tangents[0]
                and (len(seen) < dimension or seen[dimension - 1] <= NEAR * seen[0]))


def image_basis(system: CriticalSystem) -> np.ndarray:
    """Orthonormal rows that span the values L f of all functions."""
    _, spectrum, rows = np.linalg.svd(system.root.T, full_matrices=False)
    return np.asarray(rows[spectrum > ZERO * spectrum[0]])


def ramified_pairs(system: CriticalSystem, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random parameters and targets that they are ramified critical points for.

    Newton's method on G(theta) lambda = 0, a . lambda = 1, with lambda among the values of L, from random starts;
    points where the parametrization itself drops rank are left out, since they are critical in parameters only.

    Returns:
        At most `count` of them.
    """
    from neurocli.numerics.function_space import gaussian

    basis = image_basis(system).conj()
    found_x: list[np.ndarray] = []
    found_q: list[np.ndarray] = []
    for x in system.space.random_parameters(rng, STARTS * count):
        mu, a = gaussian(rng, len(basis)), gaussian(rng, len(basis))
        mu /= a @ mu
        pair = _newton(system, basis, x, mu, a)
        if pair is not None:
            found_x.append(pair[0])
            found_q.append(pair[1])
            if len(found_x) == count:
                break
    return (np.array(found_x, dtype=complex).reshape(-1, system.unknowns),
            np.array(found_q, dtype=complex).reshape(-1, system.data))


def _newton(system: CriticalSystem, basis: np.ndarray, x: np.ndarray, mu: np.ndarray, a: np.ndarray
            ) -> tuple[np.ndarray, np.ndarray] | None:
    """A ramified critical point near a start, with its target; None where there is none of full rank."""
    n = len(x)
    for _ in range(STEPS):
        trace = system.space.evaluation.run(x[None])
        slopes = trace.jacobian[0] @ system.root.T @ basis.T
        value = np.append(slopes @ mu, a @ mu - 1)
        if not np.isfinite(value).all():
            return None
        if float(np.abs(value).max()) <= SMALL * max(1.0, float(np.abs(slopes).max() * np.abs(mu).max())):
            break
        bent = trace.second((mu @ basis)[None] @ system.root)[0]
        matrix = np.block([[bent, slopes], [np.zeros((1, n)), a[None]]])
        step = np.linalg.lstsq(matrix, -value, rcond=1e-10)[0]
        x, mu = x + step[:n], mu + step[n:]
    else:
        return None
    tangents = np.linalg.svd(trace.jacobian[0] @ system.space.coordinates.T, compute_uv=False)
    if tangents[0] == 0 or int((tangents > ZERO * tangents[0]).sum()) < system.space.dimension:
        return None
    z = (trace.outputs @ system.root.T)[0]
    residual = mu @ basis
    return x, z - residual * (np.linalg.norm(z) / np.linalg.norm(residual))
