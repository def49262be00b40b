"""Which part of a component of the singular locus the network reaches, where the component can be named.

The neurovariety is the closure of the image, so a component of its singular locus may contain few functions
of the network.  Two kinds of components are named: closures of the functions of a subnetwork, and coordinate
subspaces, {some coefficients vanish}.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb
from typing import Any

from neurocli.architectures.network import Network
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import EngineError, LimitError, NeurocliError
from neurocli.formats.system import Polynomial, PolynomialSystem

MAX_SUBSPACES = 20_000
#: Seconds for the degree of one subnetwork, and for one Gröbner basis.
SECONDS = 10.0


def coordinate_subspaces(variables: Sequence[str], polynomials: Iterable[Polynomial],
                         dimension: int) -> list[tuple[str, ...]] | None:
    """All coordinate subspaces of a dimension on which the polynomials vanish, as the coordinates that are zero.

    Returns:
        The subspaces, or None when there are too many to look at.

    Notes:
        A polynomial vanishes on {c_i = 0, i in S} if and only if every monomial contains some c_i, i in S.

    Example:
        >>> coordinate_subspaces(("x", "y", "z"), [{(1, 1, 0): 1}, {(1, 0, 1): 1, (2, 0, 0): 3}], 2)
        [('x',)]
    """
    n = len(variables)
    if comb(n, dimension) > MAX_SUBSPACES:
        return None
    supports = {sum(1 << i for i, e in enumerate(exponents) if e) for f in polynomials for exponents in f}
    return [tuple(variables[i] for i in zero) for zero in combinations(range(n), n - dimension)
            if all(support & sum(1 << i for i in zero) for support in supports)]


def reached_dimension(network: Network, zero: Sequence[str], names: Sequence[str], largest: int, *, prime: int,
                      seed: int, engine: Engine, deadline: float) -> int | None:
    """Dimension of the closure of the network's own functions in a coordinate subspace, modulo a prime.

    Args:
        zero: coordinates that vanish on the subspace.
        names: coordinates that determine a function.
        largest: dimension of the subspace.
        deadline: moment on the clock of `time.monotonic` when to give up.

    Returns:
        The dimension, or None when time or memory did not suffice.

    Notes:
        The image of {theta: f_i(theta) = 0, i in S} has dimension at least e if and only if e generic linear
        forms on it take generic values together, that is, if these equations have a common solution.
    """
    from neurocli.algebra.rational_matrices import fraction
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.degrees.equations import Ideal

    def modulo(polynomial: Any) -> Polynomial:
        terms = {tuple(map(int, e)): fraction(c) for e, c in polynomial.to_dict().items()}
        return {e: c.numerator * pow(c.denominator, -1, prime) % prime for e, c in terms.items()}

    full = Ideal(of(network), largest, False, prime, seed)  # all parameters are free
    if not all(isinstance(label, tuple) for _, label in full.exact.labels):
        return None  # values at samples: the coordinates have no fixed meaning
    coordinate = dict(zip(full.variables(), map(modulo, full.exact.coordinates), strict=True))
    vanishing = tuple(coordinate[name] for name in zero)
    rest = [coordinate[name] for name in names if name not in set(zero)]
    rng = random.Random(f"reached {seed}")
    constant = (0,) * len(full.exact.names)
    forms: list[Polynomial] = []
    for _ in range(largest):
        form: Polynomial = {constant: rng.randrange(1, prime)}
        for f in rest:
            factor = rng.randrange(1, prime)
            for exponents, c in f.items():
                form[exponents] = (form.get(exponents, 0) + factor * c) % prime
        forms.append(form)
    for e in range(largest, 0, -1):
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        system = PolynomialSystem(full.exact.names, prime, (*vanishing, *forms[:e]))
        try:
            if engine.dimension_and_degree(system, Limits(min(left, SECONDS)))[0] >= 0:
                return e
        except (LimitError, EngineError):
            return None
    return 0


def describe_components(network: Network, components: list[dict[str, Any]], whole: PolynomialSystem,
                        pool: Sequence[Polynomial], dimension: tuple[int, bool], *, prime: int, seed: int,
                        engine: Engine, deadline: float) -> None:
    """Name the components that can be named, and add to each the dimension `reached`, None if not settled.

    Args:
        components: of highest dimension, irreducible over Q, with their degrees; changed in place.
        whole: equations of the singular locus.
        pool: further minors, which have to vanish as well.
        dimension: of the neurovariety, and whether it is proved.

    Notes:
        A coordinate subspace, or the irreducible closure of a subnetwork's functions, that has the highest
        dimension and lies in the singular locus is one of its components; the degree tells which, when no
        other component shares it.
    """
    for component in components:
        component["reached"] = None
    if not components:
        return
    top = components[0]["dimension"]
    linear = [c for c in components if c["degree"] == 1]
    spaces = coordinate_subspaces(whole.variables, (*whole.generators, *pool), top) if linear else None
    if spaces and len(spaces) <= len(linear):
        for component, zero in zip(linear, spaces):
            component["description"] = f"linear space {' = '.join(zero)} = 0" if zero else "a linear space"
            component["reached"] = reached_dimension(network, zero, whole.variables, top, prime=prime, seed=seed,
                                                     engine=engine, deadline=deadline)
    for widths, degree in _subnetworks(network, top, dimension, prime, seed, deadline):
        alike = [c for c in components if c["degree"] == degree]
        if degree > 1 and len(alike) == 1:
            alike[0]["description"] = f"subnetworks with hidden widths {'-'.join(map(str, widths))}, degree {degree}"
            alike[0]["reached"] = top


def _subnetworks(network: Network, top: int, dimension: tuple[int, bool], prime: int, seed: int,
                 deadline: float) -> list[tuple[tuple[int, ...], int]]:
    """Subnetworks of dimension `top` certified singular, with their degrees."""
    from neurocli.invariants.degree import degree
    from neurocli.invariants.singularities.strata import strata, subnetwork

    found = []
    try:
        layers = strata(network, *dimension, prime=prime, seed=seed, deadline=deadline)
        for stratum in layers.found if layers else ():
            left = deadline - time.monotonic()
            if stratum.dimension == top and stratum.singular != "undecided" and left > 0:
                answer = degree(subnetwork(network, stratum.widths), seed=seed, timeout=min(left, SECONDS)).value
                if isinstance(answer, int):
                    found.append((stratum.widths, answer))
    except NeurocliError:  # names are a courtesy: the components stand without them
        return found
    return found
