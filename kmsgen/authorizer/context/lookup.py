"""The request context: what KMS and IAM derive, and which condition keys exist on which action.

A caller's word on a key that can be derived counts for nothing. Source: KMS Developer Guide, conditions-kms, conditions-aws;
IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kmsgen.arn import parse_arn
from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.context.key_values import DERIVED, FAMILIES, encryption_context
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.authorizer.request import Request
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Key, KeyAccess
from kmsgen.policy.grant import Grant

Values = tuple[str, ...]
MAX_ALIASES = 50
_UNIDENTIFIED = frozenset({CallerKind.SERVICE, CallerKind.ANONYMOUS, CallerKind.UNKNOWN})
_DEPRECATED = {"kms:customermasterkeyspec": "kms:keyspec", "kms:customermasterkeyusage": "kms:keyusage"}
RETIRE_KEYS = ("kms:grantconstrainttype", "kms:encryptioncontext")


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a request is about: a key of the bundle or none of it, an alias, or `*`.

    `alias` is the name by which the request calls the key. `leaving`: UpdateAlias takes the alias away from this key;
    `on_same_key`: source and destination of ReEncrypt are one key.
    """

    arn: str
    kind: str  # "key", "alias", "*" or "unknown"
    access: KeyAccess | None = None
    alias: str | None = None
    region: str = ""
    account: str | None = None
    leaving: bool = False
    on_same_key: bool | None = None

    @property
    def key(self) -> Key | None:
        """The key, if the bundle has it."""
        return self.access.key if self.access else None


@lru_cache(maxsize=16384)
def carried(key: str, action: str) -> bool:
    """Return whether requests of an action can carry a condition key; keys that nobody knows are taken as they come."""
    key = _DEPRECATED.get(key, key)
    if find_action(action) is None:
        return not key.startswith(("kms:", "aws:resourcetag/", "aws:requesttag/", "aws:tagkeys"))
    if condition_keys.find(key) is None:
        return not key.startswith("kms:")
    return condition_keys.on_action(key, action)


class View:
    """The context of one request on one resource: `lookup` gives the values of a condition key, None where it is absent."""

    __slots__ = ("_given", "_pairs", "action", "caller", "grant", "request", "target")

    def __init__(self, request: Request, caller: Caller, action: Action, target: Target, grant: Grant | None = None) -> None:
        self.request = request
        self.caller = caller
        self.action = action
        self.target = target
        self.grant = grant
        self._given: dict[str, Values] | None = None
        self._pairs: dict[str, Values] | None = None

    def lookup(self, key: str) -> Values | None:
        """Return the values of a condition key, given in lower case."""
        return resolver(key, self.action.name, alias=self.target.kind == "alias")(self)

    def given(self, key: str) -> Values | None:
        """Return what the caller says about a key."""
        if self._given is None:
            self._given = {name.lower(): values for name, values in self.request.context.items()}
        return self._given.get(key)

    @property
    def encryption_context(self) -> Mapping[str, str]:
        """The encryption context of the call; of a ReEncrypt that of this half, which parameters tell apart."""
        request = self.request
        if self.target.on_same_key is None:
            return request.encryption_context
        if self.action.name == "ReEncryptTo":
            return parameters.pairs(request.parameters, "DestinationEncryptionContext") or {}
        source = parameters.pairs(request.parameters, "SourceEncryptionContext")
        return request.encryption_context if source is None else source

    @property
    def pairs(self) -> dict[str, Values]:
        """The values of the encryption context by name in lower case; several where names differ in case only."""
        if self._pairs is None:
            self._pairs = {}
            for name, value in encryption_context(self):
                self._pairs[name.lower()] = (*self._pairs.get(name.lower(), ()), value)
        return self._pairs

    @property
    def identified(self) -> bool:
        """Whether the caller is an IAM principal, so that it has an account, tags, an organization."""
        return self.caller.kind not in _UNIDENTIFIED


Resolver = Callable[[View], Values | None]


def _absent(_view: View) -> None:
    return None


@lru_cache(maxsize=16384)
def resolver(key: str, action: str, *, alias: bool) -> Resolver:
    """Return what finds a condition key's values in requests of an action, on an alias or not. The key is in lower case.

    An alias has no condition keys of its own (KMS Developer Guide, alias-access).
    """
    key = _DEPRECATED.get(key, key)
    if not carried(key, action) or (alias and key.startswith(("kms:", "aws:resourcetag/"))):
        return _absent
    if key in DERIVED:
        return DERIVED[key]
    for family, of_family in FAMILIES:
        if key.startswith(family):
            name = key[len(family) :]
            return lambda view: of_family(view, name) or None
    return _parameter(key, action) if key in parameters.PARAMETERS else lambda view: view.given(key)


def _parameter(key: str, action: str) -> Resolver:
    fallback = parameters.default(key)
    return lambda view: parameters.of(key, action, view.request.parameters) or view.given(key) or fallback


def region_and_account(arn: str) -> tuple[str, str | None]:
    """Return the Region and the account of an ARN; nothing of a text that is none."""
    parsed = parse_arn(arn)
    return (parsed.region, parsed.account or None) if parsed else ("", None)
