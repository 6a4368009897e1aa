"""Intents as the bundles that they compile to; statements have the places of the intent lines behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsgen.authorizer.language.statement import Layer
from kmsgen.errors import Location
from kmsgen.policy.document import Document
from kmsgen.reading import Source, Steps, Where
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Described
from kmsgen.sources.places import Origins, PlacedGrant, PlacedPolicy, Places

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent
    from kmsgen.policy.bundle import Bundle


_FIELDS = frozenset(
    {"kmsgen", "scope", "extends", "delegation", "key_policy", "admins", "users", "services", "guardrails", "never"}
)
"""Fields that only intents have."""


def is_intent(source: Source) -> bool:
    """Return whether a file is an intent, or a base for `extends`, by fields that only these have."""
    return isinstance(source.data, dict) and not _FIELDS.isdisjoint(source.data)


def read_intent(source: Source, _beside: Beside) -> Described:
    """Read and compile an intent. Raises KmsgenError with every diagnostic of the file and its bases."""
    from kmsgen.intent import intent_of  # noqa: PLC0415 - pydantic is loaded only where an intent is

    return describe_intent(intent_of(source))


def describe_intent(intent: Intent) -> Described:
    """Compile an intent. Raises KmsgenError."""
    from kmsgen.compiler import compile_intent  # noqa: PLC0415 - as above

    compiled = compile_intent(intent)
    return Described(compiled.bundle, _places(compiled.bundle, compiled.origins, intent.path), compiled.notes, intent=intent)


def _places(bundle: Bundle, origins: Origins, path: str) -> Places:
    keys = [
        PlacedPolicy(access.policy, _lines_of(access.policy, Layer.KEY_POLICY, origins, path), Layer.KEY_POLICY, access.key.arn)
        for access in bundle.keys
    ]
    beside = [
        PlacedPolicy(document, _lines_of(document, Layer.IDENTITY, origins, path), Layer.IDENTITY, principal)
        for principal, policies in bundle.principals.items()
        for document in policies.identity_policies
    ]
    grants = [
        PlacedGrant(grant, _line_of(f"{Layer.GRANT}/{grant.id}", origins, path), access.key.arn)
        for access in bundle.keys
        for grant in access.grants
    ]
    return Places((*keys, *beside), tuple(grants))


def _lines_of(document: Document, layer: Layer, origins: Origins, path: str) -> Where:
    """Return the places of a compiled policy: of a statement its first intent line, else the file."""

    def where(steps: Steps) -> Location:
        if len(steps) < 2 or not isinstance(steps[1], int):
            return Location(path)
        return _line_of(f"{layer}/{document.statements[steps[1]].sid}", origins, path)(())

    return where


def _line_of(label: str, origins: Origins, path: str) -> Where:
    return lambda _steps: next(iter(origins.get(label, ())), Location(path))
