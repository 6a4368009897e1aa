"""What condition keys of one request say about each other, as formulas: circumstances, and the principals of a grant.

Source: the availability of condition keys in the catalogue, each row with its pages; CreateGrant (API reference).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmsgen.authorizer.context.view import THROUGH_ENDPOINT
from kmsgen.catalogue.availability import availability
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.prover.requests.parts.arn_fields import FIELDS
from kmsgen.prover.requests.parts.arn_fields import WHOLE as WHOLE_ARN
from kmsgen.prover.requests.parts.circumstances import CHAIN, FIRST, LAST, VIA, WHOLE
from kmsgen.prover.requests.parts.grant_request import GRANT_PRINCIPALS
from kmsgen.prover.requests.parts.times import AGE, EPOCH, ISSUED, NOW
from kmsgen.prover.solver.notation.languages import shape
from kmsgen.prover.solver.notation.measures import Measure
from kmsgen.prover.solver.request.slots import Slot, Slots, present
from kmsgen.prover.solver.terms import Formula, Terms
from kmsgen.prover.values.patterns import Pattern

Told = Mapping[str, Slots]
"""The values of the keys that are told; the others may be anything."""


def _implied(terms: Terms, formula: Formula, other: Formula) -> Formula:
    return terms.some([terms.negate(formula), other])


def circumstances(terms: Terms, told: Told) -> Iterator[Formula]:
    """Yield that a key which a request holds brings others with it and excludes others, as the catalogue says of told keys."""
    for key, slots in told.items():
        row = availability(key)
        there = present(terms, slots)
        for name, value in row.implies if row else ():
            if name in told:
                yield _implied(terms, there, _holds(terms, told[name], value))
        for name in row.excludes if row else ():
            if name in told:
                yield terms.negate(terms.every([there, present(terms, told[name])]))


def routes(terms: Terms, told: Told) -> Iterator[Formula]:
    """Yield that a service which calls for its caller tells nothing of the endpoint through which that came to it."""
    through = [present(terms, told[key]) for key in THROUGH_ENDPOINT if key in told]
    via = [present(terms, told[key]) for key in (VIA_SERVICE, *CHAIN) if key in told]
    via += [_holds(terms, told[VIA], "true")] if VIA in told else []
    yield from (terms.negate(terms.every([one, other])) for one in through for other in via)


def _holds(terms: Terms, slots: Slots, value: str) -> Formula:
    """Say that a key is there, and if a value is given, that it holds that."""
    return terms.some(terms.every([slot.there, terms.equal(slot.text, value) if value else True]) for slot in slots)


def chain(terms: Terms, told: Told) -> Iterator[Formula]:
    """Yield that aws:CalledVia is there with its first and its last, and tells the same."""
    keys = [present(terms, told[key]) for key in (WHOLE, FIRST, LAST) if key in told]
    yield from (terms.same(keys[0], one) for one in keys[1:])
    whole = told.get(WHOLE, ())
    if whole and FIRST in told:
        yield _implied(terms, whole[0].there, terms.equal(told[FIRST][0].text, whole[0].text))
    for number, slot in enumerate(whole if LAST in told else ()):
        ends = terms.every([slot.there, *(terms.negate(later.there) for later in whole[number + 1 :])])
        yield _implied(terms, ends, terms.equal(told[LAST][0].text, slot.text))


def arns(terms: Terms, told: Told) -> Iterator[Formula]:
    """Yield that keys which tell a field of an ARN tell that of the ARN, where it has one, and the same as each other."""
    texts = {key: slots[0] for key, slots in told.items() if slots and _is_a_text(slots[0])}
    for key, field in FIELDS.items():
        if key in texts and WHOLE_ARN[key] in texts:
            arn, part = texts[WHOLE_ARN[key]], texts[key]
            before, behind = terms.text("before"), terms.text("behind")
            pieces = ((arn.text, field.around(field.shape)), (before, Pattern(field.before)), (behind, Pattern(field.behind)))
            has, *ends = (terms.inside(text, shape(terms, pattern)) for text, pattern in pieces)
            same = terms.every([*ends, terms.equal(arn.text, terms.joined([before, part.text, behind]))])
            yield _implied(terms, terms.every([arn.there, part.there, has]), same)
    if _CALLERS.issubset(texts):
        one, other = (texts[key] for key in sorted(_CALLERS))
        yield _implied(terms, terms.every([one.there, other.there]), terms.equal(one.text, other.text))


def _is_a_text(slot: Slot) -> bool:
    return slot.measure is None or slot.measure.asked.as_text


_CALLERS = frozenset({"aws:principalaccount", "kms:calleraccount"})


def aliases(terms: Terms, called_by: Slots, of_key: Slots) -> Iterator[Formula]:
    """Yield that the alias by which a key is called is one of its own."""
    for one in called_by:
        held = (terms.every([other.there, terms.equal(other.text, one.text)]) for other in of_key)
        yield _implied(terms, one.there, terms.some(held))


def times(terms: Terms, told: Told) -> Iterator[Formula]:
    """Yield that credentials are issued before they are used, and MFA is used before they are issued."""
    moments = [measure for key in (NOW, EPOCH) for measure in _measures(told, key)]
    for issued in _measures(told, ISSUED):
        for moment in moments:
            now = moment.number if moment.domain.as_number else moment.date
            there = terms.every([told[ISSUED][0].there, issued.is_date, terms.negate(issued.is_number)])
            yield _implied(terms, there, terms.at_most(issued.date, now))
            for age in _measures(told, AGE):
                both = terms.every([there, told[AGE][0].there])
                yield _implied(terms, both, terms.at_most(now, terms.sum([issued.date, age.number, 1])))


def _measures(told: Told, key: str) -> Iterator[Measure]:
    yield from (slot.measure for slot in told.get(key, ()) if slot.measure is not None)


def grant(terms: Terms, told: Told) -> Iterator[Formula]:
    """Yield that KMS would take a grant: one grantee, at most one who retires, and of a service a source and who retires."""
    grantee, service, retiring, retiring_service, source = (
        present(terms, told[key]) if key in told else None for key in GRANT_PRINCIPALS
    )
    if grantee is not None and service is not None:
        yield terms.negate(terms.same(grantee, service))
    if retiring is not None and retiring_service is not None:
        yield terms.negate(terms.every([retiring, retiring_service]))
    by_principal = True if grantee is None and service is None else terms.negate(service) if grantee is None else grantee
    retired = [one for one in (retiring, retiring_service) if one is not None]
    may_retire = True if len(retired) < 2 else terms.some(retired)
    yield terms.some([by_principal, terms.every([True if source is None else source, may_retire])])
