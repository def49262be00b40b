"""Input and output of msolve (0.10): variables, characteristic, polynomials; a bracketed list back.

msolve misreads silently what it does not expect: comments, brackets, repeated monomials, repeated
variables, unknown names.  So files have none of them, and no comment either; names are x1, x2, ...
where the system's own could mean something else.
"""

from __future__ import annotations

import dataclasses
import re

from neurocli.errors import DataError, EngineError, UsageError
from neurocli.formats.answer import parse_expanded
from neurocli.formats.system import Polynomial, PolynomialSystem, plain_names, spell

LARGEST_CHARACTERISTIC = 2147483647
_HEADER = re.compile(
    r"#(?P<title>Reduced Groebner basis data|Leading ideal data)\n#---\n"
    r"#field characteristic: (?P<characteristic>[0-9]+)\n"
    r"#variable order: +(?P<variables>[^\n]*)\n"
    r"#monomial order: +(?P<order>[^\n]*)\n"
    r"#length of basis: +(?P<length>[0-9]+) elements?[^\n]*\n#---\n"
    r"\[(?P<elements>.*)\]:\n?", re.ASCII | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Basis:
    """What msolve prints with `-g 1` (leading monomials) or `-g 2` (the reduced basis).

    Args:
        variables: those of the ring that the basis is in.
        order: as msolve words it.
        polynomials: in characteristic 0 with integer coefficients, else monic.
    """

    variables: tuple[str, ...]
    order: str
    polynomials: tuple[Polynomial, ...]


def write(system: PolynomialSystem) -> str:
    """A file for `msolve -f FILE`; add `-g 2` for the Gröbner basis.

    Raises:
        UsageError: a characteristic beyond 2^31, or no polynomial that is not zero.
    """
    if system.characteristic > LARGEST_CHARACTERISTIC:
        raise UsageError(f"msolve computes modulo primes below 2^31, not {system.characteristic}",
                         "choose another --prime")
    if not system.generators:
        raise UsageError("msolve needs a polynomial that is not zero")
    system = plain_names(system)
    polynomials = ",\n".join(spell(polynomial, system.variables) for polynomial in system.generators)
    return f"{','.join(system.variables)}\n{system.characteristic}\n{polynomials}\n"


def read(text: str) -> PolynomialSystem:
    """The system in a file for msolve, read more strictly than msolve does.

    Raises:
        DataError: what msolve would misread, with the line.
    """
    head, _, body = text.partition("\n")
    characteristic, _, body = body.partition("\n")
    variables = tuple(name.strip() for name in head.split(","))
    if not re.fullmatch(r"[0-9]+", characteristic.strip(), re.ASCII):
        raise DataError(f"msolve file, line 2: read {characteristic[:40]!r}, expected 0 or a prime")
    polynomials = []
    for number, part in enumerate(body.split(","), start=1):
        try:
            polynomials.append(parse_expanded("".join(part.split()), variables, f"polynomial {number}"))
        except EngineError as error:
            raise DataError(f"msolve file, {error.message}") from None
    try:
        return PolynomialSystem(variables, int(characteristic), tuple(polynomials))
    except UsageError as error:
        raise DataError(f"msolve file: {error.message}") from None


def read_basis(text: str, system: PolynomialSystem) -> Basis:
    """Read the output of `msolve -g 2 -f` (or `-g 1`) on the file of `system`.

    Raises:
        EngineError: anything but a whole answer about this system: a foreign header, a list that is
            shorter or longer than announced, a polynomial that cannot be read.
    """
    match = _HEADER.fullmatch(text)
    if match is None:
        last = text.strip().splitlines()[-1:] or [""]
        raise EngineError(f"msolve: the answer is not whole (it ends with {last[0][:60]!r})",
                          "msolve was killed, ran out of memory, or met an error; see --debug")
    variables = tuple(name.strip() for name in match["variables"].split(","))
    names = plain_names(system).variables
    if int(match["characteristic"]) != system.characteristic or not set(variables) <= set(names):
        raise EngineError("msolve: the answer is about another system")
    parts = match["elements"].replace("\n", "").split(",")
    if len(parts) != int(match["length"]):
        raise EngineError(f"msolve: announced {match['length']} polynomials and printed {len(parts)}")
    return Basis(variables, match["order"], tuple(parse_expanded(part, variables, "msolve") for part in parts))
