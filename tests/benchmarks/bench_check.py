"""Check, sweep and verify: whole processes, networks per second, verification against computation.

    python tests/benchmarks/bench_check.py
"""

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


def main():
    took, _ = seconds("check", "--shipped", "--only", "unimodal-filling")
    print(f"check of the counterexample and its predecessors: {took:.2f} s whole process")
    with tempfile.TemporaryDirectory() as folder:
        grid = Path(folder) / "grid.toml"
        grid.write_text(GRID)
        took, done = seconds("sweep", str(grid), "--jobs", "2", "--no-cache")
        count = len(done.stdout.splitlines())
        print(f"sweep: {count} networks in {took:.1f} s, {count / took:.0f} per second on two workers")
        certificate = str(Path(folder) / "c.json")
        import neurocli
        from neurocli.invariants.certificates import read_certificate, verify

        subprocess.run([sys.executable, "-m", "neurocli", "dim", "mlp:10-10-10-1,r=2", "--certificate", certificate, "-q"],
                       check=True, capture_output=True)
        verify(read_certificate(certificate)[0])  # warm
        before = time.perf_counter()
        neurocli.dim("mlp:10-10-10-1,r=2")
        computed = time.perf_counter() - before
        before = time.perf_counter()
        verify(read_certificate(certificate)[0])
        checked = time.perf_counter() - before
        print(f"(10,10,10,1), r=2: computed {computed * 1000:.1f} ms, verified {checked * 1000:.1f} ms, "
              f"ratio {computed / checked:.1f}")


if __name__ == "__main__":
    main()
