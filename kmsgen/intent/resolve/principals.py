"""Principals: shorthand or ARN to the ARN of an account, user, role or session; patterns of principals.

Source: IAM User Guide, reference_policies_elements_principal; reference_identifiers; KMS Developer Guide, key-policy-overview.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, PARTITIONS, Arn, is_service_principal, parse_arn
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.resolve.context import Context
from kmsgen.reading import Steps

# as texts: `re` compiles a pattern when it is first used
_NAME = r"(?:[\x21-\x7e]{1,510}/)?[\w+=,.@-]{1,64}\Z"
_SESSION = r"[\w+=,.@-]{1,64}/[\w+=,.@-]{2,64}\Z"
_FEDERATED = r"[\w+=,.@-]{2,32}\Z"
_SHORT_ARN = re.compile(r"arn:[a-z-]+:iam:(?::|\d{12}:)(?:user|role)/[\w+=,.@/-]+\Z", re.ASCII)
_PATTERN = r"[\w+=,.@/*?-]{1,576}\Z"
_ACCOUNTS = r"[0-9*?]{1,12}"
EVERYONE_OF_ACCOUNT = re.compile(r"account/(?:([^/*?]+)/)?\*\Z")
"""`account/*`, everyone of the account in scope; `account/ID/*`, everyone of another."""
_UNIQUE_ID = re.compile(r"A(?:ID|RO|GP|NP|SI|KI|CC|3T)A[A-Z0-9]{12,}\Z")
_SERVICE_LINKED = "aws-service-role/"

# kind -> (service of the ARN, what may follow)
_KINDS = {
    "user": ("iam", _NAME),
    "role": ("iam", _NAME),
    "assumed-role": ("sts", _SESSION),
    "federated-user": ("sts", _FEDERATED),
}
# what is no principal of a key policy -> (code, message, hint)
_REFUSED = {
    "group": (
        "principal-group",
        "`{text}` is a group, which is no principal",
        "name the group's users, or a role that they assume",
    ),
    "instance-profile": ("principal-kind", "`{text}` is an instance profile, which is no principal", "name its role: role/NAME"),
    "saml-provider": ("principal-kind", "`{text}` is an identity provider", "name the role that its users assume"),
    "oidc-provider": ("principal-kind", "`{text}` is an identity provider", "name the role that its users assume"),
    "policy": ("principal-kind", "`{text}` is a policy, which is no principal", "name the users and roles it is attached to"),
}
# what a text looks like -> why it is no principal; the first that fits
_NEVER_PRINCIPALS: tuple[tuple[Callable[[str], bool], tuple[str, str, str]], ...] = (
    (
        lambda text: text == "*",
        ("principal-everyone", "`*` is everyone, in every account", "name the principals, or an account"),
    ),
    (
        lambda text: "*" in text or "?" in text,
        (
            "principal-wildcard",
            "`{text}` has a wildcard, and here one principal is named",
            "list the principals; patterns stand in `admins`, `users`, `services`, in `except`, `for` and `never`",
        ),
    ),
    (
        is_service_principal,
        ("principal-service", "`{text}` is an AWS service", "AWS services stand under `services:`"),
    ),
    (
        lambda text: _UNIQUE_ID.match(text) is not None,
        ("principal-unique-id", "`{text}` is the id of a principal", "name it by its ARN: an id outlives its principal"),
    ),
    (
        lambda text: text.startswith(("o-", "ou-", "r-")),
        (
            "principal-organization",
            "`{text}` is a part of an organization, which is no principal",
            "a line takes organization/o-..., or organization/o-.../r-.../ou-...",
        ),
    ),
)
_FORMS = (
    "user/NAME, role/NAME (`*` in a name: all that match), assumed-role/ROLE/SESSION (of two characters or more), account,"
    " account/123456789012, account/*, organization, or a full ARN"
)

Patterns = tuple[str, ...]


class Who(NamedTuple):
    """A principal: its ARN, its kind and the account that it is of."""

    arn: str
    kind: str  # account, user, role, assumed-role, federated-user; of a line also pattern, everyone, organization
    account: str
    service_linked: bool = False
    only_on: tuple[str, ...] = ()  # of a line that asks for one half of actions on keys and aliases: key, alias

    @property
    def has_identity_policies(self) -> bool:
        """Whether IAM policies can be written for it: users and roles other than service-linked ones."""
        return self.kind in ("user", "role") and not self.service_linked


def resolve_principal(text: str, steps: Steps, context: Context) -> Who | None:
    """Return the principal that a text names; None after reporting why it names none."""
    shorthand = _shorthand(text, context)
    parsed = parse_arn(shorthand)
    if refusal := _refusal(text, parsed):
        context.refuse(steps, refusal[0], refusal[1].replace("{text}", text), refusal[2])
        return None
    if parsed is None:
        context.refuse(steps, "principal-syntax", f"`{text}` names no principal", _nearly(text, context))
        return None
    return _checked(text, parsed, steps, context)


def _nearly(text: str, context: Context) -> str:
    """Return a hint on a text that is neither a shorthand nor an ARN: a word misspelt, an ARN without an account, a bare name."""
    head, slash, _ = text.partition("/")
    if slash and (near := did_you_mean(head, ("user", "role", "account", "assumed-role", "federated-user"))):
        return near
    if _SHORT_ARN.match(text):
        return f"such as arn:{context.partition}:iam::{context.account or '111122223333'}:{text.rpartition(':')[2]}"
    return f"did you mean `role/{text}` or `user/{text}`?" if not slash and re.match(_NAME, text, re.ASCII) else _FORMS


def _shorthand(text: str, context: Context) -> str:
    """Return the ARN that a shorthand such as `role/x` stands for; any other text as it is."""
    account = context.account or "000000000000"
    head, slash, rest = text.partition("/")
    if text in ("account", "root"):
        return f"arn:{context.partition}:iam::{account}:root"
    if ACCOUNT_ID.match(text) or (head == "account" and slash):
        return f"arn:{context.partition}:iam::{rest or text}:root"
    if slash and (head in _KINDS or head in _REFUSED):
        service = _KINDS[head][0] if head in _KINDS else "iam"
        return f"arn:{context.partition}:{service}::{account}:{text}"
    return text


def _refusal(text: str, parsed: Arn | None) -> tuple[str, str, str] | None:
    """Return why a text or ARN is no principal by its kind (a group, an organization, a wildcard); None if it may be one."""
    if parsed is not None and parsed.kind in _REFUSED:
        return _REFUSED[parsed.kind]
    return next((refusal for is_so, refusal in _NEVER_PRINCIPALS if is_so(text)), None)


def _checked(text: str, arn: Arn, steps: Steps, context: Context) -> Who | None:
    if arn.partition != context.partition:
        hint = f"this intent is in the partition `{context.partition}`"
        code = "wrong-partition" if arn.partition in PARTITIONS else "unknown-partition"
        context.refuse(steps, code, f"`{text}` is in the partition `{arn.partition}`", hint)
        return None
    if not ACCOUNT_ID.match(arn.account):
        context.refuse(steps, "account-id", f"`{text}` has no account id of 12 digits", "such as 111122223333")
        return None
    if arn.resource == "root" and arn.service == "iam" and not arn.region:
        return Who(str(arn), "account", arn.account)
    service, form = _KINDS.get(arn.kind, ("", _NAME))
    if arn.service != service or arn.region or not re.match(form, arn.name, re.ASCII) or ".." in arn.name.split("/"):
        context.refuse(steps, "principal-syntax", f"`{text}` names no principal", _FORMS)
        return None
    return Who(str(arn), arn.kind, arn.account, arn.kind == "role" and arn.name.startswith(_SERVICE_LINKED))


def account_in(text: str, steps: Steps, context: Context) -> str | None:
    """Return the account of `account/*` or `account/ID/*`; None after reporting one that is no account."""
    named = EVERYONE_OF_ACCOUNT.match(text)
    account = (named and named[1]) or context.account or "000000000000"
    if ACCOUNT_ID.match(account):
        return account
    context.refuse(steps, "account-id", f"`{text}` has no account id of 12 digits", "such as account/444455556666/*")
    return None


def resolve_pattern(text: str, steps: Steps, context: Context) -> Patterns:
    """Return the patterns of principal ARNs that a text with `*` and `?` means, a service's name or `*`; none after reporting."""
    if text == "*" or is_service_principal(text):
        return (text,)
    head, _, rest = text.partition("/")
    if EVERYONE_OF_ACCOUNT.match(text):
        account = account_in(text, steps, context)
        return tuple(f"arn:{context.partition}:{service}::{account}:*" for service in ("iam", "sts")) if account else ()
    if text == "account" or head == "account" or ACCOUNT_ID.match(text):
        account = rest or (text if ACCOUNT_ID.match(text) else context.account or "000000000000")
        if not re.fullmatch(_ACCOUNTS, account):
            context.refuse(steps, "account-id", f"`{text}` has no account id of 12 digits", "such as 111122223333")
            return ()
        return tuple(f"arn:{context.partition}:{service}::{account}:*" for service in ("iam", "sts"))
    if "*" not in text and "?" not in text:
        who = resolve_principal(text, steps, context)
        return (who.arn,) if who else ()
    return _checked_pattern(text, _shorthand(text, context), steps, context)


def _checked_pattern(text: str, spelled: str, steps: Steps, context: Context) -> Patterns:
    arn = parse_arn(spelled)
    if arn is not None and arn.kind == "group":
        code, message, hint = _REFUSED["group"]
        context.refuse(steps, code, message.replace("{text}", text), hint)
        return ()
    if arn is None or not _is_sound(arn):
        context.refuse(
            steps,
            "principal-syntax",
            f"`{text}` is no pattern of principals",
            "such as role/contractor-* or arn:aws:iam::*:role/x",
        )
        return ()
    if arn.partition not in (context.partition, "*"):
        hint = f"this intent is in the partition `{context.partition}`"
        context.refuse(steps, "wrong-partition", f"`{text}` is in the partition `{arn.partition}`", hint)
        return ()
    return (spelled,)


def _is_sound(arn: Arn) -> bool:
    known = arn.service in ("iam", "sts", "*") and not arn.region
    return bool(known and re.fullmatch(_ACCOUNTS, arn.account) and re.match(_PATTERN, arn.resource, re.ASCII))
