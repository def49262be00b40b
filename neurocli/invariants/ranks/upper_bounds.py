"""Upper bounds for the dimension that come from the parametrization itself."""

from __future__ import annotations

from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.architectures.registry import family, parametrization
from neurocli.invariants.ranks.jacobian_rank import orbit_rank
from neurocli.theorems.bound import Bound


def reduced(network: Network) -> Parametrization:
    """The smallest parametrization known whose image has the same closure."""
    module = family(network.family)
    if hasattr(module, "reduce"):
        small: Parametrization = module.reduce(network)
        return small
    return parametrization(network)


def rank_upper_bounds(network: Network, small: Parametrization, prime: int, seed: int) -> list[Bound]:
    """Ambient space, and parameters minus orbits of the known symmetries.

    The fibre through a generic point contains its orbit, so the dimension is at most parameters
    minus the dimension of the generic orbit; the orbit's dimension is bounded from below by
    the rank of the symmetries' vector fields at one point.
    """
    found = []
    if small.ambient is not None:
        found.append(Bound("upper", small.ambient.dimension, "ambient space",
                           f"the image lies in a space of dimension {small.ambient.dimension}"))
    orbit = orbit_rank(small, prime, seed)
    groups = ", ".join(f"{s.name} ({s.place})" for s in small.symmetries[:6])
    if len(small.symmetries) > 6:
        groups += ", ..."
    hypotheses = list(small.equivalent)
    if groups:
        hypotheses.append(f"symmetries: {groups}")
        if not all(s.free for s in small.symmetries):
            hypotheses.append(f"their vector fields have rank {orbit} modulo {prime} at the point of seed {seed}")
    found.append(Bound("upper", small.parameter_count - orbit, "parameters minus symmetries",
                       f"{small.parameter_count} parameters, orbits of dimension at least {orbit}",
                       tuple(hypotheses)))
    return found
