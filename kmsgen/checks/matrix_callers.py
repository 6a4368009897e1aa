"""Principals of the rows of a matrix, and the example callers who make each row's requests.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_condition-keys (aws:PrincipalArn,
aws:PrincipalAccount); KMS Developer Guide, conditions-kms (kms:CallerAccount).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.arn import ACCOUNT_ID, account_of, is_service_principal, parse_arn
from kmsgen.intent.intent import account_of_everyone, everyone_in, is_pattern
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Condition, Effect, Statement
from kmsgen.policy.letter_case import folded

Values = tuple[str, ...]
_ARNS = ("ArnLike", "ArnEquals", "StringLike", "StringEquals")
_TEXTS = ("StringEquals", "StringLike", "StringEqualsIgnoreCase")
_ACCOUNTS = ("kms:calleraccount", "aws:principalaccount")
_STRANGER = "999999999999"


def principals(bundle: Bundle, access: KeyAccess) -> Iterator[str]:
    """Yield every principal with a row: named in the key policy (in its order), by grants, or with IAM policies."""
    allows = [statement for statement in access.policy.statements if statement.effect is Effect.ALLOW]
    named = [name for statement in allows for name in _named(statement)]
    named += [grant.grantee for grant in access.grants]
    yield from dict.fromkeys((*named, *(name for name, beside in bundle.principals.items() if beside.identity_policies)))


def labels_for(access: KeyAccess) -> dict[str, frozenset[str]]:
    """Return the labels of the Allow statements for everyone, or for everyone of an account, by the principal of the row."""
    found: dict[str, set[str]] = {}
    for number, statement in enumerate(access.policy.statements, 1):
        names = _named(statement) if statement.effect is Effect.ALLOW else ()
        for name in names:
            if name == "*" or account_of_everyone(name):
                found.setdefault(name, set()).add(f"key-policy/{statement.sid or f'#{number}'}")
    return {name: frozenset(labels) for name, labels in found.items()}


def _named(statement: Statement) -> Iterator[str]:
    """Yield the principals of a statement; of `*` or an account, those whose ARN or account a condition names."""
    for principal in statement.principals or ():
        wide = principal.value == "*" or principal.value.endswith(":root")
        arns = [value for value in _values(statement, ("aws:principalarn",), _ARNS) if _is_of_an_account(value)] if wide else []
        accounts = _values(statement, _ACCOUNTS, _TEXTS) if principal.value == "*" else ()
        whole = [everyone_in(value) for value in accounts if ACCOUNT_ID.match(value)]
        yield from arns or whole or (principal.value,)


def _is_of_an_account(text: str) -> bool:
    return "${" not in text and ACCOUNT_ID.match(account_of(text) or "") is not None and not text.endswith(":root")


def is_of_people(conditions: Iterable[Condition]) -> bool:
    """Return whether conditions read the caller's account or ARN; AWS does not say what these hold for services."""
    return any(folded(one.key) in (*_ACCOUNTS, "aws:principalarn") for one in conditions)


def _values(statement: Statement, keys: Values, operators: Values) -> Values:
    held = (one for one in statement.conditions if folded(one.key) in keys and one.operator in operators)
    return next((one.values for one in held), ())


def callers(name: str, key: Key) -> Values:
    """Return the example callers for a row, likeliest first; later ones count where earlier ones have no access.

    For an account: a role that IAM policies allow. For everyone of an account: a role and a user. For `*`: strangers, a service,
    and a role and a user of the key's account.
    """
    arn, home = parse_arn(name), parse_arn(key.arn)
    partition, own = (home.partition, home.account) if home else ("aws", "")
    if name == "*":
        strangers = tuple(f"arn:{partition}:iam::{_STRANGER}:{kind}/anyone" for kind in ("role", "user"))
        return (*strangers, "s3.amazonaws.com", *_anyone(partition, own))
    if (account := account_of_everyone(name)) is not None:
        return _anyone(partition, account)
    if is_pattern(name):
        return (name.replace("*", "x").replace("?", "x"),)
    if arn is not None and arn.resource == "root":
        return (str(arn._replace(resource="role/anyone-whom-iam-allows")),)
    return (name,)


def _anyone(partition: str, account: str) -> Values:
    head = f"arn:{partition}:iam::{account}:"
    return (f"{head}role/anyone", f"{head}user/anyone")


def needs_iam(caller: str, key: Key) -> bool:
    """Return whether a caller is assumed to have all IAM permissions: anyone but services and "anyone" of the key's account."""
    _, partition, _, _, account, _ = key.arn.split(":", 5)
    return not is_service_principal(caller) and caller not in _anyone(partition, account)
