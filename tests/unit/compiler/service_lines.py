"""Lines of `services` without a file: for each row of the catalogue, and as a test wants them; what they compile to."""

from __future__ import annotations

from collections.abc import Mapping

from kmsgen.catalogue.model import Service
from kmsgen.catalogue.services import PLACEHOLDER, RECOMMENDED, SCOPE_PLACEHOLDERS, find
from kmsgen.compiler import Compiled, compile_intent
from kmsgen.errors import Location
from kmsgen.intent.intent import Access, GuardRailLine, Intent, IntentScope, NewKey, ServiceUse, When
from kmsgen.policy.document import Condition, Statement

ACCOUNT = "111122223333"
REGION = "us-east-1"
ORGANIZATION = "o-exampleorgid"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
HERE = Location("intent.yaml")
Values = tuple[str, ...]
Held = dict[str, Values]


def placeholders(service: Service, *, recommended: bool = False) -> Values:
    """Return what a line may give for a service's documented statements, sorted; for recommended conditions too if asked."""
    texts = [text for row in service.statements for text in (row.principal, row.opt_in)]
    conditions = [each for row in service.statements for each in row.conditions]
    conditions = [each for each in conditions if recommended or each.status != RECOMMENDED]
    texts += [text for each in conditions for text in (each.condition.key, *each.condition.values)]
    return tuple(sorted({name for text in texts for name in PLACEHOLDER.findall(text)} - SCOPE_PLACEHOLDERS))


def example(name: str) -> str:
    """Return a value for a placeholder."""
    if name.endswith("_arn"):
        return f"arn:aws:service:{REGION}:{ACCOUNT}:thing/x"
    if name == "alias":
        return "app"
    return "444455556666" if "account" in name else f"example-{name.replace('_', '-')}"


def use_of(service: Service, *, recommended: bool = False) -> ServiceUse:
    """Return a line that names a role for each word of a service and gives its variables."""
    named = tuple((word, ROLE + word) for word, _ in service.who)
    variables = tuple((name, example(name)) for name in placeholders(service, recommended=recommended))
    return ServiceUse(HERE, service.id, principals=named, variables=variables)


def use(
    service: str,
    principals: Mapping[str, str] | None = None,
    /,
    *,
    resources: Values = (),
    accounts: Values = (),
    can: Values = (),
    when: When = When(),  # noqa: B008 - a value
    **variables: str,
) -> ServiceUse:
    """Return a line; a principal is the name of a role, or an ARN."""
    named = tuple((word, who if ":" in who else ROLE + who) for word, who in (principals or {}).items())
    actions = tuple(f"kms:{action}" for action in can)
    return ServiceUse(HERE, service, resources, accounts, named, tuple(variables.items()), actions, when)


def intent_of(
    *uses: ServiceUse,
    region: str = REGION,
    partition: str = "aws",
    replicas: Values = (),
    delegation: str = "key-policy",
    guardrails: tuple[GuardRailLine, ...] = (),
) -> Intent:
    """Return the intent of one key, of the spec that the first service takes, with these lines and an administrator."""
    service = find(uses[0].service)
    assert service is not None
    spec = service.key_specs[0] if service.key_specs else "SYMMETRIC_DEFAULT"
    usage = service.key_usage or "ENCRYPT_DECRYPT"
    key = NewKey(HERE, spec, usage, "alias/app", multi_region=bool(replicas), replicas=replicas)
    admin = Access(HERE, "admin", f"arn:{partition}:iam::{ACCOUNT}:role/Admin", ("kms:GetKeyPolicy", "kms:PutKeyPolicy"))
    scope = IntentScope(ACCOUNT, partition, (region,), ORGANIZATION)
    return Intent(
        "intent.yaml", "app", scope, key, spec=spec, usage=usage, delegation=delegation, admins=(admin,), services=uses,
        guardrails=guardrails,
    )  # fmt: skip


def compiled(*uses: ServiceUse, **options: object) -> Compiled:
    """Compile these lines."""
    return compile_intent(intent_of(*uses, **options))  # type: ignore[arg-type]


def statements(found: Compiled, number: int = 0) -> list[Statement]:
    """Return the statements that serve the lines, of the key policy of the key of a number."""
    return [each for each in found.bundle.keys[number].policy.statements if (each.sid or "").startswith("Service")]


def given(found: Compiled, principal: str, number: int = 0) -> dict[str, list[Held]]:
    """Return what a principal (a role by its name) may do by a key policy: action, and the conditions by operator and key."""
    name = principal if "." in principal or ":" in principal else ROLE + principal
    result: dict[str, list[Held]] = {}
    for statement in statements(found, number):
        if name in {each.value for each in statement.principals or ()}:
            for action in statement.actions:
                result.setdefault(action.removeprefix("kms:"), []).append(held(statement.conditions))
    return result


def held(conditions: tuple[Condition, ...]) -> Held:
    """Return conditions as operator and key, with their values."""
    return {f"{each.operator} {each.key}": each.values for each in conditions}


def principals_of(found: Compiled) -> set[str]:
    """Return whom the statements that serve the lines name."""
    return {principal.value for statement in statements(found) for principal in statement.principals or ()}


def codes(found: Compiled) -> set[str]:
    """Return the codes of the notes."""
    return {note.code for note in found.notes}
