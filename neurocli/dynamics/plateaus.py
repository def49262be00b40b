"""Predicted staircases of features learned one after the other, as plain records."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Feature:
    """One feature (principal component, frequency, irreducible representation) in the order learned.

    Args:
        name: what is learned.
        loss: the plateau reached once it is learned.
        drop: how much it lowers the loss.
        time: when its jump happens (unit and kind: see `Prediction`); None where nothing is known.
        utility: the largest utility it offers to a dormant neuron.
        tie: another feature has exactly the same utility, so that the order is not determined.
        hessian_index: negative eigenvalues of the Hessian at the plateau reached; None where the
            dormant neurons contribute no second-order term (kappa >= 3).
        details: further numbers that belong to the case (singular value, power, ...).
    """

    name: str
    loss: Any
    drop: Any
    time: float | None
    utility: float
    tie: bool = False
    hessian_index: int | None = None
    details: tuple[tuple[str, Any], ...] = ()


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The staircase that alternating gradient flows predict.

    Args:
        case: "linear", "attention", "modadd", "group".
        kappa: degree of the leading part of the utility in the parameters of a neuron.
        initial_loss: the first plateau.
        features: in the order learned.
        time_status: "proved", "conjectured" or "bound" (each time is a lower bound).
        time_unit: what one unit of time is.
        exact: losses are exact numbers.
        notes: sentences for a reader.
        initial_index: Hessian index at the origin (kappa = 2 only).
    """

    case: str
    kappa: int
    initial_loss: Any
    features: tuple[Feature, ...]
    time_status: str
    time_unit: str
    exact: bool
    notes: tuple[str, ...] = ()
    initial_index: int | None = None

    @property
    def losses(self) -> tuple[Any, ...]:
        """All plateaus, the first one included."""
        return (self.initial_loss, *(feature.loss for feature in self.features))
