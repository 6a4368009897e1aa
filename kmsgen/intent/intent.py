"""An intent, checked and spelled out: full ARNs, exact actions, every line with its place in the file."""

from typing import NamedTuple, Self

from kmsgen.arn import account_of
from kmsgen.errors import NOWHERE, Location
from kmsgen.policy.bundle import ALIASES, KEY_ID, MULTI_REGION, ORIGIN, REGION, SPEC, TAGS
from kmsgen.policy.document import Condition
from kmsgen.policy.grant import Grant

Values = tuple[str, ...]

LINES = ("admins", "users", "services", "grants", "guardrails", "never")
"""The fields that hold a list of lines, in a file and in an intent; each line stands for itself."""


ORGANIZATION = "organization/"
"""What the name of an organization, or of a unit of one, begins with where a principal stands."""


def is_pattern(principal: str) -> bool:
    """Return whether a principal is a pattern of ARNs."""
    return principal.startswith("arn:") and ("*" in principal or "?" in principal)


_ACCOUNT, _EVERYONE = "account/", "/*"


def everyone_in(account: str) -> str:
    """Return the name of everyone of an account, whatever its IAM policies say: `account/111122223333/*`."""
    return f"{_ACCOUNT}{account}{_EVERYONE}"


def account_of_everyone(principal: str) -> str | None:
    """Return the account of `account/111122223333/*`; None for any other principal."""
    if not (principal.startswith(_ACCOUNT) and principal.endswith(_EVERYONE)):
        return None
    return principal.removeprefix(_ACCOUNT).removesuffix(_EVERYONE)


def account_named(principal: str) -> str | None:
    """Return the account that a principal of an intent is of; None of an organization, a service, everyone."""
    return account_of_everyone(principal) or account_of(principal)


class IntentScope(NamedTuple):
    """Where the intent holds. No Regions: every Region. `deployer` is a principal's ARN."""

    account: str
    partition: str = "aws"
    regions: Values = ()
    organization: str | None = None
    deployer: str | None = None


class NewKey(NamedTuple):
    """A key to create. `alias` is the full name, `alias/...`; `replicas` are Regions; days as KMS counts them."""

    location: Location
    spec: str
    usage: str
    alias: str | None = None
    description: str = ""
    origin: str = "AWS_KMS"
    rotation_days: int | None = None
    deletion_window_days: int | None = None
    multi_region: bool = False
    replicas: Values = ()
    tags: tuple[tuple[str, str], ...] = ()


class GrantWhen(NamedTuple):
    """What a grant must be that CreateGrant makes. Grantees and retiring principals are all ARNs, or all services' names.

    `constraint` are values of kms:GrantConstraintType.
    """

    operations: Values = ()
    grantees: Values = ()
    retiring: Values = ()
    constraint: Values = ()
    for_aws: bool | None = None


class When(NamedTuple):
    """What must hold of a request, all of it; a tuple gives alternatives, an empty tuple or None asks nothing.

    `via` are service prefixes (`s3`); `since` and `until` ISO 8601 instants in UTC; `conditions` raw condition blocks; `grant`
    is about kms:CreateGrant alone.
    """

    encryption_context: tuple[tuple[str, Values], ...] = ()
    via: Values = ()
    since: str | None = None
    until: str | None = None
    source_vpce: Values = ()
    source_ip: Values = ()
    mfa: bool | None = None
    request_alias: Values = ()
    principal_tags: tuple[tuple[str, Values], ...] = ()
    organization: Values = ()
    conditions: tuple[Condition, ...] = ()
    grant: GrantWhen = GrantWhen()


class LeftOut(NamedTuple):
    """What words of a line mean and one of its principals does not get.

    `to_iam` takes an IAM policy that cannot be written for it, `at_home` a principal of the key's own account.
    """

    principal: str
    to_iam: Values = ()
    at_home: Values = ()


class Access(NamedTuple):
    """One line of `admins` or `users`: a principal's ARN (an account: its root ARN) and exact actions, `kms:Decrypt`.

    The principal may also be a pattern of an account's users or roles, `account/ID/*` (everyone of an account, whatever its IAM
    policies say), or `organization/o-...` with the path of a unit.
    """

    location: Location
    role: str  # "admin" or "user"
    principal: str
    actions: Values
    explicit: bool = True  # the line lists its actions; an admin line without `can` has the administrator set
    when: When = When()
    on: Values = ()  # `key` or `alias`: the half of an action that needs both; empty: all that it needs
    left_out: LeftOut | None = None


