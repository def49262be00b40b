"""Sequential and plain evaluation of wide Sprecher networks: memory and time.

    python tests/benchmarks/bench_sprecher.py [WIDTH]

Prints, for batch 32, the peak memory of the sequential way at the given width (16384 by default; goal: below 100 MB),
what the plain way would take, and at a width both can do the ratio of their times.
"""

from __future__ import annotations

import sys
import time
import tracemalloc

import numpy as np

from neurocli.sprecher.evaluate import evaluate, largest_product
from neurocli.sprecher.network import Block, SprecherNetwork
from neurocli.sprecher.spline import Spline


def network(width: int, outputs: int) -> SprecherNetwork:
    """A network 64 -> width -> outputs, summed."""
    draw = np.random.default_rng(0)

    def block(m: int, d: int) -> Block:
        inner = Spline(tuple(np.linspace(0, 2, 50).tolist()), tuple(np.linspace(0, 1, 50).tolist()), monotone=True)
        outer = Spline((-1e5, 1e5), (-1.0, 1.0))
        return Block(tuple(draw.normal(0, (2 / m) ** 0.5, m).tolist()), d, inner, outer, 1 / (d + 10))

    return SprecherNetwork((block(64, width), block(width, outputs)), True)


def main() -> None:
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 16384
    x = np.random.default_rng(0).random((32, 64))
    wide = network(width, width)
    tracemalloc.start()
    begin = time.perf_counter()
    evaluate(wide, x, low_memory=True)
    seconds, peak = time.perf_counter() - begin, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    plain = 8 * 32 * largest_product(wide)
    print(f"width {width}, batch 32, sequential: peak {peak / 1e6:.1f} MB (goal 100 MB) in {seconds:.0f} s; "
          f"the plain way needs {plain / 1e9:.1f} GB; ratio {plain / peak:.0f}")
    small = network(1024, 1024)
    times = {}
    for low_memory in (False, True):
        begin = time.perf_counter()
        times[low_memory] = (evaluate(small, x, low_memory), time.perf_counter() - begin)
    same = np.array_equal(times[False][0], times[True][0])
    print(f"width 1024: sequential {times[True][1]:.2f} s, plain {times[False][1]:.2f} s, ratio "
          f"{times[True][1] / times[False][1]:.2f}, outputs bit for bit the same: {same}")


if __name__ == "__main__":
    main()
