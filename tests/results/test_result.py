"""The record: round trip, JSON types, frozen, and refusal of foreign records."""

import dataclasses
import json
from fractions import Fraction

import pytest

from neurocli.results.result import Result, Status, plain


def example():
    return Result("dim", "mlp:2-2-1,r=2", 3, Status.PROVED, "theorem", {"big": 2**60, "half": Fraction(1, 2)},
                  ("a",), ({"kind": "theorem"},), None, 7)


def test_round_trip():
    record = json.loads(example().dumps())
    again = Result.from_json(record)
    assert again.to_json() == record and again.status is Status.PROVED
    assert record["data"] == {"big": str(2**60), "half": "1/2"}


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        example().value = 4


@pytest.mark.parametrize("change", [{"schema": 2}, {"extra": 1}, {"status": "sure"}])
def test_foreign_records_are_refused(change):
    with pytest.raises(ValueError):
        Result.from_json({**example().to_json(), **change})
    with pytest.raises(ValueError):
        Result.from_json({k: v for k, v in example().to_json().items() if k != "value"})


def test_only_json_types():
    with pytest.raises(TypeError):
        plain({"x": object()})
    with pytest.raises(ValueError):
        Result("dim", "s", float("nan"), Status.BOUND, "m").dumps()


def test_notebook_table_escapes():
    text = Result("dim", "<b>", 3, Status.PROVED, "m", {}, ("<script>",))._repr_html_()
    assert "<script>" not in text and "&lt;b&gt;" in text
