"""Condition keys about the caller: principal, organization, calling service, network.

Each function returns values, None where the key is surely absent, or NOT_TOLD where nothing tells it.
Source: IAM User Guide, reference_policies_condition-keys, id_session-tags; KMS Developer Guide, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kmsgen.arn import account_of
from kmsgen.authorizer.context.untold import open_among, open_any, open_of_shape
from kmsgen.authorizer.context.view import NOT_TOLD, Telling, View
from kmsgen.authorizer.language.open_value import OpenValue, Seen
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.authorizer.language.shapes import ANY_TEXT, Some
from kmsgen.catalogue.availability import Presence, Route
from kmsgen.catalogue.condition_keys import PRINCIPAL_TAG
from kmsgen.policy.bundle import Organization
from kmsgen.policy.grant import Pairs
from kmsgen.policy.letter_case import folded, loosely_folded

Found = Seen | Telling
Derive = Callable[[View], Found]

_TAKES_SESSION_TAGS = frozenset({CallerKind.ROLE, CallerKind.SESSION, CallerKind.FEDERATED})


def _principal_arn(view: View) -> Found:
    caller = view.caller
    return (caller.role or caller.arn,) if view.identified else view.told("aws:principalarn")


_TYPES = {
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.SESSION: "AssumedRole",
    CallerKind.FEDERATED: "FederatedUser",
    CallerKind.ROOT: "Account",
    CallerKind.ANONYMOUS: "Anonymous",
}


def _principal_type(view: View) -> Found:
    found = _TYPES.get(view.caller.kind)
    return (found,) if found else view.told("aws:principaltype")


def _user_id(view: View) -> Found:
    caller, told = view.caller, view.told("aws:userid")
    if caller.kind is CallerKind.ROOT:
        return (str(caller.account),)
    if caller.kind is CallerKind.FEDERATED:
        return (f"{caller.account}:{caller.name}",)
    return NOT_TOLD if isinstance(told, tuple) and not _can_be_id(told[0], caller) else told


def _can_be_id(text: str, caller: Caller) -> bool:
    """Whether a text can be the caller's aws:userid: `AROA...:SESSIONNAME` of a role's session, `AIDA...` of a user.

    Of a service no page says what it holds, but it is no customer's. Source: IAM User Guide, reference_identifiers.
    """
    unique, colon, session = text.partition(":")
    if caller.kind is CallerKind.USER:
        return unique.startswith("AIDA") and not colon
    if caller.kind is CallerKind.SERVICE:
        return not unique.startswith(("AIDA", "AROA")) and account_of(unique) is None
    return unique.startswith("AROA") and session != "" and (caller.kind is CallerKind.ROLE or session == caller.session)


def _user_name(view: View) -> Found:
    return (view.caller.name,) if view.caller.kind is CallerKind.USER else None


def _account(key: str) -> Derive:
    return lambda view: (view.caller.account,) if view.caller.account else view.told(key)


def _is_service(view: View) -> Found:
    return None if view.caller.kind is CallerKind.ANONYMOUS else ("true" if view.caller.kind is CallerKind.SERVICE else "false",)


def _service_name(view: View) -> Found:
    return (view.caller.name,) if view.caller.kind is CallerKind.SERVICE else None


def _service_names(view: View) -> Found:
    told = view.told("aws:principalservicenameslist")
    return NOT_TOLD if isinstance(told, tuple) and view.caller.name not in told else told


def organization_id(whose: Callable[[View], Organization | None], key: str, paths: str) -> Derive:
    """Return the resolver of an organization id: from the description, else the request, else the paths that it tells."""

    def derive(view: View) -> Found:
        described = whose(view)
        if described is not None and described.id:
            return (described.id,)
        told = view.told(key)
        if described is not None:
            return told if isinstance(told, tuple) else None
        told_paths = view.told(paths) if told is NOT_TOLD else None
        return (told_paths[0].partition("/")[0],) if isinstance(told_paths, tuple) else told

    return derive


def organization_paths(whose: Callable[[View], Organization | None], key: str, id_key: str) -> Derive:
    """Return the resolver of organization paths; where only the organization's id is known, they begin with it."""

    def derive(view: View) -> Found:
        described = whose(view)
        if described is not None and described.paths:
            return described.paths
        told = view.told(key)
        if described is not None and not described.id:
            return told if isinstance(told, tuple) else None
        known = (described.id,) if described is not None else view.told(id_key)
        if told is NOT_TOLD and isinstance(known, tuple):
            return open_of_shape(view, key, (f"{known[0]}/", Some.TEXT))
        return told

    return derive


def _via_aws_service(view: View) -> Found:
    told = view.told("aws:viaawsservice")
    if view.route is Route.FORWARD_ACCESS_SESSION or view.told("kms:viaservice") not in (None, NOT_TOLD):
        return ("true",)
    return ("false",) if told is NOT_TOLD and view.caller.kind is CallerKind.SERVICE else told


def _called_via(index: int, key: str) -> Derive:
    def derive(view: View) -> Found:
        chain = view.told("aws:calledvia")
        return (chain[index],) if isinstance(chain, tuple) else view.told(key)

    return derive


