"""The request context of one permission: caller, action, resource, and what the request itself tells.

Nothing is derived here: `key_values` and `caller_values` derive condition keys, `lookup` finds them by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kmsgen.arn import parse_arn
from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.context.request_kind import Consequences, RequestKind, kind_of_requests
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.authorizer.language.shapes import Shape
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.availability import Occurrence, Presence, PrincipalKind, Route
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.catalogue.model import Action, Values
from kmsgen.policy.bundle import Key, KeyAccess, Organization
from kmsgen.policy.grant import Grant
from kmsgen.policy.letter_case import folded

_UNIDENTIFIED = frozenset({CallerKind.SERVICE, CallerKind.ANONYMOUS, CallerKind.UNKNOWN})
_OF_A_GRANT = frozenset({"CreateGrant", "RetireGrant"})
_KINDS = {
    CallerKind.USER: PrincipalKind.USER,
    CallerKind.ROLE: PrincipalKind.ROLE_SESSION,
    CallerKind.SESSION: PrincipalKind.ROLE_SESSION,
    CallerKind.FEDERATED: PrincipalKind.FEDERATED_USER,
    CallerKind.ROOT: PrincipalKind.ROOT_USER,
    CallerKind.SERVICE: PrincipalKind.SERVICE_PRINCIPAL,
}
_VIA = frozenset({VIA_SERVICE, "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"})
_TRUE_VIA = ("aws:viaawsservice", "kms:grantisforawsresource")
THROUGH_ENDPOINT = (
    *("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpcsourceip", "aws:vpceaccount", "aws:vpceorgid"),
    "aws:vpceorgpaths",
)
_THROUGH_ENDPOINT = frozenset(THROUGH_ENDPOINT)


class Telling(Enum):
    """NOT_TOLD: the request tells neither a condition key nor anything that it could be derived from."""

    NOT_TOLD = "not told"


NOT_TOLD = Telling.NOT_TOLD


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """The resource of a permission: a key (of the bundle or not), an alias, a key to be created, or `*`."""

    arn: str
    kind: str  # "key", "new key", "alias", "*" or "unknown"
    access: KeyAccess | None = None
    alias: str | None = None  # the name by which the request calls the key
    region: str = ""
    account: str | None = None
    leaving: bool = False  # UpdateAlias takes the alias from this key
    on_same_key: bool | None = None  # ReEncrypt reads and writes one key
    organization: Organization | None = None
    copied: Key | None = None  # the primary that ReplicateKey copies
    shape: Shape | None = None  # one of many resources, with `*` in the ARN

    @property
    def key(self) -> Key | None:
        """The key, if the bundle has it."""
        return self.access.key if self.access else None


class View:
    """The request context of one permission: `target` is its resource, `grant` the one that RetireGrant retires."""

    __slots__ = ("_consequences", "_given", "_kind", "_pairs", "_plain", "action", "caller", "grant", "request", "target")

    def __init__(self, request: Request, caller: Caller, action: Action, target: Resource, grant: Grant | None = None) -> None:
        self.request = request
        self.caller = caller
        self.action = action
        self.target = target
        self.grant = grant
        self._given: dict[str, Values] | None = None
        self._pairs: dict[str, Values] | None = None
        self._plain: bool | None = None
        self._kind: RequestKind | None = None
        self._consequences: Consequences | None = None

    @property
    def request_kind(self) -> RequestKind:
        """What the catalogue says of requests like this one."""
        if self._kind is None:
            self._kind = kind_of_requests(self._told_signer(), self._told_route(), self.action.name)
        return self._kind

    @property
    def kind(self) -> PrincipalKind | None:
        """Whose credentials sign the request; None for a caller that cannot call KMS."""
        return self.request_kind.signer

    def _told_signer(self) -> PrincipalKind | None:
        kind = _KINDS.get(self.caller.kind)
        if kind is not PrincipalKind.ROLE_SESSION:
            return kind
        if self.caller.service_linked:
            return PrincipalKind.SERVICE_LINKED_ROLE
        if self.given("aws:federatedprovider"):
            return PrincipalKind.WEB_IDENTITY_SESSION
        return PrincipalKind.SAML_SESSION if self.given("saml:sub") else kind

    @property
    def route(self) -> Route:
        """The route to KMS that the request tells (VPC endpoint, forward access session, service); otherwise direct."""
        return self.request_kind.route

    def _told_route(self) -> Route:
        if self.caller.kind is CallerKind.SERVICE:
            return Route.SERVICE_PRINCIPAL
        told = self.told_keys
        called = not _VIA.isdisjoint(told) or ("true",) in map(self.given, _TRUE_VIA)
        if called and (not self.caller.service_linked or VIA_SERVICE in told):
            return Route.FORWARD_ACCESS_SESSION
        return Route.DIRECT if _THROUGH_ENDPOINT.isdisjoint(told) else Route.VPC_ENDPOINT

    def occurrence(self, key: str) -> Occurrence | None:
        """Return how AWS sends a condition key with such requests; None for an unknown key or a caller that cannot call KMS."""
        return self.request_kind.occurrence[key]

    def told(self, key: str) -> Values | Telling | None:
        """Return what the request tells of a condition key: its values, None for its absence (no values: `[]`), or NOT_TOLD.

        Not heard: a value of a key that such a caller cannot send by its route, and the absence of a key that AWS always sends.
        """
        given = self.given(key)
        if given is None:
            return NOT_TOLD
        if given:
            return given if self.request_kind.tellable[key] else None
        found = self.occurrence(key)
        return NOT_TOLD if found is not None and found.presence is Presence.ALWAYS else None

    def given(self, key: str) -> Values | None:
        """Return the context's values of a condition key, in lower case, as written; None where it has none."""
        return self.all_given.get(key)

    @property
    def all_given(self) -> Mapping[str, Values]:
        """What the caller says, by condition key in lower case."""
        if self._given is None:
            self._given = {folded(name): values for name, values in self.request.context.items()}
        return self._given

    @property
    def told_keys(self) -> Values:
        """The condition keys, in lower case, to which the caller gives values."""
        return tuple([key for key, values in self.all_given.items() if values])

    @property
    def consequences(self) -> Consequences:
        """What follows from the condition keys that the request tells."""
        if self._consequences is None:
            self._consequences = self.request_kind.consequences[self.told_keys]
        return self._consequences

    @property
    def identified(self) -> bool:
        """Whether the caller is an IAM principal, so that it has an account, tags, an organization."""
        return self.caller.kind not in _UNIDENTIFIED

    @property
    def asked_grant(self) -> Grant | None:
        """The grant to create for CreateGrant, the grant to retire for RetireGrant."""
        return self.grant if self.action.name == "RetireGrant" else self.request.create_grant

    @property
    def encryption_context(self) -> Mapping[str, str]:
        """The encryption context of the call; of a ReEncrypt that of source or destination, as this permission is about."""
        request = self.request
        if self.target.on_same_key is None:
            return request.encryption_context
        if self.action.name == "ReEncryptTo":
            return parameters.pairs(request.parameters, "DestinationEncryptionContext") or {}
        source = parameters.pairs(request.parameters, "SourceEncryptionContext")
        return request.encryption_context if source is None else source

    @property
    def context_pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs that kms:EncryptionContext: keys see; of CreateGrant and RetireGrant those of the grant's constraint."""
        if self.action.name in _OF_A_GRANT and self.asked_grant is not None:
            constraints = self.asked_grant.constraints
            return (*(constraints.encryption_context_equals or ()), *(constraints.encryption_context_subset or ()))
        return tuple(self.encryption_context.items())

    @property
    def pairs(self) -> dict[str, Values]:
        """The values of `context_pairs` by name in lower case; several where names differ in case only."""
        if self._pairs is None:
            found: dict[str, Values] = {}
            for name, value in self.context_pairs:
                lower = folded(name)
                found[lower] = (*found[lower], value) if lower in found else (value,)
            self._pairs = found
        return self._pairs

    @property
    def plain_pairs(self) -> bool:
        """Whether the names of `context_pairs` are all ASCII, so that they can be confused by their case only."""
        if self._plain is None:
            self._plain = all(map(str.isascii, self.pairs))
        return self._plain


def region_and_account(arn: str) -> tuple[str, str | None]:
    """Return the Region and the account of an ARN; nothing of a text that is none."""
    parsed = parse_arn(arn)
    return (parsed.region, parsed.account or None) if parsed else ("", None)
