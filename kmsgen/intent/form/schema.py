"""The JSON Schema of an intent, for editors: the models' shape with the words of the catalogue.

What the schema refuses, the loader refuses; what the loader refuses for its shape, the schema refuses. What only the parts
together or the values themselves can show (accounts, ARNs, contradictions) is the loader's alone.
"""

from __future__ import annotations

from typing import Any

from kmsgen.arn import SERVICE_PRINCIPAL
from kmsgen.catalogue import actions, capabilities, grants, guardrails, key_specs, services, via_services
from kmsgen.intent.form.model import IntentFile
from kmsgen.intent.form.words import (
    ORIGINS,
    OTHER_SERVICES,
)

Schema = dict[str, Any]

# fields that a text alone stands for
_SHORTHANDS = ("ServiceFile.service",)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def intent_schema() -> Schema:
    """Return the JSON Schema of an intent file."""
    schema = IntentFile.model_json_schema()
    _drop_titles(schema)
    for part in (schema["properties"], schema["$defs"]):
        _drop_nulls(part)
    for name in ("WhenFile", "GuardRailOptions"):
        _ask_for_content(schema["$defs"][name])
    for path, words in _words().items():
        _restrict(schema, path, words)
    _allow_extending(schema)
    return {"$schema": DIALECT, "title": "kmsgen intent", **schema}


def base_schema() -> Schema:
    """Return the JSON Schema of a file that intents extend: it has no name, and any part of an intent may be missing."""
    schema = intent_schema()
    del schema["anyOf"], schema["properties"]["name"]
    return {**schema, "title": "kmsgen base", "description": "Parts of intents, for files that extend this one."}


def _words() -> dict[str, Schema]:
    """Return what each text of the file may be: `Model.field` -> a schema for its texts."""
    usages = dict.fromkeys(usage for spec in key_specs.KEY_SPECS for usage in key_specs.usages(spec))
    can = {
        "anyOf": [
            {"enum": list(capabilities.CAPABILITIES)},
            {"enum": [f"kms:{name}" for name in actions.ACTIONS]},
            {"enum": list(OTHER_SERVICES)},
            {"pattern": "^(?:[kK][mM][sS]:[A-Za-z]+|[A-Z][A-Za-z]+)$"},
        ]
    }
    operations = {"anyOf": [{"enum": list(grants.OPERATIONS)}, {"pattern": "^(?:[kK][mM][sS]:)?[A-Za-z]+$"}]}
    return {
        "IntentFile.spec": {"enum": list(key_specs.KEY_SPECS)},
        "IntentFile.usage": {"enum": list(usages)},
        "IntentFile.origin": {"enum": list(key_specs.ORIGINS)},
        "IntentFile.services": _services(),
        "IntentFile.guardrails": {"enum": list(guardrails.GUARD_RAILS)},
        "ScopeFile.account": {"pattern": "^[0-9]{12}$"},
        "KeyFile.spec": {"enum": list(key_specs.KEY_SPECS)},
        "KeyFile.usage": {"enum": list(usages)},
        "KeyFile.origin": {"enum": list(ORIGINS)},
        "AdminFile.can": can,
        "UserFile.can": can,
        "WhenFile.via": {"enum": sorted(via_services.PREFIXES)},
        "ServiceFile.service": _services(),
        "ServiceFile.principal": {"pattern": f"^{SERVICE_PRINCIPAL.pattern.removesuffix(chr(92) + 'Z')}$"},
        "ServiceFile.can": can,
        "ServiceFile.source_account": {"pattern": "^[0-9]{12}$"},
        "GrantFile.operations": operations,
        "GrantWhenFile.operations": operations,
        "GuardRailFile": {"enum": list(guardrails.GUARD_RAILS)},
    }


def _services() -> Schema:
    through = [f"{services.THROUGH}{name}" for name in via_services.PREFIXES]
    names = sorted({*services.SERVICES, *services.SHORT_NAMES, *through})
    return {"anyOf": [{"enum": names}, {"pattern": "^[a-z0-9-]+[.]amazonaws[.]com$"}]}


def _restrict(schema: Schema, path: str, words: Schema) -> None:
    """Narrow the texts at a path to the words."""
    name, _, field = path.partition(".")
    part = schema if name == "IntentFile" else schema["$defs"][name]
    if name == "GuardRailFile":
        _restrict_guardrails(part, words["enum"])
        return
    shapes = [part, *part.get("anyOf", ())]
    properties: Schema = next(shape["properties"] for shape in shapes if "properties" in shape)
    for text in _texts(properties[field]):
        text.update(words)
    if path in _SHORTHANDS:
        part["anyOf"][0].update(words)


def _texts(schema: Schema) -> list[Schema]:
    """Return the parts of a schema that describe texts: itself, its alternatives, the items of its lists."""
    if schema.get("type") == "string" or "string" in (schema.get("type") or ()):
        return [schema]
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    return [text for part in inner for text in _texts(part)]


def _restrict_guardrails(part: Schema, names: list[str]) -> None:
    text, mapping = part["anyOf"]
    rows = guardrails.GUARD_RAILS
    options = mapping.pop("additionalProperties")
    mapping["properties"] = {name: {**options, "description": rows[name].summary} for name in names}
    mapping["additionalProperties"] = False
    text["enum"] = names


def _allow_extending(schema: Schema) -> None:
    """Ask for the required fields only of a file that extends none: others may have them from there."""
    account = {"properties": {"scope": {"required": schema["$defs"]["ScopeFile"].pop("required")}}}
    whole = {"required": schema.pop("required"), **account}
    extending = {"required": ["extends"]}
    schema["anyOf"] = [extending, whole]


def _drop_nulls(node: Any) -> None:  # noqa: ANN401 - JSON
    """Offer no null: a field that is written has a value."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in list(children):
        _drop_nulls(child)
    if isinstance(node, dict) and node.get("default", "") is None:
        del node["default"]
    if isinstance(node, dict) and {"type": "null"} in node.get("anyOf", ()):
        offered = [one for one in node.pop("anyOf") if one != {"type": "null"}]
        node.pop("default", None)
        node.update(offered[0] if len(offered) == 1 else {"anyOf": offered})


def _ask_for_content(node: Any) -> None:  # noqa: ANN401 - JSON
    """Offer no empty mapping."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        _ask_for_content(child)
    if isinstance(node, dict) and node.get("type") == "object":
        node["minProperties"] = 1


def _drop_titles(node: Any) -> None:  # noqa: ANN401 - JSON
    """Remove the titles that pydantic derives from names; a field called `title` would be a mapping."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("title"), str):
        del node["title"]
    for child in list(children):
        _drop_titles(child)
