"""Dimension of a piecewise linear Sprecher network, cell pattern by cell pattern.

Inside a cell pattern the network is polynomial in its parameters.  At a rational point away from
the walls the pattern of every sample is constant nearby, so the rank of the Jacobian of the
outputs at the samples is a lower bound for the dimension of the image near that point: *proved*
for each pattern that is reported.  The value is the largest one found; it is proved where it
meets parameters minus symmetries and otherwise a bound from below.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank
from neurocli.algebra.primes import derive_seed, splitmix64
from neurocli.algebra.rings import prime_field
from neurocli.algebra.versions import flint_engine
from neurocli.architectures.network import Network
from neurocli.architectures.registry import parametrization
from neurocli.architectures.sprecher_piecewise import cell_inputs
from neurocli.errors import UsageError
from neurocli.results.result import Result, Status

#: Number of parameter points, each with its own cells.
POINTS = 6


def piecewise_dim(network: Network, method: str, prime: int, seed: int) -> Result:
    """The largest rank over several cell patterns, with the table of patterns.

    Raises:
        UsageError: a method that needs one polynomial map.
    """
    if method in ("symbolic", "theorem"):
        raise UsageError(f"{network}: piecewise linear, so there is neither one map to expand nor a theorem",
                         "use --method rank")
    p = parametrization(network)
    samples = 3 * p.parameter_count
    patterns = [_pattern(network, prime, seed, number, samples) for number in range(POINTS)]
    best = max(patterns, key=lambda record: record["value"])
    upper = p.parameter_count - p.symmetry_dimension
    proved = best["value"] == upper
    data = {"parameters": p.parameter_count, "ambient": None, "expected": upper, "defect": upper - best["value"],
            "filling": None, "fibre_dimension": p.parameter_count - best["value"],
            "symmetry_dimension": p.symmetry_dimension,
            "patterns": [{k: r[k] for k in ("seed", "value", "knots_used")} for r in patterns]}
    bound = {"kind": "upper-bound", "value": upper, "theorem": "parameters minus symmetries",
             "statement": f"{p.parameter_count} parameters, one rescaling per block",
             "hypotheses": [f"symmetries: {s.name} ({s.place})" for s in p.symmetries]}
    lines = [f"rank {r['value']} in a pattern that uses {r['knots_used']} knot values (point of seed {r['seed']})"
             for r in patterns]
    if not proved:
        lines.insert(0, f"a lower bound; at most {upper}. Knot values that no sample reaches do not matter "
                        "near a point")
    status = Status.PROVED if proved else Status.BOUND
    return Result("dim", network.spelling, best["value"], status, "cell-patterns", data, tuple(lines),
                  (best, bound), None, seed, flint_engine())


def _pattern(network: Network, prime: int, seed: int, number: int, samples: int) -> dict[str, Any]:
    """Rank in the cells of one parameter point; points are 1/1024 times odd integers, off the walls."""
    p = parametrization(network)
    point_seed = derive_seed(seed, "piecewise", number)
    theta = [_draw(point_seed, "theta", i) for i in range(p.parameter_count)]
    rows, used = [], set()
    for s in range(samples):
        x = [abs(_draw(point_seed, "x", s * network.shape[0] + j)) for j in range(network.shape[0])]
        flat, pattern = cell_inputs(network, theta, x)
        rows.append(flat)
        for block, (inner, outer) in enumerate(pattern):
            used |= {(block, 0, c + side) for c in inner for side in (0, 1)}
            used |= {(block, 1, c + side) for c in outer for side in (0, 1)}
    field = prime_field(prime)
    jacobian = p.jacobian(field, field.constant(np.array([theta], dtype=object)),
                          field.constant(np.array(rows, dtype=object)))
    value = rank(jacobian.reshape(-1, p.parameter_count), prime)
    return {"kind": "lower-bound", "value": value, "prime": prime, "seed": point_seed, "samples": samples,
            "knots_used": len(used)}


def _draw(seed: int, label: str, index: int) -> Fraction:
    """An odd multiple of 1/1024 in (-1, 1)."""
    return Fraction(2 * (splitmix64(derive_seed(seed, label, index)) % 1024) - 1023, 1024)
