"""The statements of each AWS service are, byte for byte, what was reviewed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.catalogue.services import SERVICES
from kmsgen.compiler import compile_intent
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from tests.unit.compiler.service_lines import ROLE, intent_of, statements, use_of

FILE = Path(__file__).parent / "services.json"


def statements_of(name: str) -> dict[str, list[dict[str, Any]]]:
    """Return what is rendered for a service whose words are roles of their names: its key policy, and what only IAM can give."""
    service = SERVICES[name]
    found = compile_intent(intent_of(use_of(service)))
    key_policy = format_document(Document(tuple(statements(found))))["Statement"]
    by_iam = {word: found.bundle.principals.get(ROLE + word) for word, _ in service.who}
    policies = {word: [format_document(each) for each in known.identity_policies] for word, known in by_iam.items() if known}
    own = {f"iam {word}": [each for policy in found for each in policy["Statement"]] for word, found in policies.items() if found}
    return {"key policy": key_policy, **own}


def test_every_service_has_the_statements_that_were_reviewed(request: pytest.FixtureRequest) -> None:
    """One entry a service, in the order of the catalogue; `make golden` writes them anew."""
    names = [name for name, service in SERVICES.items() if service.statements]
    text = json.dumps({name: statements_of(name) for name in names}, indent=1) + "\n"
    if request.config.getoption("--rewrite-golden", default=False):
        FILE.write_text(text, encoding="utf-8")
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(text), "run `make golden` and review the difference"
    assert FILE.read_text(encoding="utf-8") == text


def test_every_difference_of_a_statement_shows() -> None:
    """The file holds what is rendered, no summary of it: EKS without kms:GrantIsForAWSResource, ECR with its IAM half."""
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    assert golden["eks-secrets"]["key policy"] == [
        {
            "Sid": "Service eks secrets",
            "Effect": "Allow",
            "Principal": {"AWS": f"{ROLE}creator"},
            "Action": ["kms:CreateGrant", "kms:DescribeKey"],
            "Resource": "*",
        }
    ]
    assert golden["ecr"]["iam creator"][0]["Action"] == "kms:RetireGrant"
