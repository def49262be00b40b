"""Profile, atlas and the shipped examples, as a user has them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import neurocli as package
from neurocli.conjectures.profile import profile
from neurocli.errors import UsageError
from neurocli.report.atlas import atlas_files
from neurocli.report.html import profile_page
from neurocli.results.result import Result, Status

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
CHROMIUM = shutil.which("chromium")


def neurocli(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True, timeout=300, env=ENV, **options
    )


def records():
    return [
        Result("dim", "mlp:2-2-1,r=2", 3, Status.PROVED, "theorem", {"parameters": 6, "expected": 3, "defect": 0}).to_json(),
        Result("dim", "mlp:3-2-1,r=2", 5, Status.PROBABLE, "rank", {"parameters": 8, "expected": 6, "defect": 1}).to_json(),
        Result("dim", "mlp:9-2-1,r=<2>", 10, Status.BOUND, "rank", {"defect": 0}).to_json(),
    ]


def test_profile_lines():
    page = profile("mlp:2-2-1,r=3", share=60)
    values = {line["quantity"]: line for line in page.value}
    assert values["dimension"]["value"] == 4 and values["dimension"]["status"] == "proved"
    assert values["wasted parameters"]["value"] == 2 and values["weights"]["value"] == "identifiable"
    assert values["log covering number at 0.1"]["status"] == "numerical"  # constants are not known
    assert all(line["command"].startswith("neurocli ") for line in page.value)
    with pytest.raises(UsageError):
        profile("mlp:2-2-1,r=3", epsilon=-1.0)


def test_profile_says_what_did_not_fit():
    page = profile("mlp:3-3-3,r=2", share=0.01)
    assert page.status is Status.UNDECIDED and any("not finished" in line["meaning"] for line in page.value)


def no_request(text):
    """No address of another host, and a policy that forbids requests."""
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href|action)\s*=\s*[\"']?(https?:)?//", text)


def test_pages_escape_and_stay_home():
    files = atlas_files(records())
    assert len(files) == 4
    for text in files.values():
        no_request(text)
        assert "<2>" not in text
    no_request(profile_page(profile("mlp:2-2-1,r=3", share=30)))


def in_browser(tmp_path, action):
    """The text that a script leaves in the index page of the atlas, in headless Chromium."""
    for name, text in atlas_files(records()).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    index = (tmp_path / "index.html").read_text()
    probe = f"<script>{action}; document.title = 'DONE ' + answer;</script></body>"
    (tmp_path / "probe.html").write_text(index.replace("</body>", probe))
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", (tmp_path / "probe.html").as_uri()],
        capture_output=True, text=True, timeout=120)  # fmt: skip
    return re.search(r"<title>DONE (.*?)</title>", done.stdout).group(1)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_atlas_in_a_browser(tmp_path):
    filtered = in_browser(tmp_path, """
        const box = document.getElementById('filter'); box.value = 'proved';
        box.dispatchEvent(new Event('input'));
        var answer = document.getElementById('count').textContent""")
    assert filtered == "1 of 3"
    ordered = in_browser(tmp_path, """
        const heads = document.querySelectorAll('th[data-key]'); heads[2].click(); heads[2].click();
        var answer = [...document.querySelectorAll('tbody tr')].map(row => row.cells[2].textContent).join()""")
    assert ordered == "10,5,3"
    link = in_browser(tmp_path, "var answer = document.querySelector('tbody a').getAttribute('href')")
    assert "mlp:" in (tmp_path / link).read_text() and (tmp_path / link).is_file()


def test_atlas_command(tmp_path):
    store = str(tmp_path / "s.sqlite")
    (tmp_path / "n.txt").write_text("mlp:2-2-1,r=2\nmlp:3-2-1,r=2\n")
    assert neurocli("sweep", str(tmp_path / "n.txt"), "--store", store).returncode == 0
    assert neurocli("atlas", store, "--html", str(tmp_path / "site")).returncode == 0
    assert "mlp:3-2-1,r=2" in (tmp_path / "site" / "index.html").read_text()
    assert neurocli("atlas", str(tmp_path / "none.sqlite"), "--html", str(tmp_path / "x")).returncode == 2


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_shipped_makefile_rebuilds_only_what_changed(tmp_path):
    assert neurocli("examples", "--copy", str(tmp_path)).returncode == 0
    command = f"{sys.executable} -m neurocli"

    def make(*targets):
        return subprocess.run(["make", f"NEUROCLI={command}", *targets], cwd=tmp_path, capture_output=True, text=True,
                              env=ENV, timeout=300, check=True).stdout  # fmt: skip

    first = make()
    assert first.count("--prove") == 5 and r"\bottomrule" in (tmp_path / "table.tex").read_text()
    assert "up to date" in make()
    with (tmp_path / "networks.txt").open("a") as stream:
        stream.write("mlp:2-2-2,r=2\n")
    assert make().count("--prove") == 1
    assert "refuted" in make("check") and (tmp_path / "report.xml").is_file()


def test_the_shipped_files_work(tmp_path):
    folder = Path(package.__file__).parent / "examples"
    assert neurocli("dim", "--format", "plain", f"poly:{folder / 'model.toml'}").stdout.split("\t")[1] == "2"
    done = neurocli("sweep", str(folder / "grid.toml"), "--no-cache")
    assert done.returncode == 0 and all(json.loads(line)["value"] for line in done.stdout.splitlines())
    workflow = (folder / "workflow.yml").read_text()
    assert "neurocli check claims.toml" in workflow
    assert "Makefile" in neurocli("examples").stdout and neurocli("examples", "nothing").returncode == 2
