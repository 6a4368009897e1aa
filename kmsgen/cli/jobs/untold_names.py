"""Answers about principals by name where a file does not tell the names of some, such as those that CloudFormation makes up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kmsgen.cli.jobs.placeholders import behind, of_account
from kmsgen.cli.reports.unknown import named
from kmsgen.policy.wildcards import may_meet
from kmsgen.prover.prove import patterns_of
from kmsgen.prover.question import Never, Only, Proof, Question, Result
from kmsgen.sources.described import Called, Open

_NOBODY_MAY = (Result.PROVED, Result.VACUOUS)

Ask = Callable[[Question], Proof]


class UntoldNames(NamedTuple):
    """The principals of a file whose names it does not tell, and what answers questions with their placeholders for names.

    `account` stands for the one that the file is for, if it does not tell it.
    """

    called: Sequence[Called]
    account: Open | None
    ask: Ask

    def assumed(self, question: Question | None) -> list[Open]:
        """Return what is taken for granted of those with whose placeholders a question is answered."""
        patterns = patterns_of(question) if question else ()
        return [one.open for one in self.called if any(may_meet(one.open.holder, pattern) for pattern in patterns)]

    def whatever_they_are(self, proof: Proof, question: Question | None) -> Proof:
        """Return the answer that holds whatever these are called, from that with their placeholders."""
        if isinstance(question, Only):
            return self._of_only(proof, question)
        return self._of_never(proof, question) if isinstance(question, Never) else proof

    def _of_only(self, proof: Proof, question: Only) -> Proof:
        maybe = self._maybe(question.principals) if proof.result is Result.REFUTED else []
        if not maybe:
            return proof
        spared = question._replace(principals=(*question.principals, *(one.open.holder for one in maybe)))
        return _left_open(proof, maybe) if self.ask(spared).result is Result.PROVED else proof

    def _of_never(self, proof: Proof, question: Never) -> Proof:
        if proof.result is Result.REFUTED:
            found = {group.witness.request.principal for group in proof.groups}
            unsure = [one for one in self.called if one.open.holder in found and not _is_surely_meant(one, question)]
            return _left_open(proof, unsure) if len(unsure) == len(found) else proof
        if proof.result is Result.PROVED and self.account and (own := _at_home(question, self.account.holder)) != question:
            other = self._of_never(self.ask(own), own)
            if other.result is not Result.PROVED:
                return Proof(proof.question, Result.UNKNOWN, other.groups, f"not known: {named([self.account])}")
        for one in self._maybe((question.principal,)) if proof.result in _NOBODY_MAY else ():
            other = self.ask(question._replace(principal=one.open.holder))
            if other.result is Result.REFUTED and _is_surely_meant(one, question):
                return other._replace(question=proof.question)
            if other.result is not Result.PROVED:
                return _left_open(proof._replace(groups=other.groups), [one])
        return proof

    def _maybe(self, patterns: Sequence[str]) -> list[Called]:
        """Return those whose own ARN one of these patterns may match, as that of a role or of its sessions."""
        asked = [behind(pattern) for pattern in patterns]
        return [one for one in self.called if any(may_meet(one.pattern, pattern) for pattern in asked)]


def _at_home(question: Never, account: str) -> Never:
    """Return a question as about principals of an account, where it is about those of one that it names."""
    return question._replace(principal=of_account(question.principal, account))


def _is_surely_meant(one: Called, question: Never) -> bool:
    """Return whether a question is about a principal whatever its name; a `?` takes one letter where more may stand."""
    asked = behind(question.principal)
    return "?" not in asked and may_meet(one.pattern.replace("*", "\0"), asked)


def _left_open(proof: Proof, maybe: Sequence[Called]) -> Proof:
    what = [one.open._replace(what=f"the name for which {one.open.holder} stands") for one in maybe]
    return Proof(proof.question, Result.UNKNOWN, proof.groups, f"not known: {named(what)}")
