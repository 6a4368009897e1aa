"""Parts of the lines of random intents, each with what it means: the calls that it lets through, or denies.

The meanings are written next to the words, from docs/intents.md. Nothing of the package has a part in them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from tests.generators.intent_calls import (
    ALIASES,
    CRYPTO,
    FOREIGN_ORG,
    HOME,
    OTHER,
    OWN_ORG,
    REGION,
    SESSION,
    THIRD,
    UNIT,
    Call,
    own_arn,
    person,
)  # fmt: skip

Meaning = Callable[[Call], bool]


@dataclass(frozen=True)
class Said:
    """A part of a line as it is written, the calls for which it holds, and a change that makes a call such a one."""

    text: str
    holds: Meaning
    example: Callable[[Call], Call] = lambda call: call


# --- who ----------------------------------------------------------------------------------------------------------------


def _one(text: str, arn: str) -> Said:
    return Said(text, lambda call: arn in (call.who, call.role), lambda call: replace(call, who=arn))


def _some(text: str, examples: str, fits: Callable[[Call], bool]) -> Said:
    """Somebody of many. Own principals without IAM policies of their own have what the key policy gives to whom it names."""
    return Said(text, fits, lambda call: replace(call, who=examples))


def matches(call: Call, delegation: str) -> bool:
    """Return whether the caller is one of `role/a*`; by IAM alone whoever has no IAM policy of its own has nothing."""
    return fnmatchcase(call.role, own_arn("role/a*")) and (delegation != "iam" or person(call).rich)


def principals(delegation: str) -> dict[Said, tuple[str, ...]]:
    """Return whom lines can name, each with the words that make sense for them."""

    def pattern(call: Call) -> bool:
        return matches(call, delegation)

    def member(call: Call) -> bool:
        return person(call).organization == OWN_ORG

    mine = _some("account/*", own_arn("role/g"), lambda call: call.account == HOME)
    return {
        **({} if delegation == "iam" else {mine: EVERY_WORD}),
        _some(f"account/{OTHER}/*", f"arn:aws:iam::{OTHER}:user/y", lambda call: call.account == OTHER): FOREIGN_WORDS,
        _one("role/a", own_arn("role/a")): EVERY_WORD,
        _one("role/path/b", own_arn("role/path/b")): EVERY_WORD,
        _one("user/c", own_arn("user/c")): EVERY_WORD,
        _one(SESSION, SESSION): EVERY_WORD,
        _some("account", own_arn("role/stranger"), lambda call: call.account == HOME and person(call).rich): EVERY_WORD,
        _one(f"arn:aws:iam::{OTHER}:role/x", f"arn:aws:iam::{OTHER}:role/x"): FOREIGN_WORDS,
        _some(f"account/{OTHER}", f"arn:aws:iam::{OTHER}:user/y", lambda call: call.account == OTHER): FOREIGN_WORDS,
        _some("role/a*", own_arn("role/abc"), pattern): EVERY_WORD,
        _some(f"arn:aws:iam::{OTHER}:user/*", f"arn:aws:iam::{OTHER}:user/y", lambda call: ":user/" in call.who
              and call.account == OTHER): FOREIGN_WORDS,
        _some("organization", f"arn:aws:iam::{OTHER}:role/x", member): FOREIGN_WORDS,
        _some(f"organization/{FOREIGN_ORG}/{UNIT}", f"arn:aws:iam::{THIRD}:role/z",
              lambda call: person(call).organization == FOREIGN_ORG): FOREIGN_WORDS,
    }  # fmt: skip


# --- what ---------------------------------------------------------------------------------------------------------------

WORDS: dict[str, tuple[str, ...]] = {
    "encrypt": ("Encrypt",),
    "decrypt": ("Decrypt",),
    "kms:Decrypt": ("Decrypt",),
    "generate-data-key": ("GenerateDataKey",),
    "describe": ("DescribeKey",),
    "revoke-grants": ("ListGrants",),
    "use-grants": ("ListGrants", "CreateGrant"),
    "kms:CreateGrant": ("CreateGrant",),
    "view": ("DescribeKey", "GetKeyPolicy", "ListGrants"),
    "kms:GetKeyPolicy": ("GetKeyPolicy",),
    "schedule-deletion": ("ScheduleKeyDeletion",),
    "rotate": ("EnableKeyRotation",),
}
"""What each word allows of the actions that are asked for."""
FOREIGN_WORDS = ("encrypt", "decrypt", "kms:Decrypt", "generate-data-key", "describe", "revoke-grants", "use-grants")
EVERY_WORD = tuple(WORDS)


def may(words: Iterable[str]) -> Meaning:
    """Return the calls that these words let through, whoever makes them: use-grants is about grants for AWS resources."""
    said = {(word, action) for word in words for action in WORDS[word]}
    return lambda call: any(action == call.action and (word != "use-grants" or call.for_aws) for word, action in said)


# --- when ---------------------------------------------------------------------------------------------------------------


def _has_context(call: Call) -> bool:
    return call.action in (*CRYPTO, "CreateGrant")


def _on_context(test: Meaning) -> Meaning:
    """Hold on calls that have an encryption context; a note tells of the others."""
    return lambda call: not _has_context(call) or test(call)


def _pairs(*values: str) -> Said:
    return Said(
        f"encryption_context: {{app: [{', '.join(values)}]}}",
        _on_context(lambda call: dict(call.pairs).get("app") in values),
        lambda call: replace(call, pairs=(("app", values[-1]),)),
    )


def _through(*names: str) -> Said:
    return Said(f"via: [{', '.join(names)}]", lambda call: call.via in names, lambda call: replace(call, via=names[-1]))


def _raw(operator: str, key: str, value: str) -> str:
    return f'conditions: {{"{operator}": {{"{key}": "{value}"}}}}'


def _limited(call: Call) -> bool:
    return call.action != "CreateGrant" or (set(call.granted) <= {"Decrypt", "Encrypt"} and call.grantee == own_arn("role/g"))


WHEN: tuple[Said, ...] = (
    _pairs("a", "b"),
    _pairs("b"),
    _through("s3"),
    _through("s3", "ec2"),
    Said("until: 2026-03-01", lambda call: call.time < "2026-03-01", lambda call: replace(call, time="2026-01-01T00:00:00Z")),
    Said("from: 2026-03-01", lambda call: call.time >= "2026-03-01", lambda call: replace(call, time="2026-09-01T00:00:00Z")),
    Said("source_vpce: vpce-1", lambda call: call.endpoint == "vpce-1", lambda call: replace(call, endpoint="vpce-1")),
    Said(
        "source_ip: [203.0.113.0/24]",
        lambda call: call.endpoint is None and call.address.startswith("203.0.113."),
        lambda call: replace(call, address="203.0.113.9"),
    ),
    Said("mfa: true", lambda call: call.mfa, lambda call: replace(call, mfa=True)),
    Said("principal_tags: {team: x}", lambda call: person(call).tags.get("team") == "x"),
    Said(f"organization: {OWN_ORG}", lambda call: person(call).organization == OWN_ORG),
    Said("request_alias: [team, 'x-*']", lambda call: call.alias in ALIASES[1:], lambda call: replace(call, alias="alias/x-1")),
    Said("request_alias: app/data", lambda call: call.alias == ALIASES[0], lambda call: replace(call, alias=ALIASES[0])),
    Said(_raw("StringLike", "aws:RequestedRegion", "us-w*"), lambda call: call.region == REGION),
    Said(_raw("StringNotEquals", "aws:PrincipalAccount", OTHER), lambda call: call.account != OTHER),
    Said(_raw("Null", "kms:ViaService", "true"), lambda call: call.via is None),
    Said(_raw("StringLikeIfExists", "kms:ViaService", "s3.*"), lambda call: call.via in (None, "s3")),
    Said(_raw("Bool", "aws:MultiFactorAuthPresent", "true"), lambda call: call.mfa, lambda call: replace(call, mfa=True)),
    Said(_raw("DateLessThan", "aws:CurrentTime", "2026-03-01T00:00:00Z"), lambda call: call.time < "2026-03-01"),
    Said(_raw("StringEquals", "aws:PrincipalType", "AssumedRole"), lambda call: ":user/" not in call.who),
    Said(
        "grant: {operations: [Decrypt, Encrypt], grantees: role/g}",
        _limited,
        lambda call: replace(call, granted=("Decrypt",), grantee=own_arn("role/g")),
    ),
    Said(
        "grant: {retiring: [role/a], constraint: subset}",
        lambda call: call.action != "CreateGrant" or (call.retiring == own_arn("role/a") and bool(call.pairs)),
        lambda call: replace(call, retiring=own_arn("role/a"), pairs=(("k", "v"),)),
    ),
    Said(
        "grant: {for_aws: false}",
        lambda call: call.action != "CreateGrant" or not call.for_aws,
        lambda call: replace(call, for_aws=False),
    ),
    Said(
        "grant: {for_aws: true}",
        lambda call: call.action != "CreateGrant" or call.for_aws,
        lambda call: replace(call, for_aws=True),
    ),
)


# --- services -----------------------------------------------------------------------------------------------------------

LOG_GROUP = f"arn:aws:logs:{REGION}:{HOME}:log-group:/app/*"
OBJECT = "arn:aws:s3:::bucket/in/1"


def _calls(name: str, **source: str) -> Callable[[Call], Call]:
    return lambda call: replace(
        call, who=name, action="Decrypt", via=None, endpoint=None, pairs=(), source=tuple(source.items()), region=REGION
    )


def _is(name: str, key: str, *values: str) -> Meaning:
    return lambda call: call.who == name and call.action == "Decrypt" and dict(call.source).get(key) in values


def _logs(call: Call) -> bool:
    fits = fnmatchcase(dict(call.pairs).get("aws:logs:arn", ""), LOG_GROUP)
    return call.who == f"logs.{REGION}.amazonaws.com" and call.action in CRYPTO and call.region == REGION and fits


TRAIL = f"arn:aws:cloudtrail:{REGION}:{HOME}:trail/main"


def _object(call: Call) -> bool:
    return call.action == "Decrypt" and dict(call.pairs).get("aws:s3:arn", "").startswith("arn:aws:s3:::bucket/")


def _trail(call: Call) -> bool:
    mine = call.who == "cloudtrail.amazonaws.com" and dict(call.source).get("aws:SourceArn") == TRAIL
    seals = fnmatchcase(dict(call.pairs).get("aws:cloudtrail:arn", ""), f"arn:aws:cloudtrail:*:{HOME}:trail/*")
    return mine and (call.action == "DescribeKey" or (call.action == "GenerateDataKey" and seals))


def services(delegation: str) -> tuple[Said, ...]:
    """Return lines of services."""
    reader = Said(
        '{service: s3, resources: ["arn:aws:s3:::bucket/*"], principals: {reader: role/a*}}',
        lambda call: matches(call, delegation) and _object(call),
        lambda call: replace(call, who=own_arn("role/abc"), action="Decrypt", pairs=(("aws:s3:arn", OBJECT),)),
    )
    return (*_SERVICES, reader)


_SERVICES: tuple[Said, ...] = (
    Said(
        f'{{service: logs, resources: ["{LOG_GROUP}"]}}',
        _logs,
        lambda call: replace(_calls(f"logs.{REGION}.amazonaws.com")(call), pairs=(("aws:logs:arn", LOG_GROUP[:-1] + "x"),)),
    ),
    Said(
        f'{{service: sns, source_account: ["{HOME}", "{OTHER}"]}}',
        _is("sns.amazonaws.com", "aws:SourceAccount", HOME, OTHER),
        _calls("sns.amazonaws.com", **{"aws:SourceAccount": OTHER}),
    ),
    Said(
        "{service: sns, source_organization: organization}",
        lambda call: (
            _is("sns.amazonaws.com", "aws:SourceOrgID", OWN_ORG)(call)
            or _is("sns.amazonaws.com", "aws:SourceAccount", HOME, OTHER)(call)
        ),  # both are in it
        _calls("sns.amazonaws.com", **{"aws:SourceOrgID": OWN_ORG}),
    ),
    Said(
        '{service: s3, resources: ["arn:aws:s3:::bucket/*"], principals: {reader: role/a}}',
        lambda call: call.role == own_arn("role/a") and _object(call),
        lambda call: replace(call, who=own_arn("role/a"), action="Decrypt", pairs=(("aws:s3:arn", OBJECT),)),
    ),
    Said(
        '{service: s3, resources: ["arn:aws:s3:::bucket/*"], principals: {reader: role/path/b}, when: {via: [s3]}}',
        lambda call: call.role == own_arn("role/path/b") and _object(call) and call.via == "s3",
        lambda call: replace(call, who=own_arn("role/path/b"), action="Decrypt", pairs=(("aws:s3:arn", OBJECT),), via="s3"),
    ),
    Said(
        f'{{service: s3, resources: ["arn:aws:s3:::bucket/*"], principals: {{reader: organization/{FOREIGN_ORG}}}}}',
        lambda call: person(call).organization == FOREIGN_ORG and _object(call),
        lambda call: replace(call, who=f"arn:aws:iam::{THIRD}:role/z", action="Decrypt", pairs=(("aws:s3:arn", OBJECT),)),
    ),
    Said(
        f'{{service: sns, source_account: "{HOME}", can: [decrypt], when: {{until: 2026-03-01}}}}',
        lambda call: _is("sns.amazonaws.com", "aws:SourceAccount", HOME)(call) and call.time < "2026-03-01",
        lambda call: replace(_calls("sns.amazonaws.com", **{"aws:SourceAccount": HOME})(call), time="2026-01-01T00:00:00Z"),
    ),
    Said(
        "{service: via/kafka, principals: role/path/b, can: ['kms:CreateGrant'], when: {grant: {operations: [Decrypt, Encrypt], "
        "grantees: role/g}}}",
        lambda call: (
            call.role == own_arn("role/path/b") and call.action == "CreateGrant" and call.via == "kafka" and _limited(call)
        ),
        lambda call: replace(
            call, who=own_arn("role/path/b"), action="CreateGrant", via="kafka", granted=("Decrypt",), grantee=own_arn("role/g")
        ),
    ),
    Said(
        "{service: cloudtrail, variables: {trail: main}}",
        _trail,
        lambda call: replace(
            _calls("cloudtrail.amazonaws.com", **{"aws:SourceArn": TRAIL})(call),
            action="GenerateDataKey",
            pairs=(("aws:cloudtrail:arn", TRAIL),),
        ),
    ),
    Said(
        "{service: via/kafka, principals: role/path/b, can: [decrypt]}",
        lambda call: call.role == own_arn("role/path/b") and call.action == "Decrypt" and call.via == "kafka",
        lambda call: replace(call, who=own_arn("role/path/b"), action="Decrypt", via="kafka"),
    ),
    Said(
        f"{{principal: new.amazonaws.com, can: decrypt, when: {{{_raw('StringEquals', 'aws:SourceAccount', HOME)}}}}}",
        _is("new.amazonaws.com", "aws:SourceAccount", HOME),
        _calls("new.amazonaws.com", **{"aws:SourceAccount": HOME}),
    ),
)


# --- guard rails --------------------------------------------------------------------------------------------------------

RAILS: Mapping[str, Meaning] = {
    "deny-delete": lambda call: call.action == "ScheduleKeyDeletion",
    "deny-outside-organization": lambda call: call.account != "" and person(call).organization != OWN_ORG,
    "deny-direct-use": lambda call: call.action in CRYPTO and call.account != "" and call.via is None,
    "deny-without-encryption-context": lambda call: call.action in CRYPTO and not call.pairs,
    "deny-grants-to-principals": lambda call: call.action == "CreateGrant" and not call.for_aws,
    "deny-insecure-transport": lambda call: not call.secure,
    "deny-everyone-else": lambda _call: False,  # whom nobody names is let through by nothing
    "deny-lockout-bypass": lambda _call: False,  # about kms:PutKeyPolicy alone
}
DENIES: Mapping[str, Meaning] = {
    "actions: [kms:Encrypt], when: {via: [s3]}": lambda call: call.action == "Encrypt" and call.via == "s3",
    "actions: ['kms:GenerateDataKey*'], when: {encryption_context: {app: b}}": (
        lambda call: call.action == "GenerateDataKey" and dict(call.pairs).get("app") == "b"
    ),
    "when: {conditions: {Bool: {aws:SecureTransport: 'false'}}}": lambda call: not call.secure,
    "actions: [schedule-deletion]": lambda call: call.action == "ScheduleKeyDeletion",
}
"""What `deny` says itself, and the calls that it denies."""
SPARED: Mapping[str, Meaning] = {
    "role/a": lambda call: call.role == own_arn("role/a"),
    "role/*": lambda call: call.role.startswith(own_arn("role/")),
    "organization": lambda call: person(call).organization == OWN_ORG,
    f"account/{OTHER}": lambda call: call.account == OTHER,
    "account/*": lambda call: call.account == HOME,
}
NEVER: Mapping[str, Meaning] = {
    "role/contractor-*": lambda call: call.role.startswith(own_arn("role/contractor-")),
    "role/path/*": lambda call: call.role.startswith(own_arn("role/path/")),
    "user/c": lambda call: call.who == own_arn("user/c"),
    f"account/{OTHER}": lambda call: call.account == OTHER,
    f"account/{OTHER}/*": lambda call: call.account == OTHER,
    f"organization/{FOREIGN_ORG}": lambda call: person(call).organization == FOREIGN_ORG,
    "sns.amazonaws.com": lambda call: call.who == "sns.amazonaws.com",
}


_ONLY = ("deny-delete", "deny-direct-use", "deny-without-encryption-context", "deny-insecure-transport")


def guard_rail(chance: random.Random) -> tuple[str, Meaning]:
    """Return a guard rail, and the calls that it denies."""
    name, spared = chance.choice(sorted((*RAILS, *DENIES))), chance.choice(("", "", *SPARED))
    spares = SPARED.get(spared, lambda _call: False)
    if name in DENIES:
        said = f"{name}, except: ['{spared}']" if spared else name
        return f"{{deny: {{{said}}}}}", lambda call: DENIES[name](call) and not spares(call)
    text = f"{{{name}: {{except: ['{spared}']}}}}" if spared else name
    denies = RAILS[name]
    if name in _ONLY and chance.random() < 0.3:
        if chance.random() < 0.5:
            return f"{{{name}: {{for: [role/a]}}}}", lambda call: denies(call) and call.role == own_arn("role/a")
        return f"{{{name}: {{for: [role/a*]}}}}", lambda call: denies(call) and fnmatchcase(call.role, own_arn("role/a*"))
    return text, lambda call: denies(call) and not spares(call)


# --- grants, the deployer -----------------------------------------------------------------------------------------------


def _granted(call: Call) -> bool:
    return call.role == own_arn("role/g") and call.action == "Decrypt" and call.region == REGION


GRANTS: Mapping[str, Meaning] = {
    "{name: g, grantee: role/g, operations: [Decrypt], constraints: {encryption_context_subset: {app: a}}}": (
        lambda call: _granted(call) and dict(call.pairs).get("app") == "a"
    ),
    "{name: g, grantee: role/g, operations: [Decrypt], constraints: {encryption_context_equals: {app: a}}}": (
        lambda call: _granted(call) and call.pairs == (("app", "a"),)
    ),
    "{name: g, grantee: role/g, operations: [Decrypt], retiring_principal: role/a}": _granted,
}


def deploys(*, exists: bool) -> Meaning:
    """Return the calls of the deployer: it uses no key, and of one that exists it writes the policy alone."""
    actions = ("DescribeKey", "GetKeyPolicy", *(() if exists else ("EnableKeyRotation",)))
    return lambda call: call.role == own_arn("role/ci") and call.action in actions
