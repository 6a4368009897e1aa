"""Conditions of a line: its `when` to checked values.

Source: KMS Developer Guide, conditions-kms, conditions-aws; IAM User Guide, reference_policies_elements_condition_operators.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from kmsgen.catalogue import condition_keys, via_services
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.form.model import WhenFile
from kmsgen.intent.intent import When
from kmsgen.intent.resolve.conditions.grant_limits import resolve_grant_limits
from kmsgen.intent.resolve.conditions.routes import check_routes
from kmsgen.intent.resolve.conditions.values import check_values
from kmsgen.intent.resolve.conditions.variables import check_exact, check_value
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import Who
from kmsgen.policy.document import Condition
from kmsgen.policy.operators import BASES, split_operator
from kmsgen.reading import Steps

Values = tuple[str, ...]
Granted = Sequence[tuple[Values, tuple[Condition, ...]]]  # actions, each group under the conditions of its words

ALIAS = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}\Z")
ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}\Z")
# as texts: `re` compiles a pattern when it is first used
_ALIAS_PATTERN = r"alias/[a-zA-Z0-9/_*?-]{1,250}\Z"
_ENDPOINT = r"vpce-[0-9a-z]{1,32}\Z"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})\Z"


def resolve_when(when: WhenFile | None, allowed: Values, steps: Steps, who: Who | None, context: Context) -> When:
    """Return the conditions under which a line allows `allowed` to `who`; reports those that never hold or ask nothing."""
    return resolve_when_beside(when, ((allowed, ()),), steps, who, context)


def resolve_when_beside(when: WhenFile | None, granted: Granted, steps: Steps, who: Who | None, context: Context) -> When:
    """Return the conditions of a line whose words have some of their own, beside which they have to hold too."""
    if when is None:
        return When()
    allowed = tuple(action for actions, _ in granted for action in actions)
    by_words = tuple(condition for _, conditions in granted for condition in conditions)
    since = _instant(when.from_, (*steps, "from"), context)
    until = _instant(when.until, (*steps, "until"), context)
    if since and until and since >= until:
        context.refuse((*steps, "until"), "empty-period", f"`until` ({until}) is not after `from` ({since})")
    if when.mfa is False:
        context.refuse((*steps, "mfa"), "mfa-false", "`mfa: false` asks nothing", "leave it out")
    _check_context(when, allowed, steps, context)
    found = When(
        encryption_context=_pairs(when.encryption_context, (*steps, "encryption_context"), who, context),
        via=_each(when.via, (*steps, "via"), _via, context),
        since=since,
        until=until,
        source_vpce=_each(when.source_vpce, (*steps, "source_vpce"), _endpoint, context),
        source_ip=_each(when.source_ip, (*steps, "source_ip"), _network, context),
        mfa=when.mfa,
        request_alias=_each(when.request_alias, (*steps, "request_alias"), _alias, context),
        principal_tags=_pairs(when.principal_tags, (*steps, "principal_tags"), who, context),
        organization=_each(when.organization, (*steps, "organization"), _organization, context),
        conditions=_raw(when.conditions, allowed, (*steps, "conditions"), who, context),
        grant=resolve_grant_limits(when.grant, allowed, (*steps, "grant"), context),
    )
    check_routes(found._replace(conditions=(*found.conditions, *by_words)), allowed, steps, who, context)
    _check_organization(found.organization, steps, who, context)
    return found


def _check_organization(organizations: Values, steps: Steps, who: Who | None, context: Context) -> None:
    """Report organizations of which none is that of the principal, as far as the file tells it."""
    own = None
    if who is not None:
        own = who.account if who.kind == "organization" else context.organization if who.account == context.account else None
    if organizations and who is not None and own is not None and own not in organizations:
        message = f"`{who.arn}` is in the organization `{own}`, so this never holds"
        context.refuse((*steps, "organization"), "when-never-holds", message, "leave it out, or name that organization")


def _check_context(when: WhenFile, allowed: Values, steps: Steps, context: Context) -> None:
    """Report condition keys that the requests of no action of the line carry."""
    with_context = context.key_type in (None, "symmetric") and _carried("kms:EncryptionContextKeys", allowed)
    asked = (
        ("encryption_context", when.encryption_context, with_context),
        ("request_alias", when.request_alias, _carried("kms:RequestAlias", allowed)),
        ("via", when.via, _carried("kms:ViaService", allowed)),
    )
    for name, value, carried in asked:
        if value and allowed and not carried:
            message = f"no action of this line carries what `{name}` looks at"
            context.refuse((*steps, name), "when-without-effect", message, "leave it out")


Check = Callable[[str], tuple[str, tuple[str, str, str] | None]]


def _each(texts: list[str] | None, steps: Steps, check: Check, context: Context) -> Values:
    """Return what each text means, once, without the ones that the check refuses, which are reported."""
    sound: dict[str, None] = {}
    for index, text in enumerate(texts or ()):
        value, refusal = check(text)
        if refusal:
            context.refuse((*steps, index), *refusal)
        else:
            sound[value] = None
    return tuple(sound)


def _via(text: str) -> tuple[str, tuple[str, str, str] | None]:
    if text in via_services.PREFIXES:
        return text, None
    hint = did_you_mean(text.partition(".")[0], via_services.PREFIXES) or "the first part of a kms:ViaService value, such as s3"
    return text, ("unknown-via", f"`{text}` is no service that kms:ViaService knows", hint)


def _endpoint(text: str) -> tuple[str, tuple[str, str, str] | None]:
    return text, None if re.match(_ENDPOINT, text) else (
        "vpc-endpoint",
        f"`{text}` is no id of a VPC endpoint",
        "such as vpce-1234abcd",
    )


def _network(text: str) -> tuple[str, tuple[str, str, str] | None]:
    try:
        return str(ipaddress.ip_network(text)), None
    except ValueError:
        pass
    try:
        hint = f"did you mean `{ipaddress.ip_network(text, strict=False)}`?"
    except ValueError:
        hint = "such as 203.0.113.0/24"
    return text, ("source-ip", f"`{text}` is no address and no network", hint)


def _alias(text: str) -> tuple[str, tuple[str, str, str] | None]:
    name = text if text.startswith("alias/") else f"alias/{text}"
    if name.startswith("alias/aws/"):
        return name, ("alias-aws", f"`{name}` is reserved for keys that AWS manages", "choose another name")
    if not re.match(_ALIAS_PATTERN, name):
        return name, ("alias-name", f"`{name}` is no alias", "letters, digits, `/`, `_`, `-`")
    return name, None


def _organization(text: str) -> tuple[str, tuple[str, str, str] | None]:
    return text, None if ORGANIZATION.match(text) else (
        "organization-id",
        f"`{text}` is no id of an organization",
        "such as o-exampleorgid",
    )


def _instant(text: str | None, steps: Steps, context: Context) -> str | None:
    """Return a date's first moment, or a date and time with zone, as an ISO 8601 instant in UTC; None after reporting."""
    if text is None:
        return None
    if re.match(_DATE, text) or re.match(_INSTANT, text):
        try:
            instant = datetime.fromisoformat(text)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
            return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            pass
    context.refuse(steps, "bad-date", f"`{text}` is no date", "such as 2026-12-31, or 2026-12-31T18:00:00Z with a zone")
    return None


