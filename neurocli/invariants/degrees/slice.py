"""Degree by slicing: points over a random affine subspace, divided by the points of a fibre, modulo primes.

See `systems.py` for why no solution of such a slice is degenerate.  Everything is computed at two primes and
two seeds; where they disagree, at further ones, until one value has come twice.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.engines.protocol import NO_LIMITS, Engine, Limits
from neurocli.errors import EngineError
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.singularities.shallow_nodes import NodeMap, applies, node_map
from neurocli.invariants.systems import RestrictedMap, fibre_polynomials, restricted_map, slice_polynomials

#: Attempts before counts that disagree are given up.
MAX_ATTEMPTS = 6
#: With positive-dimensional fibres and at most so many solutions, distinct images are counted as well.
MAX_IMAGES = 250


@dataclasses.dataclass(frozen=True)
class Slice:
    """One slice modulo one prime.

    Args:
        prime, seed: of the slice.
        solutions: points of parameter space over it.
        points: points of the generic fibre.
        images: distinct images of the solutions, where they were counted.
        variables, cut: of the system, and parameters fixed because fibres are positive-dimensional.
        system: that was solved.
    """

    prime: int
    seed: int
    solutions: int
    points: int
    images: int | None
    variables: int
    cut: int
    coordinates: str
    system: PolynomialSystem

    @property
    def value(self) -> int | None:
        """The degree, or None if the slice was not a generic one."""
        if self.points < 1 or self.solutions % self.points:
            return None
        value = self.solutions // self.points
        return value if self.images in (None, value) and value > 0 else None

    def evidence(self) -> dict[str, Any]:
        """The slice as an evidence record of a result."""
        record: dict[str, Any] = {"kind": "slice", "value": self.value, "prime": self.prime, "seed": self.seed,
                                  "solutions": self.solutions, "fibre": self.points, "variables": self.variables,
                                  "coordinates": self.coordinates}
        return record | ({} if self.images is None else {"images": self.images})


@dataclasses.dataclass(frozen=True)
class SliceDegree:
    """A degree that two slices agree on."""

    value: int
    slices: tuple[Slice, ...]


def slice_degree(network: Network, parametrization: Parametrization, dimension: int, engine: Engine,
                 prime: int | None = None, seed: int = 0, limits: Limits = NO_LIMITS) -> SliceDegree:
    """The degree of the neurovariety by slices at two primes and two seeds.

    Args:
        network: the architecture.
        parametrization: its map, or a smaller one with the same image.
        dimension: affine dimension of the neurovariety.
        engine: that counts solutions.
        prime: of the first slice, below 2^31; the others are drawn from the seed.
        seed: of every random choice.
        limits: of one question to the engine.

    Raises:
        EngineError: no two of the slices agree.

    Example:
        >>> import neurocli
        >>> from neurocli.engines.registry import engine
        >>> net = neurocli.parse("mlp:2-2-1,r=4")
        >>> slice_degree(net, neurocli.parametrization(net), 4, engine("builtin")).value
        3
    """
    done: list[Slice] = []
    for attempt in range(MAX_ATTEMPTS):
        p = (prime or DEFAULT_PRIME) if attempt == 0 else random_prime(derive_seed(seed, "slice-prime", attempt))
        own_seed = derive_seed(seed, "slice", attempt) % 2**32
        done.append(one_slice(network, parametrization, dimension, engine, p, own_seed, limits))
        votes = Counter(s.value for s in done if s.value is not None)
        if votes and votes.most_common(1)[0][1] > 1:
            return SliceDegree(votes.most_common(1)[0][0], tuple(done))
    raise EngineError(f"{network}: {MAX_ATTEMPTS} slices gave the degrees "
                      f"{', '.join(str(s.value) for s in done)}", "try another --prime, a large one")


def one_slice(network: Network, parametrization: Parametrization, dimension: int, engine: Engine, prime: int,
              seed: int, limits: Limits = NO_LIMITS) -> Slice:
    """Count the solutions of one slice and of one fibre."""
    restricted, constraints = slicing_map(network, parametrization, dimension, prime, seed)
    fibre = restricted.system(fibre_polynomials(restricted, seed) + constraints)
    points = engine.count_solutions(fibre, limits) or 0
    system = restricted.system(slice_polynomials(restricted, seed) + constraints)
    solutions = engine.count_solutions(system, limits) or 0
    images = None
    if restricted.cut and 0 < solutions <= MAX_IMAGES:
        images = _distinct_images(restricted, system, engine, seed, limits)
    kind = "border matrices of the neurons" if isinstance(restricted, NodeMap) else "weights in the gauge"
    return Slice(prime, seed, solutions, points, images, len(restricted.names), restricted.cut, kind, system)


def slicing_map(network: Network, parametrization: Parametrization, dimension: int, characteristic: int,
                seed: int) -> tuple[RestrictedMap, list[Any]]:
    """The coordinates in which a network is sliced, with the equations that hold between them."""
    restricted = restricted_map(parametrization, dimension, characteristic, seed)
    if characteristic and applies(network, dimension):
        nodes = node_map(restricted)
        return nodes, nodes.constraints
    return restricted, []


def _distinct_images(restricted: RestrictedMap, system: PolynomialSystem, engine: Engine, seed: int,
                     limits: Limits) -> int:
    """Distinct values of a random linear form of the functions of the solutions."""
    from neurocli.algebra.groebner.basis import GroebnerBasis
    from neurocli.algebra.groebner.monomials import MonomialOrder
    from neurocli.algebra.groebner.zero_dim import QuotientAlgebra
    from neurocli.invariants.systems import as_dictionary, constants

    basis = engine.groebner_basis(system, limits)
    order = MonomialOrder.degrevlex(len(system.variables))
    groebner = GroebnerBasis.from_polynomials(system.variables, system.characteristic, order, list(basis))
    form = restricted.combination(constants(len(restricted.coordinates), restricted.characteristic,
                                            derive_seed(seed, "image-form")))
    return QuotientAlgebra(groebner).distinct_values(as_dictionary(form))
