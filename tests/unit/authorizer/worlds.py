"""Small bundles and requests for the authorizer's tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmsgen.authorizer import Authorizer, Decision, Request
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document

ACCOUNT = "111122223333"
OTHER = "444455556666"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
PARTNER = f"arn:aws:iam::{OTHER}:role/partner"


def allow(sid: str, principal: object, action: object = "kms:*", **more: Any) -> dict[str, Any]:
    """Return an Allow statement of a key policy."""
    return {"Sid": sid, "Effect": "Allow", "Principal": _principal(principal), "Action": action, "Resource": "*", **more}


def deny(sid: str, principal: object, action: object = "kms:*", **more: Any) -> dict[str, Any]:
    """Return a Deny statement of a key policy."""
    return {**allow(sid, principal, action, **more), "Effect": "Deny"}


def _principal(principal: object) -> object:
    return {"AWS": principal} if isinstance(principal, str) and principal != "*" else principal


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> Document:
    """Return a policy of these statements."""
    return parse_document({"Version": version, "Statement": list(statements)})


def iam(*statements: dict[str, Any], action: object = "kms:*", **more: Any) -> Document:
    """Return an IAM policy: of these statements, or one that allows an action on everything."""
    return document(*(statements or ({"Sid": "Iam", "Effect": "Allow", "Action": action, "Resource": "*", **more},)))


def bundle(
    *statements: dict[str, Any],
    principals: Mapping[str, PrincipalPolicies] | None = None,
    grants: tuple[dict[str, Any], ...] = (),
    key: Key | None = None,
    **around: Any,
) -> Bundle:
    """Return a bundle of one key with these key-policy statements."""
    policy = document(*statements) if statements else Document(())
    access = KeyAccess(key or Key(KEY), policy, tuple(parse_grant(grant) for grant in grants))
    return Bundle((access,), dict(principals or {}), **around)


def having(*policies: Document, **more: Any) -> PrincipalPolicies:
    """Return what stands beside a principal with these identity policies."""
    return PrincipalPolicies(policies, **more)


def decide(world: Bundle, principal: str, action: str = "kms:Decrypt", **request: Any) -> Decision:
    """Decide one request, with and without trace; both must agree."""
    asked = Request(principal, action, **request)
    authorizer = Authorizer(world)
    decision = authorizer.decide(asked)
    traced = authorizer.decide(asked, trace=True)
    assert (traced.outcome, traced.reason, traced.error, traced.notes) == (
        decision.outcome,
        decision.reason,
        decision.error,
        decision.notes,
    )
    return decision


def outcome(world: Bundle, principal: str, action: str = "kms:Decrypt", **request: Any) -> str:
    """Return the outcome of one request; of an error with its name."""
    decision = decide(world, principal, action, **request)
    return f"{decision.outcome}:{decision.error}" if decision.error else str(decision.outcome)


def grant(**fields: Any) -> Grant:
    """Return a grant from AWS's fields."""
    return parse_grant(fields)
