"""Tables for people: rich on a terminal, the same without colour in a pipe."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, cell
from neurocli.results.result import Result, Status

COLOURS = {Status.PROVED: "green", Status.CERTIFIED: "green", Status.PROBABLE: "yellow",
           Status.NUMERICAL: "yellow", Status.BOUND: "magenta", Status.UNDECIDED: "red"}
#: Entries of a list of evidence beyond which it is counted instead of printed.
_LONG = 200


class Printer:
    """Collects sections and notes and gives them as text for standard output."""

    def __init__(self, style: Style) -> None:
        from rich.console import Console

        terminal = sys.stdout.isatty() and not style.to_file and os.environ.get("TERM") != "dumb"
        forced = bool(os.environ.get("FORCE_COLOR")) and not style.to_file
        colour = (terminal or forced) and not os.environ.get("NO_COLOR")
        width = int(os.environ.get("COLUMNS", 0)) or (shutil.get_terminal_size().columns if terminal else 100)
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        self.style = style
        self.stream = io.StringIO()
        self.unicode = encoding.lower().startswith("utf")
        self.console = Console(file=self.stream, force_terminal=colour, no_color=not colour, width=max(width, 40),
                               highlight=False, color_system="auto" if colour else None, legacy_windows=False)

    def section(self, section: Section) -> None:
        """Print one table; where its numbers would not fit, one list of facts per row."""
        if section.columns and self._width(section) > self.console.width and len(section.columns) > 2:
            for row in section.rows:
                pairs = [(name, value) for name, value in zip(section.columns[1:], row[1:], strict=True)]
                self._print(Section(cell(row[0]), (), tuple(pairs)))
            return
        self._print(section)

    def _width(self, section: Section) -> int:
        """Least width of a table: words of sentences may be broken apart, numbers and specifications never."""
        total = 0
        for i, (name, numeric) in enumerate(zip(section.columns, section.numeric, strict=False)):
            cells = [self._text(row[i]) for row in section.rows]
            rigid = numeric or name == "spec" or all(len(text) <= 12 for text in cells)
            total += max([len(name), *(len(text) for text in cells)]) if rigid else max(len(name), 16)
        return total + 3 * (len(section.columns) - 1)

    def _print(self, section: Section) -> None:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        if section.title:
            self.console.print(Text(section.title, style="bold"))
        if not section.rows:
            return
        facts = not section.columns
        table = Table(box=None if facts else (box.SIMPLE_HEAD if self.unicode else box.ASCII2),
                      show_header=not facts, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
        names = section.columns or ("", "")
        for i, (name, numeric) in enumerate(zip(names, section.numeric, strict=False)):
            # specifications, numbers and short words are never broken; sentences may be
            cells = [self._text(row[i]) for row in section.rows]
            rigid = numeric or (facts and i == 0) or name == "spec" or all(len(text) <= 12 for text in cells)
            widest = max([len(name), *(len(text) for text in cells)])
            table.add_column(name, justify="right" if numeric and not facts else "left",
                             style="dim" if facts and i == 0 else None, overflow="fold", no_wrap=rigid,
                             min_width=min(widest, self.console.width) if rigid else None)
        for row in section.rows:
            table.add_row(*(self._styled(value) for value in row))
        self.console.print(table)

    @staticmethod
    def _text(value: object) -> str:
        """A cell as it is shown; the other formats give every digit of a large number."""
        text = cell(value)
        return f"{text[0]}.{text[1:5]}e{len(text) - 1}" if text.isdigit() and len(text) > 15 else text

    def _styled(self, value: object) -> Any:
        from rich.text import Text

        text = self._text(value)
        if text in Status._value2member_map_:
            return Text(text, style=COLOURS[Status(text)])
        return Text(text)

    def notes(self, result: Result, several: bool) -> None:
        """Explanation, citations, and with --verbose evidence and provenance."""
        from rich.text import Text

        head = f"{result.spec}: " if several else ""
        if self.style.explain:
            for line in result.explanation or ("nothing to add",):
                self.console.print(Text(f"{head}{line}"), soft_wrap=False)
        if self.style.cite:
            from neurocli.theorems.bibliography import citation

            keys = dict.fromkeys(str(e["citation"]) for e in result.evidence if e.get("citation"))
            for key in keys:
                self.console.print(Text(f"{head}[{key}] {citation(key)}"))
            if not keys:
                self.console.print(Text(f"{head}no theorem was used"))
        if self.style.verbose:
            for record in result.evidence:
                self.console.print(Text(f"{head}evidence: {cell(_without_arrays(record))}", style="dim"))
            engine = " ".join(result.engine.values()) or "none"
            facts = {"seed": result.seed, "engine": engine, **result.run}
            self.console.print(Text(f"{head}{cell(facts)}", style="dim"))

    def text(self) -> str:
        """Everything printed, without blanks at line ends."""
        lines = self.stream.getvalue().splitlines()
        return "\n".join(line.rstrip() for line in lines) + "\n"


def _without_arrays(record: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence for the eye: encoded arrays by their shapes; `--json` and `--certificate` have them in full."""
    return {name: f"array {cell(value['shape'])}" if isinstance(value, Mapping) and "doubles" in value
            else f"{len(value)} numbers" if isinstance(value, (list, tuple)) and len(value) > _LONG else value
            for name, value in record.items()}
