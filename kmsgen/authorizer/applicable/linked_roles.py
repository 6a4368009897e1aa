"""Service-linked roles that a key policy or grant gives access to: what a session ARN leaves out of its role, they tell.

Source: IAM User Guide, reference_identifiers (names of roles are unique in an account); KMS API Reference, PutKeyPolicy and
CreateGrant (principals exist).
"""

from collections.abc import Iterable, Iterator, Mapping

from kmsgen.arn import parse_arn
from kmsgen.authorizer.language.principal import SERVICE_LINKED_PATH, Caller, CallerKind
from kmsgen.policy.bundle import KeyAccess
from kmsgen.policy.document import Effect

# by partition, account and name, without the path
Roles = Mapping[tuple[str, str | None, str], str]


def service_linked_roles(keys: Iterable[KeyAccess]) -> Roles:
    """Return the ARN of each service-linked role that is given access; of a name under two paths none, for it is one role's."""
    found: dict[tuple[str, str | None, str], set[str]] = {}
    for text in _given_access(keys):
        arn = parse_arn(text)
        if arn is not None and (arn.service, arn.kind) == ("iam", "role") and not set("*?") & set(text):
            found.setdefault((arn.partition, arn.account, arn.name.rpartition("/")[2]), set()).add(text)
    alone = {key: texts.pop() for key, texts in found.items() if len(texts) == 1}
    return {key: text for key, text in alone.items() if f":role/{SERVICE_LINKED_PATH}" in text}


def _given_access(keys: Iterable[KeyAccess]) -> Iterator[str]:
    """Yield who is given access. A Deny tells of no role, so that one more never takes a guard rail away."""
    for access in keys:
        for statement in access.policy.statements:
            if statement.effect is Effect.ALLOW and not statement.not_principal:
                yield from (one.value for one in statement.principals or () if one.kind == "AWS")
        yield from (grant.grantee for grant in access.grants)


def with_role_of(caller: Caller, roles: Roles) -> Caller:
    """Return a session with its service-linked role, if that is not described and is given access; any other caller as it is."""
    role = roles.get((caller.partition, caller.account, caller.name))
    if role is None or caller.kind is not CallerKind.SESSION or caller.path_known:
        return caller
    return caller._replace(role=role, path_known=True, service_linked=True)
