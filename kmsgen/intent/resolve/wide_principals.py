"""Principals of lines that stand for many: patterns of an account's users and roles, everyone of one, organizations and units.

Source: IAM User Guide, reference_policies_elements_principal (a Principal element matches no part of a name, so these stand in
conditions), reference_policies_condition-keys (aws:PrincipalArn, aws:PrincipalOrgID, aws:PrincipalOrgPaths); KMS Developer Guide,
conditions-kms (kms:CallerAccount).
"""

from __future__ import annotations

import re

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.intent.intent import ORGANIZATION, everyone_in
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import EVERYONE_OF_ACCOUNT, Who, account_in, resolve_pattern, resolve_principal
from kmsgen.reading import Steps

_PATH = r"o-[a-z0-9]{10,32}(?:/r-[a-z0-9]{4,32}(?:/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})+)?\Z"
FORMS = "organization, organization/o-exampleorgid, or organization/o-exampleorgid/r-ab12/ou-ab12-11111111"


def resolve_wide_principal(text: str, steps: Steps, context: Context) -> Who | None:
    """Return the principal, pattern, organization or everyone of an account that a text names; None after reporting.

    A pattern's `arn` has wildcards in its name; an organization's is `organization/o-...`, with the path of a unit; that of
    everyone of an account is `account/ID/*`.
    """
    if EVERYONE_OF_ACCOUNT.match(text):
        account = account_in(text, steps, context)
        return Who(everyone_in(account), "everyone", account) if account else None
    if is_organization(text):
        return resolve_organization(text, steps, context)
    if text != "*" and ("*" in text or "?" in text):
        return _pattern(text, steps, context)
    return resolve_principal(text, steps, context)


def is_organization(text: str) -> bool:
    """Return whether a text where a principal stands is meant for an organization or a unit of one."""
    return text == "organization" or text.startswith(ORGANIZATION)


def resolve_organization(text: str, steps: Steps, context: Context) -> Who | None:
    """Return the organization or unit that a text names, `organization` that of the scope; None after reporting."""
    path = text.partition("/")[2] or context.organization
    if text == "organization" and path is None:
        hint = "add `organization: o-...` to `scope`, or name it: organization/o-..."
        context.refuse(steps, "organization-missing", "`organization` needs the organization", hint)
        return None
    if path is None or not re.match(_PATH, path):
        context.refuse(steps, "organization-id", f"`{text}` names no organization and no unit of one", f"such as {FORMS}")
        return None
    return Who(f"{ORGANIZATION}{path}", "organization", path.partition("/")[0])


def _pattern(text: str, steps: Steps, context: Context) -> Who | None:
    """Return a pattern of users or roles of one account: an account that is itself a pattern would be anybody's."""
    found = resolve_pattern(text, steps, context)
    arn = parse_arn(found[0]) if found else None
    if arn is None:
        return None
    if arn.service != "iam" or arn.kind not in ("user", "role") or not ACCOUNT_ID.match(arn.account):
        hint = "such as role/app-* or arn:aws:iam::444455556666:role/ci-*"
        message = f"`{text}` is no pattern of one account's users or roles"
        context.refuse(steps, "principal-wildcard", message, hint)
        return None
    return Who(str(arn), "pattern", arn.account)
