"""Shell completion, as the README and the man page tell it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import neurocli

README = Path(neurocli.__file__).parent.parent / "README.md"
LAUNCH = "import sys; sys.argv[0] = 'neurocli'; from neurocli.cli.main import main; main()"


def ask(**environment):
    return subprocess.run([sys.executable, "-c", LAUNCH], capture_output=True, text=True,
                          env={**os.environ, **environment})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_gets_a_function(shell):
    done = ask(_NEUROCLI_COMPLETE=f"{shell}_source")
    assert done.returncode == 0 and f"_NEUROCLI_COMPLETE={shell}_complete" in done.stdout
    assert f"_NEUROCLI_COMPLETE={shell}_source" in README.read_text() or f"`{shell}_source`" in README.read_text()
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.stdout, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("words,expected", [("neurocli ver", "verify"), ("neurocli dim --meth", "--method"),
                                            ("neurocli search thr", "threshold"), ("neurocli sweep --format n", "ndjson")])
def test_commands_options_and_choices_complete(words, expected):
    done = ask(_NEUROCLI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1))
    assert f"plain,{expected}" in done.stdout.splitlines()
