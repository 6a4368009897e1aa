"""Templates of any shape end in a description or in a diagnostic with a place."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kmsgen.errors import KmsgenError
from kmsgen.reading import Mark, Source, read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.template import DIALECT, is_template, read_template

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


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the steps to every part of plain data."""
    if path:
        yield path
    for step, one in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from paths(one, (*path, step))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """Return the part of plain data at some steps."""
    for step in path:
        data = data[step]
    return data


def mutate(data: Any, chance: random.Random) -> None:
    """Change a part of plain data: another value, one from elsewhere in it, or none."""
    found = list(paths(data))
    if not found:
        return
    path = chance.choice(found)
    holder = at(data, path[:-1])
    kind = chance.randrange(5)
    if kind == 0:
        del holder[path[-1]]
    else:
        value = at(data, chance.choice(found)) if kind == 1 else chance.choice(VALUES)
        holder[path[-1]] = copy.deepcopy(value)


@pytest.mark.parametrize("seed", range(5))
def test_a_template_that_is_changed_at_random_is_read_or_refused(seed: int) -> None:
    """Nothing else than a KmsgenError comes of it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    originals = [read_file(path, dialect=DIALECT).data for path in sorted(FOLDER.iterdir()) if path.is_file()]
    for _ in range(200):
        data = copy.deepcopy(chance.choice(originals))
        for _ in range(chance.choice((1, 1, 2, 3, 5))):
            mutate(data, chance)
        source = Source("template.yaml", data, lambda: Mark(1, 1))
        if is_template(source):
            with suppress(KmsgenError):
                read_template(source, Beside())
