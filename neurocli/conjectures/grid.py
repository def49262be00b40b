"""Grids of networks: a template and the ranges of its variables, counted before they are listed.

    networks = "mlp:{d},r={r}"
    d = { inputs = "2..3", widths = "1..4", depth = "2..3", outputs = 1 }
    r = "2..4"
    where = "nonincreasing(d)"

A range is `a..b`, an integer, or a list; a table is a sequence of widths of varying length.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.conjectures.evaluation import FUNCTIONS, Context, EvaluationError, evaluate
from neurocli.conjectures.expression import INTEGER, TEXT, Node, list_of, parse_statement
from neurocli.errors import SpecificationError, TooLarge

#: Largest grid that is listed.
MAX_NETWORKS = 2_000_000


@dataclasses.dataclass(frozen=True)
class Widths:
    """Sequences d_0-...-d_L: ranges of inputs, hidden widths, number of layers L, and outputs."""

    inputs: tuple[int, ...]
    widths: tuple[int, ...]
    depth: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of sequences."""
        return len(self.inputs) * len(self.outputs) * sum(len(self.widths) ** (depth - 1) for depth in self.depth)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        for depth, first, last in itertools.product(self.depth, self.inputs, self.outputs):
            for hidden in itertools.product(self.widths, repeat=depth - 1):
                yield (first, *hidden, last)


@dataclasses.dataclass(frozen=True)
class Grid:
    """A family of networks with variables.

    Args:
        templates: specifications with `{name}` where a variable stands.
        variables: name -> values, in the order of the file.
        where: hypothesis on the variables, or None.
        hypothesis: its text and where it stands, for messages.
    """

    templates: tuple[str, ...]
    variables: tuple[tuple[str, Any], ...]
    where: Node | None = None
    hypothesis: tuple[str, str] = ("", "where")

    @property
    def count(self) -> int:
        """Number of instances before the hypothesis."""
        total = len(self.templates)
        for _, values in self.variables:
            total *= values.count if isinstance(values, Widths) else len(values)
        return total

    def names(self) -> dict[str, str]:
        """Types of the variables."""
        return {
            name: list_of(INTEGER)
            if isinstance(values, Widths)
            else TEXT
            if values and isinstance(values[0], str)
            else INTEGER
            for name, values in self.variables
        }

    def template_of(self, spec: str, variables: Mapping[str, Any]) -> str:
        """The first template that gives a network of the grid for these values of the variables."""
        digest = parse(spec).digest
        return next(t for t in self.templates if parse(fill(t, variables)).digest == digest)

    def instances(self, limit: int = MAX_NETWORKS) -> Iterator[tuple[Network, dict[str, Any]]]:
        """Every network that satisfies the hypothesis, equivalent ones once, with its variables.

        Raises:
            TooLarge: the grid has more than `limit` instances; the message has the count.
        """
        if self.count > limit:
            raise TooLarge(f"the grid has {readable(self.count)} networks; the limit is {limit:,}", "narrow a range")
        seen: set[Any] = set()
        names = [name for name, _ in self.variables]
        for values in itertools.product(*(value for _, value in self.variables)):
            variables = dict(zip(names, values, strict=True))
            if self.where is not None:
                context = Context(None, variables, _nothing)
                try:
                    if evaluate(self.where, context) is not True:
                        continue
                except EvaluationError as error:
                    raise error.in_statement(*self.hypothesis, f" for {_shown(variables)}") from None
            for template in self.templates:
                network = parse(fill(template, variables))
                key = equivalence_key(network)
                if key not in seen:
                    seen.add(key)
                    yield network, variables


def _shown(variables: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {'-'.join(map(str, v)) if isinstance(v, tuple) else v}" for name, v in
                     variables.items())


def _nothing(name: str, network: Network, keywords: Mapping[str, str]) -> Any:
    """Hypotheses have no network to ask about; `evaluate` says so before it comes here."""
    raise SpecificationError("where", name, "a condition on the variables alone")


