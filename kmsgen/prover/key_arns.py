"""Which ARN a key may have of which Region or id is not told: one of each class that policies tell apart.

Resource elements tell ARNs apart, conditions on aws:RequestedRegion their Regions. What follows from an ARN in any other way is
compared with a variable: that is outside. Source: KMS Developer Guide, concepts (key ARN), multi-region-keys-overview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kmsgen.arn import parse_arn
from kmsgen.catalogue.regions import ENABLED_BY_DEFAULT, PARTITION_OF
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Condition, Statement
from kmsgen.policy.letter_case import folded
from kmsgen.policy.operators import split_operator
from kmsgen.policy.variables import variables_in
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.requests.named.vocabulary import documents_of
from kmsgen.prover.values.partition import Cut
from kmsgen.prover.values.patterns import DIGITS, IN_PART, IN_PART_STAR, Pattern, PatternStep, arn_glob, glob, run_of

_REGION = "aws:requestedregion"
_ANY_VARIABLE = re.compile(r"\$\{[^}]*\}")
_LOWER, _HEX = "xyzabcdefghijklmnopqrstuvw", "f0123456789abcde"
_HEADS = {"aws-cn": ("cn-",), "aws-us-gov": ("us-gov-",), "aws-eusc": ("eusc-", (_LOWER, 1), (_LOWER, 1), "-")}
_PIECES = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]+")
_ANY_ID = "1f2e3d4c-1f2e-1f2e-1f2e-1f2e3d4c5b6a"


def arns_of(bundles: Sequence[Bundle], key: Key, *, region: bool, identifier: bool) -> Iterator[str]:
    """Yield the ARN of a key, and one of each other class of ARNs that it may have: in any Region, of any id.

    Raises OutsideError where a policy puts the Region, or something in a key's ARN, into a text.
    """
    yield key.arn
    if not (region or identifier):
        return
    statements = [one for bundle in bundles for document in documents_of(bundle) for one in document.statements]
    patterns = [*_of_resources(statements, identifier=identifier), *(_of_regions(statements) if region else ())]
    if patterns:
        domain = _domain(key, region=region, identifier=identifier)
        nicer = [key.arn, *_nicer(key, statements, region=region, identifier=identifier)]
        yield from (one.text for one in Cut(patterns, domain, nicer=nicer).classes() if one.text != key.arn)


def _of_resources(statements: Sequence[Statement], *, identifier: bool) -> Iterator[Pattern]:
    """Yield the patterns of ARNs in Resource elements; a variable in the last part tells keys of one id in no way apart."""
    texts = dict.fromkeys(text for one in statements for text in one.resources if text != "*")
    for text in texts:
        if "${" in text and (identifier or "${" in "".join(text.split(":", 5)[:5])):
            raise OutsideError("the Region or id of the key is not told, and a Resource holds a policy variable")
        loose = _ANY_VARIABLE.sub("*", text)
        yield from (arn_glob(loose), glob(loose))


def _of_regions(statements: Sequence[Statement]) -> Iterator[Pattern]:
    for condition in (one for statement in statements for one in statement.conditions):
        if any(folded(name) == _REGION for value in condition.values for name in variables_in(value)):
            raise OutsideError("the Region of the key is not told, and a policy variable holds it")
        if folded(condition.key) == _REGION:
            if any("${" in value for value in condition.values):
                raise OutsideError("the Region of the key is not told, and is compared with a policy variable")
            yield from (_in_arn(value, condition) for value in condition.values)


def _in_arn(value: str, condition: Condition) -> Pattern:
    """Return the pattern of the ARNs whose Region a value of a condition matches."""
    name = split_operator(condition.operator)
    wild = name is not None and ("Like" in name.base or name.base.startswith("Arn"))
    fold = name is not None and name.base.endswith("IgnoreCase")
    steps = [(_NARROW.get(one) if wild else None) or PatternStep(one) for one in (folded(value) if fold else value)]
    part = (IN_PART_STAR, PatternStep(":"))
    return Pattern(
        [*part, *part, *part, *steps, PatternStep(":"), IN_PART_STAR, PatternStep(":"), *_KEY, PatternStep("/"), IN_PART_STAR]
    )


_NARROW = {"*": IN_PART_STAR, "?": IN_PART}
_KEY = tuple(map(PatternStep, "key"))


def _domain(key: Key, *, region: bool, identifier: bool) -> Pattern:
    arn = parse_arn(key.arn)
    if arn is None:
        raise OutsideError("a key has no ARN")
    head = _HEADS.get(arn.partition, ((_LOWER, 1), (_LOWER, 1), "-"))
    place = (*head, (_LOWER,), "-", (DIGITS, 1)) if region else (arn.region,)
    groups = (piece for size in (4, 4, 4, 12) for piece in ("-", (_HEX, size)))
    shape = ("mrk-", (_HEX, 32)) if key.multi_region else ((_HEX, 8), *groups)
    return run_of(f"arn:{arn.partition}:kms:", *place, f":{arn.account}:key/", *(shape if identifier else (arn.name,)))


def _nicer(key: Key, statements: Sequence[Statement], *, region: bool, identifier: bool) -> Iterator[str]:
    """Yield ARNs that read well: in Regions that policies name, then others that there are; with its own id, then others."""
    partition, _, place, account, name = key.arn.split(":", 5)[1:]
    texts = [text for one in statements for text in (*one.resources, *(value for c in one.conditions for value in c.values))]
    here = (one for one, other in PARTITION_OF.items() if other == partition)
    offered = sorted(here, key=lambda one: (one not in ENABLED_BY_DEFAULT, one))
    named = dict.fromkeys(found for text in texts for found in _PIECES.findall(text))
    regions = dict.fromkeys([place, *named, *offered]) if region else (place,)
    ids = [text.rpartition(":key/")[2] for text in texts if ":key/" in text] if identifier else []
    for one in dict.fromkeys([name.removeprefix("key/"), *ids, *([_ANY_ID] if identifier else [])]):
        yield from (f"arn:{partition}:kms:{where}:{account}:key/{one}" for where in regions)
