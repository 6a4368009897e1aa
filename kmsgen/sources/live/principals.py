"""IAM principals of a live account, in the form of a GetAccountAuthorizationDetails answer.

Source: IAM API Reference, GetAccountAuthorizationDetails, GetRole, GetUser and the lists of their policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kmsgen.arn import Arn, parse_arn, role_of_session
from kmsgen.sources.live.failures import MISSING, REFUSED, AwsError
from kmsgen.sources.live.session import Session

AwsAnswer = dict[str, Any]

_DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


class PrincipalAnswers(NamedTuple):
    """Answers about principals: their details, why others are `unread` (by ARN), and which are `gone`."""

    details: AwsAnswer
    unread: Mapping[str, str]
    gone: tuple[str, ...] = ()


class _HolderKind(NamedTuple):
    """A kind of principal or group, by its names in IAM's operations and answers."""

    name: str
    details: str
    inline: str


_ROLE, _USER, _GROUP = (
    _HolderKind("Role", "RoleDetailList", "RolePolicyList"),
    _HolderKind("User", "UserDetailList", "UserPolicyList"),
    _HolderKind("Group", "GroupDetailList", "GroupPolicyList"),
)


def read_account(session: Session) -> AwsAnswer:
    """Return the details of all principals of the account. Raises AwsError."""
    pages = session.pages("iam", "GetAccountAuthorizationDetails")
    return {name: [one for page in pages for one in page.get(name) or ()] for name in _DETAILS}


def read_named(session: Session, arns: Iterable[str], account: str) -> PrincipalAnswers:
    """Return the details of principals by ARN; refused and missing ones are listed. Raises AwsError for other failures."""
    reader = _PrincipalReader(session)
    unread: dict[str, str] = {}
    gone: list[str] = []
    for text, arn in ((text, parse_arn(text)) for text in dict.fromkeys(arns)):
        kind = _kind_of(arn) if arn else None
        if arn is None or kind is None:
            continue
        if arn.account != account:
            unread[text] = "it is of another account"
            continue
        try:
            if not reader.read(kind, arn, text):
                gone.append(text)
        except AwsError as error:
            if error.kind not in (REFUSED, MISSING):
                raise
            unread[text] = f"{error.call} is refused" if error.kind is REFUSED else f"{error.about} is not there any more"
    return PrincipalAnswers(reader.answer, unread, tuple(gone))


def _kind_of(arn: Arn) -> _HolderKind | None:
    if arn.service == "iam":
        return {"role": _ROLE, "user": _USER}.get(arn.kind)
    return _ROLE if role_of_session(arn) else None


class _PrincipalReader:
    """Reads principals with their groups and attached managed policies, each once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.answer: AwsAnswer = {name: [] for name in _DETAILS}
        self._known: set[str] = set()

    def read(self, kind: _HolderKind, arn: Arn, text: str) -> bool:
        """Read a principal; False if none has this ARN."""
        name = role_of_session(arn) or arn.name.rpartition("/")[2]
        try:
            found = self._call(f"Get{kind.name}", text, **{f"{kind.name}Name": name})[kind.name]
        except AwsError as error:
            if error.kind is MISSING:
                return False
            raise
        if found["Arn"] != text and arn.service == "iam":
            return False
        if found["Arn"] not in self._known:
            detail = {**found, **self._policies(kind, name), "GroupList": self._groups(name) if kind is _USER else []}
            if boundary := found.get("PermissionsBoundary"):
                self._read_managed(str(boundary["PermissionsBoundaryArn"]))
            self.answer[kind.details].append(detail)
            self._known.add(found["Arn"])
        return True

    def _call(self, operation: str, about: str, **parameters: Any) -> AwsAnswer:  # noqa: ANN401 - as the API has them
        return self._session.call("iam", operation, about, **parameters)

    def _listed(self, operation: str, member: str, about: str, **parameters: Any) -> list[Any]:  # noqa: ANN401 - as above
        return self._session.listed("iam", operation, member, about, **parameters)

    def _policies(self, kind: _HolderKind, name: str) -> AwsAnswer:
        """Return the inline and attached policies of a holder; texts of managed ones are added to `answer`."""
        of = {f"{kind.name}Name": name}
        names = self._listed(f"List{kind.name}Policies", "PolicyNames", name, **of)
        inline = [self._call(f"Get{kind.name}Policy", name, **of, PolicyName=one) for one in names]
        attached = self._listed(f"ListAttached{kind.name}Policies", "AttachedPolicies", name, **of)
        for one in attached:
            self._read_managed(str(one["PolicyArn"]))
        return {kind.inline: inline, "AttachedManagedPolicies": attached}

    def _groups(self, user: str) -> list[str]:
        names = [str(one["GroupName"]) for one in self._listed("ListGroupsForUser", "Groups", user, UserName=user)]
        for name in names:
            if f"group/{name}" not in self._known:
                self.answer[_GROUP.details].append({"GroupName": name, **self._policies(_GROUP, name)})
                self._known.add(f"group/{name}")
        return names

    def _read_managed(self, arn: str) -> None:
        if arn in self._known:
            return
        version = self._call("GetPolicy", arn, PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = self._call("GetPolicyVersion", arn, PolicyArn=arn, VersionId=version)["PolicyVersion"]
        told = {"Document": found["Document"], "IsDefaultVersion": True}
        self.answer["Policies"].append({"Arn": arn, "PolicyVersionList": [told]})
        self._known.add(arn)
