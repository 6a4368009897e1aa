"""What values a condition key can have: its shape, whether it can be absent, and examples that read well.

A shape is chosen too wide rather than too narrow: a value that cannot occur costs a false alarm, a value left out a proof.
Source: KMS Developer Guide, conditions-kms; IAM User Guide, reference_policies_condition-keys.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer.language.operators import parse_date
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.catalogue import condition_keys
from kmsgen.policy.addresses import Network
from kmsgen.prover.problem import Values
from kmsgen.prover.values import ranges
from kmsgen.prover.values.patterns import (
    ANY,
    ANYTHING,
    DIGITS,
    LETTERS,
    NAME,
    PATH,
    STAR,
    Pattern,
    PatternStep,
    glob,
    in_any_case,
    literal,
    run_of,
)

HEX = "f0123456789abcde"
_LOWER = "xyzabcdefghijklmnopqrstuvw"
_HOST = _LOWER + DIGITS + "-"


class Kind(Enum):
    """How the values of a condition key are ordered or compared."""

    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"
    ADDRESS = "address"


class Domain(NamedTuple):
    """The values of one condition key: a closed list, or shapes; `optional` where the key can be absent.

    A value of another shape is taken as possible where a policy names it, unless the shapes are `strict`: KMS checks them.
    """

    kind: Kind = Kind.TEXT
    values: Values = ()
    shapes: tuple[Pattern, ...] = (ANYTHING,)
    nicer: Values = ()
    low: int = 0  # the least number, or seconds since 1970
    high: int | None = None  # the greatest
    optional: bool = True
    multi_valued: bool = False
    strict: bool = False
    as_number: bool = False  # an instant is told as seconds since 1970
    taken: frozenset[str] = frozenset()  # values that no request has here
    never: tuple[Pattern, ...] = ()  # patterns of such values
    far: tuple[Network, ...] = ()  # networks without any address of a request
    within: Values = ()  # of several values: these are in every set
    longest: int | None = None  # no text has more characters

    def admits(self, text: str) -> bool:
        """Return whether a request can have the value."""
        if self.values:
            return text in self.values and text not in self.taken
        if self.longest is not None and len(text) > self.longest:
            return False
        if text in self.taken or any(pattern.matches(text) for pattern in self.never):
            return False
        if self.kind is not Kind.TEXT:
            return self._is_of_kind(text)
        return not self.strict or any(shape.matches(text) for shape in self.shapes)

    def _is_of_kind(self, text: str) -> bool:
        if self.kind is Kind.NUMBER:
            if not (text.isascii() and text.isdigit()):
                return False
            number = Decimal(text)
            return self.low <= number and (self.high is None or number <= self.high)
        if self.kind is Kind.ADDRESS:
            found = ranges.networks([text])
            return bool(found) and "/" not in text and not any(ranges.within(found[0], network) for network in self.far)
        return bool(parse_date(text))


FLAG = Domain(values=("false", "true"))
CERTAIN_FLAG = Domain(values=("false", "true"), optional=False)
ACCOUNT = Domain(shapes=(run_of((DIGITS, 12)),), nicer=("999999999999",))
_PARTITION = ("arn:aws", ("-cenusgov", 0), ":")
_ARN = run_of(*_PARTITION, (_HOST,), ":", (_HOST, 0), ":", (DIGITS, 0), ":", (PATH,))
_GRANT_SOURCE = run_of(*_PARTITION, (_LOWER + DIGITS + "-",), ":", (_HOST, 0), ":", (DIGITS, 12), ":", (PATH,))
_REGION = run_of((_LOWER,), "-", (_LOWER,), "-", (DIGITS, 1))
# Alphanumeric characters, slashes, underscores, dashes (API reference, CreateAlias); a colon by the pattern given there.
_ALIAS = run_of("alias/", (LETTERS + DIGITS + "/_-:",))
_Pieces = tuple[str | tuple[str, int] | tuple[str], ...]


def _principals(begin: _Pieces) -> tuple[Pattern, ...]:
    return (
        run_of(*begin, "iam::", (DIGITS, 12), ":role/", (PATH, 0), (NAME, 1)),
        run_of(*begin, "iam::", (DIGITS, 12), ":user/", (PATH, 0), (NAME, 1)),
        run_of(*begin, "iam::", (DIGITS, 12), ":root"),
        run_of(*begin, "sts::", (DIGITS, 12), ":assumed-role/", (NAME,), "/", (NAME,)),
        run_of(*begin, "sts::", (DIGITS, 12), ":federated-user/", (NAME,)),
    )


_PRINCIPALS = _principals(_PARTITION)
_SOME_PRINCIPALS = ("arn:aws:iam::999999999999:role/any-role", "arn:aws:iam::999999999999:user/any-user")
_SERVICE = run_of((_HOST + ".",), ".amazonaws.com")
_EMPTY_LABEL = (glob("*..*"), glob(".*"))
"""What no name of a host is (RFC 1035)."""
# Names of sessions and source identities have 2 to 64 characters (STS API reference, AssumeRole).
_OF_SESSION = run_of((NAME, 1), (NAME,))
_TEXT = Pattern([ANY, STAR])
_TEXTS = Domain(shapes=(_TEXT,), nicer=("any",))
# One to 128 characters; what begins with `aws:` is AWS's own (KMS API reference, Tag, TagResource).
_NAMES_OF_TAGS = Domain(
    shapes=(_TEXT,),
    nicer=("another-tag",),
    multi_valued=True,
    never=(Pattern([*in_any_case("aws:").steps, STAR]),),
    longest=128,
)
_REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-2")
REGION = Domain(shapes=(_REGION,), nicer=_REGIONS)
_LIKELY = ("s3", "ec2", "rds", "lambda", "secretsmanager", "sns", "sqs", "dynamodb")
# kms:ViaService: a service in a Region, of any partition (KMS Developer Guide, conditions-kms; catalogue/value_forms).
VIA = Domain(
    strict=True,
    shapes=tuple(
        run_of((_HOST,), ".", (_LOWER, 2), (_LOWER, 0), *("-", (_LOWER,)) * words, "-", (DIGITS, 1), f".{domain}")
        for domain in ("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu")
        for words in (1, 2)
    ),
    nicer=tuple(f"{service}.{region}.amazonaws.com" for region in _REGIONS for service in _LIKELY),
)
_CALLER = Domain(shapes=(_SERVICE,), never=_EMPTY_LABEL, nicer=("athena.amazonaws.com", "cloudformation.amazonaws.com"))
_WHOSE = ("principal", "resource", "source", "vpce")
_PATHS_OF_ORGANIZATIONS = Domain(shapes=(run_of("o-", (NAME + "/",)),), nicer=("o-anotherorg1/r-ab12/",), multi_valued=True)

SERVICE_NAMES = "aws:principalservicenameslist"
"""The names of the service that calls: its own, and others that nobody tells."""
DOMAINS: dict[str, Domain] = {
    "aws:calledvia": _CALLER._replace(multi_valued=True),
    "aws:calledviafirst": _CALLER,
    "aws:calledvialast": _CALLER,
    "aws:currenttime": Domain(Kind.INSTANT, optional=False),
    "aws:epochtime": Domain(Kind.INSTANT, optional=False, as_number=True),
    "aws:tokenissuetime": Domain(Kind.INSTANT),
    "aws:multifactorauthage": Domain(Kind.NUMBER),
    **dict.fromkeys(("aws:multifactorauthpresent", "aws:viaawsmcpservice", "aws:ismcpserviceaction", "aws:assumedroot"), FLAG),
    "aws:securetransport": CERTAIN_FLAG,
    "aws:viaawsservice": CERTAIN_FLAG,
    "aws:sourceip": Domain(Kind.ADDRESS),
    "aws:vpcsourceip": Domain(Kind.ADDRESS),
    "aws:ec2instancesourceprivateipv4": Domain(Kind.ADDRESS),
    "aws:ec2instancesourcevpc": Domain(shapes=(run_of("vpc-", (HEX,)),), nicer=("vpc-0fedcba9876543210",)),
    "aws:sourcevpc": Domain(shapes=(run_of("vpc-", (_LOWER + DIGITS,)),), nicer=("vpc-0fedcba9876543210",)),
    "aws:sourcevpce": Domain(shapes=(run_of("vpce-", (_LOWER + DIGITS,)),), nicer=("vpce-0fedcba9876543210",)),
    "aws:sourcevpcarn": Domain(shapes=(_ARN,)),
    "aws:vpceaccount": ACCOUNT,
    **{f"aws:{whose}orgid": Domain(shapes=(run_of("o-", (_LOWER + DIGITS,)),), nicer=("o-anotherorg1",)) for whose in _WHOSE},
    **{f"aws:{whose}orgpaths": _PATHS_OF_ORGANIZATIONS for whose in _WHOSE},
    "aws:sourceaccount": ACCOUNT,
    "aws:sourcearn": Domain(shapes=(_ARN,), nicer=("arn:aws:s3:::any-bucket",)),
    "aws:sourceidentity": Domain(shapes=(_OF_SESSION,), nicer=("someone",), strict=True, longest=64),
    "aws:federatedprovider": _TEXTS,
    "aws:useragent": Domain(shapes=(_TEXT,), nicer=("aws-cli/2.0",)),
    "aws:referer": _TEXTS,
    "aws:tagkeys": _NAMES_OF_TAGS,
    "kms:bypasspolicylockoutsafetycheck": FLAG,
    "kms:grantisforawsresource": CERTAIN_FLAG,
    "kms:reencryptonsamekey": CERTAIN_FLAG,
    "kms:expirationmodel": Domain(values=("KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE")),
    "kms:validto": Domain(Kind.INSTANT, as_number=True),
    "kms:requestalias": Domain(shapes=(_ALIAS,), nicer=("alias/another",), strict=True),
    "kms:resourcealiases": Domain(shapes=(_ALIAS,), nicer=("alias/another",), multi_valued=True, strict=True),
    "kms:encryptioncontextkeys": Domain(nicer=("another-name",), shapes=(_TEXT,), multi_valued=True),
    "kms:viaservice": VIA,
    "kms:primaryregion": Domain(shapes=(_REGION,), nicer=_REGIONS, optional=False),
    "kms:replicaregion": Domain(shapes=(_REGION,), nicer=_REGIONS, optional=False),
    "kms:policyname": Domain(values=("default",), optional=False),
    "kms:rotationperiodindays": Domain(Kind.NUMBER, low=90, high=2560, optional=False),
    "kms:schedulekeydeletionpendingwindowindays": Domain(Kind.NUMBER, low=7, high=30, optional=False),
    "kms:trailingdayswithoutkeyusage": Domain(Kind.NUMBER),
    "kms:grantconstrainttype": Domain(values=("EncryptionContextEquals", "EncryptionContextSubset")),
    "kms:grantoperations": Domain(multi_valued=True, optional=False),
    "kms:granteeprincipal": Domain(shapes=_PRINCIPALS, nicer=_SOME_PRINCIPALS, strict=True),
    "kms:retiringprincipal": Domain(shapes=_PRINCIPALS, nicer=_SOME_PRINCIPALS, strict=True),
    "kms:granteeserviceprincipal": Domain(shapes=(_SERVICE,), strict=True),
    "kms:retiringserviceprincipal": Domain(shapes=(_SERVICE,), strict=True),
    "kms:grantconstraintsourcearn": Domain(shapes=(_GRANT_SOURCE,), strict=True),
}
# Letters, digits, spaces and `_.:/=+-@` of every language (IAM User Guide, id_tags; STS API reference, Tag).
_TAG = Domain(
    shapes=(Pattern([PatternStep("!\"#$%&'()*,;<>?[\\]^`{|}~\t\n\r", loop=True, negated=True)]),), nicer=("another",), strict=True
)
OPEN_RANGES = {"kms:schedulekeydeletionpendingwindowindays": (1, 365, "C10")}
"""Keys of which AWS's pages give two ranges, with the wider one and the contradiction."""
OPEN_ABSENCE = frozenset(
    {"kms:rotationperiodindays", "kms:schedulekeydeletionpendingwindowindays", "kms:policyname", "aws:viaawsservice"}
)
"""Keys of which the pages leave open whether some requests have a default of them or nothing (S15, C16)."""
_FAMILIES: tuple[tuple[str, Domain], ...] = (
    ("kms:encryptioncontext:", Domain(nicer=("another",))),
    ("kms:recipientattestation:", Domain(shapes=(run_of((HEX,)),), nicer=("f" * 96, "0" * 96))),
    ("aws:principaltag/", _TAG),
    ("aws:resourcetag/", _TAG),
    ("aws:requesttag/aws:", _TAG._replace(never=(ANYTHING,))),
    ("aws:requesttag/", _TAG),
)
_UNKNOWN = Domain(nicer=("any",))

