"""`kmsgen diff` of plans that attach policies to principals made elsewhere: what else these have is the same before and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.running import Runner

ACCOUNT = "arn:aws:iam::111122223333"
X, U = f"{ACCOUNT}:role/x", f"{ACCOUNT}:user/u"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:us-west-2:111122223333:key/{KEY_ID}"
Resource = tuple[str, dict[str, Any]]


def document(*statements: dict[str, Any]) -> str:
    """Return a policy as Terraform holds it."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str, who: str | None = None, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """Return a statement, of a key policy if it is about somebody."""
    about = {"Principal": {"AWS": who}} if who else {}
    return {"Effect": effect, **about, "Action": f"kms:{action}", "Resource": "*", **more}


def key(*statements: dict[str, Any]) -> Resource:
    """Return a key that exists."""
    policy = document(allow("PutKeyPolicy", f"{ACCOUNT}:role/admin"), *statements)
    return ("aws_kms_key.k", {"arn": KEY_ARN, "key_id": KEY_ID, "policy": policy})


DELEGATION = allow("*", f"{ACCOUNT}:root")
PLAIN, DELEGATING = key(), key(DELEGATION)
DIRECT = key(allow("Decrypt", X))


def inline(*statements: dict[str, Any], role: str = "x") -> Resource:
    """Return an inline policy of a role."""
    return (f"aws_iam_role_policy.{role}", {"role": role, "name": "p", "policy": document(*statements)})


def attached(arn: str, role: str = "x") -> Resource:
    """Return the attachment of a policy to a role."""
    return ("aws_iam_role_policy_attachment.a", {"role": role, "policy_arn": arn})


def managed(*statements: dict[str, Any]) -> Resource:
    """Return a managed policy."""
    return ("aws_iam_policy.p", {"name": "p", "path": "/", "arn": f"{ACCOUNT}:policy/p", "policy": document(*statements)})


OWN, OTHER = attached(f"{ACCOUNT}:policy/p"), attached(f"{ACCOUNT}:policy/other")
USE, REFUSE = allow("Decrypt"), allow("Decrypt", effect="Deny")
USER = ("aws_iam_user.u", {"name": "u", "path": "/", "arn": U})
OF_USER = ("aws_iam_user_policy.u", {"user": "u", "name": "p", "policy": document(USE)})
ROLE = ("aws_iam_role.x", {"name": "x", "path": "/", "arn": X, "inline_policy": [], "managed_policy_arns": []})
UNTOLD_ROLE = ("aws_iam_role.x", {"name": "x", "path": "/", "arn": X})
EXCLUSIVE = ("aws_iam_role_policy_attachments_exclusive.e", {"role_name": "x", "policy_arns": [f"{ACCOUNT}:policy/p"]})
INLINE_ONLY = ("aws_iam_role_policies_exclusive.e", {"role_name": "x", "policy_names": ["p"]})
OF_ONE = (
    "aws_iam_policy_attachment.a",
    {"name": "a", "roles": ["y"], "users": [], "groups": [], "policy_arn": f"{ACCOUNT}:policy/d"},
)


def values(resources: tuple[Resource, ...]) -> dict[str, Any]:
    """Return resources as a plan holds them."""
    items = []
    for address, held in resources:
        of, _, name = address.partition(".")
        items.append({"address": address, "mode": "managed", "type": of, "name": name, "values": held})
    return {"root_module": {"resources": items}}


def plan(before: tuple[Resource, ...], after: tuple[Resource, ...], unknown: dict[str, Any] | None = None) -> str:
    """Return a plan that takes resources from one to another; `unknown` is what is known only after apply, by address."""
    changes = [{"address": address, "change": {"after_unknown": fields}} for address, fields in (unknown or {}).items()]
    gone = {address for address, _ in before} - {address for address, _ in after}
    changes += [{"address": address, "change": {"actions": ["delete"]}} for address in sorted(gone)]
    return json.dumps(
        {
            "format_version": "1.0",
            "prior_state": {"values": values(before)},
            "planned_values": values(after),
            "resource_changes": changes,
        }
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in an empty folder."""
    return Runner(tmp_path, monkeypatch, capsys)


def compared(run: Runner, *files: str) -> tuple[list[str], list[str], str]:
    """Return what is gained and lost, as principal and action, and why the comparison is not complete."""
    ran = run("diff", *files, "--output", "json")
    assert ran.code in (0, 1), ran.err
    found = json.loads(ran.out)
    sides = [
        sorted(
            f"{who.rpartition(':')[2]} {action}" for one in found[side] for who in one["principals"] for action in one["actions"]
        )
        for side in ("gained", "lost")
    ]
    return sides[0], sides[1], found["reason"]


