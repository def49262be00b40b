"""Losses and gradients of the networks whose training is followed: arrays in, arrays out.

Every system stacks its parameters in one vector and reports the loss in the unit its predicted
plateaus use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from neurocli.errors import DataError

Array = np.ndarray[Any, np.dtype[np.float64]]


class System(Protocol):
    """A loss with its gradient, and the initialization the theory starts from.

    Attributes:
        size: number of parameters.
        kappa: degree of the leading utility: 2 gives times of order -log(scale), 3 of order 1/scale.
        reported: reported loss / loss whose gradient is followed.
    """

    size: int
    kappa: int
    reported: float

    def start(self, scale: float, seed: int) -> Array: ...
    def loss_and_gradient(self, theta: Array) -> tuple[float, Array]: ...


class Diagonal:
    """beta = u v on samples, u = sqrt(2) alpha, v = 0, loss |y - X beta|^2 / (2n)."""

    kappa = 2
    reported = 1.0

    def __init__(self, x: Array, y: Array) -> None:
        self.gram = x.T @ x / len(x)
        self.b = x.T @ y.ravel() / len(x)
        self.c = float(y.ravel() @ y.ravel()) / len(x)
        self.inputs = x.shape[1]
        self.size = 2 * self.inputs

    def start(self, scale: float, seed: int) -> Array:
        return np.concatenate([np.full(self.inputs, np.sqrt(2) * scale), np.zeros(self.inputs)])

    def loss_and_gradient(self, theta: Array) -> tuple[float, Array]:
        u, v = theta[:self.inputs], theta[self.inputs:]
        beta = u * v
        slope = self.gram @ beta - self.b
        return (float(beta @ (slope - self.b) + self.c) / 2, np.concatenate([slope * v, slope * u]))


class Linear:
    """A W with H hidden units on given covariances, loss (1/2) E|y - A W x|^2."""

    kappa = 2
    reported = 1.0

    def __init__(self, covariance: Array, cross: Array, power: float, hidden: int) -> None:
        self.covariance, self.cross, self.power, self.hidden = covariance, cross, power, hidden
        self.outputs, self.inputs = cross.shape
        self.size = hidden * (self.outputs + self.inputs)

    def start(self, scale: float, seed: int) -> Array:
        # Each hidden unit (its row of W and column of A) has norm sqrt(2) scale.
        units = np.random.default_rng(seed).standard_normal((self.hidden, self.outputs + self.inputs))
        units *= np.sqrt(2) * scale / np.linalg.norm(units, axis=1, keepdims=True)
        return units.ravel()

    def loss_and_gradient(self, theta: Array) -> tuple[float, Array]:
        units = theta.reshape(self.hidden, -1)
        a, w = units[:, :self.outputs], units[:, self.outputs:]
        beta = a.T @ w
        slope = beta @ self.covariance - self.cross
        loss = (np.sum(beta * (slope - self.cross)) + self.power) / 2
        return float(loss), np.concatenate([w @ slope.T, a @ slope], axis=1).ravel()


class Attention:
    """Heads v_h k_h q_h^T of linear attention on in-context regression, population loss.

    With M = sum_h v_h k_h q_h^T in the eigenbasis L = diag(l) of the covariance, N pairs in the context
    and T the trace: (1/2) (T - 2 N tr(L M L) + N tr(((N + 1) L^2 + T L) M L M^T)).
    """

    kappa = 3
    reported = 1.0

    def __init__(self, eigenvalues: Sequence[float], context: int, heads: int) -> None:
        self.l = np.array([float(value) for value in eigenvalues])
        self.context, self.heads, self.inputs = context, heads, len(self.l)
        self.second = context * ((context + 1) * self.l**2 + self.l.sum() * self.l)
        self.size = heads * (1 + 2 * self.inputs)

    def start(self, scale: float, seed: int) -> Array:
        heads = np.random.default_rng(seed).standard_normal((self.heads, 1 + 2 * self.inputs))
        heads *= np.sqrt(3) * scale / np.linalg.norm(heads, axis=1, keepdims=True)
        return heads.ravel()

    def loss_and_gradient(self, theta: Array) -> tuple[float, Array]:
        heads = theta.reshape(self.heads, -1)
        v, k, q = heads[:, :1], heads[:, 1:1 + self.inputs], heads[:, 1 + self.inputs:]
        product = (v * k).T @ q
        curved = self.second[:, None] * product * self.l
        straight = np.diag(self.context * self.l**2)
        loss = (self.l.sum() + np.sum(product * (curved - 2 * straight))) / 2
        slope = curved - straight
        toward_q, toward_k = k @ slope, q @ slope.T
        return float(loss), np.concatenate([np.sum(toward_q * q, axis=1, keepdims=True), v * toward_k,
                                            v * toward_q], axis=1).ravel()


class TwoLayer:
    """sum_i a_i s(<w_i, x>) with a polynomial s on samples, loss (1/2) mean |y - f(x)|^2.

    Args:
        x: n x d (a column of ones is appended by the caller where the network has biases).
        y: n x c.
        activation: coefficients (s_0, s_1, ...) of s.
        hidden: number of neurons.
        kappa: 1 + the degree in w of the leading utility.
        reported: factor of the reported loss (2/c gives the mean squared error per output).
    """

    def __init__(self, x: Array, y: Array, activation: Sequence[float], hidden: int, kappa: int,
                 reported: float = 1.0) -> None:
        if len(x) != len(y):
            raise DataError(f"{len(x)} rows of inputs and {len(y)} rows of targets")
        self.x, self.y, self.hidden, self.kappa, self.reported = x, y, hidden, kappa, reported
        self.s = np.polynomial.Polynomial([float(value) for value in activation])
        self.slope = self.s.deriv()
        self.outputs, self.inputs = y.shape[1], x.shape[1]
        self.size = hidden * (self.outputs + self.inputs)

    def start(self, scale: float, seed: int) -> Array:
        units = np.random.default_rng(seed).standard_normal((self.hidden, self.outputs + self.inputs))
        units *= np.sqrt(2) * scale / np.linalg.norm(units, axis=1, keepdims=True)
        return units.ravel()

    def loss_and_gradient(self, theta: Array) -> tuple[float, Array]:
        units = theta.reshape(-1, self.outputs + self.inputs)
        a, w = units[:, :self.outputs], units[:, self.outputs:]
        before = self.x @ w.T
        after = self.s(before)
        residual = after @ a - self.y
        n = len(self.x)
        back = (residual @ a.T) * self.slope(before)
        loss = float(np.sum(residual * residual)) / (2 * n)
        return loss, np.concatenate([after.T @ residual, back.T @ self.x], axis=1).ravel() / n

    def residual(self, theta: Array) -> Array:
        """y - f(x), n x c; an empty theta is the empty network."""
        if not theta.size:
            return self.y.copy()
        units = theta.reshape(-1, self.outputs + self.inputs)
        return self.y - self.s(self.x @ units[:, self.outputs:].T) @ units[:, :self.outputs]


def modular_addition(encoding: Sequence[float], hidden: int) -> TwoLayer:
    """The network and the p^2 samples ((x_a, x_b), x_{a+b}); the reported loss is the mean per output."""
    p = len(encoding)
    return group_composition([[(a + b) % p for b in range(p)] for a in range(p)], encoding, hidden)


def group_composition(table: Sequence[Sequence[int]], signal: Sequence[float], hidden: int) -> TwoLayer:
    """The network and the |G|^2 samples ((x_g, x_h), x_gh), x_g(k) = x(g^-1 k).

    Notes:
        The translates span a space of dimension sum of d_rho rank xhat(rho), often far below |G|; weights
        orthogonal to it have zero gradient, so everything is written in an orthonormal basis of it.
    """
    order = len(table)
    shifts = np.zeros((order, order))
    for g in range(order):
        for k in range(order):
            shifts[g, table[g][k]] = float(signal[k])
    _, sizes, basis = np.linalg.svd(shifts)
    basis = basis[:int(np.sum(sizes > 1e-10 * sizes[0]))]
    coordinates = shifts @ basis.T
    first, second = np.divmod(np.arange(order * order), order)
    x = np.concatenate([coordinates[first], coordinates[second]], axis=1)
    return TwoLayer(x, coordinates[np.array(table)[first, second]], (0, 0, 1), hidden, 3, 2 / order)
