"""`neurocli agf` as a user has it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
TWO = str(files("neurocli.examples").joinpath("two_inputs.csv"))


def agf(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "neurocli", "agf", *arguments], capture_output=True, text=True,
                          env=ENV, timeout=120, cwd=cwd)


def record(*arguments: str, cwd: Path | None = None) -> dict:
    done = agf(*arguments, "--json", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def test_diagonal_golden() -> None:
    found = record("diagonal", TWO, "--alpha", "1e-6")
    assert found["value"]["losses"] == ["2657/700 - 6*sqrt(3)/7", "175/157", "7/100", 0]
    assert found["value"]["times"] == ["10990/245351 + 21000*sqrt(3)/245351", "157/175 - 6*sqrt(3)/35",
                                       "657/175 - 6*sqrt(3)/35"]
    assert found["value"]["supports"] == [[1], [2], [1, 2]]
    assert [row["deactivated"] for row in found["data"]["rows"]] == [[], [1], []]
    assert [round(row["scaled_time"], 3) for row in found["data"]["rows"]] == [2.667, 8.292, 47.765]
    assert found["status"] == "proved" and found["evidence"][0]["kind"] == "l1-certificate"
    again = record("diagonal", TWO, "--alpha", "1e-6")
    assert {k: v for k, v in found.items() if k != "run"} == {k: v for k, v in again.items() if k != "run"}


def test_tables_and_csv() -> None:
    text = agf("diagonal", TWO).stdout
    assert "status                proved" in text and "175/157" in text
    rows = list(csv.DictReader(io.StringIO(agf("attention", "24/25,12/25,8/25,6/25", "--format", "csv").stdout)))
    assert [row["loss"] for row in rows] == ["5917/10525", "834499/2347075", "82948247/368490775", "60405689/456928561"]
    assert agf("modadd", "1:10,3:5,5:5/2", "-p", "20", "--format", "plain").stdout.endswith("\tbound\n")


def test_modadd_and_group() -> None:
    found = record("modadd", "1:10,3:5,5:5/2", "-p", "20")
    assert found["value"]["losses"] == ["21/32", "5/32", "1/32", 0]
    assert found["evidence"][0]["amplitude"] == "1/3"
    assert record("group", "S3", "2,0,0,-1,0,-1")["value"]["losses"] == [1, "1/9", 0]


def test_linear(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,1,4,2\n1,-1,2,4\n-1,1,-2,-4\n-1,-1,-4,-2\n")
    found = record("linear", "data.csv", "--targets", "2", cwd=tmp_path)
    assert found["value"]["losses"] == [10, 1, 0] and found["status"] == "proved"


def test_run_and_flow(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,0,4\n-1,0,4\n0,1,1\n0,-1,1\n1,1,5\n1,-1,5\n")
    found = record("run", "mlp:2-6-1,r=2", "data.csv", "--scale", "1e-3", cwd=tmp_path)
    assert found["data"]["kappa"] == 3 and found["data"]["reason"] == "fitted"
    flow = record("flow", "diagonal", TWO, "--scale", "1e-8", "--plot", "flow.svg", cwd=tmp_path)
    assert flow["data"]["worst_error"] < 0.02 and (tmp_path / "flow.svg").read_text().startswith("<?xml")
    network = record("flow", "mlp:2-8-1,r=2", "data.csv", "--seed", "1", cwd=tmp_path)
    assert network["data"]["final_loss"] < 1e-3 and network["seed"] == 1


@pytest.mark.parametrize(("arguments", "part"), [
    (("diagonal", "nothing.csv"), "nothing.csv"), (("diagonal", TWO, "--alpha", "2"), "alpha"),
    (("diagonal", TWO, "--method", "balls"), "rational"), (("attention", "1,0"), "not positive"),
    (("attention", "1,nan"), "not a number"), (("modadd", "1:10"), "size of the group"),
    (("modadd", "11:1", "-p", "20"), "frequency 11"), (("modadd", "1:1,1:2", "-p", "5"), "twice"),
    (("group", "S3", "1,2"), "values"), (("group", "S3", "1,1,1,1,1,1"), "mean"),
    (("run", "mlp:2-3-4-1,r=2", TWO), "one hidden layer"), (("run", "mlp:3-3-1,r=2", TWO), "input columns"),
    (("flow", "diagonal", TWO, "--scale", "0"), "scale"), (("diagonal", TWO, "--plot", "x.txt"), "--plot"),
])
def test_bad_input_is_refused_with_status_2(arguments: tuple[str, ...], part: str) -> None:
    done = agf(*arguments)
    assert done.returncode == 2 and part in done.stderr


def test_ties_are_undecided(tmp_path: Path) -> None:
    (tmp_path / "tie.csv").write_text("1,0,1\n0,1,-1\n")
    found = record("diagonal", "tie.csv", cwd=tmp_path)
    assert found["status"] == "undecided" and found["data"]["rows"][0]["tie"] is True
    (tmp_path / "tie.csv").write_text("3,0,3\n0,3,-3\n")
    assert record("diagonal", "tie.csv", "--method", "balls", cwd=tmp_path)["value"] is None
