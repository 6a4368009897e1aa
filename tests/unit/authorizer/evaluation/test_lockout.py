"""The lockout safety check of KMS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.authorizer.worlds import APP, BOB, ROOT, allow, bundle, decide, deny, having, iam, outcome


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a key policy as plain data."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


LOCKED = "error:MalformedPolicyDocumentException"


@pytest.mark.parametrize(
    ("new", "more", "expected"),
    [
        (policy(allow("App", APP)), {}, "allowed"),
        (policy(allow("App", APP, "kms:Decrypt")), {}, LOCKED),
        (policy(allow("Bob", BOB)), {}, LOCKED),
        (policy(allow("Account", ROOT)), {}, LOCKED),
        (policy(allow("App", APP), deny("No", "*", "kms:PutKeyPolicy")), {}, LOCKED),
        (policy(allow("Bob", BOB)), {"BypassPolicyLockoutSafetyCheck": True}, "allowed"),
        (policy(allow("Bob", BOB)), {"BypassPolicyLockoutSafetyCheck": "true"}, "allowed"),
        (policy(allow("Bob", BOB)), {"BypassPolicyLockoutSafetyCheck": False}, LOCKED),
        (json.dumps(policy(allow("App", APP))), {}, "allowed"),
        ("{", {}, LOCKED),
        ("[]", {}, LOCKED),
        (policy({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}), {}, LOCKED),
        (" " * 32769, {}, "error:LimitExceededException"),
        (
            policy(
                allow("App", APP),
                allow("Any", APP, Condition={"ForAllValues:StringEquals": {"kms:EncryptionContext:a": "1"}}),
            ),
            {},
            LOCKED,
        ),
    ],
)
def test_lockout(new: object, more: dict[str, Any], expected: str) -> None:
    """A key policy that its author could not change again is refused, unless the check is bypassed."""
    parameters = {"Policy": new, **more}
    assert outcome(bundle(allow("App", APP)), APP, "kms:PutKeyPolicy", parameters=parameters) == expected


def test_lockout_counts_iam_through_the_account() -> None:
    """The account statement passes where an IAM policy of the caller allows kms:PutKeyPolicy, in CreateKey too."""
    new = policy(allow("Account", ROOT))
    for action in ("kms:PutKeyPolicy", "kms:CreateKey"):
        world = bundle(allow("Account", ROOT), principals={APP: having(iam()), BOB: having(iam(action="kms:CreateKey"))})
        assert outcome(world, APP, action, parameters={"Policy": new}) == "allowed"
    assert outcome(world, BOB, "kms:CreateKey", parameters={"Policy": new}) == LOCKED


def test_lockout_is_about_the_new_policy_only() -> None:
    """What the old policy or a grant gives does not help."""
    world = bundle(allow("App", APP), grants=({"GrantId": "g", "GranteePrincipal": APP, "Operations": ["CreateGrant"]},))
    decision = decide(world, APP, "kms:PutKeyPolicy", parameters={"Policy": policy(allow("Bob", BOB))})
    assert (decision.reason, decision.notes) == (("lockout",), ("S3",))


def test_without_permission_the_policy_is_not_looked_at() -> None:
    """Who may not put a policy is denied, whatever the policy says."""
    assert outcome(bundle(allow("App", APP)), BOB, "kms:PutKeyPolicy", parameters={"Policy": "{"}) == "implicitDeny"
