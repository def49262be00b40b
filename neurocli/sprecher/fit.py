"""Training of Sprecher networks with Adam, beside an MLP with as many parameters."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from neurocli.errors import DataError, UsageError
from neurocli.sprecher.count import Shape, mlp_count
from neurocli.sprecher.files import replace_file
from neurocli.sprecher.network import SprecherNetwork
from neurocli.sprecher.spline import Array
from neurocli.sprecher.trainable import Domain, Trainable

#: Format of checkpoint files.
_CHECKPOINT = 1


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to train.

    Args:
        epochs: steps of Adam on the whole data set.
        rate: first learning rate; it falls to 1 % of itself along a cosine.
        clip: largest norm of a gradient.
        track: epochs in which the domains follow the parameters and Phi is resampled.
        seed: of the initialization.
    """

    epochs: int = 2000
    rate: float = 1e-2
    clip: float = 1.0
    track: int = 400
    seed: int = 45

    def __post_init__(self) -> None:
        if self.epochs < 1 or not 0 < self.rate < 10 or self.clip <= 0 or self.track < 0:
            raise UsageError(f"settings {self}", "epochs >= 1, 0 < rate < 10, clip > 0, track >= 0")


@dataclasses.dataclass(frozen=True)
class Fit:
    """A trained network and how its loss fell.

    Args:
        losses: mean squared error before each epoch and at the end.
        best: the least of them.
        parameters: how many numbers were trained.
        network: with the parameters of least loss (None for the MLP).
        widths: of the network.
    """

    losses: tuple[float, ...]
    best: float
    parameters: int
    network: SprecherNetwork | None
    widths: tuple[int, ...]


@dataclasses.dataclass
class _State:
    """Everything that training changes."""

    theta: Array
    mean: Array
    square: Array
    best_theta: Array
    losses: list[float]
    domains: list[Domain]
    best_domains: list[Domain]

    @classmethod
    def fresh(cls, theta: Array, domains: list[Domain]) -> _State:
        return cls(theta, np.zeros_like(theta), np.zeros_like(theta), theta.copy(), [], domains, domains)


def adam(state: _State, gradient: Array, settings: Settings) -> None:
    """One step of Adam with clipping and a cosine schedule; the step number is the number of losses."""
    step = len(state.losses)
    norm = float(np.linalg.norm(gradient))
    if norm > settings.clip:
        gradient = gradient * (settings.clip / norm)
    state.mean = 0.9 * state.mean + 0.1 * gradient
    state.square = 0.999 * state.square + 0.001 * gradient**2
    share = 0.5 * (1 + math.cos(math.pi * min(step / settings.epochs, 1.0)))
    rate = settings.rate * (0.01 + 0.99 * share)
    state.theta = state.theta - rate * (state.mean / (1 - 0.9**step)) / (
        np.sqrt(state.square / (1 - 0.999**step)) + 1e-8)


def fit(shape: Shape, x: Array, y: Array, settings: Settings | None = None, checkpoint: str | Path | None = None,
        every: int = 500, progress: Callable[[int, float], None] | None = None,
        stop_after: int | None = None) -> Fit:
    """Train a piecewise linear Sprecher network on samples in the unit cube.

    Args:
        shape: without normalization.
        x, y: n x d inputs in [0, 1], n x c targets.
        settings: how to train.
        checkpoint: file that is written every `every` epochs and at the end; when it exists, training
            goes on from it, to the same numbers as without the interruption.
        progress: called with (epoch, loss).
        stop_after: stop after this many epochs of this call (the schedule is that of the whole run).

    Returns:
        The loss curve and the network of least loss.

    Raises:
        DataError: inputs outside the unit cube, sizes that do not fit, a checkpoint of another run.
        UsageError: the shape asks for a normalization.
    """
    settings = settings or Settings()
    if shape.norm != "none":
        raise UsageError("training has no normalization", "leave out --norm")
    _check(shape, x, y)
    model = Trainable(shape)
    identity = json.dumps([dataclasses.asdict(shape), dataclasses.asdict(settings), _digest(x, y)], sort_keys=True)
    state = _resume(checkpoint, identity) or _State.fresh(*model.start(settings.seed))
    begun = len(state.losses)
    best = min(state.losses, default=math.inf)
    while len(state.losses) < settings.epochs and (stop_after is None or len(state.losses) - begun < stop_after):
        loss, gradient = model.loss_and_gradient(state.theta, state.domains, x, y)
        if not math.isfinite(loss):
            raise DataError(f"the loss is not finite in epoch {len(state.losses)}", "a smaller --rate")
        if loss < best:
            best, state.best_theta, state.best_domains = loss, state.theta.copy(), state.domains
        state.losses.append(loss)
        adam(state, gradient, settings)
        epoch = len(state.losses)
        if epoch <= settings.track:
            state.theta, state.domains = model.track(state.theta, state.domains)
        if progress is not None and epoch % 50 == 0:
            progress(epoch, loss)
        if checkpoint is not None and epoch % every == 0:
            _save(Path(checkpoint), identity, state)
    if checkpoint is not None:
        _save(Path(checkpoint), identity, state)
    last = model.loss_and_gradient(state.theta, state.domains, x, y)[0]
    if last < best:
        best, state.best_theta, state.best_domains = last, state.theta, state.domains
    return Fit((*state.losses, last), best, model.size, model.network(state.best_theta, state.best_domains),
               shape.widths)


