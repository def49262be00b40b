"""`neurocli hyperdga` as a user has it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
OLSSON = str(files("neurocli.examples").joinpath("olsson_poincare.csv"))


def hyperdga(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "neurocli", "hyperdga", *arguments], capture_output=True, text=True,
                          env=ENV, timeout=120, cwd=cwd)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_pairs_of_olsson() -> None:
    done = hyperdga("score", OLSSON, "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    found = {(row["A"], row["B"]): row for row in rows(done.stdout)}
    assert len(found) == 36
    assert found["Mono", "Gran"]["HyperDGA"] == "407/433"
    assert found["HSPC-1", "Mono"]["HyperDGA"] == "423/428"
    assert found["HSPC-1", "Gran"]["only Euclidean"] == "19"


def test_one_pair_as_facts_and_json() -> None:
    done = hyperdga("score", OLSSON, "--class", "Mono", "--class", "Gran")
    assert done.returncode == 0
    assert "HyperDGA        407/433\n" in done.stdout
    assert "status          proved\n" in done.stdout
    record = json.loads(hyperdga("score", OLSSON, "--class", "Mono", "--class", "Gran", "--json").stdout)
    assert record["value"] == "407/433"
    assert record["data"]["pairs"][0]["mixed"] == 26
    again = json.loads(hyperdga("score", OLSSON, "--class", "Mono", "--class", "Gran", "--json").stdout)
    assert {k: v for k, v in record.items() if k != "run"} == {k: v for k, v in again.items() if k != "run"}


def test_two_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n-0.9,0\n0.9,0\n")
    (tmp_path / "b.csv").write_text("0,-0.1\n")
    assert hyperdga("score", "a.csv", "b.csv", "--format", "plain", cwd=tmp_path).stdout == "a.csv b.csv\t0\tproved\n"
    swapped = hyperdga("score", "b.csv", "a.csv", "--json", cwd=tmp_path)
    assert json.loads(swapped.stdout)["value"] == 0


def test_graphs_and_conversion(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("0.5,0,a\n0,0.5,a\n-0.5,0,b\n0,-0.5,b\n")
    done = hyperdga("delaunay", "p.csv", "--format", "csv", cwd=tmp_path)
    assert [(r["from"], r["to"], r["kind"]) for r in rows(done.stdout)] == [
        ("0", "1", "within"), ("0", "3", "mixed"), ("1", "2", "mixed"), ("2", "3", "within")]
    assert json.loads(hyperdga("gabriel", "p.csv", "--json", cwd=tmp_path).stdout)["value"] == [
        [0, 1], [0, 3], [1, 2], [2, 3]]
    klein = hyperdga("convert", "p.csv", "--to", "klein", "--format", "csv", "-o", "k.csv", cwd=tmp_path)
    assert klein.returncode == 0
    assert (tmp_path / "k.csv").read_text().splitlines()[:2] == ["x1,x2,label", "4/5,0,a"]
    back = hyperdga("score", "k.csv", "--model", "klein", "--json", cwd=tmp_path)
    assert json.loads(back.stdout)["value"] == "1/2"
    table = hyperdga("baselines", "p.csv", "--json", cwd=tmp_path)
    assert json.loads(table.stdout)["status"] == "numerical"


def test_plot(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("one.svg", "two.svg"):
        done = hyperdga("score", OLSSON, "--class", "Meg", "--class", "Eryth", "--plot", name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert b"HyperDGA(Meg, Eryth)" in (tmp_path / "one.svg").read_bytes()
    assert hyperdga("gabriel", OLSSON, "--plot", "g.png", cwd=tmp_path).returncode == 0
    assert (tmp_path / "g.png").read_bytes()[:4] == b"\x89PNG"
    refused = hyperdga("score", OLSSON, "--plot", "all.svg", cwd=tmp_path)
    assert refused.returncode == 2
    assert "one pair of classes, not 36" in refused.stderr
    assert hyperdga("delaunay", OLSSON, "--plot", "g.jpg", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(("text", "arguments", "message"), [
    ("x,y,label\n0,0,a\n1,0,b\n0,0.5,a\n", [], "p.csv, line 3: on the boundary of the unit ball"),
    ("0,0,a\n0.6,0.8,b\n0,0.5,a\n", ["--model", "klein"], "p.csv, line 2: on the boundary"),
    ("0,0,a\n0.5,0,b\n0,0,a\n", [], "p.csv, line 3: the same point as p.csv, line 1"),
    ("0,0,a\n0.5,0,b\n", [], "dimension 2 needs at least 3"),
    ("0,0\n0.5,0\n0,0.5\n", [], "no labels"),
    ("0,0,a\n0.5,0,a\n0,0.5,a\n", [], "a score needs two"),
    ("0,0,a\n0.5,0,b\n0,0.5,b\n", ["--class", "a", "--class", "c"], "class 'c' is empty"),
    ("0,0\n0.5,0\n0,0.5\n", ["--labels", "l.txt"], "2 labels for the 3 points"),
    ("0,0,a\n0.5,zero,b\n0,0.5,b\n", [], "line 2: read 'zero'"),
])
def test_bad_input_names_the_row(tmp_path: Path, text: str, arguments: list[str], message: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    (tmp_path / "l.txt").write_text("a\nb\n")
    done = hyperdga("score", "p.csv", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_usage(tmp_path: Path) -> None:
    assert hyperdga("score", "a", "b", "c").returncode == 2
    assert hyperdga("score", str(tmp_path / "none.csv")).returncode == 2
    assert hyperdga("--help").returncode == 0


def test_high_dimension_from_npy(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    points = draw.uniform(-.4, .4, size=(60, 4))
    np.save(tmp_path / "a.npy", points[:30])
    np.save(tmp_path / "b.npy", points[30:])
    record = json.loads(hyperdga("score", "a.npy", "b.npy", "--json", cwd=tmp_path).stdout)
    slow = json.loads(hyperdga("score", "a.npy", "b.npy", "--json", "--method", "incremental", cwd=tmp_path).stdout)
    assert record["value"] == slow["value"]
    assert (record["evidence"][1]["algorithm"], slow["evidence"][1]["algorithm"]) == ("qhull", "incremental")
