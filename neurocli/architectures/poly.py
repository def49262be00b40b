"""Family `poly`: any polynomial map, from a TOML or JSON file of variables and polynomials.

    variables = ["a", "b"]                 # the parameters
    polynomials = ["a^2", "a*b", "b^2"]    # the coordinates of the map

With `inputs = ["x", "y"]` the polynomials are functions of the inputs, and the map sends the
parameters to their coefficients.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurocli.algebra.polynomial_text import Polynomial, format_polynomial, parse_polynomial
from neurocli.architectures.network import Network
from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization, Symmetry

SUMMARY = "any polynomial parametrization: variables and polynomials in a file"
EXAMPLE = "poly:model.toml"
SHAPE = "the name of a TOML or JSON file with variables and polynomials"
KEYS: dict[str, Any] = {}
MAX_VARIABLES = 5000


def read_shape(text: str) -> tuple[str, ...]:
    """The name of the file."""
    return (text,)


def write_shape(shape: tuple[str, ...]) -> str:
    """The name of the file."""
    return shape[0]


def validate(shape: tuple[str, ...], keys: dict[str, Any], place: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Nothing beyond the file itself."""
    return shape, keys


def load(shape: tuple[str, ...], directory: Path, inline: Any = None) -> tuple[Any, ...]:
    """(variables, inputs, polynomials) of the file, parsed and merged.

    Raises:
        SpecificationError: a missing key, a wrong type, a name twice, a polynomial that does not parse.
    """
    from neurocli.architectures.grammar import read_document, read_text

    place = shape[0]
    record = inline
    if record is None:
        path = directory / place
        if path.suffix.lower() not in (".toml", ".json"):
            raise SpecificationError("shape", place, SHAPE, EXAMPLE)
        record = read_document(read_text(path), path.suffix.lower(), place)
    variables = _names(record.get("variables"), f"{place}, key 'variables'")
    inputs = _names(record.get("inputs", []), f"{place}, key 'inputs'", at_least=0)
    if set(variables) & set(inputs):
        raise SpecificationError(place, ", ".join(sorted(set(variables) & set(inputs))),
                                 "names that are parameters or inputs, not both")
    texts = record.get("polynomials")
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise SpecificationError(f"{place}, key 'polynomials'", repr(texts), "a list of polynomials")
    foreign = set(record) - {"family", "shape", "variables", "inputs", "polynomials"}
    if foreign:
        raise SpecificationError(place, ", ".join(sorted(map(str, foreign))),
                                 "the keys variables, inputs and polynomials")
    names = [*variables, *inputs]
    polynomials = [parse_polynomial(text, names, f"{place}, polynomial {i}") for i, text in enumerate(texts, 1)]
    return tuple(variables), tuple(inputs), tuple(format_polynomial(p, names) for p in polynomials)


def _names(value: Any, place: str, at_least: int = 1) -> list[str]:
    import re

    if not isinstance(value, list) or len(value) < at_least or not all(isinstance(name, str) for name in value):
        raise SpecificationError(place, repr(value), "a list of names")
    for name in value:
        if not re.fullmatch(r"[A-Za-z_]\w*(\[\d+\])?", name, re.ASCII):
            raise SpecificationError(place, name, "a name of letters, digits and underscores")
    if len(set(value)) != len(value) or len(value) > MAX_VARIABLES:
        raise SpecificationError(place, f"{len(value)} names", f"at most {MAX_VARIABLES} names, each once")
    return value


def polynomials_of(network: Network) -> tuple[tuple[str, ...], tuple[str, ...], list[Polynomial]]:
    """Parameters, inputs, and the polynomials in both."""
    variables, inputs, texts = network.content
    return variables, inputs, [parse_polynomial(text, [*variables, *inputs]) for text in texts]


def parametrize(network: Network) -> Parametrization:
    """The map with its monomials as steps of the program."""
    import numpy as np

    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Parametrization

    variables, inputs, polynomials = polynomials_of(network)
    n = len(variables)
    monomials = sorted({e for p in polynomials for e in p}) or [(0,) * (n + len(inputs))]
    column = {e: i for i, e in enumerate(monomials)}
    matrix = np.zeros((len(polynomials), len(monomials)), dtype=object)
    matrix[:] = Fraction(0)
    for row, polynomial in enumerate(polynomials):
        for e, c in polynomial.items():
            matrix[row, column[e]] = c
    builder = ProgramBuilder([("theta", (n,))], [("x", (len(inputs),))] if inputs else [])
    terms = builder.monomials(0, [e[:n] for e in monomials])
    if inputs:
        in_x = builder.monomials(1, [e[n:] for e in monomials])
        terms = builder.contract("m,m->m", terms, in_x)
    value = builder.contract("im,m->i", builder.constant(matrix), terms)
    degree_x = max((sum(e[n:]) for e in monomials), default=0)
    coordinates = {(row, e[n:]) for row, p in enumerate(polynomials) for e in p}
    homogeneous = {sum(e[:n]) for e in monomials}
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=Ambient(len(inputs), tuple(range(degree_x + 1)), len(polynomials),
                        note="the coefficients that occur" if inputs else "one coordinate per polynomial",
                        size=max(len(coordinates), 0) if inputs else len(polynomials)),
        degree_x=degree_x,
        degree_parameters=max((sum(e[:n]) for e in monomials), default=0),
        symmetries=tuple(_torus([e[:n] for e in monomials], n)),
        cone=len(homogeneous) == 1,
    )


def _torus(exponents: list[tuple[int, ...]], n: int) -> list[Symmetry]:
    """The rescalings of the parameters that fix every monomial: integer vectors w, w.e = 0 for all e."""
    from neurocli.algebra.matrices import integer_kernel
    from neurocli.architectures.parametrization import Symmetry

    weights = integer_kernel([list(e) for e in sorted(set(exponents))], n)
    if not weights:
        return []

    def fields(ring: Any, blocks: Any) -> Any:
        return [{"theta": ring.multiply(ring.constant(w), blocks["theta"])} for w in weights]

    # Free: the rows w are independent, and so are w * theta where no entry of theta vanishes.
    return [Symmetry("C*" if len(weights) == 1 else f"(C*)^{len(weights)}", "rescaling of the parameters",
                     len(weights), fields, free=True)]
