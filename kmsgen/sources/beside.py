"""Options that tell what a file does not: the key's ARN, identity policies, grants, tags, parameters."""

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
from kmsgen.sources.pages import is_whole
from kmsgen.sources.places import PlacedGrant, PlacedPolicy, below
from kmsgen.sources.unknown.readings import read_policy
from kmsgen.sources.unknown.untold import hide

_NOT_TOLD = "which the file does not tell"


class Beside(NamedTuple):
    """What options tell: the key's ARN, files of identity policies by principal ARN, a file of grants, values of `parameters`."""

    key_arn: str | None = None
    identity_policies: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    grants: str | None = None
    home: Home | None = None  # where resources are, told by an intent
    kind: tuple[str, str] | None = None  # spec and usage
    tags: tuple[tuple[str, str], ...] = ()  # of the keys
    parameters: Mapping[str, str] = MappingProxyType({})
    strict: bool = False  # nothing is assumed: defaults, single references and dated policies count as unknown
    put_in_place: tuple[str, ...] = ()  # whose unattached policies in the file count: an intent leaves attaching to others

    @property
    def given(self) -> bool:
        """Whether any option but parameters is given that changes what the policies mean."""
        return bool(self.key_arn or self.identity_policies or self.grants or self.kind or self.tags)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are named."""
        return (*(path for paths in self.identity_policies.values() for path in paths), *filter(None, [self.grants]))

    @property
    def plain(self) -> Beside:
        """The same with plain dictionaries, which can be pickled for another process."""
        return self._replace(identity_policies=dict(self.identity_policies), parameters=dict(self.parameters))

    def home_of(self, texts: Iterable[str], path: str) -> Home:
        """Return account and Region of a file's resources: by the key's ARN, by `home`, else by the texts of its key policies.

        Raises InputError where none of these tells.
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
    """An IAM policy of a principal (`holder`, an ARN), as plain data with its places."""

    data: Any
    where: Where
    holder: str


class HeldGrant(NamedTuple):
    """A grant with its places. `key`: its own KeyId, an ARN or an id; None without one."""

    grant: Grant
    where: Where
    key: str | None


class Read(NamedTuple):
    """Identity policies and grants given by options, read; `grants` is None where none are told, empty where there are none."""

    policies: tuple[HeldPolicy, ...] = ()
    grants: tuple[HeldGrant, ...] | None = None

    def joined(self, described: Described) -> Described:
        """Return what a file describes with these policies and grants added. Raises InputError for a grant on no key of the file.

        Conditions on properties of the keys that the file does not tell make a policy unknown in part.
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
        grants = tuple(_on_key(held, bundle) for held in self.grants or ()) if bundle.keys else ()
        keys = tuple(_with_grants(access, grants) for access in bundle.keys)
        if self.grants is not None:
            lacks -= {GRANTS}
        joined = bundle._replace(keys=keys, principals=_with_policies(bundle.principals, policies))
        return described._replace(bundle=joined, places=described.places.and_more(policies, grants), lacks=lacks)


def read_beside(beside: Beside) -> Read:
    """Read the files of identity policies and grants given by options. Raises InputError with every problem."""
    problems: list[Diagnostic] = []
    policies = tuple(_identity_policies(beside.identity_policies, problems))
    grants: tuple[HeldGrant, ...] | None = None
    try:
        grants = tuple(_grants(read_file(beside.grants))) if beside.grants else None
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
    if steps and not is_whole(data):
        hint = "list them all: `aws kms list-grants` without --max-items and --no-paginate"
        raise input_error(source.where(), "grants-cut-off", "there are more grants than this list holds", hint)
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
    """Return a grant as ListGrants prints it: there a service principal stands in the same member as any other grantee."""
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
