"""Verification of an intent, three questions: is all of it allowed, is nothing else, can the key policy be changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kmsgen.arn import is_service_principal, region_of
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.deployment import undeployable
from kmsgen.checks.intent.excess_access import BESIDE_THE_KEY, beyond, described
from kmsgen.checks.intent.lockout import locked_out
from kmsgen.checks.intent.missing_access import not_allowed
from kmsgen.checks.intent.retiring import cannot_retire, may_retire
from kmsgen.checks.intent.specification import Specification, about_form, specify
from kmsgen.errors import Location, RefusedError
from kmsgen.intent.intent import ORGANIZATION, Intent, NeverLine
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.prover.grouping import of_forms
from kmsgen.prover.key_forms import forms_of, said
from kmsgen.prover.prove import prove_each
from kmsgen.prover.question import Beyond, Group, Never, NeverInside, Proof, Result

Origins = Mapping[str, tuple[Location, ...]]

INTENDED = "every intended access is allowed"
NOTHING_ELSE = "nothing else is allowed"
NO_LOCKOUT = "the key policy can still be changed"


class Answer(NamedTuple):
    """The answer to one question: yes where there is no finding."""

    question: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_yes(self) -> bool:
        """Whether there is no finding."""
        return not self.findings


def ask(intent: Intent, bundle: Bundle, origins: Origins, *, thorough: bool = False) -> tuple[Answer, Answer, Answer]:
    """Answer the three questions about the policies of a bundle.

    The prover looks for excess access of any principal; `thorough` also enumerates on keys if it finds none, without the prover.
    """
    specification = specify(intent, [access.key for access in bundle.keys])
    excess = [*_proved(intent, specification, bundle, origins)]
    counted = None if thorough and not excess else BESIDE_THE_KEY
    excess += [*beyond(intent, specification, bundle, origins, kinds=counted), *may_retire(intent, bundle)]
    missing = [*not_allowed(intent, specification, bundle, origins), *undeployable(intent, bundle)]
    return (
        Answer(INTENDED, (*_behind(missing, intent, origins), *cannot_retire(intent, bundle))),
        Answer(NOTHING_ELSE, tuple(excess)),
        Answer(NO_LOCKOUT, tuple(_behind(locked_out(intent, bundle), intent, origins))),
    )


def _behind(findings: Iterable[Finding], intent: Intent, origins: Origins) -> Iterator[Finding]:
    """Yield findings with the lines behind their statements; if a guard rail denies, at its line, with how to spare from it."""
    rails = {line.location for line in intent.guardrails}
    whole = {Location(intent.path), *(place for _, place in intent.places)}
    for finding in findings:
        lines = finding.origins or _lines(finding.statements, origins)
        denying = [line for line in lines if line in rails]
        place = denying[0] if denying and finding.location in whole else finding.location
        hint = "; ".join(filter(None, (finding.hint, _sparing(finding) if denying else "")))
        yield finding._replace(location=place, origins=lines, hint=hint)


def _lines(labels: Iterable[str], origins: Origins) -> tuple[Location, ...]:
    return tuple(dict.fromkeys(line for label in labels for line in origins.get(label, ())))


def _sparing(finding: Finding) -> str:
    if finding.witness is not None and is_service_principal(finding.witness.request.principal):
        return (
            'in `when` of the guard rail `conditions: {BoolIfExists: {aws:PrincipalIsAWSService: "false"}}` spares AWS services'
        )
    return "name in `except` of the guard rail whom it must not take this from"


def refuse_no(answers: tuple[Answer, ...]) -> None:
    """Raise RefusedError with every finding, if an answer is no."""
    findings = [finding.diagnostic for answer in answers for finding in answer.findings]
    if findings:
        raise RefusedError(findings)


def _proved(intent: Intent, specification: Specification, bundle: Bundle, origins: Origins) -> Iterator[Finding]:
    """Yield what the prover finds allowed beyond the intent, or against its `never` lines, for any principal.

    Where key policies are not the intent's (not `governed`), only described principals count.
    """
    never = [_ruled_out(line) for line in intent.never]
    lines = [_ProvedLine("excess-access", Location(intent.path)), *(_ProvedLine("never", line.location) for line in intent.never)]
    found: dict[str, list[_OfForm]] = {}
    for access in bundle.keys:
        about = _about(bundle, access, intent)
        forms = forms_of(about)
        likely = _likely(access.key, bundle) if intent.every_key else access.key
        for one in forms.bundles(about):
            key = one.keys[0].key
            meant = about_form(intent, specification, access.key, key)
            asked = [Beyond(meant, specification.grants if intent.governed else access.grants), *never]
            proofs = prove_each(one, asked, described_only=not intent.governed)
            found.setdefault(likely.arn, []).append(_OfForm(said(key, likely._replace(arn=access.key.arn)), proofs))
        if forms.unasked:
            yield Finding("unproved", "error", f"nothing is proved of some keys: {forms.unasked}", Location(intent.path))
    for number, (code, place) in enumerate(lines):
        for of_key in found.values():
            for proof in _together([(one.words, one.proofs[number]) for one in of_key]):
                yield from _findings(proof, code, place, origins)


def _likely(key: Key, bundle: Bundle) -> Key:
    """Return the first of the keys in the same Region, which stand for every key there."""
    return next(one.key for one in bundle.keys if region_of(one.key.arn) == region_of(key.arn))


class _ProvedLine(NamedTuple):
    """What is proved: the code of its findings, and the intent line behind it (or the file)."""

    code: str
    place: Location


class _OfForm(NamedTuple):
    """The proofs about one form of a key, and that form in words."""

    words: tuple[str, ...]
    proofs: list[Proof]


def _together(found: Sequence[tuple[tuple[str, ...], Proof]]) -> Iterator[Proof]:
    """Merge the proofs on the forms of a key: refuted once with all groups, or each other unproved result once."""
    groups = of_forms((words, proof.groups) for words, proof in found)
    proofs = [proof for _, proof in found if not proof.groups and proof.result is not Result.PROVED]
    if groups:
        yield found[0][1]._replace(result=Result.REFUTED, groups=groups)
    else:
        yield from {(proof.result, proof.reason): proof for proof in proofs}.values()


def _ruled_out(line: NeverLine) -> Never | NeverInside:
    if line.principal.startswith(ORGANIZATION):
        return NeverInside(line.principal.removeprefix(ORGANIZATION), line.actions)
    return Never(line.principal, line.actions)


def _about(bundle: Bundle, access: KeyAccess, intent: Intent) -> Bundle:
    """Return the bundle with this key first, and open what the intent does not tell of it."""
    others = tuple(other for other in bundle.keys if other is not access)
    key = access.key._replace(untold=intent.untold)
    return bundle._replace(keys=(access._replace(key=key), *others))


def _findings(proof: Proof, code: str, place: Location, origins: Origins) -> Iterator[Finding]:
    if proof.result is Result.PROVED:
        return
    if not proof.groups:
        message = f"`{proof.question}` is {proof.result}: {proof.reason or 'no witness is known'}"
        if proof.result is Result.UNKNOWN:
            yield Finding("unproved", "error", message, place)
        elif proof.result is Result.VACUOUS:
            yield Finding("vacuous-question", "error", message, place)
        else:
            yield Finding(code, "error", message, place)
    for group in proof.groups:
        yield _finding(group, code, place, origins)


def _finding(group: Group, code: str, place: Location, origins: Origins) -> Finding:
    lines = _lines(group.reason, origins)
    said = "which `never` rules out" if code == "never" else "which nobody asked for"
    request = group.witness.request
    example = f"`{request.principal}` calling `{request.action}` with {described(request)}"
    where = lines[0] if lines and code != "never" else place
    return Finding(code, "error", f"{group}: allowed, {said}; such as {example}", where, group.witness, group.reason, lines)
