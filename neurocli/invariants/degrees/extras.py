"""Polar degrees, Hilbert function and equations: what `degree` computes besides, when asked."""

from __future__ import annotations

from typing import Any

from neurocli.errors import EngineError
from neurocli.invariants.degrees.question import Found, Question
from neurocli.theorems.degree_catalogue import KnownVariety


def extras(question: Question, known: KnownVariety | None, found: Found, polar: bool, hilbert: int | None,
           equations: int | None, implicit: bool,
           emit: str | None) -> tuple[dict[str, Any], list[str]]:
    """What was asked for besides the degree: data, and sentences about it."""
    data: dict[str, Any] = {}
    lines: list[str] = []
    if polar:
        from neurocli.invariants.degrees.polar_degrees import polar_degrees

        answer = polar_degrees(question, known, found)
        data["polar_degrees"] = list(answer.values)
        data["polar_status"] = answer.status.value
        lines.append(answer.explanation)
    if hilbert is not None:
        from neurocli.invariants.degrees.hilbert_function import check_size

        ideal = question.ideal()
        check_size(ideal.coordinates + (not ideal.homogeneous), hilbert)
        data["hilbert_function"] = [ideal.interpolation().function(d) for d in range(hilbert + 1)]
        lines.append(f"Hilbert function by interpolation modulo {ideal.primes[0]}, in the coordinates that do not "
                     "vanish identically")
    if equations is not None or implicit:
        data |= _equations(question, equations, implicit, lines)
    if emit is not None:
        data["emitted"] = _emitted(question, found, emit)
    return data, lines


def _equations(question: Question, highest: int | None, implicit: bool, lines: list[str]) -> dict[str, Any]:
    from neurocli.formats.system import spell
    from neurocli.invariants.degrees.equations import readable
    from neurocli.invariants.degrees.implicit import implicit_ideal

    ideal = question.ideal()
    data: dict[str, Any] = {"coordinates": ideal.meanings()}
    if highest is not None:
        answer = ideal.equations(highest)
        data["equations"] = [readable(spell(f, answer.system.variables)) for f in answer.system.polynomials]
        data["equation_count"] = {str(d): n for d, n in answer.count.items()}
        lines.append(f"generators of the ideal up to degree {highest}, each verified to vanish on the parametrization "
                     "over Q; that there are no others is exact modulo a prime at random points")
    if implicit:
        system = implicit_ideal(question.parametrization, question.dimension.value, question.engine, 0,
                                question.seed, question.limits, ideal.variables())
        verified = all(ideal.vanishes(f) for f in system.polynomials)
        if not verified:
            raise EngineError(f"{question.engine.name}: a generator does not vanish on the parametrization",
                              "try another --engine")
        data["implicit"] = [readable(spell(f, system.variables)) for f in system.polynomials]
        lines.append("reduced basis of the ideal by elimination over Q, each element verified to vanish on the "
                     "parametrization")
    return data


def _emitted(question: Question, found: Found, name: str) -> dict[str, Any]:
    """The system that was solved, or for closed forms a slice that checks them, as text."""
    from neurocli.invariants.export import slice_export

    return slice_export(question.network, question.parametrization, question.dimension.value, name,
                        question.prime, question.seed, found.system, found.data.get("fibre"))
