"""The singular locus of a neurovariety: closed forms, strata of subnetworks, the ideal, one function."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.errors import InternalError, UsageError
from neurocli.results.result import Result, Status
from neurocli.theorems.singularities import SingularLocus, closed_form

Progress = Callable[[int, int], None]


def sing(spec: str | Mapping[str, Any] | Network, *, at: Any = None, ideal: bool = False, ramification: bool = False,
         depth: int | None = None, prime: int | None = None, seed: int = 0, engine: str | None = None,
         timeout: float | None = None, memory_mb: int | None = None, progress: Progress | None = None) -> Result:
    """The singular functions of a network: the singular locus of the closure of its image.

    Args:
        spec: a network, or its specification.
        at: weights (a file or nested lists): is their function singular, and how.
        ideal: compute the singular locus from equations of the neurovariety.
        ramification: the rank strata of the parametrization instead.
        depth: look at subnetworks with at most this many neurons removed.
        prime: prime of the computations, below 2^31.
        seed: seed of every random choice.
        engine: msolve, singular, macaulay2 or builtin; default the first installed.
        timeout: seconds; what is settled by then is returned.
        memory_mb: limit for the engine.
        progress: called with the numbers of strata done and to do.

    Returns:
        A result whose value has dimension, degree, components and strata.

    Raises:
        SpecificationError: the specification does not parse.
        TooLarge: too many subnetworks; `depth` limits them.

    Notes:
        Dimensions are affine, components have their reduced structure.  Without a closed form the
        dimension is that of the largest stratum certified singular: a lower bound.
        Reference: [shahverdi-marchetti-kohn-2025].

    Example:
        >>> result = sing("mlp:2-2-3,r=2")
        >>> result.value["dimension"], result.value["degree"], result.status.value
        (5, 6, 'proved')
    """
    start = time.perf_counter()
    network = parse(spec)
    check_options(prime, depth, at, ideal, ramification)
    common: dict[str, Any] = {"prime": prime, "seed": seed, "engine": engine, "timeout": timeout,
                              "memory_mb": memory_mb}
    if at is not None:
        from neurocli.architectures.registry import parametrization
        from neurocli.architectures.weights import weights
        from neurocli.invariants.singularities.singular_point import singular_point

        result = singular_point(network, weights(at, parametrization(network)), **common)
    elif ideal:
        from neurocli.invariants.singularities.singular_ideal import singular_ideal

        result = singular_ideal(network, **common)
    elif ramification:
        from neurocli.invariants.singularities.ramification import ramification as locus

        result = locus(network, **common)
    else:
        result = _locus(network, depth, prime, seed, timeout, memory_mb, progress)
    return result.with_run(seconds=round(time.perf_counter() - start, 6))


def check_options(prime: int | None, depth: int | None, at: Any, ideal: bool, ramification: bool) -> None:
    """Refuse options that cannot mean anything.

    Raises:
        UsageError: a prime out of range, a negative depth, two questions at once.
    """
    if prime is not None:
        from neurocli.algebra.primes import check_prime

        if check_prime(prime) >= 2**31:
            raise UsageError(f"--prime: read {prime}, expected a prime below 2^31")
    if depth is not None and depth < 1:
        raise UsageError(f"--depth: read {depth}, expected a positive integer")
    if sum((at is not None, ideal, ramification)) > 1:
        raise UsageError("--at, --ideal and --ramification are different questions", "ask one at a time")


def known_dimension(network: Network, prime: int | None, seed: int,
                    memory_mb: int | None = None) -> tuple[Result, bool]:
    """The result of `dim`, and whether it is proved.

    Raises:
        UsageError: the functions are not polynomial.
    """
    from neurocli.invariants.dimension import dim

    if network.family == "softmax" or network.get("knots"):
        raise UsageError(f"{network}: singular loci are those of polynomial networks")
    result = dim(network, prime=prime, seed=seed, memory_mb=memory_mb)
    return result, result.status is Status.PROVED


def _locus(network: Network, depth: int | None, prime: int | None, seed: int, timeout: float | None,
           memory_mb: int | None, progress: Progress | None) -> Result:
    from neurocli.invariants.singularities.strata import strata

    deadline = None if timeout is None else time.monotonic() + 0.9 * timeout
    dimension, proved = known_dimension(network, prime, seed, memory_mb)
    known = closed_form(network, dimension.value, dimension.data["ambient"], proved)
    found = strata(network, dimension.value, proved, depth=depth, prime=prime, seed=seed, deadline=deadline,
                   progress=progress)
    rows = [] if found is None else [s.to_json() for s in found.found]
    certified = [s for s in found.found if s.singular != "undecided"] if found else []
    best = max((s.dimension for s in certified), default=None)
    data = {"question": "locus", "dim": dimension.value, "dim_status": dimension.status.value,
            "ambient": dimension.data["ambient"], "parameters": dimension.data["parameters"],
            "left_out": found.left if found else 0, "bound": None, "families": [], "theorem": None}
    if network.family == "cnn":
        data["families"] = padded_families(network)
    lines: list[str] = []
    if known is not None:
        if best is not None and known.proved and any(s.singular == "proved" and s.dimension > known.dimension
                                                     for s in certified):
            raise InternalError(f"{network}: a stratum of dimension {best} is certified singular, the singular "
                                f"locus has dimension {known.dimension} ({known.theorem})", "please report this")
        return _by_theorem(network, known, data, rows, dimension, seed)
    lines.append("no closed form is known here; --ideal computes from equations")
    if best is None:
        lines.append("no subnetwork is certified singular")
    else:
        lines.append(f"subnetworks of dimension {best} are certified singular by tangent spans: a lower bound")
    if data["left_out"]:
        lines.append(f"{data['left_out']} subnetworks were not looked at")
    stopped = deadline is not None and time.monotonic() > deadline and bool(data["left_out"]) and depth is None
    data["bound"] = None if best is None else "lower"
    data["limit"] = stopped
    status = Status.UNDECIDED if stopped or best is None else Status.BOUND
    value = {"dimension": best, "degree": None, "components": [], "strata": rows}
    evidence = [*dimension.evidence, *_certificates(rows)]
    return Result("sing", network.spelling, value, status, "tangent-span", data, tuple(lines), tuple(evidence), None,
                  seed, dimension.engine)


def _by_theorem(network: Network, known: SingularLocus, data: dict[str, Any], rows: list[dict[str, Any]],
                dimension: Result, seed: int) -> Result:
    data["theorem"] = known.theorem
    value = {"dimension": known.dimension, "degree": known.degree if known.components else 0,
             "components": [c.to_json() for c in known.components], "strata": rows}
    lines = [known.statement, *(f"checked: {h}" for h in known.hypotheses)]
    if data["left_out"]:
        lines.append(f"{data['left_out']} subnetworks were not looked at")
    status = Status.PROVED if known.proved else Status.PROBABLE
    if not known.proved:
        lines.append("derived and checked by computation; a complete proof is not written down")
    return Result("sing", network.spelling, value, status, "theorem", data, tuple(lines),
                  (*dimension.evidence, known.evidence(), *_certificates(rows)), None, seed, dimension.engine)


def _certificates(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Evidence records of the tangent-span certificates, largest strata first."""
    return [{"kind": "tangent-span", "widths": list(row["widths"]), "span": row["span"], "dimension": row["dimension"]}
            for row in rows if row["singular"] == "proved"][:50]


