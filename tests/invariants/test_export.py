"""Exported systems: each runs as it is and prints what neurocli answers; the others hold the same polynomials."""

import json
import re
import subprocess

import pytest

import neurocli
from neurocli.engines.registry import engine
from neurocli.errors import TooLarge, UsageError
from neurocli.formats import mrdi, msolve
from neurocli.formats.answer import parse_answer
from neurocli.formats.registry import FORMATS
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.degree import degree
from neurocli.invariants.export import WHAT, export

#: spec -> points of the generic fibre in the gauge, and generic distance degree.
NETWORKS = {"mlp:3-2-1,r=2": (4, 13), "mlp:2-2-1,r=4": (2, 13), "cnn:2-2,r=2": (1, 14)}


def run(name, text, folder):
    """The answer of a script of Macaulay2 or Singular."""
    program = engine(name).path()
    if program is None:
        pytest.skip(f"{name} is not installed")
    file = folder / f"network{FORMATS[name].suffix}"
    file.write_text(text)
    command = [program, "--script", str(file)] if name == "macaulay2" else [program, "-q", "--no-rc", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("// **")]  # warnings of Singular
    return parse_answer("\n".join(lines) + "\n", (), name).numbers


@pytest.mark.parametrize("name", ["macaulay2", "singular"])
@pytest.mark.parametrize("spec", NETWORKS)
def test_scripts_print_what_neurocli_answers(name, spec, tmp_path):
    points, distance = NETWORKS[spec]
    answer, dimension = neurocli.degree(spec).value, neurocli.dim(spec).value
    assert run(name, export(spec, to=name, what="map").value, tmp_path) == {"rank": dimension}
    assert run(name, export(spec, to=name).value, tmp_path) == {"dimension": dimension, "degree": answer}
    assert run(name, export(spec, to=name, what="slice").value, tmp_path) == {"count": points * answer}
    assert run(name, export(spec, to=name, what="fibre").value, tmp_path) == {"count": points}
    critical = export(spec, to=name, what="critical-equations").value
    assert run(name, critical, tmp_path) == {"count": points * distance}


def count(system):
    return engine("builtin").count_solutions(system)


@pytest.mark.parametrize("spec", NETWORKS)
def test_files_that_hold_ideals_hold_the_right_ones(spec):
    points, distance = NETWORKS[spec]
    answer = neurocli.degree(spec).value
    for what, wanted in (("slice", points * answer), ("fibre", points), ("critical-equations", points * distance)):
        assert count(msolve.read(export(spec, to="msolve", what=what).value)) == wanted
        assert count(mrdi.read(export(spec, to="mrdi", what=what, prime=2**31 - 1).value)) == wanted
        system = PolynomialSystem.loads(export(spec, to="json", what=what).value)
        assert system.characteristic == 0 and count(system.over(2**31 - 1)) == wanted


def test_msolve_runs_its_file(tmp_path):
    program = engine("msolve").path()
    if program is None:
        pytest.skip("msolve is not installed")
    file = tmp_path / "slice.ms"
    file.write_text(export("mlp:2-2-1,r=4", to="msolve", what="slice").value)
    done = subprocess.run([program, "-g", "2", "-f", str(file)], capture_output=True, text=True, timeout=60)
    basis = msolve.read_basis(done.stdout, msolve.read(file.read_text()))
    system = PolynomialSystem(basis.variables, 2**31 - 1, basis.polynomials)
    assert count(system) == 6


def test_julia_and_sage_and_latex():
    julia = export("mlp:2-2-1,r=4", to="julia", what="critical-equations").value
    assert re.search(r"@var W1_1_1 W1_1_2|@var W1_", julia) and "solve(theSystem" in julia
    sage = export("mlp:2-2-1,r=4", to="sage", what="slice").value
    compile(sage, "slice.py", "exec")
    latex = export("mlp:2-2-1,r=2", to="latex", what="map").value
    assert r"\begin{align*}" in latex and "W_{1,1,1}^{2}" in latex


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("what", WHAT)
def test_every_file_says_where_it_comes_from(name, what):
    first = export("cnn:2-2,r=2", to=name, what=what, seed=3)
    assert first.value == export("cnn:2-2,r=2", to=name, what=what, seed=3).value
    if name != "msolve":  # comments are misread there
        assert f"neurocli {neurocli.__version__}, seed 3" in first.value
        assert f"neurocli export cnn:2-2,r=2 --to {name} --what {what} --seed 3" in first.value
    if what in ("slice", "fibre", "critical-equations"):
        assert first.value != export("cnn:2-2,r=2", to=name, what=what, seed=4).value


def test_jacobian_has_every_entry():
    system = PolynomialSystem.loads(export("mlp:2-2-1,r=4", to="json", what="jacobian").value)
    assert len(system.polynomials) == 5 * 4 and len(system.variables) == 4


def test_emit_saves_the_system_that_was_counted():
    emitted = degree("mlp:2-2-2-2,r=2", emit="json").data["emitted"]
    system = PolynomialSystem.loads(emitted["text"])
    assert system.characteristic == 2**31 - 1 and emitted["suffix"] == ".json"
    assert engine("builtin").count_solutions(system) == 60
    closed = degree("cnn:2-2,r=2", emit="json").data["emitted"]  # a closed form: a slice that checks it
    assert count(PolynomialSystem.loads(closed["text"]).over(2**31 - 1)) == 4


def test_refusals():
    with pytest.raises(UsageError, match="softmax is a quotient of exponentials"):
        export("softmax:2-2,a=1,t=2", to="macaulay2")
    with pytest.raises(UsageError, match="not polynomial"):
        export("sprecher:2-2-1,knots=3", to="macaulay2")
    with pytest.raises(UsageError, match="--to"):
        export("mlp:2-2-1,r=2", to="maple")
    with pytest.raises(UsageError, match="--what"):
        export("mlp:2-2-1,r=2", to="json", what="everything")
    with pytest.raises(UsageError, match="complex numbers"):
        export("mlp:2-2-1,r=2", to="julia", what="slice", prime=101)
    with pytest.raises(TooLarge):
        export("mlp:9-9-9-1,r=5", to="json", what="map")


def test_record():
    record = json.loads(export("mlp:2-2-1,r=2", to="singular", what="slice").dumps())
    assert record["data"]["what"] == "slice" and record["data"]["characteristic"] == 2**31 - 1
    assert record["value"].endswith("quit;\n")
