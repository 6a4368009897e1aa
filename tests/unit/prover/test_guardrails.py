"""`deny-everyone-else`, both halves: nobody else gets in whatever IAM says, and AWS services keep working for those named."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.authorizer import Outcome, Request
from kmsgen.compiler import compile_intent
from kmsgen.intent import load_intent
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover import Only, Result, prove
from kmsgen.prover.problem import Budget, Meter
from kmsgen.prover.search.universe import Scope, Universe

HOME = "111122223333"
NAMED = tuple(f"arn:aws:iam::{HOME}:role/{name}" for name in ("KmsAdmin", "app", "exporter"))
PARTNER = "arn:aws:iam::444455556666:role/partner"
EC2 = f"arn:aws:iam::{HOME}:role/aws:ec2-infrastructure"
INTENT = """
kmsgen: 1
name: guarded
scope: {account: "111122223333", regions: [us-west-2]}
key: {alias: guarded}
admins: [role/KmsAdmin]
users:
  - {principal: role/app, can: [encrypt, decrypt, generate-data-key, use-grants]}
  - {principal: "arn:aws:iam::444455556666:role/partner", can: [decrypt]}
services:
  - {service: sns, source_account: "111122223333"}
grants:
  - {name: export, grantee: role/exporter, operations: [Decrypt]}
guardrails: [deny-everyone-else]
"""


@pytest.fixture
def opened(tmp_path: Path) -> Bundle:
    """Compile the intent, then open its key policy to whole accounts, as somebody might by mistake."""
    (tmp_path / "intent.yaml").write_text(INTENT)
    bundle = compile_intent(load_intent(tmp_path / "intent.yaml")).bundle
    (access,) = bundle.keys
    everyone = tuple(Principal("AWS", f"arn:aws:iam::{account}:root") for account in (HOME, "444455556666", "777788889999"))
    mistake = Statement(Effect.ALLOW, ("kms:*",), ("*",), everyone)
    volume = Grant("volume", EC2, ("Decrypt",))
    policy = access.policy._replace(statements=(mistake, *access.policy.statements))
    return bundle._replace(keys=(access._replace(policy=policy, grants=(*access.grants, volume)),))


def test_nobody_else_whatever_iam_says(opened: Bundle) -> None:
    """For every principal and situation: only those named, the services of the intent, and EC2's own role through its grant."""
    names = (*NAMED, PARTNER, EC2, "sns.amazonaws.com", "sqs.amazonaws.com")
    actions = (
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
        "kms:CreateGrant",
        "kms:PutKeyPolicy",
        "kms:DescribeKey",
    )
    proof = prove(opened, Only(names, actions))
    assert proof.result is Result.PROVED, [str(group) for group in proof.groups]


@pytest.mark.parametrize(
    "request_",
    [
        Request(NAMED[1], "kms:Decrypt", context={"kms:ViaService": ("rds.us-west-2.amazonaws.com",)}),
        Request(NAMED[1], "kms:CreateGrant", context={"kms:ViaService": ("ec2.us-west-2.amazonaws.com",),
            "kms:GrantIsForAWSResource": ("true",)}, create_grant=Grant("new", EC2, ("Decrypt",))),
        Request("sns.amazonaws.com", "kms:GenerateDataKey", context={"aws:SourceAccount": (HOME,)}),
        Request(EC2, "kms:Decrypt", context={"kms:ViaService": ("ec2.us-west-2.amazonaws.com",)}),
        Request(NAMED[2], "kms:Decrypt"),
        Request(PARTNER, "kms:Decrypt"),
    ],
    ids=["forward access session", "grant for a volume", "service", "EC2 with its volume", "grantee", "other account"],
)  # fmt: skip
def test_what_acts_for_the_named_still_works(opened: Bundle, request_: Request) -> None:
    """AWS services that act for the named principals are not denied."""
    side = Universe([opened], Scope(), Meter(Budget())).sides[0]
    decision = side.decide(request_)
    assert decision.outcome is Outcome.ALLOWED, decision
