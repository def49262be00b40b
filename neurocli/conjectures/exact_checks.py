"""Checkers for the exact evidence of `harmonics` and `agf`.

Representations are made again from the group's name and verified exactly; the rest is recomputed
identities.  A staircase has a checker for its end point only, which is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Checked = tuple[bool | None, str]


def check_fourier_inverse(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The representations are homomorphisms, their Fourier matrix is invertible, and the dimensions are these."""
    from neurocli.groups.fourier_certificate import verify_completeness
    from neurocli.groups.irreps import verify_irreps

    group, representations = _group(record)
    if [rho.dimension for rho in representations] != record["value"]:
        return False, "other dimensions"
    right = verify_irreps(group, representations) and verify_completeness(group, representations, evidence)
    return right, "homomorphisms and an invertible Fourier matrix"


def check_determinant(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """Frobenius' identity by block diagonalization, or at the recorded random point."""
    from neurocli.groups.determinant import determinant_factors, verify_at_a_point, verify_by_block_diagonalization

    group, representations = _group(record)
    if [[f.degree, f.multiplicity] for f in determinant_factors(group, representations)] != record["value"]:
        return False, "other factors"
    if evidence["method"] == "block-diagonalization":
        return verify_by_block_diagonalization(group, representations), "homomorphisms, invertible modulo a prime"
    if evidence["method"] == "random-point":
        return verify_at_a_point(group, representations, int(record["seed"])), "both sides at the point"
    return None, "writing out both sides has no shorter checker"


def check_power_map_rank(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The rank of the Jacobian of the power spectrum at the recorded point, and the formula it attains."""
    from neurocli.groups.power_map import power_map_dimension

    group, representations = _group(record)
    value = record["value"]
    found = power_map_dimension(group, representations, value["source"] == group.order, int(evidence["seed"]))
    same = (found.source, found.image, found.fibre) == (value["source"], value["image"], value["fibre"])
    return same and found.rank >= int(evidence["value"]), "rank at the recorded point"


def check_autocorrelation(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The formula for the image of the power spectrum."""
    from neurocli.groups.power_map import image_dimension

    group, _ = _group(record)
    return image_dimension(group, record["value"]["source"] == group.order) == int(evidence["value"]), "the formula"


def check_l1(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The dual vector proves that the end point has the least l1 norm among all minimizers."""
    from neurocli.dynamics.data import read_samples
    from neurocli.dynamics.diagonal import verify_l1_certificate
    from neurocli.dynamics.surd import read_number

    beta, rho = ([read_number(str(entry)) for entry in evidence[key]] for key in ("beta", "rho"))
    return verify_l1_certificate(read_samples(record["spec"]), beta, rho), "optimality and the dual vector, exactly"


def check_six_neurons(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The neurons add up to one Fourier mode: the exponents' condition, and the expansion over Q(zeta)."""
    from neurocli.dynamics.six_neurons import vanishing_sums, witness_amplitude

    n, (i, j) = int(evidence["neurons"]), map(int, evidence["phases"])
    if not 0 < n <= 100:
        return False, "more neurons than can be checked"
    right = vanishing_sums(n, i, j) and str(witness_amplitude(n, i, j)) == str(evidence["amplitude"])
    return right, "expanded over the cyclotomic field"


def _group(record: Mapping[str, Any]) -> tuple[Any, Any]:
    from neurocli.groups.irreps import irreps
    from neurocli.groups.tables import group_from

    group = group_from(str(record["spec"]))
    return group, irreps(group)


def _all_there(*kinds: str) -> Any:
    def support(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> Checked:
        missing = [kind for kind in kinds if kind not in {e["kind"] for e in done}]
        return not missing or None, f"no {missing[0]}" if missing else "proved again"

    return support


def _partly(note: str) -> Any:
    def support(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> Checked:
        return None, note

    return support


def rank_or_theorem(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """Lower and upper bounds, which `harmonics dimension` spells as `dim` does."""
    from neurocli.invariants.checks.certificates import CHECKERS as COMMON

    if record["command"] == "harmonics dimension":
        return (check_power_map_rank if evidence["kind"] == "lower-bound" else check_autocorrelation)(record, evidence)
    return COMMON[evidence["kind"]](record, evidence)


CHECKERS = {
    "fourier-inverse": check_fourier_inverse,
    "determinant-identity": check_determinant,
    "l1-certificate": check_l1,
    "identity": check_six_neurons,
    "lower-bound": rank_or_theorem,
    "upper-bound": rank_or_theorem,
}
SUPPORT = {
    "harmonics irreps": _all_there("fourier-inverse"),
    "harmonics determinant": _all_there("determinant-identity"),
    "harmonics dimension": _all_there("lower-bound", "upper-bound"),
    "agf diagonal": _partly("the end point is proved again; the steps before it have no checker"),
    "agf modadd": _partly("the six neurons are checked again; the staircase has no checker"),
}
