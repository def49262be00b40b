"""`neurocli edd` on the command line: metrics with arguments, formats, files, faults."""

import json
import os
import subprocess
import sys

import pytest

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "neurocli", "edd", *arguments], capture_output=True, text=True,
                          env=ENV, timeout=120)


def test_metrics_take_their_argument_after_a_space():
    result = run("--json", "--metric", "samples", "5", "mlp:2-2-3,r=2")
    record = json.loads(result.stdout)
    assert (result.returncode, record["value"], record["data"]["metric"]) == (0, 3, "samples 5")


@pytest.mark.parametrize("spelling", [["--metric", "samples 3"], ["--metric", "samples=3"], ["--metric", "samples", "3"],
                                      ["--metric=samples 3"]])
def test_answers_and_questions_spell_metrics_alike(spelling):
    record = json.loads(run("--json", *spelling, "mlp:2-1-1,r=2").stdout)
    assert (record["data"]["metric"], record["value"]) == ("samples 3", 4)


def test_another_spelling_is_told_both():
    error = run("--metric", "sample 3", "mlp:2-1-1,r=2").stderr
    assert "samples=S" in error and "samples 3" in error


def test_two_metrics_are_one_too_many(tmp_path):
    path = tmp_path / "five.csv"
    path.write_text("1,0,1\n0,1,2\n1,1,3\n")
    refused = run("--data", str(path), "--metric", "generic", "mlp:2-1-1,r=2")
    assert (refused.returncode, refused.stdout) == (2, "") and "one of them" in refused.stderr


def test_a_limit_is_told_as_it_was_given():
    for method in ("auto", "monodromy"):
        done = run("--timeout", "1ms", "--method", method, "mlp:3-3-1,r=3")
        assert done.returncode == 5 and "in 0.001 s" in done.stderr and "0.1 s" not in done.stderr


def test_what_a_reader_must_know_needs_no_option(tmp_path):
    gram, data = tmp_path / "gram.csv", tmp_path / "data.csv"
    gram.write_text("1,0,0\n0,1,0\n0,0,-1\n")
    data.write_text("1,0,1\n0,1,4\n1,1,9\n")  # (x + 2 y)^2
    assert "not positive definite" in run("--metric", "gram", str(gram), "mlp:2-1-1,r=2").stdout
    shown = run("--data", str(data), "--solve", "mlp:2-1-1,r=2").stdout
    assert "fitted exactly" in shown and "e-" not in shown
    (least,) = [line.split() for line in shown.splitlines() if "local minimum" in line]
    assert least[0] == "0"


def test_families_are_not_lost_beside_isolated_points():
    table = run("--metric", "samples", "2", "mlp:3-2-1,r=2").stdout
    assert "isolated critical points  0" in table
    line = run("--format", "csv", "--metric", "samples", "2", "mlp:3-2-1,r=2").stdout
    assert "by kind" in line and "interpolating: dimension 3, degree 3" in line


def test_every_format_names_the_metric():
    for form in ("table", "csv", "latex", "json"):
        result = run("--format", form, "--metric", "bombieri", "mlp:3-2-1,r=2", "linear:2-1-2")
        assert result.returncode == 0, result.stderr
        assert "bombieri" in result.stdout


def test_parts_of_degenerate_losses_are_shown():
    result = run("--rank", "2", "--explain", "--cite", "cnn:2-2,r=2")
    assert result.returncode == 0
    assert "a curve of degree 4" in result.stdout
    assert "2512.21029" in result.stdout


def test_the_critical_equations_can_be_saved_and_solved_elsewhere(tmp_path):
    from neurocli.engines.registry import engine
    from neurocli.formats.system import PolynomialSystem

    path = tmp_path / "system.json"
    assert run("--emit", "json", str(path), "mlp:2-2-1,r=4").returncode == 0
    system = PolynomialSystem.loads(path.read_text())
    assert engine("builtin").count_solutions(system) == 26  # 13 critical points, two orders of the neurons


def test_pictures_are_drawn(tmp_path):
    path = tmp_path / "real.svg"
    result = run("--real", "3", "--metric", "bombieri", "--plot", str(path), "mlp:3-2-1,r=2")
    assert result.returncode == 0, result.stderr
    assert "<svg" in path.read_text()


