"""Numbers of critical points: whole processes, against msolve on plain critical equations in the same run.

    python tests/benchmarks/bench_edd.py [--all]

With --all the rival also gets (3,2,2), which takes it minutes.

The rival gets the critical equations in the gauge with the strata of degenerate weights removed by an extra
variable, as a user who knows them would write them; its time is that of the program alone.
"""

import subprocess
import sys
import time

from neurocli.algebra.primes import DEFAULT_PRIME
from neurocli.architectures.grammar import parse
from neurocli.engines.registry import engine
from neurocli.invariants.critical.equations import (
    critical_polynomials,
    critical_system,
    excess_strata,
    weights_chart,
)
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.dimension import dim
from neurocli.invariants.ranks.upper_bounds import reduced
from neurocli.invariants.systems import restricted_map

COMPUTED = ["mlp:2-2-3,r=2", "mlp:3-2-1,r=3", "cnn:2-2-2,r=2", "cnn:3-3,r=2", "lightning:2-2,a=1,t=2"]
CLOSED = ["mlp:2-2-3,r=2", "mlp:3-2-2,r=2", "cnn:2-2-2,r=2", "cnn:3-3-3,r=2", "linear:6-2-4", "mlp:7-2-1,r=2"]


def process(*arguments):
    """Seconds and first line of data of a whole process."""
    before = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "neurocli", "edd", *arguments], check=True, capture_output=True,
                          text=True)
    return time.perf_counter() - before, done.stdout.splitlines()[1].split()[-1]


def rival(spec):
    """Seconds that msolve takes for the equations in the gauge."""
    network = parse(spec)
    chart = weights_chart(restricted_map(reduced(network), dim(network).value, DEFAULT_PRIME, 0))
    system = critical_system(chart, critical_polynomials(chart, Metric("generic"), 0), excess_strata(chart, 0))
    program = engine("msolve")
    before = time.perf_counter()
    solutions = program.count_solutions(system)
    return time.perf_counter() - before, solutions


def main():
    print("closed forms")
    for spec in CLOSED:
        seconds, value = process(spec)
        print(f"  {spec:24} {value:>8} {seconds:6.2f} s")
    print("computed, two primes, against one run of msolve in the gauge")
    for spec in [*COMPUTED, *(["mlp:3-2-2,r=2"] if "--all" in sys.argv[1:] else [])]:
        seconds, value = process("--method", "groebner", spec)
        other, solutions = rival(spec)
        print(f"  {spec:24} {value:>8} {seconds:6.2f} s   msolve {solutions:>6} solutions {other:7.2f} s   "
              f"ratio {other / seconds:5.2f}")


if __name__ == "__main__":
    main()
