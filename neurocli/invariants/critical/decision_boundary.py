"""Critical points of the distance from an input to the decision boundary of a network with generic weights.

The boundary is {x: f(x) = 0} for one output, {x: f_1(x) = f_2(x)} for the first two of several.  The number of critical
points of the Euclidean distance to it says how hard it is to certify that no input nearby is told apart.

The hypersurface formula is proved for generic weights once it is seen at one choice modulo one prime that the
hypersurface is smooth and transversal to the isotropic quadric (and the hyperplane at infinity): the failures are
closed conditions on a projective family over Z[weights], and a closed set of weights that misses a point over F_p is
not everything.  Otherwise the critical equations are solved modulo two primes.  A function of k < n linear forms W x
is a cylinder over the hypersurface f(W^T z) = 0 in k-space with the form W W^T, and has as many critical points.
Reference: [dhost-2016].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.algebra.rings import ExactRing, prime_field
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import EngineError, LimitError, UsageError
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.invariants.degrees.question import Found, Question
from neurocli.invariants.systems import as_dictionary, context_of
from neurocli.results.result import Status
from neurocli.theorems.hypersurfaces import hypersurface_count

THEOREM = "hypersurface in general position"
METHODS = ("auto", "closed-form", "groebner")


@dataclasses.dataclass(frozen=True, eq=False)
class Boundary:
    """A decision boundary at random weights modulo p.

    Args:
        p: the prime.
        equation: a FLINT polynomial without multiple factors.
        form: the matrix of the distance.
        reduced: multiple factors were removed.
    """

    p: int
    equation: Any
    form: list[list[int]]
    reduced: bool = False

    @property
    def variables(self) -> int:
        """Number of inputs that matter."""
        return len(self.form)

    @property
    def degree(self) -> int:
        """Degree of the equation."""
        return int(self.equation.total_degree())

    @property
    def cone(self) -> bool:
        """Whether the equation is homogeneous."""
        return len({sum(map(int, e)) for e in self.equation.to_dict()}) == 1

    @property
    def names(self) -> tuple[str, ...]:
        """z1, z2, ..."""
        return tuple(f"z{i + 1}" for i in range(self.variables))


def boundary_modulo(parametrization: Parametrization, p: int, seed: int) -> Boundary:
    """The boundary of a network with random weights.

    Raises:
        UsageError: functions that are not polynomial, or no boundary.
    """
    program, network = parametrization.program, parametrization.network
    n = program.input_size
    field = prime_field(p)
    theta = np.array([int(v) for v in field.random((parametrization.parameter_count,),
                                                   derive_seed(seed, "weights")).tolist()], dtype=object)
    form = [[int(i == j) for j in range(n)] for i in range(n)]
    narrow = network.family == "mlp" and not network.get("bias") and len(network.shape) > 2 and network.shape[1] < n
    k = network.shape[1] if narrow else n
    context = context_of(k, p)
    x = _row(context.gens())
    if narrow:
        w = theta[:k * n].reshape(k, n)
        form = [[int(v) for v in row] for row in w.dot(w.T) % p]
        x = _row([sum((g * context.constant(int(c)) for g, c in zip(context.gens(), column, strict=True)),
                      context.constant(0)) for column in w.T])
    weights = _row([context.constant(int(v)) for v in theta])
    ring = ExactRing(lambda value: context.constant(field.residue(value)))
    outputs = program.evaluate(ring, weights, x).ravel()
    equation = outputs[0] if len(outputs) == 1 else outputs[0] - outputs[1]
    if equation == 0 or equation.total_degree() < 1:
        raise UsageError(f"{network}: the decision boundary is empty or everything")
    _, factors = equation.factor_squarefree()
    reduced = any(power > 1 for _, power in factors)
    if reduced:
        equation = context.constant(1)
        for factor, _ in factors:
            equation = equation * factor
    return Boundary(p, equation, form, reduced)


def _row(entries: Sequence[Any]) -> np.ndarray:
    """A batch of one point; numpy would take polynomials for sequences."""
    row = np.empty((1, len(entries)), dtype=object)
    row[0, :] = entries
    return row


def in_general_position(boundary: Boundary, question: Question) -> tuple[str, ...] | None:
    """The hypotheses of the hypersurface formula, checked; None where one fails or is not settled."""
    f, p = boundary.equation, boundary.p
    if not _degrees_survive(boundary, question.parametrization):
        return None
    if boundary.variables == 1:
        return ("a power of one linear form",) if boundary.cone else None
    if boundary.reduced:  # other weights may give no multiple factors
        return None
    top = f.context().from_dict({tuple(map(int, e)): int(c) for e, c in f.to_dict().items()
                                 if sum(map(int, e)) == boundary.degree})
    checks = [("the hypersurface is smooth", _slopes(f if boundary.cone else homogenized(f, p))),
              ("it is transversal to the isotropic quadric", _contact(top, boundary.form))]
    if not boundary.cone:
        checks.insert(1, ("it is transversal to the hyperplane at infinity", _slopes(top)))
    for _, polynomials in checks:
        size = len(next(iter(polynomials[0])))
        system = PolynomialSystem(tuple(f"z{i + 1}" for i in range(size)), p, tuple(polynomials))
        if question.engine.dimension_and_degree(system, question.limits)[0] > 0:
            return None
    return tuple(f"{statement} for random weights modulo {p}" for statement, _ in checks)


def _degrees_survive(boundary: Boundary, parametrization: Parametrization) -> bool:
    """Whether no degree of the equation over Q can have been lost modulo the prime.

    The argument from one choice modulo one prime needs the degree of the family over Q, and p may divide coefficients
    of the activation.
    """
    degrees = () if parametrization.ambient is None else tuple(parametrization.ambient.degrees)
    if boundary.cone:
        return len(degrees) == 1 and (boundary.reduced or boundary.degree == degrees[0])
    return bool(degrees) and boundary.degree == degrees[-1]


def _slopes(f: Any) -> list[Polynomial]:
    """The equations of the singular points of a projective hypersurface, by Euler's formula."""
    n = len(f.context().names())
    slopes = [as_dictionary(f.derivative(k)) for k in range(n)]
    return [s for s in slopes if s] or [{(0,) * n: 0}]


