"""`neurocli harmonics` as a user has it."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from neurocli.groups.irreps import irreps
from neurocli.groups.names import group_by_name
from neurocli.groups.weights import fourier_blocks
from neurocli.results.schema import RESULT_SCHEMA

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def neurocli(*arguments, stdin=None):
    return subprocess.run([sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True, input=stdin,
                          env=ENV, timeout=120)


def value(*arguments):
    done = neurocli("harmonics", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def d3(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "d3.npz"
    np.savez(path, *fourier_blocks(irreps(group_by_name("D3"))))
    return str(path)


def test_every_answer_keeps_the_schema(d3, capsys):
    import jsonschema

    from neurocli.cli.main import run

    def shown(*arguments):
        assert run(["harmonics", *arguments]) == 0
        return capsys.readouterr().out

    answers = {
        "irreps": (["A5"], [1, 3, 3, 4, 5], "proved"),
        "fourier": (["C2", "3,1"], [[["4"]], [["2"]]], "proved"),
        "power": (["S3", "1,0,0,0,0,1"], ["2/3", "0", "4/3"], "proved"),
        "bispectrum": (["C2", "3,1"], ["64", "16", "16"], "proved"),
        "determinant": (["S3"], [[1, 1], [1, 1], [2, 2]], "proved"),
        "dimension": (["C6", "--real"], {"source": 6, "image": 4, "fibre": 2}, "proved"),
        "recover": ([d3], "D3", "certified"),
        "certify": ([d3, "D3"], True, "certified"),
    }
    for command, (arguments, expected, status) in answers.items():
        record = json.loads(shown(command, *arguments, "--json"))
        jsonschema.validate(record, RESULT_SCHEMA)
        assert (record["command"], record["value"], record["status"]) == (f"harmonics {command}", expected, status)
        assert status in shown(command, *arguments, "--explain", "--verbose")
        for format_ in ("csv", "latex", "plain"):
            assert shown(command, *arguments, "--format", format_), (command, format_)


def test_table_of_representations():
    assert neurocli("harmonics", "irreps", "S3").stdout == """\
S3
dimensions   (1, 1, 2)
status       proved
method       seminormal-form
order        6
commutative  no
exponent     6
elements     1 of order 1, 3 of order 2, 2 of order 3
conjugacy classes
representative   size   order
─────────────────────────────
()                  1       1
(2 3)               3       2
(1 2 3)             2       3
irreducible representations
name      dimension   type   field   character
──────────────────────────────────────────────
[3]               1   real   Q       1, 1, 1
[1,1,1]           1   real   Q       1, -1, 1
[2,1]             2   real   Q       2, 0, -1
matrices, and the Hermitian form they preserve
name      form           (2 3)               (1 2)
────────────────────────────────────────────────────────
[3]       1              1                   1
[1,1,1]   1              -1                  -1
[2,1]     1, 0; 0, 4/3   -1/2, 1; 3/4, 1/2   1, 0; 0, -1
"""


def test_train_recover_and_the_recovered_table_as_a_group(tmp_path):
    weights, table = str(tmp_path / "w.npz"), str(tmp_path / "t.csv")
    record = value("train", "D3", "--seed", "3", "--save", weights)
    assert record["value"] is True and record["status"] == "certified" and record["seed"] == 3
    assert neurocli("harmonics", "recover", weights, "--format", "csv", "-o", table).returncode == 0
    assert value("irreps", table)["value"] == [1, 1, 2]
    certified = value("certify", weights, table)
    assert certified["value"] is True
    assert certified["data"]["published_regularizer_at_transform"] == pytest.approx(1 / 3)
    assert "1/3" in neurocli("help", "harmonics").stdout


def test_fourier_and_back(tmp_path):
    path = tmp_path / "c.json"
    record = value("fourier", "Q8", "1,2,3,4,5,6,7,1/8")
    path.write_text(json.dumps(record))
    assert value("fourier", "--inverse", "Q8", str(path))["value"] == ["1", "2", "3", "4", "5", "6", "7", "1/8"]


def test_the_map_of_the_power_spectrum_goes_through_a_pipe():
    model = neurocli("harmonics", "dimension", "D3", "--real", "--model").stdout
    assert json.loads(neurocli("dim", "-", "--json", stdin=model).stdout)["value"] == 5


def test_answers_do_not_change_from_run_to_run():
    first, second = (value("train", "C3", "--steps", "200") for _ in range(2))
    assert first.pop("run") and second.pop("run") and first == second


@pytest.mark.parametrize("arguments, status, message", [
    (["irreps", "Q6"], 2, "did you mean Q8?"), (["irreps", "S9"], 5, "362880"),
    (["irreps", "none.csv"], 2, "No such file"),
    (["power", "D3", "1,2"], 2, "the signal has 2 values, but D3 has 6 elements"),
    (["power", "D3", "1,2,nan,3,4,5"], 2, "No such file"),
    (["bispectrum", "D3", "1,2,3,4,5,6", "--pair", "A1", "Z"], 2, "A2"),
    (["recover", "none.npz"], 2, "No such file"), (["train", "D3", "--dimensions", "1,2"], 2, "squares"),
    (["train", "D3", "--dimensions", "x"], 2, "list of positive integers"), (["train", "D3", "--rate", "0"], 2, "rate"),
    (["train", "C2", "--steps", "1", "--save", "/nowhere/w.npz"], 2, "cannot write"), (["fourier", "C2"], 2, "SIGNAL"),
    (["irreps", "A5", "--timeout", "0.001"], 5, "not finished"), (["spin"], 2, "No such command"),
])
def test_faults(tmp_path, arguments, status, message):
    done = neurocli("harmonics", *arguments)
    assert done.returncode == status and message in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_tables_that_are_no_groups(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("0,1,2,3,4\n1,0,3,4,2\n2,4,0,1,3\n3,2,4,0,1\n4,3,1,2,0\n")
    done = neurocli("harmonics", "irreps", str(path), "--json")
    assert done.returncode == 2 and "associativity fails" in json.loads(done.stdout)["message"]


def test_help_of_every_subcommand_loads_nothing_heavy():
    code = ("import sys; from neurocli.cli.main import run; status = run(sys.argv[1:]); "
            "print(*sys.modules, file=sys.stderr); sys.exit(status)")
    done = subprocess.run([sys.executable, "-c", code, "harmonics", "--help"], capture_output=True, text=True,
                          check=True)
    assert not set(done.stderr.split()) & {"numpy", "scipy", "flint", "sympy"}