OF_X = {"ArnEquals": {"aws:PrincipalArn": X}}
ANYBODY = key(allow("Decrypt", X), allow("Decrypt", "*", Condition=OF_X))
OF_SESSION = key(allow("Decrypt", X), allow("Decrypt", "arn:aws:sts::111122223333:assumed-role/x/s"))
GIVEN = ["role/x kms:Decrypt"]
SAME = {
    "inline": (DELEGATING, inline(USE)),
    "managed": (DELEGATING, managed(USE), OWN),
    "managed elsewhere": (DELEGATING, OTHER),
    "of AWS": (DELEGATING, attached("arn:aws:iam::aws:policy/ReadOnlyAccess")),
    "named by the key": (DIRECT, inline(USE)),
    "a user made here": (DELEGATING, USER, OF_USER),
    "in a group made elsewhere": (DELEGATING, ("aws_iam_user_group_membership.m", {"user": "v", "groups": ["g"]})),
    "what else there is taken away": (DELEGATING, inline(USE), EXCLUSIVE, INLINE_ONLY, OF_ONE),
}


@pytest.mark.parametrize("resources", SAME.values(), ids=SAME)
def test_a_plan_that_changes_nothing_changes_no_access(resources: tuple[Resource, ...], run: Runner) -> None:
    """Whatever else may be attached to a principal is attached before and after."""
    assert compared(run, run.write("plan.json", plan(resources, resources))) == ([], [], "")
    assert compared(run, run.write("a.json", plan((), resources)), run.write("b.json", plan((), resources))) == ([], [], "")


KNOWN = {
    "attached to one of whom nothing else is told": ((DELEGATING,), (DELEGATING, inline(USE)), GIVEN, []),
    "detached": ((DELEGATING, inline(USE)), (DELEGATING,), [], GIVEN),
    "attached besides": (
        (DELEGATING, inline(allow("Encrypt"))), (DELEGATING, inline(allow("Encrypt")), managed(USE), OWN), GIVEN, [],
    ),
    "named by the key now": ((PLAIN, inline(USE)), (DIRECT, inline(USE)), GIVEN, []),
    "a Deny attached": ((DIRECT, inline(USE)), (DIRECT, inline(USE, REFUSE)), [], GIVEN),
    "a Deny detached": ((DIRECT, inline(USE, REFUSE)), (DIRECT, inline(USE)), GIVEN, []),
    "a Deny detached from one of whom nothing else is told": ((DIRECT, inline(REFUSE)), (DIRECT,), GIVEN, []),
    "directly what IAM could give": (
        (DELEGATING, inline(USE)), (key(DELEGATION, allow("Encrypt", X)), inline(USE)), ["role/x kms:Encrypt"], [],
    ),
    "a policy of a user": ((DELEGATING, USER), (DELEGATING, USER, OF_USER), ["user/u kms:Decrypt"], []),
    "to a role made here": ((DELEGATING, ROLE), (DELEGATING, ROLE, inline(USE)), GIVEN, []),
    "past a boundary": ((DIRECT, inline(USE)), (ANYBODY, inline(USE)), GIVEN, []),
    "of a session past a boundary": (
        (DIRECT, inline(USE)), (OF_SESSION, inline(USE)), ["assumed-role/x/s kms:Decrypt"], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "gained", "lost"), KNOWN.values(), ids=KNOWN)
def test_what_a_plan_changes_is_told_whatever_else_is_attached(
    before: tuple[Resource, ...], after: tuple[Resource, ...], gained: list[str], lost: list[str], run: Runner
) -> None:
    """With every further policy, with none, or with a boundary: of a plan alone, and of two files."""
    two = (run.write("a.json", plan((), before)), run.write("b.json", plan((), after)))
    for files in ((run.write("plan.json", plan(before, after)),), two):
        assert compared(run, *files) == (gained, lost, "")


def test_a_boundary_that_a_plan_tells_is_no_other_one(run: Runner) -> None:
    """A user made here without one has in both what IAM gives it, and no more by a key policy that names it."""
    named = key(DELEGATION, allow("Decrypt", U))
    assert compared(run, run.write("plan.json", plan((DELEGATING, USER, OF_USER), (named, USER, OF_USER))))[:2] == ([], [])


def test_an_account_statement_makes_further_policies_count(run: Runner) -> None:
    """A role to which the plan attaches a policy gains by it what any policy may give it."""
    gained, lost, reason = compared(run, run.write("plan.json", plan((PLAIN, inline(USE)), (DELEGATING, inline(USE)))))
    assert {f"role/x kms:{action}" for action in ("Decrypt", "Encrypt", "PutKeyPolicy")} <= set(gained)
    assert (lost, reason) == ([], "")


