"""Example callers of an access: the principal itself, or an example of those that it stands for.

Everyone of an account means a role, a user, the root user and a federated user. Source: IAM User Guide,
reference_policies_elements_principal, reference_policies_variables (aws:PrincipalType); KMS Developer Guide, conditions-kms
(kms:CallerAccount), multi-region-auth-slr (the role of kms:SynchronizeMultiRegionKey).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from kmsgen.arn import parse_arn
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.availability import Occurrence, Presence, PrincipalKind, Route, availability
from kmsgen.checks.example_requests import ExampleSituation
from kmsgen.checks.intent.asked_access import CALLERS_ACCOUNT, Expected
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

Values = tuple[str, ...]

SOMEBODY = "somebody-whom-iam-allows"
ANY_SERVICE = "s3.amazonaws.com"
_MEMBERS = ("444455556666", "777788889999", "123456789012")
_USER_NAME = "${aws:username"  # a variable that users alone have
_OF_TYPE = {"User": f"user/{SOMEBODY}", "AssumedRole": f"role/{SOMEBODY}", "Account": "root"}
_KMS_ROLE = "role/aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
_PATTERNED = {"StringEquals": "StringLike", "StringLike": "StringLike", "StringNotEquals": "StringNotLike"}
_PATTERNED |= {"StringNotLike": "StringNotLike"}
_ACCOUNTS = ("aws:principalaccount", folded(CALLERS_ACCOUNT))
_ROUTES = (Route.DIRECT, Route.VPC_ENDPOINT, Route.FORWARD_ACCESS_SESSION)
# kinds of callers in an account -> service and resource of an example ARN; the names differ from SOMEBODY, to whom IAM policies
# must allow the call
_KINDS = {
    PrincipalKind.ROLE_SESSION: ("iam", "role/somebody"),
    PrincipalKind.USER: ("iam", "user/somebody"),
    PrincipalKind.ROOT_USER: ("iam", "root"),
    PrincipalKind.FEDERATED_USER: ("sts", "federated-user/somebody"),
}


def callers(access: Expected, situation: ExampleSituation) -> Iterator[str]:
    """Yield the example callers of an access in a situation; for everyone of an account, one of each kind that fits."""
    account = everyone_of(access)
    one = _caller(access, situation)
    key = parse_arn(access.key)
    if one is None or key is None:
        return
    if account is None or SOMEBODY not in one:
        yield one
        return
    by_type = one.rpartition("/")[0].rpartition(":")[2] if _tells_type(situation) else ""
    for kind, (service, resource) in _KINDS.items():
        if resource.startswith(by_type) and _can_be(kind, access.action, situation):
            yield f"arn:{key.partition}:{service}::{account}:{resource}"


def by_arn(conditions: Iterable[Condition], access: Expected) -> list[Condition]:
    """Return the conditions, those on aws:username as ones on aws:PrincipalArn where there are such too: one caller meets both.

    A user name is what follows the path. Source: IAM User Guide, reference_identifiers, Friendly names and paths.
    """
    found = list(conditions)
    key = parse_arn(access.key)
    account = one_account(access, found)
    if key is None or account is None or not any(folded(each.key) == "aws:principalarn" for each in found):
        return found
    head = f"arn:{key.partition}:iam::{account}:user/"
    return [_of_users(each, head) if folded(each.key) == "aws:username" else each for each in found]


def _of_users(condition: Condition, head: str) -> Condition:
    operator = _PATTERNED.get(condition.operator)
    if operator is None:
        return condition
    values = tuple(f"{head}{path}{name}" for name in condition.values for path in ("", "*/"))
    return Condition(operator, "aws:PrincipalArn", values)


def one_account(access: Expected, conditions: Iterable[Condition]) -> str | None:
    """Return the account of everybody whom a line means; None where it has several, or names one principal."""
    if access.principal.value != "*":
        arn = parse_arn(access.principal.value)
        return arn.account if arn is not None and arn.resource == "root" else None
    told = (each.values for each in conditions if each.operator == "StringEquals" and folded(each.key) in _ACCOUNTS)
    return next((values[0] for values in told if len(values) == 1), None)


def everyone_of(access: Expected) -> str | None:
    """Return the account if the access is for everyone of that account; else None."""
    if access.principal.value != "*":
        return None
    held = (condition for condition in access.statement.conditions if condition.key == CALLERS_ACCOUNT)
    return next((condition.values[0] for condition in held if condition.operator == "StringEquals"), None)


def _tells_type(situation: ExampleSituation) -> bool:
    names = {folded(name) for name in situation.context}
    return "aws:principaltype" in names or any(_USER_NAME in value for value in situation.texts)


def _can_be(kind: PrincipalKind, action: str, situation: ExampleSituation) -> bool:
    """Return whether a kind of caller can send every condition key value of a situation, each by some route."""
    told = [(row, values) for name, values in situation.context.items() if values and (row := availability(name)) is not None]
    return all(any(_holds(row.occurrence(kind, route, action), values) for route in _ROUTES) for row, values in told)


def _holds(found: Occurrence, values: Values) -> bool:
    return found.presence is not Presence.NEVER and (not found.values or set(values) <= set(found.values))


def _caller(access: Expected, situation: ExampleSituation) -> str | None:
    """Return the caller: the principal itself, or an example of an account for whom the conditions can hold; else None."""
    name = access.principal.value
    arn = parse_arn(name)
    if arn is not None and arn.resource == "root" and _is_for_aws(access.action):
        return f"arn:{arn.partition}:iam::{arn.account}:{_KMS_ROLE}"
    if arn is not None and arn.resource == "root":
        return _of_account(arn.partition, arn.account, situation)
    if name != "*":
        return name
    if any(condition.key == "aws:PrincipalIsAWSService" for condition in access.statement.conditions):
        return ANY_SERVICE
    key = parse_arn(access.key)
    barred = {value for each in access.statement.conditions if _is_barred(each) for value in each.values}
    return _of_account(key.partition, _account(situation, key.account, barred), situation) if key else None


def _is_barred(condition: Condition) -> bool:
    return condition.operator == "StringNotEquals" and folded(condition.key) in _ACCOUNTS


def _is_for_aws(action: str) -> bool:
    """Return whether only KMS's service-linked role calls an action: kms:SynchronizeMultiRegionKey."""
    row = ACTIONS.get(action.removeprefix("kms:"))
    return row is not None and row.policy_types is None


