"""Every golden intent edited in each field: no key is lost, no key policy is reset, and no step leaves a gap.

A golden intent is edited in a few fields; in each with KMSGEN_LONG=1, when every state is confirmed too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kmsgen.checks import confirm
from kmsgen.checks.intent.missing_access import not_allowed
from kmsgen.checks.intent.specification import Specification, specify
from kmsgen.compiler.compile import compile_intent
from kmsgen.errors import KmsgenError
from kmsgen.intent.intent import LINES, Intent
from kmsgen.policy.bundle import Bundle
from kmsgen.render import json_files
from kmsgen.render.deployment import deployment_of
from kmsgen.render.edits.lost_keys import replacements
from tests.golden.cases import golden_case, golden_names
from tests.golden.edits import EDITS, REPLACING, Step, after, destroyed, step

LONG = os.environ.get("KMSGEN_LONG") == "1"
EACH = 3  # of so many edits one is tried, each golden intent with others


def chosen() -> Iterator[tuple[str, str]]:
    """Yield golden intents, each with the edits that are tried on it."""
    for number, name in enumerate(golden_names()):
        yield from ((name, edit) for place, edit in enumerate(EDITS) if LONG or (place + number) % EACH == 0)


@pytest.mark.parametrize(("name", "edit"), tuple(chosen()))
def test_an_edit_loses_no_key_and_leaves_no_gap(name: str, edit: str) -> None:
    """Whichever half is deployed first, whoever has access before and after the edit has it in between."""
    intent = golden_case(name).intent
    edited = EDITS[edit](intent)
    if edited is None:
        return
    first = step(intent)
    try:
        between = after(first, edited)
        last = after(between, edited, applied=True)
    except KmsgenError:
        return  # refused: nothing is rendered that could be deployed
    assert replacements(between.deployment, edited.keys_location) == ()
    for before, now in ((first, between), (between, last)):
        for folder, text in before.modules.items():
            assert destroyed(text, now.modules.get(folder, "")) == [], (name, edit, folder)
    both = _common(intent, edited, first)
    for keys, people in ((first, between), (between, first), (between, last), (last, between)):
        mixed = Bundle(keys.deployment.bundle.keys, people.deployment.bundle.principals)
        assert [one.message for one in not_allowed(edited, both, mixed, {})] == []
    if LONG:
        for one in (between, last):
            confirm(one.between, compile_intent(one.between))


def _common(intent: Intent, edited: Intent, first: Step) -> Specification:
    """Return what both intents ask for on the keys that both are about; where the alias changes, nothing about aliases."""
    keys = [access.key for access in first.deployment.bundle.keys if not edited.keys or access.key.arn in edited.keys]
    now = {(one.key, one.half, one.statement) for one in specify(edited, keys).accesses if one.required}
    renamed = (intent.key and intent.key.alias) != (edited.key and edited.key.alias)
    found = (one for one in specify(intent, keys).accesses if (one.key, one.half, one.statement) in now)
    found = (one for one in found if not (renamed and "Alias" in one.action))
    return Specification(tuple(found), ())


@pytest.mark.parametrize("edit", REPLACING)
def test_an_edit_that_takes_another_key_is_refused(edit: str) -> None:
    """Of every golden intent: what only the key of the last render can decrypt would be lost."""
    tried = 0
    for name in golden_names():
        intent = golden_case(name).intent
        edited = REPLACING[edit](intent)
        if edited is None or edited == intent:
            continue
        try:
            found = after(step(intent), edited)
        except KmsgenError:
            continue
        tried += 1
        assert replacements(found.deployment, edited.keys_location), name
    assert tried


@pytest.mark.parametrize("name", golden_names())
def test_the_order_of_lines_changes_no_byte(name: str) -> None:
    """Lines of a golden intent may be moved about."""
    intent = golden_case(name).intent
    moved = intent._replace(**{field: tuple(reversed(getattr(intent, field))) for field in LINES})
    assert _files(moved) == _files(intent)


@pytest.mark.parametrize("name", golden_names())
def test_a_principal_more_changes_no_iam_policy_of_another(name: str) -> None:
    """Each has policies of its own, whose names and Sids depend on it alone."""
    intent = golden_case(name).intent
    edited = EDITS["a user more"](intent)
    assert edited is not None
    held = {path: text for path, text in _files(intent).items() if path.startswith("json/iam/")}
    now = _files(edited)
    assert {path: now.get(path) for path in held} == held


def _files(intent: Intent) -> dict[str, str]:
    deployment = deployment_of(intent, compile_intent(intent).bundle)
    return {one.path: one.text for one in json_files.render(deployment).artifacts}
