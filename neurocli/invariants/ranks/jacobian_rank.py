"""Rank of the Jacobian of a parametrization at a point: the lower bound for the dimension.

Rows are derivatives of the outputs at sample inputs, with respect to the parameters.  The matrix
has integer entries at an integer point, and its rank modulo a prime is at most its rank over Q,
which is at most the generic rank: so a modular rank is a *proved* lower bound in characteristic
zero, whatever the prime and however degenerate the point.  That it is also the value holds with a
probability bounded in `failure_probability`.

The witness is reproduced from the prime and the seed; `check_rank` re-evaluates only the pivot
rows and takes one determinant.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from math import log2
from typing import Any

import numpy as np

from neurocli.algebra.block_rank import rank_by_blocks
from neurocli.algebra.matrices import is_regular, rank, rank_with_pivots
from neurocli.algebra.primes import check_prime, derive_seed
from neurocli.algebra.rings import Array, Floats, prime_field
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import UsageError

#: Above this rank pivots cost as much as the rank itself and are left out of the evidence.
PIVOTS_UP_TO = 400
#: A certificate that asks for more samples is refused.
MAX_SAMPLES = 1_000_000
#: Number of primes of 31 bits, 50 847 534 below 2^30 taken from 105 097 564 below 2^31 - 1.
PRIMES_OF_31_BITS = 50_000_000


@dataclasses.dataclass(frozen=True)
class Witness:
    """A modular rank with what reproduces it.

    Args:
        value: the rank.
        prime, seed, samples: what the matrix was made from.
        rows, columns: a regular square submatrix of that size, or empty when left out.
    """

    value: int
    prime: int
    seed: int
    samples: int
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()

    def evidence(self) -> dict[str, Any]:
        """The witness as an evidence record."""
        record: dict[str, Any] = {"kind": "lower-bound", "value": self.value, "prime": self.prime,
                                  "seed": self.seed, "samples": self.samples}
        if self.rows:
            record |= {"rows": list(self.rows), "columns": list(self.columns)}
        return record


def point(parametrization: Parametrization, prime: int, seed: int) -> Array:
    """The parameter point that a seed stands for: residues, shape (1, parameters)."""
    field = prime_field(prime)
    return field.random((1, parametrization.parameter_count), derive_seed(seed, "parameters"))


def inputs(parametrization: Parametrization, prime: int, seed: int, samples: int) -> Array:
    """The sample inputs that a seed stands for: residues, shape (samples, inputs)."""
    field = prime_field(prime)
    return field.random((samples, parametrization.program.input_size), derive_seed(seed, "inputs"))


def matrix(parametrization: Parametrization, prime: int, seed: int, samples: int) -> Array:
    """The Jacobian rows at the seed's point: array (outputs * samples, parameters) of residues."""
    field = prime_field(prime)
    jacobian = parametrization.jacobian(field, point(parametrization, prime, seed),
                                        inputs(parametrization, prime, seed, samples))
    return jacobian.reshape(-1, parametrization.parameter_count)


def jacobian_rank(parametrization: Parametrization, prime: int, seed: int, samples: int,
                  pivots: bool = True) -> Witness:
    """Rank of the Jacobian modulo `prime` at the point of `seed`, with `samples` inputs.

    Example:
        >>> import neurocli
        >>> jacobian_rank(neurocli.parametrization(neurocli.parse("mlp:3-2-1,r=2")), 2**31 - 1, 0, 8).value
        5
    """
    m = matrix(parametrization, prime, seed, samples)
    if min(m.shape) > PIVOTS_UP_TO and prime < 2**31:  # the last layer's columns are private to one output
        return Witness(rank_by_blocks(m.reshape(-1, samples, m.shape[1]), prime), prime, seed, samples)
    if pivots and min(m.shape) <= PIVOTS_UP_TO:
        found = rank_with_pivots(m, prime)
        return Witness(found.value, prime, seed, samples, found.rows, found.columns)
    return Witness(rank(m, prime), prime, seed, samples)


