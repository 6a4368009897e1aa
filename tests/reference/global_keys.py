"""AWS's global condition keys: what they hold, from the caller, the route, the resource and the tags of the request.

What follows from the request is derived, whatever the request says of it.

Source: IAM User Guide, reference_policies_condition-keys, reference_policies_variables, id_session-tags,
id_credentials_mfa_configure-api-require, access_forward_access_sessions; KMS Developer Guide, conditions-aws, tag-authorization.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.reference.caller import Caller, Kind
from tests.reference.held import ABSENT, MAYBE, OPEN, Held, either, known, one_of, or_absent, shaped
from tests.reference.patterns import ANYTHING, WITHIN_SEGMENT, literal
from tests.reference.view import View, of_pairs

Data = Mapping[str, Any]


# --- the caller ---------------------------------------------------------------------------------------------------------


def of_service(view: View, key: str) -> Held:
    """Return what is told of a service's identity."""
    told = view.told(key)
    return OPEN if told is None else Held(told.ways, of_service=True, customers=(view.need.account,))


def _principal_arn(view: View) -> Held:
    caller = view.caller
    if caller.kind is Kind.SERVICE:
        return of_service(view, "aws:principalarn")
    if caller.kind is not Kind.ROLE:
        return known(caller.arn)
    if caller.role is not None:
        return known(caller.role)
    # P1: the ARN of a session does not tell the path of its role. It is taken to have none; what fits one with a path is open.
    # A name that AWS gives tells that there is a path: of Identity Center's roles all but the Region, of others not which.
    without_path, with_path = caller.role_shapes
    if caller.is_named_by_aws:
        return Held(((without_path,), (with_path,)))
    return Held(((without_path,),), perhaps=with_path)


def _principal_account(view: View) -> Held:
    return of_service(view, "aws:principalaccount") if view.is_service else known(view.caller.account)


def _principal_type(view: View) -> Held:
    return (view.told("aws:principaltype") or OPEN) if view.is_service else known(view.caller.kind.value)


def _user_id(view: View) -> Held:
    """Ids: AIDA... of users, AROA...:SESSION of sessions, ACCOUNT:NAME of federated users, the account's of its root user.

    Of services no page says what it is; that of a customer it is not.
    """
    caller = view.caller
    fixed = {Kind.FEDERATED: f"{caller.account}:{caller.name}", Kind.ROOT: caller.account}
    if caller.kind in fixed:
        return known(fixed[caller.kind])
    session = literal(caller.session) if caller.session else WITHIN_SEGMENT
    shapes = {
        Kind.USER: (*literal("AIDA"), *WITHIN_SEGMENT),
        Kind.ROLE: (*literal("AROA"), *WITHIN_SEGMENT, *literal(":"), *session),
    }
    told = view.says.get("aws:userid", ())
    fits = len(told) == 1 and _fits(told[0], caller)
    return known(told[0]) if fits else Held(((shapes.get(caller.kind, ANYTHING),),))


def _fits(user_id: str, caller: Caller) -> bool:
    if caller.kind is Kind.USER:
        return user_id.startswith("AIDA") and ":" not in user_id
    if caller.kind is Kind.ROLE:
        head, _, tail = user_id.partition(":")
        return head.startswith("AROA") and tail != "" and caller.session in (None, tail)
    return not re.match(r"AIDA|AROA|\d{12}(:|$)", user_id)


def _principal_tag(view: View, name: str) -> Held:
    """Tags of the caller, open where nobody describes it. A session tag replaces the role's of the same name in any case."""
    caller = view.caller
    if caller.kind in (Kind.ROOT, Kind.SERVICE, Kind.ANONYMOUS):
        return ABSENT
    described = of_pairs(name, caller.beside.get("tags") or {}) if caller.described else MAYBE
    told = view.told(f"aws:principaltag/{name}")
    if told is None:
        return described
    if caller.kind is Kind.USER and described not in (ABSENT, MAYBE):
        return described
    own = caller.described == caller.arn and (caller.is_session or caller.kind is Kind.FEDERATED)
    return either(told, described) if own and described != ABSENT else told


def _organization_id(held_by: str) -> Callable[[View], Held]:
    def found(view: View) -> Held:
        account = _account(view, held_by)
        organization = view.organization(account) if account else None
        if organization:
            return known(organization["id"])
        told = view.told(f"aws:{held_by}orgid")
        paths = view.says.get(f"aws:{held_by}orgpaths")
        derived = known(paths[0].partition("/")[0]) if paths else None
        return told or derived or _not_told(account, "o-*")

    return _for_callers(held_by, found)


def _organization_paths(held_by: str) -> Callable[[View], Held]:
    def found(view: View) -> Held:
        account = _account(view, held_by)
        organization = view.organization(account) if account else None
        if organization:
            paths = organization.get("paths") or ()
            return known(*paths) if paths else shaped(f"{organization['id']}/*")
        identifier = view.says.get(f"aws:{held_by}orgid")
        derived = shaped(f"{identifier[0]}/*") if identifier else None
        return view.told(f"aws:{held_by}orgpaths") or derived or _not_told(account, "o-*/")

    return _for_callers(held_by, found)


def _not_told(account: str, shape: str) -> Held:
    """Nobody told whether the account is in an organization; a service need not pass whose its resource is."""
    return or_absent(shaped(shape)) if account else ABSENT


def _for_callers(held_by: str, found: Callable[[View], Held]) -> Callable[[View], Held]:
    def rule(view: View) -> Held:
        absent = {"principal": view.is_service, "source": not view.is_service}
        return ABSENT if absent.get(held_by) else found(view)

    return rule


