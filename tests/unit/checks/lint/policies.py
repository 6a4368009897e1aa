"""Policies of a few statements, linted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify

HOME = "111122223333"
APP = {"AWS": f"arn:aws:iam::{HOME}:role/app"}
ADMIN = {"Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:role/admin"},
    "Action": ["kms:PutKeyPolicy", "kms:GetKeyPolicy"], "Resource": "*"}  # fmt: skip
SOUND = {"Sid": "Use", "Effect": "Allow", "Principal": APP, "Action": ["kms:Decrypt"], "Resource": "*"}


def findings(tmp_path: Path, *statements: dict[str, Any], **top: Any) -> dict[str, str]:
    """Lint a policy of these statements; return the severity of each code found."""
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements), **top}, indent=1))
    return {finding.code: finding.severity for finding in findings_of(identify(str(path)).read(NOTHING)).all}
