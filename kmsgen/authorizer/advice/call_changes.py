"""Changes of a call that make a condition hold or fail: parameters, encryption context, route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from kmsgen.arn import region_of
from kmsgen.authorizer.advice.asked import Asked, Change
from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.availability import availability
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS
from kmsgen.policy.addresses import parse_network
from kmsgen.policy.document import Condition
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName, split_operator

ANY_VALUE = "example"
_DAY = int(timedelta(days=1).total_seconds())
# what a caller does to get a value of a condition key into the request; `{0}` is the value
_BY: Mapping[str, str] = {
    "kms:viaservice": "call through an AWS service: kms:ViaService {0}",
    "aws:calledvia": "call through {0}",
    "aws:viaawsservice": "call through an AWS service that calls for its user, or directly: aws:ViaAWSService {0}",
    "kms:grantisforawsresource": "let an AWS service make the call for its resource: kms:GrantIsForAWSResource {0}",
    "aws:sourcevpce": "call through the VPC endpoint {0}",
    "aws:sourcevpc": "call from the VPC {0}, through an endpoint",
    "aws:sourceip": "call from another address, such as {0}",
    "aws:vpcsourceip": "call from another address in the VPC, such as {0}",
    "aws:multifactorauthpresent": "call with credentials for which MFA was used: aws:MultiFactorAuthPresent {0}",
    "aws:multifactorauthage": "call with credentials for which MFA was used so many seconds ago: {0}",
    "aws:currenttime": "call at another time, such as {0}",
    "aws:epochtime": "call at another time, such as {0}",
    "aws:tokenissuetime": "call with credentials of another session, issued such as at {0}",
    "aws:securetransport": "call over TLS",
    "aws:useragent": "call with the user agent {0}",
    "aws:requestedregion": "call in the Region {0}",
    "aws:sourcearn": "let the service call for the resource {0}",
    "aws:sourceaccount": "let the service call for a resource of the account {0}",
    "kms:requestalias": "call the key by its alias {0}",
    "aws:userid": "tell aws:userid in the request's context, if it is {0}",
}
_WITHOUT: Mapping[str, str] = {
    "kms:viaservice": "call KMS directly",
    "aws:calledvia": "call KMS directly",
    "aws:sourcevpce": "call through no VPC endpoint",
    "aws:sourcevpc": "call through no VPC endpoint",
    "kms:requestalias": "call the key by its ARN",
}
_NO_PARAMETERS = frozenset({"KeyId", "Tags", "TagKeys", "Recipient", "Constraints", "Operations"})


def changes(condition: Condition, asked: Asked, *, holds: bool) -> Iterator[Change]:
    """Yield changes of the call after which a condition holds, or fails; none where no call can bring that about."""
    name = split_operator(condition.operator)
    if name is None:
        return
    for value in dict.fromkeys(_wanted(name, condition, asked.request, holds=holds)):
        change = _changed(asked, condition.key, value)
        if change is not None:
            yield change


def _wanted(name: OperatorName, condition: Condition, request: Request, *, holds: bool) -> Iterator[str | None]:
    """Yield example values of the condition key (None: absent) with which a condition holds, or fails."""
    if name.base == "Null":
        absent = ("true" in (folded(value) for value in condition.values)) is holds
        yield None if absent else ANY_VALUE
        return
    negated = "Not" in name.base
    if negated is holds:
        yield None
    values = [value for value in condition.values if "${" not in value]
    make = _MATCHING if negated is not holds else _OTHER
    base = name.base.replace("Not", "")
    for value in values:
        example = next((of(value) for start, of in make.items() if base.startswith(start)), None)
        if example is not None:
            yield _located(example, request)


def _located(text: str, request: Request) -> str:
    """Make a value of a pattern: a wildcard becomes the key's Region in a service name, and `x` elsewhere."""
    region = next((found for found in map(region_of, request.resources) if found), "us-east-1")
    return text.replace("*", region if text.endswith(".amazonaws.com") else "x").replace("?", "x")


def _flag(text: str) -> str:
    return folded(text)


def _turned(text: str) -> str:
    return "false" if folded(text) == "true" else "true"


def _shifted(parse: Callable[[str], tuple[object, ...]], by: int) -> Callable[[str], str | None]:
    def shift(text: str) -> str | None:
        found = parse(text)
        return str(int(float(str(found[-1]))) + by) if found else None

    return shift


def _address(text: str) -> str | None:
    network = parse_network(text)
    return None if network is None else str(network[0])


