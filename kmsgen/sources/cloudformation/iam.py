"""IAM principals of a stack: inline and attached policies, groups, permissions boundaries.

A principal whose policies the template does not all tell may have any.
Source: AWS CloudFormation Template Reference, AWS::IAM.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from kmsgen.arn import Arn, parse_arn
from kmsgen.catalogue.managed_policies import kms_policy
from kmsgen.errors import KmsgenError, Location
from kmsgen.policy.written_policy import described_principal
from kmsgen.reading import Steps
from kmsgen.sources.cloudformation.language.namings import PRINCIPALS
from kmsgen.sources.cloudformation.language.policies import WrittenPolicy
from kmsgen.sources.cloudformation.language.resources import TemplateResource, named_in
from kmsgen.sources.cloudformation.stack import Stack
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Text, Unknown, has_unknown, unknown_in

MANAGED = ("AWS::IAM::ManagedPolicy",)
# type -> (property that names the holders, kind of principal)
_ATTACHED = {
    "AWS::IAM::ManagedPolicy": (("Roles", "role"), ("Users", "user"), ("Groups", "group")),
    "AWS::IAM::Policy": (("Roles", "role"), ("Users", "user"), ("Groups", "group")),
    "AWS::IAM::RolePolicy": (("RoleName", "role"),),
    "AWS::IAM::UserPolicy": (("UserName", "user"),),
    "AWS::IAM::GroupPolicy": (("GroupName", "group"),),
}
_MEMBERSHIP = "AWS::IAM::UserToGroupAddition"


class PolicyOfHolder(NamedTuple):
    """A policy that a principal or group (`holder`, an ARN) has or may have; `of_aws` are the ARNs if it is AWS managed."""

    holder: str
    policy: WrittenPolicy
    of_aws: tuple[str, ...] = ()


class UntoldPolicies(NamedTuple):
    """Why a principal or group may have unknown policies, and where that stands; `elsewhere`: another stack makes it."""

    holder: str
    why: str
    place: Location
    elsewhere: bool = False


class Membership(NamedTuple):
    """A user (`holder`) in a group, both by ARN."""

    holder: str
    group: str


Access = PolicyOfHolder | UntoldPolicies | Membership


class Directory(NamedTuple):
    """IAM of a stack: ARNs of principals and groups by kind and name, managed policies by what `Ref` of them gives."""

    stack: Stack
    arns: Mapping[str, Mapping[str, str]]
    managed: Mapping[Any, TemplateResource]


def directory_of(stack: Stack) -> Directory:
    """Return the directory of a stack's principals, groups and managed policies."""
    references = stack.evaluation.references
    arns: dict[str, dict[str, str]] = {kind: {} for kind, _ in PRINCIPALS.values()}
    for one in stack.of(*PRINCIPALS):
        arns[PRINCIPALS[one.type][0]][str(references.name_of(one))] = references.principal(one)
    return Directory(stack, arns, {references.ref(one.name, ()): one for one in stack.of(*MANAGED)})


def access_of(directory: Directory) -> Iterator[Access]:
    """Yield the policies, memberships and unknowns of a stack's principals and groups."""
    stack = directory.stack
    for holder in stack.of(*PRINCIPALS):
        yield from _own(directory, holder)
    for policy in stack.of(*_ATTACHED):
        yield from _attached(directory, policy)
    for one in stack.of(_MEMBERSHIP):
        yield from _additions(directory, one)


def principal_of(stack: Stack, holder: TemplateResource) -> str:
    """Return the ARN of a role, user or group of a stack."""
    return stack.evaluation.references.principal(holder)


def _own(directory: Directory, holder: TemplateResource) -> Iterator[Access]:
    """Yield what a role, user or group resource itself lists."""
    stack = directory.stack
    arn = principal_of(stack, holder)
    for number, one in _entries(holder.properties.get("Policies")):
        steps = ("Policies", number, "PolicyDocument")
        if isinstance(one, dict) and "PolicyDocument" in one:
            yield PolicyOfHolder(arn, _policy(stack, holder, one["PolicyDocument"], *steps))
        else:
            yield PolicyOfHolder(arn, _conditional(stack, holder, one, "Policies", number))
    for named in _listed(stack.value(holder, "ManagedPolicyArns")):
        yield _managed(directory, holder, arn, named)
    if holder.type == "AWS::IAM::User":
        for group in _listed(stack.value(holder, "Groups")):
            yield _member(directory, holder, arn, group)


