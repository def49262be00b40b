"""Balanced representatives: the point of least norm on an orbit of the scalings of neurons.

The scalings form a torus that acts diagonally, theta_j -> exp(a_j . tau) theta_j.  The squared
norm is a convex function of real tau, and its minimum is where the moment map vanishes (Kempf and
Ness): |incoming weights|^2 = r |outgoing weights|^2 at every neuron with activation x^r.
"""

from __future__ import annotations

import numpy as np

from neurocli.algebra.rings import ComplexFloats
from neurocli.architectures.parametrization import Parametrization


def scaling_weights(parametrization: Parametrization) -> np.ndarray:
    """Exponents a (scalings, parameters) of the known symmetries that act diagonally.

    Notes:
        A vector field that is theta_j times a constant at two random points is such a symmetry;
        fields of other groups (GL, O) are left out.
    """
    ring = ComplexFloats()
    rng = np.random.default_rng(5)
    fields = []
    for _ in range(2):
        theta = rng.standard_normal(parametrization.parameter_count) + 0j
        fields.append(parametrization.orbit_tangents(ring, theta) / theta)
    first, second = fields
    constant = np.abs(first - second).max(axis=1, initial=0) < 1e-9
    return first[constant].real


def turned_real(x: np.ndarray, weights: np.ndarray, starts: int = 24, steps: int = 30) -> np.ndarray:
    """The point of a torus orbit whose entries are as nearly real as possible.

    Args:
        x: one point (parameters,).
        weights: exponents of the scalings.
        starts: number of starting angles tried at once (the first is 0).

    Notes:
        Gauss-Newton for the angles phi in sum_j |x_j|^2 sin^2(arg x_j + a_j . phi).

    Example:
        >>> turned = turned_real(np.array([1j, 2j, -3.0]), np.array([[1.0, 1.0, -2.0]]))
        >>> bool(abs(turned.imag).max() < 1e-9)
        True
    """
    if not len(weights):
        return x
    rng = np.random.default_rng(11)
    phi = np.concatenate([np.zeros((1, len(weights))), rng.uniform(-np.pi, np.pi, (starts - 1, len(weights)))])
    for _ in range(steps):
        z = x * np.exp(1j * phi @ weights)
        slopes = z.real[:, None, :] * weights
        normal = slopes @ slopes.swapaxes(1, 2) + 1e-12 * np.linalg.norm(x)**2 * np.eye(len(weights))
        phi = phi - np.linalg.solve(normal, slopes @ z.imag[:, :, None])[:, :, 0]
    z = x * np.exp(1j * phi @ weights)
    return z[np.abs(z.imag).max(axis=1).argmin()]


def balance(x: np.ndarray, weights: np.ndarray, steps: int = 25) -> np.ndarray:
    """The points of least norm on the orbits of the scalings through the points x (B, parameters).

    Example:
        >>> balance(np.array([[100.0 + 0j, 0.01]]), np.array([[1.0, -1.0]])).real.round(6).tolist()
        [[1.0, 1.0]]
    """
    if not len(weights) or not len(x):
        return x
    for _ in range(steps):
        size = x.real**2 + x.imag**2
        gradient = size @ weights.T
        curvature = (weights[None] * size[:, None, :]) @ weights.T
        ridge = 1e-12 * np.trace(curvature, axis1=1, axis2=2)[:, None, None] + 1e-300
        tau = -np.linalg.solve(2 * curvature + ridge * np.eye(len(weights)), gradient[:, :, None])[:, :, 0]
        shift = np.clip(tau, -1.0, 1.0) @ weights
        x = x * np.exp(np.clip(shift, -3.0, 3.0))
        if np.abs(tau).max() < 1e-4:
            break
    return x
