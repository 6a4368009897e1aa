"""What a call needs permission for, and what of it a request leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from tests.unit.authorizer.worlds import ACCOUNT, APP, KEY, ROOT, allow, bundle, decide, document, having, iam, outcome

ALIAS = f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/app"
SECOND = KEY[:-1] + "c"
MRK = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/mrk-1234abcd12ab34cd56ef1234567890ab"
REPLICA = MRK.replace("us-west-2", "eu-west-1")
ALIASES = ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"]


def world(resource: object = "*", action: object = "kms:*", *more: Any, key: Key | None = None) -> Bundle:
    """Return a bundle whose key policy allows the role everything, and an IAM policy of the role that allows some of it."""
    mine = iam({"Sid": "Iam", "Effect": "Allow", "Action": action, "Resource": resource})
    return bundle(allow("App", APP), *more, key=key, principals={APP: having(mine)})


def with_second(made: Bundle, key: Key, *actions: str) -> Bundle:
    """Add a key whose policy allows the role some actions."""
    return made._replace(keys=(*made.keys, KeyAccess(key, document(allow("Second", APP, list(actions) or "kms:Encrypt")))))


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", "allowed"),
        (f"arn:aws:kms:*:{ACCOUNT}:alias/*", "allowed"),
        (f"arn:aws:kms:us-west-2:{ACCOUNT}:*", "allowed"),
        (f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/app*", "implicitDeny"),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/*", "implicitDeny"),
        (KEY, "implicitDeny"),
    ],
)
@pytest.mark.parametrize("action", ["kms:CreateAlias", "kms:DeleteAlias"])
def test_the_alias_that_is_left_out(action: str, resource: str, expected: str) -> None:
    """A request that names the key alone is allowed where it is for every alias of the key's account and Region."""
    assert outcome(world(resource), APP, action) == expected


def test_what_is_missing_is_said() -> None:
    """The answer on half a call that is not allowed says which half; of a whole one nothing is left to say."""
    assert decide(world(f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/app*"), APP, "kms:CreateAlias").notes == (
        "P9:kms:CreateAlias on the alias",
    )
    assert decide(world(), APP, "kms:CreateAlias", resources=(ALIAS, KEY)).notes == ()


def test_the_key_that_is_left_out() -> None:
    """A request that names the alias alone is about the key of the scenario, or the one that has the alias."""
    assert outcome(world(), APP, "kms:CreateAlias", resources=(ALIAS,)) == "allowed"
    other = with_second(world(), Key(SECOND, aliases=("alias/app",)))
    assert outcome(other, APP, "kms:DeleteAlias", resources=(ALIAS,)) == "implicitDeny"
    assert outcome(with_second(world(), Key(SECOND, aliases=("alias/app",)), *ALIASES), APP, "kms:DeleteAlias",
                   resources=(ALIAS,)) == "allowed"  # fmt: skip


@pytest.mark.parametrize(
    ("resources", "aliases", "expected"),
    [
        ((ALIAS, KEY, SECOND), (), "allowed"),
        ((ALIAS, SECOND), (), "implicitDeny"),
        ((ALIAS, SECOND), ("alias/app",), "allowed"),
        ((ALIAS, KEY), ("alias/app",), "implicitDeny"),
        ((ALIAS,), ("alias/app",), "implicitDeny"),
        ((KEY, SECOND), ("alias/app",), "allowed"),
        ((), (), "implicitDeny"),
    ],
)
def test_update_alias(resources: tuple[str, ...], aliases: tuple[str, ...], expected: str) -> None:
    """UpdateAlias needs the alias, the key that has it, told by its aliases, and the key that gets it, which is told last."""
    made = with_second(world(key=Key(KEY, aliases=aliases)), Key(SECOND), *ALIASES)
    assert outcome(made, APP, "kms:UpdateAlias", resources=resources) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (Key(SECOND, spec="RSA_2048"), "error:ValidationException"),
        (Key(SECOND, spec="HMAC_256", usage="GENERATE_VERIFY_MAC"), "error:ValidationException"),
        (Key(SECOND.replace("us-west-2", "eu-west-1")), "error:ValidationException"),
        (Key(SECOND, origin="EXTERNAL"), "allowed"),
    ],
)
def test_update_alias_between_unlike_keys(second: Key, expected: str) -> None:
    """The old and the new key of an alias are of one type, usage, account and Region."""
    made = with_second(world(), second, *ALIASES)
    assert outcome(made, APP, "kms:UpdateAlias", resources=(ALIAS, KEY, second.arn)) == expected