def _policy(stack: Stack, resource: TemplateResource, raw: object, *steps: str | int) -> WrittenPolicy:
    """Evaluate a policy; Unknown for a text that is no JSON."""
    try:
        return stack.policy(resource, raw, *steps)
    except KmsgenError as error:
        return WrittenPolicy(
            Unknown(f"a policy that cannot be read: {error.diagnostics[0].message}"), stack.place(resource, *steps)
        )


def _conditional(stack: Stack, holder: TemplateResource, raw: object, *steps: str | int) -> WrittenPolicy:
    """Evaluate an entry of `Policies` that a function gives."""
    value = stack.evaluation.value(raw, holder.at(*steps), stack.assumed(holder))
    return WrittenPolicy(_document(value), stack.place(holder, *steps))


def _document(entry: Any) -> Any:  # noqa: ANN401 - plain data with markers
    if isinstance(entry, OneOf):
        return entry._replace(options=tuple(_document(option) for option in entry.options))
    return entry.get("PolicyDocument") if isinstance(entry, dict) else entry


def _managed(directory: Directory, holder: TemplateResource, arn: str, named: Any) -> Access:  # noqa: ANN401 - plain data with markers
    """Return a managed policy in `ManagedPolicyArns`: of the stack, of AWS, or untold."""
    stack = directory.stack
    options = named.options if isinstance(named, OneOf) else (named,)
    found = [managed_policy(directory, holder, "ManagedPolicyArns", option) for option in options]
    untold = next((one.policy.data for one in found if isinstance(one.policy.data, Unknown)), None)
    if untold:
        return UntoldPolicies(arn, f"{untold.what} is attached to it", stack.where(holder.at("ManagedPolicyArns")))
    if not isinstance(named, OneOf):
        return found[0]._replace(holder=arn)
    data = named._replace(options=tuple(one.policy.data for one in found))
    return PolicyOfHolder(
        arn, WrittenPolicy(data, stack.place(holder, "ManagedPolicyArns")), tuple(arn for one in found for arn in one.of_aws)
    )


def managed_policy(directory: Directory, holder: TemplateResource, field: str, named: Any) -> PolicyOfHolder:  # noqa: ANN401 - plain data with markers
    """Return a managed policy by its ARN: one of the stack, one of AWS, or Unknown."""
    stack = directory.stack
    here = stack.place(holder, field)
    resource = directory.managed.get(named) if isinstance(named, str | Text) else None
    if resource and not _is_there(stack, resource, holder, field):
        return PolicyOfHolder("", WrittenPolicy(Unknown(f"{stack.named(resource)}, which may not be made here,"), here))
    if resource:
        return PolicyOfHolder("", _policy(stack, resource, resource.properties.get("PolicyDocument"), "PolicyDocument"))
    of_aws = kms_policy(named) if isinstance(named, str) and not stack.evaluation.told.strict else None
    if named == ABSENT:
        return PolicyOfHolder("", WrittenPolicy(ABSENT, here))
    if of_aws is not None:
        return PolicyOfHolder("", WrittenPolicy(of_aws, here), (str(named),))
    unknown = next(unknown_in(named), None) if has_unknown(named) else None
    return PolicyOfHolder("", WrittenPolicy(Unknown(unknown.what if unknown else f"the policy {named}"), here))


def _is_there(stack: Stack, policy: TemplateResource, holder: TemplateResource, field: str) -> bool:
    """Return whether a policy of the stack is made where somebody has it: else another one may have its ARN."""
    referred = policy.name in named_in(holder.properties.get(field))
    return referred or stack.always_made(policy) or policy.condition == holder.condition


def _attached(directory: Directory, policy: TemplateResource) -> Iterator[Access]:
    """Yield a policy resource for each holder that it names."""
    stack = directory.stack
    holders = [held for field, kind in _ATTACHED[policy.type] for held in _holders(directory, policy, field, kind)]
    if not holders:
        return
    written = _made(stack, policy)
    for arn, ours, sure in holders:
        data = written.data if sure else OneOf((written.data, ABSENT), f"who has {policy.name}", policy.steps)
        yield PolicyOfHolder(arn, written._replace(data=data))
        if not ours:
            why = f"{policy.name} is attached to it, and the template does not make it"
            yield UntoldPolicies(arn, why, stack.where(policy.steps), elsewhere=True)


def _made(stack: Stack, policy: TemplateResource) -> WrittenPolicy:
    """Evaluate a policy resource; it may be absent if its condition can keep it from being created."""
    written = _policy(stack, policy, policy.properties.get("PolicyDocument"), "PolicyDocument")
    return written if stack.always_made(policy) else maybe(written, unless_made(stack, policy), policy.steps)


