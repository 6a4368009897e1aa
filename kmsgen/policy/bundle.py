"""Everything that decides access to one key or several: the unit that is compiled, judged, proved and rendered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant

Levels = tuple[tuple[Document, ...], ...]

NEW_KEY_ID = "00000000-0000-0000-0000-000000000000"
NEW_MULTI_REGION_KEY_ID = "mrk-00000000000000000000000000000000"


class Creation(NamedTuple):
    """How a key that does not exist yet is to be created. Days as KMS counts them; None leaves KMS's default.

    `replica_of` is the ARN of the primary key that a replica copies: key policy, grants, aliases, tags and description are a
    replica's own (KMS Developer Guide, multi-region-keys-overview, "Shared properties of multi-Region keys").
    """

    alias: str | None = None
    description: str = ""
    rotation_days: int | None = None
    deletion_window_days: int | None = None
    tags: tuple[tuple[str, str], ...] = ()
    replica_of: str | None = None


TAGS, ALIASES, REGION, KEY_ID = "tags", "aliases", "the Region", "the id"
KIND, SPEC, ORIGIN, MULTI_REGION = "the kind", "the spec", "the origin", "multi-Region"
"""What may be untold of a key; SPEC which of its key type, MULTI_REGION of a multi-Region key whether it is the primary."""


class Key(NamedTuple):
    """A KMS key as DescribeKey tells of it. `aliases` are names, `alias/...`.

    What is `untold` of it is what a likely one has. Of untold TAGS and ALIASES those are told that it surely has; what others it
    has a request tells.
    """

    arn: str
    spec: str = "SYMMETRIC_DEFAULT"
    usage: str = "ENCRYPT_DECRYPT"
    origin: str = "AWS_KMS"
    state: str = "Enabled"
    manager: str = "CUSTOMER"
    multi_region: bool = False
    multi_region_key_type: str | None = None
    management_account: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    untold: frozenset[str] = frozenset()


class KeyAccess(NamedTuple):
    """A key with its key policy and its grants. `creation` is set where the key does not exist yet.

    The ARN of a key to create ends in NEW_KEY_ID or NEW_MULTI_REGION_KEY_ID; renderers put a reference in its place.
    """

    key: Key
    policy: Document
    grants: tuple[Grant, ...] = ()
    creation: Creation | None = None


class Organization(NamedTuple):
    """Where in AWS Organizations an account is: id `o-...`, paths as aws:PrincipalOrgPaths has them."""

    id: str
    paths: tuple[str, ...] = ()
    management_account: bool = False


NO_ORGANIZATION = Organization("")
"""Told of a principal whose account is in no organization; None where nothing is told."""


class PrincipalPolicies(NamedTuple):
    """What stands beside one principal: its identity policies and what limits them.

    `boundary` None and `session_policies` None mean that there is none; an empty tuple of session policies likewise.
    `scps` are levels, root first, each the policies attached there; no levels: no SCP applies.
    """

    identity_policies: tuple[Document, ...] = ()
    boundary: Document | None = None
    session_policies: tuple[Document, ...] = ()
    scps: Levels = ()
    tags: tuple[tuple[str, str], ...] = ()
    organization: Organization | None = None
    service_linked: bool = False


class Bundle(NamedTuple):
    """Keys (the first is the one asked about), what stands beside principals (by ARN), and the guard rails around."""

    keys: tuple[KeyAccess, ...]
    principals: Mapping[str, PrincipalPolicies] = MappingProxyType({})
    rcps: Levels = ()
    vpc_endpoint_policies: Mapping[str, Document] = MappingProxyType({})
