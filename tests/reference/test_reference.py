"""The reference decides every case as the case says: a case that two readings share is worth pinning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmsgen.reading import read_file
from tests.reference.decide import Verdict, decide

CASES = Path(__file__).parents[1] / "cases" / "authorizer"
FILES = sorted(CASES.rglob("*.yaml"))
OVERTAKEN: dict[str, tuple[set[int], str]] = {
    "actions_resources/create-key-tags": ({3}, "key/* of the account is no particular key: KMS Developer Guide, tag-permissions"),
    "conditions/date-not-equals": ({2}, "sessions always have aws:TokenIssueTime: IAM User Guide, condition-keys"),
    "conditions/not-ip-address": ({3}, "a direct call has an address: IAM User Guide, condition-keys, aws:SourceIp"),
    "conditions/variable-default": ({0}, "nobody told the tags of an undescribed role: IAM User Guide, aws:PrincipalTag"),
    "derived_context/deletion-window": ({2}, "an optional parameter may not show (U16)"),
    "derived_context/policy-name": ({0}, "an optional parameter may not show (U16)"),
    "derived_context/principal-arn-federated": ({0}, "a federated session without session policy, by way of everyone (U14)"),
    "derived_context/principal-org-absent": ({0}, "accounts belong to an organization: IAM User Guide, aws:PrincipalOrgID"),
    "derived_context/principal-type": ({4}, "a federated session without session policy, by way of everyone (U14)"),
    "derived_context/via-service": ({6}, "in a direct call aws:ViaAWSService is false or absent (U17)"),
    "grants/request-context-on-symmetric-only": ({0}, "on the wire it is ValidationException"),
    "grants/request-one-context-constraint": ({0}, "on the wire it is ValidationException"),
    "grants/request-operations-fit-hmac": ({0}, "on the wire it is ValidationException"),
    "grants/request-operations-fit-rsa": ({0}, "on the wire it is ValidationException"),
    "grants/request-operations-fit-signing": ({0}, "on the wire it is ValidationException"),
    "grants/request-operations-fit-the-key": ({0, 1, 2, 3}, "on the wire it is ValidationException"),
    "grants/request-service-grantee": ({0, 1}, "on the wire it is ValidationException"),
    "organizations/principal-org": ({1}, "accounts belong to an organization: IAM User Guide, aws:PrincipalOrgID"),
    "principals/federated-user-delegated": ({0}, "nothing without session policy: IAM User Guide, getfederationtoken"),
    "principals/role-with-unknown-path": (
        {0},
        "names of roles are unique whatever their path: IAM User Guide, reference_iam-quotas",
    ),
}
"""Requests that expect what the pages no longer say, by their place in the case, and what the pages say."""


def name(path: Path) -> str:
    """Return the name of a case: its path below the folder, without the ending."""
    return str(path.relative_to(CASES).with_suffix(""))


def mismatch(verdict: Verdict, request: dict[str, Any]) -> str | None:
    """Compare a verdict with what a request expects."""
    wanted, _, error = request["expect"].partition(":")
    names = {name for refusal in verdict.refusals for name in refusal.exceptions}
    any_name = any(not refusal.exceptions for refusal in verdict.refusals)
    if verdict.outcome != wanted or (error and not any_name and error not in names):
        return f"{request['principal']} {request['action']}: expected {request['expect']}, got {verdict}"
    because = request.get("because")
    if because is not None and because not in verdict.reasons:
        return f"{request['principal']} {request['action']}: expected because {because}, got {verdict}"
    return None


@pytest.mark.parametrize("path", FILES, ids=name)
def test_case(path: Path) -> None:
    """Every request of the file comes out as expected, for the expected reason, but for those that the pages have overtaken."""
    data = read_file(path).data
    problems = {place: mismatch(decide(data, request), request) for place, request in enumerate(data["requests"])}
    found = {place: problem for place, problem in problems.items() if problem}
    assert not found or set(found) == OVERTAKEN.get(name(path), (set(), ""))[0], found


def test_overtaken_cases_exist() -> None:
    """No case is called overtaken that is not there."""
    assert set(OVERTAKEN) <= {name(path) for path in FILES}
