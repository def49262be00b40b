"""Verdicts for servers: what the file expects is a pass, also when it is a refutation."""

import xml.etree.ElementTree as ElementTree

import pytest

from neurocli.conjectures.check import exit_status
from neurocli.conjectures.claims import claims_of_text, decide
from neurocli.report.junit import github_lines, junit_text

CLAIM = """[[claim]]
name = "<c> & co"
title = "50% of \\"it\\""
statement = "{}"
{}
[claim.grid]
networks = "mlp:2-{{k}}-1,r=2"
k = "1..3"
"""


@pytest.mark.parametrize("statement,expect,status,failures,level", [
    ("dim > 0", None, 0, 0, ""), ("dim > 0", "holds", 0, 0, ""), ("dim > 2", None, 1, 1, "error"),
    ("dim > 2", "refuted", 0, 0, "notice"), ("dim > 0", "refuted", 1, 1, "error"), ("dim > 2", "holds", 1, 1, "error")])
def test_servers_see_what_the_exit_status_says(statement, expect, status, failures, level):
    verdicts = decide(claims_of_text(CLAIM.format(statement, f'expect = "{expect}"' if expect else ""), "c.toml"))
    assert exit_status(verdicts) == status
    (suite,) = ElementTree.fromstring(junit_text(verdicts))
    assert suite.get("name") == "<c> & co" and int(suite.get("failures")) == failures == len(suite.findall(".//failure"))
    lines = github_lines(verdicts)
    assert lines.startswith(f"::{level} title=<c> & co") if level else lines == ""
    assert "50%25" in lines or not level
    (each,) = ElementTree.fromstring(junit_text(verdicts, "instance"))
    assert (int(each.get("failures")) > 0) == (failures > 0)
    assert int(each.get("tests")) == 3 + (expect == "refuted" and failures)
