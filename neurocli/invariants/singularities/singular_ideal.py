"""The singular locus from equations of the neurovariety: minors of their Jacobian.

The equations are those of `equations.py`, each verified over Q.  Minors are added in random order
until dimension and degree have settled modulo a prime; the components of highest dimension are
separated over Q by a linear slice (`components.py`).  Where the equations are out of reach, the closed
form answers.
"""

from __future__ import annotations

import random
import time
from itertools import combinations
from math import comb
from typing import Any

from neurocli.algebra.polynomials import rational_context
from neurocli.algebra.primes import DEFAULT_PRIME
from neurocli.architectures.network import Network
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import EngineError, LimitError, NeurocliError
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.results.result import Result, Status
from neurocli.theorems.singularities import SingularLocus, closed_form

#: Highest degree of equations that is looked for, and the seconds all of it may take by default.
MAX_DEGREE = 6
BUDGET = 120.0
MAX_MINORS = 400
MAX_MONOMIALS = 20_000
MAX_CODIMENSION = 3


def singular_ideal(network: Network, *, prime: int | None, seed: int, engine: str | None, timeout: float | None,
                   memory_mb: int | None) -> Result:
    """The singular locus from the ideal, with reduced components; see `sing`.

    Returns:
        A result whose components are those of highest dimension, irreducible over Q; data:
        scheme_degree, equations (degree -> number of generators), minors.  A component that can be named
        says the dimension of the part that the network `reached`; None is not settled.
    """
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.singular_locus import known_dimension

    deadline = time.monotonic() + (BUDGET if timeout is None else 0.9 * timeout)
    dimension, proved = known_dimension(network, prime, seed, memory_mb)
    ambient = dimension.data["ambient"]
    known = closed_form(network, dimension.value, ambient, proved)
    data: dict[str, Any] = {
        "question": "ideal", "dim": dimension.value, "dim_status": dimension.status.value, "ambient": ambient,
        "parameters": dimension.data["parameters"], "left_out": 0, "bound": None, "families": [], "theorem": None,
        "scheme_degree": None, "equations": {}, "minors": 0, "trouble": ""}
    chosen = choose_engine(engine)
    trouble = ""
    if known is None or known.components:
        try:
            return _computed(network, dimension, proved, known, prime or DEFAULT_PRIME, seed, chosen, deadline, data)
        except (LimitError, EngineError) as error:
            trouble = error.message
    data["trouble"] = trouble
    if known is not None:
        value = {"dimension": known.dimension, "degree": known.degree if known.components else 0,
                 "components": [c.to_json() for c in known.components], "strata": []}
        data["theorem"] = known.theorem
        lines = (known.statement, *(f"checked: {h}" for h in known.hypotheses))
        return Result("sing", network.spelling, value, Status.PROVED if known.proved else Status.PROBABLE, "theorem",
                      data, lines, (*dimension.evidence, known.evidence()), None, seed, dimension.engine)
    data["limit"] = timeout is not None
    value = {"dimension": None, "degree": None, "components": [], "strata": []}
    return Result("sing", network.spelling, value, Status.UNDECIDED, "ideal", data,
                  (f"equations or minors were out of reach: {trouble}",), dimension.evidence, None, seed)


def equations_of(network: Network, dimension: int, proved: bool, prime: int, seed: int, engine: Engine,
                 deadline: float) -> PolynomialSystem:
    """Equations over Q that cut out the neurovariety, as far as dimension and further degrees tell.

    Degree by degree, until the solution set has the dimension of the neurovariety, is as large as
    one irreducible variety should be, and the next degree brings no new generator.

    Raises:
        LimitError: out of reach.
    """
    from neurocli.architectures.registry import parametrization as of
    from neurocli.errors import TimeLimit, TooLarge
    from neurocli.invariants.degrees.equations import Ideal

    ideal = Ideal(of(network), dimension, proved, prime, seed)
    codimension, linear = ideal.coordinates - dimension, 0
    previous = -1
    for degree in range(1, MAX_DEGREE + 1):
        if time.monotonic() > deadline:
            raise TimeLimit("the time limit was reached while equations were interpolated")
        if comb(ideal.coordinates + degree, degree) > MAX_MONOMIALS:
            break
        found = ideal.equations(degree).system
        count = len(found.generators)
        if degree == 1:
            linear = count
            if codimension - linear > MAX_CODIMENSION:
                raise TooLarge(f"{network}: minors of size {codimension - linear}", "")
        if count >= codimension:
            if codimension - linear == 1 == count - linear:
                return found  # the equation of least degree of a hypersurface in a linear space
            if count == previous:
                left = max(0.1, deadline - time.monotonic())
                if engine.dimension_and_degree(found.over(prime), Limits(left))[0] == dimension:
                    return found
        previous = count
    raise TooLarge(f"{network}: no complete set of equations up to degree {MAX_DEGREE}", "")


def without_linear(system: PolynomialSystem) -> PolynomialSystem:
    """The same variety in its linear span: linear generators solved for variables and substituted."""
    from neurocli.algebra.rational_matrices import echelon, exact

    n = len(system.variables)
    units = [tuple(int(i == j) for j in range(n)) for i in range(n)]
    linear = [f for f in system.generators if all(sum(e) == 1 for e in f)]
    if not linear:
        return system
    rows, pivots = echelon(exact([[f.get(unit, 0) for unit in units] for f in linear]))
    free = [j for j in range(n) if j not in set(pivots)]
    context = rational_context(len(free))
    images = [context.constant(0)] * n
    for place, j in enumerate(free):
        images[j] = context.gens()[place]
    for row, pivot in zip(rows, pivots):
        for place, j in enumerate(free):
            if row[j] != 0:
                images[pivot] = images[pivot] - row[j] * context.gens()[place]
    old = rational_context(n)
    rest = [old.from_dict(dict(f)).compose(*images, ctx=context) for f in system.generators if f not in linear]
    polynomials = tuple({tuple(e): _plain(c) for e, c in f.to_dict().items()} for f in rest if f != 0)
    return PolynomialSystem(tuple(system.variables[j] for j in free), 0, polynomials, system.comment)


