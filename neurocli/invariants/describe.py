"""What a network is: parameters by block, symmetries, gauge, ambient space, degrees, and the map."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from neurocli.architectures.expansion import estimated_terms, input_names, labelled_map, parameter_names
from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.architectures.registry import family, parametrization
from neurocli.invariants.ranks.expected import expected_of
from neurocli.results.result import Result, Status


def describe(spec: str | Mapping[str, Any] | Network, *, with_map: bool = False) -> Result:
    """The parametrization of a network as a record.

    Args:
        spec: a network, or its specification.
        with_map: write out every coefficient as a polynomial in the parameters.

    Returns:
        A result whose value is the number of parameters; data: blocks, symmetries, gauge, ambient,
        expected, degrees, the estimated number of terms, and the map when asked.

    Raises:
        TooLarge: the map would have too many terms; the message has the estimate.
        UsageError: the map of a network that is not polynomial.

    Example:
        >>> describe("mlp:2-2-1,r=2").data["symmetries"][0]["group"]
        '(C*)^2'
    """
    start = time.perf_counter()
    network = parse(spec)
    p = parametrization(network)
    blocks = []
    for name, shape in p.program.parameters:
        place, _ = p.slices[name]
        blocks.append({"name": name, "shape": list(shape), "size": place.stop - place.start})
    polynomial = p.degree_x is not None
    terms = estimated_terms(p) if polynomial else None
    data = {
        "summary": family(network.family).SUMMARY,
        "parameters": p.parameter_count,
        "blocks": blocks,
        "symmetries": [{"group": s.name, "place": s.place, "dimension": s.dimension} for s in p.symmetries],
        "symmetry_dimension": p.symmetry_dimension,
        "finite_symmetries": list(p.finite_symmetries),
        "gauge": p.gauge.description,
        "gauge_complete": p.gauge.complete,
        "ambient": None if p.ambient is None else p.ambient.dimension,
        "ambient_note": "" if p.ambient is None else p.ambient.note,
        "expected": expected_of(network, p.parameter_count),
        "degree_x": p.degree_x,
        "degree_parameters": p.degree_parameters,
        "terms": "more than 10^15" if terms is not None and terms > 10**15 else terms,
        "cone": p.cone,
        "outputs": p.program.output_size,
        "inputs": p.program.input_size,
        "map": _map(p) if with_map else None,
    }
    explanation = ["terms when expanded is an upper bound; no invariant expands the map unless asked"]
    result = Result("describe", network.spelling, p.parameter_count, Status.PROVED, "definition", data,
                    tuple(explanation))
    return result.with_run(seconds=round(time.perf_counter() - start, 6))


def _map(p: Any) -> list[dict[str, Any]]:
    """Every coefficient that is not identically zero, as text."""
    from fractions import Fraction

    from neurocli.algebra.polynomial_text import format_polynomial

    coordinates, _, labels = labelled_map(p)
    names, variables = parameter_names(p), input_names(p)
    rows = []
    for coordinate, (output, exponents) in zip(coordinates, labels, strict=True):
        terms = {tuple(map(int, e)): Fraction(int(c.p), int(c.q)) for e, c in coordinate.to_dict().items()}
        monomial = format_polynomial({exponents: 1}, variables) if variables else "1"
        rows.append({"output": output + 1, "monomial": monomial, "coefficient": format_polynomial(terms, names)})
    return rows
