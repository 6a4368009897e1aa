"""The JSON Schema and the loader agree."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from kmsgen.catalogue import capabilities, guardrails, key_specs, services
from kmsgen.cli.commands.schema import app
from kmsgen.errors import InputError, Location
from kmsgen.intent.form.schema import intent_schema
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import Steps, read_file

CASES = Path(__file__).parents[3] / "cases" / "intent"
VALID = [path for path in sorted((CASES / "valid").glob("*.yaml")) if not path.name.startswith("_")]
INVALID = [path for path in sorted((CASES / "invalid").glob("*.yaml")) if not path.name.startswith("_")]
# what the loader says of a file whose shape is wrong, or of a word that its field cannot hold
SHAPE = {
    "unknown-field", "missing-field", "wrong-type", "empty-list", "unsupported-version", "unknown-guardrail", "unknown-service",
    "unknown-key-spec", "unknown-delegation", "unknown-key-policy", "unknown-via", "resource-type", "intent-name",
}  # fmt: skip
SCHEMA = intent_schema()
GOOD = [read_file(path).data for path in VALID]
VALIDATOR = Draft202012Validator(SCHEMA)
BASE = Draft202012Validator(json.loads(CliRunner().invoke(app, ["--base"]).stdout))


class Plain:
    """Data without a file."""

    path = "plain.yaml"

    def __init__(self, data: object) -> None:
        self.data = data

    def where(self, steps: Steps = ()) -> Location:  # noqa: ARG002 - a plain tree has no places
        """Return the one place there is."""
        return Location(self.path)

    where_key = where


def complaints(data: object) -> set[str]:
    """Return the codes that the loader refuses data with."""
    try:
        resolve(Plain(data))
    except InputError as error:
        return {diagnostic.code for diagnostic in error.diagnostics}
    return set()


class CoreLoader(yaml.SafeLoader):
    """Reads YAML as editors do, by the core schema of version 1.2: plain digits are numbers."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for tag, form, first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{form})\Z"), list(first))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("guardrails: [deny-delete]", True),
        ("scope: {organization: o-exampleorgid}\nadmins: [role/a]", True),
        ("kmsgen: 1\nkey: {rotation_days: 365}", True),
        ("extends: other.yaml", True),
        ("name: x\nadmins: [role/a]", False),
        ("guardrails: [deny-delet]", False),
        ("users: [{principal: role/a}]", False),
    ],
)
def test_a_base_has_a_schema_of_its_own(text: str, fits: bool) -> None:  # noqa: FBT001 - a case
    """A file that others extend has no name, may lack any part, and what it has is as in an intent."""
    assert BASE.is_valid(yaml.load(text, CoreLoader)) is fits  # noqa: S506 - a loader of plain data


def test_schema_is_a_schema() -> None:
    """What `kmsgen schema` prints is a JSON Schema of the dialect it names."""
    printed = json.loads(CliRunner().invoke(app, []).stdout)
    assert printed == SCHEMA
    Draft202012Validator.check_schema(printed)


def test_schema_offers_every_word_and_describes_every_field() -> None:
    """Editors can complete capability words, key specs, guard rails and services, and show what each field is for."""
    text = json.dumps(SCHEMA)
    for word in (*capabilities.CAPABILITIES, *key_specs.KEY_SPECS, *guardrails.GUARD_RAILS, *services.SERVICES):
        assert f'"{word}"' in text
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    shapes = [shape for part in parts for shape in (part, *part.get("anyOf", ())) if "properties" in shape and "type" in shape]
    bare = [
        name
        for shape in shapes
        for name, field in shape["properties"].items()
        if "description" not in field and "$ref" not in field
    ]
    assert set(bare) <= {"when", "constraints"}


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_good_intents_are_valid(path: Path) -> None:
    """Every good intent is valid under the schema, as kmsgen reads it and as an editor does."""
    data = read_file(path).data
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    typed = yaml.load(path.read_text(encoding="utf-8"), Loader=CoreLoader)  # noqa: S506 - a SafeLoader
    assert [error.message for error in VALIDATOR.iter_errors(typed)] == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_bad_shapes_are_invalid(path: Path) -> None:
    """Every bad intent whose shape is wrong is invalid under the schema too."""
    try:
        data = read_file(path).data
    except InputError:
        return
    if "extends" not in (data or {}) and complaints(data) & SHAPE:
        assert not VALIDATOR.is_valid(data)


TEXTS = ("", "x", "1", "0", "role/a", "decrypt", "kms:Decrypt", "s3", "*", "deny-delete", "key")
LEAVES = st.none() | st.booleans() | st.sampled_from(TEXTS)
KEYS = st.sampled_from(["name", "when", "x"])
NODES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2))


def paths_in(data: Any, here: Steps = ()) -> list[Steps]:
    """Return where every node of the data is."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [here, *(path for key, value in children for path in paths_in(value, (*here, key)))]


def changed(data: Any, path: Steps, change: str, node: object) -> Any:
    """Return a copy of the data with one node replaced, removed, or given a neighbour."""
    data = copy.deepcopy(data)
    if not path:
        return node
    parent = data
    for step in path[:-1]:
        parent = parent[step]
    if change == "replace":
        parent[path[-1]] = node
    elif change == "remove":
        del parent[path[-1]]
    elif isinstance(parent, list):
        parent.append(node)
    else:
        parent["surplus"] = node
    return data


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_intents_are_judged_alike(draw: st.DataObject) -> None:
    """Of an intent changed in one or two places the schema refuses nothing that loads, and passes nothing of a wrong shape."""
    data = copy.deepcopy(draw.draw(st.sampled_from(GOOD)))
    data.pop("extends", None)
    for _ in range(draw.draw(st.integers(1, 2))):
        paths = paths_in(data)
        data = changed(
            data, draw.draw(st.sampled_from(paths)), draw.draw(st.sampled_from(["replace", "remove", "add"])), draw.draw(NODES)
        )
    codes, valid = complaints(data), VALIDATOR.is_valid(data)
    assert valid or codes, "the schema refuses what the loader takes"
    assert not (valid and codes & SHAPE), f"the schema takes what the loader refuses: {codes & SHAPE}"
