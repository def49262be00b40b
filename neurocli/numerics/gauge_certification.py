"""Krawczyk's test for points of a slice in the gauge: as many equations as free parameters.

Here parameters are told apart, not functions, so two points of one fibre are two solutions.
"""

from __future__ import annotations

import numpy as np
from flint import acb, acb_mat, arb

from neurocli.algebra.rings import Array
from neurocli.numerics.ball_sweep import precision
from neurocli.numerics.certification import RADII, Certificate, acb_matrix, to_balls
from neurocli.numerics.evaluation import Evaluation
from neurocli.numerics.fibers import GaugedSliceSystem
from neurocli.numerics.threads import one_thread

_BITS = 64
#: A gauge scales parameters badly, so that smaller boxes are tried as well.
_RADII = (*RADII, 1e-12, 1e-13)


def certify_in_gauge(system: GaugedSliceSystem, points: np.ndarray, data: np.ndarray) -> list[Certificate]:
    """Certify approximate solutions of a slice in the gauge.

    Args:
        system: the equations.
        points: free parameters (N, unknowns).
        data: the offset q, shape (unknowns,).

    Returns:
        One certificate for each point: a box that contains exactly one solution, disjoint from all other
        boxes (`distinct`), with a real solution in it (`real`), or with none (`not_real`).

    Notes:
        A box about a real point is mapped to itself by conjugation, and so is its one solution where the
        equations are real.
    """
    evaluation = Evaluation(system.space.parametrization.program, to_balls(system.space.samples))
    real_system = not (system.space.samples.imag.any() or system.cut.imag.any() or data.imag.any())
    centres = points.astype(complex).copy()
    radii = np.zeros(len(points))
    real = np.zeros(len(points), dtype=bool)
    with one_thread():
        for i, x in enumerate(points):
            if not np.isfinite(x).all():
                continue
            if real_system and np.abs(x.imag).max() <= RADII[0] * np.linalg.norm(x):
                centres[i], real[i] = x.real, True
            radii[i] = _radius(system, evaluation, centres[i], data)
            real[i] &= radii[i] > 0
    sizes = radii * np.linalg.norm(centres, axis=1)
    result = []
    for i, x in enumerate(centres):
        sure = radii[i] > 0
        # Twice the half-widths: the rounding of these differences is far smaller than a box.
        earlier = np.abs(centres[:i] - x).max(axis=1) <= 2 * (sizes[:i] + sizes[i])
        distinct = bool(sure and not (earlier & (radii[:i] > 0)).any())
        not_real = bool(sure and real_system and np.abs(x.imag).max() > 2 * sizes[i])
        result.append(Certificate(bool(sure), distinct, bool(real[i]), not_real, float(radii[i])))
    return result


def _radius(system: GaugedSliceSystem, evaluation: Evaluation, x: np.ndarray, data: np.ndarray) -> float:
    """Relative half-width of a box on which Krawczyk's test succeeds, or 0."""
    _, transposed, _ = system.evaluate(x[None], data[None], data[None] * 0)
    derivative = transposed[0].T
    if not np.isfinite(derivative).all() or np.linalg.cond(derivative) > 1e14:
        return 0.0
    inverse = acb_matrix(np.linalg.inv(derivative))
    with precision(_BITS):
        centre = to_balls(system.parameters(x[None]))
        here = evaluation.run(centre, order=0)
        residual = acb_mat([here.outputs[0].tolist()]) * acb_matrix(system.cut) - acb_matrix(data[None])
        newton = inverse * residual.transpose()
        for radius in _RADII:
            if _contracts(system, evaluation, centre, inverse, newton, radius * float(np.linalg.norm(x))):
                return radius
    return 0.0


def _contracts(system: GaugedSliceSystem, evaluation: Evaluation, centre: Array, inverse: acb_mat, newton: acb_mat,
               size: float) -> bool:
    half = arb(0, size)
    box = centre.copy()
    for place in system.free.tolist():
        box[0, place] += acb(half, half)
    jacobian = acb_mat(evaluation.run(box).jacobian[0][system.free].tolist()) * acb_matrix(system.cut)
    n = system.unknowns
    identity = acb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
    spread = (identity - inverse * jacobian.transpose()) * acb_mat([[acb(half, half)] for _ in range(n)])
    for i in range(n):
        moved = spread[i, 0] - newton[i, 0]
        if not (abs(moved.real) < size and abs(moved.imag) < size):
            return False
    return True
