"""The ramification locus of the parametrization: where the Jacobian drops rank, stratum by stratum.

The rank of J(theta) is at most k exactly when its kernel (on the shorter side, of size m) contains a space
of dimension q = m - k, the column space of a matrix V = B (1; Y), B a random basis and Y of size k x q.  The
dimension of that locus is the largest e such that it meets a generic linear space of codimension e; there
few parameters are left, and a Gröbner basis modulo a prime says whether J V = 0 has a solution.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from neurocli.algebra.polynomials import modular_context
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed
from neurocli.algebra.rings import ExactRing, prime_field
from neurocli.architectures.actions import hidden_widths, places
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import EngineError, LimitError, TimeLimit, TooLarge
from neurocli.formats.system import PolynomialSystem
from neurocli.results.result import Result, Status

MAX_PARAMETERS = 12
BUDGET = 60.0


def ramification(network: Network, *, prime: int | None, seed: int, engine: str | None, timeout: float | None,
                 memory_mb: int | None) -> Result:
    """Dimension of every rank stratum of the parametrization, and of what subnetworks do not explain.

    Returns:
        A result whose value is {"dimension", "strata"}; each stratum has `rank` (at most that),
        `dimension` (in parameter space), `explained` (all of it has dead or parallel neurons, or
        None for families without neurons) and `rest` (dimension of the part that has none; -1: empty).

    Raises:
        TooLarge: too many parameters for Gröbner bases.
    """
    from neurocli.architectures.registry import parametrization as of
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.singular_locus import known_dimension

    parametrization = of(network)
    n = parametrization.parameter_count
    if n > MAX_PARAMETERS:
        raise TooLarge(f"{network}: {n} parameters; rank strata are computed for at most {MAX_PARAMETERS}",
                       "neurocli sing without --ramification looks at subnetworks")
    dimension, _ = known_dimension(network, prime, seed, memory_mb)
    r, p = int(dimension.value), prime or DEFAULT_PRIME
    chosen = choose_engine(engine)
    deadline = time.monotonic() + (BUDGET if timeout is None else 0.9 * timeout)
    trouble = ""
    strata: list[dict[str, Any]] = []
    bound, rest_bound = n - 1, n - 1
    for k in range(r - 1, -1, -1):
        try:
            reached = bound = _dimension(parametrization, k, bound, p, seed, chosen, deadline, memory_mb, None)
            pieces = _generic_conditions(network, parametrization, seed)
            rest = None
            if pieces is not None:
                rest = rest_bound = _dimension(parametrization, k, min(rest_bound, reached), p, seed, chosen, deadline,
                                               memory_mb, pieces)
        except (LimitError, EngineError) as error:
            trouble = f"rank at most {k}: {error.message}"
            break
        strata.append({"rank": k, "dimension": reached, "rest": rest, "explained": None if rest is None else rest < 0})
    complete = not trouble
    value = {"dimension": strata[0]["dimension"] if strata else None, "strata": strata}
    data = {"question": "ramification", "dim": r, "parameters": n, "trouble": trouble,
            "limit": bool(trouble) and timeout is not None}
    lines = ["strata are closed: rank at most the number shown; dimensions are in parameter space"]
    unexplained = [s["rank"] for s in strata if s["explained"] is False]
    if unexplained:
        lines.append("not explained by dead or parallel neurons: rank at most " + ", ".join(map(str, unexplained)))
    return Result("sing", network.spelling, value, Status.PROBABLE if complete else Status.UNDECIDED, "groebner", data,
                  tuple(lines), dimension.evidence, None, seed, {"name": chosen.name})


def _dimension(parametrization: Parametrization, k: int, highest: int, p: int, seed: int, engine: Engine,
               deadline: float, memory_mb: int | None, pieces: list[list[Any]] | None) -> int:
    """Dimension of {rank at most k}, or of its part where no piece vanishes; -1 when it is empty.

    Args:
        highest: the dimension is known to be at most this.
    """
    for e in range(highest, -1, -1):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeLimit("the time limit was reached")
        system = _section(parametrization, k, e, p, seed, pieces)
        if engine.dimension_and_degree(system, Limits(left, memory_mb))[0] >= 0:
            return e
    return -1


def _section(parametrization: Parametrization, k: int, e: int, p: int, seed: int,
             pieces: list[list[Any]] | None) -> PolynomialSystem:
    """J(theta) V = 0 on a random affine space of parameters of codimension e."""
    assert parametrization.ambient is not None
    n, outputs = parametrization.parameter_count, parametrization.program.output_size
    samples = -(-parametrization.ambient.dimension // outputs)
    short = min(n, samples * outputs)
    q = short - k
    count = n - e + q * k + len(pieces or [])
    context = modular_context(max(count, 1), p)
    generators = context.gens()
    ring = ExactRing(lambda value: context.constant(int(value) % p))
    field = prime_field(p)
    draw = field.random((n, n - e + 1), derive_seed(seed, "section", e)).astype(object)
    theta = np.empty((1, n), dtype=object)
    for i in range(n):
        theta[0, i] = sum((generators[j] * int(draw[i, j]) for j in range(n - e)), context.constant(int(draw[i, -1])))
    x = field.random((samples + 2 * (short == n), parametrization.program.input_size),
                     derive_seed(seed, "ramification"))
    rows = parametrization.jacobian(ring, theta, ring.constant(x.astype(object))).reshape(-1, n)
    if short < n:
        rows = rows.T
    basis = field.random((short, short), derive_seed(seed, "kernel-basis", k)).astype(object)
    top = np.empty((short, q), dtype=object)
    for i in range(short):
        for j in range(q):
            top[i, j] = context.constant(int(i == j)) if i < q else generators[n - e + (i - q) * q + j]
    # rows B (1; Y) = 0: the constant matrix is multiplied into the rows first
    equations = [f for f in ((rows @ ring.constant(basis)) @ top).ravel() if f != 0]
    for place, piece in enumerate(pieces or []):
        value = context.constant(1)
        for form in piece:
            value = value * form(theta[0], context)
        equations.append(value * generators[n - e + q * k + place] - 1)
    names = tuple(f"z{i + 1}" for i in range(max(count, 1)))
    return PolynomialSystem(names, p, tuple({tuple(m): int(c) for m, c in f.to_dict().items()} for f in equations))


def _generic_conditions(network: Network, parametrization: Parametrization, seed: int) -> list[list[Any]] | None:
    """What does not vanish where no neuron is dead and no two are parallel: one list per inverse variable."""
    widths = hidden_widths(network)
    if not widths or network.get("bias"):
        return None
    numbers = np.arange(parametrization.parameter_count)
    blocks = parametrization.blocks(numbers)
    pieces: list[list[Any]] = []
    for layer, k in enumerate(widths, 1):
        incoming, outgoing, axis = places(network, layer)
        rows = blocks[incoming[0]].reshape(k, -1)
        columns = np.moveaxis(blocks[outgoing], axis, 0).reshape(k, -1)
        for i in range(k):
            pieces.append([_form(rows[i], seed, i), _form(columns[i], seed, i + 100)])
        for i in range(k):
            for j in range(i + 1, k):
                pieces.append([_cross(rows[i], rows[j], seed)])
    return pieces


def _form(indices: np.ndarray, seed: int, label: int) -> Any:
    rng = np.random.default_rng([seed, label, 3])
    c = [int(v) for v in rng.integers(1, 1000, len(indices))]

    def value(theta: np.ndarray, context: Any) -> Any:
        return sum((theta[i] * a for i, a in zip(indices, c)), context.constant(0))
    return value


def _cross(first: np.ndarray, second: np.ndarray, seed: int) -> Any:
    """A 2 x 2 minor of two rows in random coordinates."""
    a, b = _form(first, seed, 7), _form(first, seed, 8)
    c, d = _form(second, seed, 7), _form(second, seed, 8)
    return lambda theta, context: a(theta, context) * d(theta, context) - b(theta, context) * c(theta, context)
