"""`kmsgen diff` of two templates: whom one of them makes, and whom one gives policies that neither makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.running import run_in

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HEAD = """Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "kms:*", Resource: "*"}]}}}
"""
USE = '{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "kms:Decrypt", Resource: "*"}]}'
MADE = f"  Role: {{Type: AWS::IAM::Role, Properties: {{RoleName: new, Policies: [{{PolicyName: p, PolicyDocument: {USE}}}]}}}}\n"
GIVEN = f"  Use: {{Type: AWS::IAM::ManagedPolicy, Properties: {{Roles: [elsewhere], PolicyDocument: {USE}}}}}\n"
ENCRYPTS = GIVEN.replace("Decrypt", "Encrypt")
CASES: list[tuple[str, tuple[str, str], list[str], list[str]]] = [
    ("a role that is new", ("", MADE), ["new kms:Decrypt"], []),
    ("a role that is gone", (MADE, ""), [], ["new kms:Decrypt"]),
    ("a role that stays", (MADE, MADE), [], []),
    ("a policy for a role that is made elsewhere", ("", GIVEN), ["elsewhere kms:Decrypt"], []),
    ("one that is taken from it", (GIVEN, ""), [], ["elsewhere kms:Decrypt"]),
    ("one that stays", (GIVEN, GIVEN), [], []),
    ("one that changes", (GIVEN, ENCRYPTS), ["elsewhere kms:Encrypt"], ["elsewhere kms:Decrypt"]),
]


@pytest.mark.parametrize(("note", "templates", "gained", "lost"), CASES)
def test_what_a_template_gives_is_gained(
    note: str, templates: tuple[str, str], gained: list[str], lost: list[str], tmp_path: Path
) -> None:
    """Who is in one template alone has nothing by the other; what more others have, made elsewhere, is the same on both sides."""
    for name, more in zip(("old.yaml", "new.yaml"), templates, strict=True):
        (tmp_path / name).write_text(HEAD + more)
    ran = run_in(tmp_path, "diff", "old.yaml", "new.yaml", "--key-arn", KEY, "--output", "json")
    found = json.loads(ran.out)
    sides = [
        [f"{who.rpartition('/')[2]} {','.join(one['actions'])}" for one in found[side] for who in one["principals"]]
        for side in ("gained", "lost")
    ]
    assert (sides, found["reason"]) == ([gained, lost], ""), note
