"""Other example callers of a line that means many: those whom its conditions and the Denies of the file tell apart.

A line of an account, a pattern or an organization is had where somebody has it; whom a Deny leaves of them, a note tells.
Everyone of an account is asked of each kind of caller, but where a Deny of the file tells callers apart.
Source: IAM User Guide, reference_policies_elements_principal, reference_identifiers (paths of names).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product
from string import ascii_lowercase, digits

from kmsgen.arn import ACCOUNT_ID, account_of, parse_arn
from kmsgen.catalogue.condition_keys import tells_caller
from kmsgen.checks.common_text import Pattern, common_text, glob, literal
from kmsgen.checks.intent.asked_access import CALLERS_ACCOUNT, Expected, regions_of
from kmsgen.checks.intent.asked_conditions import denied_when
from kmsgen.checks.intent.example_callers import SOMEBODY, everyone_of, one_account
from kmsgen.intent.intent import Intent, is_pattern
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator

Values = tuple[str, ...]

_MOST = 64
_KINDS = ("iam::{account}:role/", "iam::{account}:user/", "sts::{account}:federated-user/")
_ROOT = "iam::{account}:root"
_ARN, _NAME, _ACCOUNTS = "aws:principalarn", "aws:username", ("aws:principalaccount", folded(CALLERS_ACCOUNT))


def others_of(access: Expected, caller: str, intent: Intent, key: Key) -> Values:
    """Return further callers whom an access means, beside the example `caller`; none of a line that names one principal."""
    arn = parse_arn(access.principal.value)
    means_many = access.principal.value == "*" or (arn is not None and arn.resource == "root")
    if not means_many or account_of(caller) is None or ":role/aws-service-role/" in caller:
        return ()
    own = access.statement.conditions
    denies = [one for line in intent.guardrails for one in denied_when(line, access.action, regions_of(intent, key))]
    if everyone_of(access) is not None and not any(tells_caller(one.key) for one in denies):
        return ()
    found = (
        name
        for account in _accounts(access, caller, (*own, *denies))
        for name in _of_account(caller.split(":")[1], account, own, [*denies, *_spared(access, intent)])
    )
    return tuple(islice((name for name in dict.fromkeys(found) if name != caller), _MOST))


def _spared(access: Expected, intent: Intent) -> Iterator[Condition]:
    """Yield the exceptions of guard rails as conditions on the caller; of a pattern they would leave single names."""
    if not any(folded(one.key) == _ARN for one in access.statement.conditions):
        names = [name for line in intent.guardrails for name in line.exceptions if name.startswith("arn:")]
        yield from (Condition("ArnLike" if is_pattern(name) else "ArnEquals", "aws:PrincipalArn", (name,)) for name in names)


def _accounts(access: Expected, caller: str, conditions: Iterable[Condition]) -> Values:
    """Return the accounts of callers: that of the line, or of an organization any that a condition names."""
    one = one_account(access, access.statement.conditions)
    if one is not None:
        return (one,)
    named = (value for each in conditions if folded(each.key) in _ACCOUNTS for value in each.values if ACCOUNT_ID.match(value))
    return tuple(dict.fromkeys((account_of(caller) or "", *named)))


def _of_account(partition: str, account: str, own: Iterable[Condition], told_apart: Iterable[Condition]) -> Iterator[str]:
    """Yield callers of an account: one of each kind, and for each pattern those that match it within the line's own ones."""
    head = f"arn:{partition}:"
    yield from (head + kind.format(account=account) + SOMEBODY for kind in _KINDS)
    yield head + _ROOT.format(account=account)
    shapes = [glob(head + kind.format(account=account) + "?*") for kind in _KINDS]
    own = list(own)
    within = [pattern for one in own if "Not" not in one.operator for pattern in _patterns(one, head, account)]
    told_apart = list(told_apart)
    # of what the line itself means no shortest name, which an exception may be about, and one that no Deny names
    apart = _unlike(value for one in told_apart for value in one.values)
    longer = [one._replace(values=tuple(text.replace("*", more) for text in one.values)) for more in ("?*", apart) for one in own]
    every = [pattern for one in (*longer, *told_apart) for pattern in _patterns(one, head, account)]
    for pattern, shape in product(dict.fromkeys(every), shapes):
        for texts in ((pattern, shape, inner) for inner in within or (pattern,)):
            text = common_text(texts)
            if text is not None and not {"*", "?", "$"} & set(text):
                yield text


def _unlike(texts: Iterable[str]) -> str:
    """Return a letter for names, and whatever follows it: where one is that none of the texts has."""
    said = set("".join(texts))
    return next((letter for letter in f"{ascii_lowercase}{digits}" if letter not in said), "?") + "*"


def _patterns(condition: Condition, head: str, account: str) -> Iterator[Pattern]:
    """Yield the patterns of ARNs that a condition on the caller's ARN or user name has, negated or not."""
    name, key = split_operator(condition.operator), folded(condition.key)
    if name is None or key not in (_ARN, _NAME):
        return
    make = literal if name.base in ("StringEquals", "StringNotEquals") else glob
    for value in condition.values:
        yield make(f"{head}iam::{account}:user/{value}" if key == _NAME else value)