def _account(view: View, held_by: str) -> str:
    if held_by == "principal":
        return view.caller.account
    if held_by == "resource":
        return view.need.account or view.caller.account
    source = _source_account(view).texts
    return source[0] if source else ""


def _mfa_present(view: View) -> Held:
    told = view.told("aws:multifactorauthpresent")
    if view.kind not in ("user", "role"):
        # Federated users never hold true, nor do root users: false or absent, of which the pages do not agree.
        nothing = ABSENT if view.kind == "root" else or_absent(known("false"))
        return nothing if told is None else told if told in (known("false"), ABSENT) else or_absent(known("false"))
    if told is not None:
        return told
    if view.says.get("aws:multifactorauthage"):
        return known("true")
    # Whether sessions of AssumeRole tell of MFA, of that the pages do not agree.
    return ABSENT if view.kind == "user" else or_absent(one_of(["true", "false"]))


def _mfa_age(view: View) -> Held:
    if view.kind not in ("user", "role") or _mfa_present(view) != known("true"):
        return ABSENT
    return view.told("aws:multifactorauthage") or OPEN


def _token_issue_time(view: View) -> Held:
    through = OPEN if view.kind == "user" and view.through_service else None
    # Whether a service's own credentials have one is not said.
    own = MAYBE if view.is_service else None
    return view.told("aws:tokenissuetime") or through or own or view.as_tabulated("aws:tokenissuetime")


def _service_names(view: View) -> Held:
    """Return the names of a service: the one that calls is among them, so a list without it is not believed."""
    if not view.is_service:
        return ABSENT
    name = known(view.caller.name).ways[0]
    told = view.told("aws:principalservicenameslist")
    return told if told and view.caller.name in (told.texts or ()) else Held((name, (*name, *OPEN.ways[0])))


# --- the source of a service's call ---------------------------------------------------------------------------------------


def _source_account(view: View) -> Held:
    told = view.as_tabulated("aws:sourceaccount")
    arn = view.says.get("aws:sourcearn")
    if told != ABSENT or not view.is_service or not arn:
        return told
    account = (arn[0].split(":", 5) + [""] * 5)[4]
    return known(account) if account.isdigit() and len(account) == 12 else ABSENT


# --- the resource -------------------------------------------------------------------------------------------------------


def _resource_account(view: View) -> Held:
    """Return the owner of the resource; of actions without one the caller's account."""
    account = view.need.account or view.caller.account
    return known(account) if account else OPEN


def _resource_tag(view: View, name: str) -> Held:
    if view.need.half == "key" and view.need.key:
        return of_pairs(name, view.need.key.get("tags") or {})
    if view.need.action == "CreateKey":
        return of_pairs(name, request_tags(view.parameters))
    if view.need.half == "new-key":
        # What the check of kms:TagResource for a key to be made sees of it is not said (U9).
        return or_absent(of_pairs(name, request_tags(view.parameters)))
    return MAYBE


def request_tags(parameters: Data) -> dict[str, str]:
    """Return the tags of a request."""
    tags = parameters.get("Tags")
    return {str(tag["TagKey"]): str(tag.get("TagValue", "")) for tag in tags} if isinstance(tags, list | tuple) else {}


def _tag_keys(view: View) -> Held:
    told = view.told("aws:tagkeys")
    if told is not None and not {"Tags", "TagKeys"} & set(view.parameters):
        return told
    keys = view.parameters.get("TagKeys")
    names = [str(key) for key in keys] if isinstance(keys, list | tuple) else list(request_tags(view.parameters))
    required = view.need.action in ("TagResource", "UntagResource")
    return known(*names) if names else OPEN if required else ABSENT


def _request_tag(view: View, name: str) -> Held:
    tags = request_tags(view.parameters)
    if tags:
        return of_pairs(name, tags)
    told = view.told(f"aws:requesttag/{name}")
    return told or (MAYBE if view.need.action == "TagResource" else ABSENT)


Rule = Callable[[View], Held]
RULES: dict[str, Rule] = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _principal_account,
    "aws:principaltype": _principal_type,
    "aws:principalisawsservice": lambda view: known("true" if view.is_service else "false"),
    "aws:principalservicename": lambda view: known(view.caller.name) if view.is_service else ABSENT,
    "aws:principalservicenameslist": _service_names,
    "aws:principalorgid": _organization_id("principal"),
    "aws:principalorgpaths": _organization_paths("principal"),
    "aws:userid": _user_id,
    "aws:username": lambda view: known(view.caller.name) if view.kind == "user" else ABSENT,
    "aws:multifactorauthpresent": _mfa_present,
    "aws:multifactorauthage": _mfa_age,
    "aws:tokenissuetime": _token_issue_time,
    "aws:sourceaccount": _source_account,
    "aws:sourceorgid": _organization_id("source"),
    "aws:sourceorgpaths": _organization_paths("source"),
    "aws:resourceaccount": _resource_account,
    "aws:resourceorgid": _organization_id("resource"),
    "aws:resourceorgpaths": _organization_paths("resource"),
    # KMS answers over TLS only. KMS Developer Guide, infrastructure-security.
    "aws:securetransport": lambda view: view.told("aws:securetransport") or known("true"),
    "aws:requestedregion": lambda view: view.need.region if view.need.region != OPEN else _told_region(view),
    "aws:tagkeys": _tag_keys,
}
FAMILIES: dict[str, Callable[[View, str], Held]] = {
    "aws:principaltag/": _principal_tag,
    "aws:resourcetag/": _resource_tag,
    "aws:requesttag/": _request_tag,
}


def _told_region(view: View) -> Held:
    """Return the Region as told: an action without a resource goes to a Region that the request alone can tell."""
    return view.told("aws:requestedregion") or OPEN
