"""What the questions about hyperbolic point sets answer: one `Result` each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

from neurocli.errors import DataError
from neurocli.formats.labelled_table import LabelledTable, read_labelled_table
from neurocli.hyperbolic.baselines import baselines
from neurocli.hyperbolic.delaunay import Delaunay
from neurocli.hyperbolic.graph import HyperbolicGraph, hyperbolic_graph
from neurocli.hyperbolic.models import coordinates, edge_lengths
from neurocli.hyperbolic.points import PointSet, point_set
from neurocli.hyperbolic.score import Score, score, scores_of_labels
from neurocli.results.result import Result, Status

CONVENTION = ("two points are joined when their Voronoi cells share a facet inside the space: points on a common empty "
              "sphere give no diagonals, and cells that touch only at infinity are not joined")


@dataclasses.dataclass(frozen=True)
class Input:
    """Points as they were read.

    Args:
        points: the points.
        labels: one per point, or None.
        name: of the file or files.
        pair: names of A and B when they came as two files.
    """

    points: PointSet
    labels: tuple[str, ...] | None
    name: str
    pair: tuple[str, str] | None = None


def read_input(paths: Sequence[str], model: str = "poincare", label_column: str | None = None,
               labels: str | None = None) -> Input:
    """Read one file, with or without labels, or two files A and B.

    Args:
        paths: one or two file names.
        model: of the coordinates.
        label_column: of a CSV file.
        labels: a file with one label per line.

    Raises:
        DataError: as `read_labelled_table` and `point_set`; two files of different dimension; or labels of
            another number than points.
    """
    tables = [read_labelled_table(path, label_column) for path in paths]
    rows = [row for table in tables for row in table.rows]
    places = [place for table in tables for place in table.places]
    if len(tables) == 2:
        return _two_files(tables, rows, places, model)
    table = tables[0]
    found = table.labels
    if labels is not None:
        try:
            text = Path(labels).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as fault:
            raise DataError(f"{labels}: {getattr(fault, 'strerror', None) or fault}") from None
        found = tuple(line.strip() for line in text.splitlines() if line.strip())
        if len(found) != len(rows):
            raise DataError(f"{labels}: {len(found)} labels for the {len(rows)} points of {table.source}")
    return Input(point_set(rows, model, places), found, table.source)


def _two_files(tables: list[LabelledTable], rows: list[tuple[Fraction, ...]], places: list[str],
               model: str) -> Input:
    a, b = tables
    if len(a.rows[0]) != len(b.rows[0]):
        raise DataError(f"{a.source} has {len(a.rows[0])} coordinates, {b.source} {len(b.rows[0])}")
    names = (Path(a.source).stem, Path(b.source).stem)
    if names[0] == names[1]:
        names = (a.source, b.source)
    labels = (names[0],) * len(a.rows) + (names[1],) * len(b.rows)
    return Input(point_set(rows, model, places), labels, f"{a.source} {b.source}", names)


def _engine() -> dict[str, str]:
    from importlib.metadata import version

    return {"name": "qhull", "version": f"scipy {version('scipy')}"}


def _evidence(found: Delaunay, **more: Any) -> dict[str, Any]:
    """How the triangulation was decided."""
    decide = found.predicates
    record = {"kind": "delaunay", "algorithm": found.method, "signs": decide.floating + decide.exact,
              "exact_signs": decide.exact, "cospherical_facets": int(found.cospherical.sum()),
              "citation": "bogdanov-devillers-teillaud-2014"}
    return {**record, **({"proposal_rejected": found.rejected} if found.rejected else {}), **more}


def score_record(given: Input, method: str = "auto", chosen: Sequence[str] = ()) -> tuple[Result, list[Score]]:
    """HyperDGA of two files, or of all pairs of labels; with the scores for drawing.

    Raises:
        DataError: no labels, an empty class, too few points.
    """
    if given.labels is None:
        raise DataError(f"{given.name}: no labels", "give two files, a column `label`, or --labels FILE")
    if given.pair is not None:
        found = [score(given.points, [label == given.pair[0] for label in given.labels], given.pair, method)]
    else:
        found = scores_of_labels(given.points, given.labels, method, chosen)
    pairs = [{"a": s.names[0], "b": s.names[1], "size_a": s.sizes[0], "size_b": s.sizes[1], "edges": s.edges,
              "within_a": s.within_a, "within_b": s.within_b, "mixed": s.mixed, "dropped": s.dropped,
              "value": s.value, "decimal": float(s.value)} for s in found]
    value: Any = found[0].value if len(found) == 1 else [
        {"a": s.names[0], "b": s.names[1], "value": s.value} for s in found]
    explanation = [CONVENTION, "the graph is connected, so some edge is mixed and the score is below 1"]
    if len(found) == 1:
        s = found[0]
        explanation.insert(0, f"{s.mixed} of {s.edges} edges of the hyperbolic Delaunay graph join "
                              f"{s.names[0]} to {s.names[1]}: 1 - {s.mixed}/{s.edges} = {s.value}")
    evidence = tuple(_evidence(s.graph.triangulation, a=s.names[0], b=s.names[1]) for s in found)
    return Result("hyperdga score", given.name, value, Status.PROVED, "delaunay-graph",
                  {"pairs": pairs, "model": given.points.model, "dimension": given.points.dimension},
                  tuple(explanation), ({"kind": "definition", "citation": "medbouhi-2024"}, *evidence),
                  engine=_engine()), found


def graph_record(given: Input, gabriel: bool = False, method: str = "auto") -> tuple[Result, HyperbolicGraph]:
    """The hyperbolic Delaunay graph, or its Gabriel subgraph, as a list of edges (rows from 0)."""
    import numpy as np

    graph = hyperbolic_graph(given.points, method)
    chosen = graph.gabriel if gabriel else np.ones(len(graph.edges), dtype=bool)
    edges = graph.edges[chosen]
    lengths = edge_lengths(given.points, edges).tolist()
    labels = given.labels
    data: dict[str, Any] = {
        "points": len(given.points), "dimension": given.points.dimension, "model": given.points.model,
        "edges": len(edges), "gabriel_edges": int(graph.gabriel.sum()), "dropped": len(graph.dropped),
        "simplices": len(graph.triangulation.simplices), "gabriel": graph.gabriel[chosen].tolist(),
        "lengths": lengths, "labels": None if labels is None else list(labels)}
    if gabriel:
        explanation = ["an edge of the Delaunay graph is kept when no point lies strictly inside its smallest sphere"]
    else:
        explanation = [f"{len(graph.dropped)} edges of the Euclidean Delaunay graph of the Poincare coordinates were "
                       "dropped: their Voronoi facet lies outside the ball"]
    name = "gabriel" if gabriel else "delaunay"
    return Result(f"hyperdga {name}", given.name, edges.tolist(), Status.PROVED, f"{name}-graph", data,
                  (*explanation, CONVENTION), (_evidence(graph.triangulation),), engine=_engine()), graph


def baselines_record(given: Input, chosen: Sequence[str] = ()) -> Result:
    """Chamfer, Hausdorff and Wasserstein distances of two files, or of all pairs of labels."""
    import numpy as np

    if given.labels is None:
        raise DataError(f"{given.name}: no labels", "give two files, a column `label`, or --labels FILE")
    labels = np.array(given.labels)
    names = list(dict.fromkeys(given.labels))
    for name in chosen:
        if name not in names:
            raise DataError(f"class {name!r} is empty", f"classes: {', '.join(names)}")
    names = [name for name in names if not chosen or name in chosen]
    if len(names) < 2:
        raise DataError(f"{len(names)} class{'' if len(names) == 1 else 'es'} of points: a distance needs two")
    pairs: list[dict[str, Any]] = []
    for a, b in combinations(names, 2):
        members = np.flatnonzero((labels == a) | (labels == b))
        found = baselines(given.points.subset(members.tolist()), (labels[members] == a).tolist())
        pairs.append({"a": a, "b": b, **dataclasses.asdict(found)})
    value: Any = pairs if len(pairs) > 1 else {key: x for key, x in pairs[0].items() if key not in "ab"}
    return Result("hyperdga baselines", given.name, value, Status.NUMERICAL, "double precision",
                  {"pairs": pairs, "model": given.points.model},
                  ("Chamfer: mean of the two average squared distances to the nearest point of the other set",
                   "Hausdorff: largest distance to the other set",
                   "Wasserstein: cheapest pairing, divided by |A| + |B|; it needs sets of equal size"),
                  ({"kind": "definition", "citation": "medbouhi-2024"},))


def convert_record(given: Input, target: str) -> Result:
    """The coordinates of the points in another model, exact where that is rational."""
    rows = coordinates(given.points, target)
    exact = all(isinstance(x, Fraction) for row in rows for x in row)
    note = "exact" if exact else "rounded to the nearest double where sqrt(1 - |p|^2) is irrational"
    return Result("hyperdga convert", given.name, [list(row) for row in rows],
                  Status.PROVED if exact else Status.NUMERICAL, f"{given.points.model} to {target}",
                  {"from": given.points.model, "to": target, "points": len(rows), "exact": exact,
                   "labels": None if given.labels is None else list(given.labels)}, (f"coordinates are {note}",))
