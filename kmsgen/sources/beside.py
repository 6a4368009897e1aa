"""What the command line tells beside a file: the key's ARN, identity policies and grants, whatever form the file has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.arn import Arn, account_of, is_service_principal, parse_arn
from kmsgen.authorizer.language.statement import Layer
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error
from kmsgen.policy.bundle import Bundle, KeyAccess, PrincipalPolicies
from kmsgen.policy.grant import Grant
from kmsgen.policy.grant_form import parse_grant
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Source, Steps, Where, read_file
from kmsgen.sources.described import GRANTS, Described, Home, Open, home_in, parse_key_arn
from kmsgen.sources.grant_keys import key_among, told_key
from kmsgen.sources.places import PlacedGrant, PlacedPolicy, below
from kmsgen.sources.readings import read_policy
from kmsgen.sources.untold import hide

_NOT_TOLD = "which the file does not tell"


class Beside(NamedTuple):
    """What is told beside a file: the key's ARN, files of identity policies by principal, a file of grants.

    `kind` is the spec and usage of its keys, `tags` are those of its keys, `parameters` the values of its parameters by name.
    `home` is where the resources live, where something else than the user tells. `put_in_place` are principals whose policies an
    intent writes and leaves to others to attach: what a file holds for them, attached to nobody, is taken to be theirs.
    """

    key_arn: str | None = None
    identity_policies: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    grants: str | None = None
    home: Home | None = None
    kind: tuple[str, str] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    parameters: Mapping[str, str] = MappingProxyType({})
    put_in_place: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether the user tells anything that bears on what the policies mean, and is not the value of a parameter."""
        return bool(self.key_arn or self.identity_policies or self.grants or self.kind or self.tags)

    @property
    def plain(self) -> Beside:
        """The same, such that a process can be handed it."""
        return self._replace(identity_policies=dict(self.identity_policies), parameters=dict(self.parameters))

    def home_of(self, texts: Iterable[str], path: str) -> Home:
        """Tell where the resources of a file live: by the key's ARN, by what else is known, or by the texts of its key policies.

        Raises InputError where these do not tell either.
        """
        if self.key_arn is not None:
            arn = checked_key_arn(self.key_arn)
            return Home(arn.partition, arn.account, arn.region, str(arn))
        return self.home or home_in(texts, path)


NOTHING = Beside()


def checked_key_arn(text: str) -> Arn:
    """Read the ARN of a key. Raises InputError for anything else."""
    arn = parse_key_arn(text)
    if arn is None:
        raise input_error(Location("--key-arn"), "not-a-key-arn", f"`{text}` is not the ARN of a KMS key")
    return arn


class HeldPolicy(NamedTuple):
    """An IAM policy of a principal, by its ARN, as plain data with the places of its parts."""

    data: Any
    where: Where
    holder: str


class HeldGrant(NamedTuple):
    """A grant with the places of its parts. `key` is what it says itself: an ARN, an id, or nothing."""

    grant: Grant
    where: Where
    key: str | None


class Read(NamedTuple):
    """The files that stand beside, read."""

    policies: tuple[HeldPolicy, ...] = ()
    grants: tuple[HeldGrant, ...] = ()

    def joined(self, described: Described) -> Described:
        """Return what a file describes with what stands beside it. Raises InputError for a grant on no key of the file.

        An IAM policy that looks at what the file does not tell of its keys may hold or not.
        """
        read = [(one, read_policy(hide(one.data, described.hides, _NOT_TOLD), one.where, "forbidden")) for one in self.policies]
        unknown = tuple(Open(what.what, one.where(()), one.holder) for one, held in read for what in held.unknown)
        most, least = (
            [PlacedPolicy(*pick, layer=Layer.IDENTITY, holder=one.holder) for one, pick in side]
            for side in ([(one, held.most) for one, held in read], [(one, held.least) for one, held in read])
        )
        narrow = described.narrow or (described if unknown else None)
        joined = self._joined(described, most)
        found = (*described.unknown, *unknown)
        text = tuple(
            PlacedPolicy(parse_document(one.data, one.where, "forbidden"), one.where, Layer.IDENTITY, one.holder)
            for one, held in read
            if held.unknown
        )
        narrower = self._joined(narrow, least) if narrow else None
        strangers = self._joined(described.named, most) if described.named else None
        return joined._replace(unknown=found, narrow=narrower, named=strangers, as_written=(*described.as_written, *text))

    def _joined(self, described: Described, policies: Sequence[PlacedPolicy]) -> Described:
        bundle, lacks = described.bundle, described.lacks
        grants = tuple(_on_key(held, bundle) for held in self.grants) if bundle.keys else ()
        keys = tuple(_with_grants(access, grants) for access in bundle.keys)
        if self.grants:
            lacks -= {GRANTS}
        joined = bundle._replace(keys=keys, principals=_with_policies(bundle.principals, policies))
        return described._replace(bundle=joined, places=described.places.and_more(policies, grants), lacks=lacks)