def _contact(f: Any, form: list[list[int]]) -> list[Polynomial]:
    """Equations of the points of contact of f = 0 and the quadric of a form."""
    context = f.context()
    gens, n = context.gens(), len(form)
    gradient = [f.derivative(k) for k in range(n)]
    conjugate = []
    for row in form:
        total = context.constant(0)
        for c, g in zip(row, gens, strict=True):
            total += g * context.constant(c)
        conjugate.append(total)
    quadric = sum((g * y for g, y in zip(gens, conjugate, strict=True)), context.constant(0))
    minors = [gradient[i] * conjugate[j] - gradient[j] * conjugate[i] for i, j in combinations(range(n), 2)]
    return [as_dictionary(g) for g in (f, quadric, *minors) if g != 0]


def homogenized(f: Any, p: int) -> Any:
    """The form of the same degree in one variable more."""
    degree, n = int(f.total_degree()), len(f.context().names())
    return context_of(n + 1, p).from_dict({(*map(int, e), degree - sum(map(int, e))): int(c)
                                           for e, c in f.to_dict().items()})


def critical_system(boundary: Boundary, seed: int) -> PolynomialSystem:
    """f(z) = 0 and M (z - u) = lambda grad f(z), for a random u.

    Where the gradient vanishes z = u, which is not on the hypersurface: singular points are no solutions.
    """
    n, p, f = boundary.variables, boundary.p, boundary.equation
    u = [int(v) for v in prime_field(p).random((n,), derive_seed(seed, "input")).tolist()]
    polynomials: list[Polynomial] = [{(0, *e): c for e, c in as_dictionary(f).items()}]
    for i, row in enumerate(boundary.form):
        equation: Polynomial = {(1, *e): -int(c) % p for e, c in as_dictionary(f.derivative(i)).items()}
        constant = (0,) * (n + 1)
        for j, c in enumerate(row):
            if c:
                unit = tuple(int(k == j + 1) for k in range(n + 1))
                equation[unit] = c
        equation[constant] = -sum(c * v for c, v in zip(row, u, strict=True)) % p
        polynomials.append(equation)
    return PolynomialSystem(("lambda", *boundary.names), p, tuple(polynomials))


def boundary_count(question: Question, method: str = "auto") -> Found:
    """The number of critical points of the distance to the decision boundary for generic weights and inputs.

    Raises:
        UsageError: the formula was asked for where its hypotheses fail.
    """
    if method not in METHODS:
        raise UsageError(f"--boundary --method: read {method!r}, expected one of {', '.join(METHODS)}")
    p = question.prime or DEFAULT_PRIME
    seed = derive_seed(question.seed, "boundary") % 2**32
    boundary = boundary_modulo(question.parametrization, p, seed)
    n, degree, cone = boundary.variables, boundary.degree, boundary.cone
    count = hypersurface_count(degree, n, cone)
    inputs = question.parametrization.program.input_size
    shape = f"{'cone over a ' if cone else ''}hypersurface of degree {degree} in {n} variables"
    variety = "a point" if n == 1 else "a hyperplane" if degree == 1 else shape
    if n < inputs:
        variety += f", times a space of dimension {inputs - n}"
    data = {"variety": variety, "boundary_degree": degree, "upper_bound": count}
    hypotheses = None if method == "groebner" else _checked(boundary, question)
    if hypotheses is not None:
        statement = f"{variety}, in general position: {count}"
        record = {"kind": "theorem", "theorem": THEOREM, "statement": statement, "value": count, "prime": p,
                  "seed": question.seed, "hypotheses": list(hypotheses), "citation": "dhost-2016"}
        return Found(count, Status.PROVED, "closed-form", (record,),
                     (statement, *(f"checked: {h}" for h in hypotheses)), data)
    if method == "closed-form":
        raise UsageError(f"{question.network}: its decision boundary is not in general position, so the formula is an "
                         f"upper bound only, {count}", "use --method groebner")
    return _solved(question, boundary, seed, data)


def _checked(boundary: Boundary, question: Question) -> tuple[str, ...] | None:
    try:
        return in_general_position(boundary, question)
    except LimitError:
        return None


def _solved(question: Question, boundary: Boundary, seed: int, data: dict[str, Any]) -> Found:
    other = random_prime(derive_seed(question.seed, "boundary-prime"))
    moved = derive_seed(seed, "again") % 2**32
    systems = [critical_system(boundary, seed),
               critical_system(boundary_modulo(question.parametrization, other, moved), moved)]
    counts = [question.engine.count_solutions(system, question.limits) for system in systems]
    if counts[0] != counts[1] or counts[0] is None:
        raise EngineError(f"{question.network}: {counts[0]} critical points modulo {boundary.p}, {counts[1]} modulo "
                          f"{other}", "try another --prime")
    bound = data["upper_bound"]
    lines = (f"{counts[0]} critical points modulo {boundary.p} and {other}",
             f"a hypersurface of degree {boundary.degree} in general position has {bound}, which is an upper bound")
    record = {"kind": "boundary-points", "value": counts[0], "primes": [boundary.p, other], "seed": question.seed}
    engine = question.engine
    return Found(counts[0], Status.PROBABLE, "groebner", (record,), lines,
                 {**data, "primes": [boundary.p, other]}, {"name": engine.name, "version": engine.version()})