@pytest.mark.parametrize("action", ALIASES)
@pytest.mark.parametrize(("name", "error"), [("aws/s3", "InvalidAliasNameException"), ("a b", "ValidationException")])
def test_names_of_aliases(action: str, name: str, error: str) -> None:
    """Nobody gives a key an alias of AWS's, or one that is no name."""
    made = with_second(world(), Key(SECOND), *ALIASES)
    resources = (f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/{name}", KEY, *((SECOND,) if action == "kms:UpdateAlias" else ()))
    assert outcome(made, APP, action, resources=resources) == f"error:{error}"


TO_IRELAND = {"ReplicaRegion": "eu-west-1"}
PRIMARY = Key(MRK, multi_region=True, multi_region_key_type="PRIMARY", spec="RSA_2048", usage="SIGN_VERIFY")


@pytest.mark.parametrize(
    ("action", "condition", "parameters", "expected"),
    [
        ("kms:*", {}, {}, "allowed"),
        ("kms:ReplicateKey", {}, {}, "implicitDeny"),
        ("kms:CreateKey", {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, {"ReplicaRegion": "eu-west-1"}, "allowed"),
        ("kms:CreateKey", {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, {"ReplicaRegion": "eu-west-2"}, "implicitDeny"),
        ("kms:CreateKey", {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, {}, "implicitDeny"),
        ("kms:CreateKey", {"StringNotEquals": {"kms:KeySpec": "RSA_2048"}}, {"ReplicaRegion": "eu-west-1"}, "implicitDeny"),
        ("kms:CreateKey", {"StringEqualsIfExists": {"kms:KeySpec": "RSA_2048"}}, {"ReplicaRegion": "eu-west-1"}, "allowed"),
        ("kms:CreateKey", {"StringEquals": {"kms:KeySpec": "RSA_2048"}}, {"ReplicaRegion": "eu-west-1"}, "implicitDeny"),
        ("kms:CreateKey", {"StringEqualsIfExists": {"kms:MultiRegionKeyType": "REPLICA"}}, TO_IRELAND, "allowed"),
        ("kms:CreateKey", {"StringEquals": {"kms:MultiRegionKeyType": "REPLICA"}}, TO_IRELAND, "implicitDeny"),
        ("kms:CreateKey", {"StringEqualsIfExists": {"kms:MultiRegionKeyType": "PRIMARY"}}, TO_IRELAND, "implicitDeny"),
        ("kms:CreateKey", {}, {"ReplicaRegion": "eu-west-1", "Tags": [{"TagKey": "a", "TagValue": "b"}]}, "implicitDeny"),
    ],
)
def test_replicate_key(action: str, condition: dict[str, Any], parameters: dict[str, Any], expected: str) -> None:
    """ReplicateKey needs kms:CreateKey in the replica's Region, which may see what the replica will be or nothing (S15)."""
    mine = iam({"Sid": "Iam", "Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition})
    made = bundle(allow("App", APP, "kms:ReplicateKey"), key=PRIMARY, principals={APP: having(mine)})
    assert outcome(made, APP, "kms:ReplicateKey", parameters=parameters) == expected


@pytest.mark.parametrize(
    ("resources", "parameters", "expected"),
    [
        ((), {}, "allowed"),
        ((), {"PrimaryRegion": "eu-west-1"}, "allowed"),
        ((), {"PrimaryRegion": "eu-west-2"}, "implicitDeny"),
        ((MRK, REPLICA), {"PrimaryRegion": "eu-west-1"}, "allowed"),
        ((REPLICA,), {}, "error:UnsupportedOperationException"),
    ],
)
def test_update_primary_region(resources: tuple[str, ...], parameters: dict[str, Any], expected: str) -> None:
    """UpdatePrimaryRegion needs the permission on both keys: the other one is that of the same id in the Region that is told."""
    made = bundle(allow("App", APP), key=PRIMARY)
    made = with_second(made, PRIMARY._replace(arn=REPLICA, multi_region_key_type="REPLICA"), "kms:UpdatePrimaryRegion")
    assert outcome(made, APP, "kms:UpdatePrimaryRegion", resources=resources, parameters=parameters) == expected


def test_a_key_that_nobody_describes_is_no_key_to_change() -> None:
    """Where the other key is not described, its key policy is not known: the answer is open, and says what is missing."""
    decision = decide(bundle(allow("App", APP), key=PRIMARY), APP, "kms:UpdatePrimaryRegion")
    assert (str(decision.outcome), decision.reason) == ("implicitDeny", ("resource",))
    assert decision.notes == ("P9:kms:UpdatePrimaryRegion on the other key",)


TAGGED = {"Tags": [{"TagKey": "team", "TagValue": "pay"}]}


@pytest.mark.parametrize(
    ("resource", "context", "expected"),
    [
        ("*", {}, "allowed"),
        (f"arn:aws:kms:*:{ACCOUNT}:key/*", {}, "allowed"),
        (f"arn:aws:kms:us-west-2:{ACCOUNT}:key/*", {}, "implicitDeny"),
        (f"arn:aws:kms:us-west-2:{ACCOUNT}:key/*", {"aws:RequestedRegion": ("us-west-2",)}, "allowed"),
        (f"arn:aws:kms:us-west-2:{ACCOUNT}:key/*", {"aws:RequestedRegion": ("eu-west-1",)}, "implicitDeny"),
        (KEY, {"aws:RequestedRegion": ("us-west-2",)}, "implicitDeny"),
        ("arn:aws:kms:*:444455556666:key/*", {}, "implicitDeny"),
    ],
)
def test_create_key_with_tags(resource: str, context: dict[str, tuple[str, ...]], expected: str) -> None:
    """CreateKey with tags needs kms:TagResource on every key of the caller's account and the Region."""
    create = {"Sid": "Create", "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"}
    tag = {"Sid": "Tag", "Effect": "Allow", "Action": "kms:TagResource", "Resource": resource}
    made = bundle(principals={APP: having(iam(create, tag))})
    assert outcome(made, APP, "kms:CreateKey", parameters=TAGGED, context=context) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": "kms:TagResource", "Resource": f"arn:aws:kms:*:{ACCOUNT}:key/*"}, "explicitDeny"),
        ({"Action": "kms:TagResource", "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"}, "explicitDeny"),
        ({"Action": "kms:TagResource", "Resource": f"arn:aws:kms:*:{ACCOUNT}:alias/*"}, "allowed"),
        ({"Action": "kms:CreateKey", "Resource": f"arn:aws:kms:*:{ACCOUNT}:key/*"}, "allowed"),
    ],
)
def test_denies_of_what_is_created(statement: dict[str, Any], expected: str) -> None:
    """A Deny of kms:TagResource on some keys may meet the key that is created; its Region is open where it is not told."""
    denies = {"Sid": "No", "Effect": "Deny", **statement}
    mine = iam({"Sid": "Iam", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}, denies)
    assert outcome(bundle(principals={APP: having(mine)}), APP, "kms:CreateKey", parameters=TAGGED) == expected


@pytest.mark.parametrize(
    ("action", "parameters", "expected"),
    [
        ("kms:CreateKey", {}, "allowed"),
        ("kms:CreateKey", TAGGED, "allowed"),
        ("kms:CreateKey", {"MultiRegion": True}, "allowed"),
        ("kms:ListKeys", {}, "allowed"),
        ("kms:GenerateRandom", {}, "allowed"),
        ("kms:ConnectCustomKeyStore", {}, "allowed"),
        ("kms:Decrypt", {}, "implicitDeny"),
    ],
)
def test_the_root_user_and_what_is_no_key(action: str, parameters: dict[str, Any], expected: str) -> None:
    """The root user needs no Allow for what is no key, and SCPs limit it there too; on a key it needs one (C1)."""
    assert outcome(bundle(), ROOT, action, parameters=parameters) == expected
    held = bundle(principals={ROOT: having(scps=((iam(action="s3:*"),),))})
    assert outcome(held, ROOT, action, parameters=parameters) == "implicitDeny"


def test_the_root_user_and_aliases() -> None:
    """Of an alias operation the root user needs the key half only."""
    assert decide(bundle(allow("Root", ROOT, "kms:CreateAlias")), ROOT, "kms:CreateAlias").reason == (
        "key-policy/Root",
        "root-user",
    )
    assert outcome(bundle(allow("Root", ROOT, "kms:Decrypt")), ROOT, "kms:CreateAlias") == "implicitDeny"


def test_only_what_is_named() -> None:
    """Whoever asks for permissions one by one is answered about what is named alone, and told what the call needs beside."""
    made = bundle(allow("App", APP))
    decision = Authorizer(made).decide(Request(APP, "kms:CreateAlias"), whole=False)
    assert (str(decision.outcome), decision.notes) == ("allowed", ("P9:kms:CreateAlias on the alias",))


@pytest.mark.parametrize(
    ("action", "whole", "notes"),
    [
        ("kms:ReEncryptFrom", True, ("P9:kms:ReEncryptTo on the destination key",)),
        ("kms:ReEncryptTo", False, ("P9:kms:ReEncryptFrom on the source key",)),
        ("kms:ReEncrypt", False, ("P9:kms:ReEncryptTo on the destination key",)),
    ],
)
def test_one_permission_of_a_re_encryption_is_told_to_be_one(action: str, notes: tuple[str, ...], *, whole: bool) -> None:
    """A ReEncrypt needs both permissions: where one of them is asked about as an action, a note names the other."""
    decision = Authorizer(bundle(allow("App", APP))).decide(Request(APP, action), whole=whole)
    assert (str(decision.outcome), decision.notes) == ("allowed", notes)


@pytest.mark.parametrize(("service", "expected"), [("mrk.kms.amazonaws.com", "allowed"), ("ec2.amazonaws.com", "implicitDeny")])
def test_the_role_that_a_multi_region_key_needs(service: str, expected: str) -> None:
    """KMS has one service-linked role made, of one service: iam:AWSServiceName tells it."""
    only = {"StringEquals": {"iam:AWSServiceName": service}}
    role = {"Sid": "Role", "Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*", "Condition": only}
    mine = iam({"Sid": "Iam", "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"}, role)
    made = bundle(allow("App", APP, "kms:DescribeKey"), key=PRIMARY, principals={APP: having(mine)})
    assert outcome(made, APP, "kms:CreateKey", resources=("*",), parameters={"MultiRegion": True}) == expected
