"""`fibers` and `sing` as a user has them: exit statuses, formats, limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True, input=text,
                          timeout=120)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.json").write_text("[1, 2, 3, 4, 1, 1]")
    (tmp_path / "b.json").write_text('[3, 4, 2, 4, 1, "1/4"]')
    (tmp_path / "c.json").write_text("[1, 2, 3, 4, 1, 2]")
    (tmp_path / "bad.json").write_text("[1, 2, NaN, 4, 1, 2]")
    (tmp_path / "node.json").write_text("[1, 0, 0, 1]")
    return {path.stem: str(path) for path in tmp_path.iterdir()}


def test_equivalence_has_an_exit_status(files):
    assert run("fibers", "--equivalent", files["a"], files["b"], "mlp:2-2-1,r=2").returncode == 0
    assert run("fibers", "--equivalent", files["a"], files["c"], "mlp:2-2-1,r=2").returncode == 1
    wrong = run("fibers", "--equivalent", files["a"], files["bad"], "mlp:2-2-1,r=2")
    assert wrong.returncode == 2 and "NaN" in wrong.stderr and wrong.stdout == ""


def test_json_of_a_generic_fibre():
    record = json.loads(run("fibers", "--json", "mlp:2-3-2,r=2").stdout)
    assert record["value"] == {"dimension": 6, "excess": 3, "points": None, "classes": None,
                               "verdict": "not-identifiable"}
    assert record["status"] == "proved" and len(record["data"]["hidden_symmetries"]["vectors"]) == 3


def test_tables_and_lines():
    shown = run("fibers", "mlp:2-2-2,r=2")
    assert "identifiable up to the group" in shown.stdout and shown.returncode == 0
    lines = run("fibers", "--format", "csv", text="cnn:2-2,r=2\nlinear:3-2-4\n").stdout.splitlines()
    assert lines[0].startswith("spec,verdict") and len(lines) == 3
    assert "3-2" in run("sing", "mlp:3-3-3-1,r=2").stdout
    assert run("sing", "mlp:3-3-3-1,r=2").returncode == 0


def test_one_function(files):
    shown = run("sing", "--at", files["node"], "cnn:2-2,r=2")
    assert shown.returncode == 0 and "node" in shown.stdout
    record = json.loads(run("fibers", "--json", "--at", files["node"], "cnn:2-2,r=2").stdout)
    assert record["value"]["components"] == 2


def test_a_limit_returns_what_is_settled():
    done = run("fibers", "--json", "--timeout", "1", "mlp:3-3-3-3,r=2")
    assert done.returncode == 5
    record = json.loads(done.stdout)
    assert record["status"] == "undecided" and record["value"]["excess"] == 0


def test_every_command_has_its_manual():
    for name in ("fibers", "sing"):
        assert run("help", name).returncode == 0


def test_emit_saves_the_fibre_system(tmp_path: Path) -> None:
    """The file reads back as a system with the number of points that the answer counts."""
    from neurocli.engines.protocol import Limits
    from neurocli.engines.registry import choose_engine
    from neurocli.formats import msolve

    target = tmp_path / "fibre.ms"
    command = [sys.executable, "-m", "neurocli", "fibers", "mlp:3-2-2,r=2", "--emit", "msolve", str(target), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    system = msolve.read(target.read_text())
    assert choose_engine(None).count_solutions(system, Limits(60, None)) == json.loads(done.stdout)["value"]["points"] == 2
    command[command.index("msolve")] = "nonsense"
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