def _pairs(pairs: dict[str, list[str]] | None, steps: Steps, who: Who | None, context: Context) -> tuple[tuple[str, Values], ...]:
    for name, values in (pairs or {}).items():
        if not name or "${" in name:
            context.problems.add_key(
                (*steps, name), "condition-name", f"`{name}` is no name of a pair", "variables may stand in values only"
            )
        context.check_policy_text(name, (*steps, name))
        for index, value in enumerate(values):
            check_exact(value, (*steps, name, index), who, context)
    return tuple((name, tuple(dict.fromkeys(values))) for name, values in (pairs or {}).items())


def _raw(
    blocks: dict[str, dict[str, list[str]]] | None, allowed: Values, steps: Steps, who: Who | None, context: Context
) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    for operator, keys in (blocks or {}).items():
        here: Steps = (*steps, operator)
        split = split_operator(operator)
        if split is None:
            hint = did_you_mean(operator, BASES) or "such as StringEquals"
            context.problems.add_key(here, "unknown-operator", f"`{operator}` is no condition operator", hint)
        for key, values in keys.items():
            _check_key(key, allowed, (*here, key), context)
            for index, value in enumerate(values):
                check_value(value, (*here, key, index), who, context)
            if split is not None:
                check_values(split, key, values, (*here, key), context)
            conditions.append(Condition(str(split or operator), key, tuple(values)))
    return tuple(conditions)


def _check_key(key: str, allowed: Values, steps: Steps, context: Context) -> None:
    context.check_policy_text(key, steps)
    if condition_keys.find(key) is None:
        hint = did_you_mean(key, condition_keys.CONDITION_KEYS)
        context.problems.add_key(steps, "unknown-condition-key", f"`{key}` is no condition key of KMS or of all services", hint)
    elif allowed and not _carried(key, allowed):
        message = f"no action of this line carries `{key}`"
        context.problems.add_key(steps, "when-without-effect", message, "leave it out")


def _carried(key: str, allowed: Values) -> bool:
    """Tell whether requests for any of the actions can carry a condition key."""
    return any(not action.startswith("kms:") or condition_keys.on_action(key, action) for action in allowed)
