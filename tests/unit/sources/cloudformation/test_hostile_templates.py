"""Templates of any shape end in a description or in a diagnostic with a place."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kmsgen.errors import KmsgenError
from kmsgen.reading import Mark, Source, read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.template import DIALECT, is_template, read_template
from tests.unit.sources.mutations import mutated

FOLDER = Path(__file__).parent / "templates"
VALUES: tuple[Any, ...] = (
    None, True, "", {}, [], [[]], "*", "${", "${Key.Arn}{{resolve:a}}", "\ue0000\ue001", {"Ref": "AWS::NoValue"}, {"Ref": ["x"]},
    {"Ref": None}, {"Fn::If": ["Has", "1"]}, {"Fn::If": ["No", {"a": "b"}, {"Ref": "AWS::NoValue"}]},
    {"Fn::Select": ["²", ["a"]]},
    {"Fn::Select": ["99999", {"Ref": "Accounts"}]}, {"Fn::Sub": ["${a}", []]}, {"Fn::Sub": {"x": "1"}},
    {"Fn::Join": ["", {"Fn::Split": [",", {"Ref": "P"}]}]}, {"Fn::FindInMap": ["1", "2", "3"]}, {"Fn::GetAtt": ["Key"]},
    {"Fn::GetAtt": "."}, {"Fn::ToJsonString": {"a": {"Ref": "Zed"}}}, {"Fn::ImportValue": {"Ref": "AWS::StackName"}},
    {"Condition": "Has"}, {"Fn::Equals": [{"Ref": "Key"}, "1"]}, {"Fn::Transform": {"Name": "x"}}, {"Fn::Split": ["", ""]},
    {"Fn::ForEach::x": ["a", ["b"], {"${a}": "1"}]}, {"Fn::Length": "x"}, {"Statement": {"Fn::If": ["Has", [], {}]}},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_a_template_that_is_changed_at_random_is_read_or_refused(seed: int) -> None:
    """Nothing else than a KmsgenError comes of it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    originals = [read_file(path, dialect=DIALECT).data for path in sorted(FOLDER.iterdir()) if path.is_file()]
    for _ in range(200):
        source = Source("template.yaml", mutated(chance.choice(originals), chance, VALUES), lambda: Mark(1, 1))
        if is_template(source):
            with suppress(KmsgenError):
                read_template(source, Beside())
