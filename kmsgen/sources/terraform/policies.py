"""Policies in a Terraform plan or state: JSON texts, and aws_iam_policy_document data sources read only on apply.

Source: Terraform AWS provider, aws_iam_policy_document.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.catalogue.actions import expand
from kmsgen.errors import KmsgenError
from kmsgen.reading import Steps, Where
from kmsgen.reading.json_text import parse_json
from kmsgen.reading.text_within import parse_within
from kmsgen.sources.terraform.references import POLICY_DOCUMENT, PlanReferences
from kmsgen.sources.terraform.resources import AFTER_APPLY, PlannedResource, listed
from kmsgen.sources.unknown.readings import Readings, read_policy
from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Unknown, has_unknown, is_marker
from kmsgen.sources.unknown.untold import hide

_TEXTS = ("json", "minified_json", "")  # of `document[each.key].json` the configuration tells `document` alone
_ELEMENTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_DEEPEST = 20
_OF_ARNS = ("resources", "not_resources")
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}
_SOURCES = (("source_json", "source_policy_documents"), ("override_json", "override_policy_documents"))


class PlannedPolicy(NamedTuple):
    """A policy as plain data with markers, and the places of its parts."""

    data: Any
    where: Where

    def read(self, principals: str) -> Readings:
        """Read the policy. Raises InputError."""
        return read_policy(self.data, self.where, principals)


class Policies(NamedTuple):
    """Finds the policies of resources; `untold`: unknown properties of the keys, in words, by condition key."""

    references: PlanReferences
    untold: Mapping[str, str] = MappingProxyType({})

    def hiding(self, untold: Mapping[str, str]) -> Policies:
        """Return the same with these untold properties."""
        return self._replace(untold=untold)

    def said_of_kms(self, written: PlannedPolicy | None) -> Hashable:
        """Return what an IAM policy says, None where nothing of KMS; one that is not known whole is like no other."""
        if written is None or has_unknown(written.data):
            return object()
        try:
            statements = self.read(written).most.document.statements
        except KmsgenError:
            return object()
        speaks = any(one.not_action or any(map(expand, one.actions)) for one in statements)
        return json.dumps(written.data, sort_keys=True) if speaks else None

    def read(self, written: PlannedPolicy) -> Readings:
        """Read an IAM policy; conditions on untold properties of the keys become unknown. Raises InputError."""
        data = hide(written.data, self.untold, "which the plan does not tell")
        return read_policy(data, written.where, "forbidden")

    def of(self, resource: PlannedResource, *steps: str | int) -> PlannedPolicy | None:
        """Return the policy of a resource at `steps`; None if it has none. Raises InputError for a text that is no JSON."""
        value: Any = resource.value(str(steps[0]))
        for step in steps[1:]:
            value = value[step] if not isinstance(value, Unknown) else value
        if isinstance(value, Unknown):
            return self._referred(resource, steps) or PlannedPolicy(self._unknown(resource, value, steps), resource.where)
        if not value:
            return None
        if not isinstance(value, str):
            raise resource.refusal("not-a-text", f"`{steps[-1]}` must be a text", str(steps[0]))
        try:
            source = parse_within(resource.source, (*resource.steps, *steps))
        except KmsgenError as error:
            raise type(error)(one._replace(message=f"{resource.address}: {one.message}") for one in error.diagnostics) from None
        return PlannedPolicy(source.data, source.where)

    def _referred(self, resource: PlannedResource, steps: Steps) -> PlannedPolicy | None:
        """Return the policy document, or another resource's policy, that the expression refers to; None if it is neither."""
        targets = self.references.plain_targets(resource, *steps)
        target = targets[0] if len(targets) == 1 else None
        if target is None or target.resource is None or target.resource.address == resource.address or self.references.strict:
            return None
        is_document = target.resource.type == POLICY_DOCUMENT and target.attribute in _TEXTS
        if not is_document and (target.resource.mode, target.attribute) != ("managed", "policy"):
            return None
        self.references.assume(resource, steps[-1], targets)
        return self.document(target.resource) if is_document else self.of(target.resource, "policy")

    def _unknown(self, resource: PlannedResource, value: Unknown, steps: Steps) -> Unknown:
        targets = self.references.open_targets(resource, *steps)
        named = ", ".join(one.reference for one in targets)
        because = f" (it depends on {named})" if named else ""
        return value._replace(what=f"{resource.address}: {steps[-1]}, {AFTER_APPLY}{because}")

    # --- aws_iam_policy_document --------------------------------------------------------------------------------------

    def document(self, resource: PlannedResource, depth: int = 0) -> PlannedPolicy:
        """Return the policy of an aws_iam_policy_document: its statements merged with its source and override documents."""
        own = resource.value("statement")
        if isinstance(own, Unknown):
            return PlannedPolicy(own, resource.where)
        statements = [self._statement(resource, number, one) for number, one in enumerate(_blocks(resource, own))]
        before = list(self._documents(resource, _SOURCES[0], depth))
        after = list(self._documents(resource, _SOURCES[1], depth))
        if unknown := next((one for one in after if isinstance(one, Unknown)), None):
            return PlannedPolicy(unknown, resource.where)
        merged: list[Any] = []
        for part in (*before, statements, *after):
            merged = _merged(merged, part)
        data = {"Version": resource.value("version") or "2012-10-17", "Statement": merged}

        def where(steps: Steps) -> Any:  # noqa: ANN401 - a Location
            number = steps[1] if len(steps) > 1 else None
            return resource.where(("statement", number) if isinstance(number, int) and merged == statements else ())

        return PlannedPolicy(data, where)

    def _documents(self, resource: PlannedResource, fields: tuple[str, str], depth: int) -> Iterator[Any]:
        """Yield the statements of each source or override document; Unknown for an unknown one."""
        for field in fields:
            value = resource.value(field)
            entries = value if isinstance(value, list) else [value] if value else []
            known = sum(isinstance(one, str) for one in entries)
            found = [] if self.references.strict else self.references.plain_targets(resource, field, beside=known)
            targets: list[PlannedResource | None] = [one.resource for one in found]
            if len(targets) != len(entries) - known:
                targets = [None] * len(entries)
            elif targets:
                self.references.assume(resource, field, found)
            for one in entries:
                if isinstance(one, Unknown):
                    yield self._referred_document(targets.pop(0), one, depth)
                elif isinstance(one, str) and one:
                    data = parse_json(one, resource.source.path).data
                    raw = data.get("Statement") if isinstance(data, dict) else None
                    yield raw if isinstance(raw, list) else [raw]

    def _referred_document(self, found: PlannedResource | None, unknown: Unknown, depth: int) -> Any:  # noqa: ANN401 - plain data
        """Return the statements of another aws_iam_policy_document; Unknown if it is none."""
        if found is None or found.type != POLICY_DOCUMENT or depth > _DEEPEST:
            return unknown
        data = self.document(found, depth + 1).data
        return data["Statement"] if isinstance(data, dict) else data

    def _statement(self, resource: PlannedResource, number: int, block: Any) -> Any:  # noqa: ANN401 - plain data with markers
        if isinstance(block, Unknown):
            return block
        data: dict[str, Any] = {"Effect": block.get("effect") or "Allow"}
        if block.get("sid"):
            data["Sid"] = block["sid"]
        for field, element in _ELEMENTS.items():
            if block.get(field):
                fill = field in _OF_ARNS
                data[element] = self._filled(block[field], resource, number, field) if fill else block[field]
        for field, element in _PRINCIPALS.items():
            if block.get(field):
                data[element] = self._principals(resource, number, field, block[field])
        if block.get("condition"):
            data["Condition"] = _conditions(block["condition"])
        return data

    def _filled(self, value: Any, resource: PlannedResource, number: int, *path: str | int) -> Any:  # noqa: ANN401 - plain data
        """Return a value of a statement with references filled in, if the configuration tells that statement."""
        position = self._position(resource, number) if has_unknown(value) else None
        return value if position is None else self.references.filled(value, resource, "statement", position, *path)

    def _position(self, resource: PlannedResource, number: int) -> int | None:
        """Return which statement of the configuration is that of a number in the plan; None if it may be of a dynamic block.

        Dynamic blocks are not in a configuration; a statement that is there has its Sid, so one that is once on each side tells.
        """
        declared = listed(self.references.configuration.expression(resource, "statement"))
        planned = listed(resource.value("statement"))
        if len(declared) == len(planned):
            return number
        sids = [_told(one, "sid") for one in declared]
        own = [one.get("sid") if isinstance(one, dict) else None for one in planned]
        sid = own[number]
        return sids.index(sid) if isinstance(sid, str) and sids.count(sid) == own.count(sid) == 1 else None

    def _principals(self, resource: PlannedResource, number: int, field: str, blocks: Any) -> Any:  # noqa: ANN401 - plain data
        if isinstance(blocks, Unknown):
            return blocks
        found: dict[str, list[Any]] = {}
        for block in listed(blocks):
            kind, who = (block.get("type"), block.get("identifiers")) if isinstance(block, dict) else (None, None)
            if not isinstance(kind, str):
                return Unknown(f"{resource.address}: the type of a principal, {AFTER_APPLY}", resource.steps)
            statement = self._position(resource, number)
            position = None if statement is None else self._declared(resource, statement, field, kind, len(listed(blocks)))
            if position is not None:
                who = self._filled(who, resource, number, field, position, "identifiers")
            found.setdefault(kind, []).extend(who if isinstance(who, list) else [who])
        return "*" if found == {"*": ["*"]} else {("AWS" if kind == "*" else kind): who for kind, who in found.items()}

    def _declared(self, resource: PlannedResource, number: int, field: str, kind: str, count: int) -> int | None:
        """Return the position of the configured principals block of a type; None if unclear, as a plan does not keep order."""
        blocks = listed(self.references.configuration.expression(resource, "statement", number, field))
        same = [position for position, one in enumerate(blocks) if _told(one, "type") == kind]
        return same[0] if len(same) == 1 and len(blocks) == count else None


