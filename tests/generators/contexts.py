"""The context of a random request: its route, and the condition keys that it tells, kept to what its caller can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.generators import names as n
from tests.generators import vocabulary as v
from tests.generators.callers import kind_of
from tests.generators.neighbours import FRESH, instance, moment_of, well_formed
from tests.generators.policies import SYMMETRIC
from tests.reference import tables

if TYPE_CHECKING:
    from tests.generators.requests import Requests

Data = dict[str, Any]
TOLD = [key for key in v.KEYS if key.told == "context"]
_VIA_SERVICE = next(key for key in v.KEYS if key.name == "kms:ViaService")


def route_of(requests: Requests, principal: str) -> str:
    """Choose how a request comes: directly, through a VPC endpoint, through a service, or from a service itself."""
    if kind_of(principal) in ("service", "anonymous"):
        return "service"
    through = requests.spoken.keys() & {
        "kms:viaservice",
        "aws:calledvia",
        "aws:viaawsservice",
        "aws:calledviafirst",
        "aws:calledvialast",
    }
    endpoint = requests.scenario["vpc_endpoint_policies"] or requests.spoken.keys() & {
        "aws:sourcevpce",
        "aws:sourcevpc",
        "aws:vpcsourceip",
    }
    weights = (3, 4 if endpoint else 0.4, 4 if through else 0.4)
    return requests.rng.choices(("direct", "endpoint", "via"), weights)[0]


def context_of(requests: Requests, principal: str, action: str, route: str) -> Data:
    """Draw the condition keys that a request tells."""
    kind = kind_of(principal)
    context: Data = {}
    for key in TOLD:
        spoken = any(name.lower() in requests.spoken for name in key.names)
        fits = (not key.callers or kind in key.callers) and (not key.route or key.route == route)
        fits = fits and (not key.actions or action in key.actions) and carries(action, key.name)
        if fits and requests.chance(0.75 if spoken else 0.02):
            context[requests.rng.choice(key.names) if requests.chance(0.2) else key.name] = _told(requests, key)
    _always(requests, context, principal)
    _of_route(requests, context, action, route)
    _of_principal(requests, context, principal, kind)
    _open_otherwise(requests, context, principal, action)
    return context


def carries(action: str, key: str) -> bool:
    """Tell whether requests of an action may carry a key: it is bad input to tell what they never carry."""
    halves = {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")}.get(action, (action,))
    return not key.lower().startswith("kms:") or any(tables.carried(half, key.lower()) is not False for half in halves)


def _told(requests: Requests, key: v.Key) -> Any:
    """Draw what the request tells of a key: AWS sends no number, date, address, flag or ARN that is none."""
    if key.type != v.MULTI:
        drawn = (requests.value(key.name, key.type) for _ in range(4))
        return next((text for text in drawn if well_formed(text, key.type, key.name)), instance(key.values[0], requests.rng))
    return list(dict.fromkeys(requests.value(key.name, v.STRING) or FRESH for _ in range(requests.rng.choice((1, 1, 2, 3)))))


def _always(requests: Requests, context: Data, principal: str) -> None:
    """Tell what AWS always sends: every time for a complete request, else mostly."""
    told = 1.0 if requests.complete else 0.85
    if requests.chance(told) and "aws:CurrentTime" not in context:
        context["aws:CurrentTime"] = requests.value("aws:CurrentTime", v.DATE)
    if moment_of(context.get("aws:CurrentTime", "")) is None:
        context.pop("aws:CurrentTime", None)
    if requests.complete:
        context.setdefault("aws:CurrentTime", "2026-06-15T00:00:00Z")
        context.setdefault("aws:UserAgent", FRESH)
    session = kind_of(principal) in ("role", "session", "federated", "service-linked")
    if session and "aws:TokenIssueTime" not in context and requests.chance(told):
        context["aws:TokenIssueTime"] = requests.rng.choice(("2026-05-01T00:00:00Z", "2026-06-01T12:00:00Z"))


def _open_otherwise(requests: Requests, context: Data, principal: str, action: str) -> None:
    """Tell what the pages do not agree on, or are silent on, in a complete request: no values, where it holds none."""
    if not requests.complete:
        return
    kind = kind_of(principal)
    mfa = {"role": ([], "true", "false"), "session": ([], "true", "false"), "federated": ([], "false"),
        "service-linked": ([], "false"), "service": ([],)}.get(kind)  # fmt: skip
    if mfa and "aws:MultiFactorAuthAge" not in context:
        context.setdefault("aws:MultiFactorAuthPresent", requests.rng.choice(mfa))
    if kind == "service":
        context.setdefault("aws:TokenIssueTime", [])
        context["aws:PrincipalServiceNamesList"] = list(
            dict.fromkeys([principal, *context.get("aws:PrincipalServiceNamesList", [])])
        )
    if carries(action, "kms:TrailingDaysWithoutKeyUsage"):
        context.setdefault("kms:TrailingDaysWithoutKeyUsage", "90")
    if kind == "user":
        context.setdefault("aws:TokenIssueTime", requests.rng.choice(([], "2026-06-01T12:00:00Z")))
    if not {"kms:ViaService", "aws:CalledVia"} & set(context):
        context["aws:ViaAWSService"] = requests.rng.choice(([], "false"))


def _of_route(requests: Requests, context: Data, action: str, route: str) -> None:
    if route == "via" and not {"kms:ViaService", "aws:CalledVia"} & set(context):
        if action in (*SYMMETRIC, "DescribeKey", "CreateGrant"):
            context["kms:ViaService"] = requests.rng.choice(
                ("s3.us-west-2.amazonaws.com", "kafka.eu-west-1.amazonaws.com", _told(requests, _VIA_SERVICE))
            )
        else:
            context["aws:CalledVia"] = ["athena.amazonaws.com"]
    if "aws:CalledVia" in context and requests.chance(0.5):
        context["aws:CalledVia"] = [
            *context["aws:CalledVia"],
            "third.amazonaws.com",
            *requests.spoken.get("aws:calledvialast", [])[:1],
        ]
    if route == "endpoint":
        context["aws:SourceVpce"] = requests.rng.choice(
            ("vpce-1", "vpce-1", "vpce-1", "vpce-2", context.get("aws:SourceVpce", "vpce-3"))
        )
        if requests.complete:
            rest = {
                "aws:SourceVpc": "vpc-1",
                "aws:VpcSourceIp": "10.0.0.9",
                "aws:VpceAccount": n.OWN,
                "aws:VpceOrgID": "o-exampleorgid",
            }
            context.update({name: context.get(name, value) for name, value in rest.items()})
            context["aws:SourceVpcArn"] = f"arn:aws:ec2:us-west-2:{n.OWN}:vpc/{context['aws:SourceVpc']}"
    elif requests.complete and route == "direct":
        context.setdefault("aws:SourceIp", "203.0.113.7")


def _of_principal(requests: Requests, context: Data, principal: str, kind: str) -> None:
    """Keep what the request tells of its caller to what the caller can have."""
    name = principal.rpartition("/")[2]
    ids = {"user": "AIDAEXAMPLEUSERID0000", "role": "AROAEXAMPLEROLEID0000:some", "session": f"AROAEXAMPLEROLEID0000:{name}",
        "service-linked": f"AROAEXAMPLEROLEID0000:{name}"}  # fmt: skip
    if context.pop("aws:userid", None) is not None or requests.complete or requests.chance(0.5):
        other = ids.get(kind, "").replace("EXAMPLE", "ANOTHER") if requests.chance(0.2) else ids.get(kind)
        context.update({"aws:userid": other} if other else {})
    age = context.get("aws:MultiFactorAuthAge")
    if age is not None:
        context["aws:MultiFactorAuthPresent"] = "true"
    if requests.complete and context.get("aws:MultiFactorAuthPresent") == "true":
        context.setdefault("aws:MultiFactorAuthAge", "301")


def keep_apart(requests: Requests, request: Data) -> None:
    """Leave out what the request cannot tell beside what the scenario describes: tags, and the organization."""
    principal, context = request["principal"], request["context"]
    if requests.complete and context.get("aws:MultiFactorAuthPresent") == "true":
        context.setdefault("aws:MultiFactorAuthAge", "301")
    described = requests.scenario["principals"].get(principal)
    if described is not None and kind_of(principal) in ("user", "session", "federated"):
        for tag in [tag for tag in context if tag.lower().startswith("aws:principaltag/")]:
            del context[tag]
    account = principal.split(":")[4] if principal.startswith("arn:") else ""
    if any(entry.get("organization") for arn, entry in requests.scenario["principals"].items() if f":{account}:" in arn):
        context.pop("aws:PrincipalOrgID", None)
    elif requests.complete and account:
        context.setdefault("aws:PrincipalOrgID", requests.rng.choice(("o-exampleorgid", "o-unnamed0000")))
