"""The Action element."""

from __future__ import annotations

import json
from pathlib import Path

from kmsgen.catalogue.actions import expand
from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify
from tests.unit.checks.lint.policies import ADMIN, SOUND


def test_the_wildcards_of_a_statement_are_one_finding(tmp_path: Path) -> None:
    """Of several entries it says how many actions they take in together."""
    path = tmp_path / "policy.json"
    actions = ["kms:Describe*", "kms:*Key", "kms:Get*", "kms:List*", "kms:Put*", "kms:Decrypt"]
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [ADMIN, {**SOUND, "Action": actions}]}))
    (found,) = [one for one in findings_of(identify(str(path)).read(NOTHING)).all if one.code == "wildcard-action"]
    count = len({name for entry in actions[:-1] for name in expand(entry)})
    named = "`kms:Describe*`, `kms:*Key`, `kms:Get*`, `kms:List*` and 1 more"
    assert found.message == f"{named} allow {count} actions, and whatever KMS adds under these names"