@pytest.mark.parametrize("arguments", [
    ["--metric", "samples", "0", "mlp:2-1-1,r=2"], ["--metric", "samples"], ["--metric", "euclid", "mlp:2-1-1,r=2"],
    ["--rank", "-1", "mlp:2-1-1,r=2"], ["--metric", "gram", "/nowhere.csv", "mlp:2-1-1,r=2"],
    ["--solve", "mlp:2-1-1,r=2"], ["--plot", "x.png", "mlp:2-1-1,r=2"], ["--emit", "magma", "x", "mlp:2-1-1,r=2"],
    ["--metric", "unit", "--data", __file__, "mlp:2-1-1,r=2"], ["softmax:2-2,a=1,t=2"]])
def test_what_means_nothing_ends_with_status_2(arguments):
    result = run(*arguments)
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr


FILES = {
    "asymmetric": ("gram", "1,2,0\n3,1,0\n0,0,1\n", "not symmetric"), "small": ("gram", "1,0\n0,1\n", "size 2"),
    "zero": ("gram", "0,0,0\n0,0,0\n0,0,0\n", "is zero"), "narrow": ("data", "1,2\n3,4\n", "2 columns"),
    "wide": ("data", "1,2,3,4\n", "4 columns"), "nan": ("data", "1,2,nan\n3,4,5\n", "'nan'"),
    "infinite": ("data", "1,0,inf\n", "'inf'"), "ragged": ("data", "1,2,3\n1,2\n", "different lengths"),
    "header": ("data", "x,y,z\n", "no rows"), "origin": ("data", "0,0,0\n0,0,1\n", "every function is critical")}


@pytest.mark.parametrize("name", FILES)
def test_files_with_wrong_contents_end_with_status_2(tmp_path, name):
    kind, text, message = FILES[name]
    path = tmp_path / "table.csv"
    path.write_text(text)
    result = run("--metric", kind, str(path), "mlp:2-1-1,r=2")
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_form_of_low_rank_is_split(tmp_path):
    path = tmp_path / "gram.csv"
    path.write_text("1,0,0\n0,0,0\n0,0,0\n")
    record = json.loads(run("--json", "--metric", "gram", str(path), "--project", "mlp:2-1-1,r=2").stdout)
    assert [p["degree"] for p in record["data"]["split"]] == [2, 1]
    assert [entry["function"] for entry in record["data"]["projection"]["radical"]] == ["x1*x2", "x2^2"]


def test_gröbner_bases_that_do_not_end_leave_a_bound():
    result = run("--json", "--timeout", "6s", "--method", "groebner", "mlp:3-3-1,r=3")
    record = json.loads(result.stdout)
    assert (result.returncode, record["status"], record["method"]) == (5, "bound", "monodromy")
    assert record["value"] > 0


def test_no_bound_is_said_so():
    result = run("--json", "--timeout", "2s", "--method", "split", "linear:2-1-3")
    record = json.loads(result.stdout)
    assert result.returncode in (0, 5)
    if result.returncode:
        assert "no bound was reached" in record["message"]


def test_options_of_path_tracking(tmp_path):
    path, journal = tmp_path / "points.json", tmp_path / "journal"
    result = run("--json", "--certify", "--solutions", str(path), "--journal", str(journal), "mlp:2-2-1,r=4")
    record = json.loads(result.stdout)
    assert (result.returncode, record["value"], record["method"], record["data"]["certified"]) == (
        0, 13, "monodromy", 13), result.stderr
    assert len(json.loads(path.read_text())["solutions"]) == 13
    assert run("--journal", str(journal), "mlp:2-2-1,r=4").returncode == 2  # there already
    assert json.loads(run("--json", "--journal", str(journal), "--resume", "mlp:2-2-1,r=4").stdout)["value"] == 13


def test_a_reached_limit_ends_with_a_bound_and_status_5():
    result = run("--json", "--timeout", "3s", "--method", "monodromy", "mlp:3-2-2,r=2")
    record = json.loads(result.stdout)
    if result.returncode:  # a very fast machine is done in time
        assert (result.returncode, record["status"]) == (5, "bound")
        assert 0 < record["value"] <= 219
    else:
        assert record["value"] == 219
