"""`neurocli engines` as a user has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from neurocli.engines.registry import ENGINES

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}


def neurocli(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True,
                          env=ENV | env, timeout=60, check=False)


def test_every_engine_is_listed_with_what_is_known() -> None:
    done = neurocli("engines", "--json")
    assert done.returncode == 0
    record = json.loads(done.stdout)
    engines = record["data"]["engines"]
    assert [one["name"] for one in engines] == list(ENGINES)
    assert record["value"] == [one["name"] for one in engines if one["path"] and not one["trouble"]]
    assert record["data"]["chosen"] == record["value"][0]
    table = neurocli("engines").stdout
    assert all(one["path"] in table and one["version"] in table for one in engines if one["path"])


def test_a_missing_engine_comes_with_the_line_that_installs_it(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path)}
    table = neurocli("engines", **env)
    assert table.returncode == 0
    assert "apt-get install macaulay2" in table.stdout
    required = neurocli("engines", "builtin", "macaulay2", **env)
    assert required.returncode == 4
    assert "macaulay2 is not installed" in required.stderr
    assert "apt-get install macaulay2" in required.stderr
    assert required.stdout == ""


def test_an_impostor_is_named_and_not_chosen(tmp_path: Path) -> None:
    for name in ("msolve", "Singular", "M2"):
        impostor = tmp_path / name
        impostor.write_text("#!/bin/sh\necho hello\n")
        impostor.chmod(0o755)
    done = neurocli("engines", "--json", PATH=str(tmp_path))
    assert done.returncode == 0
    assert json.loads(done.stdout)["value"] == ["builtin"]
    required = neurocli("engines", "msolve", PATH=str(tmp_path))
    assert required.returncode == 4
    assert "says no version" in required.stderr


def test_unknown_engine() -> None:
    done = neurocli("engines", "magma")
    assert done.returncode == 2
    assert "msolve, singular, macaulay2, builtin" in done.stderr
