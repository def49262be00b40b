"""Scripts for Singular: run with `Singular -q --no-rc FILE.sing`.

Singular ends with status 0 after an error, so that only the last printed line says that all went well.
"""

from __future__ import annotations

from neurocli.errors import UsageError
from neurocli.formats.answer import LAST_LINE
from neurocli.formats.question import DIMENSION, Kind, Question
from neurocli.formats.system import Polynomial, PolynomialSystem, comment_block, plain_names, spell

LARGEST_CHARACTERISTIC = 2147483647

_PRINT_BASIS = '''\
print("elements " + string(size(theBasis)));
for (int theCounter = 1; theCounter <= size(theBasis); theCounter++)
{ print("basis " + string(theBasis[theCounter])); }
'''
#: Singular gives a degree to the unit ideal too; its zero set is empty.
_PRINT_DIMENSION = '''\
print("dimension " + string(dim(theBasis)));
if (dim(theBasis) < 0) { print("degree 0"); } else { print("degree " + string(mult(theBasis))); }
'''
_PRINT_COUNT = '''\
if (dim(theBasis) < 0) { print("count 0"); } else { print("count " + string(vdim(theBasis))); }
'''


def write(system: PolynomialSystem, question: Question = DIMENSION) -> str:
    """A script that prints the answer to `question`.

    Raises:
        UsageError: Singular cannot compute in this characteristic, or the question does not fit.
    """
    question.check(system)
    if system.characteristic > LARGEST_CHARACTERISTIC:
        raise UsageError(f"Singular computes modulo primes up to {LARGEST_CHARACTERISTIC}, "
                         f"not {system.characteristic}", "choose another --prime")
    if question.kind is Kind.IMAGE:
        count = len(system.variables)
        body = _eliminated(system.graph(), count, "the equations of the graph of the map")
        # The eliminated variables are still in the ring: its zero set is the image times a space.
        body += (f'print("dimension " + string(dim(theBasis) - {count}));\n'
                 'print("degree " + string(mult(theBasis)));\n')
        return _script(system.graph(), body)
    system = plain_names(system)
    body = _polynomials("ideal theSystem", system, system.polynomials)
    match question.kind:
        case Kind.RANK:
            body = _polynomials("ideal theMap", system, system.polynomials)
            body += "ideal thePoint = " + ", ".join(map(str, question.point)) + ";\n"
            body += "map atPoint = theRing, thePoint;\nmatrix theJacobian = jacob(theMap);\n"
            body += 'print("rank " + string(rank(matrix(atPoint(theJacobian)))));\n'
        case Kind.ELIMINATE:
            body = _eliminated(system, question.eliminated, "the system") + _PRINT_BASIS
        case Kind.BASIS:
            body += _REDUCED_BASIS + _PRINT_BASIS
        case Kind.DIMENSION:
            body += _BASIS + _PRINT_DIMENSION
        case Kind.COUNT:
            body += _BASIS + _PRINT_COUNT
    return _script(system, body)


_BASIS = "ideal theBasis = std(theSystem);\n"
_REDUCED_BASIS = "option(redSB);\nideal theBasis = simplify(std(theSystem), 1);\n"


def _eliminated(system: PolynomialSystem, count: int, what: str) -> str:
    product = "*".join(plain_names(system).variables[:count])
    return (f"// {what}\n" + _polynomials("ideal theSystem", system, system.polynomials)
            + f"ideal theElimination = eliminate(theSystem, {product});\n"
            + _REDUCED_BASIS.replace("theSystem", "theElimination"))


def _polynomials(name: str, system: PolynomialSystem, polynomials: tuple[Polynomial, ...]) -> str:
    names = plain_names(system).variables
    spelled = ",\n  ".join(spell(polynomial, names) for polynomial in polynomials) or "0"
    return f"{name} =\n  {spelled};\n"


def _script(system: PolynomialSystem, body: str) -> str:
    system = plain_names(system)
    names = ", ".join(system.variables)
    return (comment_block(system, "//") + f"ring theRing = {system.characteristic}, ({names}), dp;\n"
            f'short = 0;\n{body}print("{LAST_LINE}");\nquit;\n')
