"""The questions of `neurocli harmonics` about the weights of networks, each answered by a `Result`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurocli.errors import UsageError
from neurocli.groups.dixon import character_table
from neurocli.groups.fourier_weights import fit_fourier
from neurocli.groups.group import Group
from neurocli.groups.harmonics import engine, group_facts
from neurocli.groups.irreps import irreps
from neurocli.groups.isomorphism import isomorphism_type
from neurocli.groups.recovery import RECOVERY_BOUND, recover
from neurocli.groups.recovery_certificate import certify_recovery
from neurocli.groups.spectral_network import Progress, train
from neurocli.groups.weights import Blocks, invariance_error, normalized
from neurocli.results.result import Result, Status

#: More than normalizing weights can lose to rounding.
ROUNDING = 1e-9


def recover_result(blocks: Blocks, name: str, seed: int = 0) -> Result:
    """The group in the weights of an invariant network, with a certified margin where it holds.

    Args:
        blocks: weights as read.
        name: of the file, for the report.
        seed: of the signals that measure invariance.
    """
    unit = normalized(blocks)
    found = recover(unit)
    data: dict[str, Any] = {
        "order": len(blocks[0]), "blocks": [block.shape[1] for block in blocks],
        "separation": found.separation, "residual": found.residual, "gap": found.gap,
        "bound": RECOVERY_BOUND, "table": [list(row) for row in found.table], "failure": found.failure,
        "type": None, "commutative": None, "order_statistics": None, "exponent": None, "classes": None,
        "distance": None, "certified": False, "invariance": None, "representations": None}
    if found.group is None:
        return Result("harmonics recover", name, None, Status.UNDECIDED, "nearest-product", data=data, seed=seed,
                      explanation=(f"the nearest products are {found.failure}",
                                   "the weights are too far from those of an invariant network"))
    group = found.group
    named = isomorphism_type(group)
    certificate = certify_recovery(unit, group)
    data |= {"type": named[0] if named else None, "commutative": group.is_commutative,
             "order_statistics": {str(k): v for k, v in group.order_statistics.items()},
             "exponent": group.exponent, "classes": len(group.conjugacy_classes),
             "distance": certificate.distance if certificate.distance != float("inf") else None,
             "certified": certificate.holds, "invariance": invariance_error(unit, group, seed),
             "representations": list(certificate.representations)}
    margin = (f"the weights are within {certificate.distance:.3g} of exact unitary representations of this group, "
              f"below the bound {RECOVERY_BOUND:.6f}: no other table is possible" if certificate.holds else
              f"no exact representation was found within the bound {RECOVERY_BOUND:.6f}: the table satisfies the "
              "group laws, but it is not certified to be the only one")
    return Result(
        "harmonics recover", name, data["type"] or f"group of order {group.order}",
        Status.CERTIFIED if certificate.holds else Status.NUMERICAL, "nearest-product", data=data,
        explanation=("closure, identity, inverses and associativity of the recovered table hold",
                     _type_sentence(group, named), margin),
        evidence=({"kind": "distance-to-representation", "distance": data["distance"],
                   "bound": RECOVERY_BOUND, "holds": certificate.holds, "citation": "marchetti-2023"},),
        seed=seed, engine=engine())


def _type_sentence(group: Group, named: tuple[str, tuple[int, ...]] | None) -> str:
    if named is not None:
        return f"an isomorphism from {named[0]} was found"
    degrees = ", ".join(map(str, character_table(group).degrees))
    return (f"the group is no product of cyclic, dihedral, quaternion, symmetric and alternating groups; its "
            f"irreducible characters have degrees {degrees}")


def certify_result(blocks: Blocks, name: str, group: Group, tolerance: float = 1e-6, seed: int = 0) -> Result:
    """Are the weights a unitary change of the group Fourier transform?

    Args:
        blocks: weights as read, elements in the numbering of the group.
        name: of the file, for the report.
        group: the group.
        tolerance: largest distance that counts as equal.
        seed: of the signals that measure invariance.
    """
    representations = irreps(group)
    fit = fit_fourier(blocks, group, representations, seed)
    certificate = certify_recovery(normalized(blocks), group, representations)
    equal = fit.distance <= tolerance
    # Rigorous: within `certificate.distance` of the transform, plus the rounding of the normalization.
    proved = equal and certificate.distance + ROUNDING <= tolerance
    published = (
        "the published regularizer, without the factor d of each block, is 0 at the Fourier transform of this group"
        if fit.published_at_transform < 1e-12 else
        f"the published regularizer omits the factor d of each block: at the exact Fourier transform of {group.name} "
        f"it is {fit.published_at_transform:.6g}, not 0, so a network trained with it cannot reach the transform")
    return Result(
        "harmonics certify", name, equal, Status.CERTIFIED if proved else Status.NUMERICAL,
        "unitary-alignment",
        data={**group_facts(group), "distance": fit.distance, "tolerance": tolerance, "fourier": equal,
              "determines_the_group": certificate.holds,
              "rigorous_distance": certificate.distance if certificate.distance != float("inf") else None,
              "bound": RECOVERY_BOUND, "regularizer": fit.regularizer,
              "published_regularizer": fit.published_regularizer,
              "published_regularizer_at_transform": fit.published_at_transform, "invariance": fit.invariance,
              "blocks": [{"dimension": b.dimension, "representation": b.representation, "overlap": b.overlap,
                          "scale": b.scale, "distance": b.distance, "mean_distance": b.mean_distance}
                         for b in fit.blocks]},
        explanation=(
            f"the largest distance of a block to a unitary change of its representation is {fit.distance:.3g}",
            (f"below the bound {RECOVERY_BOUND:.6f}, the weights determine the group" if certificate.holds else
             f"this is not certified to be below {RECOVERY_BOUND:.6f}, where the weights determine the group"),
            published),
        evidence=({"kind": "distance-to-representation",
                   "distance": certificate.distance if certificate.distance != float("inf") else None,
                   "bound": RECOVERY_BOUND, "holds": certificate.holds, "citation": "marchetti-2023"},),
        seed=seed, engine=engine())


def train_result(group: Group, *, dimensions: Sequence[int] | None = None, steps: int = 2000, batch: int = 16,
                 rate: float = 0.1, penalty: float = 3.0, weighted: bool = True, noise: float = 0.0,
                 seed: int = 0, save: str | None = None, progress: Progress | None = None) -> Result:
    """Train a spectral network on random orbits of a group, then recover the group from its weights.

    Args:
        group: the group.
        dimensions: sizes of the blocks; those of the irreducible representations when not given.
        save: NPZ file for the weights.

    The other arguments are those of `spectral_network.train`.
    """
    sizes = list(dimensions) if dimensions else list(character_table(group).degrees)
    trained = train(group, sizes, steps=steps, batch=batch, rate=rate, penalty=penalty, weighted=weighted,
                    noise=noise, seed=seed, progress=progress)
    if save is not None:
        save_blocks(save, trained.blocks)
    answer = recover_result(trained.blocks, group.name, seed)
    same = [list(row) for row in group.table] == answer.data["table"]
    data = {**answer.data, "group": group.name, "recovered": same, "loss": trained.losses[-1][1],
            "steps": steps, "batch": batch, "rate": rate, "penalty": penalty,
            "regularizer": "weighted" if weighted else "published", "noise": noise, "saved": save,
            "losses": [list(pair) for pair in trained.losses]}
    found = ("the table recovered from the trained weights is that of the group" if same else
             "the table recovered from the trained weights is not that of the group: try more steps or another seed")
    return Result("harmonics train", group.name, same, answer.status, "spectral-network", data=data,
                  explanation=(found, *answer.explanation), evidence=answer.evidence, seed=seed,
                  engine=engine())


def save_blocks(path: str, blocks: Blocks) -> None:
    """Write blocks as an NPZ file that `read_weights` reads, at once and only when complete.

    Raises:
        UsageError: the folder does not exist or cannot be written.
    """
    import io

    import numpy as np

    stream = io.BytesIO()
    arrays: dict[str, Any] = {f"block{i}": block for i, block in enumerate(blocks)}
    np.savez(stream, **arrays)
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_bytes(stream.getvalue())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
