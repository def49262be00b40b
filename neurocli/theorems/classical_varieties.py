"""Further varieties of classical degree: linear spaces, products, secants of rational normal curves, hypersurfaces."""

from __future__ import annotations

import dataclasses
from math import comb, factorial, prod


@dataclasses.dataclass(frozen=True)
class LinearSpace:
    """A projective space, linearly embedded."""

    dimension: int
    degree: int = 1

    @property
    def polar_degrees(self) -> tuple[int, ...]:
        """A linear space has no conormal directions but its own: (0, ..., 0, 1)."""
        return (0,) * self.dimension + (1,)

    def __str__(self) -> str:
        return f"linear space of dimension {self.dimension + 1}"


@dataclasses.dataclass(frozen=True)
class Factor:
    """One factor of a product: a projective variety, embedded by a multiple of its hyperplane class."""

    dimension: int
    degree: int = 1
    multiple: int = 1


@dataclasses.dataclass(frozen=True)
class Product:
    """The image of a product of projective varieties by a birational morphism.

    Args:
        factors: with the multiples of their hyperplane classes that give the hyperplane class.

    Notes:
        The degree is the self-intersection of the hyperplane class: N! / prod n_i! * prod a_i^(n_i) deg_i.

    Example:
        >>> Product((Factor(3, 2), Factor(1))).degree
        8
    """

    factors: tuple[Factor, ...]

    @property
    def dimension(self) -> int:
        """Projective dimension."""
        return sum(f.dimension for f in self.factors)

    @property
    def degree(self) -> int:
        """Degree of the morphism times the degree of its image."""
        orders = prod(factorial(f.dimension) for f in self.factors)
        return factorial(self.dimension) // orders * prod(f.degree * f.multiple**f.dimension for f in self.factors)


@dataclasses.dataclass(frozen=True)
class RationalNormalSecant:
    """Tuples of binary forms that are combinations of the same few powers of linear forms.

    Args:
        power: degree r of the forms.
        summands: number k < r of powers.
        outputs: number m of forms.

    Notes:
        Such forms f_o have a common apolar form q of degree k: the catalecticants S^k -> S^(r - k) of all the
        f_o together, a matrix with m (r - k + 1) rows and k + 1 columns, have a kernel. Pairs (q, f) are a
        vector bundle over the q's, since applying q is surjective onto S^(r - k); so the matrices of rank at
        most k are an irreducible locus, of the expected codimension, and a general one is a smooth point by the
        same surjectivity. So the degree is that of generic matrices, C(m (r - k + 1), k): [fulton-1998],
        example 14.4.14.
        For one output these are the secant varieties of the rational normal curve [eisenbud-1988].

    Example:
        >>> [RationalNormalSecant(r, k).degree for r, k in [(3, 1), (4, 2), (5, 2), (6, 3)]]
        [3, 3, 6, 4]
    """

    power: int
    summands: int
    outputs: int = 1

    @property
    def dimension(self) -> int:
        """Projective dimension."""
        return self.summands * (self.outputs + 1) - 1

    @property
    def rows(self) -> int:
        """Number of rows of the catalecticant; the variety is not everything if it exceeds `summands`."""
        return self.outputs * (self.power - self.summands + 1)

    @property
    def degree(self) -> int:
        """The degree."""
        return comb(self.rows, self.summands)

    def __str__(self) -> str:
        return f"sums of {self.summands} powers of binary linear forms of degree {self.power}"


@dataclasses.dataclass(frozen=True)
class Hypersurface:
    """A hypersurface with a name."""

    dimension: int
    degree: int
    name: str

    def __str__(self) -> str:
        return self.name
