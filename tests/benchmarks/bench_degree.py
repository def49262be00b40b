"""Degrees: whole processes against msolve, Singular and Macaulay2 on the same slices, in the same run.

    python tests/benchmarks/bench_degree.py

A rival is given a file that neurocli has written beforehand, one slice in the gauge modulo 2147483647, and counts its
points; neurocli reads the specification, proves the dimension, and counts at two primes or uses a theorem.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from neurocli.architectures.grammar import parse
from neurocli.engines.registry import engine
from neurocli.formats.question import COUNT
from neurocli.formats.registry import write
from neurocli.invariants.dimension import dim
from neurocli.invariants.ranks.upper_bounds import reduced
from neurocli.invariants.systems import restricted_map, slice_polynomials

NETWORKS = ["mlp:2-2-2,r=2", "mlp:2-2-3,r=2", "mlp:2-3-2,r=2", "mlp:3-2-2,r=2", "mlp:2-2-2-2,r=2", "mlp:3-3-3,r=2",
            "mlp:2-2-1,r=3", "mlp:3-2-1,r=3", "cnn:2-2,r=2", "cnn:3-2,r=2", "cnn:2-2-2,r=2", "cnn:3-3,r=2",
            "cnn:3-3-3,r=2", "lightning:2-2,a=1,t=2", "lightning:2-2-2,a=1-1,t=2", "mlp:7-2-1,r=2", "linear:6-2-4"]
LIMIT = 20


def seconds(command):
    """Wall time of a process, least of three; None beyond the limit."""
    best = None
    for _ in range(3):
        before = time.perf_counter()
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return None
        best = min(filter(None, (best, time.perf_counter() - before)))
        if best > 5:
            break
    return best


def rivals(spec, folder):
    """Seconds of each engine on one slice."""
    network = parse(spec)
    restricted = restricted_map(reduced(network), dim(network).value, 2**31 - 1, 0)
    system = restricted.system(slice_polynomials(restricted, 0))
    commands = {"msolve": ["-g", "1", "-f"], "singular": ["-q", "--no-rc"], "macaulay2": ["--script"]}
    found = {}
    for name, options in commands.items():
        program = engine(name).path()
        if program is not None:
            file = Path(folder) / f"slice.{name}"
            file.write_text(write(name, system, COUNT))
            found[name] = seconds([program, *options, str(file)])
    return found


def main():
    with tempfile.TemporaryDirectory() as folder:
        for spec in NETWORKS:
            ours = seconds([sys.executable, "-m", "neurocli", "degree", "--format", "plain", spec])
            times = rivals(spec, folder)
            best = min((t for t in times.values() if t), default=None)
            shown = ", ".join(f"{name} {t:.3f}" if t else f"{name} over {LIMIT}" for name, t in times.items())
            verdict = "rivals do not finish" if best is None else f"{ours - best:+.2f} s against the best"
            print(f"{spec:28} {ours:.3f} s   ({shown})   {verdict}", flush=True)


if __name__ == "__main__":
    main()
