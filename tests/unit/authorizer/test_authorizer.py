"""Whole decisions: what weighs, on whom, and what is noted."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from tests.unit.authorizer.worlds import (
    ACCOUNT,
    APP,
    BOB,
    KEY,
    OTHER,
    PARTNER,
    ROOT,
    SESSION,
    allow,
    bundle,
    decide,
    deny,
    document,
    having,
    iam,
    outcome,
)

NOTHING = iam(action="s3:GetObject")
DELEGATING = allow("Account", ROOT)


@pytest.mark.parametrize(
    ("who", "limit", "expected"),
    [
        (BOB, {"boundary": NOTHING}, "allowed"),
        (APP, {"boundary": NOTHING}, "implicitDeny"),
        (APP, {"session_policies": (NOTHING,)}, "implicitDeny"),
        (SESSION, {"boundary": NOTHING}, "allowed"),
        (SESSION, {"session_policies": (NOTHING,)}, "allowed"),
    ],
)
def test_limits_of_a_direct_allow(who: str, limit: dict[str, Any], expected: str) -> None:
    """A boundary or session policy limits a role that the key policy names, not a user or a session."""
    assert outcome(bundle(allow("Direct", who), principals={who: having(**limit)}), who) == expected


@pytest.mark.parametrize("limit", [{"boundary": NOTHING}, {"session_policies": (NOTHING,)}])
def test_everyone_is_not_limited(limit: dict[str, Any]) -> None:
    """An Allow to `*` is not limited by implicit denies of boundary and session policy."""
    assert outcome(bundle(allow("All", "*"), principals={APP: having(**limit)}), APP) == "allowed"


@pytest.mark.parametrize(
    "around",
    [
        {"principals": {APP: having(iam({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}))}},
        {"principals": {APP: having(boundary=iam({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}))}},
        {"principals": {APP: having(session_policies=(iam({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}),))}},
        {"principals": {APP: having(scps=((iam({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}),),))}},
        {"rcps": ((document(deny("No", "*")),),)},
    ],
)
def test_explicit_deny_anywhere_beats_everything(around: dict[str, Any]) -> None:
    """A matching Deny in any policy ends the evaluation, also for access by a grant."""
    grants = ({"GrantId": "g", "GranteePrincipal": APP, "Operations": ["Decrypt"]},)
    assert outcome(bundle(allow("All", "*"), grants=grants, **around), APP) == "explicitDeny"


FULL, PART = iam(), iam(action="kms:Encrypt")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (((FULL,), (FULL,)), "allowed"),
        (((FULL,), (PART,)), "implicitDeny"),
        (((FULL,), (PART, FULL)), "allowed"),
        (((FULL,), ()), "implicitDeny"),
    ],
)
def test_scps_allow_at_every_level(levels: tuple[tuple[Document, ...], ...], expected: str) -> None:
    """Of several SCPs at a level one must allow, and so at every level."""
    assert outcome(bundle(allow("App", APP), principals={APP: having(scps=levels)}), APP) == expected


@pytest.mark.parametrize(("resource", "expected"), [(KEY, "allowed"), ("arn:aws:kms:*", "allowed"), (KEY[:-1], "implicitDeny")])
def test_scp_allow_of_resources(resource: str, expected: str) -> None:
    """An Allow of an SCP may name resources (since 2025-09), and allows what it names."""
    scp = iam({"Effect": "Allow", "Action": "kms:*", "Resource": resource})
    assert outcome(bundle(allow("App", APP), principals={APP: having(scps=((scp,),))}), APP) == expected


LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
OF_LINKED = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"


@pytest.mark.parametrize(
    ("named", "who", "strictly", "generously"),
    [
        # the key policy names the role with its path
        ([LINKED], OF_LINKED, "allowed", "allowed"),
        # only the name of the role says so
        ([OF_LINKED], OF_LINKED, "explicitDeny", "allowed"),
        # one name under two paths is one role's, and nothing tells which
        ([LINKED, f"arn:aws:iam::{ACCOUNT}:role/AWSServiceRoleForAutoScaling"], OF_LINKED, "explicitDeny", "allowed"),
        ([SESSION], SESSION, "explicitDeny", "explicitDeny"),
    ],
)
def test_whom_rcps_reach_is_open_where_only_a_name_tells(named: list[str], who: str, strictly: str, generously: str) -> None:
    """RCPs do not reach sessions of service-linked roles; where only the name of the role says that it is one, that is open."""
    policy = document(*(allow(f"S{number}", name) for number, name in enumerate(named)))
    everything = document({"Sid": "Nothing", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"})
    world = Bundle((KeyAccess(Key(KEY), policy),), rcps=((everything,),))
    asked = Request(who, "kms:Decrypt")
    assert Authorizer(world).decide(asked).outcome == strictly
    assert Authorizer(world, generous=True).decide(asked).outcome == generously


@pytest.mark.parametrize(
    ("who", "more", "expected"),
    [
        (APP, {}, "implicitDeny"),
        (ROOT, {}, "implicitDeny"),
        (APP, {"service_linked": True}, "allowed"),
        (APP, {"organization": Organization("o-a", management_account=True)}, "allowed"),
    ],
)
def test_whom_scps_hold(who: str, more: dict[str, Any], expected: str) -> None:
    """SCPs hold principals of member accounts, root users too; not service-linked roles or the management account."""
    world = bundle(allow("Them", who), principals={who: having(scps=((PART,),), **more)})
    assert outcome(world, who) == expected


@pytest.mark.parametrize(
    ("key", "who", "action", "expected"),
    [
        (Key(KEY), PARTNER, "kms:Decrypt", "explicitDeny"),
        (Key(KEY), ROOT, "kms:Decrypt", "explicitDeny"),
        (Key(KEY, management_account=True), APP, "kms:Decrypt", "allowed"),
        (Key(KEY, manager="AWS"), APP, "kms:Decrypt", "allowed"),
        (Key(KEY), f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/SLR", "kms:Decrypt", "allowed"),
        (Key(KEY), APP, "kms:ListKeys", "allowed"),
    ],
)
def test_what_rcps_reach(key: Key, who: str, action: str, expected: str) -> None:
    """RCPs reach root users and outsiders; not service-linked roles, AWS managed keys, the management account's keys."""
    everyone = {arn: having(iam()) for arn in (APP, PARTNER)}
    world = bundle(allow("All", "*"), key=key, principals=everyone, rcps=((document(deny("No", "*")),),))
    assert outcome(world, who, action) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (document(allow("All", "*")), "allowed"),
        (document(allow("Ours", ROOT)), "allowed"),
        (document(allow("Others", f"arn:aws:iam::{OTHER}:root")), "implicitDeny"),
        (document(allow("All", "*", "kms:Encrypt")), "implicitDeny"),
        (document(allow("All", "*"), deny("No", "*", "kms:Decrypt")), "explicitDeny"),
    ],
)
def test_vpc_endpoint_policy(policy: Document, expected: str) -> None:
    """A request through an endpoint needs its policy's Allow too."""
    world = bundle(allow("App", APP), vpc_endpoint_policies={"vpce-1": policy})
    assert outcome(world, APP, context={"aws:SourceVpce": ("vpce-1",)}) == expected
    assert outcome(world, APP) == "allowed"
    assert outcome(world, APP, context={"AWS:sourcevpce": ("vpce-2",)}) == "allowed"


