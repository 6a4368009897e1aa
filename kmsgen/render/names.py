"""Names for files and resources, made from ARNs and grant names: safe, readable, never twice the same."""

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from kmsgen.arn import account_of, parse_arn

POLICY_NAME_LIMIT = 128
ATTACHABLE = ("role", "user")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.=+,@-]+")
_READS_AS_HOLDER = re.compile(r"-(?:role|user)(?:-|\Z)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.=+,@-]{1,100}\Z")
_NO_POLICIES = ("aws-service-role/", "aws-reserved/")
IDENTITY_CENTER = "AWSReservedSSO_"
_KEBAB = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z")
_TWO_WORDS = re.compile(r"[a-z]+-[A-Za-z][A-Za-z0-9]*\Z")
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]+")


class Holder(NamedTuple):
    """An IAM policy's principal. `kind` is role or user, or empty where no policy can be attached to it.

    `label` is a file name without its ending, unique in the bundle, `own_label` unique in the account; `name` is what IAM calls
    the role or user, without its path.
    """

    principal: str
    account: str
    kind: str
    name: str
    label: str
    own_label: str


def holders(principals: Iterable[str], account: str) -> dict[str, Holder]:
    """Return a holder for each principal's ARN, in order; `account` is the intent's own.

    A label depends on its principal alone, so that no other one's coming or going changes it.
    """
    arns = tuple(principals)
    labels = unique(_principal_label(arn, account) for arn in arns)
    return {arn: _holder(arn, label, account) for arn, label in zip(arns, labels, strict=True)}


def attachable_kind(principal: str) -> str:
    """Return role or user where IAM attaches policies to a principal; an empty text where it does not, as for roles of AWS."""
    return _holder(principal, "", "").kind


def _holder(principal: str, label: str, account: str) -> Holder:
    arn = parse_arn(principal)
    attachable = arn is not None and arn.service == "iam" and arn.kind in ATTACHABLE
    kind = arn.kind if arn and attachable and not _is_kept_by_aws(arn.name) else ""
    name = arn.name.rpartition("/")[2] if arn else ""
    owner = account_of(principal) or account
    return Holder(principal, owner, kind, name, label, label.removeprefix(f"{owner}-"))


def _is_kept_by_aws(name: str) -> bool:
    """Return whether AWS keeps a role, so that IAM attaches nothing to it: a service's own, or one of IAM Identity Center."""
    return name.startswith(_NO_POLICIES) or name.rpartition("/")[2].startswith(IDENTITY_CENTER)


def _principal_label(principal: str, account: str) -> str:
    arn = parse_arn(principal)
    if arn is None:
        return file_label(principal)
    own = file_label(arn.resource)
    if not _PLAIN_NAME.match(arn.name):
        own = f"{own[:100]}-{digest(principal)}"
    return own if arn.account in ("", account) else f"{arn.account}-{own}"


def digest(text: str) -> str:
    """Return eight hex digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def file_label(text: str) -> str:
    """Return a file name's part made of the text: at most 120 characters, none that a file system or shell reads its own way."""
    label = _UNSAFE.sub("-", text).strip("-.")[:120]
    return label or "unnamed"


def words(text: str, joint: str = "_") -> str:
    """Return a Terraform name made of the text's letters and digits: lower case, joined, no digit first."""
    name = joint.join(part.lower() for part in _NOT_A_WORD.split(text) if part) or "unnamed"
    return f"n{joint}{name}" if name[0].isdigit() else name


def resource_words(text: str) -> str:
    """Return a Terraform name for a label: with a digest where characters of it become one, so that no two labels share it."""
    return words(text) if _KEBAB.match(text) else f"{words(text)}_{digest(text)}"


def resource_camel(text: str) -> str:
    """Return a CloudFormation logical id's part for a label: with a digest where words of it run together."""
    return camel(text) if _TWO_WORDS.match(text) else f"{camel(text)}{digest(text)}"


def camel(text: str) -> str:
    """Return a CloudFormation logical id's part made of the text's letters and digits, each word with a capital."""
    return "".join(part[0].upper() + part[1:] for part in _NOT_A_WORD.split(text) if part) or "Unnamed"


def unique(names: Iterable[str], joint: str = "-") -> list[str]:
    """Return unique names, in order: a number behind each that an earlier one equals but for its case."""
    taken: set[str] = set()
    return [_free(name, taken, joint) for name in names]


def _free(name: str, taken: set[str], joint: str) -> str:
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}{joint}{number}"
    taken.add(candidate.casefold())
    return candidate


def parts(label: str, count: int, principal: str) -> list[str]:
    """Return names for the parts of a principal's policy: the label alone, then with a number and a digest of the principal.

    The digest tells the second part of `role/app` from the policy of `role/app-2`.
    """
    return [label if number == 1 else f"{label}-{number}-{digest(principal)}" for number in range(1, count + 1)]


def policy_name(intent: str, label: str) -> str:
    """Return a managed policy's name: at most 128 characters, a digest in place of what is too much (CreatePolicy).

    The intent `pay-role` and its `role/app` would read as `pay` and its `role/role-app` do: a digest tells them apart.
    """
    name = f"{intent}-{label}"
    if _READS_AS_HOLDER.search(intent):
        name += f"-{hashlib.sha256(f'{intent}/{label}'.encode()).hexdigest()[:8]}"
    return name if len(name) <= POLICY_NAME_LIMIT else f"{name[:111]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
