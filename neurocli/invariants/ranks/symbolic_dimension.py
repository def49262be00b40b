"""The dimension by expanding the map: an independent check of the propagated Jacobian.

The coefficient map is written out over Q, its partial derivatives are taken as polynomials and
evaluated at an integer point; the rank over Q there is a proved lower bound.
"""

from __future__ import annotations

from neurocli.algebra.primes import derive_seed, splitmix64
from neurocli.algebra.versions import flint_engine
from neurocli.architectures.expansion import labelled_map
from neurocli.architectures.network import Network
from neurocli.architectures.registry import parametrization
from neurocli.invariants.ranks.upper_bounds import rank_upper_bounds
from neurocli.results.result import Result, Status
from neurocli.theorems.bound import best_upper
from neurocli.theorems.catalogue import dimension_bounds


def symbolic_dim(network: Network, prime: int, seed: int) -> Result:
    """Rank over Q of the differentiated coefficient map at an integer point, with the upper bounds.

    Raises:
        TooLarge: the map would have too many terms to be written out.
    """
    from neurocli.algebra.matrices import rational_rank
    from neurocli.invariants.dimension import result_data
    from neurocli.invariants.ranks.explain import explain

    p = parametrization(network)
    coordinates, _, _ = labelled_map(p)
    n = p.parameter_count
    theta = [splitmix64(derive_seed(seed, "symbolic", i)) % 2001 - 1000 for i in range(n)]
    rows = [[polynomial.derivative(j)(*theta) for j in range(n)] for polynomial in coordinates]
    value = rational_rank(rows, n)
    bounds = [*dimension_bounds(network), *rank_upper_bounds(network, p, prime, seed)]
    upper = best_upper(bounds)
    assert upper is not None
    proved = value == upper.value
    data = result_data(network, value, n)
    data["support"] = len(coordinates)
    evidence = [{"kind": "lower-bound", "value": value, "field": "Q", "seed": seed}, upper.evidence()]
    # At a point with entries below 1000 in size an accident is possible; no small bound is claimed.
    return Result("dim", network.spelling, value, Status.PROVED if proved else Status.BOUND, "symbolic", data,
                  tuple(explain(network, value, data, bounds, p) if proved else ("a lower bound only",)),
                  tuple(evidence), None, seed, flint_engine())
