"""The staircase of a diagonal network with 200 inputs and 200 samples, beside the same events in plain doubles.

    python tests/benchmarks/bench_dynamics.py

Prints seconds of the certified staircase (goal: 2 s for the whole process) and its ratio to an uncertified
recursion in numpy; and seconds of gradient flows beside their predictions (goal: a minute each).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from neurocli.dynamics import systems
from neurocli.dynamics.attention import attention_staircase
from neurocli.dynamics.data import Samples
from neurocli.dynamics.diagonal import staircase
from neurocli.dynamics.gradient_flow import compare, gradient_flow
from neurocli.dynamics.modular_addition import encoding_of_spectrum, modular_addition_staircase, powers_of_spectrum


def doubles(x: np.ndarray, y: np.ndarray) -> int:
    """The recursion in doubles, least squares from scratch at every step: number of jumps."""
    n, d = x.shape
    gram, b = x.T @ x / n, x.T @ y / n
    s, beta, swept, jumps = np.zeros(d), np.zeros(d), set(), 0
    while np.mean((y - x @ beta) ** 2) > 1e-14 * np.mean(y**2):
        g = b - gram @ beta
        g[list(swept)] = 0
        with np.errstate(divide="ignore", invalid="ignore"):
            waits = np.where(np.abs(g) > 1e-9, (np.sign(g) - s) / g, np.inf)
        first = int(np.argmin(waits))
        s = s + g * waits[first]
        s[first] = np.sign(g[first])
        swept.add(first)
        jumps += 1
        while True:
            chosen = sorted(swept)
            goal = np.zeros(d)
            goal[chosen] = np.linalg.lstsq(x[:, chosen], y, rcond=None)[0]
            wrong = [i for i in chosen if goal[i] * s[i] <= 0]
            if not wrong:
                break
            share = min(beta[i] / (beta[i] - goal[i]) for i in wrong)
            beta = beta + share * (goal - beta)
            swept -= {i for i in wrong if abs(beta[i]) < 1e-12}
            beta[[i for i in range(d) if i not in swept]] = 0
        beta = goal
    return jumps


def main() -> None:
    draw = np.random.default_rng(0)
    x = draw.integers(-9, 10, (200, 200))
    y = x @ draw.integers(-5, 6, 200)
    data = Samples(tuple(tuple(Fraction(int(v)) for v in row) for row in x), tuple((Fraction(int(v)),) for v in y))
    begin = time.perf_counter()
    found = staircase(data)
    ours = time.perf_counter() - begin
    begin = time.perf_counter()
    jumps = doubles(x.astype(float), y.astype(float))
    theirs = time.perf_counter() - begin
    print(f"diagonal 200 x 200: {len(found.jumps)} jumps certified in {ours:.2f} s; doubles: {jumps} jumps in "
          f"{theirs:.2f} s; ratio {ours / theirs:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        np.savetxt(file, np.column_stack([x, y]), fmt="%d", delimiter=",")
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "neurocli", "agf", "diagonal", str(file), "--json"], check=True,
                       stdout=subprocess.DEVNULL)
        print(f"diagonal 200 x 200, whole process: {time.perf_counter() - begin:.2f} s (goal 2 s)")

    eigenvalues = [Fraction(n, 25) for n in (24, 12, 8, 6)]
    spectrum = {1: Fraction(10), 3: Fraction(5), 5: Fraction(5, 2)}
    cases = {
        "attention": (systems.Attention([float(v) for v in eigenvalues], 32, 5),
                      attention_staircase(eigenvalues, 32).losses, 1e-3),
        "modular addition": (systems.modular_addition(encoding_of_spectrum(20, spectrum), 18),
                             modular_addition_staircase(20, powers_of_spectrum(20, spectrum)).losses, 1e-2),
    }
    for name, (system, losses, scale) in cases.items():
        begin = time.perf_counter()
        rows = compare(gradient_flow(system, scale), losses)
        print(f"flow, {name}: {time.perf_counter() - begin:.1f} s (goal 60 s), largest error of a plateau "
              f"{100 * max(row.error for row in rows):.2g} %")


if __name__ == "__main__":
    main()
