"""Check, sweep and verify: whole processes, networks per second, verification against computation.

    python tests/benchmarks/bench_check.py

Times of one process are medians of several calls, computation and verification in turn.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GRID = 'networks = "mlp:{d},r={r}"\nr = "2..4"\nd = { inputs = "1..6", widths = "1..6", depth = "2..3", outputs = "1..6" }\n'


def seconds(*arguments):
    before = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True)
    return time.perf_counter() - before, done


def timed(act):
    before = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - before[0], time.process_time() - before[1]


def compared(name, compute, check, count):
    """Median wall and processor time of both, after one call of each, and their ratio."""
    compute()
    check()
    pairs = [(timed(compute), timed(check)) for _ in range(count)]
    wall = [statistics.median(pair[i][0] for pair in pairs) for i in (0, 1)]
    processor = [statistics.median(pair[i][1] for pair in pairs) for i in (0, 1)]
    print(f"{name}: computed {wall[0] * 1000:.1f} ms, verified {wall[1] * 1000:.1f} ms, ratio {wall[0] / wall[1]:.1f} "
          f"(processor time {processor[0] / processor[1]:.1f})")


def verification():
    import neurocli
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.registry import parametrization
    from neurocli.conjectures import witnesses
    from neurocli.conjectures.search import minimal_filling
    from neurocli.invariants.checks.box_certificate import box_evidence
    from neurocli.invariants.checks.certificates import verify
    from neurocli.numerics.certification import certify
    from neurocli.numerics.critical import solve_critical

    spec = "mlp:10-10-10-1,r=2"
    record = json.loads(json.dumps(witnesses.certified(neurocli.dim(spec))))
    compared("(10,10,10,1), r=2", lambda: neurocli.dim(spec), lambda: verify(record), 15)

    found = []

    def boxes():
        solutions = solve_critical(parametrization(parse("mlp:3-2-2,r=2")))
        certificates = certify(solutions.system, solutions.points, solutions.data)
        evidence = box_evidence(solutions.system, solutions.points, solutions.data, certificates)
        found[:] = [{"command": "edd", "spec": "mlp:3-2-2,r=2", "value": evidence["value"], "status": "numerical",
                     "evidence": [json.loads(json.dumps({**evidence, "metric": "generic"}))]}]

    compared("219 critical points with boxes", boxes, lambda: verify(found[0]), 3)

    searched = json.loads(json.dumps(witnesses.certified(minimal_filling(2, 1, 4, 2))))
    compared("minimal filling, depth 4", lambda: minimal_filling(2, 1, 4, 2),
             lambda: verify(searched, witnesses.CHECKERS, witnesses.SUPPORT), 3)


def main():
    took = statistics.median(seconds("check", "--shipped", "--only", "unimodal-filling")[0] for _ in range(5))
    print(f"check of the counterexample and its predecessors: {took:.2f} s whole process")
    with tempfile.TemporaryDirectory() as folder:
        grid = Path(folder) / "grid.toml"
        grid.write_text(GRID)
        own, done = seconds("sweep", str(grid), "--jobs", "2", "--no-cache")
        count = len(done.stdout.splitlines())
        print(f"sweep: {count} networks in {own:.1f} s, {count / own:.0f} per second on two workers")
        dask, _ = seconds("sweep", str(grid), "--jobs", "2", "--no-cache", "--scheduler", "local")
        print(f"the same on a local Dask cluster: {dask:.1f} s, {dask / own:.2f} x our own pool")
    verification()


if __name__ == "__main__":
    main()