OPEN = {
    "a policy elsewhere, attached": ((DELEGATING,), (DELEGATING, OTHER), None),
    "a policy elsewhere, besides": ((DELEGATING, inline(USE)), (DELEGATING, inline(USE), OTHER), None),
    "a policy elsewhere, detached": ((DIRECT, OTHER), (DIRECT,), None),
    "known after apply": ((DELEGATING, inline(USE)), (DELEGATING, inline(USE)), {"aws_iam_role_policy.x": {"policy": True}}),
    "a group elsewhere": (
        (DELEGATING,), (DELEGATING, ("aws_iam_user_group_membership.m", {"user": "v", "groups": ["g"]})), None,
    ),
    "others taken away": ((DIRECT, managed(USE), OWN), (DIRECT, managed(USE), OWN, EXCLUSIVE), None),
    "other inline ones taken away": ((DIRECT, inline(USE)), (DIRECT, inline(USE), INLINE_ONLY), None),
    "a policy taken away from all others": ((DIRECT, inline(USE)), (DIRECT, inline(USE), OF_ONE), None),
    "made here now": ((DELEGATING, inline(USE)), (DELEGATING, inline(USE), UNTOLD_ROLE), None),
    "a boundary elsewhere": (
        (DIRECT, (USER[0], {**USER[1], "permissions_boundary": f"{ACCOUNT}:policy/b"}), OF_USER), (DIRECT, USER, OF_USER), None,
    ),
}  # fmt: skip


GROUP = ("aws_iam_group.g", {"name": "g", "path": "/", "arn": f"{ACCOUNT}:group/g"})
OF_GROUP = ("aws_iam_group_policy.g", {"group": "g", "name": "p", "policy": document(USE)})
OF_S3 = ("aws_iam_group_policy.s", {**OF_GROUP[1], "policy": document({**USE, "Action": "s3:*"})})
OF_AWS = ("aws_iam_group_policy_attachment.h", {"group": "g", "policy_arn": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"})
UNNAMED = {
    "a policy of a group": ((DELEGATING,), (DELEGATING, OF_GROUP), "who is in the group g"),
    "one of a group made here": ((DELEGATING, GROUP), (DELEGATING, GROUP, OF_GROUP), "who is in the group g"),
    "one elsewhere": (
        (DELEGATING,), (DELEGATING, ("aws_iam_group_policy_attachment.g", {"group": "g", "policy_arn": f"{ACCOUNT}:policy/d"})),
        "who is in the group g",
    ),
    "taken away from all others": ((DIRECT,), (DIRECT, OF_ONE), "from whom aws_iam_policy_attachment.a takes arn:aws:iam:"),
    "others taken away from a group": (
        (DIRECT,), (DIRECT, ("aws_iam_group_policies_exclusive.e", {"group_name": "g", "policy_names": []})),
        "from whom aws_iam_group_policies_exclusive.e takes others",
    ),
    "nothing of KMS": ((DELEGATING,), (DELEGATING, OF_S3, OF_AWS), ""),
    "a policy of a group, as before": ((DELEGATING, OF_GROUP), (DELEGATING, OF_GROUP), ""),
    "of a group that is new": ((DELEGATING,), (DELEGATING, (GROUP[0], {"name": "g", "path": "/"}), OF_GROUP), ""),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), UNNAMED.values(), ids=UNNAMED)
def test_what_a_plan_gives_to_whom_it_does_not_name_is_open(
    before: tuple[Resource, ...], after: tuple[Resource, ...], said: str, run: Runner
) -> None:
    """Users of a group that exists, and whoever loses a policy to which others are attached."""
    gained, lost, reason = compared(run, run.write("plan.json", plan(before, after)))
    assert (gained, lost) == ([], [])
    assert said in reason if said else not reason


@pytest.mark.parametrize(("before", "after", "unknown"), OPEN.values(), ids=OPEN)
def test_what_may_be_other_policies_before_and_after_stays_open(
    before: tuple[Resource, ...], after: tuple[Resource, ...], unknown: dict[str, Any] | None, run: Runner
) -> None:
    """Nothing is called gained that may not be, and the comparison says what is not known."""
    planned = tuple(
        (address, {field: value for field, value in held.items() if not (unknown or {}).get(address, {}).get(field)})
        for address, held in after
    )
    gained, lost, reason = compared(run, run.write("plan.json", plan(before, planned, unknown)))
    assert (gained, lost) == ([], [])
    assert reason.startswith("not known: ")


KEPT = ("aws_kms_key.k", {"arn": KEY_ARN, "key_id": KEY_ID, "policy": document(allow("*", X))})
LATER = {"aws_iam_role_policy.x": {"policy": True}}


@pytest.mark.parametrize(
    ("resources", "unknown", "said"),
    [
        ((KEPT, inline(USE)), {}, []),
        ((KEPT, (inline()[0], {"role": "x", "name": "p"})), LATER, ["unknown-lockout"]),
        ((KEPT, inline(allow("*", effect="Deny"))), {}, ["lockout"]),
    ],
    ids=["elsewhere", "known after apply", "told"],
)
def test_what_is_attached_elsewhere_is_taken_not_to_lock_the_key(
    resources: tuple[Resource, ...], unknown: dict[str, Any], said: list[str], run: Runner
) -> None:
    """As of whom a file does not name: a plan that changes nothing passes the gate."""
    ran = run("gate", run.write("plan.json", plan(resources, resources, unknown)), "--fail-on", "any", "--output", "json")
    (found,) = json.loads(ran.out)["files"]
    assert [one["code"] for one in found["findings"] if "lockout" in one["code"]] == said
    assert (ran.code, found["why"] == []) == ((1, False) if said else (0, True))