def test_endpoint_policy_gives_nothing() -> None:
    """An endpoint policy alone gives no access."""
    world = bundle(allow("Bob", BOB), vpc_endpoint_policies={"vpce-1": document(allow("All", "*"))})
    assert decide(world, APP, context={"aws:SourceVpce": ("vpce-1",)}).reason == ("key-policy",)


@pytest.mark.parametrize(
    ("statement", "who", "expected"),
    [
        (allow("X", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}), APP, "implicitDeny"),
        (deny("X", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}), APP, "explicitDeny"),
        (deny("X", {"CanonicalUser": "79a"}), APP, "explicitDeny"),
        (deny("X", {"AWS": "AROAEXAMPLE"}), APP, "allowed"),
        (deny("X", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/ops/app"}), SESSION, "explicitDeny"),
        (deny("X", {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"}), APP, "allowed"),
        (deny("X", {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"}), SESSION, "explicitDeny"),
        (deny("X", ROOT), APP, "explicitDeny"),
        ({"Sid": "X", "Effect": "Deny", "Principal": "*", "Resource": "*"}, APP, "allowed"),
        ({"Sid": "X", "Effect": "Deny", "Principal": "*", "Action": "kms:*"}, APP, "allowed"),
        (deny("X", "*", Resource="arn:aws:*:us-west-2:*:key/*"), APP, "explicitDeny"),
        (deny("X", "*", Resource="arn:aws:kms:*"), APP, "explicitDeny"),
        (deny("X", "*", Resource=KEY[:-1]), APP, "allowed"),
        (deny("X", "*", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "soon"}}), BOB, "allowed"),
        (deny("X", "*", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "5"}}), APP, "explicitDeny"),
        (deny("X", "*", Condition={"IpAddress": {"aws:SourceIp": "nowhere"}}), APP, "explicitDeny"),
        (deny("X", "*", Condition={"StringEquals": {"aws:ResourceTag/env": "prod"}}), APP, "explicitDeny"),
        (deny("X", "*", Condition={"StringNotEquals": {"aws:ResourceTag/env": "prod"}}), APP, "explicitDeny"),
        (deny("X", "*", Condition={"StringEquals": {"aws:ResourceTag/env": "test"}}), APP, "allowed"),
    ],
)
def test_open_readings_are_taken_on_the_safe_side(statement: dict[str, Any], who: str, expected: str) -> None:
    """What the documentation leaves open gives nothing in an Allow and applies in a Deny."""
    others = () if expected == "implicitDeny" else (allow("App", {"AWS": [APP, BOB]}),)
    world = bundle(*others, statement, key=Key(KEY, tags=(("env", "prod"),)))
    assert outcome(world, who, context={"aws:SourceIp": ("10.0.0.1",)}) == expected


@pytest.mark.parametrize(
    ("world", "who", "notes"),
    [
        (bundle(deny("X", {"CanonicalUser": "79a"})), APP, ("S13",)),
        (bundle(deny("X", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"})), APP, ("P2",)),
        (
            bundle(deny("X", "*", Condition={"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/ops/app"}})),
            SESSION,
            ("P1",),
        ),
        (
            bundle(allow("X", "*", Condition={"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/ops/app"}})),
            SESSION,
            ("P1",),
        ),
        (bundle(deny("X", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/f"})), f"arn:aws:sts::{ACCOUNT}:federated-user/f", ("P7",)),
        (bundle(deny("X", "*", Resource="arn:aws:kms:us-west-2:*key/*")), APP, ("P3",)),
        (
            bundle(deny("X", "*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2999-01-01T00:00:00Z"}})),
            APP,
            ("P11:aws:TokenIssueTime",),
        ),
        (
            bundle(deny("X", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
            APP,
            ("C16:aws:MultiFactorAuthPresent",),
        ),
        (bundle(allow("X", "*", Condition={"StringLike": {"aws:userid": "AROA*:one"}})), SESSION, ()),
        (bundle(allow("X", "*", Condition={"StringLike": {"aws:userid": "AROAX*:one"}})), SESSION, ("P11:aws:userid",)),
        (bundle(allow("X", "*", Condition={"StringLike": {"aws:userid": "AROA*:two"}})), SESSION, ()),
        (bundle(deny("X", "*", Condition={"IpAddress": {"aws:SourceIp": "?"}})), APP, ("S12",)),
        (bundle(allow("X", "*", Condition={"StringEquals": {"aws:ResourceTag/env": "prod"}})), APP, ("C4",)),
    ],
)
def test_notes_name_what_was_open(world: Bundle, who: str, notes: tuple[str, ...]) -> None:
    """The contradiction or silence on which a decision rests is noted."""
    world = world._replace(keys=(world.keys[0]._replace(key=Key(KEY, tags=(("env", "prod"),))),))
    assert decide(world, who, context={"aws:SourceIp": ("10.0.0.1",)}).notes == notes


@pytest.mark.parametrize(
    ("who", "policies", "expected"),
    [
        (PARTNER, having(iam()), "allowed"),
        (PARTNER, having(), "implicitDeny"),
        (PARTNER, having(iam(), boundary=NOTHING), "implicitDeny"),
        (PARTNER, having(iam({"Effect": "Allow", "Action": "kms:*", "Resource": KEY})), "allowed"),
        (f"arn:aws:iam::{OTHER}:root", having(), "implicitDeny"),
    ],
)
@pytest.mark.parametrize("named", [f"arn:aws:iam::{OTHER}:root", OTHER, "*", "self"])
def test_both_accounts_must_allow(named: str, who: str, policies: PrincipalPolicies, expected: str) -> None:
    """Across accounts the key policy and an IAM policy of the caller's account must both allow."""
    world = bundle(allow("Them", who if named == "self" else named), principals={who: policies})
    assert outcome(world, who) == expected


def test_foreign_grant_is_enough() -> None:
    """A grant to a principal of another account needs no IAM policy there, and S2 is noted."""
    grants = ({"GrantId": "g", "GranteePrincipal": PARTNER, "Operations": ["Decrypt"]},)
    decision = decide(bundle(grants=grants), PARTNER)
    assert (decision.reason, decision.notes) == (("grant/g",), ("S2",))


@pytest.mark.parametrize("action", ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:GetKeyPolicy"])
def test_operations_that_do_not_cross(action: str) -> None:
    """An operation that does not cross accounts fails even where both accounts allow it."""
    world = bundle(allow("Them", PARTNER), principals={PARTNER: having(iam())})
    assert outcome(world, PARTNER, action) == "error:AccessDeniedException"


@pytest.mark.parametrize("principal", ["*", "AROAEXAMPLE", f"arn:aws:iam::{ACCOUNT}:group/g", ""])
def test_nobody_has_no_access(principal: str) -> None:
    """An anonymous caller, or what is no caller at all, is never allowed, not even by an Allow to everyone."""
    assert outcome(bundle(allow("All", "*")), principal) == "implicitDeny"


@pytest.mark.parametrize("action", ["kms:NoSuch", "s3:GetObject", "kms:*", "", "Decrypt*"])
def test_unknown_action_is_never_allowed(action: str) -> None:
    """What is no action of KMS is not allowed."""
    assert decide(bundle(allow("All", "*", "*")), APP, action).reason == ("action",)


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::bucket", f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/none", "nonsense"])
def test_unknown_resource_is_never_allowed(resource: str) -> None:
    """What is no key, and no alias of a known key, is not allowed."""
    assert decide(bundle(allow("All", "*", "*")), APP, resources=(resource,)).reason == ("resource",)


def test_key_that_is_not_known() -> None:
    """A key without a known key policy is opened by nothing, IAM included."""
    world = bundle(allow("All", "*"), principals={APP: having(iam())})
    assert decide(world, APP, resources=(KEY[:-1] + "c",)).reason == ("key-policy",)


def test_root_user_needs_the_key_policy() -> None:
    """The root user has what the account is given, and nothing by itself (C1)."""
    assert outcome(bundle(DELEGATING), ROOT) == "allowed"
    assert outcome(bundle(allow("App", APP)), ROOT) == "implicitDeny"


@pytest.mark.parametrize(("count", "expected"), [(50, "allowed"), (51, "implicitDeny")])
def test_alias_quota(count: int, expected: str) -> None:
    """On a key with more than 50 aliases nothing is allowed through kms:ResourceAliases."""
    key = Key(KEY, aliases=tuple(f"alias/{n}" for n in range(count)))
    policy = iam(Condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/0"}})
    assert outcome(bundle(DELEGATING, key=key, principals={APP: having(policy)}), APP) == expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [(f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/mrk.kms.amazonaws.com/Mrk", "allowed"), (APP, "implicitDeny")],
)
def test_synchronize_is_for_the_service_linked_role(who: str, expected: str) -> None:
    """kms:SynchronizeMultiRegionKey is for the service-linked role of KMS only (S9)."""
    world = bundle(allow("All", "*"), key=Key(KEY, multi_region=True, multi_region_key_type="PRIMARY"))
    assert outcome(world, who, "kms:SynchronizeMultiRegionKey") == expected


ALIAS = f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/x"


@pytest.mark.parametrize(
    ("on_alias", "on_key", "expected"),
    [(ALIAS, KEY, "allowed"), (ALIAS + "y", KEY, "implicitDeny"), ("*", ALIAS, "allowed"), (KEY, KEY, "implicitDeny")],
)
def test_alias_needs_iam_and_key_needs_either(on_alias: str, on_key: str, expected: str) -> None:
    """CreateAlias needs IAM on the alias, and key policy or IAM on the key."""
    policy = iam(
        {"Effect": "Allow", "Action": "kms:CreateAlias", "Resource": on_alias},
        {"Effect": "Allow", "Action": "kms:CreateAlias", "Resource": on_key},
    )
    world = bundle(DELEGATING, principals={APP: having(policy)})
    assert outcome(world, APP, "kms:CreateAlias", resources=(ALIAS, KEY)) == expected


def test_key_policy_gives_nothing_on_an_alias() -> None:
    """A key policy cannot allow an action on an alias."""
    assert decide(bundle(allow("App", APP)), APP, "kms:CreateAlias", resources=(ALIAS, KEY)).reason == ("identity-policy",)


@pytest.mark.parametrize(
    ("parameters", "actions", "expected"),
    [
        ({}, ["kms:CreateKey"], "allowed"),
        ({"Tags": [{"TagKey": "a", "TagValue": "b"}]}, ["kms:CreateKey"], "implicitDeny"),
        ({"Tags": [{"TagKey": "a", "TagValue": "b"}]}, ["kms:CreateKey", "kms:TagResource"], "allowed"),
        ({"MultiRegion": True}, ["kms:CreateKey"], "implicitDeny"),
        ({"MultiRegion": True}, ["kms:CreateKey", "iam:CreateServiceLinkedRole"], "allowed"),
    ],
)
def test_create_key(parameters: dict[str, Any], actions: list[str], expected: str) -> None:
    """CreateKey needs IAM alone; with tags kms:TagResource too, for a multi-Region key the service-linked role."""
    world = bundle(DELEGATING, principals={APP: having(iam(action=actions))})
    assert outcome(world, APP, "kms:CreateKey", parameters=parameters) == expected


@pytest.mark.parametrize("resource", ["arn:aws:kms:us-west-2:111122223333:*", KEY, "arn:*"])
def test_actions_without_a_key_need_resource_star(resource: str) -> None:
    """An action that has no key is given by Resource `*` only."""
    policy = iam({"Effect": "Allow", "Action": "kms:ListKeys", "Resource": resource})
    assert outcome(bundle(principals={APP: having(policy)}), APP, "kms:ListKeys") == "implicitDeny"


def test_replicate_key_needs_create_key_in_the_other_region() -> None:
    """A whole ReplicateKey call needs kms:CreateKey in the replica's Region."""
    key = Key(KEY, multi_region=True, multi_region_key_type="PRIMARY")
    policy = iam(action="kms:CreateKey", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    world = bundle(allow("App", APP), key=key, principals={APP: having(policy)})
    for region, expected in (("eu-west-1", "allowed"), ("eu-west-2", "implicitDeny")):
        assert outcome(world, APP, "kms:ReplicateKey", parameters={"ReplicaRegion": region}) == expected
    notes = ("P11:aws:RequestedRegion", "P9:kms:CreateKey in the replica's Region")
    assert decide(world, APP, "kms:ReplicateKey").notes == notes


def test_re_encrypt_needs_both_keys() -> None:
    """ReEncrypt is its two halves: from the one key, to the other."""
    other = KEY[:-1] + "c"
    second = KeyAccess(Key(other), document(allow("To", APP, "kms:ReEncryptTo")))
    world = bundle(allow("From", APP, "kms:ReEncryptFrom"))
    world = world._replace(keys=(*world.keys, second))
    assert outcome(world, APP, "kms:ReEncrypt", resources=(KEY, other)) == "allowed"
    assert outcome(world, APP, "kms:ReEncrypt", resources=(other, KEY)) == "implicitDeny"
    assert outcome(world, APP, "kms:ReEncrypt") == "implicitDeny"
    assert outcome(world, APP, "kms:ReEncrypt", resources=(KEY, other, KEY)) == "implicitDeny"


OPS = f"arn:aws:iam::{ACCOUNT}:role/ops/app"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny("X", "*", Condition={"ArnEquals": {"aws:PrincipalArn": OPS}}), "explicitDeny"),
        (deny("X", "*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops/*"}}), "explicitDeny"),
        (deny("X", "*", Condition={"StringLike": {"aws:PrincipalArn": "*ops*"}}), "explicitDeny"),
        (deny("X", "*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops/other"}}), "allowed"),
        (deny("X", "*", Condition={"ArnNotEquals": {"aws:PrincipalArn": APP}}), "allowed"),
        (deny("X", "*", Condition={"ArnNotEquals": {"aws:PrincipalArn": OPS}}), "explicitDeny"),
    ],
)
def test_deny_by_a_path_that_a_session_may_have(statement: dict[str, Any], expected: str) -> None:
    """A Deny on the ARN of a role under a path applies to a session whose role is not described (P1)."""
    world = bundle(allow("All", "*"), statement)
    assert outcome(world, SESSION) == expected
    known = world._replace(principals={APP: having()})
    assert outcome(known, SESSION) == ("explicitDeny" if expected == "explicitDeny" and "ArnNot" in str(statement) else "allowed")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"ArnEquals": {"aws:PrincipalArn": APP}}, "allowed"),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a*"}}, "allowed"),
        ({"ArnEquals": {"aws:PrincipalArn": OPS}}, "implicitDeny"),
        ({"ArnNotEquals": {"aws:PrincipalArn": OPS}}, "implicitDeny"),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops/*"}}, "implicitDeny"),
        ({"ArnNotEquals": {"aws:PrincipalArn": BOB}}, "allowed"),
    ],
)
def test_allow_by_a_path_that_a_session_may_have(condition: dict[str, Any], expected: str) -> None:
    """An Allow that leaves a role under a path out does not count on the session being of another role (P1)."""
    assert outcome(bundle(allow("All", "*", Condition=condition)), SESSION) == expected


def test_identity_policy_is_a_reason_only_where_it_was_needed() -> None:
    """A direct Allow of the key policy is the whole reason, though an IAM policy allows too."""
    world = bundle(allow("App", APP), principals={APP: having(iam())})
    assert decide(world, APP).reason == ("key-policy/App",)


def test_parameters_are_never_remembered() -> None:
    """What one request's parameters need is not taken for what another's need."""
    authorizer = Authorizer(bundle(DELEGATING, principals={APP: having(iam(action=["kms:CreateKey", "kms:TagResource"]))}))
    tags = {"Tags": [{"TagKey": "a", "TagValue": "b"}]}
    asked = [tags, {"MultiRegion": True}, {**tags, "MultiRegion": False}, {"MultiRegion": True}, {}]
    outcomes = [str(authorizer.decide(Request(APP, "kms:CreateKey", parameters=item)).outcome) for item in asked]
    assert outcomes == ["allowed", "implicitDeny", "allowed", "implicitDeny", "allowed"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("PendingDeletion", "Enabled", "allowed"),
        ("Enabled", "PendingDeletion", "error:KMSInvalidStateException"),
        ("Enabled", "Enabled", "allowed"),
    ],
)
def test_update_alias_between_keys(old: str, new: str, expected: str) -> None:
    """UpdateAlias may leave a key that is pending deletion, and may not go to one."""
    other = KEY[:-1] + "c"
    world = bundle(DELEGATING, key=Key(KEY, state=old), principals={APP: having(iam())})
    second = KeyAccess(Key(other, state=new), document(DELEGATING))
    world = world._replace(keys=(*world.keys, second))
    assert outcome(world, APP, "kms:UpdateAlias", resources=(ALIAS, KEY, other)) == expected


def test_partitions_never_meet() -> None:
    """A principal of another partition has no access, though its account has the same number."""
    who = f"arn:aws-cn:iam::{ACCOUNT}:role/app"
    world = bundle(allow("Account", ACCOUNT), allow("All", "*"), principals={who: having(iam())})
    assert decide(world, who).reason == ("principal",)


def test_a_trace_is_given_only_where_it_is_asked_for() -> None:
    """How every statement met a request is told on request alone: it takes longer than to decide."""
    authorizer, asked = Authorizer(bundle(allow("App", APP))), Request(APP, "kms:Decrypt")
    assert authorizer.decide(asked).trace == ()
    assert [one.source for one in authorizer.decide(asked, trace=True).trace] == ["key-policy/App"]


def test_same_authorizer_gives_same_answers() -> None:
    """What an authorizer remembers never changes an answer."""
    world = bundle(
        DELEGATING,
        allow("App", APP, "kms:Encrypt", Condition={"StringEquals": {"kms:EncryptionContext:a": "1"}}),
        principals={BOB: having(iam(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))},
    )
    asked = [
        Request(who, action, encryption_context=context, context=more)
        for who in (BOB, APP, ROOT)
        for action in ("kms:Encrypt", "kms:Decrypt")
        for context in ({}, {"a": "1"}, {"A": "2"})
        for more in ({}, {"aws:MultiFactorAuthPresent": ("true",)})
    ]
    one = Authorizer(world)
    assert [one.decide(r) for r in asked * 2] == [Authorizer(world).decide(r) for r in asked * 2]


def test_a_deny_beside_some_user_is_doubtful_for_federated_sessions() -> None:
    """Whose session it is nothing tells (P7): the Deny counts, and whoever must know what may be gets the other reading."""
    denied = parse_document({"Statement": {"Sid": "No", "Effect": "Deny", "Action": "kms:*", "Resource": "*"}})
    session = f"arn:aws:sts::{ACCOUNT}:federated-user/f"
    beside = {f"arn:aws:iam::{ACCOUNT}:user/{name}": PrincipalPolicies((denied,)) for name in ("eve", "f")}
    world = bundle(allow("Named", {"AWS": session}))._replace(principals=beside)
    decision = decide(world, session)
    assert (decision.outcome, decision.reason, decision.notes) == ("explicitDeny", ("identity-policy/No",), ("P7",))
    assert Authorizer(world, generous=True).decide(Request(session, "kms:Decrypt")).outcome == "allowed"


def test_an_endpoint_that_is_not_told_may_be_one_that_denies() -> None:
    """A request of which only the VPC is told came through some endpoint, whose policy may not allow it."""
    world = bundle(allow("App", APP), vpc_endpoint_policies={"vpce-1": document(allow("Encrypt", "*", action="kms:Encrypt"))})
    assert outcome(world, APP, context={"aws:SourceVpc": ("vpc-1",)}) == "implicitDeny"
    assert outcome(world, APP) == "allowed"


@pytest.mark.parametrize("told", [{"aws:FederatedProvider": ("cognito-identity.amazonaws.com",)}, {"saml:sub": ("ana",)}])
def test_a_session_that_tells_its_provider_used_no_mfa(told: dict[str, tuple[str, ...]]) -> None:
    """Sessions of web identity and SAML never hold MFA, whatever the request tells."""
    world = bundle(allow("App", APP, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    mfa = {"aws:MultiFactorAuthPresent": ("true",)}
    assert outcome(world, APP, context=mfa) == "allowed"
    assert outcome(world, APP, context={**mfa, **told}) == "implicitDeny"


def test_no_first_of_two_organizations() -> None:
    """An account is in one organization, so two that its principals tell make it unknown for whom nothing tells one."""
    in_mine = {"StringEquals": {"aws:PrincipalOrgID": "o-mine000000"}}
    told = {f"arn:aws:iam::{OTHER}:role/{name}": having(organization=Organization(org)) for name, org in
        (("y", "o-mine000000"), ("z", "o-other00000"))}  # fmt: skip
    everything = iam(action="kms:*")
    told[f"arn:aws:iam::{OTHER}:role/x"] = having(everything)
    world = bundle(allow("Org", "*", Condition=in_mine), principals=told)
    assert outcome(world, f"arn:aws:iam::{OTHER}:role/x") == "implicitDeny"
