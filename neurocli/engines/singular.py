"""Singular, by scripts (https://www.singular.uni-kl.de)."""

from __future__ import annotations

import functools

from neurocli.engines.program import locate, run_program
from neurocli.engines.protocol import Limits
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
        return _version(self.path() or "")

    def write(self, system: PolynomialSystem, question: Question) -> str:
        return singular.write(system, question)

    def command(self, path: str) -> tuple[list[str], str]:
        return [path, "-q", "--no-rc", "--no-shell", "--cntrlc=a", "--random=1", "question.sing"], "question.sing"


@functools.cache
def _version(path: str) -> str:
    return run_program("singular", [path, "--dump-versiontuple"], {}, Limits(timeout=20)).stdout.strip()
