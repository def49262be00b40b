"""Engines that run the scripts of `formats/` and answer in labelled lines: Singular and Macaulay2."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Sequence

from neurocli.engines.program import run_program
from neurocli.engines.protocol import NO_LIMITS, Engine, Limits, check_variables, reduced_form, restricted
from neurocli.errors import EngineError, EngineMissing
from neurocli.formats.answer import Answer, parse_answer
from neurocli.formats.question import BASIS, COUNT, DIMENSION, Kind, Question
from neurocli.formats.system import Polynomial, PolynomialSystem


class ScriptEngine(Engine):
    """An engine that is asked by a script."""

    @abc.abstractmethod
    def write(self, system: PolynomialSystem, question: Question) -> str:
        """The script."""

    @abc.abstractmethod
    def command(self, path: str) -> tuple[list[str], str]:
        """How a script is run, and the name of its file."""

    def groebner_basis(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[Polynomial, ...]:
        basis = self._ask(system, BASIS, limits).basis
        return reduced_form(self._given(basis), system, self.name)

    def eliminate(self, system: PolynomialSystem, variables: Sequence[str],
                  limits: Limits = NO_LIMITS) -> PolynomialSystem:
        ordered = system.reordered(check_variables(system, variables))
        question = Question(Kind.ELIMINATE, eliminated=len(variables))
        basis = self._given(self._ask(ordered, question, limits).basis)
        return restricted(basis, ordered, len(variables), self.name)

    def dimension_and_degree(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> tuple[int, int]:
        numbers = self._ask(system, DIMENSION, limits).numbers
        return self._number(numbers, "dimension"), self._number(numbers, "degree")

    def count_solutions(self, system: PolynomialSystem, limits: Limits = NO_LIMITS) -> int | None:
        count = self._number(self._ask(system, COUNT, limits).numbers, "count")
        return None if count < 0 else count

    def _ask(self, system: PolynomialSystem, question: Question, limits: Limits) -> Answer:
        path = self.path()
        if path is None:
            raise EngineMissing(f"{self.name} is not installed", self.install)
        # Short names that mean nothing else in any language, and no comment: the answer is ours to read.
        names = tuple(f"x{place + 1}" for place in range(len(system.variables)))
        plain = dataclasses.replace(system, variables=names, comment=())
        command, file = self.command(path)
        output = run_program(self.name, command, {file: self.write(plain, question)}, limits)
        return parse_answer(output.stdout, names, self.name)

    def _given(self, basis: tuple[Polynomial, ...] | None) -> tuple[Polynomial, ...]:
        if basis is None:
            raise EngineError(f"{self.name}: printed no basis")
        return basis

    def _number(self, numbers: dict[str, int], label: str) -> int:
        if label not in numbers:
            raise EngineError(f"{self.name}: printed no {label}")
        return numbers[label]
