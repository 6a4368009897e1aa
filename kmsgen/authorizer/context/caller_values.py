"""What condition keys hold of who calls and by which way: principal, organization, service, network.

Source: IAM User Guide, reference_policies_condition-keys; KMS Developer Guide, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kmsgen.authorizer.language.principal import CallerKind

if TYPE_CHECKING:
    from kmsgen.authorizer.context.lookup import View

Values = tuple[str, ...]
_IDENTIFIED = frozenset({CallerKind.USER, CallerKind.ROLE, CallerKind.SESSION, CallerKind.FEDERATED, CallerKind.ROOT})
_SERVICE = frozenset({CallerKind.SERVICE})


def _principal_arn(view: View) -> Values | None:
    caller = view.caller
    return (caller.role or caller.arn,) if view.identified else None


_TYPES = {
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.SESSION: "AssumedRole",
    CallerKind.FEDERATED: "FederatedUser",
    CallerKind.ROOT: "Account",
    CallerKind.ANONYMOUS: "Anonymous",
}


def _principal_type(view: View) -> Values | None:
    found = _TYPES.get(view.caller.kind)
    return (found,) if found else None


def _user_id(view: View) -> Values | None:
    caller, given = view.caller, view.given("aws:userid")
    if caller.kind is CallerKind.ROOT:
        return (str(caller.account),)
    if caller.kind is CallerKind.FEDERATED:
        return (f"{caller.account}:{caller.name}",)
    if caller.kind is CallerKind.SESSION and given and not given[0].endswith(f":{caller.session}"):
        return None
    return given if view.identified else None


def _user_name(view: View) -> Values | None:
    return (view.caller.name,) if view.caller.kind is CallerKind.USER else None


def _account(view: View) -> Values | None:
    return (view.caller.account,) if view.caller.account else None


def _is_service(view: View) -> Values | None:
    return None if view.caller.kind is CallerKind.ANONYMOUS else ("true" if view.caller.kind is CallerKind.SERVICE else "false",)


def _service_name(view: View) -> Values | None:
    return (view.caller.name,) if view.caller.kind is CallerKind.SERVICE else None


def _service_names(view: View) -> Values | None:
    name = _service_name(view)
    given = view.given("aws:principalservicenameslist")
    return given if name and given and name[0] in given else name


def _organization_id(view: View) -> Values | None:
    organization = view.caller.policies.organization
    if organization is not None:
        return (organization.id,)
    return view.given("aws:principalorgid") if view.identified else None


def _organization_paths(view: View) -> Values | None:
    organization = view.caller.policies.organization
    if organization is not None and organization.paths:
        return organization.paths
    return view.given("aws:principalorgpaths") if view.identified else None


def _only_for(kinds: frozenset[CallerKind], key: str) -> Callable[[View], Values | None]:
    return lambda view: view.given(key) if view.caller.kind in kinds else None


def _via_service(view: View) -> Values | None:
    return view.given("kms:viaservice") if view.identified else None


def _via_aws_service(view: View) -> Values | None:
    if view.caller.kind is CallerKind.ANONYMOUS:
        return None
    if _via_service(view) or (view.identified and view.given("aws:calledvia")):
        return ("true",)
    return view.given("aws:viaawsservice") or ("false",)


def _called_via(index: int, key: str) -> Callable[[View], Values | None]:
    def derive(view: View) -> Values | None:
        chain = view.given("aws:calledvia")
        return (chain[index],) if chain else view.given(key)

    return derive


def _source_ip(view: View) -> Values | None:
    through_endpoint = view.given("aws:sourcevpce") or view.given("aws:sourcevpc")
    return None if through_endpoint else view.given("aws:sourceip")


def _mfa_age(view: View) -> Values | None:
    present = view.given("aws:multifactorauthpresent")
    return view.given("aws:multifactorauthage") if present and present[0].lower() == "true" else None


def principal_tag(view: View, name: str) -> Values | None:
    """Return the value of a principal's tag: as described, else as the caller tells (a session tag)."""
    described = tuple(value for tag, value in view.caller.policies.tags if tag.lower() == name)
    return described or (view.given(f"aws:principaltag/{name}") if view.identified else None)


OF_CALLER: Mapping[str, Callable[[View], Values | None]] = {
    "kms:calleraccount": _account,
    "kms:viaservice": _via_service,
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _account,
    "aws:principaltype": _principal_type,
    "aws:userid": _user_id,
    "aws:username": _user_name,
    "aws:principalisawsservice": _is_service,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _service_names,
    "aws:principalorgid": _organization_id,
    "aws:principalorgpaths": _organization_paths,
    **{f"aws:source{name}": _only_for(_SERVICE, f"aws:source{name}") for name in ("arn", "account", "orgid", "orgpaths")},
    **{
        key: _only_for(_IDENTIFIED, key)
        for key in ("aws:multifactorauthpresent", "aws:tokenissuetime", "aws:sourceidentity", "aws:federatedprovider")
    },
    "aws:multifactorauthage": _mfa_age,
    "aws:viaawsservice": _via_aws_service,
    "aws:calledvia": _only_for(_IDENTIFIED, "aws:calledvia"),
    "aws:calledviafirst": _called_via(0, "aws:calledviafirst"),
    "aws:calledvialast": _called_via(-1, "aws:calledvialast"),
    "aws:sourceip": _source_ip,
}
