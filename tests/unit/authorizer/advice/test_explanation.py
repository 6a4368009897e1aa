"""What would change an answer: the call first, then policies; and advice that nobody could follow is not given."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from kmsgen.authorizer.advice.explanation import Explanation, explain
from kmsgen.policy.bundle import Bundle, Key
from tests.unit.authorizer.worlds import (
    ACCOUNT,
    APP,
    BOB,
    KEY,
    PARTNER,
    ROOT,
    SESSION,
    allow,
    bundle,
    deny,
    document,
    having,
    iam,
)

NOTHING = iam(action="s3:GetObject")
MFA = "call with credentials for which MFA was used: aws:MultiFactorAuthPresent true"
LOGS = "logs.us-west-2.amazonaws.com"
GUEST = f"arn:aws:sts::{ACCOUNT}:federated-user/f"


def advice(world: Bundle, principal: str = APP, action: str = "kms:Decrypt", **request: Any) -> Explanation:
    """Explain one request."""
    asked = Request(principal, action, **request)
    return explain(asked, Authorizer(world).decide(asked, trace=True), world)


@pytest.mark.parametrize(
    ("condition", "first"),
    [
        ({"StringEquals": {"kms:EncryptionContext:App": "payments"}}, "pass the encryption context App = payments"),
        ({"Null": {"kms:EncryptionContextKeys": "false"}}, "pass the encryption context example = example"),
        (
            {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}},
            "call through an AWS service: kms:ViaService s3.us-west-2.amazonaws.com",
        ),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, "call through the VPC endpoint vpce-1"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "call from another address, such as 203.0.113.0"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, MFA),
        ({"StringLike": {"aws:userid": "AROA*:one"}}, "tell aws:userid in the request's context, if it is AROAx:one"),
    ],
)  # fmt: skip
def test_what_the_caller_can_do_comes_first(condition: dict[str, Any], first: str) -> None:
    """Where an Allow fails on what a call holds, the call is what to change; widening a policy is named second."""
    found = advice(bundle(allow("App", APP, Condition=condition)))
    assert found.change[0] == first
    assert found.change[1:]
    assert found.change[1].startswith("or else: a key-policy statement that allows kms:Decrypt to")


@pytest.mark.parametrize(
    ("condition", "request_", "first"),
    [
        ({"Null": {"kms:EncryptionContextKeys": "true"}}, {}, "pass the encryption context example = example"),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, {}, "call through the VPC endpoint vpce-1"),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {}, MFA),
        ({"StringEquals": {"kms:EncryptionContext:a": "1"}}, {"encryption_context": {"a": "1"}},
         "leave out the encryption context a"),
        ({"DateLessThan": {"aws:TokenIssueTime": "1970-01-02T00:00:00Z"}}, {},
         "call with credentials of another session, issued such as at 172800"),
    ],
)  # fmt: skip
def test_how_a_call_gets_past_a_deny(condition: dict[str, Any], request_: dict[str, Any], first: str) -> None:
    """Of a Deny that the call can avoid it is said how; that no Allow helps is said beside."""
    found = advice(bundle(allow("App", APP), deny("No", "*", Condition=condition)), **request_)
    assert found.why == ("denied by key-policy/No",)
    assert found.change[0] == first
    assert "no Allow helps" in found.change[-1]


def test_a_deny_that_no_call_avoids() -> None:
    """Of a Deny that matches whatever the call holds, there is nothing that a caller can do."""
    found = advice(bundle(allow("App", APP), deny("No", APP)))
    assert len(found.change) == 1
    assert found.change[0].startswith("no Allow helps")


@pytest.mark.parametrize(
    ("world", "who", "action", "change"),
    [
        (bundle(allow("Account", ROOT)), APP, "kms:Decrypt",
         [f"an identity policy of {APP} that allows kms:Decrypt on {KEY}"]),
        (bundle(allow("Account", ROOT), principals={APP: having(boundary=NOTHING, session_policies=(NOTHING,))}), APP,
         "kms:Decrypt",
         [f"an identity policy of {APP} that allows kms:Decrypt on {KEY}",
          f"a permissions boundary of {APP} that allows kms:Decrypt on {KEY}",
          f"session policies that allow kms:Decrypt on {KEY}"]),
        (bundle(allow("Bob", BOB), principals={APP: having(boundary=NOTHING)}), APP, "kms:PutKeyPolicy",
         [f"a key-policy statement that allows kms:PutKeyPolicy to {APP}",
          f"a permissions boundary of {APP} that allows kms:PutKeyPolicy on {KEY}"]),
        (bundle(), APP, "kms:ListKeys", [f"an identity policy of {APP} that allows kms:ListKeys on `*`"]),
        (bundle(), APP, "kms:CreateKey", [f"an identity policy of {APP} that allows kms:CreateKey on `*`"]),
        (bundle(), PARTNER, "kms:Decrypt",
         [f"a key-policy statement that allows kms:Decrypt to {PARTNER}",
          f"an identity policy of {PARTNER} that allows kms:Decrypt on {KEY}"]),
        (bundle(), LOGS, "kms:Decrypt", [f"a key-policy statement that allows kms:Decrypt to {LOGS}",
                                         f"or a grant of Decrypt to {LOGS}"]),
        (bundle(allow("Account", ROOT)), APP, "kms:CreateAlias",
         [f"an identity policy of {APP} that allows kms:CreateAlias on {KEY}",
          f"an identity policy of {APP} that allows kms:CreateAlias on arn:aws:kms:us-west-2:{ACCOUNT}:alias/*"]),
        (bundle(allow("App", APP), principals={APP: having(scps=((NOTHING,), (NOTHING,)))}), APP, "kms:Decrypt",
         ["an SCP that allows kms:Decrypt at each level from the root to the account"]),
        (bundle(allow("Account", ROOT)), GUEST, "kms:PutKeyPolicy",
         [f"an identity policy of the IAM user whose session {GUEST} is that allows kms:PutKeyPolicy on {KEY}",
          f"session policies that allow kms:PutKeyPolicy on {KEY}"]),
    ],
)  # fmt: skip
def test_all_that_lacks_is_named(world: Bundle, who: str, action: str, change: list[str]) -> None:
    """Every layer that does not allow is named, with the action and the resource that it has to allow."""
    assert list(advice(world, who, action).change) == change


@pytest.mark.parametrize(
    ("world", "who", "action", "why"),
    [
        (bundle(allow("All", "*")), "*", "kms:Decrypt", "KMS takes signed requests only"),
        (bundle(allow("All", "*")), LOGS, "kms:ListKeys", "a service principal has no IAM policies"),
        (bundle(allow("All", BOB), key=Key(KEY, manager="AWS")), APP, "kms:Decrypt", "its key policy is AWS's own"),
        (bundle(allow("All", "*")), "AROAEXAMPLEROLEID0000", "kms:Decrypt", "the unique id of a principal that may be gone"),
        (bundle(allow("All", "*")), APP, "kms:Nonsense", "KMS has no such action"),
    ],
)
def test_advice_that_nobody_could_follow(world: Bundle, who: str, action: str, why: str) -> None:
    """Who has no IAM policies is advised none, and the key policy of an AWS managed key is not to be changed."""
    found = advice(world, who, action)
    assert why in found.why[0]
    assert found.change == ()


def test_a_grant_that_fails_on_what_the_call_holds() -> None:
    """Where a grant gives the operation, the call needs its encryption context, and a token before it has propagated."""
    grants = (
        {
            "GrantId": "g", "GranteePrincipal": APP, "Operations": ["Decrypt"], "Propagated": False, "GrantToken": "t",
            "Constraints": {"EncryptionContextEquals": {"app": "pay"}},
        },
    )  # fmt: skip
    found = advice(bundle(grants=grants), encryption_context={"x": "y"})
    assert found.change[:2] == (
        "pass a grant token of the grant g",
        "pass the encryption context app = pay and nothing else",
    )


def test_an_id_in_a_policy_is_called_one() -> None:
    """A statement that names a unique id is told to name a principal that may be gone."""
    decision = Authorizer(bundle(allow("Gone", "AROAEXAMPLEROLEID0000"))).decide(Request(APP, "kms:Decrypt"), trace=True)
    assert decision.trace[0].elements[0].because.endswith("is the unique id of a principal that may be gone")


def test_the_role_of_a_session_is_what_policies_name() -> None:
    """A session is advised in the name of its role."""
    assert advice(bundle(), SESSION).change[0] == f"a key-policy statement that allows kms:Decrypt to {APP}"


def test_endpoint_policies() -> None:
    """A request through an endpoint whose policy does not allow it is told so, and that calling otherwise would do."""
    world = bundle(allow("App", APP), vpc_endpoint_policies={"vpce-1": document(allow("Bob", BOB))})
    found = advice(world, context={"aws:SourceVpce": ("vpce-1",)})
    assert f"a policy of the VPC endpoint that allows kms:Decrypt to {APP}" in found.change
