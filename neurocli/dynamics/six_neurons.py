"""Six quadratic neurons that reproduce one Fourier mode of modular addition, checked exactly.

With angles alpha, beta, gamma of the inputs a, b and of the output, the neurons

    cos(gamma - chi_k) (cos(alpha - phi_k) + cos(beta - psi_k))^2,   k = 0 ... n-1,

phi_k = 2 pi i k/n, psi_k = 2 pi j k/n, chi_k = phi_k + psi_k, should add up to a multiple of
cos(alpha + beta - gamma).  Expanding in e^{i alpha}, e^{i beta}, e^{i gamma} turns this into an identity
between Laurent polynomials over Q(zeta_n).

Reference: [kunin-2025].
"""

from __future__ import annotations

from fractions import Fraction

from neurocli.groups.cyclotomic import Cyclotomic, cyclotomic

Laurent = dict[tuple[int, int, int], Cyclotomic]


def neuron_sum(n: int, i: int, j: int) -> Laurent:
    """The sum of the n neurons as a Laurent polynomial; zero terms are left out."""
    total: Laurent = {}
    for k in range(n):
        inner = _add(_cosine(0, n, i * k), _cosine(1, n, j * k))
        neuron = _multiply(_cosine(2, n, (i + j) * k), _multiply(inner, inner))
        total = _add(total, neuron)
    return {term: value for term, value in total.items() if value}


def witness_amplitude(n: int, i: int, j: int) -> Fraction | None:
    """The a with a * (sum of the neurons) = cos(alpha + beta - gamma), or None when there is none.

    Args:
        n: number of neurons.
        i, j: multipliers of the phases, as in the text above.

    Notes:
        Exact, over Q(zeta_n).  Equivalent to vanishing sums of n-th roots of unity: i+j, 3i+j, i-j, i+3j,
        2i, 2j and 2(i+j) must not be divisible by n.

    Example:
        >>> witness_amplitude(6, 1, 4), witness_amplitude(5, 1, 4)
        (Fraction(1, 3), None)
    """
    total = neuron_sum(n, i, j)
    goal = [(1, 1, -1), (-1, -1, 1)]
    if sorted(total) != sorted(goal) or not total[goal[0]].is_rational or total[goal[0]] != total[goal[1]]:
        return None
    return Fraction(1, 2) / total[goal[0]].to_fraction()


def vanishing_sums(n: int, i: int, j: int) -> bool:
    """The condition on the exponents: the verifier that expands nothing."""
    return all(exponent % n for exponent in (i + j, 3 * i + j, i - j, i + 3 * j, 2 * i, 2 * j, 2 * (i + j)))


def _cosine(variable: int, n: int, turn: int) -> Laurent:
    """cos(angle - 2 pi turn/n) in the exponential of the given angle."""
    up = tuple(1 if index == variable else 0 for index in range(3))
    down = tuple(-entry for entry in up)
    half = Fraction(1, 2)
    return {up: Cyclotomic.root_of_unity(n, -turn) * half,      # type: ignore[dict-item]
            down: Cyclotomic.root_of_unity(n, turn) * half}     # type: ignore[dict-item]


def _add(left: Laurent, right: Laurent) -> Laurent:
    total = dict(left)
    for term, value in right.items():
        total[term] = total.get(term, cyclotomic(0)) + value
    return total


def _multiply(left: Laurent, right: Laurent) -> Laurent:
    total: Laurent = {}
    for one, a in left.items():
        for two, b in right.items():
            term = (one[0] + two[0], one[1] + two[1], one[2] + two[2])
            total[term] = total.get(term, cyclotomic(0)) + a * b
    return total
