"""What earlier renders made of keys, as the manifest of an output folder keeps it: it may be out there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.arn import parse_arn, region_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.resources import Format

# What may hold a key at one of Terraform's addresses; a manifest is input, and may hold anything else. A first render reads none:
# each form is compiled when it is first asked for.
_ADDRESS = r"aws_kms_(?:key_policy\.(?:this|key_[a-z0-9_]+)|(?:external_)?key\.this|alias\.this)\Z"
_GRANT = r"aws_kms_grant\.[a-z0-9_]+\Z"
_KEY_ID = r"(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})?\Z"
_GRANT_OF_KEY = r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32}) [A-Za-z0-9:/_-]{1,256}\Z"
_ALIAS_NAME = r"alias/(?!aws/)[A-Za-z0-9/_-]{1,250}\Z"
_PERSON = r"(?a)arn:[a-z-]+:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]{1,512}\Z"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z"
_DELEGATION = r"(?:key-policy|iam|both)\Z"
_POLICY = r"terraform(?:/account-[0-9]{12})?/[a-z0-9_]+\Z"
_GRANTED = r"(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})/[A-Za-z0-9:/_-]{1,256}\Z"


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


class Former(NamedTuple):
    """What earlier renders had and the intent has no more, held until what takes its place is out there.

    ARNs of deployers, words for `delegation`, names of aliases, grants, each the ARN of its key, a space and its name, and names
    of the intent.
    """

    deployers: tuple[str, ...] = ()
    delegations: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()  # grants that are there under their names, and were others


NOTHING_HELD = Former()


class History(NamedTuple):
    """The keys of the last render, and every address of Terraform at which a key or its policy may be, with the key's id.

    `delegation`, `grants` and `former` are as `Former` has them: what the last render gave, and what it held of those before.
    """

    keys: tuple[RenderedKey, ...] = ()
    addresses: Mapping[str, str] = MappingProxyType({})  # to ids: empty where nothing tells one, of a grant `KEYID/NAME`
    deployer: str | None = None  # the ARN of who deploys
    attached: bool = True  # some render attached IAM policies to their principals
    attaches: bool = True  # the last one did
    deployer_apart: bool = False  # none put the deployer's own into the module that it applies
    delegation: str | None = None
    grants: tuple[str, ...] = ()
    former: Former = NOTHING_HELD
    policies: Mapping[str, str] = MappingProxyType({})  # FOLDER/LABEL of kmsgen 0.1 to the ARN of whose policy was there
    name: str | None = None  # of the intent
    contents: Mapping[str, str] = MappingProxyType({})  # digests of what the grants are, by what `grants` calls them
    known: bool = True  # False: there is no manifest that tells
    released: bool = False  # kmsgen 0.1 rendered it
    tools: tuple[str, ...] = ()  # those for which the key was last rendered: what another one creates is another key

    @property
    def settled(self) -> History:
        """What may be out there once what the last render wrote is: no more what it let go."""
        return self if self.released else self._replace(attached=self.attaches, deployer_apart=True)

    @property
    def created(self) -> RenderedKey | None:
        """The key that the last render creates."""
        return next((key for key in self.keys if key.created), None)


TOOLS = (Format.CLOUDFORMATION, Format.TERRAFORM)
"""The formats whose output creates keys; what one of them made the other knows nothing of."""

UNKNOWN = History(attached=False, attaches=False, deployer_apart=True, known=False)


def rendered_keys(keys: Iterable[KeyAccess]) -> tuple[RenderedKey, ...]:
    """Return what a history keeps of keys; a replica that is created is told with its primary."""
    keys = tuple(keys)
    replicas = tuple(region_of(one.key.arn) for one in keys if one.creation and one.creation.replica_of)
    return tuple(_rendered(one, replicas) for one in keys if not (one.creation and one.creation.replica_of))


def _rendered(access: KeyAccess, replicas: tuple[str, ...]) -> RenderedKey:
    key, creation = access.key, access.creation
    made = RenderedKey(key.arn, key.spec, key.usage, key.origin, key.multi_region, creation is not None)
    return made if creation is None else made._replace(replicas=replicas, alias=creation.alias)


def plain(history: History) -> dict[str, Any]:
    """Return a history as a manifest has it.

    `{"deployer", "deployer_apart", "attached", "delegation", "grants": ["KEYARN NAME"], "former": {"deployers", "delegations",
    "aliases", "grants"}, "keys": [...], "terraform": {ADDRESS: KEYID}}`.
    """
    keys = [{**key._asdict(), "replicas": list(key.replicas)} for key in history.keys]
    addresses = dict(sorted(history.addresses.items()))
    told = {"deployer": history.deployer, "deployer_apart": history.deployer_apart, "attached": history.attached}
    former = {name: list(held) for name, held in history.former._asdict().items() if held}
    more: dict[str, object] = {"delegation": history.delegation, "grants": list(history.grants), "former": former}
    more["policies"] = dict(history.policies)
    more["contents"] = dict(history.contents)
    more["tools"] = list(history.tools)
    told |= {} if history.attaches == history.attached else {"attaches": history.attaches}
    return {**told, **{name: held for name, held in more.items() if held}, "keys": keys, "terraform": addresses}


def parse(manifest: Mapping[str, Any]) -> History:
    """Return what a manifest tells; UNKNOWN where it tells nothing of keys, as those of kmsgen 0.1 do."""
    keys, addresses = manifest.get("keys"), manifest.get("terraform")
    if not isinstance(keys, list) or not isinstance(addresses, dict):
        return UNKNOWN
    sound = (_key(key) for key in keys if isinstance(key, dict))
    held = {name: key_id for name, key_id in addresses.items() if _is_address(name, key_id)}
    named = next(iter(_matching(_PERSON, [manifest.get("deployer")])), None)
    attached = manifest.get("attached") is not False
    attaches = attached and manifest.get("attaches") is not False
    apart = manifest.get("deployer_apart") is True
    keys_held = tuple(key for key in sound if key is not None)
    delegation = next(iter(_matching(_DELEGATION, [manifest.get("delegation")])), None)
    grants = _matching(_GRANT_OF_KEY, manifest.get("grants"))
    read = History(
        keys_held, MappingProxyType(held), named, attached, attaches, apart, delegation, grants, _former(manifest.get("former"))
    )
    name = next(iter(_matching(_NAME, [manifest.get("intent")])), None)
    contents = MappingProxyType(_contents(manifest.get("contents")))
    policies = MappingProxyType(_policies(manifest.get("policies")))
    return read._replace(policies=policies, name=name, contents=contents, tools=tools_of(manifest))


def tools_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tools for which a manifest's key was last rendered: as it tells them or, of an earlier kmsgen, by its files."""
    files = manifest.get("files")
    formats = [one.get("format") for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    told = manifest.get("tools")
    return tuple(tool.value for tool in TOOLS if tool in (told if isinstance(told, list) else formats))


def _contents(data: object) -> dict[str, str]:
    told = data.items() if isinstance(data, dict) else ()
    return {one: digest for one, digest in told if re.match(_GRANT_OF_KEY, str(one)) and isinstance(digest, str)}


def _policies(data: object) -> dict[str, str]:
    told = data.items() if isinstance(data, dict) else ()
    return {name: arn for name, arn in told if re.match(_POLICY, str(name)) and isinstance(arn, str) and parse_arn(arn)}


def _former(data: object) -> Former:
    told = data if isinstance(data, dict) else {}
    forms = {"deployers": _PERSON, "delegations": _DELEGATION, "aliases": _ALIAS_NAME, "names": _NAME}
    forms |= dict.fromkeys(("grants", "changed"), _GRANT_OF_KEY)
    return Former(**{name: _matching(form, told.get(name)) for name, form in forms.items()})


def _matching(form: str, found: object) -> tuple[str, ...]:
    """Return the texts of a list that have a form."""
    return tuple(one for one in found if isinstance(one, str) and re.match(form, one)) if isinstance(found, list) else ()


def _key(data: Mapping[str, Any]) -> RenderedKey | None:
    """Return a key of a manifest; None for what is none."""
    kinds = {"arn": str, "spec": str, "usage": str, "origin": str, "multi_region": bool, "created": bool, "replicas": list}
    if not all(isinstance(data.get(name), kind) for name, kind in kinds.items()) or parse_arn(data["arn"]) is None:
        return None
    found = {name: data[name] for name in kinds}
    alias = next(iter(_matching(_ALIAS_NAME, [data.get("alias")])), None)
    return RenderedKey(**{**found, "replicas": tuple(map(str, data["replicas"])), "alias": alias})


def _is_address(name: object, key_id: object) -> bool:
    if not isinstance(name, str) or not isinstance(key_id, str):
        return False
    return bool(re.match(_ADDRESS, name) and re.match(_KEY_ID, key_id)) or bool(
        re.match(_GRANT, name) and re.match(_GRANTED, key_id)
    )
