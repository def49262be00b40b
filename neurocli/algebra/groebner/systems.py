"""Classical polynomial systems that engines are tested and timed on.

Reference: [bini-mourrain-1996], the PoSSo collection.
"""

from __future__ import annotations

from neurocli.algebra.groebner.polynomial import Polynomial, System


def katsura(n: int, characteristic: int = 0) -> System:
    """The n + 1 equations of katsura-n in u_0..u_n; 2^n solutions.

    Sum over all integers l of u_|l| u_|m-l| = u_m for m < n, and sum of all u_|l| = 1.
    """
    def monomial(*indices: int) -> tuple[int, ...]:
        return tuple(indices.count(k) for k in range(n + 1))

    equations: list[Polynomial] = []
    for m in range(n):
        f: Polynomial = {monomial(m): -1}
        for l in range(-n, n + 1):
            if abs(m - l) <= n:
                e = monomial(abs(l), abs(m - l))
                f[e] = f.get(e, 0) + 1
        equations.append(f)
    total: Polynomial = {monomial(l): 2 for l in range(1, n + 1)}
    equations.append({**total, monomial(0): 1, monomial(): -1})
    return System([f"u{k}" for k in range(n + 1)], characteristic, equations)


def cyclic(n: int, characteristic: int = 0) -> System:
    """The cyclic n-roots: sums of products of k cyclically consecutive variables are 0, the product is 1."""
    def consecutive(start: int, k: int) -> tuple[int, ...]:
        return tuple(int((i - start) % n < k) for i in range(n))

    equations: list[Polynomial] = [{consecutive(i, k): 1 for i in range(n)} for k in range(1, n)]
    equations.append({(1,) * n: 1, (0,) * n: -1})
    return System([f"z{k}" for k in range(n)], characteristic, equations)


def eco(n: int, characteristic: int = 0) -> System:
    """The economics problem eco-n; 2^(n-2) solutions.

    (x_k + sum of x_i x_{i+k} over 1 <= i <= n-k-1) x_n = k for 1 <= k < n, and x_1 + ... + x_{n-1} = -1.
    """
    def monomial(*indices: int) -> tuple[int, ...]:
        return tuple(indices.count(k) for k in range(1, n + 1))

    equations: list[Polynomial] = []
    for k in range(1, n):
        f: Polynomial = {monomial(k, n): 1, monomial(): -k}
        for i in range(1, n - k):
            f[monomial(i, i + k, n)] = 1
        equations.append(f)
    equations.append({**{monomial(k): 1 for k in range(1, n)}, monomial(): 1})
    return System([f"x{k}" for k in range(1, n + 1)], characteristic, equations)
