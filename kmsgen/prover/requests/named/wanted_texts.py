"""The texts that a condition wants, as patterns."""

from collections.abc import Iterator
from itertools import chain

from kmsgen.authorizer.language.variables import Variable, parse_policy_text
from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.letter_case import near, spellings
from kmsgen.prover.requests.named.vocabulary import Want
from kmsgen.prover.values.patterns import ANY, STAR, Pattern, PatternStep, arn_steps

_STEPS = {Wild.MANY: STAR, Wild.ONE: ANY}


def patterns_of(want: Want) -> Iterator[Pattern]:
    """Yield what a condition wants of a text, as patterns; a policy variable stands for anything."""
    base = want.operator.base
    if not base.startswith(("String", "Arn")):
        return
    wildcards = base.startswith("Arn") or base.endswith("Like")
    for value in want.values:
        pieces = parse_policy_text(value, variables=want.variables, wildcards=wildcards).pieces
        parts = [_STEPS[piece] if isinstance(piece, Wild) else STAR if isinstance(piece, Variable) else piece for piece in pieces]
        for spelled in (spellings, near) if base.endswith("IgnoreCase") else (str,):
            steps = ([part] if isinstance(part, PatternStep) else map(PatternStep, map(spelled, part)) for part in parts)
            yield Pattern(list(chain.from_iterable(steps)))
        if base.startswith("Arn"):
            yield Pattern(arn_steps(parts))