def _told(block: Any, argument: str) -> Any:  # noqa: ANN401 - plain data
    """Return the constant value of an argument of a configured block; None if it is no constant."""
    expression = block.get(argument) if isinstance(block, dict) else None
    return expression.get("constant_value") if isinstance(expression, dict) else None


def _blocks(resource: PlannedResource, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - plain data with markers
    """Return the statement blocks. Raises InputError for any other data, as leaving one out would give wrong answers."""
    blocks = [] if value is None else value
    if not isinstance(blocks, list) or not all(isinstance(one, dict | Unknown) for one in blocks):
        raise resource.refusal("not-a-mapping", "`statement` must be a list of blocks", "statement")
    return blocks


def _merged(first: list[Any], second: Any) -> list[Any]:  # noqa: ANN401 - plain data with markers
    """Append statements; one with the Sid of an earlier statement replaces it, and one with an unknown Sid may."""
    if isinstance(second, Unknown):
        return [*first, second]
    merged = list(first)
    for one in second:
        sid = _sid(one)
        same = next((n for n, other in enumerate(merged) if sid and _sid(other) == sid), None)
        merged = [_perhaps(other) if sid and _may_be(sid, _sid(other)) else other for other in merged]
        if same is None or is_marker(sid):
            merged.append(one)
        else:
            merged[same] = one
    return merged


def _sid(statement: Any) -> Any:  # noqa: ANN401 - plain data with markers
    """Return the Sid of a statement, the statement itself where all of it is unknown; None without one."""
    return statement.get("Sid") if isinstance(statement, dict) else statement if is_marker(statement) else None


def _may_be(one: Any, other: Any) -> bool:  # noqa: ANN401 - plain data with markers
    return bool(other) and (is_marker(one) or is_marker(other))


def _perhaps(statement: Any) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a statement that a later one may replace."""
    return (
        statement if isinstance(statement, Unknown) else OneOf((statement, ABSENT), "the Sid of a statement that may replace it")
    )


def _conditions(blocks: Any) -> Any:  # noqa: ANN401 - plain data with markers
    """Return the Condition element of condition blocks; Unknown if an operator or key is."""
    if isinstance(blocks, Unknown):
        return blocks
    found: dict[str, dict[str, Any]] = {}
    for block in listed(blocks):
        if not isinstance(block, dict):
            return block  # refused where the policy is read
        test, key, values = (block.get(name) for name in ("test", "variable", "values"))
        unknown = next((one for one in (test, key) if isinstance(one, Unknown)), None)
        if unknown is not None:
            return unknown
        held = found.setdefault(str(test), {})
        if str(key) in held:
            values = [*listed(held[str(key)]), *listed(values)]
        held[str(key)] = values
    return found
