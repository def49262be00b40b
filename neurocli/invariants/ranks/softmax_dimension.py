"""Dimension of softmax attention: a certified lower bound and a proved upper bound.

The functions are real analytic, so their set has a dimension: the generic rank of the Jacobian.
Floating point picks a submatrix of the numerical rank; its determinant in ball arithmetic does
not contain zero, so the rank at that real point, hence the generic rank, is at least that:
*certified*.  The symmetries (bases of queries and keys, bases between the layers) hold for any
normalization, so parameters minus their orbits is a rigorous upper bound.  Where the two meet
the dimension is certified; that they always meet is the conjecture on normalized attention.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rings import ExactRing, Floats, PrimeField
from neurocli.algebra.versions import flint_engine
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.architectures.registry import parametrization
from neurocli.architectures.softmax import reduce
from neurocli.errors import UsageError
from neurocli.results.result import Result, Status
from neurocli.theorems.bound import Bound, best_upper
from neurocli.theorems.catalogue import dimension_bounds

#: Bits of the ball arithmetic that certifies the determinant.
PRECISION = 256
#: A singular value below this share of the largest one counts as zero for the choice of pivots.
TOLERANCE = 1e-9


def softmax_dim(network: Network, method: str, seed: int) -> Result:
    """The dimension with status certified where the bounds meet.

    Raises:
        UsageError: a method that needs polynomials.
    """
    if method == "symbolic":
        raise UsageError(f"{network}: softmax is no polynomial, so there is no map to expand", "use --method rank")
    small = reduce(network)
    uppers = [*upper_bounds(network, small, seed), *dimension_bounds(network)]
    upper = best_upper(uppers)
    assert upper is not None
    parameters = parametrization(network).parameter_count
    if method == "theorem":
        return _result(network, upper.value, Status.BOUND, "theorem", parameters, uppers, [upper.evidence()], seed,
                       ("an upper bound only",))
    witness, gap = certified_rank(small, upper.value, seed)
    if witness["value"] < upper.value:
        witness = ball_rank(small, upper.value, seed, witness)
    met = witness["value"] == upper.value
    lines = [] if witness.get("precision", 0) > PRECISION else [
        f"spectrum of the Jacobian drops by a factor of {gap:.1e} after this rank"]
    if met:
        lines.append(f"attains the bound: {upper.statement}")
    for bound in uppers:
        if not bound.proved:
            verb = "agrees with" if bound.value == witness["value"] else "differs from"
            lines.append(f"{verb} the conjectured value {bound.value}: {bound.statement}")
    evidence = [witness, upper.evidence(), *(b.evidence() for b in uppers if not b.proved)]
    if not met:  # the spectrum of floats decides nothing: what is certified is a lower bound
        lines.insert(0, f"at least {witness['value']}, at most {upper.value}")
    status = Status.CERTIFIED if met else Status.BOUND
    return _result(network, witness["value"], status, "ball-arithmetic", parameters, uppers, evidence, seed,
                   tuple(lines) + small.equivalent)


def _result(network: Network, value: int, status: Status, method: str, parameters: int, uppers: list[Bound],
            evidence: list[Any], seed: int, explanation: tuple[str, ...]) -> Result:
    expected = min((b.value for b in uppers), default=value)
    data = {"parameters": parameters, "ambient": None, "expected": expected, "defect": expected - value,
            "filling": None, "fibre_dimension": parameters - value,
            "symmetry_dimension": parametrization(network).symmetry_dimension}
    return Result("dim", network.spelling, value, status, method, data, explanation, tuple(evidence), None, seed,
                  flint_engine())


def upper_bounds(network: Network, small: Parametrization, seed: int) -> list[Bound]:
    """Parameters minus the orbits of the symmetries, and the linear network of a single token."""
    from neurocli.invariants.ranks.jacobian_rank import orbit_rank

    orbit = orbit_rank(small, 2**31 - 1, seed)
    found = [Bound("upper", small.parameter_count - orbit, "parameters minus symmetries",
                   f"{small.parameter_count} parameters, orbits of dimension at least {orbit}", small.equivalent)]
    if network.get("t") == 1:
        # one token: every score is 1, the network is the linear network of its matrices V
        widths = network.shape
        r = min(widths)
        found.append(Bound("upper", r * (widths[0] + widths[-1] - r), "one token",
                           "with one token the scores are 1 and the network is linear"))
    return found


def point(p: Parametrization, seed: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Parameters and inputs that a seed stands for: multiples of 1/64 in [-1, 1), exact in binary."""
    def draw(shape: tuple[int, ...], label: str) -> np.ndarray:
        residues = PrimeField(2**31 - 1).random(shape, derive_seed(seed, label))
        return ((residues % np.uint64(128)).astype(np.int64) - 64) / 64.0

    return draw((1, p.parameter_count), "parameters"), draw((samples, p.program.input_size), "inputs")


