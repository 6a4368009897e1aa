"""Put single findings together into groups that read well, the most dangerous first."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from kmsgen.arn import Arn, is_service_principal, parse_arn
from kmsgen.prover.key_forms import as_condition
from kmsgen.prover.problem import Values
from kmsgen.prover.question import Group
from kmsgen.prover.requests.named.principals import SPECIAL_ROLES
from kmsgen.prover.requests.named.vocabulary import Vocabulary
from kmsgen.prover.search.assumptions import ANY_IAM_POLICY, ASSUMED_SOURCE
from kmsgen.prover.search.counterexamples import Hit
from kmsgen.prover.search.universe import Universe
from kmsgen.prover.values.patterns import Pattern, arn_glob, glob

# How much harm an action does in the wrong hands: whoever has the first can give itself all others.
HARM = {
    "PutKeyPolicy": 9,
    "CreateGrant": 8,
    "Decrypt": 7,
    "ReEncryptFrom": 7,
    "ReplicateKey": 6,
    "ScheduleKeyDeletion": 6,
    "DeleteImportedKeyMaterial": 6,
    "Sign": 6,
    "GenerateMac": 6,
    "DeriveSharedSecret": 6,
    "Decapsulate": 6,
    "DisableKey": 5,
    "ImportKeyMaterial": 5,
    "GenerateDataKey": 4,
    "GenerateDataKeyPair": 4,
    "RevokeGrant": 3,
    "TagResource": 3,
    "UntagResource": 3,
    "UpdateAlias": 3,
    "Encrypt": 2,
}
_EVERY_KIND = {"role", "user"}


def speaker_of(universe: Universe, asked: Values = ()) -> "Speaker":
    """Return what says who a witness stands for; `asked` are the patterns of a question."""
    return Speaker(universe.account, universe.words, asked)


class Speaker:
    """Says who a witness stands for: the account of the key, and the words of the policies."""

    def __init__(self, account: str, vocabulary: Vocabulary, asked: Values = ()) -> None:
        self.account = account
        self.vocabulary = vocabulary
        self.asked = asked

    @cached_property
    def patterns(self) -> list[tuple[str, Pattern]]:
        """Every pattern of principals' ARNs that a policy or a question holds."""
        wanted = [
            (value, arn_glob(value) if want.operator.base.startswith("Arn") else glob(value))
            for want in self.vocabulary.wanted_of("aws:principalarn")
            for value in want.values
            if {"*", "?"} & set(value) and "${" not in value
        ]
        return list({text: (text, pattern) for text, pattern in [*wanted, *((a, glob(a)) for a in self.asked)]}.values())

    def who(self, principal: str) -> tuple[str, str]:
        """Return the kind (`role`, `user`, a name that stays as it is) and the place (`in account ...`) of a witness."""
        if is_service_principal(principal):
            return (principal if principal in self.vocabulary.services else "any AWS service that no policy names"), ""
        arn = parse_arn(principal)
        if arn is None or (principal in self.vocabulary.principals and arn.resource != "root"):
            return principal, ""
        return self._kind(arn), self._place(arn, principal)

    def _kind(self, arn: Arn) -> str:
        if arn.name == SPECIAL_ROLES[0]:
            return "service-linked role"
        if arn.name in SPECIAL_ROLES:
            return arn.resource
        return {"root": "root user", "assumed-role": "role", "federated-user": "federated user"}.get(arn.kind, arn.kind)

    def _place(self, arn: Arn, principal: str) -> str:
        known = arn.account == self.account or arn.account in self.vocabulary.accounts
        place = f"in account {arn.account}" if known else "in any other account"
        like = [text for text, pattern in self.patterns if text not in ("*", "arn:*") and pattern.matches(principal)]
        return f"{place} like {' and '.join(like)}" if like else place


def group(hits: Iterable[Hit], speaker: Speaker, most: int | None = None) -> list[Group]:
    """Merge hits: first the actions of one principal, then the principals with the same actions and conditions.

    `most` of them are told, the most dangerous ones.
    """
    by_principal: dict[tuple[str, Values], list[Hit]] = {}
    for hit in hits:
        by_principal.setdefault((hit.witness.principal, hit.labels), []).append(hit)
    merged: dict[tuple[Values, Values], list[list[Hit]]] = {}
    for (_, labels), same in by_principal.items():
        actions = tuple(sorted({hit.witness.action for hit in same}))
        merged.setdefault((actions, labels), []).append(same)
    groups = [
        _outline(actions, labels, together, speaker)
        for (actions, labels), rows in merged.items()
        for together in _by_danger(rows, speaker)
    ]
    listed = sorted(groups, key=lambda one: (-one.danger, one.principals, one.actions, one.conditions))[:most]
    return [Group(*one[:3], one.worst.told(), one.reason, one.danger) for one in listed]