def check_rank(parametrization: Parametrization, evidence: Mapping[str, Any]) -> bool:
    """Whether a lower-bound record is right: the pivot minor is regular, no elimination is trusted.

    Notes:
        The claim is about the generic rank, so the minor may be regular at any point: it is tried at small integers
        in floating point, which is fast and rigorous, and then at the recorded point by a determinant modulo p.
        Row o * samples + s of the matrix is output o at sample s, so only the samples of the
        pivot rows are evaluated.  Without pivots the rank is computed again.

    Raises:
        UsageError: the recorded prime is not a prime.
    """
    value, prime = int(evidence["value"]), check_prime(int(evidence["prime"]))
    seed, samples = int(evidence["seed"]), int(evidence["samples"])
    if not 0 < samples <= MAX_SAMPLES:
        raise UsageError(f"evidence with {samples} samples", f"between 1 and {MAX_SAMPLES}")
    if "rows" not in evidence:
        return jacobian_rank(parametrization, prime, seed, samples, pivots=False).value >= value
    rows, columns = (np.array(list(map(int, evidence[key])), dtype=np.int64) for key in ("rows", "columns"))
    if len(set(rows.tolist())) != value or len(set(columns.tolist())) != value:
        return False
    if value == 0:
        return True
    if min(rows.min(), columns.min()) < 0 or columns.max() >= parametrization.parameter_count or rows.max() >= (
            samples * parametrization.program.output_size):
        return False
    from neurocli.invariants.ranks.small_point import minor_is_regular

    if minor_is_regular(parametrization, seed, rows // samples, rows % samples, columns):
        return True  # rank over Q, at another point: what is claimed
    used, position = np.unique(rows % samples, return_inverse=True)
    x = inputs(parametrization, prime, seed, samples)[used]
    jacobian = parametrization.jacobian(prime_field(prime), point(parametrization, prime, seed), x)
    jacobian = jacobian.reshape(-1, len(used), parametrization.parameter_count)
    picked = jacobian[(rows // samples)[:, None], position[:, None], columns]
    return is_regular(picked, prime)


def orbit_rank(parametrization: Parametrization, prime: int, seed: int) -> int:
    """Proved lower bound for the dimension of the generic orbit of the known symmetries.

    When every symmetry is a free torus the dimension of the group is the answer; otherwise the
    rank of the vector fields at one point modulo a prime is a lower bound for it.
    """
    if all(symmetry.free for symmetry in parametrization.symmetries):
        return parametrization.symmetry_dimension
    field = prime_field(prime)
    theta = point(parametrization, prime, seed)[0]
    return rank(parametrization.orbit_tangents(field, theta), prime)


def failure_probability(parametrization: Parametrization, value: int, prime: int) -> float:
    """Bound on the probability that one modular rank at a random point misses the generic rank.

    Args:
        value: the rank the network would have if the answer were wrong is at most the number of
            parameters; minors of that size are what must not vanish.

    Notes:
        A non-zero minor of size n is a polynomial in parameters and inputs of degree at most
        n (deg_parameters - 1 + deg_x), so it vanishes at a random point of F_p with probability
        at most degree / p [schwartz-1980].  For a prime drawn at random from the 31-bit primes it
        vanishes identically modulo p for at most log2(height) / 30 of them.  The height of an
        entry is at most the value of the Jacobian with all variables and coefficients 1.
        Residues come from 64-bit words, which shifts probabilities by less than 2^-32 each and is
        covered by the factor 2.
    """
    n = min(parametrization.parameter_count, value + 1)
    degree = n * ((parametrization.degree_parameters or 1) - 1 + (parametrization.degree_x or 1))
    height = n * (log2(n + 1) + _log_height(parametrization))
    return min(1.0, 2 * (degree / prime + height / 30 / PRIMES_OF_31_BITS))


def _log_height(parametrization: Parametrization) -> float:
    program = parametrization.program.with_absolute_constants()
    ones = np.ones((1, parametrization.parameter_count))
    x = np.ones((1, program.input_size))
    with np.errstate(over="ignore", invalid="ignore"):
        entries = program.jacobian(Floats(), ones, x)
    largest = float(entries.max(initial=1.0))
    return log2(largest) if np.isfinite(largest) else float(10 * (parametrization.degree_parameters or 1))
