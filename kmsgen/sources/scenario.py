"""Scenarios: policies with requests and what is expected of them, from YAML, JSON or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmsgen.arn import ACCOUNT_ID, is_service_principal, parse_arn
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import KEY_STATES
from kmsgen.catalogue.key_specs import ORIGINS, key_type, usages
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location
from kmsgen.policy.bundle import NO_ORGANIZATION, Bundle, Key, KeyAccess, Levels, Organization, PrincipalPolicies
from kmsgen.policy.document import Document, Effect
from kmsgen.policy.grant import Grant, Pairs
from kmsgen.policy.json_form import parse_create_grant, parse_document, parse_grant
from kmsgen.policy.plain_data import Reader
from kmsgen.reading import Source, Steps, Where
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import IDENTITY_POLICIES, Described, Open
from kmsgen.sources.places import below, places_in
from kmsgen.sources.question import Expectation, Question, Scenario
from kmsgen.sources.request_check import faults
from kmsgen.sources.unread import ANYBODY, held_by

_TOP = ("note", "key", "policy", "grants", "keys", "principals", "rcps", "vpc_endpoint_policies", "unknown", "requests")
_KEY = (
    "arn", "spec", "usage", "origin", "state", "manager", "multi_region", "multi_region_key_type", "management_account", "tags",
    "aliases",
)  # fmt: skip
_PRINCIPAL = ("identity_policies", "boundary", "session_policies", "scps", "tags", "organization", "service_linked")
_ORGANIZATION = ("id", "paths", "management_account")
_REQUEST = (
    "principal", "action", "resource", "encryption_context", "context", "grant_tokens", "create_grant", "grant_id", "parameters",
    "whole_call", "expect", "because",
)  # fmt: skip
_NO_POLICY = Document(())
OUTCOMES = (Outcome.ALLOWED, Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY)


def _placed(steps: Steps, item: Mapping[str, Any]) -> Steps:
    """Return where a fault stands in a request as written: a single resource is no list."""
    return steps if steps[0] != "resource" or isinstance(item.get("resource"), list) else ("resource",)


def is_scenario(source: Source) -> bool:
    """Return whether a file has the form of a scenario: a key and, unlike an intent, no `kmsgen` version; or is JSON Lines."""
    data = source.data
    return source.lines or (isinstance(data, dict) and isinstance(data.get("key"), dict) and "kmsgen" not in data)


def read_scenario(source: Source, _beside: Beside) -> Described:
    """Read a file of scenarios; the bundle is that of its only one. Raises InputError with every problem found."""
    scenarios = read_scenarios(source)
    if len(scenarios) == 1:
        base: Steps = (0,) if source.lines else ()
        return _described(scenarios[0], below(source.where, *base))._replace(scenarios=scenarios)
    message = f"the file holds {len(scenarios)} scenarios, and one is needed"
    no_key = Diagnostic(Location(source.path), "several-scenarios", message, "give one in a file of its own")
    return Described(Bundle(()), no_key=no_key, scenarios=scenarios)


def _described(scenario: Scenario, where: Where) -> Described:
    """Return the bundle of a scenario; for the least access whose IAM policies are not known has one that denies everything."""
    bundle = scenario.bundle
    lacks = frozenset({IDENTITY_POLICIES} if ANYBODY in scenario.unread else ())
    most = Described(bundle, places_in(bundle, where), lacks=lacks)
    unread = {name: why for name, why in scenario.unread.items() if name != ANYBODY}
    if not unread:
        return most
    unknown = tuple(Open(f"the IAM policies of {name}: {why}", where(("unknown", name)), name) for name, why in unread.items())
    least = most._replace(bundle=held_by(bundle, list(unread), Effect.DENY), unknown=unknown)
    return most._replace(unknown=unknown, untold=frozenset(unread), narrow=least)


def read_scenarios(source: Source) -> tuple[Scenario, ...]:
    """Read the scenario of a file, or those of a JSON Lines file. Raises InputError with every problem found."""
    if not source.lines:
        return (_ScenarioReader(source, ()).scenario(source.data),)
    scenarios: list[Scenario] = []
    problems: list[Diagnostic] = []
    for index, item in enumerate(source.data):
        try:
            scenarios.append(_ScenarioReader(source, (index,)).scenario(item))
        except KmsgenError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return tuple(scenarios)


@dataclass(slots=True)
class _ScenarioReader:
    """Reads one scenario that stands at `base` in its source."""

    source: Source
    base: Steps
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(lambda steps: self.source.where((*self.base, *steps)))

    def scenario(self, data: object) -> Scenario:
        reader = self.reader
        top = self._fields(data, (), _TOP, "a scenario")
        keys = [self._access(top, ())] if "key" in top else []
        if not keys:
            reader.refuse((), "no-key", "a scenario must have a `key` with its `arn`")
        keys += [self._further(item, ("keys", i)) for i, item in enumerate(self._list(top.get("keys"), ("keys",)))]
        bundle = Bundle(
            tuple(keys),
            self._principals(top.get("principals"), ("principals",)),
            self._levels(top.get("rcps"), ("rcps",), "optional"),
            self._endpoints(top.get("vpc_endpoint_policies"), ("vpc_endpoint_policies",)),
        )
        questions = [
            self._question(item, ("requests", i)) for i, item in enumerate(self._list(top.get("requests"), ("requests",)))
        ]
        unread = self._unread(top.get("unknown"), bundle)
        if reader.problems:
            raise InputError(reader.problems)
        note = reader.text(top.get("note"), ("note",), "note") or ""
        line = self.source.where(self.base).line if self.source.lines else 0
        return Scenario(note, bundle, tuple(questions), self.source.path, line, unread=unread)

    # --- shapes -----------------------------------------------------------------------------------------------------------

    def _fields(self, data: object, steps: Steps, names: tuple[str, ...], what: str) -> dict[str, Any]:
        found = self.reader.mapping(data, steps, what)
        self.reader.known(found, names, steps, what)
        return found

    def _list(self, data: object, steps: Steps) -> list[Any]:
        if data is None:
            return []
        if isinstance(data, list):
            return data
        self.reader.refuse(steps, "not-a-list", f"`{steps[-1]}` must be a list")
        return []

    def _mapping(self, data: object, steps: Steps) -> dict[str, Any]:
        return {} if data is None else self.reader.mapping(data, steps, f"`{steps[-1]}`")

    def _flag(self, data: object, steps: Steps) -> bool:
        return data is not None and self.reader.flag(data, steps, f"`{steps[-1]}`")

    def _pairs(self, data: object, steps: Steps) -> Pairs:
        return () if data is None else self.reader.pairs(data, steps, f"`{steps[-1]}`")

    def _texts(self, data: object, steps: Steps) -> tuple[str, ...]:
        return () if data is None or data == [] else self.reader.texts(data, steps, f"`{steps[-1]}`")

    def _choice(self, data: object, steps: Steps, choices: tuple[str, ...], default: str) -> str:
        text = self.reader.text(data, steps, f"`{steps[-1]}`")
        if text is not None and text not in choices:
            self.reader.refuse(steps, "unknown-value", f"no {steps[-1]} `{text}`", f"one of {', '.join(choices)}")
        return text or default

    def _parsed(self, parse: Callable[..., Any], data: object, steps: Steps, *more: str) -> Any:  # noqa: ANN401 - what `parse` returns
        try:
            return parse(data, lambda inner: self.source.where((*self.base, *steps, *inner)), *more)
        except KmsgenError as error:
            self.reader.problems += error.diagnostics
            return None

    def _document(self, data: object, steps: Steps, principals: str) -> Document:
        return self._parsed(parse_document, data, steps, principals) or _NO_POLICY

    def _documents(self, data: object, steps: Steps, principals: str = "forbidden") -> tuple[Document, ...]:
        return tuple(self._document(item, (*steps, i), principals) for i, item in enumerate(self._list(data, steps)))

    def _levels(self, data: object, steps: Steps, principals: str = "forbidden") -> Levels:
        return tuple(self._documents(item, (*steps, i), principals) for i, item in enumerate(self._list(data, steps)))

    # --- the bundle -------------------------------------------------------------------------------------------------------

    def _further(self, data: object, steps: Steps) -> KeyAccess:
        return self._access(self._fields(data, steps, ("key", "policy", "grants"), "one of `keys`"), steps)

    def _access(self, item: Mapping[str, Any], steps: Steps) -> KeyAccess:
        policy = item.get("policy")
        raw = item.get("grants")
        if isinstance(raw, dict) and "Grants" in raw:
            self.reader.refuse((*steps, "grants"), "not-a-list", "`grants` must be a list", "give the value of `Grants`")
            raw = None
        grants = [
            self._parsed(parse_grant, grant, (*steps, "grants", i)) for i, grant in enumerate(self._list(raw, (*steps, "grants")))
        ]
        return KeyAccess(
            self._key(item.get("key"), (*steps, "key")),
            _NO_POLICY if policy is None else self._document(policy, (*steps, "policy"), "required"),
            tuple(grant for grant in grants if isinstance(grant, Grant)),
        )

    def _key(self, data: object, steps: Steps) -> Key:
        item = self._fields(data, steps, _KEY, "a key")
        arn = self.reader.text(item.get("arn"), (*steps, "arn"), "`arn`") or ""
        parsed = parse_arn(arn)
        if parsed is None or parsed.service != "kms" or parsed.kind != "key" or not ACCOUNT_ID.match(parsed.account):
            self.reader.refuse((*steps, "arn"), "not-a-key-arn", f"`{arn}` is not the ARN of a KMS key")
        spec, usage = self._spec_and_usage(item, steps)
        aliases = self._texts(item.get("aliases"), (*steps, "aliases"))
        for i, alias in enumerate(aliases):
            if not alias.startswith("alias/"):
                hint = f"`alias/{alias}`" if ":" not in alias else "the part from `alias/` on"
                self.reader.refuse((*steps, "aliases", i), "not-an-alias", f"`{alias}` is not the name of an alias", hint)
        return Key(
            arn=arn,
            spec=spec,
            usage=usage,
            origin=self._choice(item.get("origin"), (*steps, "origin"), ORIGINS, "AWS_KMS"),
            state=self._choice(item.get("state"), (*steps, "state"), KEY_STATES, "Enabled"),
            manager=self._choice(item.get("manager"), (*steps, "manager"), ("CUSTOMER", "AWS"), "CUSTOMER"),
            multi_region=self._flag(item.get("multi_region"), (*steps, "multi_region")),
            multi_region_key_type=self._choice(
                item.get("multi_region_key_type"), (*steps, "multi_region_key_type"), ("PRIMARY", "REPLICA"), ""
            )
            or None,
            management_account=self._flag(item.get("management_account"), (*steps, "management_account")),
            tags=self._pairs(item.get("tags"), (*steps, "tags")),
            aliases=aliases,
        )

    def _spec_and_usage(self, item: Mapping[str, Any], steps: Steps) -> tuple[str, str]:
        """Read spec and usage; a spec with one usage needs no more."""
        spec = self.reader.text(item.get("spec"), (*steps, "spec"), "`spec`") or "SYMMETRIC_DEFAULT"
        known = usages(spec)
        usage = self.reader.text(item.get("usage"), (*steps, "usage"), "`usage`")
        usage = usage or (known[0] if len(known) == 1 else "ENCRYPT_DECRYPT")
        if not known:
            self.reader.refuse((*steps, "spec"), "unknown-value", f"no key spec `{spec}`")
        elif key_type(spec, usage) is None:
            hint = f"one of {', '.join(known)}"
            self.reader.refuse((*steps, "usage"), "bad-usage", f"a key of spec `{spec}` has no usage `{usage}`", hint)
        return spec, usage

    def _principals(self, data: object, steps: Steps) -> dict[str, PrincipalPolicies]:
        found = {}
        for arn, item in self._mapping(data, steps).items():
            self._check_principal(arn, (*steps, arn))
            found[arn] = self._policies(item, (*steps, arn))
        return found

    def _unread(self, data: object, bundle: Bundle) -> dict[str, str]:
        """Read of whom the IAM policies are not known, by ARN with the reason; `*` is whoever is not described."""
        told = dict(self._pairs(data, ("unknown",)))
        for name in told:
            if name != ANYBODY:
                self._check_principal(name, ("unknown", name))
            if name in bundle.principals:
                self.reader.refuse(("unknown", name), "both-known", f"`{name}` is described in `principals`, and unknown")
        return told

    def _policies(self, data: object, steps: Steps) -> PrincipalPolicies:
        item = self._fields({} if data is None else data, steps, _PRINCIPAL, "a principal")
        boundary = item.get("boundary")
        return PrincipalPolicies(
            identity_policies=self._documents(item.get("identity_policies"), (*steps, "identity_policies")),
            boundary=None if boundary is None else self._document(boundary, (*steps, "boundary"), "forbidden"),
            session_policies=self._documents(item.get("session_policies"), (*steps, "session_policies")),
            scps=self._levels(item.get("scps"), (*steps, "scps")),
            tags=self._pairs(item.get("tags"), (*steps, "tags")),
            organization=self._organization(item, (*steps, "organization")),
            service_linked=self._flag(item.get("service_linked"), (*steps, "service_linked")),
        )

    def _organization(self, principal: Mapping[str, Any], steps: Steps) -> Organization | None:
        """Read the organization of a principal: null where it is in none, nothing where that is not told."""
        data = principal.get("organization")
        if data is None:
            return NO_ORGANIZATION if "organization" in principal else None
        item = self._fields(data, steps, _ORGANIZATION, "an organization")
        name = self.reader.text(item.get("id"), (*steps, "id"), "`id`")
        if not name:
            self.reader.refuse(steps, "no-organization-id", "an organization must have an `id`")
        paths = self._texts(item.get("paths"), (*steps, "paths"))
        return Organization(name or "", paths, self._flag(item.get("management_account"), (*steps, "management_account")))

    def _endpoints(self, data: object, steps: Steps) -> dict[str, Document]:
        items = self._mapping(data, steps).items()
        return {name: self._document(item, (*steps, name), "optional") for name, item in items}

    # --- requests ---------------------------------------------------------------------------------------------------------

    def _question(self, data: object, steps: Steps) -> Question:
        item = self._fields(data, steps, _REQUEST, "a request")
        reader = self.reader
        principal, action = (self._needed(item, name, steps) for name in ("principal", "action"))
        if principal:
            self._check_principal(principal, (*steps, "principal"))
        grant, parameters = item.get("create_grant"), self._mapping(item.get("parameters"), (*steps, "parameters"))
        request = Request(
            principal=principal,
            action=action,
            resources=self._texts(item.get("resource"), (*steps, "resource")),
            encryption_context=dict(self._pairs(item.get("encryption_context"), (*steps, "encryption_context"))),
            context=self._context(item.get("context"), (*steps, "context")),
            grant_tokens=self._texts(item.get("grant_tokens"), (*steps, "grant_tokens")),
            create_grant=None if grant is None else self._parsed(parse_create_grant, grant, (*steps, "create_grant")),
            grant_id=reader.text(item.get("grant_id"), (*steps, "grant_id"), "`grant_id`"),
            parameters=parameters,
        )
        for fault in faults(request) if principal and action else ():
            reader.refuse((*steps, *_placed(fault.steps, item)), fault.code, fault.message, fault.hint)
        whole_call = self._flag(item.get("whole_call", True), (*steps, "whole_call"))
        return Question(request, self._expectation(item, steps), whole_call)

    def _needed(self, item: Mapping[str, Any], name: str, steps: Steps) -> str:
        text = self.reader.text(item.get(name), (*steps, name), f"`{name}`")
        if not text and item.get(name) is None:
            self.reader.refuse(steps, f"no-{name}", f"a request must have `{name}`")
        return text or ""

    def _context(self, data: object, steps: Steps) -> dict[str, tuple[str, ...]]:
        return {name: self.reader.values(value, (*steps, name)) for name, value in self._mapping(data, steps).items()}

    def _check_principal(self, text: str, steps: Steps) -> None:
        arn = parse_arn(text)
        known = text == "*" or is_service_principal(text) or ACCOUNT_ID.match(text) or (arn and ACCOUNT_ID.match(arn.account))
        if not known:
            hint = "an ARN, the name of a service (`logs.us-west-2.amazonaws.com`), or `*`"
            self.reader.refuse(steps, "not-a-principal", f"`{text}` is not a principal", hint)

    def _expectation(self, item: Mapping[str, Any], steps: Steps) -> Expectation:
        expect = self.reader.text(item.get("expect"), (*steps, "expect"), "`expect`")
        kind, _, error = (expect or "").partition(":")
        if expect is not None and expect not in OUTCOMES and (kind != Outcome.ERROR or (not error and expect != Outcome.ERROR)):
            hint = "allowed, explicitDeny, implicitDeny, error, or error: and KMS's exception name"
            self.reader.refuse((*steps, "expect"), "unknown-value", f"no outcome `{expect}`", hint)
        return Expectation(expect, self.reader.text(item.get("because"), (*steps, "because"), "`because`"))
