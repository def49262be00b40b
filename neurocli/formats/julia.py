"""Scripts for HomotopyContinuation.jl: run with `julia FILE.jl`.

They solve the system over the complex numbers, certify the solutions, and print how many there are.
"""

from __future__ import annotations

from neurocli.errors import UsageError
from neurocli.formats.answer import LAST_LINE
from neurocli.formats.system import PolynomialSystem, comment_block, plain_names, spell


def write(system: PolynomialSystem, seed: int = 0, solutions: str | None = None) -> str:
    """A script that prints the number of isolated solutions, and how many are certified as distinct.

    Args:
        seed: of the solver's random choices.
        solutions: file to write the solutions to, in Bertini's format.

    Raises:
        UsageError: the system is over a finite field, or has fewer equations than variables.
    """
    if system.characteristic:
        raise UsageError("HomotopyContinuation.jl computes with complex numbers, not modulo a prime",
                         "export the system over Q")
    if len(system.generators) < len(system.variables):
        raise UsageError(f"{len(system.generators)} equations in {len(system.variables)} variables have no "
                         "isolated solutions", "cut the solution set down first, for example with a slice")
    system = plain_names(system)
    names = system.variables
    equations = ",\n  ".join(spell(polynomial, names, rational="{}//{}") for polynomial in system.generators)
    save = "" if solutions is None else f"write_solutions({_quoted(solutions)}, solutions(theResult))\n"
    return (comment_block(system, "#") + "using HomotopyContinuation\n\n"
            f"@var {' '.join(names)}\n"
            f"theSystem = System([\n  {equations}\n]; variables = [{', '.join(names)}])\n"
            f"theResult = solve(theSystem; seed = UInt32({seed % 2**32}), show_progress = false)\n"
            "theCertificates = certify(theSystem, theResult; show_progress = false)\n"
            + save + 'println("count ", nsolutions(theResult))\n'
            'println("certified ", ndistinct_certified(theCertificates))\n'
            f'println("{LAST_LINE}")\n')


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
