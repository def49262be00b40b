"""The dimension of the neurovariety of a network, with bounds that prove it where they meet.

Lower bound: rank of the Jacobian modulo a prime at an integer point (`jacobian_rank.py`).
Upper bounds: the ambient space; parameters minus the orbits of the known symmetries; recursion
over the layers and the closed forms of `theorems/`; verified polynomial vector fields in the kernel of the
Jacobian (`kernel_fields.py`).  Where they meet the dimension is proved; otherwise it is the rank
with a bound on the probability of error, or, when no rank can be computed, the upper bound alone.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from math import prod
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.errors import NotProved, TooLarge, UsageError
from neurocli.results.result import Result, Status
from neurocli.theorems.bound import Bound, best_lower, best_upper
from neurocli.theorems.catalogue import dimension_bounds

METHODS = ("auto", "rank", "theorem", "symbolic")
DEFAULT_PRIME = 2**31 - 1
#: A probable answer must be wrong with at most this probability.
ERROR_GOAL = 1e-12
MAX_TRIALS = 8
#: Networks with more parameters are answered by theorem alone when a theorem decides.
RANK_PARAMETERS = 600
#: A rank that needs more memory than this is not taken where a theorem decides.
RANK_MEGABYTES = 500


def dim(spec: str | Mapping[str, Any] | Network, *, method: str = "auto", prime: int | None = None,
        seed: int = 0, points: int | None = None, prove: bool = False, memory_mb: int | None = None) -> Result:
    """The affine dimension of the closure of the set of functions a network represents.

    Args:
        spec: a network, or its specification.
        method: `auto`; `rank` (Jacobian rank and bounds); `theorem` (no computation at a point);
            `symbolic` (the expanded coefficient map, differentiated).
        prime: prime for the rank, below 2^62; default 2^31 - 1.
        seed: seed of every random choice.
        points: number of sample inputs; default enough for every dimension up to the upper bound.
        prove: raise unless the answer is proved or certified.
        memory_mb: refuse a rank that would need more; default what is available.

    Returns:
        A result with the dimension; data: parameters, ambient, expected, defect, filling,
        fibre_dimension, symmetry_dimension.

    Raises:
        SpecificationError: the specification does not parse.
        NotProved: `prove` was asked and the answer is only probable or a bound.
        TooLarge: no theorem decides and the Jacobian would not fit in memory.

    Notes:
        Dimensions are affine: those of the cone over the projective neurovariety.
        Reference: [kileel-trager-bruna-2019].

    Example:
        >>> result = dim("mlp:3-2-1,r=2")
        >>> result.value, result.status.value, result.data["defect"]
        (5, 'proved', 1)
    """
    start = time.perf_counter()
    network = parse(spec)
    if method not in METHODS:
        raise UsageError(f"--method: read {method!r}, expected one of {', '.join(METHODS)}")
    check_options(prime, points)
    result = _dim(network, method, prime or DEFAULT_PRIME, seed, points, memory_mb)
    if prove and result.status not in (Status.PROVED, Status.CERTIFIED):
        raise NotProved(f"{network}: dimension {result.value} is {result.status}, not proved",
                        "the bounds known are shown without --prove")
    return result.with_run(seconds=round(time.perf_counter() - start, 6))


def check_options(prime: int | None, points: int | None) -> None:
    """Refuse options that cannot mean anything.

    Raises:
        UsageError: a composite, small or large prime; no points.
    """
    if prime is not None:
        from neurocli.algebra.primes import check_prime

        check_prime(prime)
    if points is not None and points < 1:
        raise UsageError(f"--points: read {points}, expected a positive integer")


def _dim(network: Network, method: str, prime: int, seed: int, points: int | None,
         memory_mb: int | None) -> Result:
    if network.family == "softmax":
        from neurocli.invariants.ranks.softmax_dimension import softmax_dim

        return softmax_dim(network, method, seed)
    if network.family == "sprecher" and network.get("knots"):
        from neurocli.invariants.ranks.piecewise_dimension import piecewise_dim

        return piecewise_dim(network, method, prime, seed)
    bounds = dimension_bounds(network)
    facts = _facts(network)
    chosen = choose_method(network, method, bounds, facts["parameters"])
    if chosen == "theorem":
        return _by_theorem(network, bounds, facts, method, seed)
    if chosen == "symbolic":
        from neurocli.invariants.ranks.symbolic_dimension import symbolic_dim

        return symbolic_dim(network, prime, seed)
    return _by_rank(network, bounds, prime, seed, points, memory_mb)


def choose_method(network: Network, method: str, bounds: list[Bound], parameters: int) -> str:
    """`theorem` where one decides and the network is large; else the rank.

    Small networks get the rank even when a theorem decides: it checks the theorem at no cost.
    """
    if method != "auto":
        return method
    lower, upper = best_lower(bounds), best_upper(bounds)
    decided = lower is not None and upper is not None and lower.value == upper.value
    return "theorem" if decided and parameters > RANK_PARAMETERS else "rank"


def _facts(network: Network) -> dict[str, int]:
    """Parameters and the dimension of the torus of rescalings, without building a program."""
    if network.family in ("mlp", "linear"):
        widths = network.shape
        weights = sum(a * b for a, b in itertools.pairwise(widths))
        return {"parameters": weights + (sum(widths[1:]) if network.get("bias") else 0)}
    from neurocli.architectures.registry import parametrization

    return {"parameters": parametrization(network).parameter_count}


def _by_theorem(network: Network, bounds: list[Bound], facts: Mapping[str, int], method: str, seed: int) -> Result:
    lower, upper = best_lower(bounds), best_upper(bounds)
    if upper is None:
        raise UsageError(f"{network}: no theorem known here speaks about this network", "use --method rank")
    settled = lower is not None and lower.value == upper.value
    best = lower if settled and lower is not None else upper
    data = result_data(network, best.value, facts["parameters"])
    explanation = [best.statement]
    explanation += [f"checked: {hypothesis}" for hypothesis in best.hypotheses]
    if not settled:
        explanation.insert(0, "an upper bound only")
    return Result("dim", network.spelling, best.value, Status.PROVED if settled else Status.BOUND, "theorem", data,
                  tuple(explanation), tuple(b.evidence() for b in bounds if b.proved), None, seed)


def result_data(network: Network, value: int, parameters: int) -> dict[str, Any]:
    """The data of a dimension: what it is compared with."""
    from neurocli.invariants.ranks.expected import ambient_of, expected_of

    ambient, expected = ambient_of(network), expected_of(network, parameters)
    return {"parameters": parameters, "ambient": ambient, "expected": expected,
            "defect": None if expected is None else expected - value,
            "filling": None if ambient is None else value == ambient,
            "fibre_dimension": parameters - value}


def _by_rank(network: Network, bounds: list[Bound], prime: int, seed: int, points: int | None,
             memory_mb: int | None) -> Result:
    from neurocli.algebra.primes import derive_seed, random_prime
    from neurocli.invariants.ranks.jacobian_rank import failure_probability, jacobian_rank
    from neurocli.invariants.ranks.upper_bounds import rank_upper_bounds, reduced

    parametrization = reduced(network)
    uppers = [*bounds, *rank_upper_bounds(network, parametrization, prime, seed)]
    upper = best_upper(uppers)
    assert upper is not None  # the ambient space or the number of parameters is always there
    outputs = parametrization.program.output_size
    first = points or upper.value // outputs + 3  # some rows more than the bound, so that a rank could refute it
    lower = best_lower(uppers)
    if lower is not None and lower.value == upper.value and _need_mb(parametrization, first) > RANK_MEGABYTES:
        return _by_theorem(network, uppers, {"parameters": parametrization.parameter_count}, "theorem", seed)
    too_large = _memory_refusal(parametrization, first, memory_mb)
    if too_large is not None:
        localized = dimension_bounds(network, _block_rank(prime, seed))
        lower = best_lower(localized)
        if lower is not None and lower.value == upper.value:
            return _by_theorem(network, [*uppers, *localized], {"parameters": parametrization.parameter_count},
                               "theorem", seed)
        raise too_large
    witness = jacobian_rank(parametrization, prime, seed, first)
    enough = points or max(first, upper.value)
    error: float | None = None
    if witness.value < upper.value:
        # The first prime is fixed, so only the random primes of the trials count.
        error, trial = 1.0, 1
        while error > ERROR_GOAL and trial < MAX_TRIALS and not _memory_refusal(parametrization, enough, memory_mb):
            p = random_prime(derive_seed(seed, "trial", trial))
            again = jacobian_rank(parametrization, p, derive_seed(seed, "point", trial), enough)
            # a larger rank is the better lower bound; the trials before it were accidents
            error = error if again.value == witness.value else 1.0
            witness = again if again.value > witness.value else witness
            if witness.value == upper.value:
                break
            error *= failure_probability(parametrization, upper.value, p)
            trial += 1
    if witness.value < upper.value:
        from neurocli.invariants.ranks.kernel_fields import kernel_bound

        extra = kernel_bound(parametrization, witness.value, witness.prime, seed)
        if extra is not None and extra.value < upper.value:
            uppers.append(extra)
            upper = extra
    if enough < upper.value:
        error = None  # too few rows cap the rank: what is known is a lower bound
    return _rank_result(network, parametrization, witness, uppers, upper, error, seed)


def _rank_result(network: Network, parametrization: Any, witness: Any, uppers: list[Bound], upper: Bound,
                 error: float | None, seed: int) -> Result:
    from neurocli.algebra.versions import flint_engine
    from neurocli.architectures.registry import parametrization as of
    from neurocli.errors import InternalError
    from neurocli.invariants.ranks.explain import explain

    if witness.value > upper.value:  # would be a contradiction between a theorem and a proved lower bound
        raise InternalError(f"{network}: rank {witness.value} exceeds the upper bound {upper.value} "
                            f"({upper.theorem})", "please report this")
    proved = witness.value == upper.value
    parameters = of(network).parameter_count
    data = result_data(network, witness.value, parameters)
    data["symmetry_dimension"] = of(network).symmetry_dimension
    evidence = [witness.evidence(), upper.evidence()]
    evidence += [b.evidence() for b in uppers if b.kind == "exact" and b is not upper]
    if parametrization.equivalent:
        evidence[0]["reduced"] = list(parametrization.equivalent)
    lines = explain(network, witness.value, data, uppers, parametrization)
    if not proved and error is None:
        lines = [f"at least {witness.value}, at most {upper.value}: too few sample inputs for more", *lines]
    status = Status.PROVED if proved else Status.BOUND if error is None or error > ERROR_GOAL else Status.PROBABLE
    return Result("dim", network.spelling, witness.value, status, "jacobian-rank", data, tuple(lines),
                  tuple(evidence), error if status is Status.PROBABLE else None, seed, flint_engine())


def _need_mb(parametrization: Any, samples: int) -> int:
    """Memory of a rank: residues take 8 bytes in numpy and again in FLINT, their Python integers on
    the way 36 more; the backward pass holds a few tensors of the largest value for every output
    and sample."""
    program = parametrization.program
    rows = samples * program.output_size
    widest = max(prod(shape) for shape in program.shapes)
    return int(rows * (parametrization.parameter_count * 70 + widest * 32) / 1e6)


def _memory_refusal(parametrization: Any, samples: int, memory_mb: int | None) -> TooLarge | None:
    """The refusal with its estimate when the Jacobian would not fit, else None."""
    from neurocli.jobs.limits import available_memory_mb

    entries = samples * parametrization.program.output_size * parametrization.parameter_count
    need = _need_mb(parametrization, samples)
    have = memory_mb or available_memory_mb()
    if need <= have:
        return None
    return TooLarge(f"{parametrization.network}: the Jacobian has {entries:,} entries, about {need:,} MB; "
                    f"{have:,} MB are available", "ask --method theorem for a bound, or take a smaller network")


def _block_rank(prime: int, seed: int) -> Any:
    """Modular rank of a two-layer block, for the localization theorem."""
    from neurocli.invariants.ranks.jacobian_rank import jacobian_rank

    def rank(widths: tuple[int, int, int], power: int) -> int | None:
        block = parse(f"mlp:{'-'.join(map(str, widths))},r={power}")
        n = widths[0] * widths[1] + widths[1] * widths[2]
        if n > 2000:
            return None
        from neurocli.architectures.registry import parametrization

        return jacobian_rank(parametrization(block), prime, seed, n // widths[2] + 3, pivots=False).value
    return rank
