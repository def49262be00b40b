"""The questions of `neurocli harmonics` about a group and its signals, each answered by a `Result`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neurocli.errors import TooLarge, UsageError
from neurocli.groups.cyclotomic import Cyclotomic, Matrix, trace
from neurocli.groups.determinant import (
    LARGEST_EXPANDED,
    determinant_factors,
    verify_at_a_point,
    verify_by_block_diagonalization,
    verify_by_expansion,
)
from neurocli.groups.fourier import (
    bispectrum,
    fourier_transform,
    inverse_fourier_transform,
    power_spectrum,
    powers,
    squared_norm,
)
from neurocli.groups.fourier_certificate import completeness_certificate
from neurocli.groups.group import Group
from neurocli.groups.irreps import construction, irreps, verify_irreps
from neurocli.groups.power_map import power_map_dimension
from neurocli.groups.representation import Representation
from neurocli.results.result import Result, Status

#: Pairs of representations times the size of their Kronecker products that `bispectrum` writes out.
LARGEST_BISPECTRUM = 200_000


def engine() -> dict[str, str]:
    """The library that does the arithmetic, and its version."""
    import flint

    return {"name": "flint", "version": flint.__FLINT_VERSION__}


def texts(matrix: Matrix) -> list[list[str]]:
    """A matrix as text."""
    return [[str(entry) for entry in row] for row in matrix]


def exact(matrix: Matrix) -> list[list[dict[str, Any]]]:
    """A matrix as integer vectors."""
    return [[entry.to_json() for entry in row] for row in matrix]


def group_facts(group: Group) -> dict[str, Any]:
    """What every answer says about its group."""
    return {"group": group.name, "order": group.order, "exponent": group.exponent,
            "commutative": group.is_commutative,
            "order_statistics": {str(k): v for k, v in group.order_statistics.items()}}


def irreps_result(group: Group, matrices: bool = False) -> Result:
    """All irreducible representations, verified exactly.

    Args:
        group: the group.
        matrices: give the matrices of all elements, too; otherwise those of generators.
    """
    representations = irreps(group)
    verified = verify_irreps(group, representations)
    method, reference = construction(group)
    shown = range(group.order) if matrices else group.generators
    records = []
    for rho in representations:
        records.append({
            "name": rho.name, "dimension": rho.dimension, "conductor": rho.conductor,
            "indicator": rho.frobenius_schur, "character": [str(value) for value in rho.character],
            "form": texts(rho.form), "basis": list(rho.labels),
            "matrices": {group.label(g): texts(rho.matrices[g]) for g in shown},
            "exact": {group.label(g): exact(rho.matrices[g]) for g in shown} if matrices else None})
    classes = [{"representative": group.label(members[0]), "size": len(members),
                "order": group.element_orders[members[0]]} for members in group.conjugacy_classes]
    dimensions = [rho.dimension for rho in representations]
    return Result(
        "harmonics irreps", group.name, dimensions, Status.PROVED if verified else Status.UNDECIDED, method,
        data={**group_facts(group), "classes": classes, "irreps": records,
              "generators": [group.label(g) for g in group.generators]},
        explanation=(
            f"the squares of the {len(dimensions)} dimensions add up to the order {group.order}",
            "each representation is checked on generators against every element, its Hermitian form is "
            "checked to be invariant and positive, and the characters to be orthonormal, all exactly",
            "matrices are over cyclotomic fields, z5 standing for exp(2 pi i/5); they are unitary for "
            "the form, not for the standard one"),
        evidence=({**completeness_certificate(group, representations), "citation": reference},), engine=engine())


def fourier_result(group: Group, signal: Sequence[Cyclotomic]) -> Result:
    """The group Fourier transform of a signal, exactly."""
    representations = irreps(group)
    coefficients = fourier_transform(representations, signal)
    holds = all(a == b for a, b in zip(inverse_fourier_transform(representations, coefficients), signal))
    return Result(
        "harmonics fourier", group.name, [texts(c) for c in coefficients],
        Status.PROVED if holds else Status.UNDECIDED, "exact-transform",
        data={**group_facts(group), "signal": [str(x) for x in signal],
              "coefficients": [{"name": rho.name, "dimension": rho.dimension, "matrix": texts(c),
                                "exact": exact(c)} for rho, c in zip(representations, coefficients)]},
        explanation=("the coefficient at rho is the sum of x(g) rho(g)^-1 over the group",
                     "the inverse transform gives the signal back, exactly"), engine=engine())


def inverse_result(group: Group, coefficients: Sequence[Matrix]) -> Result:
    """The signal with given Fourier coefficients, exactly."""
    representations = irreps(group)
    signal = inverse_fourier_transform(representations, coefficients)
    back = fourier_transform(representations, signal)
    return Result(
        "harmonics fourier", group.name, [str(x) for x in signal],
        Status.PROVED if back == tuple(coefficients) else Status.UNDECIDED, "exact-inverse-transform",
        data={**group_facts(group), "signal": [str(x) for x in signal],
              "exact": [x.to_json() for x in signal], "coefficients": None},
        explanation=("x(g) is the sum of d tr(rho(g) c(rho)) over the representations, divided by the order",),
        engine=engine())


def power_result(group: Group, signal: Sequence[Cyclotomic]) -> Result:
    """The power of each representation in a signal, and the invariant matrices."""
    representations = irreps(group)
    coefficients = fourier_transform(representations, signal)
    values = powers(representations, coefficients)
    total, norm = sum(values, Cyclotomic.rational(0)), squared_norm(signal)
    spectrum = power_spectrum(representations, coefficients)
    return Result(
        "harmonics power", group.name, [str(value) for value in values],
        Status.PROVED if total == norm else Status.UNDECIDED, "exact-transform",
        data={**group_facts(group), "signal": [str(x) for x in signal], "squared_norm": str(norm),
              "powers": [{"name": rho.name, "dimension": rho.dimension, "power": str(value),
                          "decimal": complex(value).real, "exact": value.to_json(), "matrix": texts(m)}
                         for rho, value, m in zip(representations, values, spectrum)]},
        explanation=(f"the powers add up to the squared norm {norm} of the signal (Plancherel), exactly",
                     "the matrices do not change when the signal is translated"), engine=engine())


def bispectrum_result(group: Group, signal: Sequence[Cyclotomic],
                      pairs: Sequence[tuple[str, str]] = ()) -> Result:
    """The bispectral coefficients of a signal.

    Args:
        group: the group.
        signal: one number for each element.
        pairs: names of representations; all unordered pairs when empty.

    Raises:
        UsageError: a name of no representation.
        TooLarge: more entries than `LARGEST_BISPECTRUM`.
    """
    representations = irreps(group)
    chosen = [(_named(representations, a), _named(representations, b)) for a, b in pairs] or [
        (a, b) for i, a in enumerate(representations) for b in representations[i:]]
    entries = sum((a.dimension * b.dimension) ** 2 for a, b in chosen) * group.order
    if entries > LARGEST_BISPECTRUM * max(1, len(pairs)):
        raise TooLarge(f"the bispectrum of {group.name} has {len(chosen)} coefficients, about {entries} operations",
                       "name the pairs that are wanted with --pair")
    records = []
    for a, b in chosen:
        value = bispectrum(a, b, signal)
        records.append({"left": a.name, "right": b.name, "trace": str(trace(value).descend()),
                        "matrix": texts(value), "exact": exact(value)})
    return Result(
        "harmonics bispectrum", group.name, [record["trace"] for record in records], Status.PROVED, "exact-transform",
        data={**group_facts(group), "signal": [str(x) for x in signal], "coefficients": records},
        explanation=("the coefficient at (rho, sigma) is (x^(rho) * x^(sigma)) x^(rho * sigma)^dagger, with * the "
                     "tensor product; it is the transform of the triple correlation",
                     "the matrices do not change when the signal is translated, and tell generic orbits apart"),
        engine=engine())


def _named(representations: Sequence[Representation], name: str) -> Representation:
    for rho in representations:
        if rho.name == name:
            return rho
    raise UsageError(f"no representation {name!r}: {representations[0].group.name} has "
                     f"{', '.join(rho.name for rho in representations)}")


def determinant_result(group: Group, seed: int = 0) -> Result:
    """Frobenius' factorization of the group determinant, proved as a polynomial identity."""
    representations = irreps(group)
    factors = determinant_factors(group, representations)
    proofs = {"block-diagonalization": verify_by_block_diagonalization(group, representations),
              "random-point": verify_at_a_point(group, representations, seed)}
    if group.order <= LARGEST_EXPANDED:
        proofs["expansion"] = verify_by_expansion(group, factors, representations)
    records = [{"representations": list(f.representations), "degree": f.degree,
                "multiplicity": f.multiplicity, "polynomial": f.polynomial} for f in factors]
    return Result(
        "harmonics determinant", group.name, [[f.degree, f.multiplicity] for f in factors],
        Status.PROVED if all(proofs.values()) else Status.UNDECIDED,
        "expansion" if "expansion" in proofs else "block-diagonalization",
        data={**group_facts(group), "factors": records},
        explanation=(
            "det(x_(g h^-1)) is the product of det(sum of x_g rho(g))^d over the irreducible representations; "
            "Galois conjugate ones together give one irreducible factor over the rationals",
            *(("both sides were written out and compared",) if "expansion" in proofs else ()),
            "the Fourier transform brings the matrix to its blocks: the representations are homomorphisms, "
            "checked exactly, and the transform is invertible modulo a prime"),
        evidence=tuple({"kind": "determinant-identity", "method": name, "holds": holds, "citation": "frobenius-1896"}
                       for name, holds in proofs.items()), seed=seed, engine=engine())


