"""Vocabulary of a bundle: the accounts, principals, services, pairs and values of conditions that its texts name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, is_service_principal, parse_arn
from kmsgen.policy.bundle import Bundle, Levels
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.policy.grant import Grant, Pairs
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import OperatorName, split_operator
from kmsgen.policy.variables import variables_in
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.constraints import CONTEXT, FAMILIES, FAMILY_OF_NAMES

_ACCOUNT = re.compile(r"(?<![0-9a-f-])[0-9]{12}(?![0-9])")


class Want(NamedTuple):
    """What a condition wants of its key: the operator and the values as written; `variables` as of version 2012-10-17."""

    operator: OperatorName
    values: Values
    variables: bool


class Vocabulary(NamedTuple):
    """What the texts of some bundles name, and every want in their conditions by key.

    `existing` are principals that are described, or stand in a Principal element, which names none that there is not. `pairs` are
    the spellings of the names of pairs, by key.
    """

    accounts: Values
    principals: Values
    existing: Values
    services: Values
    principal_patterns: Values
    resources: Values
    actions: Values
    variables: Values

    pairs: Mapping[str, Values]
    by_key: Mapping[str, Sequence[Want]]

    def wanted_of(self, key: str) -> Sequence[Want]:
        """Return every want about one condition key."""
        return self.by_key.get(key, ())


def documents_of(bundle: Bundle) -> Iterator[Document]:
    """Yield every policy of a bundle."""
    for access in bundle.keys:
        yield access.policy
    for beside in bundle.principals.values():
        yield from beside.identity_policies
        yield from beside.session_policies
        yield from [beside.boundary] if beside.boundary else []
        yield from _flat(beside.scps)
    yield from _flat(bundle.rcps)
    yield from bundle.vpc_endpoint_policies.values()


def grants_of(bundle: Bundle) -> Iterator[Grant]:
    """Yield every grant of a bundle."""
    for access in bundle.keys:
        yield from access.grants


def _flat(levels: Levels) -> Iterator[Document]:
    for level in levels:
        yield from level


def read(bundles: Iterable[Bundle], statements: Iterable[Statement] = (), principals: Iterable[str] = ()) -> Vocabulary:
    """Collect the words of bundles, of further statements, and of principals or patterns of principals."""
    bundles = list(bundles)
    documents = list(dict.fromkeys(document for bundle in bundles for document in documents_of(bundle)))
    every = [(statement, document.version) for document in documents for statement in document.statements]
    every += [(statement, "2012-10-17") for statement in statements]
    grants = [grant for bundle in bundles for grant in grants_of(bundle)]
    texts = list(dict.fromkeys([*_texts(every, grants), *principals, *_described(bundles)]))
    by_key: dict[str, list[Want]] = {}
    for key, want in _wants(every):
        by_key.setdefault(key, []).append(want)
    return Vocabulary(
        accounts=tuple(dict.fromkeys(account for text in texts for account in _ACCOUNT.findall(text))),
        principals=tuple(text for text in texts if _is_principal(text)),
        existing=tuple(
            filter(_is_principal, dict.fromkeys([*_named(every), *(one for bundle in bundles for one in bundle.principals)]))
        ),
        services=tuple(text for text in texts if is_service_principal(text)),
        actions=tuple(dict.fromkeys(text for statement, _ in every for text in statement.actions)),
        variables=tuple(dict.fromkeys(folded(name) for text in texts for name in variables_in(text))),
        resources=tuple(dict.fromkeys(text for statement, _ in every for text in statement.resources)),
        pairs=_pairs(every, grants),
        by_key=by_key,
        principal_patterns=tuple(dict.fromkeys(text for statement, _ in every for text in _patterns(statement))),
    )


def _described(bundles: Iterable[Bundle]) -> Iterator[str]:
    for bundle in bundles:
        yield from (access.key.arn for access in bundle.keys)
        yield from bundle.principals


def _named(every: Iterable[tuple[Statement, str]]) -> Iterator[str]:
    for statement, _ in every:
        yield from (principal.value for principal in statement.principals or ())


def _texts(every: Iterable[tuple[Statement, str]], grants: Iterable[Grant]) -> Iterator[str]:
    for statement, _ in every:
        yield from (principal.value for principal in statement.principals or ())
        yield from statement.resources
        for condition in statement.conditions:
            yield from condition.values
    for grant in grants:
        yield from [grant.grantee, grant.retiring or "", grant.issuing_account or "", grant.constraints.source_arn or ""]


def _pairs(every: Iterable[tuple[Statement, str]], grants: Iterable[Grant]) -> Mapping[str, Values]:
    """Return how the names of pairs are spelled: in condition keys, policy variables, grants, and lists of names."""
    found: dict[str, dict[str, None]] = {}
    every = list(every)
    names = [name for statement, _ in every for name in _pair_names(statement)]
    names += [(CONTEXT, name) for grant in grants for name in _constrained(grant)]
    for family, name in names:
        found.setdefault(f"{family}{folded(name)}", {})[name] = None
    for statement, _ in every:
        for condition in statement.conditions:
            family = FAMILY_OF_NAMES.get(folded(condition.key), "")
            for name in condition.values if family else ():
                if f"{family}{folded(name)}" in found:
                    found[f"{family}{folded(name)}"][name] = None
    return {key: tuple(spellings) for key, spellings in found.items()}


def _pair_names(statement: Statement) -> Iterator[tuple[str, str]]:
    for condition in statement.conditions:
        names = [condition.key, *(name for value in condition.values for name in variables_in(value))]
        for name in names:
            for family in FAMILIES:
                if folded(name).startswith(family):
                    yield family, name[len(family) :]


def _constrained(grant: Grant) -> Iterator[str]:
    yield from (name for name, _ in constraint_pairs(grant))


def constraint_pairs(grant: Grant) -> Pairs:
    """Return the pairs that a grant's encryption context constraint holds."""
    constraints = grant.constraints
    return (*(constraints.encryption_context_equals or ()), *(constraints.encryption_context_subset or ()))


def _patterns(statement: Statement) -> Iterator[str]:
    """Yield the patterns within Principal elements that may count: an Allow with one gives nobody anything (P2)."""
    if statement.effect is Effect.ALLOW and not statement.not_principal:
        return
    for principal in statement.principals or ():
        if principal.kind == "AWS" and principal.value != "*" and {"*", "?"} & set(principal.value):
            yield principal.value


def _is_principal(text: str) -> bool:
    arn = parse_arn(text)
    if arn is None or arn.service not in ("iam", "sts") or any(wild in text for wild in "*?$"):
        return False
    return ACCOUNT_ID.match(arn.account) is not None and not arn.region


def _wants(every: Iterable[tuple[Statement, str]]) -> Iterator[tuple[str, Want]]:
    for statement, version in every:
        for condition in statement.conditions:
            operator = split_operator(condition.operator)
            if operator is not None:
                yield folded(condition.key), Want(operator, condition.values, version == "2012-10-17")
