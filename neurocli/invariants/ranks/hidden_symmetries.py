"""Continuous symmetries beyond the known ones: the kernel of the Jacobian modulo the group's orbit.

At a rational point the kernel of the Jacobian contains the tangent space of the fibre; at a
generic one it equals it.  Its quotient by the tangent space of the known group has dimension
`excess`, and a basis of representatives is given exactly, block by block.
"""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np

from neurocli.algebra.rational_matrices import exact, kernel, modulo, primitive
from neurocli.algebra.rings import ExactRing
from neurocli.architectures.parametrization import Parametrization

#: Beyond these sizes exact kernels over Q are left out.
MAX_PARAMETERS = 80
MAX_VECTORS = 60


@dataclasses.dataclass(frozen=True)
class HiddenSymmetries:
    """A basis of the unexplained part of the kernel at one point.

    Args:
        point: the integer weights, by block.
        vectors: integer tangent vectors, by block, blocks that do not move left out.
        dimension: dimension of the kernel modulo the group's tangent space at the point.
    """

    point: dict[str, list[Any]]
    vectors: tuple[dict[str, list[Any]], ...]
    dimension: int

    def to_json(self) -> dict[str, Any]:
        """The record as plain data."""
        return {"point": self.point, "vectors": list(self.vectors), "dimension": self.dimension}


def integer_point(parametrization: Parametrization, seed: int) -> np.ndarray:
    """Small non-zero integer weights from a seed."""
    rng = random.Random(f"point {seed}")
    choices = [value for value in range(-5, 6) if value]
    return np.array([rng.choice(choices) for _ in range(parametrization.parameter_count)], dtype=object)


def rational_jacobian(parametrization: Parametrization, theta: np.ndarray, samples: int, seed: int = 0) -> np.ndarray:
    """Jacobian rows over Q at a rational point and random small integer inputs."""
    rng = np.random.default_rng([seed, 11])
    x = exact(rng.integers(-3, 4, (samples, parametrization.program.input_size)).astype(object))
    ring = ExactRing(_embed)
    jacobian = parametrization.jacobian(ring, exact(theta)[None, :], x)
    return np.asarray(jacobian.reshape(-1, parametrization.parameter_count))


def _embed(value: Any) -> Any:
    from neurocli.algebra.rational_matrices import rational

    return rational(value)


def hidden_symmetries(parametrization: Parametrization, fibre_dimension: int, seed: int = 0) -> HiddenSymmetries | None:
    """A basis of the kernel modulo the known group, or None when the network is too large.

    Args:
        fibre_dimension: dimension of the generic fibre; a point whose kernel is larger is not
            generic, and another is tried.

    Example:
        >>> import neurocli
        >>> hidden_symmetries(neurocli.parametrization(neurocli.parse("mlp:2-3-2,r=2")), 6).dimension
        3
    """
    n = parametrization.parameter_count
    if n > MAX_PARAMETERS:
        return None
    samples = n // parametrization.program.output_size + 4
    for attempt in range(5):
        theta = integer_point(parametrization, seed + attempt)
        null = kernel(rational_jacobian(parametrization, theta, samples, seed + attempt))
        if len(null) != fibre_dimension:
            continue
        orbit = parametrization.orbit_tangents(ExactRing(_embed), exact(theta))
        rest = modulo(null, orbit)
        vectors = tuple(_by_blocks(parametrization, primitive(row)) for row in rest[:MAX_VECTORS])
        point = {name: _nested(block) for name, block in parametrization.blocks(theta).items()}
        return HiddenSymmetries(point, vectors, len(rest))
    return None


def _nested(block: np.ndarray) -> Any:
    return np.frompyfunc(int, 1, 1)(block).tolist()


def _by_blocks(parametrization: Parametrization, vector: list[int]) -> dict[str, list[Any]]:
    flat = np.array(vector, dtype=object)
    return {name: _nested(block) for name, block in parametrization.blocks(flat).items() if any(block.ravel())}
