"""Macaulay2, by scripts (https://macaulay2.com)."""

from __future__ import annotations

from neurocli.engines.program import locate, version_of
from neurocli.engines.script_engine import ScriptEngine
from neurocli.formats import macaulay2
from neurocli.formats.question import Question
from neurocli.formats.system import PolynomialSystem


class Macaulay2(ScriptEngine):
    """Macaulay2 with its F4 algorithm modulo a prime, which it does not choose by itself."""

    name = "macaulay2"
    install = "apt-get install macaulay2  (or: pip install --no-deps passagemath-macaulay2)"

    def path(self) -> str | None:
        return locate("M2", "passagemath-macaulay2")

    def version(self) -> str:
        return version_of(self.name, self.path() or "", "--version", r"^([0-9]+(?:\.[0-9]+)+)\s*$")

    def write(self, system: PolynomialSystem, question: Question) -> str:
        return macaulay2.write(system, question)

    def command(self, path: str) -> tuple[list[str], str]:
        return [path, "--script", "question.m2"], "question.m2"