def _account(situation: ExampleSituation, own: str, barred: Collection[str]) -> str:
    """Return the account of an example caller out of everyone; for a member of an organization one other than the key's."""
    said = {folded(name): values[0] for name, values in situation.context.items() if values}
    told = said.get("aws:principalaccount") or said.get(folded(CALLERS_ACCOUNT))
    if told is not None:
        return told
    member = "aws:principalorgid" in said or "aws:principalorgpaths" in said
    return next((one for one in _MEMBERS if one != own and one not in barred), own) if member else own


def _of_account(partition: str, account: str, situation: ExampleSituation) -> str | None:
    said = {folded(key): values[0] for key, values in situation.context.items() if values}
    head = f"arn:{partition}:iam::{account}:"
    if "aws:principalarn" in said:
        return _like(said["aws:principalarn"], head)
    if "aws:username" in said:
        return f"{head}user/{said['aws:username']}"
    if any(_USER_NAME in value for value in situation.texts):
        return f"{head}user/{SOMEBODY}"
    return head + _OF_TYPE.get(said.get("aws:principaltype", ""), f"role/{SOMEBODY}")


def _like(text: str, head: str) -> str | None:
    """Return the example principal for an aws:PrincipalArn value; None if it belongs to another account."""
    parts = text.split(":", 5)
    if len(parts) != 6 or not parts[5].startswith(("role/", "user/", "root")):
        return f"{head}role/{SOMEBODY}"
    if parts[4].isdigit() and parts[4] != head.split(":")[4]:
        return None
    return head + parts[5]
