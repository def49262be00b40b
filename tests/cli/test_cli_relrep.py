"""`neurocli relrep` as a user has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def relrep(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "neurocli", "relrep", *arguments], capture_output=True, text=True,
                          env=ENV, timeout=120, cwd=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    latents = draw.integers(-9, 9, size=(20, 3))
    np.savetxt(tmp_path / "z.csv", latents, fmt="%d", delimiter=",")
    np.save(tmp_path / "z.npy", latents.astype(float))
    np.savetxt(tmp_path / "a.csv", draw.integers(-9, 9, size=(4, 3)), fmt="%d", delimiter=",")
    moved = latents[:, [2, 0, 1]] * np.array([2, -3, .5]) + np.array([1, 2, 3])
    np.savetxt(tmp_path / "moved.csv", moved, delimiter=",")
    (tmp_path / "rows.csv").write_text("0\n3\n5\n7\n")
    (tmp_path / "labels.txt").write_text("\n".join("ab"[i % 2] for i in range(20)))
    return tmp_path


def test_demo_is_one_command() -> None:
    done = relrep("demo")
    assert (done.returncode, done.stderr) == (0, "")
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines() if "  " in line)
    assert lines["plain cosines"].strip() == "different"
    assert lines["normalized cosines"].strip() == "equal"
    record = json.loads(relrep("demo", "--json", "--seed", "3").stdout)
    assert record["value"] == {"plain": "different", "normalized": "equal"}
    assert record["status"] == "proved"
    assert record["data"]["normalized_difference"] < 1e-12


def test_transform_prints_and_writes(folder: Path) -> None:
    printed = json.loads(relrep("transform", "z.csv", "a.csv", "--normalize", "--json", cwd=folder).stdout)["value"]
    for name in ("r.npy", "r.csv"):
        done = relrep("transform", "z.npy", "a.csv", "--normalize", "--to", name, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert np.load(folder / "r.npy") == pytest.approx(np.array(printed), abs=1e-15)
    assert np.loadtxt(folder / "r.csv", delimiter=",").tolist() == np.load(folder / "r.npy").tolist()
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith(".")) == []
    exact = json.loads(relrep("transform", "z.csv", "a.csv", "--exact", "--json", cwd=folder).stdout)
    assert exact["status"] == "proved"
    assert "/" in str(exact["value"][0][0])
    refused = relrep("transform", "z.npy", "a.csv", "--to", "r.txt", cwd=folder)
    assert refused.returncode == 2


def test_invariance_table(folder: Path) -> None:
    done = relrep("invariance", "z.csv", "a.csv", cwd=folder)
    assert done.returncode == 0
    found = {line[:30].strip(): line[30:].split() for line in done.stdout.splitlines()[3:-1]}
    assert found["signed diagonal"] == ["no", "yes"]
    assert found["translation"] == ["no", "yes"]
    assert found["orthogonal"] == ["yes", "no"]


def test_stitching_two_encoders(folder: Path) -> None:
    record = json.loads(relrep("stitch", "z.csv", "moved.csv", "--anchor-rows", "rows.csv", "--labels", "labels.txt",
                               "--json", cwd=folder).stdout)
    assert record["value"]["normalized"] < 1e-12
    assert record["value"]["plain"] > .1
    assert relrep("stitch", "z.csv", "moved.csv", cwd=folder).returncode == 2


def test_densification(folder: Path) -> None:
    done = relrep("densify", "z.csv", "labels.txt", "--beta", "3", "--gradient", "g.npy", "--json", cwd=folder)
    record = json.loads(done.stdout)
    assert record["value"] == pytest.approx(sum(abs(w - 3) for c in record["data"]["classes"] for w in c["deaths"]))
    assert np.load(folder / "g.npy").shape == (20, 3)
    pytest.importorskip("matplotlib")
    assert relrep("densify", "z.csv", "labels.txt", "--plot", "bars.svg", cwd=folder).returncode == 0
    assert (folder / "bars.svg").read_text().startswith("<?xml")


def test_dimension_and_fibre() -> None:
    record = json.loads(relrep("dimension", "12", "3", "--json").stdout)
    assert (record["value"], record["status"], record["data"]["gap"]) == (21, "proved", 9)
    done = relrep("fibre", "mlp:3-4-2,r=2", "mlp:3-3-2,r=3", "--format", "csv")
    assert done.stdout.splitlines() == [
        "spec,layer,points,plain,normalized,one point,status,generic fibre",
        '"mlp:3-4-2,r=2",1,4,4,1,yes,proved,not-identifiable', '"mlp:3-3-2,r=3",1,4,4,1,yes,proved,identifiable']
    record = json.loads(relrep("fibre", "mlp:3-3-2,r=3", "--json").stdout)
    assert record["data"]["whole_fibre"]
    assert record["data"]["same_function"]
    assert relrep("fibre", "cnn:2-2,r=2").returncode == 2


@pytest.mark.parametrize(("name", "text", "command", "message"), [
    ("bad.csv", "1,2,3\n0,0,0\n", ["transform", "bad.csv", "a.csv"], "latents, row 2: a zero vector"),
    ("bad.csv", "1,2,3\n1,5,6\n", ["transform", "bad.csv", "a.csv", "--normalize"], "coordinate 1 of the latents"),
    ("bad.csv", "1,2\n", ["transform", "z.csv", "bad.csv"], "anchors of 2 coordinates for latents of 3"),
    ("bad.csv", "1,2,3\n1,nan,6\n", ["transform", "bad.csv", "a.csv"], "bad.csv, row 2: not a finite number"),
    ("bad.csv", "1,2,3\n", ["stitch", "z.csv", "moved.csv", "--anchors", "a.csv", "bad.csv"],
     "unpaired anchors: 4 of A, 1"),
    ("bad.csv", "0\n99\n", ["transform", "z.csv", "bad.csv", "--anchor-rows"], "row 2: 99 is no row number"),
    ("bad.txt", "a\nb\n", ["densify", "z.csv", "bad.txt"], "2 labels for 20 rows"),
    ("bad.csv", "1,2,3\n", ["stitch", "z.csv", "bad.csv", "--anchor-rows", "rows.csv"],
     "20 latents of A for 1 of B"),
])
def test_bad_input_names_the_row(folder: Path, name: str, text: str, command: list[str], message: str) -> None:
    (folder / name).write_text(text)
    done = relrep(*command, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