def dimension_result(group: Group, real: bool = False, seed: int = 0) -> Result:
    """Dimensions of the image and of the generic fibre of the power spectrum map."""
    found = power_map_dimension(group, irreps(group), real, seed)
    formula = "(|G| + #{h : h^2 = 1})/2" if real else "|G|"
    return Result(
        "harmonics dimension", group.name, {"source": found.source, "image": found.image, "fibre": found.fibre},
        Status.PROVED if found.rank == found.image else Status.BOUND, "jacobian-rank",
        data={**group_facts(group), "signals": "real" if real else "complex", "source": found.source,
              "image": found.image, "fibre": found.fibre, "formula": formula, "rank": found.rank},
        explanation=(
            f"the image has dimension {formula} = {found.image}: the map is the autocorrelation in the Fourier "
            "basis, and a(h^-1) is the conjugate of a(h)",
            f"the rank {found.rank} of the Jacobian at a random point modulo a prime attains the bound",
            "the fibre through a generic signal is the orbit of the unitary group of each block"
            + (" that keeps the signal real" if real else "")),
        evidence=({"kind": "lower-bound", "value": found.rank, "prime": found.prime, "seed": seed},
                  {"kind": "upper-bound", "value": found.image, "theorem": "autocorrelation symmetry"}),
        seed=seed, engine=engine())
