"""Singular, by scripts (https://www.singular.uni-kl.de)."""

from __future__ import annotations

from neurocli.engines.program import locate, version_of
from neurocli.engines.script_engine import ScriptEngine
from neurocli.formats import singular
from neurocli.formats.question import Question
from neurocli.formats.system import PolynomialSystem


class Singular(ScriptEngine):
    """Singular's `std`, which was faster than `slimgb` on every system we timed."""

    name = "singular"
    install = "apt-get install singular  (or: pip install --no-deps passagemath-singular)"

    def path(self) -> str | None:
        return locate("Singular", "passagemath-singular")

    def version(self) -> str:
        return version_of(self.name, self.path() or "", "--dump-versiontuple", r"^([0-9]+(?:\.[0-9]+)+)\s*$")

    def write(self, system: PolynomialSystem, question: Question) -> str:
        return singular.write(system, question)

    def command(self, path: str) -> tuple[list[str], str]:
        return [path, "-q", "--no-rc", "--no-shell", "--cntrlc=a", "--random=1", "question.sing"], "question.sing"