def _source_account(view: View) -> Found:
    """Return aws:SourceAccount: as told, else, where the integration passes it, the account in aws:SourceArn."""
    told, account = view.told("aws:sourceaccount"), _account_of_source(view)
    return open_among(view, "aws:sourceaccount", [(account,)]) if told is NOT_TOLD and account else told


def _account_of_source(view: View) -> str:
    """Return the account for whose resource a service calls, by aws:SourceAccount or aws:SourceArn; empty where not told."""
    account, source = view.told("aws:sourceaccount"), view.told("aws:sourcearn")
    if isinstance(account, tuple):
        return account[0]
    return (account_of(source[0]) or "") if isinstance(source, tuple) else ""


def _of_source(view: View) -> Organization | None:
    """Return the organization of aws:SourceAccount where that account is the key's and its organization is described."""
    told = view.told("aws:sourceaccount")
    return view.target.organization if isinstance(told, tuple) and told[0] == view.target.account else None


def _where_source_is_known(key: str, derive: Derive) -> Derive:
    """Leave aws:SourceOrgID or aws:SourceOrgPaths open where the source account is told: it may be in an organization."""

    def found(view: View) -> Found:
        seen = derive(view)
        return open_any(view, key) if seen is NOT_TOLD and _account_of_source(view) else seen

    return found


def _mfa_present(view: View) -> Found:
    """Return aws:MultiFactorAuthPresent: `true` if an age is told; credentials that cannot have used MFA never hold it."""
    told = view.told("aws:multifactorauthpresent")
    if told is NOT_TOLD and isinstance(view.told("aws:multifactorauthage"), tuple):
        return ("true",)
    found = view.occurrence("aws:multifactorauthpresent")
    possible = found.values if found is not None else ()
    if isinstance(told, tuple) and possible and folded(told[0]) not in possible:
        return open_among(view, "aws:multifactorauthpresent", [(value,) for value in possible])
    return told


def _mfa_age(view: View) -> Found:
    present, age = _mfa_present(view), view.told("aws:multifactorauthage")
    found = view.occurrence("aws:multifactorauthage")
    if found is not None and found.presence is Presence.NEVER:
        return None
    if present is NOT_TOLD:
        return age
    if not isinstance(present, tuple) or folded(present[0]) != "true":
        return None
    return open_of_shape(view, "aws:multifactorauthage", ANY_TEXT) if age is NOT_TOLD else age


def tag_of(tags: Pairs, name: str) -> Seen:
    """Return the values of a tag, whose name is in lower case; open where names agree only by case beyond ASCII (P15)."""
    same = tuple(value for tag, value in tags if folded(tag) == name)
    if name.isascii() and all(tag.isascii() for tag, _ in tags):
        return same
    like = loosely_folded(name)
    near = tuple(value for tag, value in tags if folded(tag) != name and loosely_folded(tag) == like)
    return OpenValue((same or None, (*same, *near)), why="P15") if near else same


def principal_tag(name: str) -> Derive:
    """Return the resolver of aws:PrincipalTag: a session tag replaces a tag of the role or user of that name, in any case.

    Where the caller's tags are described these are all, but for session tags that the request tells.
    """
    key = f"{PRINCIPAL_TAG}{name}"

    def derive(view: View) -> Found:
        caller = view.caller
        described = tag_of(caller.policies.tags, name)
        if described and (caller.kind not in _TAKES_SESSION_TAGS or caller.described_itself):
            return described
        told = view.told(key)
        if described or isinstance(told, tuple):
            return told if isinstance(told, tuple) else described
        return None if caller.described else told

    return derive


def _of_caller(view: View) -> Organization | None:
    return view.caller.organization


OF_CALLER: Mapping[str, Derive] = {
    "kms:calleraccount": _account("kms:calleraccount"),
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _account("aws:principalaccount"),
    "aws:principaltype": _principal_type,
    "aws:userid": _user_id,
    "aws:username": _user_name,
    "aws:principalisawsservice": _is_service,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _service_names,
    "aws:principalorgid": organization_id(_of_caller, "aws:principalorgid", "aws:principalorgpaths"),
    "aws:principalorgpaths": organization_paths(_of_caller, "aws:principalorgpaths", "aws:principalorgid"),
    "aws:sourceaccount": _source_account,
    "aws:sourceorgid": _where_source_is_known(
        "aws:sourceorgid", organization_id(_of_source, "aws:sourceorgid", "aws:sourceorgpaths")
    ),
    "aws:sourceorgpaths": _where_source_is_known(
        "aws:sourceorgpaths", organization_paths(_of_source, "aws:sourceorgpaths", "aws:sourceorgid")
    ),
    "aws:multifactorauthpresent": _mfa_present,
    "aws:multifactorauthage": _mfa_age,
    "aws:viaawsservice": _via_aws_service,
    "aws:calledviafirst": _called_via(0, "aws:calledviafirst"),
    "aws:calledvialast": _called_via(-1, "aws:calledvialast"),
}
