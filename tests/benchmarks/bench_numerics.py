"""Path tracking: counts by whole processes beside Macaulay2's monodromy in the same run, and rates of one core.

    python tests/benchmarks/bench_numerics.py [SEEDS]

With SEEDS > 1 every count is repeated with that many seeds, and wrong answers are counted.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CASES = [("degree", "mlp:3-3-3,r=2", 30, 2.5), ("degree", "mlp:2-2-2-2,r=2", 15, 1.5),
         ("degree", "cnn:2-2-2,r=2", 48, 1.5), ("edd", "mlp:3-2-2,r=2", 219, 6.0),
         ("edd", "mlp:3-2-1,r=3", 219, 5.0), ("edd", "cnn:2-2-2,r=2", 404, 4.0)]

PROGRAM = """
import sys
from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.numerics.critical import solve_critical
from neurocli.numerics.slices import solve_slice
network, seed = parametrization(parse(sys.argv[2])), int(sys.argv[3])
found = solve_slice(network, seed) if sys.argv[1] == "degree" else solve_critical(network, "generic", seed)
print(found.count, found.complete, found.paths)
"""

#: The coefficient map of a network, and Macaulay2's own monodromy on it.
MACAULAY2 = """
needsPackage "NumericalImplicitization"
shapes = {shapes}; n = sum(shapes, s -> s#0 * s#1); A = CC[w_0..w_(n-1)]; S = A[x_0..x_({inputs}-1)]
start = 0
weights = apply(shapes, s -> (W := matrix apply(s#0, i -> apply(s#1, j -> sub(A_(start + i*s#1 + j), S)));
    start = start + s#0 * s#1; W))
X = transpose matrix {{gens S}}
convolve = (W, X) -> matrix apply(numrows X - numcols W + 1, i -> {{sum(numcols W, j -> W_(0,j) * X_(i+j,0))}})
scan(#weights, l -> (X = {layer}; if l < #weights - 1 then X = matrix applyTable(entries X, f -> f^2)))
F = matrix {{flatten apply(flatten entries X, f -> apply(flatten entries last coefficients f, c -> lift(c, A)))}}
print numericalImageDegree(F, ideal 0_A, Verbose => false)
"""


def ours(kind, spec, seed):
    before = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PROGRAM, kind, spec, str(seed)], capture_output=True, text=True,
                          check=True)
    count, complete, paths = done.stdout.split()
    return time.perf_counter() - before, int(count), complete == "True", int(paths)


def macaulay2(spec, folder):
    """Seconds and answer of the rival; None where it is not installed or does not finish."""
    family, rest = spec.split(":")
    widths = [int(n) for n in rest.split(",")[0].split("-")]
    shapes = list(zip(widths[1:], widths)) if family == "mlp" else [(1, k) for k in widths]
    inputs = widths[0] if family == "mlp" else sum(widths) - len(widths) + 1
    listed = "{" + ", ".join(f"({a}, {b})" for a, b in shapes) + "}"
    layer = "weights#l * X" if family == "mlp" else "convolve(weights#l, X)"
    file = Path(folder) / "rival.m2"
    file.write_text(MACAULAY2.format(shapes=listed, inputs=inputs, layer=layer))
    if shutil.which("M2") is None:
        return None
    before = time.perf_counter()
    try:
        done = subprocess.run(["M2", "--script", str(file)], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    return time.perf_counter() - before, done.stdout.split()[-1] if done.stdout.split() else "no answer"


def rates():
    """Paths per second in bulk, and certificates per second, by processor time."""
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.registry import parametrization
    from neurocli.numerics.certification import certify, count_certified
    from neurocli.numerics.critical import solve_critical
    from neurocli.numerics.function_space import gaussian
    from neurocli.numerics.paths import Paths, segment
    from neurocli.numerics.tracker import Tracker

    found = solve_critical(parametrization(parse("cnn:3-3,r=2")))
    rng = np.random.default_rng(0)
    targets = gaussian(rng, 8, len(found.data)) * np.linalg.norm(found.data) / np.sqrt(len(found.data))
    ways = np.concatenate([np.repeat(segment(found.data, q)[None], found.count, axis=0) for q in targets])
    paths = Paths(np.tile(found.points, (8, 1)), ways, np.arange(8 * found.count))
    before = time.process_time()
    ends = Tracker(found.system).track(paths)
    seconds = time.process_time() - before
    print(f"critical equations of cnn:3-3,r=2: {len(paths) / seconds:.0f} paths per second and core "
          f"({ends.steps.mean():.1f} steps each, {int((ends.codes != 0).sum())} lost); wanted 800")
    before = time.process_time()
    certificates = certify(found.system, found.points, found.data)
    seconds = time.process_time() - before
    print(f"certified {count_certified(certificates)} of {found.count}: {found.count / seconds:.0f} per second; wanted 300")


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        for kind, spec, value, reach in CASES:
            runs = [ours(kind, spec, seed) for seed in range(seeds)]
            wrong = sum((count, complete) != (value, True) for _, count, complete, _ in runs)
            times = sorted(run[0] for run in runs)
            rival = macaulay2(spec, folder) if kind == "degree" else None
            beside = "" if rival is None else f"; M2 monodromy {rival[1]} in {rival[0]:.2f} s, {rival[0] / times[0]:.1f} times"
            print(f"{kind} {spec} = {value}: least {times[0]:.2f} s, median {times[len(times) // 2]:.2f} s, most "
                  f"{times[-1]:.2f} s (wanted {reach}), {wrong} of {seeds} wrong, {runs[0][3]} paths{beside}", flush=True)
    rates()


if __name__ == "__main__":
    main()