def minors(system: PolynomialSystem, size: int, seed: int) -> list[Polynomial]:
    """The size x size minors of the Jacobian of the generators, in random order, at most MAX_MINORS."""
    context = rational_context(len(system.variables))
    gradients = []
    for f in system.generators:
        polynomial = context.from_dict(dict(f))
        gradients.append([polynomial.derivative(j) for j in range(len(system.variables))])
    rows, columns = range(len(gradients)), range(len(system.variables))
    total = comb(len(gradients), size) * comb(len(system.variables), size)
    if total <= MAX_MINORS:
        choices = [(r, c) for r in combinations(rows, size) for c in combinations(columns, size)]
        random.Random(f"minors {seed}").shuffle(choices)
    else:
        rng = random.Random(f"minors {seed}")
        choices = [(tuple(sorted(rng.sample(rows, size))), tuple(sorted(rng.sample(columns, size))))
                   for _ in range(MAX_MINORS)]
    found = []
    for r, c in choices:
        determinant = _determinant([[gradients[i][j] for j in c] for i in r])
        if determinant != 0:
            found.append({tuple(e): _plain(v) for e, v in determinant.to_dict().items()})
    return found


def _determinant(rows: list[list[Any]]) -> Any:
    """By expansion along the first row: polynomials, few of them."""
    if len(rows) == 1:
        return rows[0][0]
    total, sign = None, 1
    for j, entry in enumerate(rows[0]):
        if entry != 0:
            term = entry * _determinant([row[:j] + row[j + 1:] for row in rows[1:]]) * sign
            total = term if total is None else total + term
        sign = -sign
    return rows[0][0] * 0 if total is None else total


def _plain(value: Any) -> Any:
    from neurocli.algebra.rational_matrices import fraction

    return fraction(value)


def _computed(network: Network, dimension: Result, proved: bool, known: SingularLocus | None, prime: int, seed: int,
              engine: Engine, deadline: float, data: dict[str, Any]) -> Result:
    from neurocli.errors import InternalError
    from neurocli.invariants.singularities.components import component_degrees
    from neurocli.invariants.singularities.reached import describe_components

    system = equations_of(network, dimension.value, proved, prime, seed, engine, deadline)
    spanned = system
    for f in system.generators:
        d = str(max(map(sum, f)))
        data["equations"][d] = data["equations"].get(d, 0) + 1
    system = without_linear(spanned)
    codimension = len(system.variables) - dimension.value
    pool = minors(system, codimension, seed)
    batch = max(6, len(system.variables))
    taken, settled = 0, 0
    known_pair = None
    whole = system
    while taken < len(pool):
        taken = min(len(pool), max(taken + batch, 2 * taken))
        whole = PolynomialSystem(system.variables, 0, (*system.generators, *pool[:taken]))
        pair = engine.dimension_and_degree(whole.over(prime), Limits(max(0.1, deadline - time.monotonic())))
        settled = settled + 1 if pair == known_pair else 0
        known_pair = pair
        if settled == 2:
            break
    data["minors"] = taken
    top, scheme_degree = known_pair or (-1, 0)
    data["scheme_degree"] = scheme_degree if top >= 0 else 0
    count = len(spanned.generators)
    lines = [f"{count} equation{'s, each' if count > 1 else ','} verified over Q, and {taken} of "
             f"{len(pool)} minors of size {codimension}"]
    components: list[dict[str, Any]] = []
    degree: int | None = 0
    if top >= 0:
        try:
            cut = component_degrees(whole, top, engine, seed, deadline)
        except NeurocliError as error:
            cut, data["trouble"] = None, error.message
        if cut is not None:
            components = [{"dimension": top, "degree": d, "description": _describe(d)} for d in cut.degrees]
            describe_components(network, components, whole, pool, (dimension.value, proved), prime=prime, seed=seed,
                                engine=engine, deadline=deadline)
            lines += [f"{c['description']}: the network reaches a part of dimension {c['reached']} of {top}"
                      for c in components if c["reached"] not in (None, top)]
        degree = sum(cut.degrees) if cut else None
        if degree is not None and degree != scheme_degree:
            lines.append(f"the scheme of the minors has degree {scheme_degree}, the reduced locus {degree}")
        lines.append("components of lower dimension are not listed")
    if known is not None and known.proved and (known.dimension != top or known.degree not in (None, degree)):
        raise InternalError(f"{network}: the ideal gives dimension {top} and degree {degree}, {known.theorem} "
                            f"{known.dimension} and {known.degree}", "please report this")
    if known is not None:
        lines.append(f"agrees with {known.theorem}" if (known.dimension, known.degree) == (top, degree) else
                     f"differs from {known.theorem}: {known.dimension}, {known.degree}")
    value = {"dimension": top, "degree": degree, "components": components, "strata": []}
    about = {"name": engine.name}
    return Result("sing", network.spelling, value, Status.PROBABLE, "ideal", data, tuple(lines), dimension.evidence,
                  None, seed, about)


def _describe(degree: int) -> str:
    return "a linear space" if degree == 1 else f"irreducible over Q, degree {degree}"
