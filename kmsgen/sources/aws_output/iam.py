"""IAM of an account, as `aws iam get-account-authorization-details` prints it.

Source: IAM API Reference, GetAccountAuthorizationDetails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from kmsgen.errors import input_error
from kmsgen.reading import Source, Steps
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.places import below
from kmsgen.sources.unknown.readings import Readings, read_policy
from kmsgen.sources.unknown.untold import hide

_NOT_TOLD = "which no answer here tells"
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
# list of holders -> the list of its inline policies
_HOLDERS = {"UserDetailList": "UserPolicyList", "RoleDetailList": "RolePolicyList"}


def is_authorization_details(data: object) -> bool:
    """Return whether data is an answer of GetAccountAuthorizationDetails."""
    return isinstance(data, dict) and any(isinstance(data.get(name), list) for name in _LISTS[:3])


def read_authorization_details(source: Source, gathering: Gathering, untold: Mapping[str, str]) -> None:
    """Add every user and role of an account with its policies. Raises InputError.

    `untold`: condition keys on properties of the KMS keys that nothing tells; conditions on them become unknown.
    """
    _DetailsReader(source, gathering, untold).read()


class _DetailsReader:
    def __init__(self, source: Source, gathering: Gathering, untold: Mapping[str, str]) -> None:
        self.untold = untold
        self.source = source
        self.gathering = gathering
        self.managed = dict(self._managed())
        self.groups = {str(one.get("GroupName")): (one, steps) for one, steps in self._items("GroupDetailList")}

    def read(self) -> None:
        """Read users and roles; if the answer was cut off, each of them may have further policies."""
        cut = self.source.data.get("IsTruncated") in (True, "true")
        for name, inline in _HOLDERS.items():
            for holder, steps in self._items(name):
                arn = holder.get("Arn")
                if not isinstance(arn, str):
                    raise input_error(self.source.where(steps), "no-arn", "a user or role needs its `Arn`")
                self.gathering.add_principal(arn)
                self.gathering.tags[arn] = tuple(_tags(holder.get("Tags")))
                self._read_held(arn, holder, inline, steps)
                for group in _listed(holder.get("GroupList")):
                    self._read_group(arn, str(group), steps)
                self._read_boundary(arn, holder, steps)
                if cut:
                    self.gathering.leave_open(arn, "the answer was cut off (IsTruncated)", self.source.where(steps))

    def _items(self, name: str) -> Iterator[tuple[dict[str, Any], Steps]]:
        for number, one in enumerate(_listed(self.source.data.get(name))):
            if isinstance(one, dict):
                yield one, (name, number)

    def _managed(self) -> Iterator[tuple[str, tuple[Any, Steps]]]:
        """Yield the default version of each managed policy by its ARN."""
        for policy, steps in self._items("Policies"):
            for number, version in enumerate(_listed(policy.get("PolicyVersionList"))):
                default = isinstance(version, dict) and version.get("IsDefaultVersion") in (True, "true")
                if default and isinstance(policy.get("Arn"), str):
                    yield policy["Arn"], (version.get("Document"), (*steps, "PolicyVersionList", number, "Document"))

    def _read_held(self, arn: str, holder: dict[str, Any], inline: str, steps: Steps) -> None:
        for number, one in enumerate(_listed(holder.get(inline))):
            document = one.get("PolicyDocument") if isinstance(one, dict) else None
            self._add(arn, document, (*steps, inline, number, "PolicyDocument"))
        for number, one in enumerate(_listed(holder.get("AttachedManagedPolicies"))):
            policy = str(one.get("PolicyArn") if isinstance(one, dict) else None)
            at = (*steps, "AttachedManagedPolicies", number)
            if policy in self.managed:
                self._add(arn, *self.managed[policy])
            else:
                self.gathering.attach(arn, policy, self.source.where(at))

    def _read_group(self, arn: str, group: str, steps: Steps) -> None:
        if group in self.groups:
            held, at = self.groups[group]
            self._read_held(arn, held, "GroupPolicyList", at)
        else:
            self.gathering.leave_open(arn, f"the group {group} is not told here", self.source.where(steps))

    def _read_boundary(self, arn: str, holder: dict[str, Any], steps: Steps) -> None:
        boundary = holder.get("PermissionsBoundary")
        if not isinstance(boundary, dict):
            return
        policy = str(boundary.get("PermissionsBoundaryArn"))
        at = (*steps, "PermissionsBoundary")
        place = self.source.where(at)
        readings = self._readings(*self.managed[policy]) if policy in self.managed else self.gathering.managed(policy, place)
        self.gathering.set_boundary(arn, readings, f"{arn}: its permissions boundary {policy}", place)

    def _add(self, arn: str, document: Any, steps: Steps) -> None:  # noqa: ANN401 - plain data
        readings = self._readings(document, steps)
        self.gathering.add_policy(arn, readings, readings.most.where)

    def _readings(self, document: Any, steps: Steps) -> Readings:  # noqa: ANN401 - plain data
        """Read a policy; IAM prints it URL-encoded, which the AWS CLI decodes."""
        if isinstance(document, str):
            place = self.source.where(steps)
            text = unquote(document) if document.lstrip().startswith("%") else document
            data = hide(parse_json(text, self.source.path).data, self.untold, _NOT_TOLD)
            return read_policy(data, lambda _steps: place, "forbidden")
        return read_policy(hide(document, self.untold, _NOT_TOLD), below(self.source.where, *steps), "forbidden")


def _listed(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


def _tags(data: object) -> Iterator[tuple[str, str]]:
    """Yield tags as pairs; IAM's members are Key and Value, unlike those of KMS."""
    for one in _listed(data):
        if isinstance(one, dict) and isinstance(one.get("Key"), str):
            yield one["Key"], str(one.get("Value") or "")
