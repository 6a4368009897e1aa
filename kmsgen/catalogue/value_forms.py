"""Forms that values of condition keys have, where their pages tell one: ids of accounts and organizations, names, addresses.

Source: KMS Developer Guide, conditions-kms (kms:CallerAccount, kms:RequestAlias, kms:ViaService), CreateAlias; IAM User Guide,
reference_policies_condition-keys, reference_policies_elements_condition_operators; Organizations API Reference, Organization.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kmsgen.catalogue import condition_keys, via_services
from kmsgen.catalogue.actions import regular
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName


class ValueForm(NamedTuple):
    """The form of a condition key's values: a regular expression for all of one, and an example."""

    pattern: str
    example: str


# of kms:ViaService; which one it has outside `aws` no page tells
_DOMAINS = ("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu")
_REGION = r"[a-z]{2,4}(-[a-z]+)+-[0-9]"
_ACCOUNT = ValueForm(r"[0-9]{12}", "111122223333")
_ORGANIZATION = ValueForm(r"o-[a-z0-9]{10,32}", "o-exampleorgid")
_VPC = ValueForm(r"vpc-[0-9a-z]{1,32}", "vpc-1234abcd")
_ALIAS = ValueForm(r"alias/[a-zA-Z0-9/_-]{1,250}", "alias/example")
_PLACE = ValueForm(_REGION, "us-west-2")
FORMS: Mapping[str, ValueForm] = {
    **dict.fromkeys(("aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "aws:vpceaccount"), _ACCOUNT),
    **dict.fromkeys(("aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid"), _ORGANIZATION),
    **dict.fromkeys(("aws:sourcevpc", "aws:ec2instancesourcevpc"), _VPC),
    **dict.fromkeys(("kms:requestalias", "kms:resourcealiases"), _ALIAS),
    **dict.fromkeys(("aws:requestedregion", "kms:primaryregion", "kms:replicaregion"), _PLACE),
    "kms:calleraccount": _ACCOUNT,
    "aws:sourcevpce": ValueForm(r"vpce-[0-9a-z]{1,32}", "vpce-1234abcd"),
    VIA_SERVICE: ValueForm(rf"[a-z0-9-]+\.{_REGION}\.({'|'.join(map(re.escape, _DOMAINS))})", "s3.us-west-2.amazonaws.com"),
}
"""By condition key, in lower case."""

_ADDRESS = ValueForm(r"[0-9a-fA-F.:]+", "203.0.113.7")
# operators that compare what values of a type never are
_NEVER = {
    "IPAddress": ("Numeric", "Date", "Bool", "Arn", "Binary"),
    "ARN": ("Numeric", "Date", "Bool", "IpAddress", "NotIpAddress", "Binary"),
    "Bool": ("Numeric", "Date", "Arn", "IpAddress", "NotIpAddress", "Binary"),
}


def compares_its_type(operator: OperatorName, key: str) -> bool:
    """Return whether an operator can hold of the type of a condition key: NumericEquals never does of an address."""
    found = condition_keys.find(key)
    return found is None or not operator.base.startswith(_NEVER.get(found.type, ()))


def form_of(operator: OperatorName, key: str, value: str) -> ValueForm | None:
    """Return the form that a value compared as text does not have; None where the key may have such a value.

    Of patterns only those of kms:ViaService are looked at, whose services are all known. Policy variables may be anything.
    """
    lower = folded(key)
    found = condition_keys.find(key)
    form = _ADDRESS if found is not None and found.type == "IPAddress" else FORMS.get(lower)
    if form is None or "${" in value or not operator.base.startswith("String"):
        return None
    if operator.base.endswith("Like") and {"*", "?"} & set(value):
        return None if lower != VIA_SERVICE or _is_some_service(value) else form
    flags = re.IGNORECASE if operator.base.endswith("IgnoreCase") else 0
    return None if re.fullmatch(form.pattern, value, flags | re.ASCII) else form


@lru_cache(maxsize=256)
def _is_some_service(pattern: str) -> bool:
    """Return whether a pattern matches kms:ViaService of a documented service in some Region."""
    wanted = re.compile(regular(pattern), re.DOTALL)
    values = (f"{name}.{region}.{domain}" for name in via_services.PREFIXES for region in PARTITION_OF for domain in _DOMAINS)
    return any(map(wanted.fullmatch, values))


def unknown_service(operator: OperatorName, key: str, value: str) -> str:
    """Return the service that a value of kms:ViaService names and no page does; empty where there is none."""
    plain = operator.base.startswith("String") and "${" not in value
    if folded(key) != VIA_SERVICE or not plain or (operator.base.endswith("Like") and {"*", "?"} & set(value)):
        return ""
    name = folded(value).partition(".")[0]
    return "" if name in via_services.PREFIXES else name
