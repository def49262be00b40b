"""What a script for another system is to compute and print."""

from __future__ import annotations

import dataclasses
import enum

from neurocli.errors import UsageError
from neurocli.formats.system import PolynomialSystem


class Kind(str, enum.Enum):
    """The kinds of questions; the polynomials generate an ideal or are the coordinates of a map."""

    BASIS = "basis"
    DIMENSION = "dimension"
    COUNT = "count"
    ELIMINATE = "eliminate"
    IMAGE = "image"
    RANK = "rank"


@dataclasses.dataclass(frozen=True)
class Question:
    """One question about a system.

    Args:
        kind: `BASIS`, the reduced degrevlex Gröbner basis; `DIMENSION`, affine dimension of the zero
            set and degree of its ideal (-1 and 0 for the empty set); `COUNT`, number of solutions
            with multiplicity over the algebraic closure (-1 if infinite); `ELIMINATE`, the reduced
            basis of the ideal's part in all but the first `eliminated` variables; `IMAGE`, dimension and
            degree of the closure of the image of the map; `RANK`, rank of its Jacobian at `point`.
        eliminated: number of variables.
        point: one integer for each variable.
    """

    kind: Kind
    eliminated: int = 0
    point: tuple[int, ...] = ()

    def check(self, system: PolynomialSystem) -> None:
        """Refuse a question that does not fit the system.

        Raises:
            UsageError: wrong number of coordinates, or nothing or everything to eliminate.
        """
        count = len(system.variables)
        if self.kind is Kind.RANK and len(self.point) != count:
            raise UsageError(f"a point of {len(self.point)} coordinates, expected {count}")
        if self.kind is Kind.ELIMINATE and not 0 < self.eliminated < count:
            raise UsageError(f"eliminating {self.eliminated} of {count} variables",
                             f"expected between 1 and {count - 1}")


BASIS = Question(Kind.BASIS)
DIMENSION = Question(Kind.DIMENSION)
COUNT = Question(Kind.COUNT)
IMAGE = Question(Kind.IMAGE)
