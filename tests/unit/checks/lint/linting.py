"""Key policies to lint, of one sound statement that a test changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kmsgen.checks.finding import Finding
from kmsgen.checks.lint.lint import lint
from kmsgen.checks.lint.written import KEY_POLICY, Written
from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import identify

HOME, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP, ADMIN, ROOT = (f"arn:aws:iam::{HOME}:{name}" for name in ("role/app", "role/admin", "root"))
Statement = dict[str, Any]


def allow(*actions: str, **more: Any) -> Statement:
    """Return an Allow of Decrypt to a role, changed; None takes an element away."""
    sound = {
        "Sid": "Use",
        "Effect": "Allow",
        "Principal": {"AWS": APP},
        "Action": list(actions or ("kms:Decrypt",)),
        "Resource": "*",
    }
    return {name: value for name, value in {**sound, **more}.items() if value is not None}


def deny(*actions: str, **more: Any) -> Statement:
    """Return a Deny for everybody, changed."""
    return allow(*actions, **{"Effect": "Deny", "Principal": "*", **more})


MANAGE = allow("kms:PutKeyPolicy", "kms:GetKeyPolicy", Sid="Admin", Principal={"AWS": ADMIN})


def write(folder: Path, *statements: Statement, **top: Any) -> str:
    """Write a policy, an element a line; return its path."""
    path = folder / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements), **top}, indent=1))
    return str(path)


def findings(folder: Path, *statements: Statement, key_arn: str | None = KEY, **top: Any) -> list[Finding]:
    """Return the findings on a policy of these statements, for a key."""
    return findings_of(identify(write(folder, *statements, **top)).read(Beside(key_arn))).all


def of_code(code: str, folder: Path, *statements: Statement) -> list[Finding]:
    """Return those of one rule on a key policy of these statements, as far as it tells by itself whose key it is for."""
    source = read_file(write(folder, MANAGE, *statements))
    written = Written(parse_document(source.data, source.where), KEY_POLICY, source.where)
    return [one for one in lint([written], None) if one.code == code]


def of_key(code: str, folder: Path, *statements: Statement) -> list[Finding]:
    """Return those of one rule on the same policy, for a key."""
    return [one for one in findings(folder, MANAGE, *statements) if one.code == code]
