"""Do two sets of weights give the same function, and which group element carries one to the other.

First both networks are evaluated at random inputs modulo primes: different residues prove that
the functions differ.  Where all agree the group element is sought layer by layer, exactly; when it
is found, sending A to B entry by entry, it proves that the functions are equal.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.algebra.primes import derive_seed, random_prime
from neurocli.algebra.rational_matrices import fraction
from neurocli.algebra.rings import Floats, prime_field
from neurocli.architectures.actions import Motion, move
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.architectures.weights import Weights
from neurocli.errors import UsageError
from neurocli.results.result import Result, Status

PRIMES, SAMPLES = 2, 3


@dataclasses.dataclass(frozen=True)
class Hashing:
    """What evaluation modulo primes says.

    Args:
        same: every residue agrees.
        error_probability: bound on the probability that different functions agree like this.
        evidence: prime, seed and number of samples, to evaluate again.
    """

    same: bool
    error_probability: float
    evidence: tuple[dict[str, Any], ...]


def hash_compare(parametrization: Parametrization, a: Weights, b: Weights, seed: int = 0) -> Hashing:
    """Compare two networks at random inputs modulo random primes.

    Notes:
        The difference of the outputs is a polynomial in the inputs of degree at most deg_x.  If it
        is not zero, it is zero modulo a random 31-bit prime, or vanishes at a random input, with a small
        probability [schwartz-1980]; the first is bounded through the bits of its coefficients.
    """
    degree = parametrization.degree_x
    if degree is None:
        raise UsageError(f"{parametrization.network}: not a polynomial network",
                         "compare floating-point outputs with --tolerance")
    bits = _coefficient_bits(parametrization, a) + _coefficient_bits(parametrization, b)
    error, trial = 1.0, 0
    evidence: list[dict[str, Any]] = []
    while len(evidence) < PRIMES:
        p = random_prime(derive_seed(seed, "equivalence", trial))
        trial += 1
        first, second = a.residues(p), b.residues(p)
        if first is None or second is None:
            continue
        field = prime_field(p)
        x = field.random((SAMPLES, parametrization.program.input_size), derive_seed(seed, "inputs", trial))
        values = parametrization.evaluate(field, np.stack([first, second]), x)
        evidence.append({"kind": "residues", "prime": p, "trial": trial, "samples": SAMPLES})
        if not np.array_equal(values[0], values[1]):
            return Hashing(False, 0.0, (evidence[-1],))
        error *= min(1.0, bits / 30 / 50_000_000 + min(1.0, degree / 2**30) ** SAMPLES)
    return Hashing(True, error, tuple(evidence))


def _coefficient_bits(parametrization: Parametrization, w: Weights) -> float:
    """Bits of the numerator of a coefficient: degree in the weights times their size, roughly bounded above."""
    degree = parametrization.degree_parameters or 1
    return float(degree * (w.bits + 2 * len(w.entries).bit_length()) + 64)


def group_element(network: Network, parametrization: Parametrization, a: Weights, b: Weights) -> list[Motion] | None:
    """Motions of the known group that carry the weights A to B exactly, or None when none is found.

    Notes:
        At generic weights the search is complete for the families made of layers and for
        attention: neurons are told apart by the directions of their incoming weights, changes of
        basis by solving linear equations.  Dead or parallel neurons may defeat it.
    """
    from neurocli.invariants.fibres.group_search import search

    start, goal = (parametrization.blocks(w.exact()) for w in (a, b))
    motions = search(network, start, goal)
    if motions is None:
        return None
    reached = move(network, motions, start)
    if any(not np.array_equal(reached[name], goal[name]) for name in goal):
        return None
    return [motion for motion in motions if not motion.is_identity]


def equivalent(network: Network, a: Weights, b: Weights, *, tolerance: float | None = None, seed: int = 0) -> Result:
    """Whether two sets of weights give the same function, with the group element where one is found.

    Args:
        network: the architecture of both.
        a, b: their weights.
        tolerance: accept outputs that differ by at most this much, relative to their size.
        seed: seed of the random inputs.

    Returns:
        A result whose value is {"same": bool}; data: element (list of motions or None), relative_difference.

    Notes:
        `proved` when a residue differs, or when the group element is found and checked entry by
        entry; `probable` when all residues agree and no element is found; `numerical` with a tolerance.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> from neurocli.architectures.weights import weights
        >>> net = parse("mlp:2-2-1,r=2"); p = parametrization(net)
        >>> r = equivalent(net, weights([1, 2, 3, 4, 1, 1], p), weights([3, 4, 2, 4, 1, "1/4"], p))
        >>> r.value["same"], r.status.value, r.data["element"][0]["permutation"]
        (True, 'proved', [2, 1])
    """
    from neurocli.architectures.registry import parametrization as of

    parametrization = of(network)
    data: dict[str, Any] = {"question": "equivalent", "a": a.source, "b": b.source, "element": None,
                            "relative_difference": None, "tolerance": tolerance}
    if parametrization.degree_x is None:
        return _numerically(network, parametrization, a, b, 1e-9 if tolerance is None else tolerance, seed, data)
    hashing = hash_compare(parametrization, a, b, seed)
    if hashing.same:
        motions = group_element(network, parametrization, a, b)
        if motions is None:
            return Result("fibers", network.spelling, {"same": True}, Status.PROBABLE, "modular-hashing", data,
                          ("the same function at every input tried; no element of the known group was found that "
                           "carries A to B: they are different points of the fibre, or have dead or parallel neurons",),
                          hashing.evidence, hashing.error_probability, seed)
        data["element"] = [motion.to_json() for motion in motions]
        line = "the weights are equal" if not motions else "the group element carries A to B, entry by entry"
        return Result("fibers", network.spelling, {"same": True}, Status.PROVED, "group-element", data, (line,),
                      ({"kind": "group-element", "motions": data["element"]},), None, seed)
    gap = relative_difference(parametrization, a, b, seed)
    data["relative_difference"] = gap
    if tolerance is not None and gap <= tolerance:
        return _numerically(network, parametrization, a, b, tolerance, seed, data)
    lines = [f"the outputs differ modulo {hashing.evidence[0]['prime']}"]
    if (a.floating or b.floating) and gap < 1e-3:
        lines.append(f"the weights are floats and the outputs differ by {gap:.2g} relative to their size, which may be "
                     f"rounding: try --tolerance {_above(gap)}")
    return Result("fibers", network.spelling, {"same": False}, Status.PROVED, "modular-hashing", data, tuple(lines),
                  hashing.evidence, None, seed)


def relative_difference(parametrization: Parametrization, a: Weights, b: Weights, seed: int = 0) -> float:
    """Largest difference of the outputs at random inputs in [-1, 1], relative to their largest size."""
    rng = np.random.default_rng([seed, 17])
    x = rng.uniform(-1.0, 1.0, (20, parametrization.program.input_size))
    theta = np.array([list(map(float, w.entries)) for w in (a, b)])
    with np.errstate(over="ignore", invalid="ignore"):
        values = parametrization.evaluate(Floats(), theta, x)
        gap, size = np.abs(values[0] - values[1]).max(), np.abs(values).max()
    if not np.isfinite(size):
        return float("inf") if not np.isfinite(gap) or gap else 0.0
    return float(gap / size) if size else 0.0


def _numerically(network: Network, parametrization: Parametrization, a: Weights, b: Weights, tolerance: float,
                 seed: int, data: dict[str, Any]) -> Result:
    gap = relative_difference(parametrization, a, b, seed)
    same = gap <= tolerance
    data = {**data, "relative_difference": gap if np.isfinite(gap) else None, "tolerance": tolerance}
    line = f"outputs at random inputs differ by {gap:.2g} relative to their size, " + \
        (f"within {tolerance:g}" if same else f"more than {tolerance:g}")
    return Result("fibers", network.spelling, {"same": same}, Status.NUMERICAL, "floating-point", data, (line,), (),
                  None, seed)


def _above(gap: float) -> str:
    from math import ceil, log10

    return f"1e{ceil(log10(gap)) if gap > 0 else -15}"


def check_element(network: Network, motions: list[Motion], a: Weights, b: Weights) -> bool:
    """Whether the motions carry A to B: the verifier, which searches nothing."""
    from neurocli.architectures.registry import parametrization as of

    start, goal = (of(network).blocks(w.exact()) for w in (a, b))
    reached = move(network, motions, start)
    return all(np.array_equal(reached[name], goal[name]) for name in goal)


def as_fractions(blocks: dict[str, np.ndarray]) -> list[Fraction]:
    """Flat weights of blocks of FLINT rationals."""
    return [fraction(value) for block in blocks.values() for value in block.ravel().tolist()]
