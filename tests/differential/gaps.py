"""Where iam-simulate is known to answer another question, by rule, each with the page that settles it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.generators import names as n
from tests.generators.callers import kind_of
from tests.generators.spoken import texts
from tests.reference.caller import caller_of
from tests.reference.needs import find, resources

Data = dict[str, Any]
RCPS = "Organizations User Guide, orgs_manage_policies_rcps"


@dataclass(frozen=True)
class Gap:
    """A rule that the simulator does not know: what it is about, the page, and whether a request touches it."""

    rule: str
    page: str
    touches: Callable[[Data, Data], bool]


def _beside(data: Data, asked: Data) -> Data:
    """Return what stands beside the caller."""
    return dict(caller_of(asked["principal"], data).beside)


def _key(data: Data, asked: Data) -> Data:
    named = resources(asked)
    access = find(named[0], data)[0] if named and named[0] != "*" else data
    return dict(access or data)


def _documents(data: Data, asked: Data) -> Iterator[Data]:
    beside = _beside(data, asked)
    yield _key(data, asked)["policy"]
    yield from (document for level in data["rcps"] for document in level)
    yield from data["vpc_endpoint_policies"].values()
    yield from [*beside.get("identity_policies", []), *beside.get("session_policies", [])]
    yield from [beside["boundary"]] if beside.get("boundary") else []
    yield from (document for level in beside.get("scps", []) for document in level)


def _text(data: Data, asked: Data) -> str:
    return json.dumps(list(_documents(data, asked)))


def _conditions(data: Data, asked: Data) -> list[tuple[str, str, list[str]]]:
    return [
        (operator, key, texts(values))
        for document in _documents(data, asked)
        for statement in document["Statement"]
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    ]


def _speaks_of(*names: str) -> Callable[[Data, Data], bool]:
    return lambda data, asked: any(name in _text(data, asked).lower() for name in names)


def _families(families: str, wanted: Callable[[str], bool]) -> Callable[[Data, Data], bool]:
    """Return whether an operator of a family has a value of some kind."""

    def touches(data: Data, asked: Data) -> bool:
        return any(families in operator and any(map(wanted, values)) for operator, _key, values in _conditions(data, asked))

    return touches


def _named_session(data: Data, asked: Data) -> bool:
    """Tell whether the key policy names the caller's own session, or anyone, and the session has a session policy."""
    who = json.dumps([statement.get("Principal") for statement in _key(data, asked)["policy"]["Statement"]])
    return bool(_beside(data, asked).get("session_policies")) and (asked["principal"] in who or '"*"' in who)


def _management(data: Data, asked: Data) -> bool:
    account = asked["principal"].split(":")[4:5]
    entries = [entry for arn, entry in data["principals"].items() if arn.split(":")[4:5] == account]
    return any((entry.get("organization") or {}).get("management_account") for entry in entries)


def _by_role(data: Data, asked: Data) -> bool:
    """Tell whether a role is asked about, and a policy names one of its sessions."""
    return kind_of(asked["principal"]) == "role" and ":assumed-role/" in json.dumps(_key(data, asked)["policy"])