def certified_rank(p: Parametrization, upper: int, seed: int) -> tuple[dict[str, Any], float]:
    """A lower-bound record whose determinant is certified, and the gap in the float spectrum."""
    samples = upper + 2
    theta, x = point(p, seed, samples)
    jacobian = p.jacobian(Floats(), theta, x).reshape(-1, p.parameter_count)
    singular = np.linalg.svd(jacobian, compute_uv=False)
    value = int((singular > TOLERANCE * singular[0]).sum())
    if upper <= len(singular) and singular[upper - 1] > np.finfo(float).eps * singular[0]:
        value = upper  # the bound is within reach of the balls, whatever the tolerance says
    gap = float(singular[value - 1] / max(singular[value], 1e-300)) if value < len(singular) else float("inf")
    while value:
        rows, columns = pivots(jacobian, value)
        record = {"kind": "lower-bound", "value": value, "ring": "balls", "precision": PRECISION, "seed": seed,
                  "samples": samples, "rows": rows, "columns": columns}
        if check_certified_rank(p, record):
            return record, gap
        value -= 1  # the choice of pivots was too optimistic for the precision
    return {"kind": "lower-bound", "value": 0, "ring": "balls", "seed": seed, "samples": samples,
            "rows": [], "columns": []}, gap


#: Precisions in bits of the elimination in balls, and the largest number of parameters it is tried for.
ELIMINATION_PRECISIONS = (1024, 4096)
ELIMINATION_PARAMETERS = 80


def ball_rank(p: Parametrization, upper: int, seed: int, known: dict[str, Any]) -> dict[str, Any]:
    """The rank that Gaussian elimination in balls certifies, where floats saw too little.

    Deep normalized networks have Jacobians whose singular values spread over more digits than a
    float holds.  Every pivot is a ball without zero, so the rows and columns chosen carry a
    regular minor; the record is checked by its determinant all the same.
    """
    from neurocli.algebra.balls import balls, elimination

    if p.parameter_count > ELIMINATION_PARAMETERS:
        return known
    samples = upper + 2
    theta, x = point(p, seed, samples)
    for precision in ELIMINATION_PRECISIONS:
        with balls(precision) as embed:
            jacobian = p.jacobian(ExactRing(embed), _exact(theta, embed), _exact(x, embed))
            rows, columns = elimination(jacobian.reshape(-1, p.parameter_count), upper)
        record = {"kind": "lower-bound", "value": len(rows), "ring": "balls", "precision": precision, "seed": seed,
                  "samples": samples, "rows": rows, "columns": columns}
        if len(rows) > known["value"] and check_certified_rank(p, record):
            known = record
        if known["value"] == upper:
            break
    return known


def pivots(matrix: np.ndarray, count: int) -> tuple[list[int], list[int]]:
    """Rows and columns of a well conditioned submatrix: Gaussian elimination, complete pivoting."""
    work = matrix.copy()
    rows, columns = [], []
    for _ in range(count):
        i, j = divmod(int(np.abs(work).argmax()), work.shape[1])
        rows.append(i)
        columns.append(j)
        work = work - np.outer(work[:, j], work[i]) / work[i, j]
        work[i], work[:, j] = 0.0, 0.0
    return rows, columns


def check_certified_rank(p: Parametrization, record: Any) -> bool:
    """Whether the recorded submatrix is regular: its determinant in balls excludes zero (the verifier)."""
    from neurocli.algebra.balls import balls, determinant_excludes_zero

    rows, columns, samples = list(record["rows"]), list(record["columns"]), int(record["samples"])
    if len(set(rows)) != record["value"] or len(set(columns)) != record["value"]:
        return False
    if not rows:
        return True
    used = sorted({r % samples for r in rows})
    position = {s: i for i, s in enumerate(used)}
    theta, x = point(p, int(record["seed"]), samples)
    with balls(int(record.get("precision", PRECISION))) as embed:
        ring = ExactRing(embed)
        jacobian = p.jacobian(ring, _exact(theta, embed), _exact(x[used], embed))
        jacobian = jacobian.reshape(-1, len(used), p.parameter_count)
        picked = [[jacobian[r // samples, position[r % samples], c] for c in columns] for r in rows]
        return determinant_excludes_zero(picked)


def _exact(array: np.ndarray, embed: Any) -> np.ndarray:
    """Dyadic floats as exact balls."""
    result = np.empty(array.size, dtype=object)
    result[:] = [embed(float(value)) for value in array.ravel()]
    return result.reshape(array.shape)
