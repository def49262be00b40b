"""A piecewise linear Sprecher network as a differentiable function of its trained numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from neurocli.sprecher.count import Shape
from neurocli.sprecher.network import Block, Lateral, SprecherNetwork, residual_count, residual_kind
from neurocli.sprecher.spline import Array, Spline, uniform_knots

#: Keeps quotients of spans away from 0, as in the reference implementation.
_SMALL = 1e-8
Cache = dict[str, Any]


@dataclasses.dataclass
class Domain:
    """Where the knots of one block lie: phi on [inner], Phi on [outer]."""

    inner: tuple[float, float]
    outer: tuple[float, float]


class Trainable:
    """Parameters in one vector, the forward pass, its gradient, and the domains.

    Args:
        shape: a shape without normalization.

    Notes:
        phi has increments softplus(r), added up and divided by their sum; Phi has its values, or with a
        trained codomain [c - r, c + r] coefficients that are brought to it by their minimum and maximum.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.slots: list[dict[str, slice]] = []
        place = 0
        for m, d in shape.blocks:
            kind = residual_kind(shape.residual, m, d)
            mixing = {"none": 0, "cyclic": 1, "bidirectional": 2}[shape.lateral] if d > 1 else 0
            sizes = {"lambda": m, "eta": 1, "phi": shape.phi_knots, "Phi": shape.Phi_knots,
                     "codomain": 2 * shape.codomain, "tau": min(mixing, 1), "mixing": mixing * d,
                     "residual": residual_count(kind, m, d)}
            slot = {}
            for name, size in sizes.items():
                slot[name] = slice(place, place + size)
                place += size
            self.slots.append(slot)
        self.output = slice(place, place + 2)
        self.size = place + 2

    def start(self, seed: int) -> tuple[Array, list[Domain]]:
        """Initial parameters: lambda ~ N(0, 2/m), eta = 1/(d + 10), Phi the identity on its domain."""
        draw = np.random.default_rng(seed)
        theta = np.zeros(self.size)
        theta[self.output] = 1.0, 0.0
        domains = []
        low, high = [0.0] * self.shape.widths[0], [1.0] * self.shape.widths[0]
        for (m, d), slot in zip(self.shape.blocks, self.slots):
            theta[slot["lambda"]] = draw.normal(0, np.sqrt(2 / m), m)
            theta[slot["eta"]] = 1 / (d + 10)
            theta[slot["tau"]] = 0.1
            theta[slot["mixing"]] = 0.1 if self.shape.lateral == "cyclic" else 0.05
            theta[slot["residual"]] = 0.1
            domain = self._domain(theta, slot, m, d, low, high)
            if self.shape.codomain:
                a, b = domain.outer
                theta[slot["codomain"]] = (a + b) / 2, (b - a) / 2
            theta[slot["Phi"]] = np.linspace(*domain.outer, self.shape.Phi_knots)
            domains.append(domain)
            low, high = self._ranges(theta, slot, m, d, low, high, domain)
        return theta, domains

    def track(self, theta: Array, domains: list[Domain]) -> tuple[Array, list[Domain]]:
        """Domains for the current parameters, and Phi resampled on its new knots; phi keeps its values."""
        theta = theta.copy()
        found = []
        low, high = [0.0] * self.shape.widths[0], [1.0] * self.shape.widths[0]
        for (m, d), slot, old in zip(self.shape.blocks, self.slots, domains):
            new = self._domain(theta, slot, m, d, low, high)
            if new.outer != old.outer:
                values = self._outer_values(theta, slot)[0]
                function = Spline(tuple(np.linspace(*old.outer, len(values)).tolist()), tuple(values.tolist()))
                values = function.at(np.linspace(*new.outer, len(values)))
                theta[slot["Phi"]] = values
                if self.shape.codomain:
                    theta[slot["codomain"]] = (values.max() + values.min()) / 2, (values.max() - values.min()) / 2
            found.append(new)
            low, high = self._ranges(theta, slot, m, d, low, high, new)
        return theta, found

    def loss_and_gradient(self, theta: Array, domains: list[Domain], x: Array, y: Array) -> tuple[float, Array]:
        """Mean squared error over samples and outputs, and its gradient at fixed domains."""
        gradient = np.zeros(self.size)
        values, caches = x, []
        for (m, d), slot, domain in zip(self.shape.blocks, self.slots, domains):
            values, cache = self._forward(theta, slot, m, d, domain, values)
            caches.append(cache)
        total = values.sum(axis=1, keepdims=True) if self.shape.summed else values
        scale, bias = theta[self.output]
        difference = scale * total + bias - y
        loss = float(np.mean(difference**2))
        back = 2 * difference / difference.size
        gradient[self.output] = float(np.sum(back * total)), float(np.sum(back))
        upstream = np.broadcast_to(scale * back, values.shape)
        for (m, d), slot, domain, cache in reversed(list(zip(self.shape.blocks, self.slots, domains, caches))):
            upstream = self._backward(theta, gradient, slot, m, d, domain, cache, upstream)
        return loss, gradient

    def network(self, theta: Array, domains: list[Domain]) -> SprecherNetwork:
        """The network with these parameters, its numbers the dyadic rationals that the floats are."""
        blocks = []
        for (m, d), slot, domain in zip(self.shape.blocks, self.slots, domains):
            mixing = theta[slot["mixing"]].tolist()
            lateral = Lateral(float(theta[slot["tau"]][0]), tuple(mixing[:d]), tuple(mixing[d:])) if mixing else None
            inner = self._inner_values(theta, slot)[0].tolist()
            outer = self._outer_values(theta, slot)[0].tolist()
            blocks.append(Block(
                tuple(theta[slot["lambda"]].tolist()), d,
                Spline(uniform_knots(*domain.inner, len(inner)), tuple(inner), monotone=True),
                Spline(uniform_knots(*domain.outer, len(outer)), tuple(outer)), float(theta[slot["eta"]][0]), lateral,
                residual_kind(self.shape.residual, m, d), tuple(theta[slot["residual"]].tolist())))
        scale, bias = theta[self.output].tolist()
        return SprecherNetwork(tuple(blocks), self.shape.summed, scale, bias, 1)

    # -- the two functions of a block -----------------------------------------------------------

    def _inner_values(self, theta: Array, slot: dict[str, slice]) -> tuple[Array, Array]:
        steps = np.cumsum(np.logaddexp(0, theta[slot["phi"]]))
        return steps / (steps[-1] + _SMALL), steps

    def _outer_values(self, theta: Array, slot: dict[str, slice]) -> tuple[Array, float]:
        raw = theta[slot["Phi"]]
        if not self.shape.codomain:
            return raw, 1.0
        centre, radius = theta[slot["codomain"]]
        span = float(raw.max() - raw.min()) + _SMALL
        return centre - radius + 2 * radius * (raw - raw.min()) / span, span

    # -- one block, forwards and backwards ------------------------------------------------------

    def _forward(self, theta: Array, slot: dict[str, slice], m: int, d: int, domain: Domain,
                 x: Array) -> tuple[Array, Cache]:
        q = np.arange(d)
        eta = theta[slot["eta"]][0]
        inner, steps = self._inner_values(theta, slot)
        arguments = x[:, None, :] + eta * q[:, None]
        cell, part, inside = _cells(arguments, domain.inner, len(inner), True)
        rise = inner[cell + 1] - inner[cell]
        phi = np.where(inside, inner[cell] + part * rise, arguments > domain.inner[1])
        s = phi @ theta[slot["lambda"]] + q
        tau, mixing = theta[slot["tau"]], theta[slot["mixing"]]
        mixed, neighbours = s, None
        if mixing.size:
            neighbours = mixing[:d] * np.roll(s, -1, axis=1)
            if mixing.size > d:
                neighbours = neighbours + mixing[d:] * np.roll(s, 1, axis=1)
            mixed = s + tau[0] * neighbours
        outer, span = self._outer_values(theta, slot)
        cell2, part2, _ = _cells(mixed, domain.outer, len(outer), False)
        rise2 = outer[cell2 + 1] - outer[cell2]
        y = outer[cell2] + part2 * rise2
        y = y + self._residual(theta, slot, m, d, x)
        return y, {"x": x, "cell": cell, "part": part, "inside": inside, "rise": rise, "phi": phi, "s": s,
                   "neighbours": neighbours, "cell2": cell2, "part2": part2, "rise2": rise2, "inner": inner,
                   "steps": steps, "outer": outer, "span": span}

    def _backward(self, theta: Array, gradient: Array, slot: dict[str, slice], m: int, d: int, domain: Domain,
                  cache: Cache, upstream: Array) -> Array:
        q = np.arange(d)
        back_x = self._residual_back(theta, gradient, slot, m, d, cache["x"], upstream)
        # outer function
        knots = len(cache["outer"])
        back_outer = (np.bincount(cache["cell2"].ravel(), (upstream * (1 - cache["part2"])).ravel(), knots)
                      + np.bincount(cache["cell2"].ravel() + 1, (upstream * cache["part2"]).ravel(), knots))
        self._outer_back(theta, gradient, slot, back_outer, cache["span"])
        width = (domain.outer[1] - domain.outer[0]) / (knots - 1)
        back_s = upstream * cache["rise2"] / width
        # lateral mixing
        mixing, tau = theta[slot["mixing"]], theta[slot["tau"]]
        if mixing.size:
            gradient[slot["tau"]] += np.sum(back_s * cache["neighbours"])
            towards = tau[0] * back_s
            gradient[slot["mixing"]][:d] += np.sum(towards * np.roll(cache["s"], -1, axis=1), axis=0)
            back_s = back_s + np.roll(towards * mixing[:d], 1, axis=1)
            if mixing.size > d:
                gradient[slot["mixing"]][d:] += np.sum(towards * np.roll(cache["s"], 1, axis=1), axis=0)
                back_s = back_s + np.roll(towards * mixing[d:], -1, axis=1)
        # inner function
        gradient[slot["lambda"]] += np.einsum("bq,bqi->i", back_s, cache["phi"])
        back_phi = back_s[:, :, None] * theta[slot["lambda"]] * cache["inside"]
        knots = len(cache["inner"])
        share = back_phi * cache["part"]
        back_inner = (np.bincount(cache["cell"].ravel(), (back_phi - share).ravel(), knots)
                      + np.bincount(cache["cell"].ravel() + 1, share.ravel(), knots))
        total = cache["steps"][-1] + _SMALL
        back_steps = back_inner / total
        back_steps[-1] -= float(back_inner @ cache["steps"]) / total**2
        sigmoid = 1 / (1 + np.exp(-theta[slot["phi"]]))
        gradient[slot["phi"]] += np.cumsum(back_steps[::-1])[::-1] * sigmoid
        width = (domain.inner[1] - domain.inner[0]) / (knots - 1)
        back_arguments = back_phi * cache["rise"] / width
        gradient[slot["eta"]] += np.sum(back_arguments.sum(axis=(0, 2)) * q)
        return back_x + back_arguments.sum(axis=1)

    def _outer_back(self, theta: Array, gradient: Array, slot: dict[str, slice], back: Any, span: float) -> None:
        if not self.shape.codomain:
            gradient[slot["Phi"]] += back
            return
        raw = theta[slot["Phi"]]
        radius = theta[slot["codomain"]][1]
        share = (raw - raw.min()) / span
        gradient[slot["codomain"]] += np.array([back.sum(), float(back @ (2 * share - 1))])
        # d share_k = (d raw_k - d min)/span - share_k (d max - d min)/span
        each = 2 * radius * back / span
        gradient[slot["Phi"]] += each
        pulled = float(each @ share)
        low, high = int(raw.argmin()), int(raw.argmax())
        gradient[slot["Phi"].start + low] += pulled - float(each.sum())
        gradient[slot["Phi"].start + high] -= pulled

    def _residual(self, theta: Array, slot: dict[str, slice], m: int, d: int, x: Array) -> Any:
        w, kind = theta[slot["residual"]], residual_kind(self.shape.residual, m, d)
        if kind == "scalar":
            return w[0] * x
        if kind == "broadcast":
            return w * x[:, np.arange(d) % m]
        if kind == "linear":
            return x @ w.reshape(m, d)
        if kind == "pool":
            return (w * x) @ _pooling(m, d)
        return 0.0

    def _residual_back(self, theta: Array, gradient: Array, slot: dict[str, slice], m: int, d: int, x: Array,
                       upstream: Array) -> Array:
        w, kind = theta[slot["residual"]], residual_kind(self.shape.residual, m, d)
        if kind == "scalar":
            gradient[slot["residual"]] += np.sum(upstream * x)
            return w[0] * upstream
        if kind == "broadcast":
            gradient[slot["residual"]] += np.sum(upstream * x[:, np.arange(d) % m], axis=0)
            return (upstream * w) @ _pooling(d, m)
        if kind == "linear":
            gradient[slot["residual"]] += (x.T @ upstream).ravel()
            return upstream @ w.reshape(m, d).T
        if kind == "pool":
            spread = upstream @ _pooling(m, d).T
            gradient[slot["residual"]] += np.sum(spread * x, axis=0)
            return spread * w
        return np.zeros_like(x)

    # -- domains --------------------------------------------------------------------------------

    def _domain(self, theta: Array, slot: dict[str, slice], m: int, d: int, low: Any, high: Any) -> Domain:
        """Domains of one block by interval arithmetic, never of zero length."""
        reach = float(theta[slot["eta"]][0]) * (d - 1)
        inner = _widened(min(low) + min(reach, 0.0), max(high) + max(reach, 0.0))
        least, greatest = self._sums(theta, slot, m, d, low, high, inner)
        return Domain(inner, _widened(float(least.min()), float(greatest.max())))

    def _sums(self, theta: Array, slot: dict[str, slice], m: int, d: int, low: Any, high: Any,
              inner: tuple[float, float]) -> tuple[Array, Array]:
        values = self._inner_values(theta, slot)[0]
        phi = Spline(tuple(np.linspace(*inner, len(values)).tolist()), tuple(values.tolist()), monotone=True)
        shifts = theta[slot["eta"]][0] * np.arange(d)[:, None]
        at_low, at_high = phi.at(np.array(low)[None, :] + shifts), phi.at(np.array(high)[None, :] + shifts)
        plus, minus = np.maximum(theta[slot["lambda"]], 0), np.minimum(theta[slot["lambda"]], 0)
        least = at_low @ plus + at_high @ minus + np.arange(d)
        greatest = at_high @ plus + at_low @ minus + np.arange(d)
        mixing = theta[slot["mixing"]]
        if not mixing.size:
            return least, greatest
        spread_low, spread_high = least.copy(), greatest.copy()
        for weights, turn in ((mixing[:d], -1), (mixing[d:], 1)):
            if weights.size:
                factor = theta[slot["tau"]][0] * weights
                a, b = factor * np.roll(least, turn), factor * np.roll(greatest, turn)
                spread_low, spread_high = spread_low + np.minimum(a, b), spread_high + np.maximum(a, b)
        return spread_low, spread_high

    def _ranges(self, theta: Array, slot: dict[str, slice], m: int, d: int, low: Any, high: Any,
                domain: Domain) -> tuple[Any, Any]:
        """Ranges of the outputs of one block."""
        least, greatest = self._sums(theta, slot, m, d, low, high, domain.inner)
        values = self._outer_values(theta, slot)[0]
        outer = Spline(tuple(np.linspace(*domain.outer, len(values)).tolist()), tuple(values.tolist()))
        bounds = [outer.bounds(float(a), float(b)) for a, b in zip(least, greatest)]
        kind, w = residual_kind(self.shape.residual, m, d), theta[slot["residual"]]
        ends = np.array([low, high], dtype=float)
        added = np.zeros((2, d))
        if kind == "scalar":
            added = np.sort(w[0] * ends, axis=0)
        elif kind == "broadcast":
            added = np.sort(w * ends[:, np.arange(d) % m], axis=0)
        elif kind == "pool":
            added = np.sort(w * ends, axis=0) @ _pooling(m, d)
        elif kind == "linear":
            matrix = w.reshape(m, d)
            plus, minus = np.maximum(matrix, 0), np.minimum(matrix, 0)
            added = np.array([ends[0] @ plus + ends[1] @ minus, ends[1] @ plus + ends[0] @ minus])
        return ([a + e for (a, _), e in zip(bounds, added[0].tolist())],
                [b + e for (_, b), e in zip(bounds, added[1].tolist())])


def _cells(x: Array, domain: tuple[float, float], knots: int, clip: bool) -> tuple[Any, Array, Any]:
    """Cell number, position inside the cell, and whether x lies in the domain."""
    low, high = domain
    position = (x - low) * ((knots - 1) / (high - low))
    cell = np.clip(position.astype(np.int64), 0, knots - 2)
    inside = (x >= low) & (x <= high) if clip else np.True_
    return cell, position - cell, inside


def _pooling(m: int, d: int) -> Array:
    """The m x d matrix that sends input i to output i mod d."""
    matrix = np.zeros((m, d))
    matrix[np.arange(m), np.arange(m) % d] = 1
    return matrix


def _widened(low: float, high: float) -> tuple[float, float]:
    """An interval of positive length."""
    return (low, high) if high - low > 1e-6 else (low - 5e-7, high + 5e-7)