GAPS: tuple[Gap, ...] = (
    Gap("grants", "KMS Developer Guide, grants", lambda data, asked: bool(_key(data, asked).get("grants"))),
    Gap("unsigned requests", "KMS Developer Guide, infrastructure-security", lambda _data, asked: asked["principal"] == "*"),
    Gap(
        "kms:EncryptionContext:* in the context of a request",
        "KMS Developer Guide, conditions-kms (kms:EncryptionContext:context-key)",
        _speaks_of("kms:encryptioncontext:"),
    ),
    Gap(
        "tags and aliases of the key are for IAM policies only (C4)",
        "KMS Developer Guide, tag-authorization",
        _speaks_of("aws:resourcetag/", "kms:resourcealiases"),
    ),
    Gap(
        "a session that the key policy names, itself or as anyone, is not limited by its session policy",
        "IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow",
        _named_session,
    ),
    Gap(
        "several session policies",
        "IAM User Guide, access_policies",
        lambda data, asked: len(_beside(data, asked).get("session_policies", [])) > 1,
    ),
    Gap(
        "a federated user has nothing without a session policy",
        "IAM User Guide, id_credentials_temp_control-access_getfederationtoken",
        lambda _data, asked: kind_of(asked["principal"]) == "federated",
    ),
    Gap(
        "a Deny for one session of the role that is asked about",
        "IAM User Guide, reference_policies_elements_principal",
        _by_role,
    ),
    Gap(
        "NotPrincipal with the account beside the principal",
        "IAM User Guide, reference_policies_elements_notprincipal",
        lambda data, asked: "NotPrincipal" in _text(data, asked),
    ),
    Gap(
        "variables are literal text in version 2008-10-17",
        "IAM User Guide, reference_policies_variables",
        lambda data, asked: "2008-10-17" in _text(data, asked) and "${" in _text(data, asked),
    ),
    Gap(
        "a variable without a value in NotResource is open",
        "IAM User Guide, reference_policies_variables",
        lambda data, asked: bool(re.search(r'"NotResource": [^]}]*\$\{', _text(data, asked))),
    ),
    Gap(
        "a wildcard in the default of a variable is open",
        "IAM User Guide, reference_policies_variables",
        lambda data, asked: "'*'}" in _text(data, asked),
    ),
    Gap(
        "a `*` that ends its segment reaches beyond the colon",
        "IAM User Guide, reference_policies_elements_resource",
        lambda data, asked: bool(re.search(r'"arn:aws:kms:(us-west-2:|us-)?\*"', _text(data, asked))),
    ),
    Gap(
        "IfExists beside ForAnyValue",
        "IAM User Guide, reference_policies_elements_condition_operators",
        lambda data, asked: bool(re.search(r'"ForAnyValue:\w+IfExists"', _text(data, asked))),
    ),
    Gap(
        "a variable without a value, negated",
        "IAM User Guide, reference_policies_variables",
        _families("Not", lambda text: "${" in text),
    ),
    Gap(
        "condition keys that sessions of other services carry",
        "IAM User Guide, reference_policies_condition-keys",
        _speaks_of("saml:", "lambda:", "ec2:"),
    ),
    Gap(
        "variables in ARN conditions", "IAM User Guide, reference_policies_variables", _families("Arn", lambda text: "${" in text)
    ),
    Gap(
        "what is no ARN, compared as one",
        "IAM User Guide, reference_policies_elements_condition_operators",
        _families("Arn", lambda text: text.count(":") < 5),
    ),
    Gap(
        "NotIpAddress holds for an address of the other family (C6)",
        "IAM User Guide, reference_policies_elements_condition_operators",
        _families("NotIpAddress", lambda _text: True),
    ),
    Gap(
        "dates in both forms, and months",
        "IAM User Guide, reference_policies_elements_condition_operators",
        _families("Date", lambda _text: True),
    ),
    Gap("the root user", "KMS Developer Guide, key-policies", lambda _data, asked: kind_of(asked["principal"]) == "root"),
    Gap("service-linked roles", RCPS, lambda _data, asked: kind_of(asked["principal"]) == "service-linked"),
    Gap(
        "the path of a role, which a session does not tell",
        "IAM User Guide, reference_identifiers",
        lambda _data, asked: asked["principal"] in (n.WEB, n.WEB_X, n.SSO, n.SSO_SESSION, n.GHOST),
    ),
    Gap("SCPs and the management account", "Organizations User Guide, orgs_manage_policies_scps", _management),
    Gap(
        "RCPs and the management account",
        RCPS,
        lambda data, asked: bool(data["rcps"]) and bool(_key(data, asked)["key"].get("management_account")),
    ),
    Gap(
        "RCPs and AWS managed keys",
        RCPS,
        lambda data, asked: bool(data["rcps"]) and _key(data, asked)["key"].get("manager") == "AWS",
    ),
    Gap(
        "RCPs and operations that have no resource", RCPS, lambda data, asked: bool(data["rcps"]) and asked.get("resource") == "*"
    ),
    Gap("retiring a grant", "KMS Developer Guide, grant-delete", lambda _data, asked: asked["action"] == "kms:RetireGrant"),
    Gap(
        "an endpoint policy for particular principals",
        "KMS Developer Guide, kms-vpc-endpoint",
        lambda data, asked: (
            "aws:SourceVpce" in asked["context"]
            and any(
                one.get("Principal") != "*" for policy in data["vpc_endpoint_policies"].values() for one in policy["Statement"]
            )
        ),
    ),
    Gap(
        "Encapsulate and Decapsulate",
        "KMS API Reference, Encapsulate",
        lambda _data, asked: asked["action"] in ("kms:Encapsulate", "kms:Decapsulate"),
    ),
)
