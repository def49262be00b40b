"""The invariants that statements and sweeps may ask for, as knowledge with bounds."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from neurocli.architectures.network import Network
from neurocli.conjectures.knowledge import UNKNOWN, Judged, Known
from neurocli.errors import LimitError, SpecificationError
from neurocli.results.result import Result, Status

#: Invariant of a sweep -> module and function that return a `Result`.
INVARIANTS = {
    "dim": "neurocli.invariants.dimension:dim",
    "describe": "neurocli.invariants.describe:describe",
    "degree": "neurocli.invariants.degree:degree",
    "fibers": "neurocli.invariants.fibers:fibers",
    "sing": "neurocli.invariants.singular_locus:sing",
    "edd": "neurocli.invariants.ed_degree:edd",
}


def invariant(name: str) -> Callable[..., Result]:
    """The function that computes an invariant.

    Raises:
        SpecificationError: there is no such invariant.
    """
    if name not in INVARIANTS:
        raise SpecificationError("invariant", name, "one of " + ", ".join(INVARIANTS))
    module, _, function = INVARIANTS[name].partition(":")
    try:
        found: Callable[..., Result] = getattr(importlib.import_module(module), function)
        return found
    except ImportError:
        raise SpecificationError("invariant", name, "an invariant of this version of neurocli") from None


def bounds_of(result: Result) -> Known:
    """The interval a result proves for an integer value.

    A proved value is a point; a probable one too, but not sure; a bound is one-sided, and its
    evidence tells which side.
    """
    value = result.value
    if not isinstance(value, int):
        return UNKNOWN
    if result.status in (Status.PROVED, Status.CERTIFIED):
        return Known.point(value)
    if result.status in (Status.PROBABLE, Status.NUMERICAL):
        return Known.point(value, sure=False)
    lows = [int(e["value"]) for e in result.evidence if e.get("kind") == "lower-bound"]
    highs = [int(e["value"]) for e in result.evidence if e.get("kind") == "upper-bound"]
    return Known(max(lows, default=None), min(highs, default=None))


class Asker:
    """Answers the questions of statements, each network and invariant once.

    Args:
        seed: seed of every computation.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.cache: dict[tuple[str, str, tuple[tuple[str, str | int], ...]], Result | None] = {}

    def result(self, name: str, network: Network, options: Mapping[str, str | int]) -> Result | None:
        """The result of an invariant; None where a limit was reached or it does not apply."""
        key = (name, network.digest, tuple(sorted(options.items())))
        if key not in self.cache:
            try:
                self.cache[key] = invariant(name)(network, seed=self.seed, **options)
            except LimitError:
                self.cache[key] = None
        return self.cache[key]

    def __call__(self, name: str, network: Network, keywords: Mapping[str, str]) -> Any:
        """The value of an invariant in a statement: `Known`, or a truth value, `Judged`."""
        if name == "bound":
            return self._bound(network, keywords["argument0"])
        if name == "singular_dimension":
            return self._singular_dimension(network)
        if name in ("degree", "edd"):
            options = {key: int(value) if value.isdigit() else value for key, value in keywords.items()}
            result = self.result(name, network, options)
            return UNKNOWN if result is None else bounds_of(result)
        if name in ("identifiable", "finitely_identifiable"):
            return self._identifiable(network, finitely=name != "identifiable")
        if name == "fibre_dimension":
            return _minus(self("parameters", network, {}), self("dim", network, {}))
        if name in ("expected", "ambient", "parameters"):
            return _facts(network)[name]
        result = self.result("dim", network, {})
        if name == "explained":
            return Judged(None if result is None else not any("unexplained" in line for line in result.explanation))
        dimension = UNKNOWN if result is None else bounds_of(result)
        if name == "dim":
            return dimension
        if name == "defect":
            return _minus(_facts(network)["expected"], dimension)
        ambient = _facts(network)["ambient"]
        if ambient.value is None or dimension.value is None:
            return Judged(None)
        # a rank at one point is a bound from below, and the ambient space one from above: only "no" can be in doubt
        fills = dimension.value == ambient.value
        return Judged(fills, fills or dimension.sure)

    def _identifiable(self, network: Network, finitely: bool) -> Judged:
        """Up to the known group, or up to finitely many classes; unknown while the classes are not counted."""
        result = self.result("fibers", network, {})
        if result is None or result.status in (Status.BOUND, Status.UNDECIDED):
            return Judged(None)
        verdict, classes = result.value["verdict"], result.value["classes"]
        sure = result.status in (Status.PROVED, Status.CERTIFIED)
        if finitely or verdict in ("identifiable", "not-identifiable"):
            return Judged(verdict != "not-identifiable" if finitely else verdict == "identifiable", sure)
        return Judged(None if classes is None else bool(classes == 1), sure)

    def _singular_dimension(self, network: Network) -> Known:
        result = self.result("sing", network, {})
        if result is None or result.status in (Status.BOUND, Status.UNDECIDED):
            return UNKNOWN
        return Known.point(int(result.value["dimension"]), result.status in (Status.PROVED, Status.CERTIFIED))

    @staticmethod
    def _bound(network: Network, theorem: str) -> Known:
        """The value that a theorem or conjecture of the catalogue gives, by its name."""
        from neurocli.theorems.bound import Bound
        from neurocli.theorems.catalogue import dimension_bounds
        from neurocli.theorems.identifiability import localization, massarenti_mella, threshold

        widths, powers = network.shape, network.get("r", ())
        if theorem == "threshold":
            return Known.point(threshold(widths))
        extra: list[Bound | None] = []
        if network.family == "mlp" and powers and not network.get("bias"):
            extra = [massarenti_mella(widths, powers), localization(widths, powers)]
        for bound in [*dimension_bounds(network), *extra]:
            if bound is not None and bound.theorem == theorem:
                return Known.point(bound.value)
        return UNKNOWN


def _facts(network: Network) -> dict[str, Known]:
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.ranks.expected import ambient_of, expected_of

    parameters = parametrization(network).parameter_count
    ambient, expected = ambient_of(network), expected_of(network, parameters)
    return {
        "parameters": Known.point(parameters),
        "ambient": UNKNOWN if ambient is None else Known.point(ambient),
        "expected": UNKNOWN if expected is None else Known.point(expected),
    }


def _minus(a: Known, b: Known) -> Known:
    return a + (-b)
