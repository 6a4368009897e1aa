"""Scenarios: policies with requests and their expected answers, in YAML, JSON or JSON Lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from kmsgen.arn import ACCOUNT_ID, account_of, parse_arn
from kmsgen.catalogue.actions import KEY_STATES
from kmsgen.catalogue.key_specs import ORIGINS, key_type, usages
from kmsgen.errors import Diagnostic, InputError, Location, each
from kmsgen.policy.bundle import NO_ORGANIZATION, Bundle, Key, KeyAccess, Levels, Organization, PrincipalPolicies
from kmsgen.policy.document import Document, Effect
from kmsgen.policy.grant import Grant, Pairs
from kmsgen.policy.json_form import parse_document
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Source, Steps, Where
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import IDENTITY_POLICIES, Described, Open
from kmsgen.sources.grant_keys import grant_on
from kmsgen.sources.places import below, places_in
from kmsgen.sources.question import Scenario
from kmsgen.sources.scenario.requests import RequestReader
from kmsgen.sources.unknown.unread import ANYBODY, as_keys_may_be, held_by

FIELDS = dict.fromkeys(
    ("note", "key", "policy", "grants", "keys", "principals", "rcps", "vpc_endpoint_policies", "unknown", "requests")
)
_FURTHER = dict.fromkeys(("key", "policy", "grants"))
KEY_FIELDS = dict.fromkeys((
    "arn", "spec", "usage", "origin", "state", "manager", "multi_region", "multi_region_key_type", "management_account", "tags",
    "aliases",
))  # fmt: skip
PRINCIPAL_FIELDS = dict.fromkeys((
    "identity_policies", "boundary", "session_policies", "scps", "tags", "organization", "service_linked",
))  # fmt: skip
_ORGANIZATION = dict.fromkeys(("id", "paths", "management_account"))
_NO_POLICY = Document(())


def is_scenario(source: Source) -> bool:
    """Return whether a file is a scenario (it has `key` and, unlike an intent, no `kmsgen`) or JSON Lines."""
    data = source.data
    return source.lines or (isinstance(data, dict) and isinstance(data.get("key"), dict) and "kmsgen" not in data)


def read_scenario(source: Source, _beside: Beside) -> Described:
    """Read a file of scenarios; it describes a bundle if there is one only. Raises InputError with every problem."""
    scenarios = read_scenarios(source)
    if len(scenarios) == 1:
        base: Steps = (0,) if source.lines else ()
        return _described(scenarios[0], below(source.where, *base))._replace(scenarios=scenarios)
    message = f"the file holds {len(scenarios)} scenarios, and one is needed"
    no_key = Diagnostic(Location(source.path), "several-scenarios", message, "give one in a file of its own")
    return Described(Bundle(()), no_key=no_key, scenarios=scenarios)


def _described(scenario: Scenario, where: Where) -> Described:
    """Return the bundle of a scenario; in the reading with the least access, unread keys and principals are denied everything."""
    missing = [access.key.arn for access in scenario.bundle.keys if access.key.arn in scenario.unread]
    bundle = as_keys_may_be(scenario.bundle, missing, Effect.ALLOW)
    lacks = frozenset({IDENTITY_POLICIES} if ANYBODY in scenario.unread else ())
    most = Described(bundle, places_in(bundle, where), lacks=lacks)
    unread = {name: why for name, why in scenario.unread.items() if name != ANYBODY}
    if not unread:
        return most
    principals = [name for name in unread if name not in missing]
    of = {name: "the key" if name in missing else "the IAM policies of" for name in unread}
    unknown = tuple(Open(f"{of[name]} {name}: {why}", where(("unknown", name)), name) for name, why in unread.items())
    denied = held_by(as_keys_may_be(scenario.bundle, missing, Effect.DENY), principals, Effect.DENY)
    least = most._replace(bundle=denied, unknown=unknown)
    return most._replace(unknown=unknown, untold=frozenset(principals), narrow=least)


def read_scenarios(source: Source) -> tuple[Scenario, ...]:
    """Read the scenario of a file, or all of a JSON Lines file. Raises InputError with every problem."""
    items = {0: source} if source.items is None else source.items
    return tuple(each(items.items(), lambda item: read_one(item[1], item[0])))


def read_one(source: Source, line: int = 0) -> Scenario:
    """Read one scenario; `line` is its line in JSON Lines, else 0. Raises InputError with every problem."""
    return _ScenarioReader(source.where).scenario(source.data, source.path, line)


class _ScenarioReader(RequestReader):
    """Reads one scenario."""

    def scenario(self, data: object, path: str, line: int) -> Scenario:
        top = self.fields(data, (), FIELDS, "a scenario")
        note = self.text(top.get("note"), ("note",), "note") or ""
        bundle = self._bundle(top)
        questions = self.questions(top.get("requests"), bundle)
        unread = self._unread(top.get("unknown"), bundle)
        if self.problems:
            raise InputError(self.problems)
        return Scenario(note, bundle, questions, path, line, unread=unread)

    def _bundle(self, top: Mapping[str, Any]) -> Bundle:
        keys = [self._access(top, ())] if "key" in top else []
        if not keys:
            self.refuse((), "no-key", "a scenario must have a `key` with its `arn`")
        keys += [self._further(item, ("keys", i)) for i, item in enumerate(self.list_of(top.get("keys"), ("keys",)))]
        return Bundle(
            tuple(keys),
            self._principals(top.get("principals"), ("principals",)),
            self._levels(top.get("rcps"), ("rcps",), "optional"),
            self._endpoints(top.get("vpc_endpoint_policies"), ("vpc_endpoint_policies",)),
        )

    def _document(self, data: object, steps: Steps, principals: str) -> Document:
        return self.parsed(parse_document, data, steps, principals) or _NO_POLICY

    def _documents(self, data: object, steps: Steps, principals: str = "forbidden") -> tuple[Document, ...]:
        return tuple(self._document(item, (*steps, i), principals) for i, item in enumerate(self.list_of(data, steps)))

    def _levels(self, data: object, steps: Steps, principals: str = "forbidden") -> Levels:
        return tuple(self._documents(item, (*steps, i), principals) for i, item in enumerate(self.list_of(data, steps)))

    def _further(self, data: object, steps: Steps) -> KeyAccess:
        return self._access(self.fields(data, steps, _FURTHER, "one of `keys`"), steps)

    def _access(self, item: Mapping[str, Any], steps: Steps) -> KeyAccess:
        policy = item.get("policy")
        raw = item.get("grants")
        if isinstance(raw, dict) and "Grants" in raw:
            self.refuse((*steps, "grants"), "not-a-list", "`grants` must be a list", "give the value of `Grants`")
            raw = None
        given = enumerate(self.list_of(raw, (*steps, "grants")))
        key = self._key(item.get("key"), (*steps, "key"))
        read = partial(grant_on, key.arn)
        grants = [self.parsed(read, grant, (*steps, "grants", i)) for i, grant in given]
        return KeyAccess(
            key,
            _NO_POLICY if policy is None else self._document(policy, (*steps, "policy"), "required"),
            tuple(grant for grant in grants if isinstance(grant, Grant)),
        )

    def _key(self, data: object, steps: Steps) -> Key:
        item = self.fields(data, steps, KEY_FIELDS, "a key")
        arn = self.text(item.get("arn"), (*steps, "arn"), "`arn`") or ""
        parsed = parse_arn(arn)
        if parsed is None or parsed.service != "kms" or parsed.kind != "key" or not ACCOUNT_ID.match(parsed.account):
            self.refuse((*steps, "arn"), "not-a-key-arn", f"`{arn}` is not the ARN of a KMS key")
        spec, usage = self._spec_and_usage(item, steps)
        aliases = self.texts_of(item.get("aliases"), (*steps, "aliases"))
        for i, alias in enumerate(aliases):
            if not alias.startswith("alias/"):
                hint = f"`alias/{alias}`" if ":" not in alias else "the part from `alias/` on"
                self.refuse((*steps, "aliases", i), "not-an-alias", f"`{alias}` is not the name of an alias", hint)
        return Key(
            arn=arn,
            spec=spec,
            usage=usage,
            origin=self.choice(item.get("origin"), (*steps, "origin"), ORIGINS, "AWS_KMS"),
            state=self.choice(item.get("state"), (*steps, "state"), KEY_STATES, "Enabled"),
            manager=self.choice(item.get("manager"), (*steps, "manager"), ("CUSTOMER", "AWS"), "CUSTOMER"),
            multi_region=self.flag_of(item.get("multi_region"), (*steps, "multi_region")),
            multi_region_key_type=self.choice(
                item.get("multi_region_key_type"), (*steps, "multi_region_key_type"), ("PRIMARY", "REPLICA"), ""
            )
            or None,
            management_account=self.flag_of(item.get("management_account"), (*steps, "management_account")),
            tags=self.pairs_of(item.get("tags"), (*steps, "tags")),
            aliases=aliases,
        )

    def _spec_and_usage(self, item: Mapping[str, Any], steps: Steps) -> tuple[str, str]:
        """Read key spec and usage; where a spec has one usage, that is the default."""
        spec = self.text(item.get("spec"), (*steps, "spec"), "`spec`") or "SYMMETRIC_DEFAULT"
        known = usages(spec)
        usage = self.text(item.get("usage"), (*steps, "usage"), "`usage`")
        usage = usage or (known[0] if len(known) == 1 else "ENCRYPT_DECRYPT")
        if not known:
            self.refuse((*steps, "spec"), "unknown-value", f"no key spec `{spec}`")
        elif key_type(spec, usage) is None:
            hint = f"one of {', '.join(known)}"
            self.refuse((*steps, "usage"), "bad-usage", f"a key of spec `{spec}` has no usage `{usage}`", hint)
        return spec, usage

    def _principals(self, data: object, steps: Steps) -> dict[str, PrincipalPolicies]:
        found = {}
        for arn, item in self.mapping_of(data, steps).items():
            self.check_principal(arn, (*steps, arn))
            found[arn] = self._policies(item, (*steps, arn))
        self._refuse_two_organizations(found, steps)
        return found

    def _refuse_two_organizations(self, described: Mapping[str, PrincipalPolicies], steps: Steps) -> None:
        """Refuse principals of one account in two organizations. Organizations User Guide, orgs_getting-started_concepts."""
        first: dict[str, str] = {}
        for arn, policies in described.items():
            account, organization = account_of(arn), policies.organization
            if account is None or organization is None or not organization.id:
                continue
            other = first.setdefault(account, organization.id)
            if other != organization.id:
                message = f"account {account} is in one organization, and `{other}` and `{organization.id}` are two"
                self.refuse((*steps, arn, "organization", "id"), "two-organizations", message, "tell one of them")

    def _unread(self, data: object, bundle: Bundle) -> dict[str, str]:
        """Read which keys, and whose IAM policies, are unknown: reasons by ARN; `*` is whoever is not described."""
        told = dict(self.pairs_of(data, ("unknown",)))
        keys = {access.key.arn: access for access in bundle.keys}
        for name in told:
            if name in keys and (keys[name].policy.statements or keys[name].grants):
                self.refuse(("unknown", name), "both-known", f"`{name}` has a policy or grants here, and is unknown")
            if name != ANYBODY and name not in keys:
                self.check_principal(name, ("unknown", name))
            if name in bundle.principals:
                self.refuse(("unknown", name), "both-known", f"`{name}` is described in `principals`, and unknown")
        return told

    def _policies(self, data: object, steps: Steps) -> PrincipalPolicies:
        item = self.fields({} if data is None else data, steps, PRINCIPAL_FIELDS, "a principal")
        boundary = item.get("boundary")
        return PrincipalPolicies(
            identity_policies=self._documents(item.get("identity_policies"), (*steps, "identity_policies")),
            boundary=None if boundary is None else self._document(boundary, (*steps, "boundary"), "forbidden"),
            session_policies=self._documents(item.get("session_policies"), (*steps, "session_policies")),
            scps=self._levels(item.get("scps"), (*steps, "scps")),
            tags=self._tags(item.get("tags"), (*steps, "tags")),
            organization=self._organization(item, (*steps, "organization")),
            service_linked=self.flag_of(item.get("service_linked"), (*steps, "service_linked")),
        )

    def _tags(self, data: object, steps: Steps) -> Pairs:
        """Read tags of a principal; names that differ in case only are refused (IAM User Guide, id_tags)."""
        tags = self.pairs_of(data, steps)
        first: dict[str, str] = {}
        for name, _value in tags:
            other = first.setdefault(folded(name), name)
            if other != name:
                self.refuse((*steps, name), "told-twice", f"`{name}` and `{other}` are one tag: case does not matter")
        return tags

    def _organization(self, principal: Mapping[str, Any], steps: Steps) -> Organization | None:
        """Read a principal's organization: null means in none, a missing field that it is unknown."""
        data = principal.get("organization")
        if data is None:
            return NO_ORGANIZATION if "organization" in principal else None
        item = self.fields(data, steps, _ORGANIZATION, "an organization")
        name = self.text(item.get("id"), (*steps, "id"), "`id`")
        if not name:
            self.refuse(steps, "no-organization-id", "an organization must have an `id`")
        paths = self.texts_of(item.get("paths"), (*steps, "paths"))
        return Organization(name or "", paths, self.flag_of(item.get("management_account"), (*steps, "management_account")))

    def _endpoints(self, data: object, steps: Steps) -> dict[str, Document]:
        items = self.mapping_of(data, steps).items()
        return {name: self._document(item, (*steps, name), "optional") for name, item in items}
