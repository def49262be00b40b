"""What the methods for degrees are given, and what they give back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neurocli.architectures.network import Network
from neurocli.invariants.tracking import PLAIN, Tracking
from neurocli.results.result import Result, Status

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization
    from neurocli.engines.protocol import Engine, Limits
    from neurocli.formats.system import PolynomialSystem
    from neurocli.invariants.degrees.equations import Ideal


@dataclasses.dataclass(frozen=True)
class Found:
    """A degree, how it was found, and how sure it is.

    Args:
        run: facts that may change from run to run (numbers of paths, say), for the result's `run`.
    """

    value: int
    status: Status
    method: str
    evidence: tuple[Mapping[str, Any], ...]
    explanation: tuple[str, ...]
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    engine: Mapping[str, str] = dataclasses.field(default_factory=dict)
    system: PolynomialSystem | None = None
    run: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Question:
    """One network with everything the methods need."""

    network: Network
    parametrization: Parametrization
    dimension: Result
    engine_name: str | None
    prime: int | None
    seed: int
    limits: Limits
    tracking: Tracking = PLAIN

    @property
    def engine(self) -> Engine:
        """The engine asked for, or the best there is."""
        from neurocli.engines.registry import choose_engine

        return choose_engine(self.engine_name)

    @property
    def proved_dimension(self) -> bool:
        """Whether the dimension is a theorem."""
        return self.dimension.status in (Status.PROVED, Status.CERTIFIED)

    def ideal(self) -> Ideal:
        """The equations of the neurovariety, to be interpolated."""
        from neurocli.invariants.degrees.equations import Ideal

        return Ideal(self.parametrization, self.dimension.value, self.proved_dimension, self.prime, self.seed)
