"""The shapes of the catalogue's rows."""

from collections.abc import Mapping
from typing import NamedTuple

from kmsgen.policy.document import Condition

Values = tuple[str, ...]


class StateRule(NamedTuple):
    """What KMS does with an action in one key state.

    `ok` None: conditional or not documented. `exceptions` are KMS's exception names, the one to report first;
    `notes` are footnote numbers of the key-state page.
    """

    ok: bool | None
    exceptions: Values = ()
    notes: Values = ()


class Action(NamedTuple):
    """One KMS action. None in a field: not documented."""

    name: str  # "Decrypt"
    access_levels: Values  # "Read", "Write", "List", "Tagging", "Permissions management"
    resource_types: Values  # "key", "alias"; empty: only "*" in Resource
    policy_types: str | None  # "key": key policy, and IAM through it; "iam": IAM only; "both": alias IAM, key either
    cross_account: bool | None
    condition_keys: frozenset[str]  # kms: keys and tag keys, lower case; families end in ":" or "/"
    dependent_actions: Values  # "iam:CreateServiceLinkedRole"
    grantable: bool
    grant_tokens: bool
    key_types: frozenset[str] | None  # of KEY_TYPES
    multi_region_only: bool
    cryptographic: bool
    encryption_context: bool
    states: Mapping[str, StateRule] | None
    origins: Values | None = None  # the operation works for keys of these origins only; None: of any

    @property
    def iam_name(self) -> str:
        """The action as policies spell it, `kms:Decrypt`."""
        return f"kms:{self.name}"


class ConditionKey(NamedTuple):
    """One condition key. `name` is the documented spelling; a family (`kms:EncryptionContext:`) ends in `:` or `/`."""

    name: str
    type: str  # String, ARN, Bool, Numeric, Date, IPAddress
    multi_valued: bool
    policies: str  # "key+iam", "iam", "CreateKey: iam", ...
    values: Values  # closed set of values, or empty
    source: str
    also: str = ""  # a second class of operators that works on it: "Numeric"
    same_as: str = ""  # the key whose deprecated name this is


class DisputedKey(NamedTuple):
    """A condition key that AWS's own pages give an action in one place and not in another (C11).

    Unless it is `settled` by a third page, a Deny counts with the key and an Allow that rests on it does not.
    """

    key: str  # lower case; a family ends in ":" or "/"
    actions: Values  # "RetireGrant"
    exists: bool  # what `on_action` answers
    why: str
    given_by: Values  # sources that give the action the key
    not_by: Values  # sources that list what carries the key, or what the action carries, without it
    settled: bool


class KeySpec(NamedTuple):
    """One KeySpec: its algorithms by usage, and the origins a key of it can have."""

    name: str
    algorithms: Mapping[str, Values]  # by KeyUsage
    origins: Values
    only_partitions: Values = ()  # empty: no such limit
    except_partitions: Values = ()

    @property
    def usages(self) -> Values:
        """The key usages that the spec allows."""
        return tuple(self.algorithms)


class Capability(NamedTuple):
    """A word for what someone may do. `actions` by key type; the key `*` holds for every type.

    `conditions` go with each of the actions; without them the word says too much.
    """

    word: str
    actions: Mapping[str, Values]  # "kms:Encrypt"; may name actions of other services
    why: str
    conditions: tuple[Condition, ...] = ()


class ServiceCondition(NamedTuple):
    """A condition of a service's statement. `status`: documented, documented_generic, recommended.

    A recommended one is written where the line asks for it: by a resource that fits, by the source account, by a variable of it.
    """

    condition: Condition  # values, and the name of the key, may hold placeholders `${account}`
    status: str
    resources: bool = False  # those `resources` of the intent's line that fit replace its values
    wide: Values = ()  # its values where a line names no resource, and gives no variables for the placeholders
    # without any of these: its values with the source account in place and `*` for the rest, else the line is an error; where it
    # is not required it falls away, for another one pins the statement, or it is only recommended
    required: bool = False
    basis: str = ""  # what supports it, where the page does not print it in this statement


class ServiceStatement(NamedTuple):
    """One statement that a service needs. `principal_kind` is Service, AWS (a role) or `*`.

    `source_account` tells whether aws:SourceAccount may be asked for: documented, documented_generic, recommended,
    undocumented or unsupported; empty where no service principal calls.
    """

    principal_kind: str
    principal: str  # may hold placeholders; empty where the line names the principals
    actions: Values  # exact, without actions that have no effect
    conditions: tuple[ServiceCondition, ...] = ()
    who: Values = ()  # words for those whom the intent's line names: it is left out where the line names none of them
    by_itself: bool = False  # a role that calls KMS itself, or through another service
    opt_in: str = ""  # the principal in Regions that are disabled by default
    source_account: str = ""
    needs: Values = ()  # placeholders that neither the scope nor `resources` fills
    iam_only: bool = False  # no key policy can give it
    optional: str = ""  # when it is needed; written only where the line asks for its actions
    generic: bool = False  # the page does not print it: recommended conditions are written too
    unsupported: Values = ()  # condition keys that break it
    scope: str = ""
    gap: str = ""  # what the documented statement leaves open

    @property
    def caller(self) -> bool:
        """Whether the intent's line names the principals."""
        return bool(self.who)


class ServiceGrants(NamedTuple):
    """The grants that a service makes: whom they name, by principal (placeholders) or by word, and what they hold."""

    to: Values = ()
    who: Values = ()
    operations: Values = ()
    constraint: str = ""  # EncryptionContextSubset, EncryptionContextEquals


class Service(NamedTuple):
    """How one AWS integration uses a key."""

    id: str
    title: str
    mechanism: str  # service-principal, via-service, grant, service-linked-role, unsupported, unknown
    source: Values
    read: str  # the day on which the source was read, 2026-11-29
    statements: tuple[ServiceStatement, ...] = ()
    who: tuple[tuple[str, str], ...] = ()  # the service's words for callers and roles, each with what it means
    via: Values = ()  # prefixes of kms:ViaService, where it calls for a user
    notes: Values = ()
    short: Values = ()  # other names to find it by
    short_why: str = ""  # why the short names mean this use of the service
    one_list: str = ""  # why a plain list names whoever uses it, though its words differ
    key_specs: Values = ()  # empty: symmetric encryption keys
    key_usage: str = "ENCRYPT_DECRYPT"  # empty: any
    multi_region: bool = True  # whether it takes multi-Region keys
    regions: Values = ()  # the only Regions in which the key may be; empty: any
    same_region: bool = False  # its resources must be in the key's Region
    across_accounts: str = ""  # what it takes in another account than the key's, where statements do not do
    unsupported: Values = ()  # condition keys that break the integration
    unconfirmed: str = ""  # why the row could not be confirmed
    context: tuple[tuple[str, str], ...] = ()  # the encryption context it sends
    grants: ServiceGrants = ServiceGrants()


class GuardRail(NamedTuple):
    """An explicit deny that users ask for by name."""

    name: str
    summary: str
    why: str
