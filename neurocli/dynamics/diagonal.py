"""The exact staircase of a diagonal linear network trained from a vanishing initialization.

The network is f(x) = sum_i u_i v_i x_i, beta_i = u_i v_i, with loss L(beta) = |y - X beta|^2 / (2n).
As the initial scale alpha tends to 0, gradient flow spends times of order -log(alpha) at saddles and
jumps between them.  In that unit of time the limit is a recursion (Pesme and Flammarion; alternating
gradient flows give the same one): with g = X^T (y - X beta)/n,

    s = 0, beta = 0;   ds_i/dt = g_i;   a jump happens when some s_i reaches +1 or -1;
    then beta = argmin of L subject to beta_i >= 0 where s_i = 1, beta_i <= 0 where s_i = -1,
    beta_i = 0 where |s_i| < 1.

Every number is a quotient of minors of the Gram matrix, so rational data, or data in Q(sqrt d), give
exact times, losses and supports.

Reference: [kunin-2025], [pesme-flammarion-2023].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from neurocli.dynamics.data import Samples
from neurocli.dynamics.surd import sign
from neurocli.errors import DataError

#: Beyond this dimension the exact fractions have more digits than anyone reads (their length grows
#: with the square of the dimension), and the order of events is certified by ball arithmetic.
LARGEST_EXACT = 24


class Undecided(Exception):
    """A sign could not be decided at the working precision."""


@dataclasses.dataclass(frozen=True)
class Jump:
    """One jump of the staircase, and the saddle it leads to.

    Args:
        time: in units of -log(alpha).
        entered: coordinates whose |s_i| reached 1 now (more than one: a tie).
        deactivated: coordinates that were active and are zero at the new saddle.
        support: coordinates that are not zero at the new saddle, increasing.
        beta: the new coefficients, one per input.
        loss: the new loss.
        hessian_index: number of negative eigenvalues of the Hessian there, in (u, v).
        degenerate: coordinates on the threshold, zero, and not pushed back: with a tie or a singular
            Gram matrix another minimizer may use them.
    """

    time: Any
    entered: tuple[int, ...]
    deactivated: tuple[int, ...]
    support: tuple[int, ...]
    beta: tuple[Any, ...]
    loss: Any
    hessian_index: int
    degenerate: tuple[int, ...] = ()

    @property
    def tie(self) -> bool:
        """Several coordinates reached the threshold at the same instant."""
        return len(self.entered) > 1


@dataclasses.dataclass(frozen=True)
class Staircase:
    """The whole limit: saddles visited, times, and the dual vector that certifies the last one.

    Args:
        samples: n.
        inputs: d.
        initial_loss: loss at beta = 0.
        initial_index: Hessian index at the origin.
        jumps: in order of time.
        dual: the final s; s = X^T rho with |s_i| <= 1 and s_i = sign(beta_i) on the support.
        rho: the vector rho, one entry per sample (empty in ball arithmetic).
        interpolates: the last loss is exactly zero.
        method: "exact" (numbers of Q or Q(sqrt d)) or "balls" (enclosures; the order is certified).
    """

    samples: int
    inputs: int
    initial_loss: Any
    initial_index: int
    jumps: tuple[Jump, ...]
    dual: tuple[Any, ...]
    rho: tuple[Any, ...]
    interpolates: bool
    method: str

    @property
    def beta(self) -> tuple[Any, ...]:
        """The limit of the training."""
        return self.jumps[-1].beta if self.jumps else (Fraction(0),) * self.inputs


class Tableau(Protocol):
    """The symmetric matrix [[G, b], [b^T, c]] under sweeps, b = X^T y/n, c = y^T y/n.

    After sweeping the coordinates of a set P its last column holds the least-squares coefficients
    of P (rows in P) and the correlations g with the residual (other rows), its corner twice the loss.
    """

    size: int

    def sweep(self, k: int) -> None: ...
    def column(self) -> list[Any]: ...
    def corner(self) -> Any: ...
    def sign(self, value: Any) -> int: ...
    def residual_is_zero(self) -> bool: ...


class ExactTableau:
    """Sweeps over exact numbers.

    Sweeping k is the rank-one update M - c r with c = M e_k - e_k, r = (e_k^T M)/M_kk + e_k^T: outside
    row and column k it is a Gauss-Jordan step, and a second sweep undoes the first.
    """

    def __init__(self, gram: Sequence[Sequence[Any]], b: Sequence[Any], c: Any) -> None:
        self.size = len(b)
        self.rows = [[*row, b[i]] for i, row in enumerate(gram)] + [[*b, c]]

    def sweep(self, k: int) -> None:
        rows = self.rows
        inverse = 1 / rows[k][k]
        scaled = [entry * inverse for entry in rows[k]]
        for i, row in enumerate(rows):
            if i != k and row[k]:
                head = row[k]
                rows[i] = [entry - head * other if other else entry for entry, other in zip(row, scaled)]
                rows[i][k] = -head * inverse
        scaled[k] = inverse
        rows[k] = scaled

    def column(self) -> list[Any]:
        return [row[-1] for row in self.rows[:-1]]

    def corner(self) -> Any:
        return self.rows[-1][-1]

    def sign(self, value: Any) -> int:
        return sign(value)

    def residual_is_zero(self) -> bool:
        return not self.corner()


def gram(data: Samples) -> tuple[list[list[Any]], list[Any], Any]:
    """The Gram matrix X^T X/n, the vector X^T y/n and the number y^T y/n.

    Raises:
        DataError: there is more than one target column.
    """
    n, d, targets = data.shape
    if targets != 1:
        raise DataError(f"{targets} target columns; a diagonal network has one output")
    columns = [tuple(row[i] for row in data.x) for i in range(d)]
    y = tuple(row[0] for row in data.y)
    matrix: list[list[Any]] = [[None] * d for _ in range(d)]
    for i in range(d):
        for j in range(i + 1):
            matrix[i][j] = matrix[j][i] = dot(columns[i], columns[j]) / n
    return matrix, [dot(column, y) / n for column in columns], dot(y, y) / n


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """The sum of products; a `Fraction` when empty."""
    return sum((a * b for a, b in zip(left, right)), Fraction(0))


def staircase(data: Samples, method: str = "auto", limit: int = 100_000) -> Staircase:
    """The staircase of a diagonal linear network, exactly or with certified enclosures.

    Args:
        data: inputs (n x d) and one target column, exact.
        method: "exact", "balls", or "auto" (exact up to 24 inputs).
        limit: largest number of jumps.

    Returns:
        The jumps in order, with times in units of -log(alpha).

    Raises:
        DataError: more than one target column, or roots where ball arithmetic was asked for.
        Undecided: (method "balls") two events coincide or a correlation vanishes exactly, which
            enclosures cannot tell; exact arithmetic can.

    Notes:
        In every coordinate the time of a jump is the first root of |s_i(t)| = 1 and s is piecewise
        linear; between jumps beta is a vertex of the constrained least-squares problem.

    Reference: [kunin-2025].

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> found = staircase(Samples(((one, two * 0), (two * 0, one)), ((two,), (one,))))
        >>> [(str(jump.time), jump.support, str(jump.loss)) for jump in found.jumps]
        [('1', (0,), '1/4'), ('2', (0, 1), '0')]
    """
    n, d, _ = data.shape
    if method == "auto":
        method = "exact" if not data.rational or d <= LARGEST_EXACT else "balls"
    if method == "balls":
        from neurocli.dynamics.diagonal_balls import staircase_in_balls

        return staircase_in_balls(data, limit)
    if method != "exact":
        raise DataError(f"method {method!r}", "exact, balls or auto")
    tableau = ExactTableau(*gram(data))
    start = tableau.corner() / 2
    index = sum(1 for g in tableau.column() if g)
    jumps, dual = follow(tableau, limit)
    rho = dual_vector(data, jumps)
    last = jumps[-1].loss if jumps else start
    return Staircase(n, d, start, index, tuple(jumps), tuple(dual), rho, not last, "exact")


def follow(tableau: Tableau, limit: int) -> tuple[list[Jump], list[Any]]:
    """Follow the recursion to its end on any tableau.

    Returns:
        The jumps and the final s.
    """
    d = tableau.size
    zero = 0                            # plain integers combine with every kind of number
    s: list[Any] = [0] * d
    side = [0] * d                      # exact +1 or -1 where |s_i| = 1, else 0
    swept: set[int] = set()
    jumps: list[Jump] = []
    time: Any = 0
    while not tableau.residual_is_zero():
        column = tableau.column()
        signs = {i: tableau.sign(column[i]) for i in range(d) if i not in swept}
        # A coordinate on the boundary that is not active is pushed inwards: it crosses to the other side.
        waits = {i: (sigma - s[i]) / column[i] for i, sigma in signs.items() if sigma}
        if not waits:
            break
        entered = smallest(waits, tableau)
        wait = waits[entered[0]]
        time = time + wait
        for i, sigma in signs.items():
            if sigma:
                s[i], side[i] = s[i] + column[i] * wait, 0
        for i in entered:
            side[i] = signs[i]
            s[i] = signs[i]
        before = set(swept)
        start = [column[i] if i in swept else zero for i in range(d)]
        constrained_minimum(tableau, swept, side, start)
        column = tableau.column()
        beta = tuple(column[i] if i in swept else zero for i in range(d))
        done = tableau.residual_is_zero()
        index = 0 if done else sum(1 for i in range(d) if i not in swept and tableau.sign(column[i]))
        degenerate = tuple(i for i in range(d) if side[i] and i not in swept
                           and (done or not tableau.sign(column[i])))
        jumps.append(Jump(time, entered, tuple(sorted(before - swept)), tuple(sorted(swept)), beta,
                          zero if done else tableau.corner() / 2, index, degenerate))
        if len(jumps) >= limit:
            raise DataError(f"more than {limit} jumps")
    return jumps, s


def smallest(values: Mapping[int, Any], tableau: Tableau) -> tuple[int, ...]:
    """The keys of the least value, increasing; several when values are equal."""
    first = min(values, key=lambda i: float(values[i]))      # a guess that saves comparisons
    for i in values:
        if i != first and tableau.sign(values[i] - values[first]) < 0:
            first = i
    return tuple(i for i in sorted(values)
                 if i == first or tableau.sign(values[i] - values[first]) == 0)


def constrained_minimum(tableau: Tableau, swept: set[int], side: list[int], beta: list[Any]) -> None:
    """Move the tableau to the minimum of L over beta_i side_i >= 0 (beta_i = 0 where side_i = 0).

    The active-set method of Lawson and Hanson, started from the feasible `beta` of the last saddle:
    a coordinate that lowers the loss enters, and whichever coefficient would change its sign first
    leaves.  The loss falls strictly, so no set of coordinates comes back and the method ends.
    Entering columns correlate with the residual, which is orthogonal to the columns inside, so the
    pivot is not zero even where the Gram matrix is singular.
    """
    while not tableau.residual_is_zero():
        column = tableau.column()
        gains = [i for i in range(tableau.size)
                 if side[i] and i not in swept and tableau.sign(column[i]) * side[i] > 0]
        if not gains:
            return
        entering = max(gains, key=lambda i: abs(float(column[i])))
        tableau.sweep(entering)
        swept.add(entering)
        while True:
            goal = tableau.column()
            wrong = [i for i in swept if tableau.sign(goal[i]) * side[i] <= 0]
            if not wrong:
                break
            # Walk from the feasible point towards the unconstrained minimum until a coefficient is zero.
            shares = {i: beta[i] / (beta[i] - goal[i]) if tableau.sign(goal[i]) else 1 for i in wrong}
            leaving = smallest(shares, tableau)
            share = shares[leaving[0]]
            for i in swept:
                beta[i] = beta[i] + share * (goal[i] - beta[i])
            for i in leaving:
                tableau.sweep(i)
                swept.discard(i)
                beta[i] = 0
        for i in swept:
            beta[i] = goal[i]


def dual_vector(data: Samples, jumps: Sequence[Jump]) -> tuple[Any, ...]:
    """rho = (1/n) times the integral of the residual up to the last jump, so that s = X^T rho."""
    n = len(data.x)
    rho: list[Any] = [Fraction(0)] * n
    residual = [row[0] for row in data.y]
    time: Any = Fraction(0)
    for jump in jumps:
        wait = (jump.time - time) / n
        rho = [total + wait * entry for total, entry in zip(rho, residual)]
        residual = [target[0] - dot(row, jump.beta) for row, target in zip(data.x, data.y)]
        time = jump.time
    return tuple(rho)


def verify_l1_certificate(data: Samples, beta: Sequence[Any], rho: Sequence[Any]) -> bool:
    """Whether rho proves that beta has the least l1 norm among all minimizers of the loss.

    Args:
        data: inputs and one target column.
        beta: the coefficients, one per input.
        rho: the dual vector, one entry per sample.

    Notes:
        Checked exactly: X^T (y - X beta) = 0; s = X^T rho has |s_i| <= 1; s . beta = |beta|_1.  Then
        for any other minimizer gamma, X gamma = X beta and
        |gamma|_1 >= s . gamma = rho . X gamma = rho . X beta = s . beta = |beta|_1.
    """
    n, d, _ = data.shape
    if len(beta) != d or len(rho) != n:
        return False
    residual = [target[0] - dot(row, beta) for row, target in zip(data.x, data.y)]
    columns = [tuple(row[i] for row in data.x) for i in range(d)]
    s = [dot(column, rho) for column in columns]
    return (all(not dot(column, residual) for column in columns)
            and all(abs(entry) <= 1 for entry in s)
            and not dot(s, beta) - sum((abs(entry) for entry in beta), Fraction(0)))
