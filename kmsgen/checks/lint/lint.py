"""Findings on policies that anyone wrote, each with its fix: statement by statement, and by proof on the policy as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kmsgen.checks.finding import SEVERITIES, Finding
from kmsgen.checks.lint.statements import CHECKS, IAM_POLICY, KEY_POLICY, Subject
from kmsgen.errors import Location
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import KEY_POLICY_BYTES, compact_policy, format_document
from kmsgen.prover.minimality import DENIES_NOTHING, NEVER_MATCHES, SHADOWED, WITHOUT_EFFECT, Dead, minimality
from kmsgen.prover.proof import Budget, Result
from kmsgen.prover.prove import prove
from kmsgen.prover.question import NoLockout, NoPublic
from kmsgen.reading import Steps, Where

_SHARE = 5  # of the groups of a proof that are shown
_WORDS = {
    NEVER_MATCHES: ("dead", "warning", "no request there could be meets {what}", "drop it, or correct what cannot hold"),
    SHADOWED: ("shadowed", "note", "what {what} gives, others give too", "drop it, or the wider statement"),
    WITHOUT_EFFECT: ("without-effect", "warning", "nothing comes of {what}: something else denies it", "drop it"),
    DENIES_NOTHING: ("denies-nothing", "note", "nobody is allowed what {what} denies", "keep it as a guard rail, or drop it"),
}

OF_MINIMALITY = tuple(f"{code}-" for code, *_ in _WORDS.values())
"""How the codes of findings begin that say of a statement or an action that it may go."""


class Written(NamedTuple):
    """A policy with the places of its parts: `layer` and `kind` of policy, `label` where several stand in one file."""

    document: Document
    kind: str
    where: Where
    steps: Steps = ()
    layer: str = "key-policy"

    def place(self, number: int, steps: Steps = ()) -> Location:
        """Return the place of a part of a statement."""
        return self.where((*self.steps, "Statement", number, *steps))

    def label(self, number: int) -> str:
        """Return what decisions call a statement."""
        return f"{self.layer}/{self.document.statements[number].sid or f'#{number + 1}'}"


def lint(written: Sequence[Written], bundle: Bundle | None, budget: Budget | None = None) -> list[Finding]:
    """Return the findings on policies, in their order; with a bundle those too that only the whole shows."""
    budget = budget or Budget(seconds=20)
    found = [finding for one in written for finding in _by_statement(one)]
    found += [finding for one in written for finding in _by_document(one)]
    if bundle is not None and bundle.keys:
        found += _by_proof(written, bundle, budget)
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    unique = {(one.code, one.location, one.message, one.statements): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.location, order[one.severity], one.code, one.message))


def _by_statement(written: Written) -> Iterator[Finding]:
    for number, statement in enumerate(written.document.statements):
        subject = Subject(statement, written.kind, written.document.version)
        for check in CHECKS:
            for problem in check(subject):
                place = written.place(number, problem.steps)
                label = (written.label(number),)
                yield Finding(problem.code, problem.severity, problem.message, place, statements=label, hint=problem.fix)


def _by_document(written: Written) -> Iterator[Finding]:
    counted = Counter(statement.sid for statement in written.document.statements if statement.sid)
    for number, statement in enumerate(written.document.statements):
        if statement.sid and counted[statement.sid] > 1:
            place = written.place(number, ("Sid",))
            yield Finding("duplicate-sid", "error", f"the Sid `{statement.sid}` stands twice", place, hint="give each its own")
    size = len(compact_policy(format_document(written.document)).encode())
    if written.kind == KEY_POLICY and size > KEY_POLICY_BYTES:
        message = f"the policy has {size} bytes without white space, and a key policy has at most {KEY_POLICY_BYTES}"
        yield Finding("too-large", "error", message, written.where(written.steps), hint="merge statements, or use grants")


def _by_proof(written: Sequence[Written], bundle: Bundle, budget: Budget) -> Iterator[Finding]:
    top = written[0].where(written[0].steps)
    public = prove(bundle, NoPublic(), budget)
    for group in public.groups[:_SHARE]:
        place = _place_of(written, group.reason) or top
        fix = "name principals, or tie the statement to aws:PrincipalOrgID, kms:CallerAccount or aws:SourceArn"
        yield Finding("public-access", "error", f"strangers have access: {group}", place, group.witness, group.reason, hint=fix)
    lockout = prove(bundle, NoLockout(), budget)
    if lockout.result is Result.REFUTED:
        fix = "allow kms:PutKeyPolicy to a principal, or let the account's IAM policies decide"
        yield Finding("lockout", "error", lockout.reason, top, hint=fix)
    minimal = minimality(bundle, budget)
    for dead in minimal.dead:
        yield from _dead(written, dead)
    reasons = dict.fromkeys(reason for reason in (public.reason, minimal.reason) if reason)
    if lockout.result is Result.UNKNOWN:
        reasons[lockout.reason] = None
    for reason in reasons:
        yield Finding("not-finished", "warning", f"not everything could be proved: {reason}", top)


def _place_of(written: Sequence[Written], labels: Sequence[str]) -> Location | None:
    for one in written:
        for number in range(len(one.document.statements)):
            if one.label(number) in labels:
                return one.place(number)
    return None


def _dead(written: Sequence[Written], dead: Dead) -> Iterator[Finding]:
    code, severity, message, fix = _WORDS[dead.kind]
    for one in written:
        for number, statement in enumerate(one.document.statements):
            if statement is dead.rule.statement:
                what = f"`{dead.action}` in this statement" if dead.action else "this statement"
                place = one.place(number, ("Action",) if dead.action else ())
                text = message.format(what=what)
                yield Finding(
                    f"{code}-{'action' if dead.action else 'statement'}",
                    severity,
                    text,
                    place,
                    statements=(dead.source,),
                    hint=fix,
                )


def written_of(bundle: Bundle, where: Where, steps: Steps) -> Written:
    """Return the key policy of a bundle as a policy with places."""
    return Written(bundle.keys[0].policy, KEY_POLICY, where, steps)


def as_iam_policy(document: Document, where: Where, steps: Steps = ()) -> Written:
    """Return an IAM policy as a policy with places."""
    return Written(document, IAM_POLICY, where, steps)._replace(layer="identity-policy")
