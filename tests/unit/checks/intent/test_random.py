"""Random intents: whatever the loader and the compiler take passes the three questions."""

from __future__ import annotations

import os
import random

import pytest

from kmsgen.catalogue.guardrails import DENY, GUARD_RAILS
from kmsgen.checks.intent.verification import ask
from kmsgen.errors import KmsgenError
from tests.unit.checks.intent.judging import ACCOUNT, OTHER, case

LONG = (pytest.mark.long, pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"))
SEEDS = [number if number < 6 else pytest.param(number, marks=LONG) for number in range(120)]
INTENTS_PER_SEED = 4

ANYONE = ["encrypt", "decrypt", "re-encrypt", "generate-data-key", "describe", "use-grants", "revoke-grants"]
OWN = [*ANYONE, "generate-data-key-pair", "view", "tag", "rotate", "change-policy", "schedule-deletion", "kms:GetKeyPolicy"]
WITH_IAM = [*OWN, "manage", "list-keys", "console-lists", "kms:CreateGrant", "kms:RetireGrant", "kms:CreateAlias"]
SERVICE_LINKED = "role/aws-service-role/"
PRINCIPALS = {
    "role/a": WITH_IAM,
    "role/path/b": WITH_IAM,
    "user/c": WITH_IAM,
    "account": OWN,
    "account/*": OWN,
    f"account/{OTHER}/*": ANYONE,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/a/s1": OWN,
    f"arn:aws:sts::{ACCOUNT}:federated-user/bob": OWN,
    "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling": OWN,
    f"account/{OTHER}": ANYONE,
    f"arn:aws:iam::{OTHER}:role/x": ANYONE,
    f"arn:aws:iam::{OTHER}:user/y": ANYONE,
    f"arn:aws:sts::{OTHER}:assumed-role/x/s2": ANYONE,
    "role/a*": OWN,
    "user/*": OWN,
    f"arn:aws:iam::{OTHER}:role/*": ANYONE,
    "organization": ANYONE,
    "organization/o-otherorgid1/r-ab12/ou-ab12-11111111": ANYONE,
}
WHEN = [
    "encryption_context: {app: [a, b]}",
    "via: [s3, ec2]",
    "until: 2030-01-01",
    "from: 2026-01-01",
    "source_vpce: [vpce-1]",
    "source_ip: [203.0.113.0/24]",
    "mfa: true",
    "principal_tags: {team: x}",
    "organization: [o-exampleorgid]",
    "request_alias: [app/data]",
    "request_alias: [team, 'x-*']",
    "conditions: {StringLike: {aws:RequestedRegion: 'us-*'}}",
    "grant: {operations: [Decrypt], grantees: [role/g, role/a]}",
    "grant: {constraint: subset, for_aws: true}",
]
OF_AN_ACCOUNT = [
    f"conditions: {{ArnLike: {{aws:PrincipalArn: ['arn:aws:iam::{ACCOUNT}:role/*', 'arn:aws:iam::{ACCOUNT}:user/b/*']}}}}",
    "conditions: {StringLike: {aws:username: 'b*'}}",
]
SERVICES = [
    "{service: logs}",
    "{service: ebs, principals: [role/a]}",
    "{service: autoscaling}",
    f'{{service: sns, source_account: "{ACCOUNT}"}}',
    '{service: s3, principals: {reader: [role/a, user/c], writer: user/c}, resources: ["arn:aws:s3:::bucket/*"]}',
    "{service: rds, principals: [role/path/b]}",
    f'{{service: guardduty, resources: ["arn:aws:guardduty:us-west-2:{ACCOUNT}:detector/d"]}}',
]
RAILS = sorted(GUARD_RAILS.keys() - {DENY})  # `deny` alone denies everything to whomever it does not spare
GRANT = "{name: g, grantee: role/g, operations: [Decrypt, CreateGrant], constraints: {encryption_context_equals: {app: a}}}"


def line(chance: random.Random) -> str:
    """Return a line of `admins` or `users`."""
    principal = chance.choice(list(PRINCIPALS))
    words = ", ".join(chance.sample(PRINCIPALS[principal], chance.randint(1, 3)))
    possible = [*WHEN, *OF_AN_ACCOUNT] if principal in ("account", "account/*") else WHEN
    when = ", ".join(one for one in chance.sample(possible, chance.choice((0, 0, 1, 1, 2))) if _can_hold(principal, one))
    said = f", when: {{{when}}}" if when else ""
    return f"  - {{principal: '{principal}', can: [{words}]{said}}}\n"


def rail(chance: random.Random, name: str) -> str:
    """Return a guard rail, alone or with whom it spares: all that a pattern of a line matches, or nobody of them."""
    spared = chance.choice(("", "", "role/a*", "role/*", "organization", f"account/{OTHER}", "account/*"))
    return f"{{{name}: {{except: [{spared}]}}}}" if spared else name


def _can_hold(principal: str, when: str) -> bool:
    """Return whether a principal can meet a condition: service-linked roles call themselves, without MFA."""
    return SERVICE_LINKED not in principal or not when.startswith(("mfa", "via"))


def intent(chance: random.Random) -> tuple[str, str]:
    """Return the text of an intent, and its key."""
    lists = {
        "users": [line(chance) for _ in range(chance.randint(1, 4))],
        "services": [f"  - {text}\n" for text in chance.sample(SERVICES, chance.choice((0, 0, 1, 2)))],
        "guardrails": [f"  - {rail(chance, name)}\n" for name in chance.sample(RAILS, chance.choice((0, 0, 1, 2)))],
        "grants": [f"  - {GRANT}\n"] if chance.random() < 0.3 else [],
    }
    if any(SERVICE_LINKED in one or "autoscaling" in one for one in (*lists["users"], *lists["services"])):
        lists["guardrails"] = [one for one in lists["guardrails"] if "direct-use" not in one]
    text = f"delegation: {chance.choice(('key-policy', 'iam', 'both'))}\nadmins:\n  - role/Admin\n"
    text += "".join(f"{name}:\n{''.join(lines)}" for name, lines in lists.items() if lines)
    region = chance.choice(("", "", ", multi_region: true, replicas: [us-east-1]"))
    return text, f"key: {{alias: app/data, tags: {{a: b}}{region}}}\n"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_compiles_passes(seed: int) -> None:
    """The compiler and the checks read the intent independently of each other, and must agree on it."""
    chance = random.Random(seed)  # noqa: S311 - the same intents in every run
    passed = 0
    while passed < INTENTS_PER_SEED:
        text, key = intent(chance)
        try:
            found = case(text, key=key)
        except KmsgenError:
            continue  # what is refused, with reasons, is another test's business
        answers = ask(found.intent, found.bundle, found.compiled.origins, thorough=True)
        assert [str(finding.diagnostic) for answer in answers for finding in answer.findings] == [], text
        passed += 1
