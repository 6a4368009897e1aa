"""The keys an intent is about, each with what statements about it need to know."""

from __future__ import annotations

from typing import NamedTuple

from kmsgen.arn import Arn, in_region, parse_arn
from kmsgen.catalogue.key_specs import KEY_SPECS, key_type, usages
from kmsgen.errors import Location, input_error
from kmsgen.intent.intent import Intent, NewKey
from kmsgen.policy.bundle import NEW_KEY_ID, NEW_MULTI_REGION_KEY_ID, Creation, Key

Values = tuple[str, ...]

REPRESENTATIVE_ID = "11111111-1111-1111-1111-{:012d}"
HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}


class Target(NamedTuple):
    """One key. `regions` are those it is used in (none: every Region); `key_arns` and `alias_arns` name it in IAM policies.

    `governed` tells that its key policy is ours to write. `related` are the Regions of a multi-Region key to create, the
    primary's first: there is a target in each.
    """

    key: Key
    regions: Values
    key_arns: Values
    alias_arns: Values
    governed: bool = True
    creation: Creation | None = None
    related: Values = ()

    @property
    def replicas(self) -> Values:
        """The Regions of the replicas to create; none for a replica itself."""
        return self.related[1:] if self.creation is not None and self.creation.replica_of is None else ()

    @property
    def everywhere(self) -> Target:
        """The target with the Regions of all related keys: a line has its effect where one of them is."""
        return self._replace(regions=self.related or self.regions)

    @property
    def account(self) -> str:
        """The account that owns the key."""
        return _parsed(self.key.arn).account

    @property
    def partition(self) -> str:
        """The partition of the key."""
        return _parsed(self.key.arn).partition

    @property
    def region(self) -> str:
        """The Region of the key."""
        return _parsed(self.key.arn).region

    @property
    def key_type(self) -> str:
        """The key type, of the catalogue's KEY_TYPES."""
        found = key_type(self.key.spec, self.key.usage)
        if found is None:
            raise ValueError(f"KMS has no key of {self.key.spec} for {self.key.usage}")
        return found


def targets_of(intent: Intent) -> tuple[Target, ...]:
    """Return the key to create with its replicas, or each key listed, or one key for each kind that `every key` means."""
    if intent.key is not None:
        return _new(intent, intent.key)
    if intent.every_key:
        return tuple(_every(intent))
    if not intent.keys:
        raise input_error(Location(intent.path), "no-key", "the intent is about no key", "give `key` or `keys`")
    return tuple(_listed(intent, arn) for arn in intent.keys)


def _new(intent: Intent, new: NewKey) -> tuple[Target, ...]:
    scope = intent.scope
    if not scope.regions:
        raise input_error(new.location, "no-region", "a key to create needs a Region", "give `scope.regions`")
    region = scope.regions[0]
    identifier = NEW_MULTI_REGION_KEY_ID if new.multi_region else NEW_KEY_ID
    alias = (new.alias,) if new.alias else ()
    key = Key(
        arn=str(Arn(scope.partition, "kms", region, scope.account, f"key/{identifier}")),
        spec=new.spec,
        usage=new.usage,
        origin=new.origin,
        multi_region=new.multi_region,
        multi_region_key_type="PRIMARY" if new.multi_region else None,
        tags=new.tags,
        aliases=alias,
    )
    creation = Creation(new.alias, new.description, new.rotation_days, new.deletion_window_days, new.tags)
    related = tuple(dict.fromkeys((region, *new.replicas)))
    return tuple(_to_create(key, creation, place, related) for place in related)


def _to_create(primary: Key, creation: Creation, region: str, related: Values) -> Target:
    """Return the primary key, or its replica in another Region, as a target of its own."""
    key = primary
    if region != related[0]:
        key = primary._replace(arn=in_region(primary.arn, region), multi_region_key_type="REPLICA")
        creation = creation._replace(rotation_days=None, replica_of=primary.arn)
    aliases = tuple(str(_parsed(key.arn)._replace(resource=name)) for name in key.aliases)
    return Target(key, (region,), (key.arn,), aliases, creation=creation, related=related)


def _listed(intent: Intent, arn: str) -> Target:
    parsed = _parsed(arn)
    multi = parsed.name.startswith("mrk-")
    key = Key(
        arn=arn,
        spec=intent.spec,
        usage=intent.usage,
        origin=intent.origin or "AWS_KMS",
        multi_region=multi,
        multi_region_key_type="PRIMARY" if multi else None,
    )
    aliases = (str(Arn(parsed.partition, "kms", parsed.region, parsed.account, "alias/*")),)
    return Target(key, (parsed.region,), (arn,), aliases, governed=intent.governed)


def _every(intent: Intent) -> list[Target]:
    scope = intent.scope
    kinds = _kinds() if intent.any_spec else ((intent.spec, intent.usage),)
    found = []
    for region in scope.regions or ("*",):
        place = HOME_REGIONS[scope.partition] if region == "*" else region
        arns = (str(Arn(scope.partition, "kms", region, scope.account, "key/*")),)
        aliases = (str(Arn(scope.partition, "kms", region, scope.account, "alias/*")),)
        for number, (spec, usage) in enumerate(kinds):
            key = _representative(intent, Arn(scope.partition, "kms", place, scope.account, ""), number)
            key = key._replace(spec=spec, usage=usage)
            regions = () if region == "*" else (region,)
            found.append(Target(key, regions, arns, aliases, governed=False))
    return found


def _representative(intent: Intent, arn: Arn, number: int) -> Key:
    """Return a key that stands for every key of a kind."""
    name = REPRESENTATIVE_ID.format(number)
    multi = bool(intent.multi_region)
    resource = f"key/mrk-{name.replace('-', '')}" if multi else f"key/{name}"
    return Key(
        str(arn._replace(resource=resource)),
        origin=intent.origin or "AWS_KMS",
        multi_region=multi,
        multi_region_key_type="PRIMARY" if multi else None,
    )


def _kinds() -> tuple[tuple[str, str], ...]:
    """Return one spec and usage of each key type, in the catalogue's order."""
    kinds: dict[str, tuple[str, str]] = {}
    for spec in KEY_SPECS:
        for usage in usages(spec):
            kinds.setdefault(key_type(spec, usage) or "", (spec, usage))
    return tuple(kinds.values())


def _parsed(arn: str) -> Arn:
    parsed = parse_arn(arn)
    if parsed is None:
        raise ValueError(f"`{arn}` is not an ARN")
    return parsed
