"""Statements on generic fibres: what they say, and when they keep silent."""

from __future__ import annotations

import pytest

from neurocli.architectures.grammar import parse
from neurocli.theorems.bibliography import references
from neurocli.theorems.fibres import fibre_statement
from neurocli.theorems.singularities import closed_form


@pytest.mark.parametrize(("spec", "classes", "proved"), [
    ("linear:3-2-4", 1, True), ("linear:2-3-2", 1, True), ("linear:4-2-2-4", 1, True), ("mlp:3-2-1,r=2", 1, True),
    ("mlp:3-3-3,r=2", 1, True), ("mlp:4-8-1,r=4", 2, True), ("mlp:3-9-1,r=6", 2, True), ("mlp:6-9-1,r=3", 2, True),
    ("mlp:4-5-1,r=3", 1, True), ("mlp:3-7-1,r=5", 1, True), ("mlp:2-3-1,r=5", 1, True), ("cnn:3-2,r=2", 1, True),
    ("cnn:3-3,r=1", 6, True), ("cnn:2-2-2,r=1", 6, True), ("cnn:3-3,r=1,stride=2-1", 1, True),
    ("cnn:2-2-3,r=1,stride=2-1-1", 3, True), ("lightning:2-1,a=1,t=2", 2, True), ("lightning:1-1,a=1,t=2", 1, True),
    ("lightning:2-2,a=1,t=2", 1, True), ("softmax:2-2,a=1,t=2", 1, True), ("softmax:2-2-2,a=1,t=2", 1, False),
    ("gcnn:S3,layers=3,r=2", 1, False)])
def test_classes(spec, classes, proved):
    statement = fibre_statement(parse(spec))
    assert (statement.classes, statement.proved) == (classes, proved)


def test_citations_are_in_the_bibliography():
    for spec in ("mlp:3-3-3,r=2", "mlp:4-8-1,r=4", "mlp:4-5-1,r=3", "cnn:3-2,r=2", "lightning:2-1,a=1,t=2",
                 "gcnn:S3,layers=3,r=2"):
        assert fibre_statement(parse(spec)).citation in references()
    for spec, dimension, ambient in (("mlp:2-2-3,r=2", 8, 9), ("mlp:3-2-1,r=3", 6, 10), ("mlp:2-2-1,r=4", 4, 5),
                                     ("mlp:3-2-1,r=2", 5, 6), ("cnn:3-2,r=2", 4, 9), ("lightning:2-1,a=2,t=2", 5, 20)):
        assert closed_form(parse(spec), dimension, ambient, True).citation in references()


@pytest.mark.parametrize("spec", ["mlp:2-3-2,r=2", "mlp:3-5-1,r=4", "mlp:2-2-2-2,r=2", "linear:3-2-3-3", "linear:3-2-1",
                                  "lightning:2-2-2,a=1,t=2", "lightning:2-2,a=1,t=1", "cnn:3x3-2x2,r=2", "mlp:3-2-2,r=2,bias",
                                  "cnn:2-2-2,r=2/3", "mlp:2-2-1,act=x^3+x^2"])
def test_no_statement_without_its_hypotheses(spec):
    assert fibre_statement(parse(spec)) is None
