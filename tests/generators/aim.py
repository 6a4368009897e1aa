"""Aims a request at a statement: gives condition keys values that its conditions ask for, those of variables first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.generators import vocabulary as v
from tests.generators.callers import kind_of
from tests.generators.contexts import carries
from tests.generators.neighbours import FRESH, instance, near, well_formed
from tests.generators.spoken import texts

if TYPE_CHECKING:
    from tests.generators.requests import Requests

Data = dict[str, Any]
VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)')?\s*\}")
CONTEXT = "kms:encryptioncontext:"


def aim(requests: Requests, request: Data, statement: Data) -> None:
    """Change a request so that it is likelier to meet the conditions of a statement. Some are left as they are."""
    blocks = statement.get("Condition", {}).items()
    conditions = [(operator, key, texts(values)) for operator, block in blocks for key, values in block.items()]
    requests.rng.shuffle(conditions)
    for operator, key, values in conditions:
        if values and operator != "Null" and requests.chance(0.9):
            hold(requests, request, key, _wanted(requests, request, key, requests.rng.choice(values)))


def _wanted(requests: Requests, request: Data, key: str, value: str) -> str:
    """Return a value that a value of a policy asks for, or one near it."""
    filled = VARIABLE.sub(lambda match: _of_variable(requests, request, match), value)
    key_type = next((one.type for one in v.KEYS if key.lower() in [name.lower() for name in one.names]), v.STRING)
    if "${" in value or key_type in (v.STRING, v.MULTI, v.ARN):
        plain = instance(filled, requests.rng)
        return plain if requests.chance(0.75) else near(plain, v.STRING, requests.rng)
    return near(filled, key_type, requests.rng)


def _of_variable(requests: Requests, request: Data, match: re.Match[str]) -> str:
    name, default = match[1], match[2]
    if name in ("*", "?", "$"):
        return name
    told = held(requests, request, name)
    if told is None and requests.chance(0.8):
        said = [value for value in requests.spoken.get(name.lower(), ()) if "${" not in value]
        hold(requests, request, name, instance(requests.rng.choice(said), requests.rng) if said else requests.value(name))
        told = held(requests, request, name)
    return told or default or FRESH


def held(requests: Requests, request: Data, key: str) -> str | None:
    """Return what a request holds of a key, as far as it is plain."""
    name = key.lower()
    if name.startswith(CONTEXT):
        pairs = request.get("encryption_context") or {}
        return next((value for written, value in pairs.items() if written.lower() == name.removeprefix(CONTEXT)), None)
    principal = request["principal"]
    derived = {"aws:username": principal.rpartition("/")[2] if ":user/" in principal else None}
    if principal.startswith("arn:"):
        derived["aws:principalaccount"] = principal.split(":")[4]
    if name.startswith("aws:resourcetag/"):
        tags = requests.scenario["key"].get("tags") or {}
        return next((value for written, value in tags.items() if written.lower() == name.partition("/")[2]), None)
    told = {written.lower(): value for written, value in request["context"].items()}.get(name)
    return derived.get(name) or (told if isinstance(told, str) else None)


def hold(requests: Requests, request: Data, key: str, value: str) -> None:
    """Give a key a value, where requests of this caller can carry it."""
    name = key.lower()
    if name.startswith(CONTEXT) and "encryption_context" in request:
        _hold_pair(requests, request["encryption_context"], key[len(CONTEXT) :], value)
    elif name == "kms:encryptioncontextkeys" and "encryption_context" in request:
        request["encryption_context"].setdefault(value or "x", FRESH)
    elif name.startswith("aws:requesttag/") and "Tags" in request.get("parameters", {}):
        tags = {tag["TagKey"].lower(): tag for tag in request["parameters"]["Tags"]}
        tags[name.partition("/")[2]] = {"TagKey": key.partition("/")[2], "TagValue": value}
        request["parameters"]["Tags"] = list(tags.values())
    else:
        _hold_told(request, name, value)


def _hold_pair(requests: Requests, pairs: dict[str, str], name: str, value: str) -> None:
    for written in [written for written in pairs if written.lower() == name.lower()]:
        del pairs[written]
    pairs[requests.rng.choice((name, name, name.lower(), name.capitalize()))] = value


def _hold_told(request: Data, name: str, value: str) -> None:
    kind, context = kind_of(request["principal"]), request["context"]
    through = {"kms:ViaService": "via", "aws:CalledVia": "via", "aws:SourceVpce": "endpoint"}
    route = next((way for told, way in through.items() if told in context), "direct")
    for key in v.KEYS:
        names = [written.lower() for written in key.names]
        can = (not key.callers or kind in key.callers) and key.route in ("", route) and well_formed(value, key.type, key.name)
        can = can and carries(request["action"].removeprefix("kms:"), name)
        if name in names and key.told == "context" and can and key.type != v.MULTI and name != "aws:userid":
            for written in [written for written in context if written.lower() == name]:
                del context[written]
            context[key.name] = value
            return