def merged(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Put groups of the same principals and conditions together, as they are found for keys of several kinds."""
    found: dict[tuple[Values, Values], Group] = {}
    for one in groups:
        same = found.setdefault((one.principals, one.conditions), one)
        actions, reason = tuple(sorted({*same.actions, *one.actions})), tuple(dict.fromkeys([*same.reason, *one.reason]))
        found[one.principals, one.conditions] = same._replace(actions=actions, reason=reason)
    return tuple(found.values())


def of_forms(found: Iterable[tuple[Values, Iterable[Group]]]) -> tuple[Group, ...]:
    """Put groups together that are found for the forms in which a key exists, each told in words; by none the likely one.

    What only some form has says so, once for the form of the fewest words.
    """
    told: dict[tuple[Values, Values], list[tuple[Values, Values]]] = {}
    groups: list[Group] = []
    for words, of_form in found:
        for one in of_form:
            before = told.setdefault((one.principals, one.conditions), [])
            wider = [(form, actions) for form, actions in before if set(form) <= set(words)]
            if any(set(one.actions) <= set(actions) for _, actions in wider):
                continue
            before.append((words, one.actions))
            form = next((form for form, _ in wider), words)
            groups.append(one._replace(conditions=(*one.conditions, *filter(None, [as_condition(form)]))))
    return merged(groups)


def _by_danger(rows: list[list[Hit]], speaker: Speaker) -> list[list[list[Hit]]]:
    """Keep strangers, other accounts and the key's own account apart: they are different news."""
    apart: dict[int, list[list[Hit]]] = {}
    for row in rows:
        apart.setdefault(_reach(row[0].witness.principal, speaker), []).append(row)
    return list(apart.values())


class _Outline(NamedTuple):
    """A group of which the witness is not decided yet."""

    principals: Values
    actions: Values
    conditions: Values
    worst: Hit
    reason: Values
    danger: int


def _outline(actions: Values, labels: Values, rows: list[list[Hit]], speaker: Speaker) -> _Outline:
    worst = max((hit for row in rows for hit in row), key=lambda hit: HARM.get(_bare(hit.witness.action), 1))
    danger = 10 * _reach(worst.witness.principal, speaker) + HARM.get(_bare(worst.witness.action), 1)
    names = _names([speaker.who(row[0].witness.principal) for row in rows])
    reason = tuple(dict.fromkeys(_told(why) for row in rows for hit in row for why in hit.reason))
    return _Outline(names, actions, labels, worst, reason, danger * 10 - min(len(labels), 9))


def _told(source: str) -> str:
    """Return a statement by its name, and what the prover assumes as what it is."""
    return ANY_IAM_POLICY if source == ASSUMED_SOURCE else source


def _names(who: Sequence[tuple[str, str]]) -> Values:
    """Name principals by place; where roles and users of a place are there, that is any principal of it."""
    places: dict[str, list[str]] = {}
    for kind, place in who:
        places.setdefault(place, []).append(kind)
    names: list[str] = []
    for place, kinds in places.items():
        if not place:
            names += kinds
        elif set(kinds) >= _EVERY_KIND:
            names.append(f"any principal {place}")
        else:
            names += [f"{'the' if kind == 'root user' else 'any'} {kind} {place}" for kind in kinds]
    return tuple(dict.fromkeys(names))


def _reach(principal: str, speaker: Speaker) -> int:
    """Rank who a principal is: 4 a stranger's account, 3 an unnamed service, 2 another account, 1 the rest."""
    if is_service_principal(principal):
        return 1 if principal in speaker.vocabulary.services else 3
    arn = parse_arn(principal)
    account = arn.account if arn else ""
    if account == speaker.account:
        return 0 if principal in speaker.vocabulary.principals else 1
    return 2 if account in speaker.vocabulary.accounts else 4


def _bare(action: str) -> str:
    return action.partition(":")[2] or action