def maybe(written: WrittenPolicy, what: str, steps: Steps) -> WrittenPolicy:
    """Return a policy that may be absent, depending on what is named."""
    return written._replace(data=OneOf((written.data, ABSENT), what, steps))


def unless_made(stack: Stack, resource: TemplateResource) -> str:
    """Name in words what may keep a resource from being created."""
    return f"condition {resource.condition}" if resource.condition else f"whether {stack.name} is made"


def may_be_others(stack: Stack, with_keys: str | None) -> Iterator[UntoldPolicies]:
    """Yield the principals and groups that the stack may leave to others, who may give them any policy.

    Nobody asks about a key that is not created: under the condition of every key (`with_keys`, None without one) they are made.
    """
    for holder in stack.of(*PRINCIPALS):
        if stack.always_made(holder) or (with_keys is not None and stack.sure and holder.condition == with_keys):
            continue
        why = f"{stack.named(holder)} may not be made here ({unless_made(stack, holder)})"
        yield UntoldPolicies(principal_of(stack, holder), why, stack.where(holder.steps))


def put_in_place(directory: Directory, principals: Container[str]) -> Iterator[PolicyOfHolder]:
    """Yield unattached managed policies whose Description names the principal that they are for."""
    stack = directory.stack
    for policy in stack.of(*MANAGED):
        principal = described_principal(stack.value(policy, "Description"))
        if principal in principals and not any(stack.value(policy, field) for field, _ in _ATTACHED[policy.type]):
            yield PolicyOfHolder(principal, _made(stack, policy))


def _holders(directory: Directory, policy: TemplateResource, field: str, kind: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield each holder that a property names: its ARN, whether the stack makes it, whether it is sure.

    An unknown name may be any of the stack's.
    """
    stack = directory.stack
    ours = directory.arns[kind]
    for named in _listed(stack.value(policy, field)):
        options = named.options if isinstance(named, OneOf) else (named,)
        for option in options:
            if isinstance(option, str):
                name = option.rpartition("/")[2]
                yield ours.get(name) or stack.evaluation.told.home.principal(kind, option), name in ours, len(options) == 1
            elif has_unknown(option):
                yield from ((arn, True, False) for arn in ours.values())


def _additions(directory: Directory, one: TemplateResource) -> Iterator[Access]:
    stack = directory.stack
    groups = list(_holders(directory, one, "GroupName", "group"))
    for user, ours, sure in _holders(directory, one, "Users", "user"):
        for group, group_is_ours, group_is_sure in groups:
            if ours and group_is_ours and sure and group_is_sure and stack.always_made(one):
                yield Membership(user, group)
            else:
                yield UntoldPolicies(user, f"{one.name} puts it into a group", stack.where(one.steps))


def _member(directory: Directory, user: TemplateResource, arn: str, named: Any) -> Access:  # noqa: ANN401 - plain data with markers
    stack = directory.stack
    ours = directory.arns["group"]
    if isinstance(named, str) and named in ours:
        return Membership(arn, ours[named])
    unknown = next(unknown_in(named), None) if has_unknown(named) else None
    return UntoldPolicies(arn, f"it is in the group {unknown.what if unknown else named}", stack.where(user.at("Groups")))


def boundary_of(directory: Directory, holder: TemplateResource) -> WrittenPolicy | None:
    """Return the permissions boundary of a role or user, Unknown if it is not told; None if it has none."""
    stack = directory.stack
    named = stack.value(holder, "PermissionsBoundary") if "PermissionsBoundary" in holder.properties else None
    if named is None:
        return None
    if isinstance(named, OneOf):
        return WrittenPolicy(Unknown(named.what), stack.place(holder, "PermissionsBoundary"))
    return managed_policy(directory, holder, "PermissionsBoundary", named).policy


def members_of(found: list[Access]) -> Mapping[str, list[str]]:
    """Return the users in each group, by ARN."""
    members: dict[str, list[str]] = {}
    for one in found:
        if isinstance(one, Membership):
            members.setdefault(one.group, []).append(one.holder)
    return members


def _entries(raw: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - plain data
    return enumerate(raw) if isinstance(raw, list) else iter(()) if raw is None else enumerate([raw])


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - plain data with markers
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def is_principal(arn: str) -> bool:
    """Return whether an ARN is that of a principal; a group is none."""
    parsed: Arn | None = parse_arn(arn)
    return parsed is not None and parsed.kind != "group"