_BY_TYPE = {
    "Bool": FLAG,
    "Numeric": Domain(Kind.NUMBER),
    "Date": Domain(Kind.INSTANT),
    "IPAddress": Domain(Kind.ADDRESS),
}

_UNIQUE_IDS = {CallerKind.USER: "AIDA", CallerKind.ROLE: "AROA", CallerKind.SESSION: "AROA"}
_ID = "YZABCDEFGHIJKLMNOPQRSTUVWX0123456789"

ROLE_ID = run_of(_UNIQUE_IDS[CallerKind.ROLE], (_ID,))
"""The unique ids of roles."""
_IDS_OF_CUSTOMERS = tuple(glob(f"{head}*") for head in sorted({*_UNIQUE_IDS.values()}))
_SHORT_SESSIONS = tuple(run_of(_UNIQUE_IDS[CallerKind.ROLE], (_ID,), ":", *name) for name in ((), ((NAME, 1),)))


def _user_id(caller: Caller) -> Domain:
    """Return aws:userid: the unique id of a user, of a role with the name of the session (IAM User Guide, identifiers).

    What it holds of services no page says: any text but the id of a user or role.
    """
    head = _UNIQUE_IDS.get(caller.kind)
    if head is None:
        return _UNKNOWN._replace(never=_IDS_OF_CUSTOMERS)
    own = [caller.session] if caller.session else [(NAME, 1), (NAME,)]
    session: list[str | tuple[str, int] | tuple[str]] = [] if caller.kind is CallerKind.USER else [":", *own]
    never = () if caller.session else _SHORT_SESSIONS
    return Domain(shapes=(run_of(head, (_ID,), *session),), never=never, strict=True, optional=False)


