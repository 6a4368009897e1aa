"""Terraform plans and states as bundles: output of `terraform show -json`, or state files; OpenTofu's are the same.

Values known only after apply are unknown, unless the plan tells them elsewhere: the statements of a policy in its data source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kmsgen.arn import in_region
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location
from kmsgen.policy.bundle import Key
from kmsgen.policy.json_form import format_document, parse_document
from kmsgen.reading import Source
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import KEY_KIND, KEY_MAKE, KEY_REGION, Described, default_policy, parse_key_arn
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.terraform.accounts import KEYS, Accounts
from kmsgen.sources.terraform.after_apply import planned_resources
from kmsgen.sources.terraform.configuration import Configuration
from kmsgen.sources.terraform.grants import grant_of
from kmsgen.sources.terraform.home import home_of, region_of
from kmsgen.sources.terraform.iam import IamReader
from kmsgen.sources.terraform.keys import key_of
from kmsgen.sources.terraform.policies import PlannedPolicy, Policies
from kmsgen.sources.terraform.references import PlanReferences
from kmsgen.sources.terraform.resources import AFTER_APPLY, PlannedResource, resources_of
from kmsgen.sources.terraform.state_file import is_state_file, resources_of_state
from kmsgen.sources.unknown.unknown import OneOf, Text, Unknown, has_unknown, unknown_in
from kmsgen.sources.unknown.untold import ALIASES, MULTI_REGION, TAGS, hide

_PROPERTIES = {
    "customer_master_key_spec": KEY_KIND, "key_spec": KEY_KIND, "key_usage": KEY_KIND, "multi_region": KEY_MAKE,
    "custom_key_store_id": KEY_MAKE,
}  # fmt: skip
_PLANNED, _PRIOR = "planned_values", "prior_state"


def is_plan(source: Source) -> bool:
    """Return whether a file is `terraform show -json` output of a plan or state, or a state file."""
    data = source.data
    return is_state_file(data) or (isinstance(data, dict) and "format_version" in data and (_PLANNED in data or "values" in data))


def read_plan(source: Source, beside: Beside) -> Described:
    """Read keys, grants and IAM policies of a plan or state. Raises InputError with every problem."""
    resources = resources_of_state(source) if is_state_file(source.data) else planned_resources(source, _prior(source))
    return _read(source, beside, resources, [] if is_state_file(source.data) else _prior(source))


def read_before(source: Source, beside: Beside) -> Described:
    """Read the state before a plan is applied. Raises InputError with every problem."""
    return _reader(source, beside, _prior(source), resources_of(source, _PLANNED)).gathering.described(frozenset())


def has_both_sides(source: Source) -> bool:
    """Return whether a file is a plan, which also tells the state before it."""
    return is_plan(source) and _PLANNED in source.data


def is_about_access(source: Source) -> bool:
    """Return whether a plan or state has KMS or IAM resources, planned or prior."""
    every = resources_of_state(source) if is_state_file(source.data) else [*resources_of(source, _PLANNED), *_prior(source)]
    every += [] if is_state_file(source.data) else resources_of(source, "values")
    return any(one.type.startswith(("aws_kms_", "aws_iam_")) for one in every)


def _prior(source: Source) -> list[PlannedResource]:
    return resources_of(source, _PRIOR, "values")


def _read(source: Source, beside: Beside, resources: list[PlannedResource], prior: list[PlannedResource]) -> Described:
    read_already = [one for one in prior if one.mode == "data"]
    return _reader(source, beside, resources, read_already).finish()


def _reader(source: Source, beside: Beside, resources: list[PlannedResource], others: list[PlannedResource]) -> _PlanReader:
    reader = _PlanReader(source, beside, resources, others)
    reader.read()
    if reader.problems:
        raise InputError(reader.problems)
    return reader


class _PlanReader:
    def __init__(
        self, source: Source, beside: Beside, resources: list[PlannedResource], read_already: list[PlannedResource]
    ) -> None:
        self.beside = beside
        self.resources = resources
        self.keys = [one for one in resources if one.type in KEYS and one.mode == "managed"]
        self.by_address = {one.address: one for one in self.keys}
        self.by_id: dict[str, str] = {}
        self.lacks, self.hides = frozenset[str](), dict[str, str]()
        self.is_cut = bool(source.data.get("deferred_changes")) or source.data.get("complete") is False
        self.gathering = Gathering(source.path, where=source.where, strict=beside.strict)
        self.problems: list[Diagnostic] = []
        known = {one.address for one in resources}
        every = [*resources, *(one for one in read_already if one.address not in known)]
        configuration = Configuration(source.data.get("configuration"), every, source.data.get("variables"))
        accounts = Accounts(configuration, every, _prior(source), beside)
        home = home_of(source, beside, every, accounts)
        self.gathering.stand_for_account(home, "plan")
        is_told = beside.key_arn is not None or beside.home is not None
        accounts.settle(home.account, resources, by_user=is_told)
        arns = dict(zip((one.address for one in self.keys), home.key_arns(len(self.keys)), strict=True))
        for key in self.keys:
            region = "" if is_told else region_of(key, configuration)
            arns[key.address] = key.known("arn") or in_region(accounts.placed(arns[key.address], key), region)
            self.lacks |= frozenset() if is_told or region or key.known("arn") else {KEY_REGION}
        self.references = PlanReferences(configuration, home, arns, accounts, {}, beside.strict)
        self.policies = Policies(self.references)
        self.written: dict[str, PlannedPolicy] = {}

    def read(self) -> None:
        """Read keys, their policies, aliases and grants, then IAM."""
        self.each(KEYS, self.read_key)
        self.each(("aws_kms_key_policy",), self.read_key_policy)
        self.each(("aws_kms_alias",), self.read_alias)
        self.hide_untold()
        self.each(("aws_kms_grant",), self.read_grant)
        iam = IamReader(self.gathering, self.references, self.policies.hiding(self.hides), self.resources)
        iam.put_in_place = self.beside.put_in_place
        iam.read(whole=self.beside.home is not None)
        self.problems += iam.problems
        if self.is_cut:
            self.gathering.assume(Location(self.gathering.path), "what the plan leaves for later is taken not to be there")
        self.references.accounts.tell(self.gathering, self.resources)
        for what, where in self.references.assumed.items():
            self.gathering.assume(where(()), f"{what}: a plan does not tell functions around a reference")

    def finish(self) -> Described:
        """Return what the plan describes; without a key, with the reason why nothing can be asked."""
        return self.gathering.finish(self.lacks)._replace(hides=self.hides)

    def each(self, types: Iterable[str], read: Callable[[PlannedResource], None]) -> None:
        """Read each resource of these types; faults are collected in `problems`."""
        wanted = tuple(types)
        for resource in self.resources:
            if resource.type not in wanted or resource.mode != "managed":
                continue
            try:
                read(resource)
            except KmsgenError as error:
                self.problems += error.diagnostics

    # --- keys -------------------------------------------------------------------------------------------------------------

    def read_key(self, resource: PlannedResource) -> None:
        if resource.address in self.gathering.keys:
            raise resource.refusal("duplicate-address", "two keys have this address")
        arn = self.references.key_arns[resource.address]
        if parse_key_arn(arn) is None:
            raise resource.refusal("not-a-key-arn", f"`{arn}` is not the ARN of a KMS key", "arn")
        self.add_key(resource.address, key_of(resource, arn), resource)
        for field, lack in _PROPERTIES.items():
            if self._is_written_later(resource, field):
                self.lacks |= {lack}
        written = self.policies.of(resource, "policy")
        if written is None or (isinstance(written.data, Unknown) and self._left_out(resource)):
            message = f"{resource.address} tells no policy of its own: taken as KMS's default policy"
            self.gathering.note(resource.where(()), "default-policy", message)
            written = PlannedPolicy(format_document(default_policy(arn)), resource.where)
        self.written[resource.address] = written

    def add_key(self, name: str, key: Key, resource: PlannedResource) -> None:
        """Add a key, to be found by ARN and id."""
        self.gathering.add_key(name, key, None, resource.where)
        self.by_id |= {key.arn: name, key.arn.rpartition("/")[2]: name}

    def _left_out(self, resource: PlannedResource) -> bool:
        """Return whether a policy is unknown because the configuration sets none, so that KMS gives its default."""
        configuration = self.references.configuration
        return configuration.told and configuration.expression(resource, "policy") is None

    def read_key_policy(self, resource: PlannedResource) -> None:
        written = self.policies.of(resource, "policy")
        if written is None:
            raise resource.refusal("unknown-value", "it has no policy", "policy")
        told = isinstance(resource.text("key_id"), str) or self.references.resource_of(resource, "key_id") is not None
        told = told or (len(self.keys) == 1 and not self.references.configuration.told)
        for name in self.keys_of(resource, "key_id"):
            own, key = self.written.get(name), self.by_address.get(name)
            if own is None or (told and (key is None or not self._has_own(key))):
                self.written[name] = written
                continue
            which = f"{resource.address} or another policy, as it is not told which key it is of"
            if told:
                which = f"{resource.address} or the key's own policy, whichever is applied last"
                message = f"{name} has a policy of its own, and {resource.address} another: one of them undoes the other"
                self.gathering.undo(resource.where(()), message)
            self.written[name] = PlannedPolicy(OneOf((own.data, written.data), which, resource.steps), written.where)

    def _has_own(self, key: PlannedResource) -> bool:
        """Return whether a key sets its own policy; a state always has one, as read from AWS."""
        if self.references.configuration.told:
            return self.references.configuration.expression(key, "policy") is not None
        return bool(key.value("policy")) and bool(key.unknown)

    def keys_of(self, resource: PlannedResource, *fields: str) -> list[str]:
        """Return the names of the keys that a resource may belong to: one by id, ARN or reference, else all."""
        given = [text for field in fields if isinstance(text := resource.text(field), str)]
        if named := [self.by_id[one] for one in given if one in self.by_id]:
            return named[:1]
        if given and resource.type == "aws_kms_key_policy":
            return [self.key_elsewhere(resource, given[0])]
        found = None if given else self.references.resource_of(resource, *fields)
        if not given and (found is None or found.address in self.gathering.keys):
            return [found.address] if found else list(self.gathering.keys)
        message = f"{resource.address} is left out: it is about a key that is not here"
        self.gathering.note(resource.where(()), "other-key", message)
        return []

    def key_elsewhere(self, resource: PlannedResource, key_id: str) -> str:
        """Add a key that is not in the plan, for a policy that is; its spec and origin are unknown."""
        is_told = parse_key_arn(key_id) or self.beside.key_arn is not None or self.beside.home is not None
        region = "" if is_told else region_of(resource, self.references.configuration)
        placed = self.references.accounts.placed
        arn = key_id if parse_key_arn(key_id) else in_region(placed(self.references.home.arn_of(key_id), resource), region)
        self.lacks |= frozenset() if is_told or region else {KEY_REGION}
        self.add_key(resource.address, Key(arn, multi_region=key_id.rpartition("/")[2].startswith("mrk-")), resource)
        self.lacks |= {KEY_KIND, KEY_MAKE}
        return resource.address

    def read_alias(self, resource: PlannedResource) -> None:
        names, alias = self.keys_of(resource, "target_key_id"), resource.text("name")
        if len(names) == 1 and isinstance(alias, str):
            self.gathering.add_alias(names[0], alias)
        elif names:
            message = f"{resource.address} is left out: its name, or which key it is of, is {AFTER_APPLY}"
            self.gathering.note(resource.where(()), "unknown-alias", message)

    def hide_untold(self) -> None:
        """Read the key policies; conditions on properties of the key that the plan does not tell become unknown."""
        for name, written in self.written.items():
            key = self.by_address.get(name)
            untold = self._untold(key, name)
            self.hides |= untold
            data = _hidden(written.data, untold)
            try:
                if data != written.data and not has_unknown(written.data):
                    as_written = parse_document(written.data, written.where, "required")
                    self.gathering.keep_written(name, as_written, written.where)
                self.gathering.set_policy(name, PlannedPolicy(data, written.where).read("required"), written.where)
            except KmsgenError as error:
                self.problems += [
                    one if one.message.startswith(name) else one._replace(message=f"{name}: {one.message}")
                    for one in error.diagnostics
                ]

    def _untold(self, key: PlannedResource | None, name: str) -> dict[str, str]:
        aliases = {} if self.gathering.keys[name].key.aliases else ALIASES
        if key is None:
            return {**TAGS, **aliases, **MULTI_REGION}
        provider, told = self.references.configuration.provider(key), self.references.configuration.told
        by_default = isinstance(key.value("tags_all"), Unknown) and (bool(provider.get("default_tags")) or not told)
        open_tags = isinstance(key.value("tags"), Unknown) or (by_default and not key.known_mapping("tags_all"))
        tags = TAGS if open_tags and not self.beside.tags else {}
        return {**tags, **aliases, **(MULTI_REGION if self._is_written_later(key, "multi_region") else {})}

    def _is_written_later(self, key: PlannedResource, field: str) -> bool:
        """Return whether a property is unknown although the configuration sets it; otherwise it has the provider's default."""
        configuration = self.references.configuration
        unknown = isinstance(key.value(field), Unknown)
        return unknown and (not configuration.told or bool(configuration.expression(key, field)))

    # --- grants -----------------------------------------------------------------------------------------------------------

    def read_grant(self, resource: PlannedResource) -> None:
        names = self.keys_of(resource, "key_id")
        operations = resource.texts("operations")
        grantee = self.references.filled(resource.value("grantee_principal"), resource, "grantee_principal")
        if grantee is None:
            raise resource.refusal("bad-grant", "it has no grantee", "grantee_principal")
        unknown = [one.what for one in unknown_in([grantee, *operations])]
        if not unknown:
            self.add_grant(resource, names, grantee)
            return
        known = tuple(f"kms:{one}" for one in operations if isinstance(one, str))
        actions = known if len(known) == len(operations) else ("kms:*",)
        whom = Text((grantee,)) if isinstance(grantee, str) else grantee
        for name in names:
            self.gathering.allow_whom(name, whom, actions, f"{resource.address}: {', '.join(unknown)}", resource.where(()))

    def add_grant(self, resource: PlannedResource, names: list[str], grantee: str) -> None:
        """Add a grant to its key; if its key or some constraints are unknown, as a grant that may exist, to each possible key."""
        grant, is_open = grant_of(resource, self.references, grantee)
        if len(names) == 1 and not is_open:
            self.gathering.add_grant(names[0], grant, resource.where)
            return
        what = f"{resource.address}: {'its constraints' if is_open else 'the key that it is on'}, {AFTER_APPLY}"
        for name in names:
            self.gathering.add_possible_grant(name, grant, what, resource.where)


def _hidden(data: Any, untold: dict[str, str]) -> Any:  # noqa: ANN401 - plain data with markers
    if isinstance(data, OneOf):
        return data._replace(options=tuple(_hidden(one, untold) for one in data.options))
    return hide(data, untold, "which the plan does not tell")