def _elsewhere(text: str) -> str | None:
    return "2001:db8::1" if ":" not in text else "192.0.2.1"


_MATCHING: Mapping[str, Callable[[str], str | None]] = {
    "NumericLessThanEquals": _shifted(parse_number, 0), "NumericLessThan": _shifted(parse_number, -1),
    "NumericGreaterThanEquals": _shifted(parse_number, 0), "NumericGreaterThan": _shifted(parse_number, 1),
    "NumericEquals": _shifted(parse_number, 0),
    "DateLessThan": _shifted(parse_date, -_DAY), "DateGreaterThan": _shifted(parse_date, _DAY),
    "DateEquals": _shifted(parse_date, 0),
    "Bool": _flag, "IpAddress": _address, "String": str, "Arn": str,
}  # fmt: skip
_OTHER: Mapping[str, Callable[[str], str | None]] = {
    "NumericLessThan": _shifted(parse_number, 1), "NumericGreaterThan": _shifted(parse_number, -1),
    "NumericEquals": _shifted(parse_number, 1),
    "DateLessThan": _shifted(parse_date, _DAY), "DateGreaterThan": _shifted(parse_date, -_DAY),
    "DateEquals": _shifted(parse_date, _DAY),
    "Bool": _turned, "IpAddress": _elsewhere, "String": lambda _text: f"another-{ANY_VALUE}",
}  # fmt: skip


def _changed(asked: Asked, key: str, value: str | None) -> Change | None:
    """Return the call with another value of a condition key, or (None) without it; None where no caller can do that."""
    lower, request = folded(key), asked.request
    if lower.startswith(ENCRYPTION_CONTEXT) or lower == ENCRYPTION_CONTEXT_KEYS:
        return _with_pair(asked, key[len(ENCRYPTION_CONTEXT) :] if lower != ENCRYPTION_CONTEXT_KEYS else "", value)
    row = availability(key)
    parameter = row.parameter if row is not None else ""
    if parameter and parameter not in _NO_PARAMETERS and lower.startswith("kms:"):
        if value is None:
            return None
        changed = request._replace(parameters={**request.parameters, parameter: value})
        return Change(f"give the parameter {parameter} = {value}", asked._replace(request=changed))
    if lower not in _BY:
        return None
    rest = {name: values for name, values in request.context.items() if folded(name) != lower}
    text = _BY[lower].format(value) if value is not None else _WITHOUT.get(lower, f"call without {key}")
    context = {**rest, key: (value,)} if value is not None else rest
    return Change(text, asked._replace(request=request._replace(context=context)))


def _with_pair(asked: Asked, name: str, value: str | None) -> Change | None:
    """Return the call with a pair in its encryption context; without it where `value` is None.

    Without a `name`: with any pair of the name `value`, or with no encryption context.
    """
    request = asked.request
    action = find_action(request.action)
    if action is None or not action.encryption_context:
        return None
    pairs = {other: text for other, text in request.encryption_context.items() if name and folded(other) != folded(name)}
    if value is None:
        text = f"leave out the encryption context {name}" if name else "pass no encryption context"
        return Change(text, asked._replace(request=request._replace(encryption_context=pairs)))
    pair = {name: value} if name else {value: ANY_VALUE}
    ((told, meant),) = pair.items()
    changed = request._replace(encryption_context={**(pairs if name else request.encryption_context), **pair})
    return Change(f"pass the encryption context {told} = {meant}", asked._replace(request=changed))


def for_grant(grant: Grant, asked: Asked) -> Iterator[Change]:
    """Yield, step by step, what a request must carry to meet a grant: its token, and the constraint's encryption context."""
    request = asked.request
    if not grant.propagated:
        request = request._replace(grant_tokens=(*request.grant_tokens, *(grant.tokens or (grant.id,))[:1]))
        asked = asked._replace(request=request)
        yield Change(f"pass a grant token of the grant {grant.id}", asked)
    constraints = grant.constraints
    pairs = constraints.encryption_context_equals
    exact = pairs is not None
    pairs = pairs if pairs is not None else constraints.encryption_context_subset
    if pairs is not None:
        context = dict(pairs) if exact else {**request.encryption_context, **dict(pairs)}
        told = ", ".join(f"{name} = {value}" for name, value in pairs) or "of no pairs"
        asked = asked._replace(request=request._replace(encryption_context=context))
        yield Change(f"pass the encryption context {told}{' and nothing else' if exact else ''}", asked)