_OF_SERVICES: dict[str, Callable[[Caller], Domain]] = {
    SERVICE_NAMES: lambda caller: Domain(
        shapes=(_SERVICE,), nicer=_CALLER.nicer, multi_valued=True, optional=False, within=(caller.name,)
    ),
    "aws:principalarn": lambda _caller: Domain(shapes=_PRINCIPALS, nicer=_SOME_PRINCIPALS, strict=True),
    "aws:principalaccount": lambda _caller: ACCOUNT._replace(strict=True),
    "kms:calleraccount": lambda _caller: ACCOUNT._replace(strict=True),
}


@lru_cache(maxsize=64)
def within_partition(domain: Domain, partition: str) -> Domain:
    """ARNs of a partition's principals: it is their own (IAM User Guide, access_policies-cross-account-resource-access)."""
    nicer = tuple(text.replace("arn:aws:", f"arn:{partition}:") for text in domain.nicer)
    return domain._replace(shapes=_principals((f"arn:{partition}:",)), nicer=nicer)


def domain_of(key: str, caller: Caller) -> Domain:
    """Return the domain of a caller's condition key by its name in lower case; any text, or absent, if nobody knows the key.

    Of several values none is empty: docs/proofs.md. Nor is one that AWS gives its form; in none but ARNs is a wildcard then.
    """
    found = _domain_of(key, caller)
    wild = (_HOLDS_WILDCARD,) if key in _FORMED and _ARN not in found.shapes else ()
    return found._replace(never=(*found.never, literal(""), *wild)) if found.multi_valued or key in _FORMED else found


_HOLDS_WILDCARD = Pattern([STAR, PatternStep("*?"), STAR])
_FORMED = frozenset(key for key, one in DOMAINS.items() if not any(shape.matches("x") for shape in one.shapes))


def _domain_of(key: str, caller: Caller) -> Domain:
    if key == "aws:userid":
        return _user_id(caller)
    if caller.kind is CallerKind.SERVICE and key in _OF_SERVICES:
        return _OF_SERVICES[key](caller)
    if key in DOMAINS:
        return DOMAINS[key]
    family = next((domain for family, domain in _FAMILIES if key.startswith(family)), None)
    known = condition_keys.find(key)
    if family is not None or known is None:
        return family or _UNKNOWN
    if known.values and known.type != "Bool":
        return Domain(values=known.values, multi_valued=known.multi_valued)
    return _BY_TYPE.get(known.type, _UNKNOWN)._replace(multi_valued=known.multi_valued)
