"""The relative transform of 10^5 x 768 latents against 768 anchors, beside numpy's bare product.

    python tests/benchmarks/bench_latent.py
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from neurocli.latent.relative import relative_transform

ROWS, WIDTH, ANCHORS = 100_000, 768, 768


def main() -> None:
    """Write the latents block by block, map them, transform them to a mapped file."""
    kind = np.dtype(sys.argv[1] if len(sys.argv) > 1 else "float32")
    draw = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        latents = np.lib.format.open_memmap(Path(folder) / "z.npy", mode="w+", dtype=kind, shape=(ROWS, WIDTH))
        for start in range(0, ROWS, 10_000):
            latents[start:start + 10_000] = draw.normal(size=(10_000, WIDTH))
        out = np.lib.format.open_memmap(Path(folder) / "r.npy", mode="w+", dtype=kind, shape=(ROWS, ANCHORS))
        anchors = np.array(latents[:ANCHORS])
        for name, normalize in (("plain", False), ("normalized", True)):
            seconds = bare = float("inf")
            for _ in range(3):
                started = time.perf_counter()
                relative_transform(latents, anchors, normalize, out=out)
                seconds = min(seconds, time.perf_counter() - started)
                started = time.perf_counter()
                np.matmul(latents, anchors.T, out=out)
                bare = min(bare, time.perf_counter() - started)
            print(f"{kind} {name}: {seconds:.2f} s, numpy's product {bare:.2f} s, ratio {bare / seconds:.2f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
