"""Scripts for SageMath in plain Python, without its preparser: run with `sage -python FILE.py`."""

from __future__ import annotations

from neurocli.formats.answer import LAST_LINE
from neurocli.formats.question import DIMENSION, Kind, Question
from neurocli.formats.system import PolynomialSystem, comment_block, plain_names, spell

_HEAD = """\
from math import factorial

from sage.all import GF, QQ, PolynomialRing, matrix

"""
_PRINT_BASIS = """\
print("elements", len(the_basis))
for element in the_basis:
    print("basis", element)
"""
#: The degree of a monomial ideal from its Hilbert polynomial; in dimension 0 the staircase is counted.
_DEGREE = """\
def degree(ring, basis):
    leading = ring.ideal([element.lm() for element in basis])
    if leading.is_one():
        return 0
    if leading.dimension() == 0:
        return leading.vector_space_dimension()
    polynomial = leading.hilbert_polynomial()
    return polynomial.leading_coefficient() * factorial(polynomial.degree())

"""


def write(system: PolynomialSystem, question: Question = DIMENSION) -> str:
    """A script that prints the answer to `question`.

    Raises:
        UsageError: the question does not fit the system.
    """
    question.check(system)
    if question.kind is Kind.IMAGE:
        # The eliminated variables are still in the ring: its zero set is the image times a space.
        count = len(system.variables)
        return _script(system.graph(), _eliminated(count)
                       + f'print("dimension", the_ideal.dimension() - {count})\n'
                       'print("degree", degree(the_ring, the_basis))\n')
    match question.kind:
        case Kind.BASIS:
            body = _BASIS + _PRINT_BASIS
        case Kind.DIMENSION:
            body = _BASIS + ('print("dimension", the_ideal.dimension())\n'
                             'print("degree", degree(the_ring, the_basis))\n')
        case Kind.COUNT:
            body = _BASIS + ('finite = the_ideal.dimension() <= 0\n'
                             'print("count", degree(the_ring, the_basis) if finite else -1)\n')
        case Kind.ELIMINATE:
            body = _eliminated(question.eliminated) + _PRINT_BASIS
        case Kind.RANK:
            point = ", ".join(map(str, question.point))
            body = (f"the_point = [{point}]\n"
                    "the_jacobian = [[f.derivative(v)(*the_point) for v in the_ring.gens()]\n"
                    "                for f in the_system]\n"
                    'print("rank", matrix(the_ring.base_ring(), the_jacobian).rank())\n')
    return _script(system, body)


_BASIS = "the_ideal = the_ring.ideal(the_system)\nthe_basis = [g for g in the_ideal.groebner_basis() if g]\n"


def _eliminated(count: int) -> str:
    return (f"the_ideal = the_ring.ideal(the_system).elimination_ideal(the_ring.gens()[:{count}])\n"
            "the_basis = [g for g in the_ideal.groebner_basis() if g]\n")


def _script(system: PolynomialSystem, body: str) -> str:
    system = plain_names(system)
    names = system.variables
    field = f"GF({system.characteristic})" if system.characteristic else "QQ"
    spelled = ",\n".join(f"    {spell(polynomial, names, power='**', rational='QQ({})/{}')}"
                         for polynomial in system.polynomials)
    return (comment_block(system, "#") + _HEAD + _DEGREE
            + f"the_ring = PolynomialRing({field}, {len(names)}, {list(names)!r}, order='degrevlex')\n"
            f"({', '.join(names)},) = the_ring.gens()\n"
            f"the_system = [\n{spelled},\n]\nthe_system = [the_ring(f) for f in the_system]\n"
            + body + f'print("{LAST_LINE}")\n')
