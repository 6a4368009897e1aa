"""Described principals of whom nothing that bears on a key tells one from another: one of each kind stands for all of them.

A principal may be one of many where its IAM policies are about other keys, in full, and nothing but such policies is described of
it. What tells such principals apart is then their account, whether they are roles or users, and the texts that bear on the key:
names that occur there, and patterns that fit some of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.authorizer.language.wildcards import glob, pieces_of
from kmsgen.policy.bundle import Bundle, KeyAccess, Levels, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.letter_case import folded
from kmsgen.prover.bearing import keys_named
from kmsgen.prover.problem import Values
from kmsgen.prover.question import Proof

_WORD = re.compile(r"[\w+=,.@-]+")
_SPOKEN = re.compile(r"[\w+=.@-]+")
"""Parts of names in sentences, in which a comma stands between names too."""
_SEPARATOR = re.compile("[:/]")
_VARIABLE = "${"


class About(NamedTuple):
    """A bundle of one key, and the parts of the names of those described whom it leaves out, or who stand for such."""

    bundle: Bundle
    unsettled: frozenset[str]

    def settles(self, proof: Proof) -> bool:
        """Return whether an answer about it holds with everybody described: it speaks of nobody who is one of many."""
        texts = [proof.reason]
        for one in proof.groups:
            texts += [*one.principals, *one.conditions, one.witness.request.principal]
        return self.unsettled.isdisjoint(word for text in texts for word in _SPOKEN.findall(folded(text)))


class Representatives:
    """An index of the described principals of a bundle by what tells them apart."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._order = {principal: number for number, principal in enumerate(bundle.principals)}
        self._spoken = {principal: _SPOKEN.findall(_name(principal)) for principal in bundle.principals}
        self._always: list[str] = []
        self._by_key: dict[str, list[str]] = {}
        self._by_word: dict[str, list[str]] = {}
        self._kinds: dict[tuple[str, str], list[str]] = {}
        self._fitting: dict[str, list[frozenset[str]]] = {}
        self._around = tuple(_of_documents((*_of_levels(bundle.rcps), *bundle.vpc_endpoint_policies.values())))
        for principal, beside in bundle.principals.items():
            self._add(principal, beside)
        self._of_always = tuple(text for one in self._always for text in _of_principal(bundle.principals[one]))

    def _add(self, principal: str, beside: PrincipalPolicies) -> None:
        arn, keys = parse_arn(principal), keys_named(beside)
        if arn is None or keys is None or arn.kind not in ("role", "user") or not _is_plain(beside):
            self._always.append(principal)
            return
        self._kinds.setdefault((arn.account, arn.kind), []).append(principal)
        for key in keys:
            self._by_key.setdefault(key, []).append(principal)
        for word in set(_WORD.findall(folded(arn.name))):
            self._by_word.setdefault(word, []).append(principal)

    def about(self, access: KeyAccess, asked: Values = ()) -> About | None:
        """Bundle of one key for a question with some patterns of principals; None where only the whole bundle will do.

        Everybody whom something tells apart is in it, and one of each kind of the others.
        """
        texts = dict.fromkeys((*_of_key(access), *asked, *self._around, *self._of_always))
        if any(_VARIABLE in text for text in texts):
            return None
        told_apart = {*self._always, *self._by_key.get(access.key.arn, ())}
        for word in {word for text in texts for word in _WORD.findall(folded(text))}:
            told_apart.update(self._by_word.get(word, ()))
        kept = sorted({*told_apart, *self._standing_in(told_apart, texts)}, key=self._order.__getitem__)
        if len(kept) == len(self._order):
            return None
        unsettled = frozenset(word for one in self._order if one not in told_apart for word in self._spoken[one])
        principals = {one: self.bundle.principals[one] for one in kept}
        return About(self.bundle._replace(keys=(access,), principals=principals), unsettled)

    def _standing_in(self, told_apart: set[str], texts: Iterable[str]) -> Iterator[str]:
        """Yield the first of each kind of those whom nothing tells apart: each pattern fits all or none of a kind."""
        patterns = [some for text in texts for some in self._fits(text)]
        for members in self._kinds.values():
            left = (principal for principal in members if principal not in told_apart)
            if not patterns:
                yield from islice(left, 1)
                continue
            kinds: dict[tuple[bool, ...], str] = {}
            for principal in left:
                kinds.setdefault(tuple(principal in some for some in patterns), principal)
            yield from kinds.values()

    def _fits(self, text: str) -> list[frozenset[str]]:
        """Return whom a pattern fits, as a whole and each part of it, whatever the case of letters; not if it fits everybody."""
        if text not in self._fitting:
            parts = [one for one in (text, *_SEPARATOR.split(text)) if _is_pattern(one)]
            every = [one for members in self._kinds.values() for one in members] if parts else []
            found = {_fitting(one, every) for one in parts}
            self._fitting[text] = [some for some in found if 0 < len(some) < len(every)]
        return self._fitting[text]


def _fitting(pattern: str, principals: Iterable[str]) -> frozenset[str]:
    fit = glob(pieces_of(folded(pattern)))
    return frozenset(one for one in principals if fit(folded(one)) or fit(_name(one)))


def _is_pattern(text: str) -> bool:
    return text.strip("*") != "" and not {"*", "?"}.isdisjoint(text)


def _name(principal: str) -> str:
    return folded(principal.rpartition("/")[2])


def _is_plain(beside: PrincipalPolicies) -> bool:
    """Return whether nothing but identity policies is described of a principal."""
    return beside == PrincipalPolicies(beside.identity_policies)


def _of_key(access: KeyAccess) -> Iterator[str]:
    yield from _of_documents((access.policy,))
    for grant in access.grants:
        yield from (grant.grantee, grant.retiring or "")


def _of_principal(beside: PrincipalPolicies) -> Iterator[str]:
    limits = [one for one in (beside.boundary, *(beside.session_policies or ()), *_of_levels(beside.scps)) if one is not None]
    return _of_documents((*beside.identity_policies, *limits))


def _of_documents(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the texts that may tell one principal from another: principals, and values of conditions."""
    for document in documents:
        for statement in document.statements:
            yield from (principal.value for principal in statement.principals or ())
            for condition in statement.conditions:
                yield from condition.values


def _of_levels(levels: Levels) -> Iterator[Document]:
    for level in levels:
        yield from level
