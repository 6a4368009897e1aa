"""What pydantic finds, in our words: each kind of finding with its message, its hint and its place."""

from __future__ import annotations

import pytest

from kmsgen.intent.form.model import IntentFile, PartialIntentFile
from tests.unit.intent.conftest import NEW_KEY, Refused

PAIRS = "write `name: value` pairs"
LISTS = "start each item with `- `, or write [a, b]"
LINES = "start each line with `- `"
QUOTE = "a plain `true`, `false` or nothing is no text: quote it"
BARE = "write plain `true` or `false`; `yes`, `no`, `on`, `off` are texts"
START = "`kmsgen init` writes an intent to start from"
EMPTY = "leave the field out, or give it a value"
FILL = "`kmsgen render --preset NAME --set PARAMETER=VALUE` fills a preset in"
ROLE = "principal: role/a, can: [decrypt]"

# what is added to a sound intent, its problem's line and column, and the message
ADDED = (
    ("users: [{principal: role/a}]", 1, 9, "missing-field: `can` is missing"),
    ("users: role/a", 1, 8, f"wrong-type: `users` must be a list\n  hint: {LINES}"),
    ("keys: {a: b}", 1, 7, f"wrong-type: `keys` must be a list\n  hint: {LISTS}"),
    ("users: [role/a]", 1, 9, f"wrong-type: an item of `users` must be a mapping\n  hint: {PAIRS}"),
    (f"users: [{{{ROLE}, when: x}}]", 1, 51, f"wrong-type: `when` must be a mapping\n  hint: {PAIRS}"),
    (f"users: [{{{ROLE}, when: {{mfa: no}}}}]", 1, 57, f"wrong-type: `mfa` must be `true` or `false`\n  hint: {BARE}"),
    (f"users: [{{{ROLE}, when: {{from: [x]}}}}]", 1, 58, "wrong-type: `from` must be a text"),
    (f"users: [{{{ROLE}, when: {{via: []}}}}]", 1, 57, f"empty-list: `via` is empty\n  hint: {EMPTY}"),
    ("users: [{principal: true, can: [x]}]", 1, 21, f"wrong-type: an item of `principal` must be a text\n  hint: {QUOTE}"),
    ("users: [{principal: [[a]], can: [x]}]", 1, 22, "wrong-type: an item of `principal` must be a text"),
    ("guardrails: [[]]", 1, 14, f"wrong-type: an item of `guardrails` must be a mapping\n  hint: {PAIRS}"),
    ("guardrails: [{}]", 1, 14, f"empty-list: an item of `guardrails` is empty\n  hint: {EMPTY}"),
    (
        "guardrails: [{deny-delete: {}, x: {}}]", 1, 14,
        "wrong-type: an item of `guardrails` must be a mapping of one guard rail\n  hint: start a new `- ` line for each",
    ),
    ("surplus: 1", 1, 1, f"unknown-field: unknown field `surplus`\n  hint: known fields: {', '.join(IntentFile.model_fields)}"),
    ("usres: []", 1, 1, "unknown-field: unknown field `usres`\n  hint: did you mean `users`?"),
    (
        "preset: {}", 1, 1,
        f"unknown-field: `preset` belongs to presets\n  hint: {FILL}",
    ),
    (
        f"users: [{{{ROLE}, preset: x}}]", 1, 45,
        "unknown-field: unknown field `preset`\n  hint: known fields: principal, can, when, only_on",
    ),
)  # fmt: skip
# a whole file, and what is said of it
WHOLE = (
    ("", f"1:1: empty-file: the file is empty\n  hint: {START}"),
    ("- a\n", f"1:1: wrong-type: an intent must be a mapping\n  hint: {START}"),
    (NEW_KEY.replace("scope", "# scope"), "1:1: missing-field: `scope` is missing\n  hint: add `scope: {account: ...}`"),
    (
        NEW_KEY.replace("kmsgen: 1", "# "),
        "2:1: missing-field: `kmsgen` is missing\n  hint: the version of the format: `kmsgen: 1`",
    ),
    (NEW_KEY.replace("alias: test", "rotation_days: a year"), "4:22: wrong-type: `rotation_days` must be a whole number"),
)


@pytest.mark.parametrize(("added", "line", "column", "message"), ADDED)
def test_findings_about_a_part(added: str, line: int, column: int, message: str, refused: Refused) -> None:
    """Each kind of finding is named in words, with what to write instead, at the value or the key that is wrong."""
    head = NEW_KEY if "keys" not in added else NEW_KEY.replace("key: {alias: test}\n", "")
    place = f":{line + head.count(chr(10))}:{column}: {message}"
    assert [str(found) for found in refused(f"{head}{added}\n") if str(found).endswith(place)]


@pytest.mark.parametrize(("text", "message"), WHOLE)
def test_findings_about_the_whole(text: str, message: str, refused: Refused) -> None:
    """A file that is empty, no mapping, or without what every intent has, is told so at its start."""
    assert str(refused(text)[0]).endswith(f":{message}")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("scope: {x1: 1}", "account, regions, new_regions, partition, organization, deployer"),
        ("admins: [{x1: 1}]", "principal, can, when"),
        ("admins: [{when: {x1: 1}}]", "encryption_context, via, from, until, source_vpce, source_ip, mfa, request_alias"),
        ("services: [{x1: 1}]", "service, principal, resources, source_account, source_organization, principals, can"),
        ("grants: [{x1: 1}]", "name, grantee, operations, constraints, retiring_principal"),
        ("grants: [{constraints: {x1: 1}}]", "encryption_context_equals, encryption_context_subset, source_arn"),
        ("guardrails: [{deny-delete: {x1: 1}}]", "except, for"),
        ("guardrails: [{except: {x1: 1}}]", "except, for"),
        ("never: [{x1: 1}]", "principal, actions"),
    ],
)
def test_unknown_fields_are_told_the_fields_of_their_part(text: str, known: str, refused: Refused) -> None:
    """The hint lists the fields of the very part that the field stands in, as they are written in the file."""
    (found,) = [found for found in refused(text) if found.code == "unknown-field"]
    assert found.hint.startswith(f"known fields: {known}")


def test_what_can_be_read_of_a_wrong_file_has_the_fields_of_a_whole_one() -> None:
    """The two models of a file differ in what may be missing, and in no field."""
    whole, part = IntentFile.model_fields, PartialIntentFile.model_fields
    assert list(whole) == list(part)
    assert [name for name in whole if whole[name].is_required()] == ["kmsgen", "name", "scope"]
    assert [name for name in part if part[name].is_required()] == []