def read_beside(beside: Beside) -> Read:
    """Read the identity policies and grants that stand beside a file. Raises InputError with every problem of all of them."""
    problems: list[Diagnostic] = []
    policies = tuple(_identity_policies(beside.identity_policies, problems))
    grants: tuple[HeldGrant, ...] = ()
    try:
        grants = tuple(_grants(read_file(beside.grants))) if beside.grants else ()
    except KmsgenError as error:
        problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return Read(policies, grants)


def _identity_policies(files: Mapping[str, tuple[str, ...]], problems: list[Diagnostic]) -> Iterator[HeldPolicy]:
    for principal, paths in files.items():
        if account_of(principal) is None or parse_arn(principal) is None:
            place = Location("--identity-policy")
            problems.append(Diagnostic(place, "not-a-principal", f"`{principal}` is not the ARN of a principal"))
            continue
        for path in paths:
            try:
                source = read_file(path)
                parse_document(source.data, source.where, "forbidden")
                yield HeldPolicy(source.data, source.where, principal)
            except KmsgenError as error:
                problems += error.diagnostics


def _grants(source: Source) -> Iterator[HeldGrant]:
    """Read a file of grants: `aws kms list-grants` output, a list of grants, or one CreateGrant request."""
    data = source.data
    steps: Steps = ("Grants",) if isinstance(data, dict) and "Grants" in data else ()
    items = data["Grants"] if steps else data
    if isinstance(items, dict):
        yield _grant(items, source.where)
    elif isinstance(items, list):
        yield from [_grant(item, below(source.where, *steps, index)) for index, item in enumerate(items)]
    else:
        message = "expected a list of grants, as `aws kms list-grants` prints it"
        raise input_error(source.where(steps), "not-grants", message)


def _grant(item: Any, where: Where) -> HeldGrant:  # noqa: ANN401 - plain data
    grant = as_listed(parse_grant(item, where))
    return HeldGrant(grant, where, told_key(item, where))


def as_listed(grant: Grant) -> Grant:
    """Return a grant as ListGrants means it: it names a service's principal where CreateGrant has a parameter of its own."""
    service = grant.grantee_is_service or is_service_principal(grant.grantee)
    retiring = grant.retiring_is_service or (grant.retiring is not None and is_service_principal(grant.retiring))
    return grant._replace(grantee_is_service=service, retiring_is_service=retiring)


def _on_key(held: HeldGrant, bundle: Bundle) -> PlacedGrant:
    key = key_among(held.key, [access.key.arn for access in bundle.keys], held.where)
    return PlacedGrant(held.grant, held.where, key)


def _with_grants(access: KeyAccess, grants: tuple[PlacedGrant, ...]) -> KeyAccess:
    own = tuple(held.grant for held in grants if held.key == access.key.arn)
    return access._replace(grants=(*access.grants, *own)) if own else access


def _with_policies(found: Mapping[str, PrincipalPolicies], policies: Iterable[PlacedPolicy]) -> Mapping[str, PrincipalPolicies]:
    principals = dict(found)
    for one in policies:
        known = principals.get(one.holder, PrincipalPolicies())
        principals[one.holder] = known._replace(identity_policies=(*known.identity_policies, one.document))
    return principals
