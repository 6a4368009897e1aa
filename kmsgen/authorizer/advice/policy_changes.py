"""Changes of policies: which Allow each lacking layer would need."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.authorizer.advice.asked import Asked, Change
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.authorizer.language.statement import Layer
from kmsgen.policy.bundle import Bundle, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Principal, Statement

ADVISED = "Advised"
_TEXTS = {
    Layer.KEY_POLICY: "a key-policy statement that allows {action} to {who}",
    Layer.IDENTITY: "an identity policy of {who} that allows {action} on {on}",
    Layer.BOUNDARY: "a permissions boundary of {who} that allows {action} on {on}",
    Layer.SESSION: "session policies that allow {action} on {on}",
    Layer.SCP: "an SCP that allows {action} at each level from the root to the account",
    Layer.ENDPOINT: "a policy of the VPC endpoint that allows {action} to {who}",
}


def additions(asked: Asked, caller: Caller, permission: Permission, lacking: tuple[str, ...]) -> Iterator[Change]:
    """Yield, step by step, the Allow to add to each lacking layer; stops at one that cannot hold it.

    A service principal has no IAM policies, and the key policy of an AWS managed key is AWS's own.
    """
    for layer in lacking:
        if layer not in _TEXTS or not _can_hold(Layer(layer), caller, permission):
            return
        bundle = _added(asked.bundle, Layer(layer), caller, permission)
        if bundle is None:
            return
        asked = asked._replace(bundle=bundle)
        words = {"action": permission.name, "who": _whose(Layer(layer), caller), "on": _on(permission)}
        yield Change(_TEXTS[Layer(layer)].format(**words), asked)


def _whose(layer: Layer, caller: Caller) -> str:
    """Return whose policy it is; a federated user session has those of its user (getfederationtoken)."""
    if caller.kind is CallerKind.FEDERATED and layer in (Layer.IDENTITY, Layer.BOUNDARY):
        return f"the IAM user whose session {caller.arn} is"
    return caller.role or caller.arn


def _on(permission: Permission) -> str:
    """Return the resource for the advised statement: `*` for actions without a resource."""
    return "`*`" if permission.target.kind == "*" and permission.target.arn == "*" else permission.target.arn


def _can_hold(layer: Layer, caller: Caller, permission: Permission) -> bool:
    key = permission.target.key
    if layer is Layer.KEY_POLICY:
        return key is not None and key.manager != "AWS"
    return caller.account is not None and caller.kind is not CallerKind.UNKNOWN


def _added(bundle: Bundle, layer: Layer, caller: Caller, permission: Permission) -> Bundle | None:
    """Return the bundle with one more Allow in a layer."""
    allow = Statement(Effect.ALLOW, (permission.name,), ("*",), sid=ADVISED)
    if layer is Layer.KEY_POLICY:
        return _with_key_statement(bundle, permission.target.arn, allow._replace(principals=(_named(caller),)))
    if layer is Layer.ENDPOINT:
        every = allow._replace(principals=(Principal("*", "*"),))
        policies = {name: _and(document, every) for name, document in bundle.vpc_endpoint_policies.items()}
        return bundle._replace(vpc_endpoint_policies=policies)
    allow = allow._replace(resources=(permission.target.arn,))
    names = [name for name in (caller.arn, caller.role) if name is not None]
    described = next((name for name in names if name in bundle.principals), names[-1])
    beside = _with_policy(bundle.principals.get(described, PrincipalPolicies()), layer, allow)
    return bundle._replace(principals={**bundle.principals, described: beside})


def _named(caller: Caller) -> Principal:
    if caller.kind is CallerKind.SERVICE:
        return Principal("Service", caller.name)
    return Principal("AWS", caller.arn if caller.kind is not CallerKind.SESSION or not caller.role else caller.role)


def _with_key_statement(bundle: Bundle, arn: str, statement: Statement) -> Bundle:
    keys = tuple(one._replace(policy=_and(one.policy, statement)) if one.key.arn == arn else one for one in bundle.keys)
    return bundle._replace(keys=keys)


def _with_policy(beside: PrincipalPolicies, layer: Layer, allow: Statement) -> PrincipalPolicies:
    document = Document((allow,))
    if layer is Layer.BOUNDARY:
        return beside._replace(boundary=_and(beside.boundary or Document(()), allow))
    if layer is Layer.SESSION:
        return beside._replace(session_policies=(*beside.session_policies, document))
    if layer is Layer.SCP:
        return beside._replace(scps=tuple((*level, document) for level in beside.scps))
    return beside._replace(identity_policies=(*beside.identity_policies, document))


def _and(document: Document, statement: Statement) -> Document:
    return document._replace(statements=(*document.statements, statement), version="2012-10-17")
