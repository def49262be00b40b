"""Fibres of the parametrization: are the weights determined by the function, and up to what."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.errors import UsageError
from neurocli.invariants.tracking import METHOD, PLAIN, Tracking
from neurocli.results.result import Result, Status

METHODS = ("auto", "theorem", "groebner", "monodromy")


def fibers(spec: str | Mapping[str, Any] | Network, *, at: Any = None, equivalent: tuple[Any, Any] | None = None,
           symmetries: bool = False, tolerance: float | None = None, method: str = "auto",
           prime: int | None = None, seed: int = 0, engine: str | None = None, timeout: float | None = None,
           memory_mb: int | None = None, tracking: Tracking = PLAIN) -> Result:
    """The generic fibre, or the fibre over one function, or whether two sets of weights agree.

    Args:
        spec: a network, or its specification.
        at: weights (a file, nested lists or a mapping of blocks): the whole fibre over their function;
            or {"function": [coefficients]} in the order of the coefficient map.
        equivalent: two sets of weights to compare.
        symmetries: the known group instead, checked on the parametrization.
        tolerance: for `equivalent`, accept outputs that differ by rounding.
        method: `auto`; `theorem` (no points are counted); `groebner` (points are always counted); `monodromy` (they
            are counted by path tracking).
        prime: prime of the first computation, below 2^31.
        seed: seed of every random choice.
        engine: msolve, singular, macaulay2 or builtin; default the first installed.
        timeout: seconds; what is settled by then is returned.
        memory_mb: limit for the engine.
        tracking: certificates, files and processes of path tracking; chooses `monodromy` where the method is open.

    Returns:
        A result whose value has dimension, excess, points, classes and verdict.

    Raises:
        SpecificationError: the specification does not parse.
        DataError: weights that cannot be read or have another shape.

    Notes:
        `excess` is the dimension of the generic fibre beyond the orbits of the known group,
        `points` the number of its points in the gauge, `classes` that number modulo the finite part
        of the group.

    Example:
        >>> fibers("mlp:2-3-2,r=2").value["verdict"], fibers("mlp:2-3-2,r=2").value["excess"]
        ('not-identifiable', 3)
        >>> fibers("linear:3-2-4").value["classes"]
        1
    """
    start = time.perf_counter()
    network = parse(spec)
    method = tracking.method_for(method)
    check_options(method, prime, at, equivalent, symmetries, tolerance)
    if method == METHOD:
        result = _by_monodromy(network, at, seed, timeout, memory_mb, tracking)
    else:
        result = _fibers(network, at, equivalent, symmetries, tolerance, method, prime, seed, engine, timeout,
                         memory_mb)
    return result.with_run(seconds=round(time.perf_counter() - start, 6))


def check_options(method: str, prime: int | None, at: Any, equivalent: Any, symmetries: bool,
                  tolerance: float | None) -> None:
    """Refuse options that cannot mean anything.

    Raises:
        UsageError: an unknown method, a prime out of range, two questions at once.
    """
    if method not in METHODS:
        raise UsageError(f"--method: read {method!r}, expected one of {', '.join(METHODS)}")
    if prime is not None:
        from neurocli.algebra.primes import check_prime

        if check_prime(prime) >= 2**31:
            raise UsageError(f"--prime: read {prime}, expected a prime below 2^31", "Gröbner bases are computed there")
    if sum((at is not None, equivalent is not None, bool(symmetries))) > 1:
        raise UsageError("--at, --equivalent and --symmetries are different questions", "ask one at a time")
    if method == METHOD and (equivalent is not None or symmetries):
        raise UsageError("path tracking counts points of fibres, which --equivalent and --symmetries do not ask for",
                         "leave out --method monodromy and the options of path tracking")
    if tolerance is not None and (equivalent is None or not 0 <= tolerance < 1):
        raise UsageError("--tolerance: a number from 0 to 1, for --equivalent")


def _by_monodromy(network: Network, at: Any, seed: int, timeout: float | None, memory_mb: int | None,
                  tracking: Tracking) -> Result:
    if at is not None:
        from neurocli.architectures.registry import parametrization
        from neurocli.architectures.weights import weights
        from neurocli.invariants.fibres.fibre_over import read_function
        from neurocli.invariants.fibres.fibre_over_monodromy import monodromy_fibre_over

        if read_function(at) is not None:
            raise UsageError("path tracking needs weights, not coefficients, in --at", "leave --method out")
        return monodromy_fibre_over(network, weights(at, parametrization(network)), seed=seed, timeout=timeout,
                                    tracking=tracking)
    from neurocli.invariants.fibres.fibre_monodromy import monodromy_fibre

    found = monodromy_fibre(network, seed=seed, timeout=timeout, memory_mb=memory_mb, tracking=tracking)
    return Result("fibers", network.spelling, found.value, found.status, found.method, found.data, found.explanation,
                  found.evidence, None, seed, found.engine).with_run(**found.run)


def _fibers(network: Network, at: Any, equivalent: Any, symmetries: bool, tolerance: float | None, method: str,
            prime: int | None, seed: int, engine: str | None, timeout: float | None,
            memory_mb: int | None) -> Result:
    from neurocli.architectures.registry import parametrization

    if equivalent is not None:
        from neurocli.architectures.weights import weights
        from neurocli.invariants.fibres.equivalence import equivalent as compare

        a, b = (weights(one, parametrization(network), name) for one, name in zip(equivalent, ("A", "B"), strict=True))
        return compare(network, a, b, tolerance=tolerance, seed=seed)
    if symmetries:
        from neurocli.invariants.ranks.symmetry_check import symmetries as known

        return known(network, seed)
    if at is not None:
        from neurocli.architectures.weights import weights
        from neurocli.invariants.fibres.fibre_over import fibre_over, read_function

        coefficients = read_function(at)
        point = None if coefficients is not None else weights(at, parametrization(network))
        return fibre_over(network, point, coefficients, seed=seed, engine=engine, timeout=timeout, memory_mb=memory_mb)
    from neurocli.invariants.fibres.generic_fibre import generic_fibre

    found = generic_fibre(network, method=method, prime=prime, seed=seed, engine=engine, timeout=timeout,
                          memory_mb=memory_mb)
    return Result("fibers", network.spelling, found.value, found.status, found.method, found.data, found.explanation,
                  found.evidence, found.error_probability if found.status is Status.PROBABLE else None, seed,
                  found.engine)
