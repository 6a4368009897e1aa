"""The deployer's requests: what a deployment calls is allowed as a whole, or the check says which call is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.checks.intent.deployment import undeployable
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Condition, Document, Effect, Statement
from tests.unit.checks.intent.judging import ADMIN, EXAMPLE, ROLE, Case, case

CI = f"{ROLE}ci"
REPLICAS = "key: {alias: app/data, multi_region: true, replicas: [eu-west-1], tags: {team: x}}\n"
Change = Callable[[Statement], Statement | None]


def without(*actions: str) -> Change:
    """Take actions away."""
    return lambda s: s._replace(actions=left) if (left := tuple(a for a in s.actions if a not in actions)) else None


def requiring(action: str, *more: Condition) -> Change:
    """Add conditions to the statements of an action."""
    return lambda s: s._replace(conditions=(*s.conditions, *more)) if action in s.actions else s


def _changed(document: Document, change: Change) -> Document:
    found = (change(s) if s.effect is Effect.ALLOW else s for s in document.statements)
    return document._replace(statements=tuple(s for s in found if s is not None))


def in_iam(change: Change) -> Callable[[Bundle], Bundle]:
    """Change the deployer's IAM policies."""

    def changed(bundle: Bundle) -> Bundle:
        own = bundle.principals[CI]
        policies = tuple(_changed(policy, change) for policy in own.identity_policies)
        return bundle._replace(principals={**bundle.principals, CI: own._replace(identity_policies=policies)})

    return changed


def in_key_policies(change: Change) -> Callable[[Bundle], Bundle]:
    """Change the key policies where they name the deployer."""

    def own(statement: Statement) -> Statement | None:
        named = any(principal.value == CI for principal in statement.principals or ())
        return change(statement) if named else statement

    return lambda bundle: bundle._replace(keys=tuple(key._replace(policy=_changed(key.policy, own)) for key in bundle.keys))


@pytest.fixture(scope="module", params=["", REPLICAS, "key: {spec: ECC_NIST_P256, usage: SIGN_VERIFY}\n"])
def compiled(request: pytest.FixtureRequest) -> Case:
    """Compile an intent whose key is created: one with grants, one with replicas, one whose key does not rotate."""
    return case(ADMIN, key=request.param) if request.param else case(EXAMPLE)


def test_what_is_compiled_can_be_deployed(compiled: Case) -> None:
    """Every call of every tool is allowed, with all that it needs."""
    assert [str(finding.diagnostic) for finding in undeployable(compiled.intent, compiled.bundle)] == []


MISSING = {
    "the creation": (EXAMPLE, "", in_iam(without("kms:CreateKey")), {"kms:CreateKey"}),
    "tags of the creation": (EXAMPLE, "", in_iam(without("kms:TagResource")), {"kms:CreateKey"}),
    "tags that the file does not tell": (
        EXAMPLE,
        "",
        in_iam(requiring("kms:TagResource", Condition("ForAllValues:StringEquals", "aws:TagKeys", ("team",)))),
        {"kms:CreateKey"},
    ),
    "the alias's half": (EXAMPLE, "", in_iam(without("kms:CreateAlias")), {"kms:CreateAlias"}),
    "the key's half": (EXAMPLE, "", in_key_policies(without("kms:DeleteAlias")), {"kms:DeleteAlias"}),
    "the list of aliases": (EXAMPLE, "", in_iam(without("kms:ListAliases")), {"kms:ListAliases"}),
    "reading back": (EXAMPLE, "", in_key_policies(without("kms:GetKeyRotationStatus")), {"kms:GetKeyRotationStatus"}),
    "changing the policy again": (
        EXAMPLE,
        "",
        in_key_policies(without("kms:PutKeyPolicy")),
        {"kms:CreateKey", "kms:PutKeyPolicy"},
    ),
    "the grant as it is sent": (
        EXAMPLE,
        "",
        in_key_policies(requiring("kms:CreateGrant", Condition("Null", "kms:GrantConstraintType", ("true",)))),
        {"kms:CreateGrant"},
    ),
    "replication": (ADMIN, REPLICAS, in_key_policies(without("kms:ReplicateKey")), {"kms:ReplicateKey"}),
    "a creation that must show it is a replica": (
        ADMIN,
        REPLICAS,
        in_iam(requiring("kms:CreateKey", Condition("StringEquals", "kms:MultiRegionKeyType", ("REPLICA",)))),
        {"kms:CreateKey", "kms:ReplicateKey"},
    ),
    "the role of multi-Region keys": (ADMIN, REPLICAS, in_iam(without("iam:CreateServiceLinkedRole")), {"kms:CreateKey"}),
}


@pytest.mark.parametrize(("text", "key", "change", "actions"), MISSING.values(), ids=list(MISSING))
def test_what_a_deployment_lacks_is_found(text: str, key: str, change: Callable[[Bundle], Bundle], actions: set[str]) -> None:
    """An action once, whichever tool makes the call; its witness is not allowed."""
    broken = (case(text, key=key) if key else case(text)).mutated(change)
    found = list(undeployable(broken.intent, broken.bundle))
    witnesses = [finding.witness for finding in found if finding.witness is not None]
    assert sorted(witness.request.action for witness in witnesses) == sorted(actions)
    judge = Authorizer(broken.bundle)
    assert all(judge.decide(witness.request).outcome is not Outcome.ALLOWED for witness in witnesses)


def test_nobody_deploys_without_a_deployer() -> None:
    """Where no deployer is named, no call is asked about."""
    head = 'kmsgen: 1\nname: test\nscope: {account: "111122223333", regions: [us-west-2]}\n'
    found = case(ADMIN, head=head)
    assert list(undeployable(found.intent, found.bundle)) == []
