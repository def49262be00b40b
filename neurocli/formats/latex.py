"""Polynomial systems as an `align*` block for a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from neurocli.formats.system import Coefficient, Exponents, PolynomialSystem, comment_block

#: Terms on a line before it is broken.
_TERMS = 6
_LETTERS = {"alpha", "beta", "gamma", "delta", "epsilon", "lambda", "mu", "nu", "phi", "psi", "sigma",
            "tau", "theta", "xi", "zeta"}


def write(system: PolynomialSystem, left: Sequence[str] = ()) -> str:
    """The equations f = 0, or the assignments `left` = f.

    Args:
        left: LaTeX of the left-hand sides, one for each polynomial.
    """
    names = [variable(name) for name in system.variables]
    lines = []
    for place, polynomial in enumerate(system.polynomials):
        terms = [_term(exponents, coefficient, names) for exponents, coefficient in polynomial.items()]
        pieces = [" ".join(terms[start:start + _TERMS]) for start in range(0, len(terms), _TERMS)] or ["0"]
        pieces[0] = (f"{left[place]} &= " if left else "& ") + pieces[0].removeprefix("+ ")
        pieces[-1] += "" if left else " = 0"
        lines.append(" \\\\\n  &\\quad ".join(pieces))
    field = f"% over F_{system.characteristic}\n" if system.characteristic else "% over Q\n"
    body = " \\\\\n  ".join(lines)
    return f"{comment_block(system, '%')}{field}\\begin{{align*}}\n  {body}\n\\end{{align*}}\n"


def variable(name: str) -> str:
    """A name with its numbers as indices.

    Example:
        >>> variable("W1_2_1"), variable("x12"), variable("alpha"), variable("bias")
        ('W_{1,2,1}', 'x_{12}', '\\\\alpha', '\\\\mathit{bias}')
    """
    match = re.fullmatch(r"([A-Za-z]+)(\d*(?:_\d+)*)", name, re.ASCII)
    if match is None:
        return "\\mathit{" + name.replace("_", "\\_") + "}"
    letters = match[1]
    if letters in _LETTERS:
        letters = "\\" + letters
    elif len(letters) > 1:
        letters = f"\\mathit{{{letters}}}"
    indices = ",".join(part for part in match[2].split("_") if part)
    return f"{letters}_{{{indices}}}" if indices else letters


def _term(exponents: Exponents, coefficient: Coefficient, names: Sequence[str]) -> str:
    factors = [name if exponent == 1 else f"{name}^{{{exponent}}}"
               for name, exponent in zip(names, exponents) if exponent]
    size = abs(coefficient)
    if isinstance(size, Fraction):
        factors.insert(0, f"\\tfrac{{{size.numerator}}}{{{size.denominator}}}")
    elif size != 1 or not factors:
        factors.insert(0, str(size))
    return ("- " if coefficient < 0 else "+ ") + " ".join(factors)