def fit_mlp(inputs: int, outputs: int, parameters: int, layers: int, x: Array, y: Array,
            settings: Settings | None = None) -> Fit:
    """Train a tanh MLP with at most `parameters` parameters in the same way, for comparison.

    Args:
        layers: hidden layers, all of one width, the largest that the budget allows.
    """
    settings = settings or Settings()
    width = 1
    while mlp_count((inputs, *[width + 1] * layers, outputs)) <= parameters:
        width += 1
    widths = (inputs, *[width] * layers, outputs)
    draw = np.random.default_rng(settings.seed)
    pieces = []
    for m, d in pairwise(widths):
        pieces += [draw.normal(0, math.sqrt(1 / m), m * d), np.zeros(d)]
    state = _State.fresh(np.concatenate(pieces), [])
    best = math.inf
    for _ in range(settings.epochs):
        loss, gradient = _mlp(state.theta, widths, x, y)
        best = min(best, loss)
        state.losses.append(loss)
        adam(state, gradient, settings)
    last = _mlp(state.theta, widths, x, y)[0]
    return Fit((*state.losses, last), min(best, last), state.theta.size, None, widths)


def _mlp(theta: Array, widths: tuple[int, ...], x: Array, y: Array) -> tuple[float, Array]:
    """Mean squared error and gradient of a tanh MLP."""
    place, layers, values = 0, [], [x]
    for number, (m, d) in enumerate(pairwise(widths)):
        w = theta[place:place + m * d].reshape(m, d)
        layers.append((place, w))
        out = values[-1] @ w + theta[place + m * d:place + m * d + d]
        values.append(np.tanh(out) if number < len(widths) - 2 else out)
        place += m * d + d
    difference = values[-1] - y
    gradient = np.empty_like(theta)
    back = 2 * difference / difference.size
    for number in reversed(range(len(layers))):
        place, w = layers[number]
        m, d = w.shape
        gradient[place:place + m * d] = (values[number].T @ back).ravel()
        gradient[place + m * d:place + m * d + d] = back.sum(axis=0)
        if number:
            back = (back @ w.T) * (1 - values[number] ** 2)
    return float(np.mean(difference**2)), gradient


def _check(shape: Shape, x: Array, y: Array) -> None:
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or not len(x):
        raise DataError(f"inputs of shape {x.shape} and targets of shape {y.shape}")
    if x.shape[1] != shape.widths[0] or y.shape[1] != shape.widths[-1]:
        raise DataError(f"data with {x.shape[1]} inputs and {y.shape[1]} targets, a network with "
                        f"{shape.widths[0]} and {shape.widths[-1]}")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        raise DataError("the data holds numbers that are not finite")
    if x.min() < 0 or x.max() > 1:
        row = int(np.argwhere((x < 0) | (x > 1))[0][0]) + 1
        raise DataError(f"row {row}: an input lies outside [0, 1]", "rescale the inputs")


def _digest(x: Array, y: Array) -> str:
    import hashlib

    return hashlib.sha256(np.ascontiguousarray(x).tobytes() + np.ascontiguousarray(y).tobytes()).hexdigest()


def _save(path: Path, identity: str, state: _State) -> None:
    stream = io.BytesIO()
    np.savez(stream, version=np.array(_CHECKPOINT), identity=np.array(identity), theta=state.theta, mean=state.mean,
             square=state.square, best=state.best_theta, losses=np.array(state.losses),
             domains=_pack(state.domains), best_domains=_pack(state.best_domains))
    replace_file(path, stream.getvalue())


def _pack(domains: list[Domain]) -> Array:
    return np.array([[*domain.inner, *domain.outer] for domain in domains])


def _unpack(table: Any) -> list[Domain]:
    return [Domain((float(a), float(b)), (float(c), float(d))) for a, b, c, d in table]


def _resume(checkpoint: str | Path | None, identity: str) -> _State | None:
    if checkpoint is None or not Path(checkpoint).exists():
        return None
    import zipfile

    try:
        with Path(checkpoint).open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
            if int(saved["version"]) != _CHECKPOINT or str(saved["identity"]) != identity:
                raise DataError(f"{checkpoint}: the checkpoint of another run",
                                "another file, or the same shape, data and settings")
            return _State(saved["theta"], saved["mean"], saved["square"], saved["best"], saved["losses"].tolist(),
                          _unpack(saved["domains"]), _unpack(saved["best_domains"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as fault:
        raise DataError(f"{checkpoint}: not a checkpoint: {fault}") from None
