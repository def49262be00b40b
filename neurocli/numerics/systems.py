"""The systems of neural networks: linear slices and critical equations, over the space of their data."""

from __future__ import annotations

import numpy as np

from neurocli.numerics.function_space import FunctionSpace


class SliceSystem:
    """Linear slices of a neurovariety: A z(theta) = q, z the function's coordinates.

    Args:
        space: coordinates on the functions.
        rows: matrix A (dimension, size).
    """

    def __init__(self, space: FunctionSpace, rows: np.ndarray) -> None:
        self.space, self.rows = space, rows
        self.unknowns = space.parametrization.parameter_count
        self.data = len(rows)
        self.kernel = self.unknowns - self.data
        self._cut = np.ascontiguousarray((rows @ space.coordinates).T)
        self._coordinates = np.ascontiguousarray(space.coordinates.T)

    def evaluate(self, x: np.ndarray, q: np.ndarray, dq: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Homotopy`."""
        trace = self.space.evaluation.run(x)
        return trace.outputs @ self._cut - q, flat_product(trace.jacobian, self._cut), -dq

    def invariants(self, x: np.ndarray) -> np.ndarray:
        """The function's coordinates: equal on every orbit of every symmetry, known or not."""
        return self.space.evaluation.run(x, order=0).outputs @ self._coordinates

    def normalize(self, x: np.ndarray) -> np.ndarray:
        """The same functions by balanced parameters."""
        return self.space.balanced(x)


class CriticalSystem:
    """Critical equations of <z(theta) - q, z(theta) - q>, z = L f for the sample values f.

    Args:
        space: coordinates on the functions.
        root: matrix L; the metric is f -> <L f, L f> with the bilinear product, so complex
            metrics are allowed.

    Notes:
        The gradient is J^T (z - q), its derivative J^T J + second derivatives of z contracted
        with z - q: symmetric, and with a kernel along the fibres at every solution.
    """

    def __init__(self, space: FunctionSpace, root: np.ndarray) -> None:
        self.space, self.root = space, root
        self.unknowns = space.parametrization.parameter_count
        self.data = len(root)
        self.kernel = space.excess
        self._root = np.ascontiguousarray(root)
        self._transposed = np.ascontiguousarray(root.T)
        self._coordinates = np.ascontiguousarray(space.coordinates.T)

    def evaluate(self, x: np.ndarray, q: np.ndarray, dq: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Homotopy`."""
        trace = self.space.evaluation.run(x)
        residual = trace.outputs @ self._transposed - q
        jacobian = flat_product(trace.jacobian, self._transposed)
        both = jacobian @ np.stack([residual, dq], axis=-1)
        hessian = jacobian @ jacobian.swapaxes(1, 2) + trace.second(residual @ self._root)
        return both[:, :, 0], hessian, -both[:, :, 1]

    def invariants(self, x: np.ndarray) -> np.ndarray:
        """The function's coordinates."""
        return self.space.evaluation.run(x, order=0).outputs @ self._coordinates

    def normalize(self, x: np.ndarray) -> np.ndarray:
        """The same functions by balanced parameters."""
        return self.space.balanced(x)


def flat_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(B, n, w) times (w, k), as one matrix product."""
    count, n, width = a.shape
    return (a.reshape(count * n, width) @ b).reshape(count, n, -1)
