"""What earlier renders made of keys, as the manifest of an output folder keeps it: it may be out there."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.policy.bundle import KeyAccess

# What may hold a key at one of Terraform's addresses; a manifest is input, and may hold anything else.
_ADDRESS = re.compile(r"aws_kms_(?:key_policy\.(?:this|key_[a-z0-9_]+)|(?:external_)?key\.this|alias\.this)\Z")
_GRANT = re.compile(r"aws_kms_grant\.[a-z0-9_]+\Z")
_KEY_ID = re.compile(r"(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})?\Z")
_GRANTED = re.compile(r"(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})/[A-Za-z0-9:/_-]{1,256}\Z")


class RenderedKey(NamedTuple):
    """A key that was rendered. The ARN of one to create ends in a placeholder; `replicas` are Regions."""

    arn: str
    spec: str
    usage: str
    origin: str
    multi_region: bool
    created: bool
    replicas: tuple[str, ...] = ()
    alias: str | None = None


class History(NamedTuple):
    """The keys of the last render, and every address of Terraform at which a key or its policy may be, with the key's id.

    The id is empty where nothing tells it; of a grant it is `KEYID/NAME`. `deployer` is the ARN of who deploys.
    `attached`: some render attached IAM policies to their principals. `deployer_apart`: none
    put the deployer's own into the module that it applies. `known` False: there is no manifest that tells.
    """

    keys: tuple[RenderedKey, ...] = ()
    addresses: Mapping[str, str] = MappingProxyType({})
    deployer: str | None = None
    attached: bool = True
    deployer_apart: bool = False
    known: bool = True

    @property
    def created(self) -> RenderedKey | None:
        """The key that the last render creates."""
        return next((key for key in self.keys if key.created), None)


UNKNOWN = History(attached=False, deployer_apart=True, known=False)


def rendered_key(access: KeyAccess) -> RenderedKey:
    """Return what a history keeps of a key."""
    key, creation = access.key, access.creation
    made = RenderedKey(key.arn, key.spec, key.usage, key.origin, key.multi_region, creation is not None)
    if creation is None:
        return made
    return made._replace(replicas=tuple(replica.region for replica in creation.replicas), alias=creation.alias)


def plain(history: History) -> dict[str, Any]:
    """Return a history as a manifest has it.

    `{"deployer", "deployer_apart", "attached", "keys": [...], "terraform": {ADDRESS: KEYID}}`.
    """
    keys = [{**key._asdict(), "replicas": list(key.replicas)} for key in history.keys]
    addresses = dict(sorted(history.addresses.items()))
    told = {"deployer": history.deployer, "deployer_apart": history.deployer_apart, "attached": history.attached}
    return {**told, "keys": keys, "terraform": addresses}


def parse(manifest: Mapping[str, Any]) -> History:
    """Return what a manifest tells; UNKNOWN where it tells nothing of keys, as those of kmsgen 0.1 do."""
    keys, addresses = manifest.get("keys"), manifest.get("terraform")
    if not isinstance(keys, list) or not isinstance(addresses, dict):
        return UNKNOWN
    sound = (_key(key) for key in keys if isinstance(key, dict))
    held = {name: key_id for name, key_id in addresses.items() if _is_address(name, key_id)}
    deployer = manifest.get("deployer")
    named = deployer if isinstance(deployer, str) and parse_arn(deployer) else None
    attached = manifest.get("attached") is not False
    apart = manifest.get("deployer_apart") is True
    return History(tuple(key for key in sound if key is not None), MappingProxyType(held), named, attached, apart)


def _key(data: Mapping[str, Any]) -> RenderedKey | None:
    """Return a key of a manifest; None for what is none."""
    kinds = {"arn": str, "spec": str, "usage": str, "origin": str, "multi_region": bool, "created": bool, "replicas": list}
    if not all(isinstance(data.get(name), kind) for name, kind in kinds.items()) or parse_arn(data["arn"]) is None:
        return None
    found = {name: data[name] for name in kinds}
    alias = data["alias"] if isinstance(data.get("alias"), str) else None
    return RenderedKey(**{**found, "replicas": tuple(map(str, data["replicas"])), "alias": alias})


def _is_address(name: object, key_id: object) -> bool:
    if not isinstance(name, str) or not isinstance(key_id, str):
        return False
    return bool(_ADDRESS.match(name) and _KEY_ID.match(key_id)) or bool(_GRANT.match(name) and _GRANTED.match(key_id))