def readable(count: int) -> str:
    """A count with separators, or its order of magnitude."""
    return f"{count:,}" if count < 10**15 else f"10^{len(str(count)) - 1}"


def equivalence_key(network: Network) -> Any:
    """Equal for networks whose invariants are the same: linear networks read backwards are transposes."""
    if network.family == "linear":
        return "linear", min(network.shape, network.shape[::-1])
    return network.digest


def fill(template: str, variables: Mapping[str, Any]) -> str:
    """The specification with the variables' values put in.

    Example:
        >>> fill("mlp:{d},r={r}", {"d": (2, 3, 1), "r": 2})
        'mlp:2-3-1,r=2'
    """

    def text(match: re.Match[str]) -> str:
        value = variables[match.group(1)]
        return "-".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)

    return re.sub(r"\{(\w+)\}", text, template)


def read_grid(record: Mapping[str, Any], place: str) -> Grid:
    """A grid from its table in a file.

    Raises:
        SpecificationError: a missing key, a bad range, a variable without range, an empty range.
    """
    templates = record.get("networks")
    if isinstance(templates, str):
        templates = [templates]
    if not isinstance(templates, list) or not templates or not all(isinstance(t, str) for t in templates):
        raise SpecificationError(f"{place}, key 'networks'", repr(templates), "a specification, or a list of them")
    used = {name for template in templates for name in re.findall(r"\{(\w+)\}", template)}
    variables = []
    for name, value in record.items():
        if name in ("networks", "where"):
            continue
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in FUNCTIONS or name == "network":
            raise SpecificationError(f"{place}, key '{name}'", name, "a name that is no function")
        variables.append((name, _values(value, f"{place}, key '{name}'")))
    missing = used - {name for name, _ in variables}
    if missing:
        raise SpecificationError(
            f"{place}, key 'networks'", f"{{{min(missing)}}}", f"a key '{min(missing)}' with its range"
        )
    grid = Grid(tuple(templates), tuple(variables))
    where = record.get("where")
    if where is None:
        return grid
    if not isinstance(where, str):
        raise SpecificationError(f"{place}, key 'where'", repr(where), "a condition on the variables")
    at = f"{place}, key 'where'"
    return dataclasses.replace(grid, where=parse_statement(where, grid.names(), FUNCTIONS, at), hypothesis=(where, at))


def _values(value: Any, place: str) -> Any:
    if isinstance(value, dict):
        foreign = set(value) - {"inputs", "widths", "depth", "outputs"}
        if foreign or {"inputs", "widths", "depth", "outputs"} - set(value):
            raise SpecificationError(place, ", ".join(value), "the keys inputs, widths, depth and outputs")
        return Widths(*(integers(value[key], f"{place}, {key}") for key in ("inputs", "widths", "depth", "outputs")))
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    return integers(value, place)


def integers(value: Any, place: str) -> tuple[int, ...]:
    """An integer, a list of integers, or a range `a..b`; an integer may stand in quotes as a range does.

    Example:
        >>> integers("2..4", "r"), integers([3, 5], "r"), integers("2", "r")
        ((2, 3, 4), (3, 5), (2,))
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    if isinstance(value, list) and value and all(isinstance(i, int) and not isinstance(i, bool) for i in value):
        return tuple(value)
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d{1,9})(?:\s*\.\.\s*(\d{1,9}))?\s*", value)
        if match:
            low, high = (int(end or match[1]) for end in match.groups())
            if low > high:
                raise SpecificationError(place, value, "a range that is not empty")
            if high - low > 10**6:
                raise SpecificationError(place, value, "a range of at most 10^6 integers")
            return tuple(range(low, high + 1))
    raise SpecificationError(place, str(value), "an integer, a list of integers, or a range such as 2..5")


def specs_grid(specs: Sequence[str]) -> Grid:
    """A grid that is a plain list of specifications."""
    return Grid(tuple(specs), ())
