"""Results as a LaTeX table (booktabs), with the status of each entry."""

from __future__ import annotations

from collections.abc import Sequence

from neurocli.report.sections import Section, cell
from neurocli.results.result import Result

_ESCAPES = {"\\": r"\textbackslash{}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$",
            "{": r"\{", "}": r"\}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


def escape(text: str) -> str:
    """Text in which LaTeX finds no command.

    Example:
        >>> escape("x^2_1 & 50%")
        'x\\\\textasciicircum{}2\\\\_1 \\\\& 50\\\\%'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)


def latex_table(section: Section, results: Sequence[Result]) -> str:
    """A tabular environment; a comment names version and seeds."""
    import neurocli

    seeds = sorted({result.seed for result in results})
    columns = section.columns or ("", "")
    spec = "".join("r" if numeric else "l" for numeric in section.numeric)
    lines = [f"% neurocli {neurocli.__version__}, seed {', '.join(map(str, seeds))}; needs the package booktabs",
             rf"\begin{{tabular}}{{{spec}}}", r"\toprule"]
    if section.columns:
        lines += [" & ".join(escape(name) for name in columns) + r" \\", r"\midrule"]
    for row in section.rows:
        cells = [rf"\texttt{{{escape(cell(value))}}}" if name == "spec" else escape(cell(value))
                 for name, value in zip(columns, row, strict=True)]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
