"""The whole fibre over one function: components with dimension and degree, rational representatives.

A neuron with incoming weights that are not zero is scaled so that a random linear form of them is 1; one
whose incoming weights vanish has free outgoing weights.  So the fibre is a union of finitely many
systems, one for each set of such neurons, in each of which the rescalings are used up.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, prod
from pathlib import Path
from typing import Any

import numpy as np

from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, splitmix64
from neurocli.algebra.reconstruction import rational
from neurocli.architectures.actions import allowed_scalings, hidden_widths, places
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.architectures.weights import Weights, number
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import DataError, EngineError, LimitError
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.fibres.fibre_ideal import (
    Unknowns,
    fibre_of_coefficients,
    fibre_system,
    in_gauge,
    without_gauge,
)
from neurocli.results.result import Result, Status

BUDGET = 60.0
MAX_CASES, MAX_POINTS = 64, 48


@dataclasses.dataclass(frozen=True)
class Case:
    """A part of the fibre: some neurons without input, the others scaled.

    Args:
        unknowns: the parameters that are left.
        dead: (layer, neuron) whose incoming weights are zero, numbered from 1.
        orbit: dimension of the rescalings that were used up.
        free: outgoing weights of dead neurons, which are arbitrary.
    """

    unknowns: Unknowns
    dead: tuple[tuple[int, int], ...]
    orbit: int
    free: int


def read_function(at: Any) -> list[Fraction] | None:
    """The coefficients of {"function": [...]}, in Python or in a JSON file; None for anything else.

    Raises:
        DataError: coefficients that are no finite real numbers.
    """
    if isinstance(at, (str, Path)) and str(at).lower().endswith(".json"):
        try:
            at = json.loads(Path(at).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None  # the reader of weights says what is wrong
    if not isinstance(at, dict) or set(at) != {"function"}:
        return None
    if not isinstance(at["function"], (list, tuple)):
        raise DataError("function: expected a list of coefficients")
    return [Fraction(number(value, f"function[{i}]")) for i, value in enumerate(at["function"], 1)]


def cases(network: Network, parametrization: Parametrization, seed: int = 0) -> tuple[list[Case], bool]:
    """The parts of the fibre, and whether they cover all of it."""
    widths = hidden_widths(network)
    if network.family == "cnn" and not network.get("channels"):
        widths = (1,) * (len(network.shape) - 1)
    scalable = network.family in ("mlp", "cnn", "clifford") and widths and all(
        allowed_scalings(network, layer) == "any" for layer in range(1, len(widths) + 1))
    if not scalable:
        if network.family in ("lightning", "gcnn", "softmax") and parametrization.gauge.complete:
            return [Case(in_gauge(parametrization), (), parametrization.symmetry_dimension, 0)], False
        return [Case(without_gauge(parametrization), (), 0, 0)], True
    neurons = [(layer, i) for layer, k in enumerate(widths, 1) for i in range(k)]
    covers = not network.get("bias") and 2 ** len(neurons) <= MAX_CASES
    subsets = [s for size in range(len(neurons) + 1) for s in combinations(neurons, size)] if covers else [()]
    found = [_case(network, parametrization, neurons, set(dead), seed) for dead in subsets]
    return [part for part in found if part is not None], covers


def _case(network: Network, parametrization: Parametrization, neurons: list[tuple[int, int]],
          dead: set[tuple[int, int]], seed: int) -> Case | None:
    blocks = parametrization.blocks(np.arange(parametrization.parameter_count))

    def row(layer: int, i: int) -> list[int]:
        incoming = places(network, layer)[0]
        return [int(j) for name in incoming for j in blocks[name][i].ravel()]

    fixed: dict[int, int] = {}
    free: set[int] = set()
    for layer, i in dead:
        _, outgoing, axis = places(network, layer)
        fixed |= dict.fromkeys(row(layer, i), 0)
        free |= {int(j) for j in np.take(blocks[outgoing], i, axis=axis).ravel()}
    free -= set(fixed)
    fixed |= dict.fromkeys(free, 0)  # outgoing weights of a neuron that is always 0 do not enter
    linear: dict[int, tuple[tuple[tuple[int, int], ...], int]] = {}
    for layer, i in neurons:
        entries = [j for j in row(layer, i) if j not in fixed]
        if (layer, i) in dead:
            continue
        if not entries:  # all its inputs are dead, so it is dead too: another part
            return None
        c = [splitmix64(derive_seed(seed, "gauge", layer, i, j)) % 19 - 9 or 1 for j in entries]
        linear[entries[0]] = (tuple((-a, j) for a, j in zip(c[1:], entries[1:], strict=True)), 1)
    unknown = tuple(j for j in range(parametrization.parameter_count) if j not in fixed and j not in linear)
    return Case(Unknowns(fixed, unknown, linear), tuple((a, b + 1) for a, b in sorted(dead)), len(neurons) - len(dead),
                len(free))


def fibre_over(network: Network, weights: Weights | None, coefficients: list[Fraction] | None = None, *, seed: int = 0,
               engine: str | None = None, timeout: float | None = None, memory_mb: int | None = None) -> Result:
    """The fibre over the function with these weights, or these coefficients.

    Returns:
        A result whose value is {"dimension", "components", "classes"}; dimension -1 when the fibre is empty;
        data: the components with dimension, degree and a representative.

    Notes:
        For a one-channel CNN with a monomial activation the fibre is read off the zeros at the ends
        of the filters: shift vectors (see theorems/singularities.py).
    """
    from neurocli.invariants.fibres.cnn_fibre import cnn_fibre

    if weights is not None:
        closed = cnn_fibre(network, weights, seed)
        if closed is not None:
            return closed
    return computed_fibre(network, weights, coefficients, seed=seed, engine=engine, timeout=timeout,
                          memory_mb=memory_mb)


def computed_fibre(network: Network, weights: Weights | None, coefficients: list[Fraction] | None, *, seed: int,
                   engine: str | None, timeout: float | None, memory_mb: int | None) -> Result:
    """The fibre by Gröbner bases modulo a prime, representatives lifted to Q and verified."""
    from neurocli.architectures.registry import parametrization as of
    from neurocli.engines.registry import choose_engine

    parametrization, p = of(network), DEFAULT_PRIME
    chosen = choose_engine(engine)
    deadline = time.monotonic() + (BUDGET if timeout is None else 0.9 * timeout)
    parts, covers = cases(network, parametrization, seed)
    theta = None if weights is None else weights.residues(p)
    if weights is not None and theta is None:
        raise DataError(f"{weights.source}: a denominator is divisible by {p}", "write the weights in another form")
    found: list[dict[str, Any]] = []
    trouble, points = "", None
    for part in parts:
        if coefficients is not None:
            system = fibre_of_coefficients(parametrization, part.unknowns, coefficients, p)
        else:
            assert theta is not None
            system = fibre_system(parametrization, part.unknowns, [int(v) for v in theta], p, seed)
        try:
            record = _component(parametrization, part, system, weights, chosen, deadline, memory_mb)
        except (LimitError, EngineError) as error:
            trouble = error.message
            break
        if record is None:
            continue
        if not part.dead and record["kind"] == "orbits":
            points = record["count"]
        found.append(record)
    found.sort(key=lambda c: (-c["dimension"], len(c["dead"])))
    whole = None
    if any(c["kind"] == "family" and c["degree"] is None for c in found) and weights is not None and not trouble:
        assert theta is not None
        whole = _whole(parametrization, [int(v) for v in theta], chosen, min(10.0, deadline - time.monotonic()), seed)
        if whole is not None:
            for c in found:  # one part of highest dimension has all of the degree
                top = [d for d in found if d["dimension"] == whole[0]]
                if c["degree"] is None and top == [c]:
                    c["degree"] = whole[1]
    order = _permutations(network)
    classes = points // order if points and len(found) == 1 and points % order == 0 else None
    dimension = max((c["dimension"] for c in found), default=-1)
    counts = [c["count"] for c in found]
    value = {"dimension": dimension, "components": None if None in counts else sum(counts), "classes": classes}
    lines = _sentences(found, covers)
    data = {"question": "at", "components": found, "trouble": trouble, "complete": covers and not trouble,
            "limit": bool(trouble) and timeout is not None}
    status = Status.UNDECIDED if trouble else Status.PROBABLE
    return Result("fibers", network.spelling, value, status, "groebner", data, tuple(lines), (), None, seed,
                  {"name": chosen.name})


def _whole(parametrization: Parametrization, theta: list[int], engine: Engine, seconds: float,
           seed: int) -> tuple[int, int] | None:
    """Dimension and degree of the whole fibre, rescalings included; None where that takes too long."""
    system = fibre_system(parametrization, without_gauge(parametrization), theta, DEFAULT_PRIME, seed)
    try:
        return engine.dimension_and_degree(system, Limits(max(0.1, seconds)))
    except (LimitError, EngineError):
        return None


def _sentences(found: list[dict[str, Any]], covers: bool) -> list[str]:
    lines = []
    if not found:
        lines.append("empty: the function is not in the image" if covers else "no point of the fibre is in the gauge")
    if any(c["kind"] == "family" for c in found):
        lines.append("a family holds all its components of highest dimension, its degree counts multiplicities")
    if any(c["dead"] for c in found):
        lines.append("parts with dead neurons may lie in the closure of others of larger dimension")
    if not covers:
        lines.append("only points in the gauge were looked for")
    return lines


def _permutations(network: Network) -> int:
    from neurocli.architectures.actions import gauge_stabilizer

    return prod(map(factorial, hidden_widths(network))) if hidden_widths(network) else gauge_stabilizer(network)


def _component(parametrization: Parametrization, part: Case, system: PolynomialSystem, weights: Weights | None,
               engine: Engine, deadline: float, memory_mb: int | None) -> dict[str, Any] | None:
    """One part of the fibre as a record, or None when it is empty."""
    from neurocli.invariants.singularities.components import quotient_algebra

    left = max(0.1, deadline - time.monotonic())
    if not system.generators and not part.unknowns.free:
        dimension, degree = 0, 1
    else:
        dimension, degree = engine.dimension_and_degree(system, Limits(left, memory_mb))
    if dimension < 0:
        return None
    total = dimension + part.orbit + part.free
    dead = [list(neuron) for neuron in part.dead]
    if dimension > 0 or not part.unknowns.free:
        count = 1 if not part.unknowns.free else None
        kind = "orbits" if count else "family"
        own = degree if part.orbit == 0 else None
        return {"kind": kind, "count": count, "dimension": total, "degree": own, "dead": dead, "representative": None}
    algebra = quotient_algebra(system, system.characteristic, engine, left)
    assert algebra is not None
    reps = _representatives(parametrization, part, system, algebra, weights, engine, left)
    orbit_degree: int | None = 1
    if part.orbit:
        neurons = parametrization.network.family in ("mlp", "cnn")
        orbit_degree = toric_degree(parametrization.network, reps[0]) if reps and neurons else None
    return {"kind": "orbits", "count": int(algebra.solutions), "dimension": total, "degree": orbit_degree, "dead": dead,
            "representative": reps[0] if reps else None, "representatives": reps,
            "multiplicity": int(algebra.dimension)}


def _representatives(parametrization: Parametrization, part: Case, system: PolynomialSystem, algebra: Any,
                     weights: Weights | None, engine: Engine, seconds: float) -> list[list[Fraction]]:
    """The points over Q: points over F_p lifted by rational reconstruction and verified."""
    p = system.characteristic
    found = []
    form = algebra.random_form()
    for piece in algebra.primary_pieces()[:MAX_POINTS]:
        if len(piece.factor) != 2:
            continue
        n = len(system.variables)
        shifted = {e: int(c) for e, c in form.items()} | {(0,) * n: piece.factor[0]}
        basis = engine.groebner_basis(dataclasses.replace(system, polynomials=(*system.generators, shifted)),
                                      Limits(seconds))
        residues = _point(basis, n, p)
        if residues is None:
            continue
        lifted = [rational(v, p) for v in residues]
        if None in lifted:
            continue
        point = complete(parametrization, part.unknowns, [v for v in lifted if v is not None])
        if weights is None or same_function(parametrization, point, weights):
            found.append(point)
    return found


def _point(basis: Sequence[Any], n: int, p: int) -> list[int] | None:
    """The coordinates when the radical of the ideal is visibly one rational point."""
    values: list[int | None] = [None] * n
    for f in basis:
        lead = next(iter(f))
        if sum(lead) == 1 and all(sum(e) == 0 for e in list(f)[1:]):
            values[lead.index(1)] = -int(f.get((0,) * n, 0)) % p
    return None if None in values else [v for v in values if v is not None]


def complete(parametrization: Parametrization, unknowns: Unknowns, free: Sequence[Fraction]) -> list[Fraction]:
    """All parameters from the values of the unknowns."""
    theta = [Fraction(0)] * parametrization.parameter_count
    for j, constant in unknowns.fixed.items():
        theta[j] = Fraction(constant)
    for j, value in zip(unknowns.free, free, strict=True):
        theta[j] = value
    for j, (terms, constant) in unknowns.linear.items():
        theta[j] = sum((c * theta[k] for c, k in terms), Fraction(constant))
    return theta


def same_function(parametrization: Parametrization, point: Sequence[Fraction], weights: Weights) -> bool:
    """Whether two points give the same function, by evaluation modulo primes (the verifier)."""
    from neurocli.invariants.fibres.equivalence import hash_compare

    return hash_compare(parametrization, Weights(tuple(point), False, "fibre"), weights).same


def toric_degree(network: Network, point: Sequence[Fraction]) -> int | None:
    """Degree of the closure of the orbit of the rescalings through a point.

    The normalized volume of the convex hull of 0 and the characters of the weights that are not zero
    (every neuron has such an incoming weight, so the characters generate the lattice).
    """
    from neurocli.architectures.actions import exponent
    from neurocli.architectures.registry import parametrization as of

    parametrization = of(network)
    blocks = parametrization.blocks(np.arange(parametrization.parameter_count))
    widths = hidden_widths(network) or (1,) * (len(network.shape) - 1)
    neurons = [(layer, i) for layer, k in enumerate(widths, 1) for i in range(k)]
    characters = np.zeros((parametrization.parameter_count, len(neurons)), dtype=np.int64)
    for place, (layer, i) in enumerate(neurons):
        incoming, outgoing, axis = places(network, layer)
        for name in incoming:
            characters[blocks[name][i].ravel(), place] += 1
        characters[np.take(blocks[outgoing], i, axis=axis).ravel(), place] -= exponent(network, layer)
    used = {tuple(row) for row, value in zip(characters.tolist(), point, strict=True) if value}
    vertices = np.array(sorted(used | {(0,) * len(neurons)}))
    if len(neurons) == 1:
        return int(vertices.max() - vertices.min())
    if len(neurons) > 6:
        return None
    from scipy.spatial import ConvexHull, QhullError

    try:
        return round(ConvexHull(vertices).volume * factorial(len(neurons)))
    except QhullError:  # a neuron without input: the orbit is smaller
        return None
