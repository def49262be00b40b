"""What the questions about relative representations answer: one `Result` each."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

from neurocli.architectures.network import Network
from neurocli.errors import DataError, TooLarge, UsageError
from neurocli.formats.labelled_table import read_labelled_table
from neurocli.latent.demonstration import demonstrate
from neurocli.latent.densification import Densification, densify
from neurocli.latent.exact import GROUPS, invariance, signed_squares
from neurocli.latent.image_dimension import image_dimension
from neurocli.latent.layer_fibre import layer_fibre
from neurocli.latent.matrices import read_anchors, read_labels, read_latents
from neurocli.latent.relative import relative_transform
from neurocli.latent.stitching import check_same_data, stitch
from neurocli.results.result import Result, Status

#: Entries of a relative representation that are printed; larger ones need a file.
LARGEST_PRINTED = 10**6
#: Entries that exact arithmetic may have to make.
LARGEST_EXACT = 10**6
#: Seconds that the question about the generic fibre may take.
FIBRE_SECONDS = 10.0
SOURCES = ("moschella-2023", "garcia-castellanos-2024")


def _sources(*more: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return (*({"kind": "definition", "citation": key} for key in SOURCES), *more)


def transform_record(latents_file: str, anchors_file: str, normalize: bool = False, anchor_rows: bool = False,
                     exact: bool = False, destination: str | None = None) -> Result:
    """The relative representation, printed, or written to a NPY or CSV file.

    Args:
        latents_file, anchors_file: NPY or CSV.
        normalize: centre and scale coordinates by the statistics of the latents.
        anchor_rows: the anchors are given as row numbers of the latents, from 0.
        exact: sign(cos) cos^2 as fractions, instead of cosines.
        destination: file to write to.

    Raises:
        DataError: faults of the files or of `relative_transform`.
        TooLarge: too many entries to print, or to compute exactly.
    """
    if exact:
        if destination is not None:
            raise UsageError("--exact prints fractions: use --output with --format csv for a file")
        return _exact_transform(latents_file, anchors_file, normalize, anchor_rows)
    latents = read_latents(latents_file)
    anchors = read_anchors(anchors_file, latents, anchor_rows)
    shape = (len(latents), len(anchors))
    data = {"points": shape[0], "anchors": shape[1], "coordinates": int(latents.shape[1]), "normalized": normalize,
            "exact": False, "file": destination}
    if destination is None:
        if shape[0] * shape[1] > LARGEST_PRINTED:
            raise TooLarge(f"{shape[0]} x {shape[1]} cosines are too many to print", "write them with --to FILE.npy")
        value: Any = relative_transform(latents, anchors, normalize).astype(float).tolist()
    else:
        _write_transform(Path(destination), latents, anchors, normalize, shape)
        value = {"rows": shape[0], "columns": shape[1], "file": destination}
    return Result("relrep transform", f"{latents_file} {anchors_file}", value, Status.NUMERICAL,
                  "normalized cosines" if normalize else "cosines", data, _transform_notes(normalize), _sources())


def _transform_notes(normalize: bool) -> tuple[str, ...]:
    if normalize:
        return ("invariant under z -> P D z + b: permutations, invertible diagonal maps, translations",
                "not invariant under general orthogonal maps")
    return ("invariant under orthogonal maps and a common scale",
            "not invariant under diagonal maps or translations")


def _write_transform(path: Path, latents: Any, anchors: Any, normalize: bool, shape: tuple[int, int]) -> None:
    """Compute into a temporary file beside the destination, and rename it when it is complete."""
    import os

    import numpy as np

    if path.suffix.lower() not in (".npy", ".csv"):
        raise UsageError(f"--to {path}: expected a name that ends in .npy or .csv")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.suffix.lower() == ".npy":
            kind = np.result_type(latents.dtype, np.float32)
            out = np.lib.format.open_memmap(temporary, mode="w+", dtype=kind, shape=shape)
            relative_transform(latents, anchors, normalize, out=out)
            out.flush()
        else:
            rows = relative_transform(latents, anchors, normalize)
            with open(temporary, "w", encoding="utf-8") as stream:
                stream.writelines(",".join(map(repr, row)) + "\n" for row in rows.astype(float).tolist())
        os.replace(temporary, path)
    except OSError as fault:
        raise UsageError(f"cannot write {path}: {fault.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _exact_rows(path: str) -> list[tuple[Fraction, ...]]:
    return list(read_labelled_table(path).rows)


def _exact_input(latents_file: str, anchors_file: str,
                 anchor_rows: bool) -> tuple[list[tuple[Fraction, ...]], list[tuple[Fraction, ...]]]:
    latents, anchors = _exact_rows(latents_file), _exact_rows(anchors_file)
    if anchor_rows:
        numbers = [row[0] for row in anchors]
        for place, number in enumerate(numbers, 1):
            if number.denominator != 1 or not 0 <= number < len(latents):
                raise DataError(f"{anchors_file}, row {place}: {number} is no row number from 0 to {len(latents) - 1}")
        anchors = [latents[int(number)] for number in numbers]
    if len(anchors[0]) != len(latents[0]):
        raise DataError(f"{anchors_file}: anchors of {len(anchors[0])} coordinates for latents of {len(latents[0])}")
    if len(latents) * len(anchors) * len(latents[0]) > LARGEST_EXACT:
        raise TooLarge(f"{len(latents)} x {len(anchors)} exact cosines in {len(latents[0])} coordinates: more than "
                       f"{LARGEST_EXACT:,} products of fractions", "leave --exact out")
    return latents, anchors


def _exact_transform(latents_file: str, anchors_file: str, normalize: bool, anchor_rows: bool) -> Result:
    latents, anchors = _exact_input(latents_file, anchors_file, anchor_rows)
    rows = signed_squares(latents, anchors, normalize)
    data = {"points": len(latents), "anchors": len(anchors), "coordinates": len(latents[0]),
            "normalized": normalize, "exact": True, "file": None}
    return Result("relrep transform", f"{latents_file} {anchors_file}", [list(row) for row in rows], Status.PROVED,
                  "sign(cos) cos^2 over Q", data, ("entries are sign(cos) cos^2, which determines the cosine",
                                                   *_transform_notes(normalize)), _sources())


def invariance_record(latents_file: str, anchors_file: str, anchor_rows: bool = False, seed: int = 0) -> Result:
    """Exact tests of both transforms under a random rational element of each group."""
    latents, anchors = _exact_input(latents_file, anchors_file, anchor_rows)
    tests = invariance(latents, anchors, seed)
    table = [{"group": test.group, "transform": "normalized" if test.normalize else "plain",
              "invariant": test.invariant, "witness": None if test.witness is None else list(test.witness),
              "before": test.before, "after": test.after} for test in tests]
    value = {kind: [row["group"] for row in table if row["transform"] == kind and row["invariant"]]
             for kind in ("plain", "normalized")}
    return Result("relrep invariance", f"{latents_file} {anchors_file}", value, Status.PROVED,
                  "sign(cos) cos^2 over Q", {"tests": table, "groups": list(GROUPS), "points": len(latents),
                                             "anchors": len(anchors)},
                  ("each group is represented by one random rational element; agreement is an identity of fractions, "
                   "a difference is a counterexample", *_transform_notes(False), *_transform_notes(True)),
                  _sources(), seed=seed)


def stitch_record(first: str, second: str, first_anchors: str | None, second_anchors: str | None,
                  anchor_rows: str | None = None, labels: str | None = None) -> Result:
    """Zero-shot stitching error between two encoders of the same data.

    Args:
        first, second: latents of the same data, row by row.
        first_anchors, second_anchors: files of paired anchors.
        anchor_rows: instead, a file of row numbers, from 0, used in both.
        labels: file of labels for a linear decoder.
    """
    left, right = read_latents(first), read_latents(second)
    check_same_data(left, right)
    if anchor_rows is not None:
        anchors = read_anchors(anchor_rows, left, True), read_anchors(anchor_rows, right, True)
    elif first_anchors is not None and second_anchors is not None:
        anchors = read_anchors(first_anchors, left), read_anchors(second_anchors, right)
    else:
        raise UsageError("anchors are missing", "give --anchors A.csv B.csv, or --anchor-rows FILE")
    names = None if labels is None else read_labels(labels, len(left))
    found = stitch(left, right, *anchors, names)
    rows = [dataclasses.asdict(item) for item in found]
    value = {item.representation: item.error for item in found}
    return Result("relrep stitch", f"{first} {second}", value, Status.NUMERICAL, "relative difference",
                  {"representations": rows, "points": len(left), "anchors": len(anchors[0]),
                   "classes": None if names is None else len(set(names))},
                  ("error: norm of the difference of the two representations, relative to the first; 0 is perfect "
                   "zero-shot stitching",
                   "retrieval: share of rows whose nearest row in the other encoder is their own",
                   "own and stitched: accuracy of a linear decoder fitted on the first encoder only"), _sources())


def densify_record(latents_file: str, labels_file: str, beta: float = 1.0, metric: str = "l2",
                   loss: str = "absolute", gradient: str | None = None) -> tuple[Result, Densification]:
    """The topological densification loss; the gradient is written to a NPY file when asked."""
    import numpy as np

    latents = np.asarray(read_latents(latents_file))
    found = densify(latents, read_labels(labels_file, len(latents)), beta, metric, loss)
    if gradient is not None:
        if not gradient.endswith(".npy"):
            raise UsageError(f"--gradient {gradient}: expected a name that ends in .npy")
        try:
            np.save(gradient, found.gradient, allow_pickle=False)
        except OSError as fault:
            raise UsageError(f"cannot write {gradient}: {fault.strerror}") from None
    classes = [{"label": bars.label, "points": len(bars.deaths) + 1, "deaths": bars.deaths.tolist(),
                "shortest": float(bars.deaths[0]) if len(bars.deaths) else None,
                "median": float(np.median(bars.deaths)) if len(bars.deaths) else None,
                "longest": float(bars.deaths[-1]) if len(bars.deaths) else None,
                "tree": bars.tree.tolist()} for bars in found.barcodes]
    result = Result("relrep densify", f"{latents_file} {labels_file}", found.loss, Status.NUMERICAL,
                    "minimum spanning tree", {"beta": beta, "metric": metric, "loss": loss, "classes": classes,
                                              "gradient_norm": float(np.linalg.norm(found.gradient)),
                                              "gradient_file": gradient},
                    ("components of the Vietoris-Rips filtration of a class die at the edge lengths of its minimum "
                     "spanning tree; the loss compares each with beta",),
                    ({"kind": "definition", "citation": "hofer-2020"},))
    return result, found


def dimension_record(points: int, dimension: int, prime: int | None = None, seed: int = 0) -> Result:
    """Dimension of the image of the relative transform against that of a complete invariant."""
    prime = prime or 2**31 - 1
    both = [image_dimension(points, dimension, normalized, prime, seed) for normalized in (False, True)]
    normalized = both[1]
    table = [{"transform": "normalized" if found.normalized else "plain", "dimension": found.rank,
              "upper": found.upper, "complete": found.complete, "gap": found.gap, "proved": found.proved}
             for found in both]
    verdict = ("the transform is invariant and not separating" if normalized.gap else
               "the image is as large as that of a complete invariant")
    return Result("relrep dimension", f"{points} points in R^{dimension}", normalized.rank,
                  Status.PROVED if all(found.proved for found in both) else Status.BOUND, "jacobian-rank",
                  {"points": points, "dimension": dimension, "transforms": table, "complete": normalized.complete,
                   "gap": normalized.gap},
                  (f"normalized: image of dimension {normalized.rank}, orbit space of dimension {normalized.complete}: "
                   f"{verdict}",
                   "a rank modulo a prime is a lower bound; cosines determine the points up to O(d) and a scale for "
                   "each, which is the upper bound"),
                  _sources(*({"kind": "lower-bound", "transform": row["transform"], "value": row["dimension"],
                              "prime": prime, "seed": seed} for row in table),
                           *({"kind": "upper-bound", "transform": row["transform"], "value": row["upper"]}
                             for row in table)), seed=seed)


def demo_record(points: int = 40, coordinates: int = 6, anchors: int = 8, seed: int = 0) -> Result:
    """Two encoders that differ by a permutation, a diagonal scaling and a shift."""
    shown = demonstrate(points, coordinates, anchors, seed)
    order = [next(j for j, x in enumerate(row) if x) for row in shown.move.matrix]
    value = {"plain": "equal" if shown.plain.invariant else "different",
             "normalized": "equal" if shown.normalised.invariant else "different"}
    return Result("relrep demo", f"{points} points, {coordinates} coordinates, {anchors} anchors", value, Status.PROVED,
                  "sign(cos) cos^2 over Q",
                  {"permutation": order, "scaling": [row[j] for row, j in zip(shown.move.matrix, order)],
                   "shift": list(shown.move.shift), "plain_difference": shown.plain_difference,
                   "normalized_difference": shown.normalised_difference,
                   "witness": None if shown.plain.witness is None else list(shown.plain.witness),
                   "before": shown.plain.before, "after": shown.plain.after},
                  ("encoder B is encoder A with its coordinates permuted, scaled and shifted",
                   "plain cosines with the same anchors differ; normalized ones agree as fractions"), _sources(),
                  seed=seed)


def fibre_record(network: Network, layer: int = 1, members: int = 3, seed: int = 0) -> Result:
    """Relative representations of a hidden layer along the fibre of a monomial network.

    Notes:
        That the points lie in one fibre is checked by `fibers`, which finds the group element between any two
        of them; it also says whether the generic fibre is one orbit, and then all of it goes to one point.
    """
    from neurocli.invariants.fibers import fibers

    found = layer_fibre(network, layer, members, seed=seed)
    same = all(found.same_function) and all(
        fibers(network, equivalent=(found.weights[0], weights)).value["same"] for weights in found.weights[1:])
    generic = fibers(network, seed=seed, timeout=FIBRE_SECONDS)
    images = {"plain": 1 + sum(not test.invariant for test in found.plain),
              "normalized": 1 + sum(not test.invariant for test in found.normalised)}
    one = images["normalized"] == 1
    verdict = generic.value["verdict"]
    whole = verdict == "identifiable" and generic.value["classes"] == 1
    explanation = [
        f"{members} more points of the fibre by permuting and scaling the neurons of hidden layer {layer} and "
        "compensating in the next weights: fibers finds the group element and the outputs agree exactly",
        "the latents of the layer move by permutations and diagonal maps, under which the normalized transform is "
        "invariant" if one else "the normalized representations differ"]
    if whole:
        explanation.append(f"the generic fibre is one orbit of the symmetries ({generic.status}): the normalized "
                           "transform sends all of it to one point")
    elif generic.value["excess"]:
        explanation.append(f"the generic fibre has {generic.value['excess']} dimensions beyond these symmetries "
                           f"({generic.status}): on them nothing is claimed")
    return Result("relrep fibre", network.spelling,
                  {"one_point": one, "points": 1 + members, **images}, Status.PROVED, "sign(cos) cos^2 over Q",
                  {"layer": layer, "members": members, "same_function": same, "verdict": verdict,
                   "whole_fibre": whole, "fibre_status": generic.status.value,
                   "plain_invariant": [test.invariant for test in found.plain],
                   "normalized_invariant": [test.invariant for test in found.normalised]},
                  tuple(explanation), _sources(), seed=seed)
