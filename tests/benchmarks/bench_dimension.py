"""Dimensions: whole processes, networks per second, and the rank of a large Jacobian.

    python tests/benchmarks/bench_dimension.py

Prints medians, and ratios against rivals measured in the same run (FLINT's rank of a random
matrix; Macaulay2's numericalImageDim is in the literature table and not repeated here).
"""

import itertools
import random
import resource
import statistics
import subprocess
import sys
import time

PEERS = ["mlp:2-2-2,r=2", "mlp:2-2-3,r=2", "mlp:2-3-2,r=2", "mlp:3-2-2,r=2", "mlp:2-2-2-2,r=2", "mlp:3-3-3,r=2", "mlp:2-2-1,r=3",
         "mlp:3-2-1,r=3", "cnn:2-2,r=2", "cnn:3-2,r=2", "cnn:2-2-2,r=2", "cnn:3-3,r=2", "cnn:3-3-3,r=2", "lightning:2-2,a=1,t=2",
         "lightning:2-2-2,a=1-1,t=2", "mlp:4-4-4,r=2", "mlp:3-4-5-2,r=2", "lightning:3-3,a=2,t=3", "mlp:10-10-10-1,r=2"]


def process(*arguments):
    """Seconds and peak MB of a whole process, median of three."""
    seconds, memory = [], 0
    for _ in range(3):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-m", "neurocli", *arguments], check=True, capture_output=True)
        seconds.append(time.perf_counter() - before)
        memory = max(memory, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    return statistics.median(seconds), memory


def whole_processes():
    bare, _ = process("--version")
    helped, _ = process("--help")
    print(f"--version {bare * 1000:.0f} ms, --help {helped * 1000:.0f} ms")
    for spec in PEERS:
        seconds, memory = process("dim", "--format", "plain", spec)
        print(f"dim {spec:28} {seconds:.3f} s, peak of any child so far {memory:.0f} MB")


def rate():
    import neurocli

    specs = []
    for depth in (2, 3):
        for widths in itertools.product(range(1, 6), repeat=depth + 1):
            if sum(a * b for a, b in itertools.pairwise(widths)) <= 60:
                specs += [f"mlp:{'-'.join(map(str, widths))},r={r}" for r in (2, 3)]
    random.Random(0).shuffle(specs)
    neurocli.dim(specs[0])
    for sample in (specs[:300], specs[300:600]):
        before = time.perf_counter()
        results = [neurocli.dim(spec) for spec in sample]
        seconds = time.perf_counter() - before
        proved = sum(result.status.value == "proved" for result in results)
        print(f"{len(sample) / seconds:.0f} networks of up to 60 parameters per second, {proved}/{len(sample)} proved")


def large_rank():
    import numpy as np

    from neurocli.algebra.matrices import to_flint
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.ranks.jacobian_rank import jacobian_rank

    p = parametrization(parse("mlp:40-40-40-10,r=2"))
    before = time.perf_counter()
    value = jacobian_rank(p, 2**31 - 1, 0, 355, pivots=False).value
    ours = time.perf_counter() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    matrix = to_flint(np.random.RandomState(0).randint(0, 2**31 - 1, (3600, 3600)), 2**31 - 1)
    before = time.perf_counter()
    matrix.rank()
    flint = time.perf_counter() - before
    print(f"mlp:40-40-40-10,r=2: rank {value}, {ours:.1f} s in all, {memory:.0f} MB; FLINT's bare rank of a random "
          f"matrix of that size {flint:.1f} s; ratio {ours / flint:.2f}")


if __name__ == "__main__":
    whole_processes()
    rate()
    large_rank()
