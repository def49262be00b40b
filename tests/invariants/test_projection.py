"""The projection along the radical of a degenerate loss: against polar degrees, the tables of the theory, and data."""

from fractions import Fraction

import pytest

from neurocli.invariants.critical.quadratic_space import orthogonal_basis, projection_matrix
from neurocli.invariants.ed_degree import edd

# spec, rank of a generic form -> degree on the neurovariety or fibre, branch locus
GENERIC = [
    ("cnn:2-2,r=2", 4, 1, None, (1, 4)),  # birational onto a surface with delta_0 = 4 pinch points
    ("cnn:2-2,r=2", 3, 4, None, (2, 6)),
    ("cnn:2-2,r=2", 2, None, [1, 4], (1, 4)),
    ("mlp:3-2-1,r=2", 5, 3, None, (4, 6)),
    ("mlp:3-2-1,r=2", 4, None, [1, 3], (3, 4)),
    ("mlp:2-2-1,r=4", 4, 3, None, (3, 6)),
    ("lightning:2-1,a=2,t=2", 5, 4, None, (4, 6)),
]


@pytest.mark.parametrize(("spec", "rank", "degree", "fibre", "branch"), GENERIC)
def test_generic_forms_of_a_rank(spec, rank, degree, fibre, branch):
    result = edd(spec, rank=rank, project=True)
    found, polar = result.data["projection"], result.data["polar_degrees"]
    assert (found["rank"], found["kernel"]) == (rank, found["span"] - rank)
    assert (found["degree"], found["fibre"], found["branch"]) == (degree, fibre and tuple(fibre), branch)
    if rank <= result.data["dim"]:
        assert branch[1] == polar[rank - 2]  # the branch locus is dual to a section of the dual variety
        assert (degree or fibre[1]) == polar[-1]
    assert found["rank_status"] == found["image_status"] == "proved"


def test_functions_of_the_radical_vanish_at_the_samples(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("1,2,5\n2,-1,3\n")
    found = edd("mlp:2-2-1,r=4", metric=f"data={path}", project=True).data["projection"]
    assert (found["span"], found["rank"], found["kernel"], found["signature"]) == (5, 2, 3, [2, 0, 3])
    for entry in found["radical"]:
        for x, y in ((1, 2), (2, -1)):
            assert sum(c * x**(4 - k) * y**k for k, c in enumerate(entry["coefficients"])) == 0


def test_two_samples_of_a_lightning_layer():
    found = edd("lightning:2-1,a=2,t=2", metric="samples=2", project=True).data["projection"]
    assert (found["rank"], found["image"], found["fibre"]) == (4, 4, (1, 2))  # the curve of zero loss has degree 2
    assert found["branch"] == (2, 2)
    assert found["ramification"] == (4, 2)


def test_a_regular_form_projects_nothing():
    found = edd("mlp:3-2-1,r=2", metric="bombieri", project=True).data["projection"]
    assert (found["kernel"], found["radical"], found["degree"], found["branch"]) == (0, [], 1, (-1, 0))


def test_an_equation_of_the_branch_locus_vanishes_on_it():
    # binary quartic forms of rank two seen at two points: one of the two conics is the branch curve
    found = edd("mlp:2-2-1,r=4", metric="samples=2", project=True).data["projection"]
    assert found["branch"] == (1, 2)
    assert found["equation"] == "7*w1^2 + 9*w1*w2"  # (w1 = 0) and (w1 + 9/7 w2 = 0): f vanishes at one sample


def test_functions_in_many_dimensions_are_projected_though_not_counted():
    result = edd("mlp:2-2-3,r=2", metric="samples=2", project=True)
    assert (result.value, result.status.value) == (None, "undecided")
    found = result.data["projection"]
    assert (found["kernel"], found["image"], found["fibre"], found["branch"]) == (3, 6, (2, 1), (4, 3))


@pytest.mark.parametrize("gram", [
    [[0, 1], [1, 0]], [[0, 0], [0, 0]], [[2, 4], [4, 8]], [[0, 1, 1], [1, 0, 1], [1, 1, 0]],
    [[1, 2, 0, 3], [2, 4, 0, 6], [0, 0, 0, 0], [3, 6, 0, 5]]])
def test_orthogonal_bases_and_projections(gram):
    basis = orthogonal_basis([[Fraction(v) for v in row] for row in gram])
    n = len(gram)

    def form(x, y):
        return sum(x[i] * gram[i][j] * y[j] for i in range(n) for j in range(n))

    for i, x in enumerate(basis.vectors):
        for j, y in enumerate(basis.vectors):
            assert form(x, y) == (basis.squares[i] if i == j else 0)
    rows = projection_matrix(basis)  # images keep all products
    for i in range(n):
        for j in range(n):
            assert gram[i][j] == sum(a * b * q for a, b, q in zip(rows[i], rows[j], basis.squares))
