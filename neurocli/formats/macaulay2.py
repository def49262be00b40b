"""Scripts for Macaulay2: run with `M2 --script FILE.m2`.

Over a finite field they ask for the F4 algorithm, which Macaulay2 does not choose by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from neurocli.formats.answer import LAST_LINE
from neurocli.formats.question import DIMENSION, Kind, Question
from neurocli.formats.system import Polynomial, PolynomialSystem, comment_block, plain_names, spell

#: Macaulay2 writes a rational coefficient in brackets.
_PRINT_BASIS = '''\
<< "elements " << #theBasis << endl
scan(theBasis, g -> << "basis " << replace("[()]", "", toString g) << endl)
'''
_PRINT_DIMENSION = '<< "dimension " << dim theIdeal << endl\n<< "degree " << degree theIdeal << endl\n'
_PRINT_COUNT = '<< "count " << (if dim theIdeal > 0 then -1 else degree theIdeal) << endl\n'
_LEADING_IDEAL = "theIdeal = ideal apply(theBasis, leadMonomial) + ideal 0_theRing\n"
_REDUCED = "theBasis = apply(flatten entries gens gb theIdeal, g -> g * (1 / leadCoefficient g))\n"


def write(system: PolynomialSystem, question: Question = DIMENSION) -> str:
    """A script that prints the answer to `question`.

    Raises:
        UsageError: the question does not fit the system.
    """
    question.check(system)
    system = plain_names(system)
    names = _names(system)
    ring = ("theField = " + (f"ZZ/{system.characteristic}" if system.characteristic else "QQ") + "\n"
            f"theRing = theField[{', '.join(names)}, MonomialOrder => GRevLex]\n")
    ideal = f"theIdeal = ideal {_list(system.polynomials, names)}\n"
    match question.kind:
        case Kind.BASIS:
            body = ideal + _basis(system) + _PRINT_BASIS
        case Kind.DIMENSION:
            body = ideal + _basis(system) + _LEADING_IDEAL + _PRINT_DIMENSION
        case Kind.COUNT:
            body = ideal + _basis(system) + _LEADING_IDEAL + _PRINT_COUNT
        case Kind.ELIMINATE:
            eliminated = ", ".join(names[:question.eliminated])
            body = ideal + f"theIdeal = eliminate({{{eliminated}}}, theIdeal)\n" + _REDUCED + _PRINT_BASIS
        case Kind.IMAGE:
            images = ", ".join(f"y{place + 1}" for place in range(len(system.polynomials)))
            # The names of the image are those of a ring of their own, made after the map is read.
            body = (f"theMap = {_list(system.polynomials, names)}\n"
                    f"theImage = theField[{images}, MonomialOrder => GRevLex]\n"
                    "theIdeal = kernel map(theRing, theImage, theMap)\n" + _PRINT_DIMENSION)
        case Kind.RANK:
            point = ", ".join(map(str, question.point))
            body = (f"theJacobian = jacobian matrix {{{_list(system.polynomials, names)}}}\n"
                    f"atPoint = map(theField, theRing, {{{point}}})\n"
                    '<< "rank " << rank atPoint theJacobian << endl\n')
    return comment_block(system, "--") + ring + body + f'<< "{LAST_LINE}" << endl\nexit 0\n'


def _basis(system: PolynomialSystem) -> str:
    if system.characteristic and system.generators:
        return 'theBasis = flatten entries groebnerBasis(theIdeal, Strategy => "F4")\n'
    return _REDUCED


def _names(system: PolynomialSystem) -> list[str]:
    # An underscore is an operator of Macaulay2, and an apostrophe is a letter of a name.
    return [name.replace("_", "'") for name in system.variables]


def _list(polynomials: tuple[Polynomial, ...], names: Sequence[str]) -> str:
    # A constant must be told that it is one of the ring.
    spelled = [spell(polynomial, names) if any(map(any, polynomial)) else
               f"({spell(polynomial, names)})*1_theRing" for polynomial in polynomials]
    return "{" + ",\n  ".join(spelled or ["0_theRing"]) + "}"