def padded_families(network: Network) -> list[dict[str, Any]]:
    """For a one-channel CNN: every zero-padding of the filters whose functions have several preimages.

    Training is not critically exposed there: the differential modulo rescaling is injective off 0.
    """
    from itertools import product

    from neurocli.architectures.cnn import is_single_channel_1d
    from neurocli.theorems.singularities import shift_vectors, strides_before

    powers = network.get("r", ())
    if not is_single_channel_1d(network) or not powers or min(powers) < 2:
        return []
    sizes, steps = [k[0] for k in network.shape], strides_before(network)
    paddings = [[(a, b) for a in range(k) for b in range(k - a)] for k in sizes]
    total = 1
    for choices in paddings:
        total *= len(choices)
    if total > 20_000:
        return []
    found = []
    for padding in product(*paddings):
        lead, trail = tuple(a for a, _ in padding), tuple(b for _, b in padding)
        shifts = shift_vectors(lead, trail, steps)
        if len(shifts) > 1:
            left = [k - a - b for k, a, b in zip(sizes, lead, trail, strict=True)]
            found.append({"lead": list(lead), "trail": list(trail), "sizes": left, "preimages": len(shifts),
                          "dimension": sum(left) - len(sizes) + 1, "exposed": False})
    found.sort(key=lambda f: (-f["dimension"], f["preimages"], f["lead"]))
    return found
