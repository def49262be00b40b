"""Is the function with given weights a singular point of the neurovariety, and of what kind.

Tried in this order: coefficient matrices of determinantal neurovarieties; shift vectors of CNNs; spans of
Jacobian images over the weights of one function (singular when larger than the dimension); verified
equations (smooth when their Jacobian has full rank); and the fibre: with as many preimages as a generic
function, all unramified, only one smooth branch passes.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed
from neurocli.algebra.rational_matrices import exact
from neurocli.algebra.rational_matrices import rank as rational_rank
from neurocli.algebra.rings import prime_field
from neurocli.architectures.actions import hidden_widths, places
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.architectures.weights import Weights
from neurocli.errors import DataError, NeurocliError
from neurocli.results.result import Result, Status

#: Coordinates and degree up to which equations are looked for.
MAX_COORDINATES, MAX_DEGREE = 12, 3
SPAN_DRAWS = 12


def singular_point(network: Network, weights: Weights, *, prime: int | None, seed: int, engine: str | None,
                   timeout: float | None, memory_mb: int | None) -> Result:
    """Whether the function with these weights is singular.

    Returns:
        A result whose value is {"verdict": smooth | singular | undecided, "kind": cusp-like | node | both |
        vertex | None}; data: dim, rank, tangent (dimension of the Zariski tangent space or a lower
        bound), preimages.
    """
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.singular_locus import known_dimension

    parametrization, p = of(network), prime or DEFAULT_PRIME
    dimension, proved = known_dimension(network, prime, seed, memory_mb)
    theta = weights.residues(p)
    if theta is None:
        raise DataError(f"{weights.source}: a denominator is divisible by {p}", "choose another --prime")
    own, span = tangent_span(network, parametrization, theta, weights, p, seed)
    data: dict[str, Any] = {"question": "at", "dim": dimension.value, "dim_status": dimension.status.value, "rank": own,
                            "tangent": max(own, span), "preimages": None, "trouble": ""}
    answer = (_filling(dimension, proved) or _determinantal(network, weights, dimension, proved)
              or _shifts(network, weights, data) or _attention(network, weights, dimension, proved)
              or _span(dimension.value, proved, own, span)
              or _equations(parametrization, dimension.value, proved, theta, p, seed, own, data)
              or _fibre(network, weights, dimension.value, own, seed, engine, timeout, memory_mb, data))
    verdict, kind, status, method, line = answer or (
        "undecided", None, Status.UNDECIDED, "none", "no certificate of either kind was found")
    evidence = [*dimension.evidence, {"kind": "ranks", "prime": p, "seed": seed, "rank": own, "span": span}]
    return Result("sing", network.spelling, {"verdict": verdict, "kind": kind}, status, method, data, (line,),
                  tuple(evidence), None, seed, dimension.engine)


Answer = tuple[str, str | None, Status, str, str]


def tangent_span(network: Network, parametrization: Parametrization, theta: np.ndarray, weights: Weights, p: int,
                 seed: int) -> tuple[int, int]:
    """Rank of the Jacobian at the weights, and dimension of the span over weights of the same function.

    Neurons whose outgoing weights vanish get random incoming ones and the other way round.
    """
    field = prime_field(p)
    ambient = parametrization.ambient.dimension if parametrization.ambient else parametrization.parameter_count
    outputs = parametrization.program.output_size
    samples = min(ambient, 3 * parametrization.parameter_count + 20) // outputs + 3
    x = field.random((samples, parametrization.program.input_size), derive_seed(seed, "tangent"))

    def image(point: np.ndarray) -> np.ndarray:
        rows = parametrization.jacobian(field, point[None, :], x).reshape(-1, parametrization.parameter_count)
        return np.asarray(rows[:, rows.any(axis=0)].T)

    first = image(theta)
    own = rank(first, p)
    rows, size = first, own
    for draw in range(SPAN_DRAWS):
        moved = _same_function(network, parametrization, theta, weights, field, derive_seed(seed, "draw", draw))
        if moved is None:
            break
        rows = np.concatenate([rows, image(moved)])
        size = rank(rows, p)
    return own, size


def _same_function(network: Network, parametrization: Parametrization, theta: np.ndarray, weights: Weights, field: Any,
                   seed: int) -> np.ndarray | None:
    """Other weights of the same function: free weights of dead neurons drawn at random; None when none are dead."""
    widths = hidden_widths(network)
    if network.get("bias") or not widths:
        return None
    zero = np.array([value == 0 for value in weights.entries])
    theta = theta.copy()
    flags, blocks = parametrization.blocks(zero), parametrization.blocks(theta)
    drawn = parametrization.blocks(field.random(theta.shape, seed))
    moved = False
    for layer, k in enumerate(widths, 1):
        incoming, outgoing, axis = places(network, layer)
        for i in range(k):
            column = (slice(None),) * axis + (i,)
            if flags[outgoing][column].all():
                moved = True
                for name in incoming:
                    blocks[name][i] = drawn[name][i]
    return theta if moved else None


def _filling(dimension: Result, proved: bool) -> Answer | None:
    if dimension.value != dimension.data["ambient"]:
        return None
    return ("smooth", None, Status.PROVED if proved else Status.PROBABLE, "filling",
            "the neurovariety is the whole ambient space")


def _determinantal(network: Network, weights: Weights, dimension: Result, proved: bool) -> Answer | None:
    """Smooth exactly where the coefficient matrix has the generic rank."""
    from neurocli.theorems.singularities import closed_form

    known = closed_form(network, dimension.value, dimension.data["ambient"], proved)
    if known is None or known.theorem not in ("determinantal variety", "symmetric determinantal variety"):
        return None
    matrix = coefficient_matrix(network, weights, known.theorem.startswith("symmetric"))
    if matrix is None:
        return None
    value = rational_rank(matrix)
    linear = network.family == "linear" or set(network.get("r", ())) == {1}
    generic = min(network.shape) if linear else network.shape[-2]
    line = f"the coefficient matrix has rank {value}, a generic one {generic}"
    status = Status.PROVED if known.proved else Status.PROBABLE
    if value == generic:
        return "smooth", None, status, "theorem", line
    return "singular", "cusp-like" if value else "vertex", status, "theorem", line


def coefficient_matrix(network: Network, weights: Weights, symmetric: bool) -> np.ndarray | None:
    """The matrix of coefficients of the function, exactly: outputs by monomials, or of a quadratic form."""
    from neurocli.architectures.expansion import labelled_map
    from neurocli.architectures.registry import parametrization as of
    from neurocli.errors import TooLarge

    try:
        coordinates, _, labels = labelled_map(of(network))
    except TooLarge:
        return None
    point = exact(list(weights.values)).tolist()
    values = [f(*point) for f in coordinates]
    if symmetric:
        n = network.shape[0]
        matrix = exact(np.zeros((n, n), dtype=np.int64))
        for (_, exponents), value in zip(labels, values, strict=True):
            i, j = [k for k, e in enumerate(exponents) for _ in range(e)]
            if i == j:
                matrix[i, i] = value
            else:
                matrix[i, j] = matrix[j, i] = value / 2
        return matrix
    monomials = sorted({exponents for _, exponents in labels})
    matrix = exact(np.zeros((network.shape[-1], len(monomials)), dtype=np.int64))
    for (output, exponents), value in zip(labels, values, strict=True):
        matrix[output, monomials.index(exponents)] = value
    return matrix


def _shifts(network: Network, weights: Weights, data: dict[str, Any]) -> Answer | None:
    """CNNs: unramified away from 0, so singular exactly with several preimages."""
    from neurocli.invariants.fibres.cnn_fibre import applies, filters_of, preimages
    from neurocli.theorems.singularities import cnn_degree

    if not applies(network) or len(network.shape) < 2:
        return None
    if cnn_degree(tuple(size for (size,) in network.shape), network.get("r")[0]) == 1:
        return ("smooth", None, Status.PROVED, "theorem",
                "the neurovariety is a linear space: only the last filter has more than one entry")
    filters = filters_of(network, weights.values)
    if not all(any(w) for w in filters):
        return ("singular", "vertex", Status.PROVED, "theorem",
                "the zero function, vertex of a cone that is no linear space")
    count = len(preimages(network, filters))
    data["preimages"] = count
    if count > 1:
        # two explicit points over one function of a finite birational map: not unibranch, so not smooth
        return ("singular", "node", Status.PROVED, "theorem",
                f"{count} preimages up to rescaling, and the map modulo rescaling is finite and birational")
    return ("smooth", None, Status.PROBABLE, "theorem",
            "one preimage up to rescaling, where the map modulo rescaling is unramified")


def _attention(network: Network, weights: Weights, dimension: Result, proved: bool) -> Answer | None:
    """One lightning layer: rank conditions on A = K^T Q and V."""
    from neurocli.architectures.registry import parametrization as of
    from neurocli.theorems.singularities import closed_form

    known = closed_form(network, dimension.value, dimension.data["ambient"], proved)
    if known is None or known.theorem != "one lightning layer":
        return None
    blocks = of(network).blocks(weights.exact())
    a, v = rational_rank(blocks["K1"].T @ blocks["Q1"]), rational_rank(blocks["V1"])
    line = f"rank of A is {a}, rank of V is {v}"
    if not a or not v:
        return "singular", "vertex", Status.PROBABLE, "theorem", line
    generic = min(network.get("a")[0], network.shape[0])
    if a < generic < network.shape[0] or a == v == 1:
        return "singular", "node" if a == v == 1 else None, Status.PROBABLE, "theorem", line
    return "smooth", None, Status.PROBABLE, "theorem", line


def _span(dimension: int, proved: bool, own: int, span: int) -> Answer | None:
    if span <= dimension:
        return None
    kind = "cusp-like" if own < dimension else "both"
    return ("singular", kind, Status.PROVED if proved else Status.PROBABLE, "tangent-span",
            f"Jacobian images at weights of this function span {span} dimensions, the neurovariety has {dimension}")


def _equations(parametrization: Parametrization, dimension: int, proved: bool, theta: np.ndarray, p: int, seed: int,
               own: int, data: dict[str, Any]) -> Answer | None:
    """Verified equations: the tangent space is at most the kernel of their Jacobian."""
    from neurocli.algebra.polynomials import modular_context
    from neurocli.invariants.degrees.equations import Ideal

    try:
        ideal = Ideal(parametrization, dimension, proved, None, seed)
        if ideal.coordinates > MAX_COORDINATES:
            return None
        system = None
        for degree in range(1, MAX_DEGREE + 1):
            system = ideal.equations(degree).system
            if len(system.generators) >= ideal.coordinates - dimension:
                break
    except (NeurocliError, ArithmeticError):
        return None
    if system is None or not system.generators:
        return None
    from neurocli.architectures.expansion import labelled_map

    reduced = system.over(p)
    values: list[int] = []  # coordinates of the function, modulo p
    context = modular_context(parametrization.parameter_count, p)
    for f in labelled_map(parametrization)[0]:
        modular = context.from_dict({e: int(c.p) * pow(int(c.q), -1, p) % p for e, c in f.to_dict().items()})
        values.append(int(modular(*[int(t) for t in theta])))
    outer = modular_context(len(values), p)
    gradients = [[int(g.derivative(j)(*values)) for j in range(len(values))]
                 for g in (outer.from_dict({e: int(c) for e, c in f.items()}) for f in reduced.generators)]
    tangent = len(values) - rank(np.array(gradients, dtype=np.uint64), p)
    if tangent == dimension:
        # a rank modulo p is at most the rank over Q, so the tangent space is no larger there either
        data["tangent"] = tangent
        return ("smooth", None, Status.PROVED if proved else Status.PROBABLE, "equations",
                f"verified equations have a tangent space of dimension {tangent}")
    if len(system.generators) == 1 and len(values) - dimension == 1:
        data["tangent"] = tangent
        kind = "cusp-like" if own < dimension else None
        return ("singular", kind, Status.PROBABLE, "equations",
                "the gradient of the equation of least degree vanishes there")
    return None


def _fibre(network: Network, weights: Weights, dimension: int, own: int, seed: int, engine: str | None,
           timeout: float | None, memory_mb: int | None, data: dict[str, Any]) -> Answer | None:
    """As many preimages as a generic function, unramified: one smooth branch; more: several branches."""
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.fibres.fibre_over import computed_fibre
    from neurocli.invariants.ranks.hidden_symmetries import integer_point

    if own < dimension:
        return None
    parametrization = of(network)
    seconds = 20.0 if timeout is None else 0.4 * timeout
    special = computed_fibre(network, weights, None, seed=seed, engine=engine, timeout=seconds, memory_mb=memory_mb)
    point = Weights(tuple(integer_point(parametrization, seed + 1)), False, "generic")
    generic = computed_fibre(network, point, None, seed=seed, engine=engine, timeout=seconds, memory_mb=memory_mb)
    data["trouble"] = special.data["trouble"] or generic.data["trouble"]
    counts = [_points(result) for result in (special, generic)]
    data["preimages"] = counts[0]
    if None in counts or not special.data["complete"]:
        return None
    reduced = all(c.get("multiplicity") == c["count"] for c in special.data["components"])
    if counts[0] == counts[1] and reduced:
        return ("smooth", None, Status.PROBABLE, "fibre",
                f"{counts[0]} preimages up to rescaling, as many as a generic function, all unramified")
    if reduced and counts[0] is not None and counts[1] is not None and counts[0] > counts[1]:
        return ("singular", "node", Status.PROBABLE, "fibre",
                f"{counts[0]} preimages up to rescaling, a generic function has {counts[1]}: several branches")
    return None


def _points(result: Result) -> int | None:
    """Number of points up to rescaling when the fibre is nothing but orbits without dead neurons."""
    parts = result.data["components"]
    if len(parts) != 1 or parts[0]["kind"] != "orbits" or parts[0]["dead"]:
        return None
    return int(prod(c["count"] for c in parts))
