"""The times of a request: the moment, when its credentials were issued, how long ago its principal was proved by MFA.

Credentials are not issued later than they are used, and whoever is proved by MFA is so before they are issued.
Source: IAM User Guide, reference_policies_condition-keys (aws:TokenIssueTime, aws:MultiFactorAuthAge).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.prover.problem import Values
from kmsgen.prover.values import ranges

NOW, EPOCH = "aws:currenttime", "aws:epochtime"
ISSUED, AGE = "aws:tokenissuetime", "aws:multifactorauthage"
_ROUNDED = 1
"""By so many seconds what is told in whole seconds may differ."""

BY_MFA = "the time of a request is compared, when its credentials were issued, and the age of MFA"

Held = Mapping[str, Values | None]


def moment_of(held: Held) -> Decimal | None:
    """Return the moment of a request, in seconds since 1970; None where it is not decided."""
    told = next((values for key in (EPOCH, NOW) if (values := held.get(key))), None)
    return next(iter(parse_date(told[0])), None) if told else None


def issued_by(moment: Decimal, texts: Iterator[str]) -> Iterator[str]:
    """Yield the times of a text at which credentials can be issued that are used at a moment, that moment too."""
    yield next(ranges.moments(moment))
    yield from (text for text in texts if all(time <= moment for time in parse_date(text)))


def times_agree(held: Held) -> bool:
    """Return whether credentials were issued before the moment, and MFA used before they were."""
    moment, issued, age = moment_of(held), held.get(ISSUED), held.get(AGE)
    times = parse_date(issued[0]) if issued else ()
    if moment is None or not times:
        return True
    if min(times) > moment:
        return False
    return all(moment - max(times) <= seconds + _ROUNDED for seconds in parse_number(age[0])) if age else True
