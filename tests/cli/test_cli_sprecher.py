"""`neurocli sprecher` as a user has it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
TRAINED = Path(__file__).parent.parent / "sprecher" / "sprecher_mnist_784-100-100-10.snds"


def sprecher(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "neurocli", "sprecher", *arguments], capture_output=True, text=True,
                          env=ENV, timeout=120, cwd=cwd)


def record(*arguments: str, cwd: Path | None = None) -> dict:
    done = sprecher(*arguments, "--json", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def test_count() -> None:
    found = record("count", "sprecher:784-100-100-10", "--phi-knots", "50", "--Phi-knots", "50", "--lateral", "cyclic",
                   "--residual", "node", "--norm", "skip-first", "--codomain")
    assert found["value"] == 2613 and found["data"]["mlp"] == 89610 and found["data"]["effective_at_most"] < 2613
    table = list(csv.DictReader(io.StringIO(sprecher("count", "sprecher:2-3-1", "sprecher:2-3-1,knots=5",
                                                     "--format", "csv").stdout)))
    assert [int(row["parameters"]) for row in table] == [205, 15]


def test_import_forward_domains(tmp_path: Path) -> None:
    found = record("import", str(TRAINED), "--to", "mnist.json", "--plot", "splines.png", cwd=tmp_path)
    assert found["value"] == 2613 and (tmp_path / "splines.png").read_bytes()[:4] == b"\x89PNG"
    rows = [",".join(str((7 * i + k) % 5 / 4) for i in range(784)) for k in (0, 1)]
    (tmp_path / "x.csv").write_text("\n".join(rows) + "\n")
    exact = record("forward", "mnist.json", "x.csv", "--exact", cwd=tmp_path)
    plain = record("forward", str(TRAINED), "x.csv", cwd=tmp_path)
    low = record("forward", "mnist.json", "x.csv", "--low-memory", cwd=tmp_path)
    assert plain["value"] == low["value"] and exact["status"] == "proved"
    for left, right in zip(exact["data"]["decimals"], plain["value"]):
        assert all(abs(a - b) < 1e-9 * max(1, abs(a)) for a, b in zip(left, right))
    intervals = record("domains", "mnist.json", cwd=tmp_path)["value"]
    from fractions import Fraction

    assert all(Fraction(a) <= Fraction(v) <= Fraction(b) for (a, b), v in zip(intervals, exact["value"][0]))


def test_fit(tmp_path: Path) -> None:
    arguments = ("fit", "sprecher:1-4-1", "toy-1d-poly", "--epochs", "60", "--phi-knots", "8", "--Phi-knots", "8",
                 "--checkpoint", "run.npz", "--to", "net.json", "--plot", "loss.svg")
    found = record(*arguments, cwd=tmp_path)
    assert [row["model"] for row in found["data"]["rows"]] == ["Sprecher", "tanh MLP"]
    assert found["data"]["rows"][1]["parameters"] <= found["data"]["rows"][0]["parameters"]
    assert {p.name for p in tmp_path.iterdir()} == {"run.npz", "net.json", "loss.svg"}
    assert record(*arguments, cwd=tmp_path)["value"] == found["value"]
    (tmp_path / "x.csv").write_text("0\n0.5\n")
    assert len(record("forward", "net.json", "x.csv", cwd=tmp_path)["value"]) == 2


@pytest.mark.parametrize(("arguments", "part"), [
    (("count", "mlp:2-3-1,r=2"), "sprecher"), (("count",), "specification"), (("count", "sprecher:2"), "shape"),
    (("import", "nothing.snds"), "nothing.snds"), (("forward", "net.txt", "x.csv"), "net.txt"),
    (("forward", str(TRAINED), "nothing.csv"), "nothing.csv"), (("domains", str(TRAINED), "--low", "x"), "--low"),
    (("domains", str(TRAINED), "--low", "2"), "empty"), (("domains", str(TRAINED), "--norm", "all"), "options"),
    (("fit", "sprecher:2-3-1", "toy-1d-poly"), "inputs"), (("fit", "sprecher:1-3-1", "toy-7d"), "toy-7d"),
    (("fit", "sprecher:1-3-1", "toy-1d-poly", "--rate", "0"), "rate"),
])
def test_bad_input_is_refused_with_status_2(arguments: tuple[str, ...], part: str) -> None:
    done = sprecher(*arguments)
    assert done.returncode == 2 and part in done.stderr


def test_truncated_file(tmp_path: Path) -> None:
    (tmp_path / "cut.snds").write_bytes(TRAINED.read_bytes()[:5000])
    done = sprecher("import", "cut.snds", cwd=tmp_path)
    assert done.returncode == 2 and "ends after 5000 bytes" in done.stderr
