"""Whole processes of `fibers` and `sing` beside the msolve runs of the same fibres.

    python tests/benchmarks/bench_fibers.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CASES = ["mlp:2-2-2,r=2", "mlp:2-2-3,r=2", "mlp:2-3-2,r=2", "mlp:3-2-2,r=2", "mlp:2-2-2-2,r=2", "mlp:3-3-3,r=2",
         "mlp:2-2-1,r=3", "mlp:3-2-1,r=3", "cnn:2-2,r=2", "cnn:3-2,r=2", "cnn:2-2-2,r=2", "cnn:3-3,r=2", "cnn:3-3-3,r=2",
         "lightning:2-2,a=1,t=2"]


def seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "neurocli", *arguments], check=False, capture_output=True)
    return time.perf_counter() - start


def rival(spec: str) -> float | None:
    """msolve alone on the fibre in the gauge, its file already written."""
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.registry import parametrization
    from neurocli.engines.registry import engine
    from neurocli.invariants.fibres.fibre_ideal import fibre_system, in_gauge, random_point

    msolve = engine("msolve")
    if not msolve.available():
        return None
    network = parametrization(parse(spec))
    unknowns = in_gauge(network)
    p = 2**31 - 1
    system = fibre_system(network, unknowns, random_point(unknowns, network.parameter_count, p, 0), p)
    start = time.perf_counter()
    msolve.leading_monomials(system)
    return time.perf_counter() - start


def main() -> None:
    print(f"{'spec':28} {'fibers':>8} {'msolve':>8} {'ratio':>6}")
    for spec in CASES:
        ours, theirs = min(seconds("fibers", spec) for _ in range(3)), rival(spec)
        shown = "-" if theirs is None else f"{theirs:8.3f} {ours / theirs:6.1f}"
        print(f"{spec:28} {ours:8.3f} {shown}")
    print(f"{'sing mlp:3-3-3-1,r=2':28} {seconds('sing', 'mlp:3-3-3-1,r=2'):8.3f}")
    rng = np.random.default_rng(0)
    shapes = [(200, 300), (180, 200), (20, 180)]
    blocks = [rng.normal(size=shape) for shape in shapes]
    order, scale = rng.permutation(200), 2.0 ** rng.integers(-3, 3, 200)
    moved = [blocks[0][order] * scale[:, None], blocks[1][:, order] / scale**3, blocks[2]]
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder) / f"{name}.npy") for name in "ab"]
        for name, weights in zip(names, (blocks, moved), strict=True):
            np.save(name, np.concatenate([w.ravel() for w in weights]))
        count = sum(a * b for a, b in shapes)
        print(f"--equivalent, {count} weights    {seconds('fibers', '--equivalent', *names, 'mlp:300-200-180-20,r=3'):8.3f}")


if __name__ == "__main__":
    main()