class ServiceUse(NamedTuple):
    """One line of `services`: an id of the catalogue, what it acts for, and for whom.

    `service` may also be `via/PREFIX` of kms:ViaService, or `principal/NAME` of a service principal: which have no actions but
    the line's. `actions` and `when` are about the principals, and about the service itself where the line names none.
    """

    location: Location
    service: str
    resources: Values = ()
    source_accounts: Values = ()
    principals: tuple[tuple[str, str], ...] = ()  # a word of the service, and the ARN of a principal
    variables: tuple[tuple[str, str], ...] = ()  # of placeholders of the catalogue: `log_group`, `trail`
    actions: Values = ()  # exact; empty: the catalogue's
    when: When = When()
    source_organizations: Values = ()  # named as principals are
    left_out: tuple[LeftOut, ...] = ()


class GrantLine(NamedTuple):
    """One line of `grants`."""

    location: Location
    grant: Grant


class GuardRailLine(NamedTuple):
    """One line of `guardrails`: a name of the catalogue, and the principals, patterns and organizations that it excepts."""

    location: Location
    name: str
    exceptions: Values = ()
    principals: Values = ()  # the only ones it denies, of this account (for every key: in their IAM policies); empty: all
    actions: Values = ()  # of `deny`; empty: every action
    when: When = When()  # of `deny`


class NeverLine(NamedTuple):
    """One line of `never`: a pattern of principal ARNs (or a service, an organization, or `*`) and exact actions or `kms:*`."""

    location: Location
    principal: str
    actions: Values


class Ending(NamedTuple):
    """What earlier renders gave and the file gives no more, held until what takes its place is out there.

    `deployers` are ARNs of principals, `aliases` names, `alias/...`; `grants`: whoever deploys has grants to revoke.
    """

    deployers: Values = ()
    aliases: Values = ()
    grants: bool = False


DEPLOYER_FIELD = "scope.deployer"
"""The field of the deployer, as the places of an intent name it."""


class Intent(NamedTuple):
    """Who may do what with one key, with the keys listed, or (`every_key`) with all keys in scope.

    `spec` and `usage` are of every key meant; `origin` and `multi_region` of keys that exist, None where nothing tells.
    """

    path: str
    name: str
    scope: IntentScope
    key: NewKey | None = None
    keys: Values = ()
    keys_location: Location = NOWHERE  # where the file says which keys are meant, be it a key to create
    every_key: bool = False
    keep_key_policies: bool = False  # the keys listed keep theirs: only IAM policies are written
    spec: str = "SYMMETRIC_DEFAULT"
    usage: str = "ENCRYPT_DECRYPT"
    any_spec: bool = False  # the intent leaves spec and usage open (every key only)
    origin: str | None = None
    multi_region: bool | None = None
    delegation: str = "key-policy"
    iam: str | None = None  # `attach` or `write`; None: kmsgen.toml says
    admins: tuple[Access, ...] = ()
    users: tuple[Access, ...] = ()
    services: tuple[ServiceUse, ...] = ()
    grants: tuple[GrantLine, ...] = ()
    guardrails: tuple[GuardRailLine, ...] = ()
    never: tuple[NeverLine, ...] = ()
    places: tuple[tuple[str, Location], ...] = ()  # where fields stand that concern the file as a whole: `scope.deployer`
    ending: Ending = Ending()  # in no file: earlier renders tell it

    def place(self, *fields: str) -> Location:
        """Return where the first of these fields stands that the file has; the file as a whole where it has none."""
        told = dict(self.places)
        return next((told[field] for field in fields if field in told), Location(self.path))

    @property
    def deployers(self) -> Values:
        """Who deploys, and who did until now."""
        own = (self.scope.deployer,) if self.scope.deployer else ()
        return (*own, *self.ending.deployers)

    @property
    def governed(self) -> bool:
        """Whether the key policies of the keys are this intent's to write."""
        return not (self.every_key or self.keep_key_policies)

    @property
    def untold(self) -> frozenset[str]:
        """What the intent leaves open of its keys: further aliases, and of keys that exist what it does not say."""
        if self.key is not None:
            return frozenset((ALIASES, MULTI_REGION) if self.key.multi_region else (ALIASES,))
        found = [TAGS, ALIASES, *([SPEC] if self.any_spec else []), *([ORIGIN] if self.origin is None else [])]
        found += [MULTI_REGION] if self.multi_region is not False else []
        found += [KEY_ID, *([] if self.scope.regions else [REGION])] if self.every_key else []
        return frozenset(found)

    def with_default(self, *, iam: str | None) -> Self:
        """Return the intent with what the file leaves to kmsgen.toml."""
        return self if self.iam else self._replace(iam=iam)

    @property
    def attaches(self) -> bool:
        """Whether what is rendered attaches the IAM policies to their principals."""
        return self.iam != "write"
