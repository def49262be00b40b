"""Systems from a few words of JSON, so that a worker on another machine makes the same one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.errors import UsageError
from neurocli.numerics.paths import Homotopy


def homotopy_of(recipe: Mapping[str, Any]) -> Homotopy:
    """The system of a recipe: `kind`, `spec`, `seed`, and for critical equations `metric`, `samples`.

    Raises:
        UsageError: a kind that is not known.
    """
    from neurocli.numerics.critical import metric_root
    from neurocli.numerics.execution import decode_array
    from neurocli.numerics.fibers import gauged_slice
    from neurocli.numerics.function_space import function_space
    from neurocli.numerics.slices import generic_slice
    from neurocli.numerics.systems import CriticalSystem

    network = parametrization(parse(recipe["spec"]))
    if recipe["kind"] in ("slice", "real-slice"):
        real = recipe["kind"] == "real-slice"
        return generic_slice(function_space(network, recipe["seed"], real=real), recipe["seed"], real)
    if recipe["kind"] in ("fiber", "real-fiber"):
        real = recipe["kind"] == "real-fiber"
        return gauged_slice(function_space(network, recipe["seed"], real=real), recipe["seed"], real)
    if recipe["kind"] != "critical":
        raise UsageError(f"system of kind {recipe['kind']!r}", "slice, real-slice, fiber, real-fiber or critical")
    space = function_space(network, recipe["seed"], recipe["samples"], real=True)
    if isinstance(recipe["metric"], str):
        return CriticalSystem(space, metric_root(space, recipe["metric"], recipe["seed"], real=True))
    return CriticalSystem(space, decode_array(recipe["metric"]))
