"""A line of `services` for each row of the catalogue, with everything given that the row can ask for, and its intent."""

from __future__ import annotations

from kmsgen.catalogue.model import Service
from kmsgen.catalogue.services import PLACEHOLDER, SCOPE_PLACEHOLDERS
from kmsgen.errors import Location
from kmsgen.intent.intent import Access, Intent, NewKey, Scope, ServiceUse

ACCOUNT = "111122223333"
REGION = "us-east-1"
HERE = Location("intent.yaml")


def placeholders(service: Service) -> tuple[str, ...]:
    """Return what a line may give for a service beside its resources, sorted."""
    texts = [text for row in service.statements for text in (row.principal, row.opt_in)]
    texts += [
        text
        for row in service.statements
        for each in row.conditions
        for text in (each.condition.key, *each.condition.values)
    ]
    return tuple(sorted({name for text in texts for name in PLACEHOLDER.findall(text)} - SCOPE_PLACEHOLDERS))


def example(name: str) -> str:
    """Return a value for a placeholder."""
    if name.endswith("_arn"):
        return f"arn:aws:service:{REGION}:{ACCOUNT}:thing/x"
    if name == "alias":
        return "app"
    return "444455556666" if "account" in name else f"example-{name.replace('_', '-')}"


def use_of(service: Service, *, given: bool = True) -> ServiceUse:
    """Return a line that names a role for each word, with (`given`) or without its variables."""
    named = tuple((word, f"arn:aws:iam::{ACCOUNT}:role/{word}") for word, _ in service.who)
    variables = tuple((name, example(name)) for name in placeholders(service)) if given else ()
    return ServiceUse(HERE, service.id, principals=named, variables=variables)


def intent_of(service: Service, use: ServiceUse, *, region: str = REGION, multi_region: bool = False) -> Intent:
    """Return the intent of one key with that line and an administrator."""
    spec = service.key_specs[0] if service.key_specs else "SYMMETRIC_DEFAULT"
    key = NewKey(HERE, spec, service.key_usage, "alias/app", multi_region=multi_region)
    admin = Access(HERE, "admin", f"arn:aws:iam::{ACCOUNT}:role/Admin", ("kms:GetKeyPolicy", "kms:PutKeyPolicy"))
    return Intent(
        "intent.yaml", "app", Scope(ACCOUNT, regions=(region,)), key, spec=spec, usage=service.key_usage, admins=(admin,), services=(use,)
    )
