"""What every engine can be asked, and what it answers with."""

from __future__ import annotations

import abc
import dataclasses
import time
from collections.abc import Sequence
from fractions import Fraction

from neurocli.errors import EngineError, UsageError
from neurocli.formats.system import Coefficient, Exponents, Polynomial, PolynomialSystem, degrevlex


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one question to an engine may take.

    Args:
        timeout: seconds of wall time.
        memory_mb: MB of address space (for the built-in engine: of one matrix).
    """

    timeout: float | None = None
    memory_mb: int | None = None

    def deadline(self) -> float | None:
        """The moment on the clock of `time.monotonic` when the time is over, counted from now."""
        return None if self.timeout is None else time.monotonic() + self.timeout


NO_LIMITS = Limits()


class Engine(abc.ABC):
    """An engine; the tasks raise `EngineMissing`, `EngineError`, `TimeLimit`, `MemoryLimit`.

    Notes:
        All answers are in the degree reverse lexicographic order and in a form that does not depend
        on the engine: reduced monic bases in ascending order of leading monomials. Over Q, msolve and
        the built-in engine lift from primes: what they give is `probable` until it is checked.
    """

    #: As `--engine` spells it.
    name: str
    #: One line that installs it.
    install: str

    @abc.abstractmethod
    def path(self) -> str | None:
        """Where the program is; None if it is not there."""

    @abc.abstractmethod
    def version(self) -> str:
        """The version of the program that `path` gives."""

    @abc.abstractmethod
    def groebner_basis(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Polynomial, ...]:
        """The reduced Gröbner basis; () for the zero ideal, (1,) for the unit ideal."""

    @abc.abstractmethod
    def eliminate(self, system: PolynomialSystem, variables: Sequence[str],
                  limits: Limits = NO_LIMITS) -> PolynomialSystem:
        """The reduced Gröbner basis of the ideal's part without `variables`, in the other variables."""

    def available(self) -> bool:
        """Whether the engine can be used here."""
        return self.path() is not None

    def leading_monomials(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Exponents, ...]:
        """The minimal generators of the leading ideal, ascending."""
        return tuple(leading(polynomial) for polynomial in self.groebner_basis(system, limits))

    def dimension_and_degree(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[int, int]:
        """Affine dimension of the zero set and degree of the ideal; (-1, 0) for the empty set."""
        from neurocli.algebra.groebner.hilbert import hilbert_series

        series = hilbert_series(self.leading_monomials(system, limits), len(system.variables))
        return series.dimension, series.degree

    def count_solutions(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> int | None:
        """Solutions over the algebraic closure with multiplicity; None if they are infinitely many.

        Notes:
            The number of standard monomials, that is, the dimension of the quotient ring.
        """
        dimension, degree = self.dimension_and_degree(system, limits)
        return degree if dimension <= 0 else None


def leading(polynomial: Polynomial) -> Exponents:
    """The degrevlex leading monomial of a polynomial that is not zero."""
    return min(polynomial, key=degrevlex)


def reduced_form(basis: Sequence[Polynomial], system: PolynomialSystem, engine: str) -> tuple[Polynomial, ...]:
    """A basis of an ideal of `system` in the form that does not depend on the engine.

    Raises:
        EngineError: it cannot be a reduced Gröbner basis: a zero polynomial, or a leading monomial
            that divides another.
    """
    polynomials = dataclasses.replace(system, polynomials=tuple(basis)).polynomials
    if not all(polynomials):
        raise EngineError(f"{engine}: a zero polynomial in a Gröbner basis")
    monic = [_scaled(polynomial, polynomial[leading(polynomial)], system.characteristic)
             for polynomial in polynomials]
    monic.sort(key=lambda polynomial: degrevlex(leading(polynomial)), reverse=True)
    _check_minimal([leading(polynomial) for polynomial in monic], engine)
    return tuple(monic)


def check_variables(system: PolynomialSystem, variables: Sequence[str]) -> tuple[str, ...]:
    """The variables of `system` with `variables` first, and that these can be eliminated.

    Raises:
        UsageError: unknown or repeated names, or nothing or everything to eliminate.
    """
    if not set(variables) < set(system.variables) or len(set(variables)) < len(variables) or not variables:
        raise UsageError(f"eliminating {', '.join(variables) or 'nothing'}: expected some but not all of "
                         f"{', '.join(system.variables)}")
    return (*variables, *(name for name in system.variables if name not in set(variables)))


def restricted(basis: Sequence[Polynomial], ordered: PolynomialSystem, count: int,
               engine: str) -> PolynomialSystem:
    """The polynomials of a basis as a system in all but the first `count` variables.

    Raises:
        EngineError: one of them has a variable that was to be eliminated.
    """
    if any(any(exponents[:count]) for polynomial in basis for exponents in polynomial):
        raise EngineError(f"{engine}: an eliminated variable is in the answer")
    rest = tuple({exponents[count:]: coefficient for exponents, coefficient in polynomial.items()}
                 for polynomial in basis)
    system = PolynomialSystem(ordered.variables[count:], ordered.characteristic, rest, ordered.comment)
    return dataclasses.replace(system, polynomials=reduced_form(rest, system, engine))


def _scaled(polynomial: Polynomial, lead: Coefficient, characteristic: int) -> Polynomial:
    if lead == 1:
        return polynomial
    if characteristic:
        inverse = pow(int(lead), -1, characteristic)
        return {monomial: coefficient * inverse % characteristic
                for monomial, coefficient in polynomial.items()}
    quotients = {monomial: Fraction(coefficient) / lead for monomial, coefficient in polynomial.items()}
    return {monomial: int(value) if value.denominator == 1 else value for monomial, value in quotients.items()}


def _check_minimal(leads: Sequence[Exponents], engine: str) -> None:
    import numpy as np

    rows = np.array(leads, dtype=np.int64)
    for place in range(1, len(rows)):
        if (rows[:place] <= rows[place]).all(axis=1).any():
            raise EngineError(f"{engine}: the basis is not reduced")
