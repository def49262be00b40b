"""Degree from the ideal: eliminate the parameters from the graph of the map."""

from __future__ import annotations

import dataclasses

from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.architectures.parametrization import Parametrization
from neurocli.engines.protocol import NO_LIMITS, Engine, Limits
from neurocli.errors import EngineError
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.systems import restricted_map


@dataclasses.dataclass(frozen=True)
class ImplicitDegree:
    """A degree read off elimination ideals modulo two primes."""

    value: int
    primes: tuple[int, ...]
    generators: tuple[int, ...]
    system: PolynomialSystem


def graph_system(parametrization: Parametrization, dimension: int, characteristic: int, seed: int,
                 names: tuple[str, ...] = ()) -> tuple[PolynomialSystem, int]:
    """The graph of the map in the gauge, and how many of its variables, the first ones, are parameters.

    Args:
        names: of the coordinates; y1, y2, ... when not given.
    """
    restricted = restricted_map(parametrization, dimension, characteristic, seed)
    graph = restricted.system(restricted.coordinates).graph()
    count = len(restricted.free)
    if names:
        graph = graph.renamed((*graph.variables[:count], *names))
    return graph, count


def implicit_ideal(parametrization: Parametrization, dimension: int, engine: Engine, characteristic: int, seed: int,
                   limits: Limits = NO_LIMITS, names: tuple[str, ...] = ()) -> PolynomialSystem:
    """The ideal of the neurovariety as a reduced Groebner basis, over Q or F_p."""
    graph, count = graph_system(parametrization, dimension, characteristic, seed, names)
    return engine.eliminate(graph, graph.variables[:count], limits)


def implicit_degree(parametrization: Parametrization, dimension: int, engine: Engine, prime: int | None = None,
                    seed: int = 0, limits: Limits = NO_LIMITS) -> ImplicitDegree:
    """The degree of the ideal of the neurovariety modulo two primes.

    Raises:
        EngineError: the ideals do not have the dimension of the neurovariety, or their degrees differ.

    Example:
        >>> import neurocli
        >>> from neurocli.engines.registry import engine
        >>> implicit_degree(neurocli.parametrization(neurocli.parse("cnn:2-2,r=2")), 3, engine("builtin")).value
        4
    """
    primes = (prime or DEFAULT_PRIME, random_prime(derive_seed(seed, "implicit-prime")))
    values, sizes = [], []
    for p in primes:
        ideal = implicit_ideal(parametrization, dimension, engine, p, derive_seed(seed, "implicit", p) % 2**32, limits)
        found, degree = engine.dimension_and_degree(ideal, limits)
        if found != dimension:
            raise EngineError(f"{engine.name}: the ideal modulo {p} has dimension {found}, expected {dimension}",
                              "try another --prime")
        values.append(degree)
        sizes.append(len(ideal.generators))
    if len(set(values)) > 1:
        raise EngineError(f"{engine.name}: degrees {values} modulo {primes}", "try another --prime")
    return ImplicitDegree(values[0], primes, tuple(sizes), ideal)
