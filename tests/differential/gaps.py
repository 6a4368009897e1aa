"""Where iam-simulate is known to answer another question, by rule, each with the page that settles it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.differential import alphabet as a
from tests.differential.worlds import Data

SERVICE_ROLES = "Organizations User Guide, orgs_manage_policies_rcps"


@dataclass(frozen=True)
class Gap:
    """A rule that the simulator does not know: what it is about, the page, and whether a request touches it."""

    rule: str
    page: str
    touches: Callable[[Data, Data], bool]


def _beside(data: Data, asked: Data) -> Data:
    """Return what stands beside the caller: under its own ARN, else under that of its role."""
    own: Data | None = data["principals"].get(asked["principal"])
    name = asked["principal"].split("/")[1] if ":assumed-role/" in asked["principal"] else None
    roles = (beside for arn, beside in data["principals"].items() if name and arn.endswith(f"/{name}") and ":role/" in arn)
    return own if own is not None else next(roles, {})


def _text(data: Data, asked: Data) -> str:
    return json.dumps([data["policy"], data["rcps"], data["vpc_endpoint_policies"], _beside(data, asked)])


def _dates(data: Data, asked: Data) -> bool:
    """Tell whether a condition compares a date in one form with a date in the other."""
    for operator, key, values in _conditions(data, asked):
        epoch = key == "aws:EpochTime"
        texts = [values] if isinstance(values, str) else values
        if operator.startswith("Date") and any(text.isdigit() is not epoch for text in texts):
            return True
    return False


def _conditions(data: Data, asked: Data) -> list[tuple[str, str, Any]]:
    documents = [data["policy"], *[d for level in data["rcps"] for d in level], *data["vpc_endpoint_policies"].values()]
    beside = _beside(data, asked)
    documents += beside.get("identity_policies", []) + beside.get("session_policies", [])
    documents += [beside["boundary"]] if beside.get("boundary") else []
    documents += [document for level in beside.get("scps", []) for document in level]
    return [
        (operator, key, values)
        for document in documents
        for statement in document["Statement"]
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    ]


def _management(data: Data, asked: Data) -> bool:
    beside = _beside(data, asked)
    return bool(beside.get("scps")) and bool((beside.get("organization") or {}).get("management_account"))


def _variables(data: Data, asked: Data) -> bool:
    return "${" in _text(data, asked)


def _unknown_key(data: Data, asked: Data) -> bool:
    """Tell whether a condition or variable is about a key that the simulator leaves out of the request's context."""
    keys = [key.lower() for _operator, key, _values in _conditions(data, asked)]
    return any(key.startswith("kms:encryptioncontext:") for key in keys) or "${kms:EncryptionContext:" in _text(data, asked)


def _named_session(data: Data, asked: Data) -> bool:
    """Tell whether the key policy names the caller's own session, or anyone, and the session has a session policy."""
    named = {asked["principal"], "*"} & _named(data)
    return bool(_beside(data, asked).get("session_policies") and named)


def _named(data: Data) -> set[str]:
    """Collect the principals that the key policy allows something by name, `*` among them."""
    found: set[str] = set()
    for statement in data["policy"]["Statement"]:
        who = statement.get("Principal", {})
        values = who.values() if isinstance(who, dict) else [who]
        found.update(name for value in values for name in ([value] if isinstance(value, str) else value))
    return found


def _arn_variable(data: Data, asked: Data) -> bool:
    found = _conditions(data, asked)
    return any(operator.startswith("Arn") and "${" in json.dumps(values) for operator, _key, values in found)


def _other_family(data: Data, asked: Data) -> bool:
    """Tell whether NotIpAddress is to compare addresses of the two families."""
    negated = any(operator.startswith("NotIpAddress") for operator, _key, _values in _conditions(data, asked))
    return negated and ":" in str(asked["context"].get("aws:SourceIp"))


GAPS: tuple[Gap, ...] = (
    Gap(
        "kms:EncryptionContext:* in the context of a request",
        "KMS Developer Guide, conditions-kms (kms:EncryptionContext:context-key)",
        _unknown_key,
    ),
    Gap(
        "a session that the key policy names, itself or as anyone, is not limited by its session policy",
        "IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow",
        _named_session,
    ),
    Gap("grants", "KMS Developer Guide, grants", lambda data, _asked: bool(data["grants"])),
    Gap("retiring a grant", "KMS Developer Guide, grant-delete", lambda _data, asked: asked["action"] == "kms:RetireGrant"),
    Gap(
        "several actions or resources in one request",
        "KMS API Reference, ReEncrypt; KMS Developer Guide, alias-access, customer-managed-policies",
        lambda _data, asked: isinstance(asked.get("resource"), list) or bool({"Tags", "MultiRegion"} & set(asked["parameters"])),
    ),
    Gap(
        "NotPrincipal with the account beside the principal",
        "IAM User Guide, reference_policies_elements_notprincipal",
        lambda data, _asked: "NotPrincipal" in json.dumps(data["policy"]),
    ),
    Gap(
        "variables are literal text in version 2008-10-17",
        "IAM User Guide, reference_policies_variables",
        lambda data, asked: "2008-10-17" in _text(data, asked) and _variables(data, asked),
    ),
    Gap(
        "a variable without a value in NotResource: a Deny applies, an Allow does not",
        "IAM User Guide, reference_policies_variables",
        lambda data, asked: bool(re.search(r'"NotResource": [^]}]*\$\{', _text(data, asked))),
    ),
    Gap("variables in ARN conditions", "IAM User Guide, reference_policies_variables", _arn_variable),
    Gap(
        "NotIpAddress holds for an address of the other family (C6)",
        "IAM User Guide, reference_policies_elements_condition_operators",
        _other_family,
    ),
    Gap("dates in epoch seconds", "IAM User Guide, reference_policies_elements_condition_operators", _dates),
    Gap("the root user", "KMS Developer Guide, key-policies", lambda _data, asked: asked["principal"] == a.ROOT),
    Gap("service-linked roles", SERVICE_ROLES, lambda _data, asked: asked["principal"] == a.LINKED),
    Gap(
        "the path of a role, which a session does not tell",
        "IAM User Guide, reference_identifiers",
        lambda _data, asked: asked["principal"] in (a.WEB, a.WEB_X),
    ),
    Gap("SCPs and the management account", "Organizations User Guide, orgs_manage_policies_scps", _management),
    Gap(
        "RCPs and the management account",
        SERVICE_ROLES,
        lambda data, _a: bool(data["rcps"] and data["key"].get("management_account")),
    ),
    Gap("RCPs and AWS managed keys", SERVICE_ROLES, lambda data, _a: bool(data["rcps"]) and data["key"].get("manager") == "AWS"),
    Gap(
        "RCPs and operations that have no resource",
        SERVICE_ROLES,
        lambda data, asked: bool(data["rcps"]) and asked.get("resource") == "*",
    ),
    Gap(
        "an endpoint policy for particular principals",
        "KMS Developer Guide, kms-vpc-endpoint",
        lambda data, asked: (
            "aws:SourceVpce" in asked["context"]
            and any(s["Principal"] != "*" for d in data["vpc_endpoint_policies"].values() for s in d["Statement"])
        ),
    ),
)
