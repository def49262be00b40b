"""Systems that belong to a network, written for other programs: what each asks and what its answer means."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import neurocli
from neurocli.algebra.primes import DEFAULT_PRIME, check_prime, derive_seed
from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import TooLarge, UsageError
from neurocli.formats.question import COUNT, DIMENSION, IMAGE, Kind, Question
from neurocli.formats.registry import FORMATS, write
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.systems import (
    RestrictedMap,
    constants,
    critical_polynomials,
    fibre_polynomials,
    restricted_map,
    slice_polynomials,
)
from neurocli.results.result import Result, Status

WHAT = ("map", "graph-ideal", "slice", "fibre", "jacobian", "critical-equations")
#: Formats that compute with rational or complex numbers.
RATIONAL = ("julia", "latex", "json", "mrdi", "sage")
#: Macaulay2 and Singular are at their best below 2^15 and 2^31; this prime suits all.
MAX_MONOMIALS = 500_000


def export(spec: str | Mapping[str, Any] | Network, *, to: str, what: str = "graph-ideal", prime: int | None = None,
           seed: int = 0) -> Result:
    """A system that belongs to a network, as a file for another program.

    Args:
        spec: a network, or its specification.
        to: `macaulay2`, `singular`, `msolve`, `mrdi`, `julia`, `sage`, `latex` or `json`.
        what: `map` (the coefficients in all parameters; scripts print the rank of the Jacobian at a point, which
            is `neurocli dim`); `graph-ideal` (of the map in the gauge; scripts eliminate and print dimension and
            degree); `slice`, `fibre`, `critical-equations` (scripts count solutions); `jacobian` (entries of
            the Jacobian of the map in the gauge).
        prime: characteristic; 0 for the rationals. By default 2147483647 for slices, fibres and critical equations,
            0 for the rest, and 0 for formats that compute with complex numbers.
        seed: of random constants.

    Returns:
        A result whose value is the text; data: format, what, characteristic, variables, equations, answer.

    Raises:
        UsageError: not a polynomial network, or a system that the format cannot hold.
        TooLarge: the expanded map is too large.

    Example:
        >>> export("mlp:2-2-1,r=2", to="singular", what="slice").value.splitlines()[0]
        '// mlp:2-2-1,r=2: slice'
    """
    from neurocli.invariants.dimension import dim
    from neurocli.invariants.ranks.upper_bounds import reduced

    start = time.perf_counter()
    network = parse(spec)
    if what not in WHAT:
        raise UsageError(f"--what: read {what!r}, expected one of {', '.join(WHAT)}")
    if to not in FORMATS:
        raise UsageError(f"--to: read {to!r}, expected one of {', '.join(FORMATS)}")
    if network.family == "softmax" or network.get("knots"):
        raise UsageError(f"{network}: its functions are not polynomial in the weights"
                         + (" (softmax is a quotient of exponentials)" if network.family == "softmax" else "")
                         + ", so no polynomial system holds them", "export the lightning network instead"
                         if network.family == "softmax" else "leave out knots=")
    characteristic = _characteristic(to, what, prime)
    dimension = dim(network, seed=seed).value
    parametrization = reduced(network)
    system, question, answer = _system(network, parametrization, dimension, what, characteristic, seed)
    text = _write(network, system, question, answer, to, what, prime, seed)
    data = {"format": to, "what": what, "characteristic": characteristic, "variables": len(system.variables),
            "equations": len(system.polynomials), "answer": answer, "run": FORMATS[to].run,
            "suffix": FORMATS[to].suffix}
    result = Result("export", network.spelling, text, Status.PROVED, "definition", data, (answer,), (), None, seed)
    return result.with_run(seconds=round(time.perf_counter() - start, 6))


def slice_export(network: Network, parametrization: Parametrization, dimension: int, to: str, prime: int | None,
                 seed: int, system: PolynomialSystem | None, points: int | None) -> dict[str, Any]:
    """The text of a counted system in a format; without one, of a slice."""
    if to not in FORMATS:
        raise UsageError(f"--emit: read {to!r}, expected one of {', '.join(FORMATS)}")
    what = "system"
    answer = f"the solutions are the degree times {points} points of a generic fibre" if points else "the degree"
    if system is None or (to == "julia" and system.characteristic):
        what = "slice"
        system, _, answer = _system(network, parametrization, dimension, "slice", _characteristic(to, what, prime),
                                    seed)
    question = COUNT if len(system.generators) >= len(system.variables) else DIMENSION
    return {"format": to, "suffix": FORMATS[to].suffix,
            "text": _write(network, system, question, answer, to, what, prime, seed)}


def _characteristic(to: str, what: str, prime: int | None) -> int:
    if prime is not None:
        if prime and to == "julia":
            raise UsageError("HomotopyContinuation.jl computes with complex numbers, not modulo a prime",
                             "leave --prime out")
        return check_prime(prime) if prime else 0
    return 0 if to in RATIONAL or what in ("map", "graph-ideal", "jacobian") else DEFAULT_PRIME


def _system(network: Network, parametrization: Parametrization, dimension: int, what: str, characteristic: int,
            seed: int) -> tuple[PolynomialSystem, Question, str]:
    """The system, what scripts are to compute from it, and what that means."""
    if what == "map":
        everything = tuple(range(parametrization.parameter_count))
        whole = RestrictedMap(parametrization, characteristic, everything, {}, dimension, 0, seed)
        point = tuple(constants(len(everything), 0, derive_seed(seed, "export-point")))
        return (whole.system(_checked(whole)), Question(Kind.RANK, point=point),
                f"the rank of the Jacobian at a random point: the dimension, {dimension}")
    restricted = restricted_map(parametrization, dimension, characteristic, seed)
    coordinates = _checked(restricted)
    if what == "graph-ideal":
        return (restricted.system(coordinates), IMAGE,
                f"the dimension, {dimension}, and the degree of the neurovariety, by elimination")
    if what == "jacobian":
        entries = [c.derivative(k) for c in coordinates for k in range(len(restricted.free))]
        return (restricted.system(entries), DIMENSION,
                f"entries of the Jacobian, {len(coordinates)} rows of {len(restricted.free)}; scripts print dimension "
                "and degree of the set where all of them vanish")
    if what == "slice":
        return (restricted.system(slice_polynomials(restricted, seed)), COUNT,
                "points over a random affine slice: the degree times the points of a generic fibre")
    if what == "fibre":
        return (restricted.system(fibre_polynomials(restricted, seed)), COUNT,
                "points in the gauge of the fibre through a random point")
    return _critical(restricted, seed)


def _critical(restricted: RestrictedMap, seed: int) -> tuple[PolynomialSystem, Question, str]:
    """Critical equations, with the inverse of a determinant that removes points where the map drops rank."""
    from neurocli.invariants.degrees.polar_degrees import MAX_DETERMINANT, rank_determinant
    from neurocli.invariants.systems import as_dictionary

    system = restricted.system(critical_polynomials(restricted, seed))
    if len(restricted.free) > MAX_DETERMINANT:
        return (system, DIMENSION, "critical points of a generic quadratic distance, and points where the map drops "
                "rank: dimension and degree")
    determinant = as_dictionary(rank_determinant(restricted, seed))
    inverse = {(*e, 1): c for e, c in determinant.items()} | {(0,) * (len(system.variables) + 1): -1}
    polynomials = tuple({(*e, 0): c for e, c in f.items()} for f in system.polynomials)
    saturated = PolynomialSystem((*system.variables, "t1"), system.characteristic, (*polynomials, inverse))
    return (saturated, COUNT, "critical points of a generic quadratic distance: the generic EDD times the points of a "
            "generic fibre; t1 inverts a determinant, so that the map keeps its rank")


def _checked(restricted: RestrictedMap) -> list[Any]:
    coordinates = restricted.coordinates
    terms = sum(map(len, coordinates))
    if terms > MAX_MONOMIALS:
        raise TooLarge(f"{restricted.parametrization.network}: the map has {terms:,} terms; the limit is "
                       f"{MAX_MONOMIALS:,}", "export a smaller network")
    return coordinates


def _write(network: Network, system: PolynomialSystem, question: Question, answer: str, to: str, what: str,
           prime: int | None, seed: int) -> str:
    options = "" if prime is None else f" --prime {prime}"
    comment = (f"{network}: {what}", answer, f"neurocli {neurocli.__version__}, seed {seed}",
               f"neurocli export {network} --to {to} --what {what}{options} --seed {seed}" if what in WHAT else
               f"neurocli degree {network} --emit {to} FILE{options} --seed {seed}")
    return write(to, system.with_comment(*comment), question, seed)
